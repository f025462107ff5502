/* SPDX-License-Identifier: ISC */
/* linux.cgroupsPath: see cgroups_path.h. */
#include "runtime/oci/cgroups_path.h"

#include <errno.h>
#include <string.h>

#include "runtime/base/str.h"

/* "a-b.slice" lies in "a.slice": each dash is a level (systemd.slice(5)). */
static int put_slice(struct str *s, const char *slice, size_t n)
{
	size_t i;

	if (n == 0)
		slice = "system.slice", n = strlen(slice);
	if (n <= 6 || !str_is(slice + n - 6, 6, ".slice"))
		return -EINVAL;
	if (str_is(slice, n, "-.slice"))
		return 0;
	for (i = 1; i < n - 6; i++)
		if (slice[i] == '-')
			str_fmt(s, "/%.*s.slice", (int)i, slice);
	str_fmt(s, "/%.*s", (int)n, slice);
	return 0;
}

int cgroups_path(const char *said, const char *id, bool systemd, char *ret, size_t cap,
		 struct err *e)
{
	const char *first = said ? strchr(said, ':') : NULL,
		   *second = first ? strchr(first + 1, ':') : NULL;
	struct str s;

	str_init(&s, ret, cap);
	if (!said || !*said) {
		str_fmt(&s, "/pintle-runc/%s", id);
	} else if (!systemd || !second) {
		str_puts(&s, said);
	} else {
		if (put_slice(&s, said, (size_t)(first - said)))
			return err_set(e, EINVAL, "cgroupsPath", "\"%s\" names no slice", said);
		str_fmt(&s, "/%.*s%s%s.scope", (int)(second - first - 1), first + 1,
			second > first + 1 ? "-" : "", second + 1);
	}
	return s.cut ? err_set(e, ENAMETOOLONG, "cgroupsPath", "%s", said ? said : id) : 0;
}
