/* SPDX-License-Identifier: ISC */
/*
 * runtime/oci/config: what every property becomes, and what a whole document may hold.
 * Refusals: oci_config_bad_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "runtime/base/compiler.h"
#include "runtime/base/str.h"
#include "runtime/oci/config.h"

static _Alignas(16) unsigned char memory[4 << 20];
static struct oci_config config;
static struct arena arena;
static struct err error;

static int read_text(const char *text, const char *what)
{
	arena_init(&arena, memory, sizeof(memory));
	memset(&error, 0, sizeof(error));
	return oci_config_read(&arena, text, strlen(text), what, &config, &error);
}

/* Reads a whole document that must be taken. */
static struct oci_config *take(const char *text)
{
	if (read_text(text, "config.json"))
		fail_msg("%s: %s in %.300s", error.step, error.text, text);
	return &config;
}

/* The same, of the members that follow ociVersion. */
static struct oci_config *take_part(const char *members)
{
	static char text[16384];

	assert_true(str_print(text, sizeof(text), "{\"ociVersion\":\"1.2.0\",%s}", members) > 0);
	return take(text);
}

static void an_empty_document_has_defaults_only(void **state)
{
	struct oci_config *c = take("{\"ociVersion\":\"1.0.0\"}");
	struct cg_resources none;

	(void)state;
	cg_resources_init(&none);
	assert_memory_equal(&c->resources.memory, &none.memory, sizeof(none.memory));
	assert_memory_equal(&c->resources.cpu, &none.cpu, sizeof(none.cpu));
	assert_true(c->resources.pids_limit == CG_UNSET);
	assert_false(c->has_process || c->terminal || c->version_is_newer);
	assert_string_equal(c->version, "1.0.0");
	assert_true(c->spec.no_default_mounts && c->spec.oom_score_keep && c->spec.numeric_user);
	assert_int_equal(c->spec.umask, 022);
	assert_int_equal(c->spec.seccomp, SPEC_SECCOMP_OFF);
	assert_non_null(c->spec.masked);
	assert_null(c->spec.masked[0]);
	assert_null(c->spec.readonly[0]);
	assert_int_equal(
		c->spec.n_mounts + c->spec.n_devices + c->spec.n_rlimits + c->spec.n_groups, 0);
	assert_true(c->spec.cap_sets == &c->caps && c->spec.extra == &c->extra);
	assert_true(c->caps.bounding == 0 && c->caps.effective == 0);
	assert_int_equal(c->extra.ioprio, -1);
	assert_true(c->extra.personality == -1);
	assert_null(c->extra.sched);
	assert_int_equal(c->spec.stdin_fd, -1);
	assert_null(c->cgroups_path);
	assert_null(c->spec.session);
}

static void versions_are_compared_by_number(void **state)
{
	static const char *const newer[] = { "1.4.0", "1.10.0", "1.4.0-rc.1" };
	static const char *const known[] = { "1.0.0", "1.0.2-dev", "1.0.0-rc5", "1.2.1+dev",
					     "1.3.99" };
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(newer); i++) {
		str_print(text, sizeof(text), "{\"ociVersion\":\"%s\"}", newer[i]);
		assert_true(take(text)->version_is_newer);
	}
	for (i = 0; i < ARRAY_LEN(known); i++) {
		str_print(text, sizeof(text), "{\"ociVersion\":\"%s\"}", known[i]);
		assert_false(take(text)->version_is_newer);
	}
}

static const char process[] =
	"{\"terminal\":true,\"consoleSize\":{\"height\":25,\"width\":80},\"user\":{\"uid\":1000,"
	"\"gid\":4294967294,"
	"\"umask\":63,\"additionalGids\":[5,6]},\"args\":[\"sleep\",\"\",\"5\"],\"env\":[\"A=1\","
	"\"B=\"],\"cwd\":\"/srv\","
	"\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",\"CAP_KILL\"],\"effective\":[\"CAP_CHOWN\"],"
	"\"permitted\":[],"
	"\"inheritable\":null,\"ambient\":[\"CAP_CHECKPOINT_RESTORE\",\"CAP_NO_SUCH\"]},"
	"\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":1024,\"hard\":4096},"
	"{\"type\":\"RLIMIT_CORE\",\"hard\":18446744073709551615,\"soft\":9223372036854775808}],"
	"\"noNewPrivileges\":true,\"oomScoreAdj\":-500,\"apparmorProfile\":\"p\",\"selinuxLabel\":"
	"\"a:b:c:s0\","
	"\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",\"nice\":-3,\"priority\":7,\"flags\":["
	"\"SCHED_FLAG_RECLAIM\","
	"\"SCHED_FLAG_RESET_ON_FORK\"],\"runtime\":18446744073709551615,\"deadline\":2,\"period\":"
	"3},"
	"\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":6},\"execCPUAffinity\":{"
	"\"initial\":\"7\",\"final\":\"0-3,7\"}}";

