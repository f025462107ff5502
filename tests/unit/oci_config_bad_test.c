/* SPDX-License-Identifier: ISC */
/* runtime/oci/config: what is refused, with the property's path and the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/str.h"
#include "runtime/oci/config.h"

static _Alignas(16) unsigned char memory[4 << 20];
static struct oci_config config;
static struct err error;

static int read_text(const char *text)
{
	struct arena a;

	arena_init(&a, memory, sizeof(memory));
	memset(&error, 0, sizeof(error));
	return oci_config_read(&a, text, strlen(text), "config.json", &config, &error);
}

struct bad {
	const char *members, *why;	/* how the error's text begins */
	int code;			/* EINVAL unless given */
};

#define MOUNT(members) "\"mounts\":[{\"destination\":\"/ok\",\"type\":\"tmpfs\"},{" members "}]"
#define PROCESS(members) "\"process\":{\"cwd\":\"/\",\"args\":[\"x\"]," members "}"
#define LINUX(members) "\"linux\":{" members "}"
#define RES(members) LINUX("\"resources\":{" members "}")
#define CALLS(members)                                                                             \
	LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{" members "}]}")
#define ARG(members) CALLS("\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[{" members "}]")

static const struct bad shapes[] = {
	{ "\"process\":[]", "process: an object is wanted", 0 },
	{ "\"root\":\"x\"", "root: an object is wanted", 0 },
	{ "\"root\":{\"path\":1}", "root.path: a string is wanted", 0 },
	{ "\"root\":{\"readonly\":\"yes\"}", "root.readonly: true or false is wanted", 0 },
	{ "\"hostname\":5", "hostname: a string is wanted", 0 },
	{ "\"annotations\":[]", "annotations: an object is wanted", 0 },
	{ "\"annotations\":{\"a\":1}", "annotations.a: a string is wanted", 0 },
	{ "\"annotations\":{\"a\":{\"b\":\"c\"}}", "annotations.a: a string is wanted", 0 },
	{ "\"annotations\":{\"\":\"c\"}", "annotations.: an empty name", 0 },
	{ "\"linux\":1", "linux: an object is wanted", 0 },
	{ "\"mounts\":{}", "mounts: an array is wanted", 0 },
	{ "\"mounts\":[[]]", "mounts[0]: an object is wanted", 0 },
	{ "\"mounts\":[null]", "mounts[0]: an object is wanted", 0 },
	{ "\"hooks\":[]", "hooks: an object is wanted", 0 },
	{ "\"hooks\":{\"poststop\":{}}", "hooks.poststop: an array is wanted", 0 },
	{ "\"hooks\":{\"prestart\":[{\"path\":\"/a\"},{}]}", "hooks.prestart[1]: path is missing",
	  0 },
	{ "\"hooks\":{\"prestart\":[{\"path\":\"a\"}]}",
	  "hooks.prestart[0].path: \"a\" is no absolute path", 0 },
	{ "\"hooks\":{\"prestart\":[{\"path\":\"/a\",\"timeout\":0}]}",
	  "hooks.prestart[0].timeout: no time above 0 s", 0 },
	{ "\"hooks\":{\"prestart\":[{\"path\":\"/a\",\"timeout\":1.5}]}",
	  "hooks.prestart[0].timeout: no time", 0 },
	{ "\"hooks\":{\"prestart\":[{\"path\":\"/a\",\"args\":\"x\"}]}",
	  "hooks.prestart[0].args: an array is wanted", 0 },
	{ "\"hooks\":{\"prestart\":[{\"path\":\"/a\",\"env\":[1]}]}",
	  "hooks.prestart[0].env[0]: a string is wanted", 0 },
};

