/* SPDX-License-Identifier: ISC */
/*
 * Which devices a container's group may open: one list of rules, carried out as a BPF program on the
 * unified hierarchy (Linux 4.15, CONFIG_CGROUP_BPF) or as devices.allow on version 1.
 * Runs in the container's child while it still has its rights.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"
#include "runtime/spec.h"

#define ANY (-1)
#define EXTRA_MAX 32
#define INSNS_PER_RULE 7

struct rule {
	char type;	/* 'c' or 'b' */
	int major, minor;
	unsigned access;	/* SPEC_DEV_* */
};

/* Docker's default: null zero full random urandom, tty console ptmx, the pty slaves. */
static const struct rule defaults[] = {
	{ 'c', 1, 3, 7 }, { 'c', 1, 5, 7 }, { 'c', 1, 7, 7 }, { 'c', 1, 8, 7 }, { 'c', 1, 9, 7 },
	{ 'c', 5, 0, 7 }, { 'c', 5, 1, 7 }, { 'c', 5, 2, 7 }, { 'c', 136, ANY, 7 },
};
#define RULES_MAX (ARRAY_LEN(defaults) + EXTRA_MAX)

static int v1_rules(int fd, const char *group, const struct rule *rules, unsigned n, struct err *e)
{
	char text[48], minor[16];
	unsigned i;
	int rc = cg_write(fd, group, "devices.deny", "a", e);

	/* Making a node is harmless where opening it is not allowed. */
	rc = rc ?: cg_write(fd, group, "devices.allow", "c *:* m", e);
	rc = rc ?: cg_write(fd, group, "devices.allow", "b *:* m", e);
	for (i = 0; i < n && !rc; i++) {
		str_print(minor, sizeof(minor), rules[i].minor == ANY ? "*" : "%d", rules[i].minor);
		str_print(text, sizeof(text), "%c %d:%s %s%s%s", rules[i].type, rules[i].major, minor,
			  rules[i].access & SPEC_DEV_READ ? "r" : "", rules[i].access & SPEC_DEV_WRITE ? "w" : "",
			  rules[i].access & SPEC_DEV_MKNOD ? "m" : "");
		rc = cg_write(fd, group, "devices.allow", text, e);
	}
	return rc;
}

struct program {
	struct bpf_insn insn[16 + RULES_MAX * INSNS_PER_RULE];
	unsigned n;
};

static void add(struct program *p, uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm)
{
	struct bpf_insn insn = { .code = code, .off = off, .imm = imm };

	insn.dst_reg = dst & 15u;
	insn.src_reg = src & 15u;
	p->insn[p->n++] = insn;
}

#define LOAD(dst, field) add(p, BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, field), 0)
#define ALU(op, dst, imm) add(p, BPF_ALU | (op) | BPF_K, dst, 0, 0, imm)
#define MOV(dst, src) add(p, BPF_ALU | BPF_MOV | BPF_X, dst, src, 0, 0)
#define RETURN(value) (ALU(BPF_MOV, BPF_REG_0, value), add(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0))
#define SKIP_UNLESS(reg, value, over) add(p, BPF_JMP | BPF_JNE | BPF_K, reg, 0, over, value)

/* struct bpf_cgroup_dev_ctx: access_type is type in the low half, access wanted in the high half. */
static void build(struct program *p, const struct rule *rules, unsigned n)
{
	unsigned i;

	p->n = 0;
	LOAD(BPF_REG_2, access_type);
	MOV(BPF_REG_3, BPF_REG_2);
	ALU(BPF_AND, BPF_REG_2, 0xffff);
	ALU(BPF_RSH, BPF_REG_3, 16);
	LOAD(BPF_REG_4, major);
	LOAD(BPF_REG_5, minor);
	SKIP_UNLESS(BPF_REG_3, BPF_DEVCG_ACC_MKNOD, 2);
	RETURN(1);
	for (i = 0; i < n; i++) {
		const struct rule *r = &rules[i];
		int any = r->minor == ANY;
		unsigned denied = ((r->access & SPEC_DEV_READ ? 0 : BPF_DEVCG_ACC_READ) |
				   (r->access & SPEC_DEV_WRITE ? 0 : BPF_DEVCG_ACC_WRITE));

		SKIP_UNLESS(BPF_REG_2, r->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK, 5 + !any);
		SKIP_UNLESS(BPF_REG_4, r->major, 4 + !any);
		if (!any)
			SKIP_UNLESS(BPF_REG_5, r->minor, 4);
		MOV(BPF_REG_0, BPF_REG_3);
		add(p, BPF_JMP | BPF_JSET | BPF_K, BPF_REG_0, 0, 2, (int32_t)denied);
		RETURN(1);
	}
	RETURN(0);
}

static int v2_rules(int group_fd, const char *group, const struct rule *rules, unsigned n, struct err *e)
{
	struct program p;
	union bpf_attr attr;
	int prog AUTO_CLOSE = -1;

	build(&p, rules, n);
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uintptr_t)p.insn;
	attr.insn_cnt = p.n;
	attr.license = (uintptr_t)"ISC";
	prog = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (prog < 0 && (errno == ENOSYS || errno == EINVAL))
		return err_set(e, ENOTSUP, "cgroup", "%s: no device rules in this kernel", group);
	if (prog < 0)
		return err_set(e, errno, "cgroup", "%s: load the device rules", group);
	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)group_fd;
	attr.attach_bpf_fd = (uint32_t)prog;
	attr.attach_type = BPF_CGROUP_DEVICE;
	/* Without BPF_F_ALLOW_MULTI a second start replaces the program of the first. */
	if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)))
		return err_set(e, errno == EINVAL ? ENOTSUP : errno, "cgroup", "%s: attach the device rules", group);
	return 0;
}

static int add_extra(struct rule *rules, unsigned *n, const struct spec_device *d, struct err *e)
{
	struct stat st;

	if (*n == RULES_MAX)
		return err_set(e, E2BIG, "device", "%s: more than %d devices", d->source, EXTRA_MAX);
	if (stat(d->source, &st))
		return err_set(e, errno, "device", "%s", d->source);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_set(e, EINVAL, "device", "%s is no device", d->source);
	rules[(*n)++] = (struct rule){
		S_ISCHR(st.st_mode) ? 'c' : 'b', (int)major(st.st_rdev), (int)minor(st.st_rdev), d->access,
	};
	return 0;
}

int cg_devices(const struct cg *c, const struct spec_device *extra, unsigned n_extra, struct err *e)
{
	struct rule rules[RULES_MAX];
	unsigned n = ARRAY_LEN(defaults), i;
	int fd = cg_v1_by_controller(c, CG_HAS_DEVICES), rc;

	memcpy(rules, defaults, sizeof(defaults));
	for (i = 0; i < n_extra; i++) {
		rc = add_extra(rules, &n, &extra[i], e);
		if (rc)
			return rc;
	}
	if (fd >= 0)
		return v1_rules(fd, c->name, rules, n, e);
	if (c->fd >= 0)
		return v2_rules(c->fd, c->name, rules, n, e);
	return err_set(e, ENOTSUP, "cgroup", "%s: no device controller", c->name);
}
