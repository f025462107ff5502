/* SPDX-License-Identifier: ISC */
/* runtime/cgroup_*: conversions, mountinfo, device rules as a program that is run here, lines of statistics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/cgroup_bpf.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_mounts.h"
#include "runtime/cgroup_stats.h"
#include "runtime/spec.h"

/* --- conversions from version 1 to version 2 ------------------------------------------------------- */

static void shares_become_a_weight(void **state)
{
	static const int64_t cases[][2] = {
		{ CG_UNSET, CG_UNSET }, { 0, CG_UNSET }, { -1, CG_UNSET }, { 1, 1 }, { 2, 1 }, { 512, 20 }, { 1024, 39 }, { 2048, 79 },
		{ 262144, 10000 }, { 262145, 10000 }, { INT64_MAX, 10000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_true(cg_weight_of_shares(cases[i][0]) == cases[i][1]);
}

static void a_block_weight_becomes_a_wider_one(void **state)
{
	static const int64_t cases[][2] = {
		{ CG_UNSET, CG_UNSET }, { 0, CG_UNSET }, { 1, 1 }, { 10, 1 }, { 100, 910 }, { 500, 4950 }, { 1000, 10000 }, { 1001, 10000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_true(cg_io_weight_of_blkio(cases[i][0]) == cases[i][1]);
}

static void swap_is_what_memory_leaves_of_both(void **state)
{
	static const struct {
		int64_t memory, memsw, want;
		int rc;
	} cases[] = {
		{ CG_UNSET, CG_UNSET, CG_UNSET, 0 }, { 100, CG_UNSET, CG_UNSET, 0 }, { 100, 0, CG_UNSET, 0 }, { 100, 100, 0, 0 },
		{ 100, 250, 150, 0 }, { 100, -1, -1, 0 }, { CG_UNSET, -1, -1, 0 }, { -1, CG_UNSET, -1, 0 }, { -1, -1, -1, 0 },
		{ 100, 99, 7, -EINVAL }, { CG_UNSET, 100, 7, -EINVAL }, { 0, 100, 7, -EINVAL }, { -1, 100, 7, -EINVAL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };
		int64_t got = 7;

		assert_int_equal(cg_swap_of_memsw(cases[i].memory, cases[i].memsw, &got, &e), cases[i].rc);
		assert_true(got == cases[i].want);
		assert_int_equal(e.code, -cases[i].rc);
	}
}

static void nothing_is_given_at_first(void **state)
{
	struct cg_resources r;
	const int64_t *all[] = {
		&r.memory.limit, &r.memory.reservation, &r.memory.swap, &r.memory.kernel, &r.memory.kernel_tcp, &r.memory.swappiness,
		&r.memory.disable_oom_killer, &r.memory.use_hierarchy, &r.memory.check_before_update, &r.cpu.shares, &r.cpu.quota,
		&r.cpu.burst, &r.cpu.period, &r.cpu.realtime_runtime, &r.cpu.realtime_period, &r.cpu.idle, &r.pids_limit,
		&r.blkio.weight, &r.blkio.leaf_weight, &r.network_class,
	};
	size_t i;

	(void)state;
	memset(&r, 0x5a, sizeof(r));
	cg_resources_init(&r);
	for (i = 0; i < ARRAY_LEN(all); i++)
		assert_true(*all[i] == CG_UNSET);
	assert_true(!r.cpu.cpus && !r.cpu.mems && !r.n_devices && !r.n_unified && !r.n_hugetlb && !r.blkio.n_throttle[CG_WRITE_IOPS]);
	assert_true(cg_nonzero(0) == CG_UNSET && cg_nonzero(-1) == -1 && cg_nonzero(5) == 5);
}

static void names_that_reach_a_control_file_are_plain(void **state)
{
	static const char *const bad[] = { "", "../x", "2MB/..", "eth0 7", "a\nb", NULL };
	static const char *const good[] = { "2MB", "eth0.7", "mlx5_0", "memory.high" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(cg_check_name("name", bad[i], NULL), -EINVAL);
	for (i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(cg_check_name("name", good[i], NULL), 0);
}

/* --- mountinfo ----------------------------------------------------------------------------------------- */

static uint32_t bit(const char *folder)
{
	uint32_t i;

	for (i = 0; i < CG_V1_N; i++)
		if (!strcmp(cg_hierarchies[i].folder, folder))
			return 1u << i;
	fail_msg("no hierarchy %s", folder);
	return 0;
}

static void mounts_say_their_controllers(void **state)
{
	const struct {
		const char *line, *point;
		uint32_t hierarchies;
	} cases[] = {
		{ "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory", "/sys/fs/cgroup/memory", bit("memory") },
		{ "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 master:2 - cgroup cgroup rw,cpu,cpuacct",
		  "/sys/fs/cgroup/cpu,cpuacct", bit("cpu") | bit("cpuacct") },
		{ "32 31 0:29 /docker/abc /sys/fs/cgroup/net_cls ro - cgroup cgroup rw,net_cls,net_prio", "/sys/fs/cgroup/net_cls",
		  bit("net_cls") | bit("net_prio") },
		{ "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd", "/sys/fs/cgroup/systemd",
		  bit("systemd") },
		{ "41 31 0:38 /../.. /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate", "/sys/fs/cgroup/unified",
		  1u << CG_V1_UNIFIED },
		{ "41 31 0:38 / /with\\040blank/x rw - cgroup2 none rw", "/with blank/x", 1u << CG_V1_UNIFIED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct cg_mount m = { 0 };

		assert_true(cg_mount_parse(cases[i].line, strlen(cases[i].line), &m));
		assert_string_equal(m.point, cases[i].point);
		assert_int_equal(m.hierarchies, cases[i].hierarchies);
	}
}

static void other_mounts_are_none(void **state)
{
	static const char *const lines[] = {
		"", " ", "-", "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
		"40 31 0:37 / /sys/fs/cgroup/elogind rw - cgroup cgroup rw,name=elogind",
		"40 31 0:37 / /x rw - cgroup cgroup rw,name=memory", "40 31 0:37 / /x rw - cgroup cgroup rw,name=unified",
		"40 31 0:37 / /x rw - cgroup cgroup rw,unified", "40 31 0:37 / /x rw - cgroup cgroup rw,systemd",
		"40 31 0:37 / /x rw - cgroup cgroup rw,mem", "40 31 0:37 / /x rw - cgroup", "40 31 0:37 / /x rw", "40 31 0:37 / /x rw - ",
		"40 31 0:37 /sys/cgroup /x rw - ext4 cgroup rw,memory",
	};
	char text[400] = "1 2 0:3 / /";
	struct cg_mount m;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(lines); i++)
		assert_false(cg_mount_parse(lines[i], strlen(lines[i]), &m));
	memset(text + 11, 'a', 300);
	strcpy(text + 311, " rw - cgroup cgroup rw,pids");
	assert_false(cg_mount_parse(text, strlen(text), &m));	/* too long a path */
	strcpy(text, "1 2 0:3 / /x rw - cgroup cgroup rw,pids");
	assert_true(cg_mount_parse(text, strlen(text), &m));
	assert_false(cg_mount_parse(text, strlen(text) - 1, &m));	/* nothing behind the end is read */
}

/* --- device rules: the program, run as the kernel would ----------------------------------------------- */

static uint64_t run(const struct cg_bpf *p, const struct bpf_cgroup_dev_ctx *ctx)
{
	uint64_t r[11] = { 0 };
	unsigned at = 0, steps = 0;

	while (at < p->n && steps++ < CG_BPF_INSNS) {
		const struct bpf_insn *i = &p->insn[at++];
		uint64_t *dst = &r[i->dst_reg], src = r[i->src_reg], imm = (uint64_t)(int64_t)i->imm;
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

/* The kernel's verifier refuses code that cannot be reached: every instruction is after one that goes on, or jumped to. */
static void assert_all_reached(const struct cg_bpf *p)
{
	static bool reached[CG_BPF_INSNS + 1];
	unsigned i;

	memset(reached, 0, sizeof(reached));
	reached[0] = true;
	for (i = 0; i < p->n; i++) {
		bool jump = (p->insn[i].code & 7) == BPF_JMP && p->insn[i].code != (BPF_JMP | BPF_EXIT);

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

static bool speaks_of(const struct cg_device_rule *r, char type, uint32_t major, uint32_t minor, unsigned access)
{
	return (r->type == 'a' || r->type == type) && (r->major < 0 || r->major == major) && (r->minor < 0 || r->minor == minor) &&
	       r->access & access;
}

/* What cgroup_bpf.h promises, a kind of access at a time. */
static bool allowed(const struct cg_device_rule *rules, unsigned n, char type, uint32_t major, uint32_t minor, unsigned wanted)
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

static bool asked(const struct cg_bpf *p, char type, uint32_t major, uint32_t minor, unsigned wanted)
{
	struct bpf_cgroup_dev_ctx ctx = { .major = major, .minor = minor };
	uint32_t bits = (wanted & SPEC_DEV_READ ? BPF_DEVCG_ACC_READ : 0) | (wanted & SPEC_DEV_WRITE ? BPF_DEVCG_ACC_WRITE : 0) |
			(wanted & SPEC_DEV_MKNOD ? BPF_DEVCG_ACC_MKNOD : 0);

	ctx.access_type = bits << 16 | (type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK);
	return run(p, &ctx) == 1;
}

static void the_last_rule_that_speaks_decides(void **state)
{
	static const struct cg_device_rule rules[] = {
		{ false, 'a', -1, -1, 7 }, { true, 'c', -1, -1, 4 }, { true, 'c', 1, 3, 7 }, { true, 'b', 8, -1, 1 }, { true, 'b', 8, 0, 2 },
		{ false, 'c', 1, 3, 2 },
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
	assert_true(asked(&p, 'b', 8, 0, SPEC_DEV_READ | SPEC_DEV_WRITE));	/* two rules together */
	assert_false(asked(&p, 'b', 8, 1, SPEC_DEV_READ | SPEC_DEV_WRITE));
}

static void what_no_rule_speaks_of_is_refused(void **state)
{
	static const struct cg_device_rule all = { true, 'a', -1, -1, 7 }, some = { true, 'a', -1, -1, 3 };
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
			rules[i] = (struct cg_device_rule){ next(&seed) % 2, "abc"[next(&seed) % 3], (int64_t)(next(&seed) % 4) - 1,
							    (int64_t)(next(&seed) % 4) - 1, next(&seed) % 8 };
		cg_bpf_build(&p, rules, n);
		assert_true(p.n <= CG_BPF_INSNS);
		assert_all_reached(&p);
		for (i = 0; i < 2 * 4 * 4; i++)
			for (wanted = 1; wanted < 8; wanted++)
				assert_int_equal(asked(&p, i & 1 ? 'c' : 'b', i >> 1 & 3, i >> 3, wanted),
						 allowed(rules, n, i & 1 ? 'c' : 'b', i >> 1 & 3, i >> 3, wanted));
	}
}

/* --- statistics ------------------------------------------------------------------------------------- */

static struct cg_stats s;

static void blkio_lines_become_rows(void **state)
{
	(void)state;
	memset(&s, 0, sizeof(s));
	cg_stats_take_blkio(&s, CG_IO_BYTES, "8:0 Read 4096");
	cg_stats_take_blkio(&s, CG_IO_TIME, "254:16 12");
	cg_stats_take_blkio(&s, CG_IO_BYTES, "8:0 Total 18446744073709551615");
	cg_stats_take_blkio(&s, CG_IO_BYTES, "Total 4096");
	cg_stats_take_blkio(&s, CG_IO_BYTES, "8:0 Read 18446744073709551616");
	cg_stats_take_blkio(&s, CG_IO_BYTES, "8:0 Read");
	cg_stats_take_blkio(&s, CG_IO_BYTES, "8:0 OperationTooLong 1");
	cg_stats_take_blkio(&s, CG_IO_BYTES, "8 Read 1");
	cg_stats_take_blkio(&s, CG_IO_BYTES, "");
	assert_int_equal(s.n_io, 3);
	assert_true(s.io[0].major == 8 && s.io[0].minor == 0 && s.io[0].value == 4096 && !strcmp(s.io[0].op, "Read"));
	assert_true(s.io[1].table == CG_IO_TIME && s.io[1].major == 254 && s.io[1].minor == 16 && s.io[1].value == 12 && !s.io[1].op[0]);
	assert_true(s.io[2].value == UINT64_MAX && !strcmp(s.io[2].op, "Total") && !s.cut);
}

static void io_stat_lines_become_rows_of_version_1(void **state)
{
	unsigned i;

	(void)state;
	memset(&s, 0, sizeof(s));
	cg_stats_take_io(&s, "8:0 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0");
	cg_stats_take_io(&s, "8:16 ");
	cg_stats_take_io(&s, "nothing rbytes=1");
	assert_int_equal(s.n_io, 4);
	assert_true(s.io[0].table == CG_IO_BYTES && s.io[0].value == 1459200 && !strcmp(s.io[0].op, "Read"));
	assert_true(s.io[3].table == CG_IO_SERVICED && s.io[3].value == 353 && !strcmp(s.io[3].op, "Write") && s.io[3].major == 8);
	for (i = 0; i < CG_STAT_IO; i++)
		cg_stats_take_io(&s, "8:0 rbytes=1");
	assert_int_equal(s.n_io, CG_STAT_IO);
	assert_true(s.cut);
}

static void pressure_lines_become_hundredths(void **state)
{
	struct cg_psi psi = { 0 };

	(void)state;
	cg_stats_take_pressure(&psi, "cpu 1");
	assert_false(psi.there);
	cg_stats_take_pressure(&psi, "some avg10=0.93 avg60=7.61 avg300=100.00 total=3059699225");
	cg_stats_take_pressure(&psi, "full avg10=0.00 avg60=12.05 avg300=x total=8");
	assert_true(psi.there && psi.some.avg10 == 93 && psi.some.avg60 == 761 && psi.some.avg300 == 10000);
	assert_true(psi.some.total == 3059699225u && psi.full.avg60 == 1205 && psi.full.avg300 == 0 && psi.full.total == 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_become_a_weight), cmocka_unit_test(a_block_weight_becomes_a_wider_one),
		cmocka_unit_test(swap_is_what_memory_leaves_of_both), cmocka_unit_test(nothing_is_given_at_first),
		cmocka_unit_test(names_that_reach_a_control_file_are_plain), cmocka_unit_test(mounts_say_their_controllers),
		cmocka_unit_test(other_mounts_are_none), cmocka_unit_test(the_last_rule_that_speaks_decides),
		cmocka_unit_test(what_no_rule_speaks_of_is_refused), cmocka_unit_test(programs_agree_with_their_rules),
		cmocka_unit_test(blkio_lines_become_rows), cmocka_unit_test(io_stat_lines_become_rows_of_version_1),
		cmocka_unit_test(pressure_lines_become_hundredths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