static const struct bad processes[] = {
	{ "\"process\":{\"args\":[\"x\"]}", "process.cwd: is missing", 0 },
	{ "\"process\":{\"cwd\":\"x\"}", "process.cwd: \"x\" is no absolute path", 0 },
	{ "\"process\":{\"cwd\":\"\"}", "process.cwd: \"\" is no absolute path", 0 },
	{ "\"process\":{\"cwd\":\"/\",\"args\":[]}", "process.args: is empty", 0 },
	{ "\"process\":{\"cwd\":\"/\",\"args\":[\"a\",null]}",
	  "process.args[1]: a string is wanted", 0 },
	{ "\"process\":{\"cwd\":\"/\",\"args\":[[\"a\"]]}", "process.args[0]: a string is wanted",
	  0 },
	{ PROCESS("\"terminal\":1"), "process.terminal: true or false is wanted", 0 },
	{ PROCESS("\"consoleSize\":{\"height\":65536}"), "process.consoleSize.height: no size", 0 },
	{ PROCESS("\"user\":\"root\""), "process.user: an object is wanted", 0 },
	{ PROCESS("\"user\":{\"uid\":-1}"), "process.user.uid: no unsigned 32-bit number", 0 },
	{ PROCESS("\"user\":{\"uid\":4294967296}"), "process.user.uid: no unsigned 32-bit number",
	  0 },
	{ PROCESS("\"user\":{\"uid\":4294967295}"), "process.user.uid: is no id", 0 },
	{ PROCESS("\"user\":{\"gid\":4294967295}"), "process.user.gid: is no id", 0 },
	{ PROCESS("\"user\":{\"gid\":1e3}"), "process.user.gid: no unsigned 32-bit number", 0 },
	{ PROCESS("\"user\":{\"umask\":512}"), "process.user.umask: no umask", 0 },
	{ PROCESS("\"user\":{\"additionalGids\":5}"),
	  "process.user.additionalGids: an array is wanted", 0 },
	{ PROCESS("\"user\":{\"additionalGids\":[1,[2]]}"),
	  "process.user.additionalGids[1]: no group id", 0 },
	{ PROCESS("\"user\":{\"additionalGids\":[4294967295]}"),
	  "process.user.additionalGids[0]: no group id", 0 },
	{ PROCESS("\"capabilities\":[]"), "process.capabilities: an object is wanted", 0 },
	{ PROCESS("\"capabilities\":{\"bounding\":\"CAP_KILL\"}"),
	  "process.capabilities.bounding: an array is wanted", 0 },
	{ PROCESS("\"capabilities\":{\"ambient\":[1]}"),
	  "process.capabilities.ambient[0]: the name", 0 },
	{ PROCESS("\"rlimits\":[{\"soft\":1,\"hard\":1}]"),
	  "process.rlimits[0]: type, soft and hard are wanted", 0 },
	{ PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"hard\":1}]"),
	  "process.rlimits[0]: type, soft and hard", 0 },
	{ PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_X\"}]"),
	  "process.rlimits[0].type: unknown limit", 0 },
	{ PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":2,\"hard\":1}]"),
	  "process.rlimits[0]: soft is above hard", 0 },
	{ PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":-1,\"hard\":1}]"),
	  "process.rlimits[0].soft: no unsigned", 0 },
	{ PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":18446744073709551616}"
		  "]"),
	  "process.rlimits[0].hard: no unsigned 64-bit number", 0 },
	{ PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1},{\"type\":\"RLIMIT_"
		  "AS\",\"soft\":1,\"hard\":1},"
		  "{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}]"),
	  "process.rlimits[2]: a second limit of its type", 0 },
	{ PROCESS("\"oomScoreAdj\":1001"), "process.oomScoreAdj: not in", 0 },
	{ PROCESS("\"scheduler\":5"), "process.scheduler: no policy", 0 },
	{ PROCESS("\"scheduler\":{}"), "process.scheduler: policy is missing", 0 },
	{ PROCESS("\"scheduler\":{\"policy\":\"SCHED_X\"}"), "process.scheduler.policy: no policy",
	  0 },
	{ PROCESS("\"scheduler\":{\"nice\":4294967296}"),
	  "process.scheduler.nice: no 32-bit number", 0 },
	{ PROCESS("\"scheduler\":{\"runtime\":-1}"),
	  "process.scheduler.runtime: no unsigned 64-bit number", 0 },
	{ PROCESS("\"scheduler\":{\"flags\":[\"X\"]}"), "process.scheduler.flags[0]: unknown flag",
	  0 },
	{ PROCESS("\"ioPriority\":\"IOPRIO_CLASS_RT\""), "process.ioPriority: unknown class", 0 },
	{ PROCESS("\"ioPriority\":{\"class\":3}"), "process.ioPriority.class: unknown class", 0 },
	{ PROCESS("\"ioPriority\":{\"priority\":3}"), "process.ioPriority: class is missing", 0 },
	{ PROCESS("\"ioPriority\":{\"priority\":8}"), "process.ioPriority.priority: not in 0 to 7",
	  0 },
};

