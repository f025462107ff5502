/* SPDX-License-Identifier: ISC */
/* linux of config.json but resources and seccomp (runtime-spec 1.2, config-linux.md). */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/oci/config_int.h"

struct ns_in {
	const char *type, *path;
};

struct device_in {
	struct spec_device d;	/* first */
	const char *type;
};

static const struct {
	const char *name;
	uint64_t flag;
} kinds[] = {
	{ "cgroup", SYS_CLONE_NEWCGROUP }, { "ipc", CLONE_NEWIPC }, { "mount", CLONE_NEWNS },
	{ "network", CLONE_NEWNET },	   { "pid", CLONE_NEWPID }, { "time", SYS_CLONE_NEWTIME },
	{ "user", CLONE_NEWUSER },	   { "uts", CLONE_NEWUTS },
};

const char *oci_namespace_name(unsigned i)
{
	return i < ARRAY_LEN(kinds) ? kinds[i].name : NULL;
}

static int end_namespace(struct config_reader *r, const struct json_value *v, const char *path,
			 struct err *e)
{
	const struct ns_in *in = r->items[1];
	struct oci_config *c = r->c;
	unsigned i, k;

	(void)v;
	for (k = 0; k < ARRAY_LEN(kinds) && (!in->type || strcmp(in->type, kinds[k].name)); k++)
		;
	if (k == ARRAY_LEN(kinds))
		return err_set(e, EINVAL, CONFIG_STEP, "%s: unknown type \"%s\"", path,
			       in->type ? in->type : "");
	if (in->path && in->path[0] != '/')
		return err_set(e, EINVAL, CONFIG_STEP, "%s.path: \"%s\" is no absolute path", path,
			       in->path);
	for (i = 0; i < c->n_namespaces; i++)
		if (c->namespaces[i].flag == kinds[k].flag)
			return err_set(e, EINVAL, CONFIG_STEP, "%s: two of type \"%s\"", path,
				       in->type);
	c->namespaces[c->n_namespaces++] = (struct oci_namespace){ kinds[k].flag, in->path };
	return 0;
}

static int begin_device(struct config_reader *r, const struct json_value *v, const char *path,
			struct err *e)
{
	struct device_in *in = r->items[1];

	(void)v;
	(void)path;
	(void)e;
	in->d.major = in->d.minor = UINT32_MAX;
	return 0;
}

static int end_device(struct config_reader *r, const struct json_value *v, const char *path,
		      struct err *e)
{
	struct device_in *in = r->items[1];
	char type = in->type && in->type[0] && !in->type[1] ? in->type[0] : 0;

	(void)v;
	if (!in->d.target)
		return config_wrong(path, "path is missing", e);
	if (!type || !strchr("cubp", type))
		return config_wrong(path, "type is none of c, u, b, p", e);
	if (type != 'p' && (in->d.major == UINT32_MAX || in->d.minor == UINT32_MAX))
		return config_wrong(path, "major and minor are wanted", e);
	in->d.by_number = true;
	in->d.type = type == 'b' ? S_IFBLK : type == 'p' ? S_IFIFO : S_IFCHR;
	return 0;
}

static int take_file_mode(struct config_reader *r, const struct json_value *v, const char *path,
			  struct err *e)
{
	struct device_in *in = r->items[1];

	if (v->type != JSON_INT || v->integer < 0 || v->integer > UINT32_MAX)
		return config_wrong(path, "no file mode", e);
	in->d.mode = (mode_t)(v->integer & 07777);	/* Go may write its own type bits above */
	return 0;
}

static int take_propagation(struct config_reader *r, const struct json_value *v, const char *path,
			    struct err *e)
{
	static const struct {
		const char *name;
		unsigned long how;
	} words[] = {
		{ "private", MS_PRIVATE },	 { "rprivate", MS_PRIVATE | MS_REC },
		{ "shared", MS_SHARED },	 { "rshared", MS_SHARED | MS_REC },
		{ "slave", MS_SLAVE },		 { "rslave", MS_SLAVE | MS_REC },
		{ "unbindable", MS_UNBINDABLE }, { "runbindable", MS_UNBINDABLE | MS_REC },
	};
	size_t i;

	if (v->type != JSON_STRING)
		return config_wrong(path, "a string is wanted", e);
	if (!v->len)
		return 0;
	for (i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(v->text, v->len, words[i].name)) {
			r->c->extra.root_propagation = words[i].how;
			return 0;
		}
	return err_set(e, EINVAL, CONFIG_STEP, "%s: unknown \"%.*s\"", path, (int)v->len, v->text);
}

