/* SPDX-License-Identifier: ISC */
/* init/unit: whole files, drop-ins, the search path, the order of starting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "init/unit/unit.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

static char top[] = "/tmp/unit_load_XXXXXX";
static char early[64], late[64];
static _Alignas(16) char space[64 * 1024];
static struct unit table[UNITS_MAX];
static struct arena arena;
static struct unit_set set;
static char said[4096];

static void report(void *ctx, int level, const char *file, unsigned line, const char *text)
{
	const char *slash = strrchr(file, '/');
	struct str s;

	(void)ctx;
	str_init(&s, said + strlen(said), sizeof(said) - strlen(said));
	str_fmt(&s, "%s:%u:%c %s\n", slash ? slash + 1 : file, line,
		level <= LOG_LVL_ERR ? 'E' : 'W', text);
}

static void put(const char *folder, const char *name, const char *text)
{
	char path[256];
	int fd;

	str_print(path, sizeof(path), "%s/%s", folder, name);
	*strrchr(path, '/') = '\0';
	assert_int_equal(io_mkdirs(AT_FDCWD, path, 0755), 0);
	str_print(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(io_write_full(fd, text, strlen(text)), 0);
	close(fd);
}

static int start(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	str_print(early, sizeof(early), "%s/early", top);
	str_print(late, sizeof(late), "%s/late", top);
	io_mkdirs(AT_FDCWD, early, 0755);
	io_mkdirs(AT_FDCWD, late, 0755);
	arena_init(&arena, space, sizeof(space));
	set = (struct unit_set){ .arena = &arena, .units = table };
	said[0] = '\0';
	return 0;
}

static int finish(void **state)
{
	int rc = io_remove_tree(AT_FDCWD, top);

	(void)state;
	memcpy(top + strlen(top) - 6, "XXXXXX", 6);
	return rc;
}

static const struct unit *load(const char *name)
{
	const char *path[] = { early, "/nowhere", late, NULL };

	set.n = 0;
	unit_load(&set, path, report, NULL);
	return unit_find(&set, name);
}

/* One file's worth of [Container] and what comes of it. */
static const struct unit *container(const char *lines)
{
	char text[1024];

	str_print(text, sizeof(text), "[Container]\nImage=web\n%s\n", lines);
	put(late, "x.container", text);
	said[0] = '\0';
	return load("x.container");
}

static void a_container_file_is_read_as_podman_reads_it(void **state)
{
	const struct unit *u;

	(void)state;
	put(late, "web.container",
	    "# a comment\n; another\n\n[Unit]\nDescription=The web \\\n# not me\n  "
	    "page\nAfter=net.service other.service\nAfter=third.service\n"
	    "[Container]\nImage=oci:/images/web:1.0\nExec=serve --name \"%p page\" \\\n  "
	    "-v\nEnvironment=A=1 \"B=two words\"\n"
	    "Volume=/data:/srv:ro\nVolume=state:/"
	    "state\nMemory=16m\nReadOnly=yes\nAddCapability=NET_ADMIN CAP_SYS_TIME\nNetwork=host\n"
	    "[Service]\nRestart=on-failure\nRestartSec=250ms\nTimeoutStopSec=3\n[Install]"
	    "\nWantedBy=multi-user.target default.target\n");
	u = load("web");
	assert_string_equal(said, "");
	assert_non_null(u);
	assert_string_equal(u->description, "The web    page");
	assert_int_equal(u->after.n, 3);
	assert_string_equal(u->after.v[2], "third.service");
	assert_string_equal(u->exec[2], "web page");
	assert_string_equal(u->exec[3], "-v");
	assert_null(u->exec[4]);
	assert_string_equal(u->environment.v[1], "B=two words");
	assert_int_equal(u->volumes.n, 2);
	assert_int_equal(u->memory_max, 16 << 20);
	assert_true(u->read_only && u->no_new_privileges && u->enabled);
	assert_true(u->caps_add == (1ull << 12 | 1ull << 25));
	assert_int_equal(u->network, UNIT_NET_HOST);
	assert_int_equal(u->restart, UNIT_RESTART_ON_FAILURE);
	assert_int_equal(u->restart_ms, 250);
	assert_int_equal(u->timeout_stop_ms, 3000);
	assert_ptr_equal(unit_find(&set, "web.service"), u);	/* Quadlet's name for it */
}