static const struct bad mounts[] = {
	{ MOUNT("\"source\":\"x\""), "mounts[1]: destination is missing", 0 },
	{ MOUNT("\"destination\":\"\""), "mounts[1].destination: a string is wanted", 0 },
	{ MOUNT("\"destination\":\"/a\",\"type\":\"bind\""), "mounts[1]: a bind without source",
	  0 },
	{ MOUNT("\"destination\":\"/a\",\"type\":7"), "mounts[1].type: a string is wanted", 0 },
	{ MOUNT("\"destination\":\"/a\",\"options\":\"ro\""),
	  "mounts[1].options: an array is wanted", 0 },
	{ MOUNT("\"destination\":\"/a\",\"options\":[\"ro\",5]"),
	  "mounts[1].options[1]: a string is wanted", 0 },
	{ MOUNT("\"destination\":\"/a\",\"type\":\"tmpfs\",\"options\":[\"idmap\"]"),
	  "mounts[1]: only a bind", 0 },
	{ MOUNT("\"destination\":\"/a\",\"source\":\"/\",\"options\":[\"bind\",\"idmap\"]"),
	  "mounts[1]: id-mapped without", 0 },
	{ MOUNT("\"uidMappings\":[{\"containerID\":0,\"size\":1}]"),
	  "mounts[1].uidMappings[0]: containerID, hostID and size", 0 },
	{ MOUNT("\"uidMappings\":[{\"containerID\":-1}]"),
	  "mounts[1].uidMappings[0].containerID: no unsigned", 0 },
};

static const struct bad linuxes[] = {
	{ LINUX("\"namespaces\":{}"), "linux.namespaces: an array is wanted", 0 },
	{ LINUX("\"namespaces\":[{}]"), "linux.namespaces[0]: unknown type \"\"", 0 },
	{ LINUX("\"namespaces\":[{\"type\":\"x\"}]"), "linux.namespaces[0]: unknown type \"x\"",
	  0 },
	{ LINUX("\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"},{\"type\":\"pid\"}]"),
	  "linux.namespaces[2]: two of type", 0 },
	{ LINUX("\"namespaces\":[{\"type\":\"pid\",\"path\":\"x\"}]"),
	  "linux.namespaces[0].path: \"x\" is no absolute path", 0 },
	{ LINUX("\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":1}]"),
	  "linux.uidMappings: without a user", 0 },
	{ LINUX("\"gidMappings\":[{\"containerID\":0,\"hostID\":0}]"),
	  "linux.gidMappings[0]: containerID, hostID and size", 0 },
	{ LINUX("\"timeOffsets\":{\"monotonic\":{\"secs\":1}}"),
	  "linux.timeOffsets: without a time namespace", 0 },
	{ LINUX("\"timeOffsets\":{\"monotonic\":5}"),
	  "linux.timeOffsets.monotonic: an object is wanted", 0 },
	{ LINUX("\"timeOffsets\":{\"boottime\":{\"nanosecs\":1000000000}}"),
	  "linux.timeOffsets.boottime.nanosecs: not in", 0 },
	{ LINUX("\"devices\":[{\"type\":\"c\",\"major\":1,\"minor\":1}]"),
	  "linux.devices[0]: path is missing", 0 },
	{ LINUX("\"devices\":[{\"path\":\"dev/x\"}]"),
	  "linux.devices[0].path: \"dev/x\" is no absolute path", 0 },
	{ LINUX("\"devices\":[{\"path\":\"/dev/x\",\"type\":\"cc\"}]"),
	  "linux.devices[0]: type is none of", 0 },
	{ LINUX("\"devices\":[{\"path\":\"/dev/x\",\"type\":\"c\",\"major\":1}]"),
	  "linux.devices[0]: major and minor", 0 },
	{ LINUX("\"devices\":[{\"path\":\"/dev/x\",\"type\":\"c\",\"major\":-1}]"),
	  "linux.devices[0].major: no unsigned", 0 },
	{ LINUX("\"devices\":[{\"fileMode\":\"0666\"}]"), "linux.devices[0].fileMode: no file mode",
	  0 },
	{ LINUX("\"rootfsPropagation\":\"x\""), "linux.rootfsPropagation: unknown \"x\"", 0 },
	{ LINUX("\"maskedPaths\":\"/proc\""), "linux.maskedPaths: an array is wanted", 0 },
	{ LINUX("\"personality\":{\"domain\":\"X\"}"), "linux.personality.domain: neither", 0 },
	{ LINUX("\"personality\":{\"flags\":[\"X\"]}"), "linux.personality.flags[0]: no flag", 0 },
	{ LINUX("\"intelRdt\":{}"), "linux.intelRdt: not on the boards", ENOTSUP },
	{ LINUX("\"memoryPolicy\":{\"mode\":\"MPOL_BIND\"}"),
	  "linux.memoryPolicy: not on the boards", ENOTSUP },
	{ LINUX("\"netDevices\":{\"eth0\":{}}"),
	  "linux.netDevices.eth0: network devices are not moved", ENOTSUP },
	{ LINUX("\"netDevices\":[]"), "linux.netDevices: an object is wanted", 0 },
	{ LINUX("\"sysctl\":{\"net.core.somaxconn\":\"1\"}"),
	  "linux.sysctl: net.core.somaxconn is the host's without a network", 0 },
	{ LINUX("\"sysctl\":{\"kernel.sysrq\":\"1\"}"), "linux.sysctl: kernel.sysrq is the host's",
	  0 },
	{ LINUX("\"sysctl\":{\"net/../kernel/"
		"sysrq\":\"1\"},\"namespaces\":[{\"type\":\"network\"}]"),
	  "linux.sysctl: net/../kernel/sysrq is the host's", 0 },
	{ LINUX("\"sysctl\":{\"net.a=b\":\"1\"},\"namespaces\":[{\"type\":\"network\"}]"),
	  "linux.sysctl: \"net.a=b\" is no name", 0 },
	{ LINUX("\"sysctl\":{\"net.a\":1}"), "linux.sysctl.net.a: a string is wanted", 0 },
};

