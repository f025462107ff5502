/* SPDX-License-Identifier: ISC */
/* runtime/cgroup_bpf: device rules as a program, run here as the kernel would, beside a model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/cgroup_bpf.h"
#include "runtime/spec.h"

static uint64_t run(const struct cg_bpf *p, const struct bpf_cgroup_dev_ctx *ctx)
{
	uint64_t r[11] = { 0 };
	unsigned at = 0, steps = 0;

	while (at < p->n && steps++ < CG_BPF_INSNS) {
		const struct bpf_insn *i = &p->insn[at++];
		uint64_t *dst = &r[i->dst_reg], src = r[i->src_reg],
			 imm = (uint64_t)(int64_t)i->imm;
		uint32_t word;

		switch (i->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			assert_int_equal(i->src_reg, BPF_REG_1);
			memcpy(&word, (const char *)ctx + i->off, sizeof(word));
			*dst = word;
			break;
		case BPF_ALU | BPF_MOV | BPF_X: *dst = (uint32_t)src; break;
		case BPF_ALU | BPF_MOV | BPF_K: *dst = (uint32_t)imm; break;
		case BPF_ALU | BPF_AND | BPF_K: *dst = (uint32_t)(*dst & imm); break;
		case BPF_ALU | BPF_RSH | BPF_K: *dst = (uint32_t)*dst >> imm; break;
		case BPF_JMP | BPF_JNE | BPF_K: at += *dst != imm ? (unsigned)i->off : 0; break;
		case BPF_JMP | BPF_JEQ | BPF_K: at += *dst == imm ? (unsigned)i->off : 0; break;
		case BPF_JMP | BPF_EXIT: return r[0];
		default: fail_msg("instruction %02x at %u", i->code, at - 1);
		}
		assert_true(i->off >= 0 || (i->code & 7) != BPF_JMP);
	}
	fail_msg("ran out of the program at %u", at);
	return 0;
}

/*
 * The kernel's verifier refuses code that cannot be reached: every instruction is after one that
 * goes on, or jumped to.
 */
static void assert_all_reached(const struct cg_bpf *p)
{
	static bool reached[CG_BPF_INSNS + 1];
	unsigned i;

	memset(reached, 0, sizeof(reached));
	reached[0] = true;
	for (i = 0; i < p->n; i++) {
		bool jump = (p->insn[i].code & 7) == BPF_JMP &&
			    p->insn[i].code != (BPF_JMP | BPF_EXIT);

		assert_true(reached[i]);
		if (jump) {
			assert_true(i + 1u + (unsigned)p->insn[i].off < p->n);
			reached[i + 1 + (unsigned)p->insn[i].off] = true;
		}
		if (p->insn[i].code != (BPF_JMP | BPF_EXIT))
			reached[i + 1] = true;
	}
	assert_false(reached[p->n]);
}

static bool speaks_of(const struct cg_device_rule *r, char type, uint32_t major, uint32_t minor,
		      unsigned access)
{
	return (r->type == 'a' || r->type == type) && (r->major < 0 || r->major == major) &&
	       (r->minor < 0 || r->minor == minor) && r->access & access;
}

/* What cgroup_bpf.h promises, a kind of access at a time. */
static bool allowed(const struct cg_device_rule *rules, unsigned n, char type, uint32_t major,
		    uint32_t minor, unsigned wanted)
{
	unsigned access, i;

	for (access = 1; access <= 4; access <<= 1) {
		if (!(wanted & access))
			continue;
		for (i = n; i && !speaks_of(&rules[i - 1], type, major, minor, access); i--)
			;
		if (!i || !rules[i - 1].allow)
			return false;
	}
	return true;
}

