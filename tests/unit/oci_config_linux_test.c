/* SPDX-License-Identifier: ISC */
/* runtime/oci/config: mounts and linux of config.json, every property but resources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "runtime/base/compiler.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/oci/config.h"
#include "runtime/oci/mount_options.h"
#include "runtime/seccomp.h"

static _Alignas(16) unsigned char memory[4 << 20];
static struct oci_config config;
static struct arena arena;
static struct err error;

/* Reads the members that follow ociVersion; they must be taken. */
static struct oci_config *take(const char *members)
{
	static char text[16384];
	int n = str_print(text, sizeof(text), "{\"ociVersion\":\"1.2.0\",%s}", members);

	assert_true(n > 0);
	arena_init(&arena, memory, sizeof(memory));
	memset(&error, 0, sizeof(error));
	if (oci_config_read(&arena, text, (size_t)n, "config.json", &config, &error))
		fail_msg("%s: %s in %.300s", error.step, error.text, text);
	return &config;
}

static struct oci_config *take_linux(const char *members)
{
	static char text[16384];

	assert_true(str_print(text, sizeof(text), "\"linux\":{%s}", members) > 0);
	return take(text);
}

/* One mount with these options, as they stand in JSON. */
static const struct spec_mount *mount_with(const char *options)
{
	char text[1024];

	str_print(text, sizeof(text),
		  "\"mounts\":[{\"destination\":\"/d\",\"source\":\"s\",\"options\":[%s]}]",
		  options);
	return &take(text)->spec.mounts[0];
}

static const struct {
	const char *options;
	unsigned long flags, propagation;
	uint64_t set, clear;
	const char *data;
} mounts[] = {
	{ "\"ro\",\"nosuid\",\"nodev\",\"noexec\"", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, 0,
	  0, 0, NULL },
	{ "\"ro\",\"rw\",\"noexec\",\"exec\"", 0, 0, 0, 0, NULL },
	{ "\"rbind\",\"rslave\"", MS_BIND | MS_REC, MS_SLAVE | MS_REC, 0, 0, NULL },
	{ "\"bind\",\"private\",\"shared\"", MS_BIND, MS_SHARED, 0, 0, NULL },
	{ "\"mode=755\",\"nosuid\",\"size=64k\",\"\"", MS_NOSUID, 0, 0, 0, "mode=755,size=64k" },
	{ "\"defaults\"", 0, 0, 0, 0, NULL },
	{ "\"rro\",\"rnosuid\"", 0, 0, 3, 0, NULL },
	{ "\"rro\",\"rrw\"", 0, 0, 0, 1, NULL },
	{ "\"rnoatime\"", 0, 0, 0x10, 0x70, NULL },
	{ "\"rnoatime\",\"rstrictatime\"", 0, 0, 0x20, 0x70, NULL },
	{ "\"remount\",\"dirsync\",\"relatime\",\"lazytime\"",
	  MS_REMOUNT | MS_DIRSYNC | MS_RELATIME | 1 << 25, 0, 0, 0, NULL },
	{ "\"nosymfollow\",\"rnosymfollow\"", 256, 0, 0x200000, 0, NULL },
};

static void options_become_flags_attributes_and_data(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(mounts); i++) {
		const struct spec_mount *m = mount_with(mounts[i].options);

		if (m->flags != mounts[i].flags || m->propagation != mounts[i].propagation ||
		    m->attr_set != mounts[i].set || m->attr_clr != mounts[i].clear)
			fail_msg("%s: flags %lx, propagation %lx", mounts[i].options, m->flags,
				 m->propagation);
		if (mounts[i].data)
			assert_string_equal(m->data, mounts[i].data);
		else
			assert_null(m->data);
	}
}

/* No option that features names ends up as data of the file system. */
static void every_option_of_features_is_known(void **state)
{
	const char *name;
	char text[64];
	unsigned i;

	(void)state;
	for (i = 0; (name = mount_option_name(i)); i++) {
		if (!strcmp(name, "idmap") || !strcmp(name, "ridmap"))
			continue;
		str_print(text, sizeof(text), "\"%s\"", name);
		assert_null(mount_with(text)->data);
	}
	assert_true(i > 60);
}

static void mounts_keep_order_type_and_source(void **state)
{
	struct oci_config *c =
		take("\"mounts\":[{\"destination\":\"/"
		     "proc\",\"type\":\"proc\",\"source\":\"proc\"},{\"destination\":\"rel/x//\","
		     "\"type\":\"bind\",\"source\":\"\"},{\"destination\":\"//"
		     "\",\"type\":\"tmpfs\",\"options\":[\"tmpcopyup\"]},"
		     "{\"destination\":\"/c\",\"type\":\"cgroup\",\"source\":\"cgroup\"}]");
	const struct spec_mount *m = c->spec.mounts;

	(void)state;
	assert_int_equal(c->spec.n_mounts, 4);
	assert_string_equal(m[0].target, "/proc");
	assert_string_equal(m[0].type, "proc");
	assert_string_equal(m[1].target, "/rel/x");
	assert_string_equal(m[1].source, "");
	assert_int_equal(m[1].flags, MS_BIND);
	assert_string_equal(m[2].target, "/");
	assert_true(m[2].copy_up && !m[1].copy_up);
	assert_string_equal(m[3].type, "cgroup");
}

