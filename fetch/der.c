/* SPDX-License-Identifier: ISC */
/* Strict DER for ECDSA signatures. The bytes are foreign. See sig.h. */
#include <errno.h>

#include "fetch/sig.h"

/*
 * One INTEGER at p, n bytes there: its whole length, or 0 when it is not minimal, positive and
 * small.
 */
static size_t integer_len(const uint8_t *p, size_t n)
{
	size_t len;

	if (n < 3 || p[0] != 0x02)
		return 0;
	len = p[1];
	if (!len || len > 33 || len > n - 2)
		return 0;
	if (p[2] & 0x80)
		return 0;	/* negative */
	if (p[2] == 0 && (len == 1 || !(p[3] & 0x80)))
		return 0;	/* zero, or a zero too many */
	if (len == 33 && p[2] != 0)
		return 0;
	return len + 2;
}

int der_check_sig(const uint8_t *der, size_t n)
{
	size_t r, s;

	if (n < 8 || n > SIG_DER_MAX || der[0] != 0x30 || der[1] != n - 2)
		return -EBADMSG;
	r = integer_len(der + 2, n - 2);
	if (!r)
		return -EBADMSG;
	s = integer_len(der + 2 + r, n - 2 - r);
	return s && 2 + r + s == n ? 0 : -EBADMSG;
}