static bool asked(const struct cg_bpf *p, char type, uint32_t major, uint32_t minor,
		  unsigned wanted)
{
	struct bpf_cgroup_dev_ctx ctx = { .major = major, .minor = minor };
	uint32_t bits = (wanted & SPEC_DEV_READ ? BPF_DEVCG_ACC_READ : 0) |
			(wanted & SPEC_DEV_WRITE ? BPF_DEVCG_ACC_WRITE : 0) |
			(wanted & SPEC_DEV_MKNOD ? BPF_DEVCG_ACC_MKNOD : 0);

	ctx.access_type = bits << 16 | (type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK);
	return run(p, &ctx) == 1;
}

static void the_last_rule_that_speaks_decides(void **state)
{
	static const struct cg_device_rule rules[] = {
		{ false, 'a', -1, -1, 7 }, { true, 'c', -1, -1, 4 }, { true, 'c', 1, 3, 7 },
		{ true, 'b', 8, -1, 1 },   { true, 'b', 8, 0, 2 },   { false, 'c', 1, 3, 2 },
	};
	static struct cg_bpf p;

	(void)state;
	cg_bpf_build(&p, rules, ARRAY_LEN(rules));
	assert_all_reached(&p);
	assert_true(asked(&p, 'c', 1, 3, SPEC_DEV_READ));
	assert_false(asked(&p, 'c', 1, 3, SPEC_DEV_WRITE));
	assert_false(asked(&p, 'c', 1, 3, SPEC_DEV_READ | SPEC_DEV_WRITE));
	assert_true(asked(&p, 'c', 9, 9, SPEC_DEV_MKNOD));
	assert_false(asked(&p, 'b', 9, 9, SPEC_DEV_MKNOD));
	assert_true(asked(&p, 'b', 8, 0, SPEC_DEV_READ | SPEC_DEV_WRITE)); /* two rules together */
	assert_false(asked(&p, 'b', 8, 1, SPEC_DEV_READ | SPEC_DEV_WRITE));
}

static void what_no_rule_speaks_of_is_refused(void **state)
{
	static const struct cg_device_rule all = { true, 'a', -1, -1, 7 },
					   some = { true, 'a', -1, -1, 3 };
	static struct cg_bpf p;

	(void)state;
	cg_bpf_build(&p, &all, 0);
	assert_all_reached(&p);
	assert_false(asked(&p, 'c', 1, 3, SPEC_DEV_READ));
	cg_bpf_build(&p, &all, 1);
	assert_all_reached(&p);
	assert_true(asked(&p, 'b', 4095, 1048575, 7));
	cg_bpf_build(&p, &some, 1);
	assert_all_reached(&p);
	assert_true(asked(&p, 'b', 7, 7, 3));
	assert_false(asked(&p, 'b', 7, 7, 7));
}

/* Few numbers, so that rules overlap; a generator of its own, the same on every target. */
static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

static void programs_agree_with_their_rules(void **state)
{
	static struct cg_device_rule rules[CG_RULES_MAX];
	static struct cg_bpf p;
	uint32_t seed = 20250301;
	unsigned round, n, i, wanted;

	(void)state;
	for (round = 0; round < 300; round++) {
		n = round < 10 ? CG_RULES_MAX : next(&seed) % 9;
		for (i = 0; i < n; i++)
			rules[i] = (struct cg_device_rule){ next(&seed) % 2, "abc"[next(&seed) % 3],
							    (int64_t)(next(&seed) % 4) - 1,
							    (int64_t)(next(&seed) % 4) - 1,
							    next(&seed) % 8 };
		cg_bpf_build(&p, rules, n);
		assert_true(p.n <= CG_BPF_INSNS);
		assert_all_reached(&p);
		for (i = 0; i < 2 * 4 * 4; i++)
			for (wanted = 1; wanted < 8; wanted++)
				assert_int_equal(asked(&p, "bc"[i & 1], i >> 1 & 3, i >> 3, wanted),
						 allowed(rules, n, "bc"[i & 1], i >> 1 & 3, i >> 3,
							 wanted));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_rule_that_speaks_decides),
		cmocka_unit_test(what_no_rule_speaks_of_is_refused),
		cmocka_unit_test(programs_agree_with_their_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
