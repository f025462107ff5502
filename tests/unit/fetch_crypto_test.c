/* SPDX-License-Identifier: ISC */
/* fetch: gzip frames, CRC, signatures, keys, digests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "fetch/gunzip.h"
#include "fetch/sig.h"
#include "runtime/base/compiler.h"
#include "runtime/base/text.h"

/*
 * gzip.compress(b"pintle " * 40, 9, mtime=0) of Python, and GzipFile("name.tar") holding "second".
 */
static const unsigned char member[] = {
	0x1f,
	0x8b,
	0x08,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x02,
	0x03,
	0x2b,
	0xc8,
	0xcc,
	0x2b,
	0xc9,
	0x49,
	0x55,
	0x28,
	0x18,
	0xa5,
	0x50,
	0x29,
	0x00,
	0x45,
	0x12,
	0xb9,
	0x83,
	0x18,
	0x01,
	0x00,
	0x00,
};
static const unsigned char named[] = {
	0x1f,
	0x8b,
	0x08,
	0x08,
	0x00,
	0x00,
	0x00,
	0x00,
	0x02,
	0xff,
	0x6e,
	0x61,
	0x6d,
	0x65,
	0x2e,
	0x74,
	0x61,
	0x72,
	0x00,
	0x2b,
	0x4e,
	0x4d,
	0xce,
	0xcf,
	0x4b,
	0x01,
	0x00,
	0x69,
	0x11,
	0x1f,
	0xb6,
	0x06,
	0x00,
	0x00,
	0x00,
};

static unsigned char out[64], got[4096];
static size_t got_len;
static _Alignas(16) unsigned char memory[GUNZIP_MEMORY];

static int keep(void *ctx, const void *bytes, size_t n, struct err *e)
{
	(void)ctx;
	(void)e;
	assert_true(got_len + n <= sizeof(got));
	memcpy(got + got_len, bytes, n);
	got_len += n;
	return 0;
}

static int unzip(const unsigned char *p, size_t n, size_t piece, struct err *e)
{
	static struct gunzip g;
	int rc = gunzip_init(&g, memory, out, sizeof(out), keep, NULL);

	got_len = 0;
	for (size_t at = 0; at < n && !rc; at += piece)
		rc = gunzip_feed(&g, p + at, n - at < piece ? n - at : piece, e);
	return rc ? rc : gunzip_finish(&g, e);
}

static void members_follow_each_other_in_any_split(void **state)
{
	unsigned char both[sizeof(member) + sizeof(named)];

	(void)state;
	memcpy(both, member, sizeof(member));
	memcpy(both + sizeof(member), named, sizeof(named));
	for (size_t piece = 1; piece <= sizeof(both); piece++) {
		struct err e = { 0 };

		assert_int_equal(unzip(both, sizeof(both), piece, &e), 0);
		assert_int_equal(got_len, 286);
		assert_memory_equal(got + 273, "pintle second", 13);
	}
}

static void every_cut_is_noticed(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(member); n++) {
		struct err e = { 0 };

		assert_int_equal(unzip(member, n, 5, &e), -EBADMSG);
		assert_non_null(strstr(e.text, "truncated"));
	}
}

/*
 * Time, level and system in the header decide nothing, nor do the bits that fill deflate's last
 * byte:
 */
static void no_flipped_bit_changes_what_comes_out(void **state)
{
	unsigned char bad[sizeof(member)];

	(void)state;
	for (size_t bit = 0; bit < sizeof(member) * 8; bit++) {
		struct err e = { 0 };

		memcpy(bad, member, sizeof(bad));
		bad[bit / 8] ^= (unsigned char)(1u << bit % 8);
		if (unzip(bad, sizeof(bad), 31, &e) == 0) {
			assert_true(bit / 8 >= 3 && bit / 8 <= 22);
			assert_int_equal(got_len, 280);
			assert_memory_equal(got + 266, "pintle pintle ", 14);
		}
	}
}

static void bytes_behind_the_last_member_are_refused(void **state)
{
	unsigned char more[sizeof(member) + 1];
	struct err e = { 0 };

	(void)state;
	memcpy(more, member, sizeof(member));
	more[sizeof(member)] = 0;
	assert_int_equal(unzip(more, sizeof(more), 100, &e), -EBADMSG);
	assert_string_equal(e.text, "offset 31: trailing garbage");
}

static void crc_is_the_one_of_gzip(void **state)
{
	(void)state;
	assert_true(crc32_add(0, "123456789", 9) == 0xcbf43926u);
	assert_true(crc32_add(crc32_add(0, "1234", 4), "56789", 5) == 0xcbf43926u);
}

/* Made by openssl: ecparam -name prime256v1, dgst -sha256 -sign. */
static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEA0C3f+BM7Mrzqq0IIkq1pg32lbDq\n"
	"9ns+Eqzw1U1z501ELmgvqazhBJzUCjTgEwwk0U3JvxIL6zyVDutgbt/ORw==\n-----END PUBLIC KEY-----\n";
static const char other_curve[] = "-----BEGIN PUBLIC KEY-----\n"
	"MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEF5PQBsUgkL+rYezDlGLFH56EO7+JQZdF\n"
	"9NIJ95iNxxrej1MrQPkjoRhpcbnOzpU8MdioPBHKfw+dPJHx7ahdzA==\n-----END PUBLIC KEY-----\n";
static const char signature[] =
	"MEQCIGzfHmIda6WU4sU/AMkpQR/"
	"iLH2MzXYWrapa3ziKpO6NAiAfkNTAzzfbUcMxKVsogPnq+F4UXkNJYFX9iovr84vmoA==";
