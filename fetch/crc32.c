/* SPDX-License-Identifier: ISC */
/*
 * CRC-32 by a table of 256 words, made at its first use in a worker: zlib's own tables take ten
 * kilobytes.
 */
#include "fetch/gunzip.h"

static const uint32_t nibble[16] = {
	0x00000000,
	0x1db71064,
	0x3b6e20c8,
	0x26d930ac,
	0x76dc4190,
	0x6b6b51f4,
	0x4db26158,
	0x5005713c,
	0xedb88320,
	0xf00f9344,
	0xd6d6a3e8,
	0xcb61b38c,
	0x9b64c2b0,
	0x86d3d2d4,
	0xa00ae278,
	0xbdbdf21c,
};

static uint32_t table[256];

static void make_table(void)
{
	for (unsigned i = 0; i < 256; i++) {
		uint32_t c = nibble[i & 15] ^ (i >> 4);

		table[i] = nibble[c & 15] ^ (c >> 4);
	}
}

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	if (!table[1])
		make_table();
	for (crc = ~crc; n; n--)
		crc = table[(crc ^ *p++) & 0xff] ^ (crc >> 8);
	return ~crc;
}
