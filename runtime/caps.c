/* SPDX-License-Identifier: ISC */
/* Capability names and the default set. See container.h; pure. */
#include <errno.h>
#include <stddef.h>
#include <strings.h>

#include "runtime/base/compiler.h"
#include "runtime/container.h"

static const char *const names[] = {
#define CAP(number, name, by_default) [number] = "CAP_" #name,
#include "runtime/caps.def"
#undef CAP
};

uint64_t ctr_default_caps(void)
{
	return 0
#define CAP(number, name, by_default) | (uint64_t)(by_default) << (number)
#include "runtime/caps.def"
#undef CAP
		;
}

const char *ctr_cap_name(unsigned bit)
{
	return bit < ARRAY_LEN(names) ? names[bit] : NULL;
}

int ctr_cap_by_name(const char *name, uint64_t *ret_mask)
{
	unsigned i;

	if (strcasecmp(name, "all") == 0) {
		*ret_mask = (1ull << ARRAY_LEN(names)) - 1;
		return 0;
	}
	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (strcasecmp(name, names[i]) && strcasecmp(name, names[i] + 4))
			continue;
		*ret_mask = 1ull << i;
		return 0;
	}
	return -EINVAL;
}