static const char payload[] = "a payload as stored";

static size_t read_sig(uint8_t der[SIG_DER_MAX])
{
	ssize_t n = text_unbase64(signature, sizeof(signature) - 1, der, SIG_DER_MAX);

	assert_true(n == 70);
	return (size_t)n;
}

static void openssl_keys_and_signatures_are_understood(void **state)
{
	uint8_t der[SIG_DER_MAX];
	size_t n = read_sig(der);
	struct sig_key key;
	struct digest hash;
	char hex[65];

	(void)state;
	assert_int_equal(pem_read_key(pem, sizeof(pem) - 1, &key), 0);
	assert_string_equal(digest_hex(&key.id, hex),
		"707b5da7d0dd130b60393940ff1d50d4a35d8a1cf2a560878a5dec872aba95c0");
	sha256_of(payload, sizeof(payload) - 1, &hash);
	assert_int_equal(der_check_sig(der, n), 0);
	assert_int_equal(sig_verify(&key, &hash, der, n), 0);
	hash.b[31] ^= 1;
	assert_int_equal(sig_verify(&key, &hash, der, n), -EKEYREJECTED);
	hash.b[31] ^= 1;
	key.point[20] ^= 1;	/* off the curve */
	assert_int_equal(sig_verify(&key, &hash, der, n), -EKEYREJECTED);
}

static void no_changed_byte_of_a_signature_passes(void **state)
{
	uint8_t der[SIG_DER_MAX];
	size_t n = read_sig(der);
	struct sig_key key;
	struct digest hash;

	(void)state;
	pem_read_key(pem, sizeof(pem) - 1, &key);
	sha256_of(payload, sizeof(payload) - 1, &hash);
	for (size_t i = 0; i < n; i++) {
		der[i] ^= 0x01;
		assert_true(der_check_sig(der, n) || sig_verify(&key, &hash, der, n));
		der[i] ^= 0x01;
	}
}

static void other_keys_are_refused(void **state)
{
	struct sig_key key;

	(void)state;
	assert_int_equal(pem_read_key(other_curve, sizeof(other_curve) - 1, &key), -EKEYREJECTED);
	assert_int_equal(pem_read_key(pem, sizeof(pem) - 30, &key), -EBADMSG);
	assert_int_equal(pem_read_key("", 0, &key), -EBADMSG);
}

/* ECDSA-Sig-Value: what BER allows and DER does not. */
static void der_is_strict(void **state)
{
	static const struct {
		uint8_t der[16];
		size_t n;
		int rc;
	} cases[] = {
		{ { 0x30, 6, 2, 1, 1, 2, 1, 1 }, 8, 0 },
		{ { 0x30, 7, 2, 2, 0, 0x80, 2, 1, 1 }, 9, 0 },
		{ { 0x30, 7, 2, 2, 0, 0x7f, 2, 1, 1 }, 9, -EBADMSG },	/* a zero too many */
		{ { 0x30, 6, 2, 1, 0x80, 2, 1, 1 }, 8, -EBADMSG },	/* negative */
		{ { 0x30, 6, 2, 1, 0, 2, 1, 1 }, 8, -EBADMSG },		/* zero */
		{ { 0x30, 0x81, 6, 2, 1, 1, 2, 1, 1 }, 9, -EBADMSG },	/* long form */
		{ { 0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0 }, 10, -EBADMSG },	/* indefinite */
		{ { 0x30, 6, 2, 1, 1, 2, 1, 1, 0 }, 9, -EBADMSG },	/* a byte behind */
		{ { 0x30, 7, 2, 1, 1, 2, 1, 1, 0 }, 9, -EBADMSG },	/* a byte inside */
		{ { 0x30, 6, 2, 0, 2, 2, 1, 1 }, 8, -EBADMSG },
		{ { 0x30, 6, 4, 1, 1, 2, 1, 1 }, 8, -EBADMSG },
		{ { 0x31, 6, 2, 1, 1, 2, 1, 1 }, 8, -EBADMSG },
		{ { 0x30, 6, 2, 9, 1, 2, 1, 1 }, 8, -EBADMSG },
		{ { 0x30 }, 1, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(der_check_sig(cases[i].der, cases[i].n), cases[i].rc);
}

static void digests_are_whole_and_lower_case(void **state)
{
	char text[] = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	char back[DIGEST_TEXT_MAX];
	struct digest d, abc;

	(void)state;
	assert_int_equal(digest_parse(text, 71, &d), 0);
	sha256_of("abc", 3, &abc);
	assert_true(digest_same(&d, &abc));
	assert_string_equal(digest_text(&d, back), text);
	assert_int_equal(digest_parse(text, 70, &d), -EINVAL);
	assert_int_equal(digest_parse(text, 72, &d), -EINVAL);
	text[8] = 'A';
	assert_int_equal(digest_parse(text, 71, &d), -EINVAL);
	text[8] = '/';
	assert_int_equal(digest_parse(text, 71, &d), -EINVAL);
	assert_int_equal(digest_parse("sha512:", 7, &d), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_follow_each_other_in_any_split),
		cmocka_unit_test(every_cut_is_noticed),
		cmocka_unit_test(no_flipped_bit_changes_what_comes_out),
		cmocka_unit_test(bytes_behind_the_last_member_are_refused),
		cmocka_unit_test(crc_is_the_one_of_gzip),
		cmocka_unit_test(openssl_keys_and_signatures_are_understood),
		cmocka_unit_test(no_changed_byte_of_a_signature_passes),
		cmocka_unit_test(other_keys_are_refused),
		cmocka_unit_test(der_is_strict),
		cmocka_unit_test(digests_are_whole_and_lower_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