static void mounts_are_mapped_by_their_own_map_or_the_containers(void **state)
{
	struct oci_config *c =
		take("\"mounts\":[{\"destination\":\"/a\",\"source\":\"/"
		     "s\",\"options\":[\"bind\",\"ridmap\"]},"
		     "{\"destination\":\"/b\",\"source\":\"/s\",\"options\":[\"bind\"],"
		     "\"uidMappings\":[{\"containerID\":1,\"hostID\":2,\"size\":3},{"
		     "\"containerID\":9,\"hostID\":8,\"size\":7}],"
		     "\"gidMappings\":[{\"containerID\":4,\"hostID\":5,\"size\":6}]}],"
		     "\"linux\":{\"namespaces\":[{\"type\":\"user\"}],\"uidMappings\":[{"
		     "\"containerID\":0,\"hostID\":4294967295,\"size\":1}],"
		     "\"gidMappings\":[{\"containerID\":0,\"hostID\":1001,\"size\":1}]}");
	const struct spec_mount *m = c->spec.mounts;

	(void)state;
	assert_int_equal(c->userns.uid[0].outside, 4294967295u);
	assert_int_equal(m[0].idmap->uid[0].outside, 4294967295u);
	assert_int_equal(m[0].idmap->gid[0].outside, 1001);
	assert_true(m[0].idmap->recursive && !m[1].idmap->recursive);
	assert_int_equal(m[1].idmap->n_uid, 2);
	assert_int_equal(m[1].idmap->uid[1].count, 7);
	assert_int_equal(m[1].idmap->gid[0].inside, 4);
}

static void namespaces_of_all_kinds(void **state)
{
	static const uint64_t flags[] = { CLONE_NEWPID,	       CLONE_NEWNET,	 CLONE_NEWNS,
					  CLONE_NEWIPC,	       CLONE_NEWUTS,	 CLONE_NEWUSER,
					  SYS_CLONE_NEWCGROUP, SYS_CLONE_NEWTIME };
	struct oci_config *c =
		take_linux("\"timeOffsets\":{\"boottime\":{\"nanosecs\":5},\"monotonic\":{\"secs\":"
			   "-7}},\"namespaces\":[{\"type\":\"pid\"},"
			   "{\"path\":\"/proc/1/ns/"
			   "net\",\"type\":\"network\"},{\"type\":\"mount\"},{\"type\":\"ipc\"},{"
			   "\"type\":\"uts\"},"
			   "{\"type\":\"user\"},{\"type\":\"cgroup\"},{\"type\":\"time\"}]");
	size_t i;

	(void)state;
	assert_int_equal(c->n_namespaces, ARRAY_LEN(flags));
	for (i = 0; i < ARRAY_LEN(flags); i++)
		assert_true(c->namespaces[i].flag == flags[i]);
	assert_string_equal(c->namespaces[1].path, "/proc/1/ns/net");
	assert_null(c->namespaces[2].path);
	assert_string_equal(c->time_offsets, "monotonic -7 0\nboottime 0 5\n");
}

static void devices_by_number(void **state)
{
	struct oci_config *c =
		take_linux("\"devices\":[{\"path\":\"/dev/"
			   "fuse\",\"type\":\"c\",\"major\":10,\"minor\":229,\"fileMode\":8630,"
			   "\"uid\":1,\"gid\":2},"
			   "{\"path\":\"/dev/p\",\"type\":\"p\"},{\"path\":\"/dev/"
			   "sda\",\"type\":\"b\",\"major\":8,\"minor\":0},"
			   "{\"path\":\"/dev/u\",\"type\":\"u\",\"major\":1,\"minor\":3}]");
	const struct spec_device *d = c->spec.devices;

	(void)state;
	assert_int_equal(c->spec.n_devices, 4);
	assert_true(d[0].by_number && d[0].type == S_IFCHR && d[0].mode == 0666);
	assert_int_equal(d[0].major, 10);
	assert_int_equal(d[0].minor, 229);
	assert_int_equal(d[0].uid, 1);
	assert_int_equal(d[0].gid, 2);
	assert_int_equal(d[1].type, S_IFIFO);
	assert_int_equal(d[2].type, S_IFBLK);
	assert_int_equal(d[3].type, S_IFCHR);
	assert_string_equal(d[3].target, "/dev/u");
}