static void an_empty_value_resets_a_list(void **state)
{
	(void)state;
	assert_int_equal(container("Environment=A=1\nEnvironment=\nEnvironment=B=2")->environment.n,
			 1);
	assert_int_equal(
		container("AddCapability=all\nAddCapability=\nAddCapability=CHOWN")->caps_add, 1);
	assert_int_equal(container("Volume=/a:/a\nVolume=")->volumes.n, 0);
	assert_string_equal(said, "");
}

static void bad_values_refuse_the_unit_with_file_and_line(void **state)
{
	static const struct {
		const char *lines, *want;
	} cases[] = {
		{ "Memory=lots", "Memory=" },
		{ "PidsLimit=0", "PidsLimit=" },
		{ "ReadOnly=perhaps", "ReadOnly=" },
		{ "Network=bridge", "Network=" },
		{ "AddCapability=FLY", "AddCapability=" },
		{ "StopSignal=SIGNOPE", "StopSignal=" },
		{ "Volume=rel/path:/x", "Volume=" },
		{ "Volume=/a:b", "Volume=" },
		{ "Volume=a", "Volume=" },
		{ "Tmpfs=x", "Tmpfs=" },
		{ "AddDevice=/dev/null:/dev/n:q", "AddDevice=" },
		{ "WorkingDir=here", "WorkingDir=" },
		{ "Exec=\"open", "Exec=" },
		{ "Environment=1 2", "Environment=" },
		{ "HostName=a b", "HostName=" },
		{ "StopTimeout=soon", "StopTimeout=" },
		{ "EnvironmentFile=rel", "EnvironmentFile=" },
		{ "Exec=%q", "specifier %q" },
		{ "no equals sign", "\"Key=\"" },
		{ "[Container", "section" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		const struct unit *u = container(cases[i].lines);

		assert_non_null(u);
		if (!u->bad || !strstr(said, "x.container:3:E ") || !strstr(said, cases[i].want))
			fail_msg("%s: said \"%s\"", cases[i].lines, said);
		assert_int_equal(u->why_bad.code, EBADMSG);
	}
}

static void unknown_keys_and_sections_warn_and_are_ignored(void **state)
{
	(void)state;
	assert_false(
		container("Colour=blue\nPodmanArgs=--x\n[X-Other]\nKey=1\n[Strange]\nKey=1")->bad);
	assert_string_equal(said, "x.container:3:W unknown key Colour= in [Container], ignored\n"
			    "x.container:4:W PodmanArgs= in [Container] is not supported, ignored\n"
			    "x.container:8:W unknown section [Strange], ignored\n");
}

static void what_inih_would_cut_in_silence_is_refused(void **state)
{
	char big[5200] = "Exec=";

	(void)state;
	memset(big + 5, 'a', sizeof(big) - 6);
	put(late, "y.service", big);
	put(late, "z.service", "[Service]\nExecStart=/bin/true\0hidden");
	said[0] = '\0';
	assert_true(load("y.service")->bad);
	assert_non_null(strstr(said, "y.service:1:E the line is longer than"));
}

static void a_unit_wants_what_it_cannot_do_without(void **state)
{
	static const struct {
		const char *name, *text, *want;
	} cases[] = {
		{ "a.container", "[Container]\nExec=x\n", "Image= or Rootfs=" },
		{ "a.container", "[Container]\nImage=x\nRootfs=/x\n", "exclude" },
		{ "a.service", "[Service]\nRestart=no\n", "ExecStart=" },
		{ "a.service", "[Service]\nExecStart=/a\nExecStart=/b\n", "oneshot" },
		{ "a.service", "[Service]\nExecStart=relative\n", "absolute" },
		{ "a.service", "[Service]\nExecStart=@/bin/x y\n", "prefix" },
		{ "a.service", "[Service]\nExecStart=/x\nLimitNOFILE=9:8\n", "SOFT" },
		{ "a.service", "[Service]\nExecStart=/x\nUMask=8\n", "octal" },
		{ "a.service", "[Unit]\nConditionPathExists=rel\n[Service]\nExecStart=/x\n",
		  "absolute" },
		{ "a.container", "[Container]\nRootfs=/x\nUlimit=fish=1\n", "no limit" },
		{ "a.service", "[Service]\nType=oneshot\nExecStart=/a\nRestart=always\n",
		  "never be done" },
		{ "a.service", "ExecStart=/a\n", "before the first section" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		start(NULL);
		put(late, cases[i].name, cases[i].text);
		if (!load(cases[i].name)->bad || !strstr(said, cases[i].want))
			fail_msg("%s: said \"%s\"", cases[i].text, said);
		finish(NULL);
	}
	start(NULL);
}

static void later_folders_and_drop_ins_win(void **state)
{
	const struct unit *u;

	(void)state;
	put(early, "a.service", "[Service]\nExecStart=/old\n");
	put(late, "a.service", "[Service]\nExecStart=/new\n");
	put(early, "a.service.d/10-first.conf", "[Unit]\nDescription=ten\n");
	put(late, "a.service.d/20-second.conf",
	    "[Unit]\nDescription=twenty\n[Service]\nMemoryMax=1M\n");
	put(early, "a.service.d/30-both.conf", "[Service]\nTasksMax=1\n");
	put(late, "a.service.d/30-both.conf", "[Service]\nTasksMax=2\n");
	put(early, "masked.service", "[Service]\nExecStart=/x\n");
	put(late, "masked.service", "");
	put(late, "tmpl@.service", "[Service]\nExecStart=/x\n");
	put(late, "README", "not a unit\n");
	u = load("a.service");
	assert_string_equal(u->exec_start->argv[0], "/new");
	assert_string_equal(u->description, "twenty");
	assert_int_equal(u->memory_max, 1 << 20);
	assert_int_equal(u->pids_max, 2);
	assert_null(unit_find(&set, "masked.service"));
	assert_null(unit_find(&set, "tmpl@.service"));
	assert_int_equal(set.n, 1);
}

static void a_full_table_refuses_the_rest_and_says_so(void **state)
{
	char name[32];
	unsigned i;

	(void)state;
	for (i = 0; i < UNITS_MAX + 3; i++) {
		str_print(name, sizeof(name), "u%03u.service", i);
		put(late, name, "[Service]\nExecStart=/x\n");
	}
	load("");
	assert_int_equal(set.n, UNITS_MAX);
	assert_non_null(strstr(said, "more units than UNITS_MAX"));
}

/* Random graphs: every edge that was not broken is respected; without a cycle none is broken. */
static void ten_thousand_random_graphs_are_ordered(void **state)
{
	static const char *names[UNITS_MAX][UNITS_MAX];
	static char texts[UNITS_MAX][16];
	uint16_t order[UNITS_MAX], place[UNITS_MAX];
	unsigned round, i, k;

	(void)state;
	srand(3);
	for (i = 0; i < UNITS_MAX; i++)
		str_print(texts[i], sizeof(texts[i]), "u%u.service", i);
	for (round = 0; round < 10000; round++) {
		unsigned n = 2 + (unsigned)rand() % (UNITS_MAX - 2),
			 edges = (unsigned)rand() % (2 * n);
		bool acyclic = round % 2;
		int cycles;

		memset(table, 0, sizeof(table));
		set.n = n;
		said[0] = '\0';
		for (i = 0; i < n; i++) {
			str_copy(table[i].name, sizeof(table[i].name), texts[i]);
			table[i].file = texts[i];
			table[i].after.v = names[i];
		}
		for (k = 0; k < edges; k++) {
			unsigned a = (unsigned)rand() % n, b = (unsigned)rand() % n;

			if ((acyclic && a <= b) || table[a].after.n == UNITS_MAX)
				continue;
			names[a][table[a].after.n++] = texts[b];
		}
		cycles = unit_order(&set, order, report, NULL);
		if (acyclic)
			assert_int_equal(cycles, 0);
		assert_int_equal(cycles > 0, said[0] != '\0');
		memset(place, 0xff, sizeof(place));
		for (i = 0; i < n; i++) {
			assert_int_equal(place[order[i]], 0xffff);
			place[order[i]] = (uint16_t)i;
		}
		for (i = 0; i < n; i++)
			for (k = 0; k < n; k++)
				if (unit_after(&set, i, k))
					assert_true(place[i] > place[k]);
	}
}

static void a_cycle_is_named_in_full(void **state)
{
	uint16_t order[UNITS_MAX];

	(void)state;
	put(late, "a.service", "[Unit]\nAfter=b.service\n[Service]\nExecStart=/x\n");
	put(late, "b.service", "[Unit]\nAfter=c.service\n[Service]\nExecStart=/x\n");
	put(late, "c.service",
	    "[Unit]\nBefore=d.service\nAfter=a.service\n[Service]\nExecStart=/x\n");
	load("");
	said[0] = '\0';
	assert_int_equal(unit_order(&set, order, report, NULL), 1);
	assert_string_equal(said, "a.service:0:E dependency cycle: a.service after b.service after "
				  "c.service after a.service; "
				  "not kept: c.service after a.service\n");
}

static void keys_of_a_process_are_read(void **state)
{
	const struct unit *u;
	const struct unit_limit *l;
	unsigned n = 0;

	(void)state;
	put(late, "a.service",
	    "[Unit]\nConditionPathExists=/gone\nConditionPathExists=\nAssertHost=|!x\n[Service]\n"
	    "ExecStart=:-+/bin/x "
	    "$A\nUMask=0077\nTimeoutSec=3\nLimitNOFILE=10:20\nLimitCORE=1K\nLimitNOFILE=5\n"
	    "LimitNPROC=7\nLimitNPROC=\n[X-Pintle]\nGiveUp=never\n");
	load("");
	u = unit_find(&set, "a.service");
	assert_non_null(u);
	assert_true(u->exec_start->no_expand && u->exec_start->ignore_failure &&
		    u->exec_start->privileged);
	assert_int_equal(u->umask, 0077);
	assert_int_equal(u->timeout_start_ms, 3000);
	assert_int_equal(u->timeout_stop_ms, 3000);
	assert_int_equal(u->start_limit_ms, 0);
	for (l = u->limits; l; l = l->next, n++)
		if (l->resource == RLIMIT_NOFILE)
			assert_true(l->soft == 5 && l->hard == 5);
		else
			assert_true(l->resource == RLIMIT_CORE && l->soft == 1024);
	assert_int_equal(n, 2);
	assert_true(u->conditions && u->conditions->is_assert && u->conditions->trigger &&
		    u->conditions->negate);
	assert_null(u->conditions->next);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_container_file_is_read_as_podman_reads_it),
		TEST(an_empty_value_resets_a_list),
		TEST(bad_values_refuse_the_unit_with_file_and_line),
		TEST(unknown_keys_and_sections_warn_and_are_ignored),
		TEST(what_inih_would_cut_in_silence_is_refused),
		TEST(a_unit_wants_what_it_cannot_do_without),
		TEST(later_folders_and_drop_ins_win),
		TEST(a_full_table_refuses_the_rest_and_says_so),
		TEST(ten_thousand_random_graphs_are_ordered),
		TEST(a_cycle_is_named_in_full),
		TEST(keys_of_a_process_are_read),
	};

	return cmocka_run_group_tests_name("unit_load", tests, NULL, NULL);
}