static void check_identity(const struct oci_config *c)
{
	const struct spec *s = &c->spec;

	assert_true(c->terminal);
	assert_int_equal(c->rows, 25);
	assert_int_equal(c->cols, 80);
	assert_int_equal(s->uid, 1000);
	assert_int_equal(s->gid, 4294967294u);
	assert_int_equal(s->umask, 077);
	assert_int_equal(s->n_groups, 2);
	assert_int_equal(s->groups[1], 6);
	assert_string_equal(s->argv[1], "");
	assert_string_equal(s->argv[2], "5");
	assert_null(s->argv[3]);
	assert_string_equal(s->envp[1], "B=");
	assert_null(s->envp[2]);
	assert_string_equal(s->cwd, "/srv");
	assert_true(s->no_new_privs);
	assert_false(s->oom_score_keep);
	assert_int_equal(s->oom_score_adj, -500);
}

static void check_limits(const struct oci_config *c)
{
	const struct spec_rlimit *l = c->spec.rlimits;

	assert_true(c->caps.bounding == (1 | 1 << 5));
	assert_true(c->caps.effective == 1);
	assert_true(c->caps.permitted == 0 && c->caps.inheritable == 0);
	assert_true(c->caps.ambient == 1ull << 40);
	assert_string_equal(c->unknown_cap, "CAP_NO_SUCH");
	assert_int_equal(c->spec.n_rlimits, 2);
	assert_int_equal(l[0].resource, RLIMIT_NOFILE);
	assert_true(l[0].soft == 1024 && l[0].hard == 4096);
	assert_int_equal(l[1].resource, RLIMIT_CORE);
	assert_true(l[1].soft == 1ull << 63 && l[1].hard == UINT64_MAX);
}

static void check_extra(const struct oci_config *c)
{
	const struct spec_extra *x = &c->extra;

	assert_string_equal(x->apparmor, "p");
	assert_string_equal(x->selinux, "a:b:c:s0");
	assert_string_equal(x->cpus_initial, "7");
	assert_string_equal(x->cpus_final, "0-3,7");
	assert_int_equal(x->ioprio, 2 << 13 | 6);
	assert_int_equal(x->sched->policy, 6);
	assert_int_equal(x->sched->nice, -3);
	assert_int_equal(x->sched->priority, 7);
	assert_true(x->sched->flags == (1 | 2));
	assert_true(x->sched->runtime_ns == UINT64_MAX && x->sched->deadline_ns == 2 &&
		    x->sched->period_ns == 3);
}

static void process_says_who_and_with_what_rights(void **state)
{
	static char text[4096];
	struct oci_config *c;

	(void)state;
	str_print(text, sizeof(text), "\"process\":%s", process);
	c = take_part(text);
	assert_true(c->has_process);
	check_identity(c);
	check_limits(c);
	check_extra(c);
}

/*
 * exec --process: nothing of the container's own process is left but its environment where none
 * is given.
 */
static void a_process_alone_is_read_over_the_containers(void **state)
{
	static const char alone[] = "{\"cwd\":\"/\",\"args\":[\"id\"]}";
	static char text[4096];

	(void)state;
	str_print(text, sizeof(text),
		  "\"process\":%s,\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"}}",
		  process);
	take_part(text);
	assert_int_equal(oci_process_read(&arena, alone, strlen(alone), "p", &config, &error), 0);
	assert_string_equal(config.spec.argv[0], "id");
	assert_string_equal(config.spec.envp[0], "A=1");
	assert_int_equal(config.spec.uid + config.spec.gid + config.spec.n_groups +
				 config.spec.n_rlimits,
			 0);
	assert_true(config.caps.bounding == 0 && !config.spec.no_new_privs && !config.terminal);
	assert_null(config.extra.sched);
	assert_null(config.extra.apparmor);
	assert_int_equal(config.spec.seccomp, SPEC_SECCOMP_POLICY);
	assert_int_equal(oci_process_read(&arena, process, strlen(process), "p", &config, &error),
			 0);
	check_identity(&config);
	check_limits(&config);
	check_extra(&config);
}

