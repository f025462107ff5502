/* SPDX-License-Identifier: ISC */
/*
 * An interpreter of the classic BPF that system call filters are made of, for the tests of seccomp;
 * cmocka.h stands before it.
 */
#ifndef TESTS_UNIT_BPF_H
#define TESTS_UNIT_BPF_H

#include <linux/seccomp.h>
#include <string.h>

#include "runtime/seccomp.h"
#include "runtime/seccomp_names.h"

static struct sock_filter ops[SECCOMP_OPS_MAX];
static unsigned n_ops;

static uint32_t word_at(const struct seccomp_data *d, uint32_t at)
{
	uint32_t v;

	assert_true(at + 4 <= sizeof(*d) && at % 4 == 0);
	memcpy(&v, (const char *)d + at, 4);
	return v;
}

/* Every jump forward and inside, every way ends in a verdict: as the kernel's checker wants it. */
static uint32_t verdict(const struct seccomp_data *d)
{
	uint32_t a = 0, at = 0;

	for (;;) {
		const struct sock_filter *op = &ops[at];

		assert_true(at < n_ops);
		at++;
		switch (op->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = word_at(d, op->k);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= op->k;
			break;
		case BPF_JMP | BPF_JA:
			at += op->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += a == op->k ? op->jt : op->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			at += a > op->k ? op->jt : op->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			at += a >= op->k ? op->jt : op->jf;
			break;
		case BPF_RET | BPF_K:
			return op->k;
		default:
			fail_msg("instruction 0x%x", op->code);
		}
	}
}

static uint32_t on(int64_t nr, uint64_t arg0, uint64_t arg1)
{
	struct seccomp_data d = { .nr = (int)nr,
				  .arch = seccomp_own_arch(0),
				  .args = { arg0, arg1 } };

	return verdict(&d);
}

static void compile(const struct seccomp_policy *p)
{
	struct err e = { 0 };

	assert_int_equal(seccomp_compile(p, ops, SECCOMP_OPS_MAX, &n_ops, &e), 0);
	assert_true(n_ops > 0);
}

#endif
