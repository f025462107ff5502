/* SPDX-License-Identifier: ISC */
/*
 * Seccomp profile files (seccomp.json of Docker and podman): their conditions, and that config.json
 * knows none of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/audit.h>

#include "runtime/base/compiler.h"
#include "runtime/base/str.h"
#include "runtime/oci/config.h"
#include "runtime/oci/seccomp_file.h"
#include "tests/unit/bpf.h"

#define CALLS(list)                                                                                \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,\"syscalls\":[" list "]}"
#define ALLOW(names, more) "{\"names\":[" names "],\"action\":\"SCMP_ACT_ALLOW\"" more "}"
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)
#define ADMIN (1ull << 21)
#define TIME (1ull << 25)

static _Alignas(16) unsigned char memory[3 << 20];

static int read_file(const char *text, uint64_t caps, const char *kernel, struct err *e)
{
	const struct seccomp_policy *p = NULL;
	struct arena a;
	int rc;

	arena_init(&a, memory, sizeof(memory));
	rc = oci_seccomp_read(&a, text, strlen(text), "seccomp.json", caps, kernel, &p, e);
	if (!rc)
		compile(p);
	return rc;
}

static uint32_t verdict_of(const char *name)
{
	return on(seccomp_number(0, name), 0, 0);
}

/* The verdict on reboot(2), where the file says something of it under a condition. */
static uint32_t with(const char *condition, uint64_t caps, const char *kernel)
{
	char text[600];
	struct err e = { 0 };

	str_print(text, sizeof(text), CALLS(ALLOW("\"setns\"", "") "," ALLOW("\"reboot\"", "%s")),
		  condition);
	if (read_file(text, caps, kernel, &e))
		fail_msg("%s: %s", e.step, e.text);
	return verdict_of("reboot");
}

static void capabilities(void **state)
{
	const char *const both = ",\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_SYS_TIME\"]}";
	const char *const none =
		",\"includes\":{},\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_SYS_TIME\"]}";

	(void)state;
	assert_int_equal(with("", 0, "5.10.0"), SECCOMP_RET_ALLOW);
	assert_int_equal(with(both, ADMIN | TIME, "5.10.0"), SECCOMP_RET_ALLOW);
	assert_int_equal(with(both, ADMIN, "5.10.0"), REFUSED);
	assert_int_equal(with(both, TIME, "5.10.0"), REFUSED);
	assert_int_equal(with(none, 0, "5.10.0"), SECCOMP_RET_ALLOW);
	assert_int_equal(with(none, TIME, "5.10.0"), REFUSED);
	assert_int_equal(with(none, ADMIN | TIME, "5.10.0"), REFUSED);
	assert_int_equal(with(",\"includes\":{\"caps\":[\"CAP_OF_TOMORROW\"]}", ~0ull, "5.10.0"),
			 REFUSED);
	assert_int_equal(with(",\"includes\":null,\"excludes\":{\"caps\":null}", 0, "5.10.0"),
			 SECCOMP_RET_ALLOW);
}

static void kernels(void **state)
{
	const char *const since = ",\"includes\":{\"minKernel\":\"4.8\"}",
			  *const until = ",\"excludes\":{\"minKernel\":\"4.8\"}";

	(void)state;
	assert_int_equal(with(since, 0, "4.14.336"), SECCOMP_RET_ALLOW);
	assert_int_equal(with(since, 0, "4.8.0"), SECCOMP_RET_ALLOW);
	assert_int_equal(with(since, 0, "10.0-rc1"), SECCOMP_RET_ALLOW);
	assert_int_equal(with(since, 0, "4.7.9"), REFUSED);
	assert_int_equal(with(since, 0, "3.18.0"), REFUSED);
	assert_int_equal(with(until, 0, "4.14.336"), REFUSED);
	assert_int_equal(with(until, 0, "4.4.0"), SECCOMP_RET_ALLOW);
}

static void architectures(void **state)
{
	static const char *const all =
		"\"amd64\",\"arm64\",\"arm\",\"mips\",\"mipsle\",\"riscv64\"";
	char text[200];

	(void)state;
	strcat(strcat(strcpy(text, ",\"includes\":{\"arches\":["), all), "]}");
	assert_int_equal(with(text, 0, "5.10.0"), SECCOMP_RET_ALLOW);
	strcat(strcat(strcpy(text, ",\"excludes\":{\"arches\":["), all), "]}");
	assert_int_equal(with(text, 0, "5.10.0"), REFUSED);
	assert_int_equal(with(",\"includes\":{\"arches\":[\"s390x\"]}", 0, "5.10.0"), REFUSED);
	assert_int_equal(with(",\"excludes\":{\"arches\":[\"s390x\"]}", 0, "5.10.0"),
			 SECCOMP_RET_ALLOW);
}