/* Nor are the command line's short forms names of the specification: "ALL" gives nothing. */
static void unknown_capabilities_are_told_and_not_given(void **state)
{
	static const char *const names[] = { "ALL",  "all",	   "KILL", "CAP_ALL",
					     "CAP_", "CAP_KILLER", "" };
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(names); i++) {
		str_print(text, sizeof(text),
			  "\"process\":{\"cwd\":\"/\",\"capabilities\":{\"bounding\":[\"%s\"]}}",
			  names[i]);
		assert_true(take_part(text)->caps.bounding == 0);
		assert_string_equal(config.unknown_cap, names[i]);
	}
}

static void a_container_may_lack_args_or_a_process(void **state)
{
	(void)state;
	assert_false(take_part("\"process\":null")->has_process);
	assert_true(take_part("\"process\":{\"cwd\":\"/\"}")->has_process);
	assert_null(config.spec.argv);
}

static void names_root_and_annotations(void **state)
{
	struct oci_config *c =
		take_part("\"root\":{\"path\":\"r\",\"readonly\":true},\"hostname\":\"h\","
			  "\"domainname\":\"d\","
			  "\"annotations\":{\"org.x\":\"1\",\"a.b[].c\":\"\",\"z\":\"\\u00e9\"}");

	(void)state;
	assert_string_equal(c->root_path, "r");
	assert_true(c->spec.root.read_only);
	assert_string_equal(c->spec.hostname, "h");
	assert_string_equal(c->spec.domainname, "d");
	assert_int_equal(c->n_annotations, 3);
	assert_string_equal(c->annotations[1].name, "a.b[].c");
	assert_string_equal(c->annotations[1].value, "");
	assert_string_equal(c->annotations[2].value, "\xc3\xa9");
}

static void what_go_leaves_empty_is_as_if_it_were_not_there(void **state)
{
	struct oci_config *c =
		take_part("\"hostname\":\"\",\"mounts\":null,\"hooks\":{\"poststop\":null},"
			  "\"process\":{\"cwd\":\"/\",\"apparmorProfile\":\"\","
			  "\"user\":null,\"rlimits\":null},\"linux\":{\"resources\":{\"memory\":"
			  "null,\"cpu\":{\"cpus\":\"\"}},\"seccomp\":null,"
			  "\"cgroupsPath\":\"\",\"intelRdt\":null,\"netDevices\":{},\"namespaces\":"
			  "[{\"type\":\"pid\",\"path\":\"\"}]}");

	(void)state;
	assert_null(c->spec.hostname);
	assert_null(c->extra.apparmor);
	assert_null(c->cgroups_path);
	assert_null(c->resources.cpu.cpus);
	assert_null(c->namespaces[0].path);
	assert_int_equal(c->spec.n_mounts + c->n_hooks[OCI_POSTSTOP] + c->spec.n_rlimits, 0);
	assert_int_equal(c->spec.seccomp, SPEC_SECCOMP_OFF);
}

static void unknown_properties_are_passed_over(void **state)
{
	struct oci_config *c =
		take_part("\"x\":{\"mounts\":[1]},\"windows\":{\"layerFolders\":[1]},\"vm\":5,"
			  "\"linux\":{\"y\":[{}],"
			  "\"namespaces\":[{\"type\":\"pid\",\"z\":[1,{\"path\":3}]}]}");

	(void)state;
	assert_int_equal(c->n_namespaces, 1);
}

