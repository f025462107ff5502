/* SPDX-License-Identifier: ISC */
/*
 * Device rules as a BPF program: see cgroup_bpf.h. Runs in a container's child or in the OCI
 * command line.
 */
#include "runtime/cgroup_bpf.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/spec.h"

#define ANY (-1)
#define OTHERS_MAX 16	/* programs on one group */

static void add(struct cg_bpf *p, unsigned code, unsigned dst, unsigned src, int off, int32_t imm)
{
	struct bpf_insn insn = { .code = (uint8_t)code, .off = (int16_t)off, .imm = imm };

	insn.dst_reg = dst & 15u;
	insn.src_reg = src & 15u;
	p->insn[p->n++] = insn;
}

#define OFFSET(field) offsetof(struct bpf_cgroup_dev_ctx, field)
#define LOAD(dst, field) add(p, BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_1, OFFSET(field), 0)
#define ALU(op, dst, imm) add(p, BPF_ALU | (op) | BPF_K, dst, 0, 0, imm)
#define MOV(dst, src) add(p, BPF_ALU | BPF_MOV | BPF_X, dst, src, 0, 0)
#define RETURN(value) (ALU(BPF_MOV, BPF_REG_0, value), add(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0))
#define SKIP_UNLESS(reg, value, over) add(p, BPF_JMP | BPF_JNE | BPF_K, reg, 0, over, value)

static int32_t bits_of(unsigned access)
{
	return (access & SPEC_DEV_READ ? BPF_DEVCG_ACC_READ : 0) |
	       (access & SPEC_DEV_WRITE ? BPF_DEVCG_ACC_WRITE : 0) |
	       (access & SPEC_DEV_MKNOD ? BPF_DEVCG_ACC_MKNOD : 0);
}

/*
 * Register 2 is the type, 3 what is still wanted, 4 and 5 the numbers. A permission takes its kinds
 * of access off register 3 and allows when none is left; a refusal refuses when one of its kinds is
 * still there. So "r" and "w" in two rules allow "rw".
 */
static void add_rule(struct cg_bpf *p, const struct cg_device_rule *r)
{
	bool typed = r->type != 'a', major = r->major != ANY, minor = r->minor != ANY;
	/* Instructions to jump over, the one that jumps among them. */
	int left = (r->allow ? 4 : 5) + typed + major + minor;

	if (typed)
		SKIP_UNLESS(BPF_REG_2, r->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK,
			    --left);
	if (major)
		SKIP_UNLESS(BPF_REG_4, (int32_t)r->major, --left);
	if (minor)
		SKIP_UNLESS(BPF_REG_5, (int32_t)r->minor, --left);
	if (r->allow) {
		ALU(BPF_AND, BPF_REG_3, ~bits_of(r->access));
		SKIP_UNLESS(BPF_REG_3, 0, 2);
	} else {
		MOV(BPF_REG_0, BPF_REG_3);
		ALU(BPF_AND, BPF_REG_0, bits_of(r->access));
		add(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0);
	}
	RETURN(r->allow);
}

/* A rule behind which none is looked at: the verifier refuses code that cannot be reached. */
static bool is_last_word(const struct cg_device_rule *r)
{
	return r->type == 'a' && r->major == ANY && r->minor == ANY &&
	       bits_of(r->access) == bits_of(~0u);
}

/*
 * struct bpf_cgroup_dev_ctx: access_type is the type in the low half, the access that is wanted in
 * the high half.
 */
void cg_bpf_build(struct cg_bpf *p, const struct cg_device_rule *rules, unsigned n)
{
	p->n = 0;
	LOAD(BPF_REG_2, access_type);
	MOV(BPF_REG_3, BPF_REG_2);
	ALU(BPF_AND, BPF_REG_2, 0xffff);
	ALU(BPF_RSH, BPF_REG_3, 16);
	LOAD(BPF_REG_4, major);
	LOAD(BPF_REG_5, minor);
	for (; n && !is_last_word(&rules[n - 1]); n--)
		add_rule(p, &rules[n - 1]);
	RETURN(n && rules[n - 1].allow);
}

static int bpf(int command, union bpf_attr *attr)
{
	long rc = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return rc < 0 ? -errno : (int)rc;
}

static int load(const struct cg_bpf *p)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uintptr_t)p->insn;
	attr.insn_cnt = p->n;
	attr.license = (uintptr_t)"ISC";
	return bpf(BPF_PROG_LOAD, &attr);
}

struct present {	/* the programs that a group has */
	uint32_t id[OTHERS_MAX], n, flags;
};

static int query(int group_fd, struct present *ret)
{
	union bpf_attr attr;
	int rc;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)group_fd;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uintptr_t)ret->id;
	attr.query.prog_cnt = OTHERS_MAX;
	rc = bpf(BPF_PROG_QUERY, &attr);
	ret->n = rc ? 0 : attr.query.prog_cnt;
	ret->flags = rc ? 0 : attr.query.attach_flags;
	return rc;
}

static int fd_by_id(uint32_t id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	return bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

static int attach(int group_fd, int prog, uint32_t flags, int replaced)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)group_fd;
	attr.attach_bpf_fd = (uint32_t)prog;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = flags;
	attr.replace_bpf_fd = replaced < 0 ? 0 : (uint32_t)replaced;
	return bpf(BPF_PROG_ATTACH, &attr);
}

static int detach(int group_fd, uint32_t id)
{
	union bpf_attr attr;
	int prog AUTO_CLOSE = fd_by_id(id);

	if (prog < 0)
		return prog;
	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)group_fd;
	attr.attach_bpf_fd = (uint32_t)prog;
	attr.attach_type = BPF_CGROUP_DEVICE;
	return bpf(BPF_PROG_DETACH, &attr);
}

/*
 * BPF_F_ALLOW_MULTI, so that groups below may have rules of their own (a runtime in a container).
 * One program is replaced at once from Linux 5.6 on; before, and where there are several, the new
 * one comes first and the old ones go. A program that was put there without that flag, by an older
 * pintle, is replaced by one without it.
 */
static int replace(int group_fd, int prog)
{
	struct present old;
	int one AUTO_CLOSE = -1, rc = query(group_fd, &old);
	uint32_t i;

	if (rc && rc != -EINVAL)
		return rc;
	if (old.n && !(old.flags & BPF_F_ALLOW_MULTI))
		return attach(group_fd, prog, old.flags, -1);
	if (old.n == 1)
		one = fd_by_id(old.id[0]);
	if (one >= 0 && !attach(group_fd, prog, BPF_F_ALLOW_MULTI | BPF_F_REPLACE, one))
		return 0;
	rc = attach(group_fd, prog, BPF_F_ALLOW_MULTI, -1);
	for (i = 0; i < old.n && !rc; i++)
		rc = detach(group_fd, old.id[i]);
	return rc;
}

int cg_bpf_attach(int group_fd, const char *group, const struct cg_device_rule *rules, unsigned n,
		  struct err *e)
{
	struct cg_bpf p;
	int prog AUTO_CLOSE = -1, rc;

	cg_bpf_build(&p, rules, n);
	prog = load(&p);
	if (prog == -ENOSYS || prog == -EINVAL)
		return err_set(e, ENOTSUP, "cgroup", "%s: no device rules in this kernel", group);
	if (prog < 0)
		return err_set(e, prog, "cgroup", "%s: load the device rules", group);
	rc = replace(group_fd, prog);
	if (rc)
		rc = err_set(e, rc == -EINVAL ? ENOTSUP : rc, "cgroup",
			     "%s: attach the device rules", group);
	return rc;
}