static void errnos_by_name(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(
		read_file(
			"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":\"ENOSYS\","
			"\"defaultErrnoRet\":38,\"syscalls\":["
			"{\"name\":\"setns\",\"action\":\"SCMP_ACT_ERRNO\",\"errno\":\"EACCES\"}]}",
			0, "5.10.0", &e),
		0);
	assert_int_equal(verdict_of("reboot"), SECCOMP_RET_ERRNO | ENOSYS);
	assert_int_equal(verdict_of("setns"), SECCOMP_RET_ERRNO | EACCES);
	assert_int_equal(
		read_file("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":\"EWHAT\"}", 0,
			  "5.10.0", &e),
		-EINVAL);
	assert_non_null(strstr(e.text, "EWHAT"));
}

static void arch_map(void **state)
{
	static const char *const maps[] = {
		"[{\"architecture\":\"SCMP_ARCH_S390X\",\"subArchitectures\":[\"SCMP_ARCH_S390\"]},"
		"{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\","
		"\"SCMP_ARCH_X32\"]}]",
		"[{\"subArchitectures\":[\"SCMP_ARCH_X86\"],\"architecture\":\"SCMP_ARCH_X86_64\"}"
		"]",
		"[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":null}]",
	};
	struct seccomp_data d = { .nr = 20, .arch = AUDIT_ARCH_I386 };
	struct err e = { 0 };
	char text[600];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(maps); i++) {
		strcat(strcat(strcpy(text, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":"),
			      maps[i]),
		       "}");
		assert_int_equal(read_file(text, 0, "5.10.0", &e), 0);
		assert_int_equal(verdict_of("read"), SECCOMP_RET_ALLOW);
		assert_int_equal(verdict(&d), i < 2 && seccomp_own_arch(0) == AUDIT_ARCH_X86_64
						      ? SECCOMP_RET_ALLOW
						      : SECCOMP_RET_KILL_PROCESS);
	}
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "[]", "an object is wanted" },
		{ "{}", "defaultAction" },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\"", "" },
		{ CALLS(ALLOW("", "")), "names is empty" },
		{ CALLS(ALLOW("\"read\"", ",\"includes\":{\"caps\":\"CAP_KILL\"}")),
		  "syscalls[0].includes.caps" },
		{ CALLS(ALLOW("\"read\"", ",\"includes\":[]")), "syscalls[0].includes" },
		{ CALLS(ALLOW("\"read\"", "") "," ALLOW("\"read\"",
							",\"excludes\":{\"minKernel\":4.8}")),
		  "syscalls[1].excludes.minKernel" },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[{\"architecture\":\"SCMP_"
		  "ARCH_PDP11\"}]}",
		  "PDP11" },
	};
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		memset(&e, 0, sizeof(e));
		if (read_file(rows[i].text, 0, "5.10.0", &e) >= 0)
			fail_msg("taken: %s", rows[i].text);
		if (!strstr(e.text, rows[i].said))
			fail_msg("%s: said \"%s\"", rows[i].text, e.text);
	}
}

/* There they are unknown properties, of any type. */
static void config_json_has_no_conditions(void **state)
{
	static const char text[] =
		"{\"ociVersion\":\"1.2.0\",\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_"
		"ERRNO\",\"defaultErrno\":7,\"archMap\":1,"
		"\"syscalls\":[{\"names\":[\"setns\"],\"action\":\"SCMP_ACT_ALLOW\",\"name\":[],"
		"\"errno\":{},"
		"\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"],\"minKernel\":5}},"
		"{\"names\":[\"reboot\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":4,\"excludes\":"
		"[]}]}}}";
	static struct oci_config c;
	struct err e = { 0 };
	struct arena a;

	(void)state;
	arena_init(&a, memory, sizeof(memory));
	if (oci_config_read(&a, text, sizeof(text) - 1, "config.json", &c, &e))
		fail_msg("%s: %s", e.step, e.text);
	compile(c.spec.policy);
	assert_int_equal(verdict_of("setns"), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_of("reboot"), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_of("unshare"), REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capabilities),
		cmocka_unit_test(kernels),
		cmocka_unit_test(architectures),
		cmocka_unit_test(errnos_by_name),
		cmocka_unit_test(arch_map),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(config_json_has_no_conditions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
