/* SPDX-License-Identifier: ISC */
/*
 * Seccomp policies, compiled and then run in a small interpreter of classic BPF: the verdict on
 * calls and arguments is the policy's, on every byte order and for every number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>

#include "runtime/base/compiler.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_names.h"
#include "tests/unit/bpf.h"

static void every_number_of_an_allow_list(void **state)
{
	static const char *const names[] = { "read",	     "write", "exit_group",
					     "no_such_call", "close", "openat" };
	const struct seccomp_rule rule = { .names = names,
					   .n_names = ARRAY_LEN(names),
					   .action = SECCOMP_RET_ALLOW };
	const struct seccomp_policy p = { .default_action = SECCOMP_RET_ERRNO | EPERM,
					  .rules = &rule,
					  .n_rules = 1 };
	int64_t nr, known = 0;
	size_t i;

	(void)state;
	compile(&p);
	for (i = 0; i < ARRAY_LEN(names); i++)
		if (seccomp_number(0, names[i]) > known)
			known = seccomp_number(0, names[i]);
	for (nr = 0; nr < 6000; nr++) {
		uint32_t want = nr > known ? SECCOMP_RET_ERRNO | ENOSYS : SECCOMP_RET_ERRNO | EPERM;

		for (i = 0; i < ARRAY_LEN(names); i++)
			if (nr == seccomp_number(0, names[i]))
				want = SECCOMP_RET_ALLOW;
		assert_int_equal(on(nr, 0, 0), want);
	}
}

static void a_foreign_architecture_ends_it(void **state)
{
	const struct seccomp_policy p = { .default_action = SECCOMP_RET_ALLOW };
	struct seccomp_data d = { .nr = 1, .arch = AUDIT_ARCH_S390 };

	(void)state;
	compile(&p);
	assert_int_equal(verdict(&d), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(on(1, 0, 0), SECCOMP_RET_ALLOW);
}

struct comparison {
	uint8_t op;
	uint64_t value, two, arg;
	int holds;
};

static void comparisons_see_the_whole_argument(void **state)
{
	static const char *const names[] = { "personality" };
	/* 32-bit machines have no upper half: what lies there is not looked at. */
	const int wide = sizeof(long) == 8;
	const struct comparison rows[] = {
		{ SECCOMP_OP_EQ, 8, 0, 8, 1 },
		{ SECCOMP_OP_EQ, 8, 0, 9, 0 },
		{ SECCOMP_OP_EQ, 8, 0, 8 | 1ull << 32, !wide },
		{ SECCOMP_OP_NE, 8, 0, 8, 0 },
		{ SECCOMP_OP_NE, 8, 0, 9, 1 },
		{ SECCOMP_OP_NE, 8, 0, 8 | 1ull << 32, wide },
		{ SECCOMP_OP_GT, 8, 0, 9, 1 },
		{ SECCOMP_OP_GT, 8, 0, 8, 0 },
		{ SECCOMP_OP_GT, 8, 0, 1ull << 32, wide },
		{ SECCOMP_OP_GE, 8, 0, 8, 1 },
		{ SECCOMP_OP_GE, 8, 0, 7, 0 },
		{ SECCOMP_OP_GE, 8, 0, 1ull << 32, wide },
		{ SECCOMP_OP_LT, 8, 0, 7, 1 },
		{ SECCOMP_OP_LT, 8, 0, 8, 0 },
		{ SECCOMP_OP_LT, 8, 0, 1ull << 32, !wide },
		{ SECCOMP_OP_LE, 8, 0, 8, 1 },
		{ SECCOMP_OP_LE, 8, 0, 9, 0 },
		{ SECCOMP_OP_LE, 8, 0, 1ull << 32, !wide },
		{ SECCOMP_OP_MASKED_EQ, 0xf0, 0x30, 0x3f, 1 },
		{ SECCOMP_OP_MASKED_EQ, 0xf0, 0x30, 0x4f, 0 },
		{ SECCOMP_OP_LT, 0xffffffff, 0, 0xfffffffe, 1 },
		{ SECCOMP_OP_GE, 0x80000000, 0, 0x7fffffff, 0 },
	};
	int64_t nr = seccomp_number(0, "personality");
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const struct seccomp_arg arg = { .index = 1,
						 .op = rows[i].op,
						 .value = rows[i].value,
						 .value_two = rows[i].two };
		const struct seccomp_rule rule = {
			.names = names,
			.n_names = 1,
			.action = SECCOMP_RET_LOG,
			.args = &arg,
			.n_args = 1,
		};
		const struct seccomp_policy p = { .default_action = SECCOMP_RET_ALLOW,
						  .rules = &rule,
						  .n_rules = 1 };

		compile(&p);
		assert_int_equal(on(nr, 77, rows[i].arg),
				 rows[i].holds ? SECCOMP_RET_LOG : SECCOMP_RET_ALLOW);
		assert_int_equal(on(nr + 1, 77, rows[i].arg), SECCOMP_RET_ALLOW);
	}
}

