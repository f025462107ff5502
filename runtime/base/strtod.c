/* SPDX-License-Identifier: ISC */
/*
 * yajl names strtod(3) for callers that want doubles; ours all take numbers as text (json.c), so
 * that it is never called: musl's own would bring 4 KB of floating point into the binary. On the
 * desk, where tests are linked with glibc, there is nothing here.
 */
#include <stdlib.h>

#ifndef __GLIBC__
double strtod(const char *restrict text, char **restrict end)
{
	if (end)
		*end = (char *)text;
	return 0;
}
#else
typedef int strtod_is_the_libcs;
#endif