static const struct bad resources[] = {
	{ RES("\"memory\":[]"), "linux.resources.memory: an object is wanted", 0 },
	{ RES("\"memory\":{\"limit\":\"64m\"}"), "linux.resources.memory.limit: a number is wanted",
	  0 },
	{ RES("\"memory\":{\"limit\":9223372036854775808}"),
	  "linux.resources.memory.limit: no 64-bit whole number", 0 },
	{ RES("\"memory\":{\"limit\":1.5}"), "linux.resources.memory.limit: no 64-bit whole number",
	  0 },
	{ RES("\"memory\":{\"disableOOMKiller\":1}"),
	  "linux.resources.memory.disableOOMKiller: true or false", 0 },
	{ RES("\"cpu\":{\"cpus\":1}"), "linux.resources.cpu.cpus: a string is wanted", 0 },
	{ RES("\"devices\":[{\"type\":\"x\"}]"), "linux.resources.devices[0]: type is none of", 0 },
	{ RES("\"devices\":[{\"access\":\"rx\"}]"),
	  "linux.resources.devices[0]: access is more than", 0 },
	{ RES("\"devices\":[{\"major\":4294967296}]"),
	  "linux.resources.devices[0]: no device number", 0 },
	{ RES("\"devices\":[{\"minor\":-2}]"), "linux.resources.devices[0]: no device number", 0 },
	{ RES("\"hugepageLimits\":[{\"limit\":1}]"),
	  "linux.resources.hugepageLimits[0]: pageSize is no size", 0 },
	{ RES("\"hugepageLimits\":[{\"pageSize\":\"../x\",\"limit\":1}]"),
	  "linux.resources.hugepageLimits[0]: pageSize is no", 0 },
	{ RES("\"hugepageLimits\":[{\"pageSize\":\"2\",\"limit\":1}]"),
	  "linux.resources.hugepageLimits[0]: pageSize is no", 0 },
	{ RES("\"hugepageLimits\":[{\"pageSize\":\"2MB\"}]"),
	  "linux.resources.hugepageLimits[0]: limit is missing", 0 },
	{ RES("\"network\":{\"priorities\":[{\"name\":\"x\"}]}"),
	  "linux.resources.network.priorities[0]: name and", 0 },
	{ RES("\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":1,\"minor\":1}]}"),
	  "linux.resources.blockIO.throttleReadBpsDevice[0]: major, minor and a value", 0 },
	{ RES("\"blockIO\":{\"weightDevice\":[{\"weight\":1}]}"),
	  "linux.resources.blockIO.weightDevice[0]: major, minor", 0 },
	{ RES("\"rdma\":{\"a\":5}"), "linux.resources.rdma.a: an object is wanted", 0 },
	{ RES("\"rdma\":{\"a.b\":5}"), "linux.resources.rdma.a.b: an object is wanted", 0 },
	{ RES("\"rdma\":{\"a\":{\"hcaHandles\":-1}}"),
	  "linux.resources.rdma.a.hcaHandles: no limit", 0 },
	{ RES("\"unified\":{\"a\":1}"), "linux.resources.unified.a: a string is wanted", 0 },
	{ LINUX("\"seccomp\":[]"), "linux.seccomp: an object is wanted", 0 },
	{ LINUX("\"seccomp\":{}"), "linux.seccomp.defaultAction: \"\"", 0 },
	{ LINUX("\"seccomp\":{\"defaultAction\":\"X\"}"), "linux.seccomp.defaultAction: \"X\"", 0 },
	{ LINUX("\"seccomp\":{\"architectures\":\"X\"}"),
	  "linux.seccomp.architectures: an array is wanted", 0 },
	{ LINUX("\"seccomp\":{\"architectures\":[\"X\"]}"),
	  "linux.seccomp.architectures[0]: unknown \"X\"", 0 },
	{ LINUX("\"seccomp\":{\"flags\":[\"X\"]}"), "linux.seccomp.flags[0]: unknown \"X\"", 0 },
	{ CALLS("\"action\":\"SCMP_ACT_LOG\""), "linux.seccomp.syscalls[0]: names is empty", 0 },
	{ CALLS("\"names\":[\"a\"]"), "linux.seccomp.syscalls[0].action: \"\"", 0 },
	{ CALLS("\"errnoRet\":4096"), "linux.seccomp.syscalls[0].errnoRet: no errno", 0 },
	{ ARG("\"index\":6,\"op\":\"SCMP_CMP_EQ\""),
	  "linux.seccomp.syscalls[0].args[0]: index is not in", 0 },
	{ ARG("\"op\":\"SCMP_CMP_EQ\""), "linux.seccomp.syscalls[0].args[0]: index is not in", 0 },
	{ ARG("\"index\":0,\"op\":\"X\""), "linux.seccomp.syscalls[0].args[0].op: \"X\"", 0 },
	{ ARG("\"index\":0,\"value\":-1"),
	  "linux.seccomp.syscalls[0].args[0].value: no unsigned 64-bit number", 0 },
};

