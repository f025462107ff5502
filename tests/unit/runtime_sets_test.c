/* SPDX-License-Identifier: ISC */
/* The named sets of SystemCallFilter=, and what a filter's words become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/base/io.h"
#include "runtime/syscall_sets.h"

static char table[65536];

/* Whether some architecture has the call: a line of the list begins with it. */
static bool known(const char *word, size_t n)
{
	const char *line;

	for (line = table; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, word, n) == 0 && line[n] == '\t')
			return true;
	return false;
}

static void every_word_of_every_set_is_one(void **state)
{
	unsigned i, words = 0;

	(void)state;
	assert_true(io_read_file(AT_FDCWD, "runtime/syscalls.tsv", table, sizeof(table)) > 10000);
	for (i = 0; syscall_set_name(i); i++) {
		const char *at = syscall_set(syscall_set_name(i));
		char name[64];

		for (; *at; at += strspn(at, " ")) {
			size_t n = strcspn(at, " ");

			assert_true(n && n < sizeof(name));
			memcpy(name, at, n);
			name[n] = '\0';
			if (*name == '@' ? !syscall_set(name) : !known(at, n))
				fail_msg("%s: %s", syscall_set_name(i), name);
			at += n;
			words++;
		}
	}
	assert_int_equal(i, 29);
	assert_true(words > 400);
	assert_null(syscall_set("@none"));
}

static _Alignas(16) char bytes[32768];
static const char *names[SYSCALL_NAMES_MAX];
static struct seccomp_rule rule;
static struct seccomp_policy policy;

static int filter(const char *const *words, unsigned n, bool deny)
{
	struct err e = { 0 };
	struct arena a;

	arena_init(&a, bytes, sizeof(bytes));
	return syscall_filter(words, n, deny, &a, names, &rule, &policy, &e);
}

static bool has(const char *name)
{
	unsigned i;

	for (i = 0; i < rule.n_names; i++)
		if (strcmp(rule.names[i], name) == 0)
			return true;
	return false;
}

static void an_allow_list_has_the_default(void **state)
{
	static const char *const one[] = { "mount" }, *const service[] = { "@system-service",
									   "~@setuid", "~write" };

	(void)state;
	assert_int_equal(filter(one, 1, false), 0);
	assert_true(has("mount") && has("execve") && has("exit_group"));
	assert_false(has("open"));
	assert_int_equal(policy.default_action, SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(rule.action, SECCOMP_RET_ALLOW);
	assert_int_equal(filter(service, 3, false), 0);
	assert_true(has("openat") && has("read") && has("socket"));
	assert_false(has("setuid") || has("write") || has("mount") || has("reboot") || has("bpf"));
}

static void a_deny_list_has_only_what_it_says(void **state)
{
	static const char *const words[] = { "~@mount", "~@module", "~ptrace" };

	(void)state;
	assert_int_equal(filter(words, 3, true), 0);
	assert_true(has("mount") && has("init_module") && has("ptrace"));
	assert_false(has("execve") || has("read"));
	assert_int_equal(policy.default_action, SECCOMP_RET_ALLOW);
	assert_int_equal(rule.action, SECCOMP_RET_ERRNO | EPERM);
}

static void every_set_compiles_both_ways(void **state)
{
	static struct sock_filter ops[SECCOMP_OPS_MAX];
	struct err e = { 0 };
	unsigned i, n;

	(void)state;
	for (i = 0; syscall_set_name(i); i++) {
		const char *word[] = { syscall_set_name(i) };
		int deny;

		for (deny = 0; deny < 2; deny++) {
			assert_int_equal(filter(word, 1, deny), 0);
			assert_int_equal(seccomp_compile(&policy, ops, SECCOMP_OPS_MAX, &n, &e), 0);
			assert_true(n > 3);
		}
	}
}

static void an_unknown_set_is_refused(void **state)
{
	static const char *const words[] = { "@system-services" };

	(void)state;
	assert_int_equal(filter(words, 1, false), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_every_set_is_one),
		cmocka_unit_test(an_allow_list_has_the_default),
		cmocka_unit_test(a_deny_list_has_only_what_it_says),
		cmocka_unit_test(every_set_compiles_both_ways),
		cmocka_unit_test(an_unknown_set_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
