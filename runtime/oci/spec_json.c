/* SPDX-License-Identifier: ISC */
/* The config.json that `spec` writes: see spec_json.h. */
#include "runtime/oci/spec_json.h"

#include <string.h>
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/base/jsonw.h"

struct mount_row {
	const char *destination, *type, *source;
	const char *options[8];
};

#define TTY_GROUP "gid=5"	/* not in a user namespace of one id */

static const struct mount_row mounts[] = {
	{ "/proc", "proc", "proc", { 0 } },
	{ "/dev", "tmpfs", "tmpfs", { "nosuid", "strictatime", "mode=755", "size=65536k" } },
	{ "/dev/pts",
	  "devpts",
	  "devpts",
	  { "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", TTY_GROUP } },
	{ "/dev/shm", "tmpfs", "shm", { "nosuid", "noexec", "nodev", "mode=1777", "size=65536k" } },
	{ "/dev/mqueue", "mqueue", "mqueue", { "nosuid", "noexec", "nodev" } },
	{ "/sys", "sysfs", "sysfs", { "nosuid", "noexec", "nodev", "ro" } },
	{ "/sys/fs/cgroup", "cgroup", "cgroup", { "nosuid", "noexec", "nodev", "relatime", "ro" } },
};

/* The network is the host's for a user without rights, and with it sysfs. */
static const struct mount_row rootless_sys = {
	"/sys", "none", "/sys", { "rbind", "nosuid", "noexec", "nodev", "ro" }
};

static const char *const args[] = { "sh", NULL };
static const char *const env[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", NULL
};
static const char *const caps[] = { "CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE", NULL };
static const char *const cap_sets[] = { "bounding", "effective", "permitted", NULL };
static const char *const namespaces[] = { "pid", "ipc", "uts", "mount", "cgroup", NULL };
static const char *const masked[] = {
	"/proc/acpi",
	"/proc/asound",
	"/proc/interrupts",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/timer_list",
	"/proc/timer_stats",
	"/proc/sched_debug",
	"/sys/firmware",
	"/sys/devices/virtual/powercap",
	"/proc/scsi",
	NULL,
};
static const char *const readonly[] = { "/proc/bus",	       "/proc/fs", "/proc/irq", "/proc/sys",
					"/proc/sysrq-trigger", NULL };

static void put_list(struct jsonw *w, const char *key, const char *const *list)
{
	jsonw_array(w, key);
	for (; *list; list++)
		jsonw_text(w, NULL, *list);
	jsonw_close(w, ']');
}

static void put_process(struct jsonw *w)
{
	const char *const *set;

	jsonw_object(w, "process");
	jsonw_bool(w, "terminal", true);
	jsonw_object(w, "user");
	jsonw_u64(w, "uid", 0);
	jsonw_u64(w, "gid", 0);
	jsonw_close(w, '}');
	put_list(w, "args", args);
	put_list(w, "env", env);
	jsonw_text(w, "cwd", "/");
	jsonw_object(w, "capabilities");
	for (set = cap_sets; *set; set++)
		put_list(w, *set, caps);
	jsonw_close(w, '}');
	jsonw_array(w, "rlimits");
	jsonw_object(w, NULL);
	jsonw_text(w, "type", "RLIMIT_NOFILE");
	jsonw_u64(w, "hard", 1024);
	jsonw_u64(w, "soft", 1024);
	jsonw_close(w, '}');
	jsonw_close(w, ']');
	jsonw_bool(w, "noNewPrivileges", true);
	jsonw_close(w, '}');
}

static void put_mount(struct jsonw *w, const struct mount_row *m, bool rootless)
{
	const char *const *o;

	jsonw_object(w, NULL);
	jsonw_text(w, "destination", m->destination);
	jsonw_text(w, "type", m->type);
	jsonw_text(w, "source", m->source);
	if (m->options[0])
		jsonw_array(w, "options");
	for (o = m->options; *o; o++)
		if (!rootless || strcmp(*o, TTY_GROUP))
			jsonw_text(w, NULL, *o);
	if (m->options[0])
		jsonw_close(w, ']');
	jsonw_close(w, '}');
}

static void put_map(struct jsonw *w, const char *key, uint64_t id)
{
	jsonw_array(w, key);
	jsonw_object(w, NULL);
	jsonw_u64(w, "containerID", 0);
	jsonw_u64(w, "hostID", id);
	jsonw_u64(w, "size", 1);
	jsonw_close(w, '}');
	jsonw_close(w, ']');
}

static void put_namespace(struct jsonw *w, const char *type)
{
	jsonw_object(w, NULL);
	jsonw_text(w, "type", type);
	jsonw_close(w, '}');
}

static void put_linux(struct jsonw *w, bool rootless)
{
	const char *const *ns;

	jsonw_object(w, "linux");
	if (rootless) {
		put_map(w, "uidMappings", geteuid());
		put_map(w, "gidMappings", getegid());
	} else {
		jsonw_object(w, "resources");
		jsonw_array(w, "devices");
		jsonw_object(w, NULL);
		jsonw_bool(w, "allow", false);
		jsonw_text(w, "access", "rwm");
		jsonw_close(w, '}');
		jsonw_close(w, ']');
		jsonw_close(w, '}');
	}
	jsonw_array(w, "namespaces");
	for (ns = namespaces; *ns; ns++)
		put_namespace(w, *ns);
	put_namespace(w, rootless ? "user" : "network");
	jsonw_close(w, ']');
	put_list(w, "maskedPaths", masked);
	put_list(w, "readonlyPaths", readonly);
	jsonw_close(w, '}');
}

int oci_spec_write(int fd, bool rootless)
{
	struct jsonw w;
	size_t i;

	jsonw_start(&w, fd);
	jsonw_object(&w, NULL);
	jsonw_text(&w, "ociVersion", "1.2.0");
	put_process(&w);
	jsonw_object(&w, "root");
	jsonw_text(&w, "path", "rootfs");
	jsonw_bool(&w, "readonly", true);
	jsonw_close(&w, '}');
	jsonw_text(&w, "hostname", "pintle");
	jsonw_array(&w, "mounts");
	for (i = 0; i < ARRAY_LEN(mounts); i++)
		put_mount(&w, rootless && mounts[i].type[0] == 's' ? &rootless_sys : &mounts[i],
			  rootless);
	jsonw_close(&w, ']');
	put_linux(&w, rootless);
	jsonw_close(&w, '}');
	jsonw_newline(&w);
	return jsonw_flush(&w);
}