static int take_offset(struct config_reader *r, const struct json_value *v, const char *path,
		       struct err *e)
{
	unsigned i = str_starts(path, "linux.timeOffsets.boottime");

	if (v->type != JSON_INT)
		return config_wrong(path, "a number is wanted", e);
	r->offsets[i].given = true;
	if (!str_ends(path, ".nanosecs"))
		r->offsets[i].secs = v->integer;
	else if (v->integer >= 0 && v->integer < 1000000000)
		r->offsets[i].nanosecs = v->integer;
	else
		return config_wrong(path, "not in 0 to 999999999", e);
	return 0;
}

/* personality(2) of config.json: a domain and, one day, flags. */
static int take_personality(struct config_reader *r, const struct json_value *v, const char *path,
			    struct err *e)
{
	if (v->type == JSON_STRING && str_is(v->text, v->len, "LINUX"))
		r->c->extra.personality = 0;
	else if (v->type == JSON_STRING && str_is(v->text, v->len, "LINUX32"))
		r->c->extra.personality = 8;
	else
		return config_wrong(path, "neither LINUX nor LINUX32", e);
	return 0;
}

static int refuse_flags(struct config_reader *r, const struct json_value *v, const char *path,
			struct err *e)
{
	(void)r;
	(void)v;
	return config_wrong(path, "no flag is supported", e);
}

static int refuse(struct config_reader *r, const struct json_value *v, const char *path,
		  struct err *e)
{
	(void)r;
	(void)v;
	return err_set(e, ENOTSUP, CONFIG_STEP, "%s: not on the boards that this runtime is for",
		       path);
}

/* An empty list of them asks for nothing. */
static int refuse_netdev(struct config_reader *r, const struct json_value *v, const char *path,
			 struct err *e)
{
	(void)r;
	if (!strcmp(path, "linux.netDevices"))
		return v->type == JSON_OBJECT || v->type == JSON_END
			       ? 0
			       : config_wrong(path, "an object is wanted", e);
	return err_set(e, ENOTSUP, CONFIG_STEP,
		       "%s: network devices are not moved into a container", path);
}

/* All three are wanted of every mapping. */
int config_end_idmap(struct config_reader *r, const struct json_value *v, const char *path,
		     struct err *e)
{
	unsigned level = str_starts(path, "mounts") ? 2 : 1;

	(void)v;
	return r->known[level] == 3
		       ? 0
		       : config_wrong(path, "containerID, hostID and size are wanted", e);
}

#define NS(member) offsetof(struct ns_in, member)
#define ID(member) offsetof(struct spec_idmap, member)
#define DEV(member) offsetof(struct device_in, member)