static void several_conditions(void **state)
{
	static const char *const names[] = { "personality" };
	const struct seccomp_arg both[] = { { 0, SECCOMP_OP_EQ, 1, 0 },
					    { 1, SECCOMP_OP_EQ, 2, 0 } };
	const struct seccomp_arg either[] = { { 0, SECCOMP_OP_EQ, 5, 0 },
					      { 0, SECCOMP_OP_EQ, 6, 0 } };
	const struct seccomp_rule rules[] = {
		{ names, 1, SECCOMP_RET_LOG, both, 2 }, { names, 1, SECCOMP_RET_ALLOW, either, 2 },
	};
	const struct seccomp_policy p = { .default_action = SECCOMP_RET_ERRNO | EPERM,
					  .rules = rules,
					  .n_rules = 2 };
	int64_t nr = seccomp_number(0, "personality");

	(void)state;
	compile(&p);
	assert_int_equal(on(nr, 1, 2), SECCOMP_RET_LOG);
	assert_int_equal(on(nr, 1, 3), SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(on(nr, 5, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(on(nr, 6, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(on(nr, 7, 0), SECCOMP_RET_ERRNO | EPERM);
}

static void a_rule_without_conditions_wins(void **state)
{
	static const char *const names[] = { "personality" };
	const struct seccomp_arg arg = { 0, SECCOMP_OP_EQ, 1, 0 };
	const struct seccomp_rule rules[] = {
		{ names, 1, SECCOMP_RET_LOG, &arg, 1 },
		{ names, 1, SECCOMP_RET_ERRNO | EACCES, NULL, 0 },
	};
	const struct seccomp_policy p = { .default_action = SECCOMP_RET_ALLOW,
					  .rules = rules,
					  .n_rules = 2 };

	(void)state;
	compile(&p);
	assert_int_equal(on(seccomp_number(0, "personality"), 1, 0), SECCOMP_RET_ERRNO | EACCES);
}

static void words(void **state)
{
	uint32_t v;
	uint8_t op;

	(void)state;
	assert_int_equal(seccomp_action_by_name("SCMP_ACT_ERRNO", -1, &v), 0);
	assert_int_equal(v, SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(seccomp_action_by_name("SCMP_ACT_ERRNO", 38, &v), 0);
	assert_int_equal(v, SECCOMP_RET_ERRNO | 38);
	assert_int_equal(seccomp_action_by_name("SCMP_ACT_ALLOW", 38, &v), -EINVAL);
	assert_int_equal(seccomp_action_by_name("ALLOW", -1, &v), -EINVAL);
	assert_int_equal(seccomp_op_by_name("SCMP_CMP_MASKED_EQ", &op), 0);
	assert_int_equal(op, SECCOMP_OP_MASKED_EQ);
	assert_int_equal(seccomp_arch_by_name("SCMP_ARCH_NONE", &v), -EINVAL);
	assert_int_equal(seccomp_flag_by_name("SECCOMP_FILTER_FLAG_LOG", &v), 0);
	assert_int_equal(v, 2);
	/* The table's numbers are the C library's. */
	assert_int_equal(seccomp_number(0, "read"), SYS_read);
	assert_int_equal(seccomp_number(0, "execve"), SYS_execve);
	assert_int_equal(seccomp_number(0, "exit_group"), SYS_exit_group);
	assert_int_equal(seccomp_number(0, "openat"), SYS_openat);
	assert_int_equal(seccomp_number(0, "zzz"), -1);
	assert_int_equal(seccomp_number(0, ""), -1);
}

#if defined(__x86_64__)
/*
 * A rule for socket(2) holds for i386's socketcall(2), too, with SYS_SOCKET as its first argument.
 */
static void calls_behind_socketcall(void **state)
{
	static const char *const names[] = { "socket", "sendto" };
	static const uint32_t arch = AUDIT_ARCH_I386;
	const struct seccomp_rule rule = { .names = names,
					   .n_names = 2,
					   .action = SECCOMP_RET_ALLOW };
	const struct seccomp_policy p = { .default_action = SECCOMP_RET_ERRNO | EPERM,
					  .archs = &arch,
					  .n_archs = 1,
					  .rules = &rule,
					  .n_rules = 1 };
	struct seccomp_data d = { .nr = 102, .arch = AUDIT_ARCH_I386 };

	(void)state;
	compile(&p);
	for (d.args[0] = 0; d.args[0] < 30; d.args[0]++)
		assert_int_equal(verdict(&d), d.args[0] == 1 || d.args[0] == 11
						      ? SECCOMP_RET_ALLOW
						      : SECCOMP_RET_ERRNO | EPERM);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_of_an_allow_list),
		cmocka_unit_test(a_foreign_architecture_ends_it),
		cmocka_unit_test(comparisons_see_the_whole_argument),
		cmocka_unit_test(several_conditions),
		cmocka_unit_test(a_rule_without_conditions_wins),
		cmocka_unit_test(words),
#if defined(__x86_64__)
		cmocka_unit_test(calls_behind_socketcall),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