static void check(const struct bad *b, size_t n)
{
	static char text[4096];
	size_t i;

	for (i = 0; i < n; i++) {
		int rc, want = b[i].code ? b[i].code : EINVAL;

		assert_true(str_print(text, sizeof(text), "{\"ociVersion\":\"1.2.0\",%s}",
				      b[i].members) > 0);
		rc = read_text(text);
		if (rc != -want || error.code != want || !str_starts(error.text, b[i].why) ||
		    strcmp(error.step, "config.json"))
			fail_msg("%s gives %d, \"%s: %s\", not \"%s\"", b[i].members, rc,
				 error.step, error.text, b[i].why);
	}
}

static void wrong_shapes(void **state)
{
	(void)state;
	check(shapes, ARRAY_LEN(shapes));
}

static void wrong_processes(void **state)
{
	(void)state;
	check(processes, ARRAY_LEN(processes));
}

static void wrong_mounts(void **state)
{
	(void)state;
	check(mounts, ARRAY_LEN(mounts));
}

static void wrong_linux(void **state)
{
	(void)state;
	check(linuxes, ARRAY_LEN(linuxes));
}

static void wrong_resources_and_policies(void **state)
{
	(void)state;
	check(resources, ARRAY_LEN(resources));
}

static const struct {
	const char *text, *why;
	int code;
} documents[] = {
	{ "", "JSON near byte", EBADMSG },
	{ "{\"ociVersion\":\"1.0.0\"", "JSON near byte", EBADMSG },
	{ "{\"ociVersion\":\"1.0.0\",\"ociVersion\":\"1.0.0\"}",
	  "JSON near byte 34: duplicate name", EBADMSG },
	{ "[]", "document: an object is wanted", EINVAL },
	{ "5", "document: an object is wanted", EINVAL },
	{ "null", "ociVersion: is missing", EINVAL },
	{ "{}", "ociVersion: is missing", EINVAL },
	{ "{\"ociVersion\":1}", "ociVersion: a string is wanted", EINVAL },
	{ "{\"ociVersion\":\"1.0\"}", "ociVersion: \"1.0\" is no version", EINVAL },
	{ "{\"ociVersion\":\"1.0.\"}", "ociVersion: \"1.0.\" is no version", EINVAL },
	{ "{\"ociVersion\":\"1.0.0x\"}", "ociVersion: \"1.0.0x\" is no version", EINVAL },
	{ "{\"ociVersion\":\"2.0.0\"}", "ociVersion: 2.0.0 is not 1.x", EINVAL },
	{ "{\"ociVersion\":\"0.2.0\"}", "ociVersion: 0.2.0 is not 1.x", EINVAL },
};

static void documents_as_a_whole(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(documents); i++)
		if (read_text(documents[i].text) != -documents[i].code ||
		    !str_starts(error.text, documents[i].why))
			fail_msg("%s gives \"%s\"", documents[i].text, error.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_shapes),
		cmocka_unit_test(wrong_processes),
		cmocka_unit_test(wrong_mounts),
		cmocka_unit_test(wrong_linux),
		cmocka_unit_test(wrong_resources_and_policies),
		cmocka_unit_test(documents_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
