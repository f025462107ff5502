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
#include "runtime/cgroup_res.h"
#include "runtime/spec.h"

#define ANY (-1)
#define INSNS_PER_RULE 9
#define RULES_MAX 128

/* Docker's default: nodes of all kinds may be made, these may be opened. */
static const struct cg_device_rule defaults[] = {
	{ false, 'a', ANY, ANY, 7 }, { true, 'c', ANY, ANY, SPEC_DEV_MKNOD }, { true, 'b', ANY, ANY, SPEC_DEV_MKNOD },
	{ true, 'c', 1, 3, 7 }, { true, 'c', 1, 5, 7 }, { true, 'c', 1, 7, 7 }, { true, 'c', 1, 8, 7 }, { true, 'c', 1, 9, 7 },
	{ true, 'c', 5, 0, 7 }, { true, 'c', 5, 1, 7 }, { true, 'c', 5, 2, 7 }, { true, 'c', 136, ANY, 7 },
};

static void put_number(struct str *s, int64_t n)
{
	if (n == ANY)
		str_putc(s, '*');
	else
		str_fmt(s, "%lld", (long long)n);
}

static int v1_rules(int fd, const char *group, const struct cg_device_rule *rules, unsigned n, struct err *e)
{
	char text[64];
	struct str s;
	unsigned i;
	int rc = 0;

	for (i = 0; i < n && !rc; i++) {
		const struct cg_device_rule *r = &rules[i];

		str_init(&s, text, sizeof(text));
		if (r->type == 'a') {
			str_putc(&s, 'a');	/* the kernel takes it for all numbers and accesses, whatever follows */
		} else {
			str_fmt(&s, "%c ", r->type);
			put_number(&s, r->major);
			str_putc(&s, ':');
			put_number(&s, r->minor);
			str_fmt(&s, " %s%s%s", r->access & SPEC_DEV_READ ? "r" : "", r->access & SPEC_DEV_WRITE ? "w" : "",
				r->access & SPEC_DEV_MKNOD ? "m" : "");
		}
		rc = cg_write(fd, group, r->allow ? "devices.allow" : "devices.deny", text, e);
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
#define SKIP_UNLESS(reg, value, over) add(p, BPF_JMP | BPF_JNE | BPF_K, reg, 0, (int16_t)(over), value)

/*
 * struct bpf_cgroup_dev_ctx: access_type is type in the low half, access wanted in the high half. The last rule that speaks of a
 * device decides, so they are tried from the last to the first. A permission must cover all that is wanted, a refusal any of it.
 */
static void add_rule(struct program *p, const struct cg_device_rule *r)
{
	unsigned access = (r->access & SPEC_DEV_READ ? BPF_DEVCG_ACC_READ : 0) | (r->access & SPEC_DEV_WRITE ? BPF_DEVCG_ACC_WRITE : 0) |
			  (r->access & SPEC_DEV_MKNOD ? BPF_DEVCG_ACC_MKNOD : 0);
	int left = r->allow ? 4 : 5;	/* instructions of the access check and the return, to jump over */

	if (r->type == 'a') {
		RETURN(r->allow);
		return;
	}
	left += (r->major != ANY) + (r->minor != ANY);
	SKIP_UNLESS(BPF_REG_2, r->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK, left--);
	if (r->major != ANY)
		SKIP_UNLESS(BPF_REG_4, (int32_t)r->major, left--);
	if (r->minor != ANY)
		SKIP_UNLESS(BPF_REG_5, (int32_t)r->minor, left--);
	MOV(BPF_REG_0, BPF_REG_3);
	if (r->allow) {
		add(p, BPF_JMP | BPF_JSET | BPF_K, BPF_REG_0, 0, 2, (int32_t)~access);
	} else {
		add(p, BPF_JMP | BPF_JSET | BPF_K, BPF_REG_0, 0, 1, (int32_t)access);
		add(p, BPF_JMP | BPF_JA, 0, 0, 2, 0);
	}
	RETURN(r->allow);
}

static void build(struct program *p, const struct cg_device_rule *rules, unsigned n)
{
	p->n = 0;
	LOAD(BPF_REG_2, access_type);
	MOV(BPF_REG_3, BPF_REG_2);
	ALU(BPF_AND, BPF_REG_2, 0xffff);
	ALU(BPF_RSH, BPF_REG_3, 16);
	LOAD(BPF_REG_4, major);
	LOAD(BPF_REG_5, minor);
	while (n) {
		add_rule(p, &rules[--n]);
		/* What it leaves nothing over for would be unreachable, and the verifier refuses that. */
		if (rules[n].type == 'a')
			return;
	}
	RETURN(1);	/* as version 1: what no rule speaks of is as it was, allowed */
}

static int v2_rules(int group_fd, const char *group, const struct cg_device_rule *rules, unsigned n, struct err *e)
{
	static struct program p;	/* one at a time: too large for a stack */
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

int cg_device_rules(const struct cg *c, const struct cg_device_rule *rules, unsigned n, struct err *e)
{
	int fd = cg_v1_by_controller(c, CG_HAS_DEVICES);

	if (n > RULES_MAX)
		return err_set(e, E2BIG, "cgroup", "%s: %u device rules are more than %d", c->name, n, RULES_MAX);
	if (fd >= 0)
		return v1_rules(fd, c->name, rules, n, e);
	if (c->fd >= 0)
		return v2_rules(c->fd, c->name, rules, n, e);
	return err_set(e, ENOTSUP, "cgroup", "%s: no device controller", c->name);
}

int cg_container_rules(const struct cg *c, const struct cg_device_rule *rules, unsigned n, struct err *e)
{
	struct cg_device_rule all[RULES_MAX];

	if (n + ARRAY_LEN(defaults) > RULES_MAX)
		return err_set(e, E2BIG, "cgroup", "%s: %u device rules", c->name, n);
	memcpy(all, rules, n * sizeof(*rules));
	memcpy(all + n, defaults + 1, sizeof(defaults) - sizeof(defaults[0]));
	return cg_device_rules(c, all, n + (unsigned)ARRAY_LEN(defaults) - 1, e);
}

static int add_extra(struct cg_device_rule *rules, unsigned *n, const struct spec_device *d, struct err *e)
{
	struct stat st;

	if (*n == RULES_MAX)
		return err_set(e, E2BIG, "device", "%s: too many devices", d->source);
	if (stat(d->source, &st))
		return err_set(e, errno, "device", "%s", d->source);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_set(e, EINVAL, "device", "%s is no device", d->source);
	rules[(*n)++] = (struct cg_device_rule){
		true, S_ISCHR(st.st_mode) ? 'c' : 'b', (int64_t)major(st.st_rdev), (int64_t)minor(st.st_rdev), d->access,
	};
	return 0;
}

int cg_devices(const struct cg *c, const struct spec_device *extra, unsigned n_extra, struct err *e)
{
	struct cg_device_rule rules[RULES_MAX];
	unsigned n = ARRAY_LEN(defaults), i;

	memcpy(rules, defaults, sizeof(defaults));
	for (i = 0; i < n_extra; i++) {
		int rc = add_extra(rules, &n, &extra[i], e);

		if (rc)
			return rc;
	}
	return cg_device_rules(c, rules, n, e);
}