static void paths_labels_propagation_personality(void **state)
{
	struct oci_config *c = take_linux(
		"\"cgroupsPath\":\"/a/b\",\"rootfsPropagation\":\"rshared\",\"maskedPaths\":[\"/"
		"m\"],\"readonlyPaths\":[\"/r\",\"/s\"],"
		"\"mountLabel\":\"l\",\"personality\":{\"domain\":\"LINUX32\"}");

	(void)state;
	assert_string_equal(c->cgroups_path, "/a/b");
	assert_int_equal(c->extra.root_propagation, MS_SHARED | MS_REC);
	assert_string_equal(c->spec.masked[0], "/m");
	assert_null(c->spec.masked[1]);
	assert_string_equal(c->spec.readonly[1], "/s");
	assert_string_equal(c->extra.mount_label, "l");
	assert_true(c->extra.personality == 8);
}

static void sysctls_of_the_containers_namespaces(void **state)
{
	struct oci_config *c = take_linux("\"sysctl\":{\"net.ipv4.ip_forward\":\"1\",\"net/ipv4/"
					  "conf/eth0.1/rp_filter\":\"0\",\"kernel.shmmax\":\"5\","
					  "\"fs.mqueue.msg_max\":\"\",\"kernel.domainname\":\"x\","
					  "\"user.max_user_namespaces\":\"0\"},"
					  "\"namespaces\":[{\"type\":\"network\"},{\"type\":"
					  "\"ipc\"},{\"type\":\"uts\"},{\"type\":\"user\"}]");

	(void)state;
	assert_string_equal(c->spec.sysctl[0], "net.ipv4.ip_forward=1");
	assert_string_equal(c->spec.sysctl[1], "net/ipv4/conf/eth0.1/rp_filter=0");
	assert_string_equal(c->spec.sysctl[3], "fs.mqueue.msg_max=");
	assert_null(c->spec.sysctl[6]);
}

static void seccomp_policies(void **state)
{
	struct oci_config *c =
		take_linux("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":"
			   "38,\"architectures\":[\"SCMP_ARCH_X86_64\","
			   "\"SCMP_ARCH_MIPSEL\"],\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],"
			   "\"listenerPath\":\"/run/l\",\"listenerMetadata\":\"m\","
			   "\"syscalls\":[{\"names\":[\"read\",\"write\"],\"action\":\"SCMP_ACT_"
			   "ALLOW\"},{\"names\":[\"clone\"],\"errnoRet\":1,"
			   "\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":0,\"value\":"
			   "18446744073709551615,\"valueTwo\":2,"
			   "\"op\":\"SCMP_CMP_MASKED_EQ\"},{\"index\":5,\"value\":1,\"op\":\"SCMP_"
			   "CMP_NE\"}]}]},\"namespaces\":[{\"type\":\"pid\"}]");
	const struct seccomp_policy *p = c->spec.policy;

	(void)state;
	assert_int_equal(c->spec.seccomp, SPEC_SECCOMP_POLICY);
	assert_int_equal(p->default_action, SECCOMP_RET_ERRNO | 38);
	assert_int_equal(p->n_archs, 2);
	assert_int_equal(p->archs[1], AUDIT_ARCH_MIPSEL);
	assert_int_equal(p->flags, 2);
	assert_string_equal(p->listener_path, "/run/l");
	assert_string_equal(p->listener_metadata, "m");
	assert_int_equal(p->n_rules, 2);
	assert_int_equal(p->rules[0].n_names, 2);
	assert_string_equal(p->rules[0].names[1], "write");
	assert_int_equal(p->rules[0].action, SECCOMP_RET_ALLOW);
	assert_int_equal(p->rules[0].n_args, 0);
	assert_int_equal(p->rules[1].action, SECCOMP_RET_ERRNO | 1);
	assert_int_equal(p->rules[1].n_args, 2);
	assert_true(p->rules[1].args[0].value == UINT64_MAX && p->rules[1].args[0].value_two == 2);
	assert_int_equal(p->rules[1].args[0].op, SECCOMP_OP_MASKED_EQ);
	assert_int_equal(p->rules[1].args[1].index, 5);
	assert_int_equal(p->rules[1].args[1].op, SECCOMP_OP_NE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_become_flags_attributes_and_data),
		cmocka_unit_test(every_option_of_features_is_known),
		cmocka_unit_test(mounts_keep_order_type_and_source),
		cmocka_unit_test(mounts_are_mapped_by_their_own_map_or_the_containers),
		cmocka_unit_test(namespaces_of_all_kinds),
		cmocka_unit_test(devices_by_number),
		cmocka_unit_test(paths_labels_propagation_personality),
		cmocka_unit_test(sysctls_of_the_containers_namespaces),
		cmocka_unit_test(seccomp_policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
