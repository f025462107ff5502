/* SPDX-License-Identifier: ISC */
/* runtime/cgroup_*: conversions, mountinfo, lines of statistics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_mounts.h"
#include "runtime/cgroup_res.h"
#include "runtime/cgroup_stats.h"

/* --- conversions from version 1 to version 2 --- */

static void shares_become_a_weight(void **state)
{
	static const int64_t cases[][2] = {
		{ CG_UNSET, CG_UNSET },
		{ 0, CG_UNSET },
		{ -1, CG_UNSET },
		{ 1, 1 },
		{ 2, 1 },
		{ 512, 20 },
		{ 1024, 39 },
		{ 2048, 79 },
		{ 262144, 10000 },
		{ 262145, 10000 },
		{ INT64_MAX, 10000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_true(cg_weight_of_shares(cases[i][0]) == cases[i][1]);
}

static void a_block_weight_becomes_a_wider_one(void **state)
{
	static const int64_t cases[][2] = {
		{ CG_UNSET, CG_UNSET }, { 0, CG_UNSET }, { 1, 1 },	  { 10, 1 },
		{ 100, 910 },		{ 500, 4950 },	 { 1000, 10000 }, { 1001, 10000 },
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
		{ CG_UNSET, CG_UNSET, CG_UNSET, 0 },
		{ 100, CG_UNSET, CG_UNSET, 0 },
		{ 100, 0, CG_UNSET, 0 },
		{ 100, 100, 0, 0 },
		{ 100, 250, 150, 0 },
		{ 100, -1, -1, 0 },
		{ CG_UNSET, -1, -1, 0 },
		{ -1, CG_UNSET, -1, 0 },
		{ -1, -1, -1, 0 },
		{ 100, 99, 7, -EINVAL },
		{ CG_UNSET, 100, 7, -EINVAL },
		{ 0, 100, 7, -EINVAL },
		{ -1, 100, 7, -EINVAL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };
		int64_t got = 7;

		assert_int_equal(cg_swap_of_memsw(cases[i].memory, cases[i].memsw, &got, &e),
				 cases[i].rc);
		assert_true(got == cases[i].want);
		assert_int_equal(e.code, -cases[i].rc);
	}
}

static void nothing_is_given_at_first(void **state)
{
	struct cg_resources r;
	const int64_t *all[] = {
		&r.memory.limit,
		&r.memory.reservation,
		&r.memory.swap,
		&r.memory.kernel,
		&r.memory.kernel_tcp,
		&r.memory.swappiness,
		&r.memory.disable_oom_killer,
		&r.memory.use_hierarchy,
		&r.memory.check_before_update,
		&r.cpu.shares,
		&r.cpu.quota,
		&r.cpu.burst,
		&r.cpu.period,
		&r.cpu.realtime_runtime,
		&r.cpu.realtime_period,
		&r.cpu.idle,
		&r.pids_limit,
		&r.blkio.weight,
		&r.blkio.leaf_weight,
		&r.network_class,
	};
	size_t i;

	(void)state;
	memset(&r, 0x5a, sizeof(r));
	cg_resources_init(&r);
	for (i = 0; i < ARRAY_LEN(all); i++)
		assert_true(*all[i] == CG_UNSET);
	assert_true(!r.cpu.cpus && !r.cpu.mems && !r.n_devices && !r.n_unified && !r.n_hugetlb &&
		    !r.blkio.n_throttle[CG_WRITE_IOPS]);
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

/* --- mountinfo --- */

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
		{ "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
		  "/sys/fs/cgroup/memory", bit("memory") },
		{ "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 master:2 - cgroup "
		  "cgroup rw,cpu,cpuacct",
		  "/sys/fs/cgroup/cpu,cpuacct", bit("cpu") | bit("cpuacct") },
		{ "32 31 0:29 /docker/abc /sys/fs/cgroup/net_cls ro - cgroup cgroup "
		  "rw,net_cls,net_prio",
		  "/sys/fs/cgroup/net_cls", bit("net_cls") | bit("net_prio") },
		{ "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd",
		  "/sys/fs/cgroup/systemd", bit("systemd") },
		{ "41 31 0:38 /../.. /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate",
		  "/sys/fs/cgroup/unified", 1u << CG_V1_UNIFIED },
		{ "41 31 0:38 / /with\\040blank/x rw - cgroup2 none rw", "/with blank/x",
		  1u << CG_V1_UNIFIED },
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
		"",
		" ",
		"-",
		"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
		"40 31 0:37 / /sys/fs/cgroup/elogind rw - cgroup cgroup rw,name=elogind",
		"40 31 0:37 / /x rw - cgroup cgroup rw,name=memory",
		"40 31 0:37 / /x rw - cgroup cgroup rw,name=unified",
		"40 31 0:37 / /x rw - cgroup cgroup rw,unified",
		"40 31 0:37 / /x rw - cgroup cgroup rw,systemd",
		"40 31 0:37 / /x rw - cgroup cgroup rw,mem",
		"40 31 0:37 / /x rw - cgroup",
		"40 31 0:37 / /x rw",
		"40 31 0:37 / /x rw - ",
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
	/* Nothing behind the end is read. */
	assert_false(cg_mount_parse(text, strlen(text) - 1, &m));
}

/* --- statistics --- */

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
	assert_true(s.io[0].major == 8 && s.io[0].minor == 0 && s.io[0].value == 4096 &&
		    !strcmp(s.io[0].op, "Read"));
	assert_true(s.io[1].table == CG_IO_TIME && s.io[1].major == 254 && s.io[1].minor == 16 &&
		    s.io[1].value == 12 && !s.io[1].op[0]);
	assert_true(s.io[2].value == UINT64_MAX && !strcmp(s.io[2].op, "Total") && !s.cut);
}

static void io_stat_lines_become_rows_of_version_1(void **state)
{
	unsigned i;

	(void)state;
	memset(&s, 0, sizeof(s));
	cg_stats_take_io(&s,
			 "8:0 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0");
	cg_stats_take_io(&s, "8:16 ");
	cg_stats_take_io(&s, "nothing rbytes=1");
	assert_int_equal(s.n_io, 4);
	assert_true(s.io[0].table == CG_IO_BYTES && s.io[0].value == 1459200 &&
		    !strcmp(s.io[0].op, "Read"));
	assert_true(s.io[3].table == CG_IO_SERVICED && s.io[3].value == 353 &&
		    !strcmp(s.io[3].op, "Write") && s.io[3].major == 8);
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
	assert_true(psi.there && psi.some.avg10 == 93 && psi.some.avg60 == 761 &&
		    psi.some.avg300 == 10000);
	assert_true(psi.some.total == 3059699225u && psi.full.avg60 == 1205 &&
		    psi.full.avg300 == 0 && psi.full.total == 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_become_a_weight),
		cmocka_unit_test(a_block_weight_becomes_a_wider_one),
		cmocka_unit_test(swap_is_what_memory_leaves_of_both),
		cmocka_unit_test(nothing_is_given_at_first),
		cmocka_unit_test(names_that_reach_a_control_file_are_plain),
		cmocka_unit_test(mounts_say_their_controllers),
		cmocka_unit_test(other_mounts_are_none),
		cmocka_unit_test(blkio_lines_become_rows),
		cmocka_unit_test(io_stat_lines_become_rows_of_version_1),
		cmocka_unit_test(pressure_lines_become_hundredths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