/* A name may hold dots and brackets: it is another's than that of what is nested. */
static void names_that_look_like_paths_are_unknown_ones(void **state)
{
	static const char *const looks[] = {
		"\"mounts[]\":1",
		"\"mounts[].type\":1",
		"\"mounts[].destination\":\"x\"",
		"\"linux.seccomp\":1",
		"\"linux.seccomp.syscalls[].errnoRet\":1",
		"\"linux.seccomp.syscalls[].args[].index\":7",
		"\"process.args\":5",
		"\"process.args[]\":\"x\"",
		"\"process\":{\"cwd\":\"/\",\"user.uid\":\"x\"}",
		"\"annotations.x\":\"y\"",
		"\"linux.resources.rdma.x.hcaHandles\":\"y\"",
		"\"linux\":{\"resources.memory.limit\":\"x\"}",
		"\"process.user.additionalGids[]\":\"x\"",
		"\"hooks.prestart[].timeout\":0",
		"\"\":1",
		"\".\":1",
		"\"[]\":1",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(looks); i++) {
		take_part(looks[i]);
		assert_null(config.spec.argv);
		assert_int_equal(config.n_annotations + config.spec.n_mounts +
					 config.spec.n_groups + config.spec.uid,
				 0);
	}
}

static void hooks_are_whole_commands(void **state)
{
	struct oci_config *c = take_part(
		"\"hooks\":{\"prestart\":[{\"path\":\"/a\"},{\"path\":\"/"
		"b\",\"args\":[\"b\",\"c\"],\"env\":[\"X=1\"],\"timeout\":3}],"
		"\"createRuntime\":[{\"path\":\"/1\"}],\"createContainer\":[{\"path\":\"/"
		"2\"}],\"startContainer\":[{\"path\":\"/3\"}],"
		"\"poststart\":[{\"path\":\"/4\"}],\"poststop\":[{\"path\":\"/5\",\"args\":[]}]}");
	static const char *const first[] = { "/a", "/1", "/2", "/3", "/4", "/5" };
	int i;

	(void)state;
	for (i = 0; i < OCI_HOOK_KINDS; i++) {
		assert_int_equal(c->n_hooks[i], i ? 1 : 2);
		assert_string_equal(c->hooks[i][0].path, first[i]);
		assert_string_equal(c->hooks[i][0].argv[0], first[i]);
		assert_null(c->hooks[i][0].argv[1]);
		assert_non_null(c->hooks[i][0].envp);
		assert_null(c->hooks[i][0].envp[0]);
		assert_int_equal(c->hooks[i][0].timeout_s, 0);
	}
	assert_string_equal(c->hooks[0][1].argv[1], "c");
	assert_string_equal(c->hooks[0][1].envp[0], "X=1");
	assert_int_equal(c->hooks[0][1].timeout_s, 3);
}

static void errors_name_the_document(void **state)
{
	static const char text[] = "{\"cwd\":5}";

	(void)state;
	take_part("\"hostname\":\"h\"");
	assert_int_equal(oci_process_read(&arena, text, strlen(text), "p.json", &config, &error),
			 -EINVAL);
	assert_string_equal(error.step, "p.json");
	assert_string_equal(error.text, "process.cwd: a string is wanted");
}

static void the_arena_keeps_its_size_and_says_when_it_is_full(void **state)
{
	static const char text[] = "{\"ociVersion\":\"1.0.0\"}";
	size_t cap;

	(void)state;
	take(text);
	assert_int_equal(arena.cap, sizeof(memory));
	for (cap = 0; cap < 1 << 20; cap += 1 << 17) {
		arena_init(&arena, memory, cap);
		memset(&error, 0, sizeof(error));
		assert_int_equal(oci_config_read(&arena, text, strlen(text), "c", &config, &error),
				 -E2BIG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_document_has_defaults_only),
		cmocka_unit_test(versions_are_compared_by_number),
		cmocka_unit_test(process_says_who_and_with_what_rights),
		cmocka_unit_test(a_process_alone_is_read_over_the_containers),
		cmocka_unit_test(unknown_capabilities_are_told_and_not_given),
		cmocka_unit_test(a_container_may_lack_args_or_a_process),
		cmocka_unit_test(names_root_and_annotations),
		cmocka_unit_test(what_go_leaves_empty_is_as_if_it_were_not_there),
		cmocka_unit_test(unknown_properties_are_passed_over),
		cmocka_unit_test(names_that_look_like_paths_are_unknown_ones),
		cmocka_unit_test(hooks_are_whole_commands),
		cmocka_unit_test(errors_name_the_document),
		cmocka_unit_test(the_arena_keeps_its_size_and_says_when_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
