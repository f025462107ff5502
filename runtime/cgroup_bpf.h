/* SPDX-License-Identifier: ISC */
/* Device rules as a BPF program of the unified hierarchy (Linux 4.15, CONFIG_CGROUP_BPF). */
#ifndef PINTLE_RUNTIME_CGROUP_BPF_H
#define PINTLE_RUNTIME_CGROUP_BPF_H

#include <linux/bpf.h>

#include "runtime/base/err.h"
#include "runtime/cgroup_res.h"

#define CG_RULES_MAX 128
#define CG_BPF_PER_RULE 8
/* Below the 4096 of the oldest kernels. */
#define CG_BPF_INSNS (8 + CG_RULES_MAX * CG_BPF_PER_RULE)

struct cg_bpf {
	struct bpf_insn insn[CG_BPF_INSNS];
	unsigned n;
};

/*
 * Writes the program for at most CG_RULES_MAX rules. Each kind of access that is wanted is decided
 * by the last rule that speaks of it; what no rule speaks of is refused. It returns 1 where all
 * that is wanted is allowed, else 0. Pure.
 */
void cg_bpf_build(struct cg_bpf *p, const struct cg_device_rule *rules, unsigned n);
/*
 * Loads the program and puts it in the place of the group's former one, without a moment between in
 * which there is none. -ENOTSUP where the kernel cannot. Rights: CAP_BPF and CAP_NET_ADMIN, or
 * CAP_SYS_ADMIN.
 */
int cg_bpf_attach(int group_fd, const char *group, const struct cg_device_rule *rules, unsigned n,
		  struct err *e);

#endif
