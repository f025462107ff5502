/* SPDX-License-Identifier: ISC */
/*
 * Seccomp profile files, read and compiled: what is taken makes a program that the kernel's checker
 * takes (seccomp_check_filter: every jump forward and inside, the last instruction a verdict); what
 * is refused says why.
 */
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>

#include "runtime/oci/seccomp_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_program(const struct sock_filter *ops, unsigned n)
{
	unsigned i;

	if (!n || n > SECCOMP_OPS_MAX || BPF_CLASS(ops[n - 1].code) != BPF_RET)
		abort();
	for (i = 0; i < n; i++) {
		switch (ops[i].code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (ops[i].k % 4 || ops[i].k >= sizeof(struct seccomp_data))
				abort();
			break;
		case BPF_JMP | BPF_JA:
			if (ops[i].k >= n - i - 1)
				abort();
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
			if (i + 1 + ops[i].jt >= n || i + 1 + ops[i].jf >= n)
				abort();
			break;
		case BPF_ALU | BPF_AND | BPF_K:
		case BPF_RET | BPF_K:
			break;
		default:
			abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct sock_filter ops[SECCOMP_OPS_MAX];
	static unsigned char *memory;
	const size_t cap = 3 << 20;
	const struct seccomp_policy *p = NULL;
	struct err e = { 0 };
	struct arena a;
	unsigned n_ops = 0;
	int rc;

	if (!memory)
		memory = malloc(cap);
	arena_init(&a, memory, cap);
	rc = oci_seccomp_read(&a, bytes, n, "fuzz", 1ull << 21, "5.10.0", &p, &e);
	if (rc > 0 || (rc && (!e.code || !*e.text)) || (!rc && !p))
		abort();
	if (rc)
		return 0;
	rc = seccomp_compile(p, ops, SECCOMP_OPS_MAX, &n_ops, &e);
	if (rc > 0 || (rc && !e.code))
		abort();
	if (!rc)
		check_program(ops, n_ops);
	return 0;
}