const struct config_row config_linux_rows[] = {
	{ "linux.namespaces", CONFIG_ITEMS, CONFIG_AT(calls), 0, sizeof(struct ns_in),
	  end_namespace, NULL },
	{ "linux.namespaces[].type", CONFIG_TEXT, NS(type), 0, 0, NULL, NULL },
	{ "linux.namespaces[].path", CONFIG_NAME, NS(path), 0, 0, NULL, NULL },
	{ "linux.uidMappings", CONFIG_ITEMS, CONFIG_AT(userns.uid), CONFIG_AT(userns.n_uid),
	  sizeof(struct spec_idmap), config_end_idmap, NULL },
	{ "linux.uidMappings[].containerID", CONFIG_U32, ID(inside), 0, 0, NULL, NULL },
	{ "linux.uidMappings[].hostID", CONFIG_U32, ID(outside), 0, 0, NULL, NULL },
	{ "linux.uidMappings[].size", CONFIG_U32, ID(count), 0, 0, NULL, NULL },
	{ "linux.gidMappings", CONFIG_ITEMS, CONFIG_AT(userns.gid), CONFIG_AT(userns.n_gid),
	  sizeof(struct spec_idmap), config_end_idmap, NULL },
	{ "linux.gidMappings[].containerID", CONFIG_U32, ID(inside), 0, 0, NULL, NULL },
	{ "linux.gidMappings[].hostID", CONFIG_U32, ID(outside), 0, 0, NULL, NULL },
	{ "linux.gidMappings[].size", CONFIG_U32, ID(count), 0, 0, NULL, NULL },
	{ "linux.timeOffsets.monotonic.secs", CONFIG_OTHER, 0, 0, 0, take_offset, NULL },
	{ "linux.timeOffsets.monotonic.nanosecs", CONFIG_OTHER, 0, 0, 0, take_offset, NULL },
	{ "linux.timeOffsets.boottime.secs", CONFIG_OTHER, 0, 0, 0, take_offset, NULL },
	{ "linux.timeOffsets.boottime.nanosecs", CONFIG_OTHER, 0, 0, 0, take_offset, NULL },
	{ "linux.devices", CONFIG_ITEMS, CONFIG_SPEC(devices), CONFIG_SPEC(n_devices),
	  sizeof(struct device_in), end_device, begin_device },
	{ "linux.devices[].path", CONFIG_PATH, DEV(d.target), 0, 0, NULL, NULL },
	{ "linux.devices[].type", CONFIG_TEXT, DEV(type), 0, 0, NULL, NULL },
	{ "linux.devices[].major", CONFIG_U32, DEV(d.major), 0, 0, NULL, NULL },
	{ "linux.devices[].minor", CONFIG_U32, DEV(d.minor), 0, 0, NULL, NULL },
	{ "linux.devices[].fileMode", CONFIG_OTHER, 0, 0, 0, take_file_mode, NULL },
	{ "linux.devices[].uid", CONFIG_U32, DEV(d.uid), 0, 0, NULL, NULL },
	{ "linux.devices[].gid", CONFIG_U32, DEV(d.gid), 0, 0, NULL, NULL },
	{ "linux.cgroupsPath", CONFIG_NAME, CONFIG_AT(cgroups_path), 0, 0, NULL, NULL },
	{ "linux.rootfsPropagation", CONFIG_OTHER, 0, 0, 0, take_propagation, NULL },
	{ "linux.maskedPaths", CONFIG_TEXTS, CONFIG_SPEC(masked), 0, 0, NULL, NULL },
	{ "linux.readonlyPaths", CONFIG_TEXTS, CONFIG_SPEC(readonly), 0, 0, NULL, NULL },
	{ "linux.mountLabel", CONFIG_NAME, CONFIG_AT(extra.mount_label), 0, 0, NULL, NULL },
	{ "linux.personality.domain", CONFIG_OTHER, 0, 0, 0, take_personality, NULL },
	{ "linux.personality.flags[]", CONFIG_OTHER, 0, 0, 0, refuse_flags, NULL },
	{ "linux.intelRdt", CONFIG_OTHER, 0, 0, 0, refuse, NULL },
	{ "linux.memoryPolicy", CONFIG_OTHER, 0, 0, 0, refuse, NULL },
	{ "linux.netDevices", CONFIG_SUBTREE, 0, 0, 0, refuse_netdev, NULL },
	{ 0 },
};

static int check_namespaces(const struct oci_config *c, struct err *e)
{
	bool user = false, time = false;
	unsigned i;

	for (i = 0; i < c->n_namespaces; i++) {
		user |= c->namespaces[i].flag == CLONE_NEWUSER;
		time |= c->namespaces[i].flag == SYS_CLONE_NEWTIME && !c->namespaces[i].path;
	}
	if ((c->userns.n_uid || c->userns.n_gid) && !user)
		return config_wrong("linux.uidMappings", "without a user namespace", e);
	if (c->time_offsets && !time)
		return config_wrong("linux.timeOffsets", "without a time namespace of its own", e);
	return 0;
}

int config_linux_finish(struct config_reader *r, struct err *e)
{
	static const char *const clocks[] = { "monotonic", "boottime" };
	struct spec *s = &r->c->spec;
	const struct device_in *in = (const struct device_in *)(const void *)s->devices;
	struct spec_device *flat = arena_get(r->a, (s->n_devices + 1) * sizeof(*flat));
	char text[128];
	struct str out;
	unsigned i;

	if (!flat)
		return config_full("linux.devices", e);
	for (i = 0; i < s->n_devices; i++)
		flat[i] = in[i].d;
	s->devices = flat;
	str_init(&out, text, sizeof(text));
	for (i = 0; i < 2; i++)
		if (r->offsets[i].given)
			str_fmt(&out, "%s %lld %lld\n", clocks[i], (long long)r->offsets[i].secs,
				(long long)r->offsets[i].nanosecs);
	if (out.len && !(r->c->time_offsets = arena_text(r->a, out.buf, out.len)))
		return config_full("linux.timeOffsets", e);
	return check_namespaces(r->c, e);
}
