/* SPDX-License-Identifier: ISC */
/* Signals by name. See signals.h. */
#include "runtime/base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "runtime/base/compiler.h"
#include "runtime/base/num.h"

static const struct {
	int number;
	const char *name;
} known[] = {
#define S(name) { SIG##name, #name },
#include "runtime/base/signals.def"
#undef S
};

int signal_by_name(const char *text)
{
	uint64_t n;
	size_t i;

	if (!num_u64(text, strlen(text), (uint64_t)SIGRTMAX, &n))
		return n ? (int)n : -EINVAL;
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	for (i = 0; i < ARRAY_LEN(known); i++)
		if (strcasecmp(text, known[i].name) == 0)
			return known[i].number;
	if (strncasecmp(text, "RTMIN", 5) == 0) {
		if (!text[5])
			return SIGRTMIN;
		if (text[5] == '+' &&
		    !num_u64(text + 6, strlen(text + 6), (uint64_t)(SIGRTMAX - SIGRTMIN), &n))
			return SIGRTMIN + (int)n;
	}
	return -EINVAL;
}

const char *signal_name(int sig)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].number == sig)
			return known[i].name;
	return sig >= SIGRTMIN && sig <= SIGRTMAX ? "RT" : "?";
}
