/* SPDX-License-Identifier: ISC */
/*
 * Comparisons of a call's arguments in classic BPF, for seccomp_compile.c: see seccomp_int.h. Pure.
 */
#include <linux/seccomp.h>
#include <stddef.h>

#include "runtime/seccomp_int.h"

void seccomp_add(struct seccomp_program *c, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	if (c->n < c->cap)
		c->ops[c->n] = (struct sock_filter){ code, jt, jf, k };
	c->n++;
}

static void load_arg(struct seccomp_program *c, unsigned index, bool high)
{
	bool second = high == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

	seccomp_add(c, BPF_LD | BPF_W | BPF_ABS,
		    (uint32_t)(offsetof(struct seccomp_data, args) + 8 * index + (second ? 4 : 0)),
		    0, 0);
}

/* Targets that are known only at the end of a comparison. */
#define FAIL 254
#define PASS 253

static void compare_high(struct seccomp_program *c, const struct seccomp_arg *a)
{
	uint32_t high = (uint32_t)(a->value >> 32);

	if (a->op == SECCOMP_OP_MASKED_EQ && !high)	/* nothing of it is looked at */
		return;
	load_arg(c, a->index, true);
	switch (a->op) {
	case SECCOMP_OP_EQ:
		seccomp_add(c, BPF_JMP | BPF_JEQ | BPF_K, high, 0, FAIL);
		break;
	case SECCOMP_OP_NE:
		seccomp_add(c, BPF_JMP | BPF_JEQ | BPF_K, high, 0, PASS);
		break;
	case SECCOMP_OP_GT:
	case SECCOMP_OP_GE:
		seccomp_add(c, BPF_JMP | BPF_JGT | BPF_K, high, PASS, 0);
		seccomp_add(c, BPF_JMP | BPF_JEQ | BPF_K, high, 0, FAIL);
		break;
	case SECCOMP_OP_LT:
	case SECCOMP_OP_LE:
		seccomp_add(c, BPF_JMP | BPF_JGT | BPF_K, high, FAIL, 0);
		seccomp_add(c, BPF_JMP | BPF_JEQ | BPF_K, high, 0, PASS);
		break;
	default:
		seccomp_add(c, BPF_ALU | BPF_AND | BPF_K, high, 0, 0);
		seccomp_add(c, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(a->value_two >> 32) & high, 0,
			    FAIL);
	}
}

static void compare_low(struct seccomp_program *c, const struct seccomp_arg *a)
{
	uint32_t low = (uint32_t)a->value;

	if (a->op == SECCOMP_OP_MASKED_EQ && !low)
		return;
	load_arg(c, a->index, false);
	switch (a->op) {
	case SECCOMP_OP_EQ:
		seccomp_add(c, BPF_JMP | BPF_JEQ | BPF_K, low, 0, FAIL);
		break;
	case SECCOMP_OP_NE:
		seccomp_add(c, BPF_JMP | BPF_JEQ | BPF_K, low, FAIL, 0);
		break;
	case SECCOMP_OP_GT:
		seccomp_add(c, BPF_JMP | BPF_JGT | BPF_K, low, 0, FAIL);
		break;
	case SECCOMP_OP_GE:
		seccomp_add(c, BPF_JMP | BPF_JGE | BPF_K, low, 0, FAIL);
		break;
	case SECCOMP_OP_LT:
		seccomp_add(c, BPF_JMP | BPF_JGE | BPF_K, low, FAIL, 0);
		break;
	case SECCOMP_OP_LE:
		seccomp_add(c, BPF_JMP | BPF_JGT | BPF_K, low, FAIL, 0);
		break;
	default:
		seccomp_add(c, BPF_ALU | BPF_AND | BPF_K, low, 0, 0);
		seccomp_add(c, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)a->value_two & low, 0, FAIL);
	}
}

/* Comparisons are short: their jumps fit a byte. */
static void settle(struct seccomp_program *c, unsigned from, uint8_t mark, unsigned to)
{
	unsigned i;

	for (i = from; i < c->n && i < c->cap; i++) {
		struct sock_filter *op = &c->ops[i];

		if (BPF_CLASS(op->code) != BPF_JMP)
			continue;
		if (op->jt == mark)
			op->jt = (uint8_t)(to - i - 1);
		if (op->jf == mark)
			op->jf = (uint8_t)(to - i - 1);
	}
}

void seccomp_add_condition(struct seccomp_program *c, const struct seccomp_arg *args, unsigned n,
			   bool wide, uint32_t action)
{
	unsigned start = c->n, i;

	for (i = 0; i < n; i++) {
		unsigned from = c->n;

		if (wide)
			compare_high(c, &args[i]);
		compare_low(c, &args[i]);
		settle(c, from, PASS, c->n);
	}
	seccomp_add(c, BPF_RET | BPF_K, action, 0, 0);
	settle(c, start, FAIL, c->n);
}

bool seccomp_repeats(const struct seccomp_rule *r)
{
	unsigned i, seen = 0;

	for (i = 0; i < r->n_args; i++) {
		if (seen >> r->args[i].index & 1)
			return true;
		seen |= 1u << r->args[i].index;
	}
	return false;
}
