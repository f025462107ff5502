/* SPDX-License-Identifier: ISC */
/* runtime/caps: names and bits, and the set that containers get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/str.h"
#include "runtime/container.h"

/* The fourteen of Docker's and podman's documentation, by their names there. */
static const char *const fourteen[] = {
	"AUDIT_WRITE",	    "CHOWN",   "DAC_OVERRIDE", "FOWNER", "FSETID",  "KILL",   "MKNOD",
	"NET_BIND_SERVICE", "NET_RAW", "SETFCAP",      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
};

static void the_default_set_is_dockers(void **state)
{
	uint64_t sum = 0, one;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(fourteen); i++) {
		assert_int_equal(ctr_cap_by_name(fourteen[i], &one), 0);
		sum |= one;
	}
	assert_int_equal(__builtin_popcountll(sum), 14);
	assert_true(ctr_default_caps() == sum);
	/* The number that runtimes print in /proc/PID/status of a default container. */
	assert_true(ctr_default_caps() == 0xa80425fbull);
}

/* Some of the kernel's own numbers: the list was not copied one line off. */
static void bits_are_the_kernels(void **state)
{
	static const struct {
		const char *name;
		unsigned bit;
	} some[] = {
		{ "CAP_CHOWN", CAP_CHOWN },
		{ "CAP_KILL", CAP_KILL },
		{ "CAP_SETPCAP", CAP_SETPCAP },
		{ "CAP_NET_ADMIN", CAP_NET_ADMIN },
		{ "CAP_SYS_MODULE", CAP_SYS_MODULE },
		{ "CAP_SYS_ADMIN", CAP_SYS_ADMIN },
		{ "CAP_SYS_TIME", CAP_SYS_TIME },
		{ "CAP_MKNOD", CAP_MKNOD },
		{ "CAP_SETFCAP", CAP_SETFCAP },
		{ "CAP_SYSLOG", CAP_SYSLOG },
		{ "CAP_AUDIT_READ", CAP_AUDIT_READ },
		{ "CAP_PERFMON", 38 },
		{ "CAP_BPF", 39 },
		{ "CAP_CHECKPOINT_RESTORE", 40 },
	};
	uint64_t mask;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(some); i++) {
		assert_string_equal(ctr_cap_name(some[i].bit), some[i].name);
		assert_int_equal(ctr_cap_by_name(some[i].name, &mask), 0);
		assert_true(mask == 1ull << some[i].bit);
	}
}

static void every_bit_has_one_name(void **state)
{
	uint64_t all, mask, seen = 0;
	unsigned bit;

	(void)state;
	for (bit = 0; ctr_cap_name(bit); bit++) {
		assert_true(str_starts(ctr_cap_name(bit), "CAP_"));
		assert_int_equal(ctr_cap_by_name(ctr_cap_name(bit), &mask), 0);
		assert_true(mask == 1ull << bit);
		seen |= mask;
	}
	assert_int_equal(bit, 41);
	assert_null(ctr_cap_name(bit + 1));
	assert_null(ctr_cap_name(63));
	assert_null(ctr_cap_name(~0u));
	assert_int_equal(ctr_cap_by_name("all", &all), 0);
	assert_true(all == seen);
}

static void names_come_in_any_case_with_or_without_cap(void **state)
{
	static const char *const good[] = { "NET_ADMIN", "net_admin", "CAP_NET_ADMIN",
					    "cap_net_admin", "Cap_Net_Admin" };
	static const char *const bad[] = {
		"",	      "CAP_",	      "NET", "NET_ADMIN ",  " NET_ADMIN",
		"NET_ADMINS", "CAP_CAP_KILL", "12",  "ALL_OF_THEM", "-KILL"
	};
	uint64_t mask;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++) {
		mask = 0;
		assert_int_equal(ctr_cap_by_name(good[i], &mask), 0);
		assert_true(mask == 1ull << 12);
	}
	assert_int_equal(ctr_cap_by_name("ALL", &mask), 0);
	mask = 77;
	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(ctr_cap_by_name(bad[i], &mask), -EINVAL);
	assert_true(mask == 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_set_is_dockers),
		cmocka_unit_test(bits_are_the_kernels),
		cmocka_unit_test(every_bit_has_one_name),
		cmocka_unit_test(names_come_in_any_case_with_or_without_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
