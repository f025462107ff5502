/* SPDX-License-Identifier: ISC */
/*
 * The container's child: carries out enter.def step by step and ends in exec. The small steps are
 * here, the larger ones in files of their own. Nothing allocates; paths inside the image go through
 * inroot.h.
 */
#include "runtime/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/cgroup.h"
#include "runtime/container.h"
#include "runtime/procfs.h"
#include "runtime/sandbox.h"

static int (*const steps[])(struct enter *c, struct err *e) = {
#define STEP(name) name,
#include "runtime/enter.def"
#undef STEP
};

int ctr_enter(const struct spec *spec, struct err *e)
{
	struct enter c = { .spec = spec, .root_fd = -1, .proc_fd = -1, .tty_fd = -1 };
	size_t i;
	int rc = 0;

	for (i = 0; i < ARRAY_LEN(steps) && !rc; i++)
		rc = steps[i](&c, e);
	return rc;
}

int ctr_enter_host(const struct spec *spec, struct err *e)
{
	struct enter c = { .spec = spec, .root_fd = -1, .proc_fd = -1, .tty_fd = -1 };
	int rc = enter_oom_score(&c, e);

	rc = rc ?: enter_rlimits(&c, e);
	rc = rc ?: enter_stdio(&c, e);
	rc = rc ?: spec->sandbox ? sandbox_enter(spec->sandbox, e) : 0;
	rc = rc ?: user_find(&c, e);
	rc = rc ?: enter_cwd(&c, e);
	rc = rc ?: exec_find(&c, e);
	if (!rc && (c.uid || c.gid || spec->no_new_privs || spec->caps != UINT64_MAX ||
		    spec->cap_sets || spec->seccomp != SPEC_SECCOMP_OFF))
		rc = creds_drop(&c, e);
	return rc ?: exec_command(&c, e);
}

/* In the namespaces and the root of a running container, where nothing is made any more. */
int ctr_enter_joined(const struct spec *spec, struct err *e)
{
	static int (*const joined[])(struct enter * c, struct err * e) = {
		enter_oom_score, enter_rlimits, extra_schedule, procfs_keep, console_open,
		enter_stdio,	 user_find,	enter_cwd,	exec_find,   extra_labels,
		creds_drop,	 session_exec,	exec_command,
	};
	struct enter c = { .spec = spec, .proc_fd = -1, .tty_fd = -1 };
	size_t i;
	int rc = 0;

	c.root_fd = path_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
	if (c.root_fd < 0)
		return err_set(e, errno, "root", "/");
	for (i = 0; i < ARRAY_LEN(joined) && !rc; i++)
		rc = joined[i](&c, e);
	return rc;
}

int enter_oom_score(struct enter *c, struct err *e)
{
	char text[16];
	int rc;

	if (c->spec->oom_score_keep)
		return 0;
	str_print(text, sizeof(text), "%d", c->spec->oom_score_adj);
	rc = io_write_file(AT_FDCWD, "/proc/self/oom_score_adj", text);
	/* Lowering needs CAP_SYS_RESOURCE, which a supervisor inside a container may lack. */
	if (rc == -EACCES && c->spec->oom_score_adj >= 0)
		rc = 0;
	return rc ? err_set(e, rc, "oom_score_adj", "%s", text) : 0;
}

int enter_rlimits(struct enter *c, struct err *e)
{
	unsigned i;

	for (i = 0; i < c->spec->n_rlimits; i++) {
		const struct spec_rlimit *r = &c->spec->rlimits[i];
		struct rlimit l = {
			.rlim_cur = r->soft == UINT64_MAX ? RLIM_INFINITY : (rlim_t)r->soft,
			.rlim_max = r->hard == UINT64_MAX ? RLIM_INFINITY : (rlim_t)r->hard,
		};

		if (setrlimit(r->resource, &l))
			return err_set(e, errno, "rlimit", "number %d", r->resource);
	}
	return 0;
}

int enter_private_mounts(struct enter *c, struct err *e)
{
	const struct spec_extra *x = c->spec->extra;
	/*
	 * Slave: a stick that the host mounts later still reaches a volume, nothing goes the other
	 * way.
	 */
	unsigned long how = x && x->root_propagation & MS_SHARED ? 0 : MS_REC | MS_SLAVE;

	if (how && !c->spec->host_mountns && path_mount(NULL, "/", NULL, how, NULL))
		return err_set(e, errno, "mount", "make / a slave");
	return 0;
}

int procfs_keep(struct enter *c, struct err *e)
{
	c->proc_fd = procfs_open(e);
	return c->proc_fd < 0 ? c->proc_fd : 0;
}

static int session_at(struct enter *c, enum spec_stage stage, struct err *e)
{
	const struct spec_session *s = c->spec->session;

	return s && s->at ? s->at(s->ctx, stage, e) : 0;
}

int session_root(struct enter *c, struct err *e)
{
	return session_at(c, SPEC_AT_ROOT, e);
}

int session_exec(struct enter *c, struct err *e)
{
	return session_at(c, SPEC_AT_EXEC, e);
}

int enter_device_rules(struct enter *c, struct err *e)
{
	const struct spec *s = c->spec;
	struct err why = { 0 };
	int rc = s->cgroup ? cg_devices(s->cgroup, s->devices, s->n_devices, &why) : -ENOTSUP;

	if (rc && rc != -ENOTSUP && rc != -EPERM && rc != -EACCES) {
		*e = why;
		return rc;
	}
	c->no_devices = rc != 0;
	return 0;
}

/* "net.ipv4.ip_forward=1" or "net/ipv4/ip_forward=1": only our namespaces' values are in reach. */
int enter_sysctl(struct enter *c, struct err *e)
{
	const char *const *at = c->spec->sysctl;

	for (; at && *at; at++) {
		char path[256];
		size_t n = strcspn(*at, "="), i;
		int rc;

		if (str_print(path, sizeof(path), "sys/%.*s", (int)n, *at) < 0 || !(*at)[n])
			return err_set(e, EINVAL, "sysctl", "%s", *at);
		/*
		 * As sysctl(8): the first separator says which is which, "net/ipv4/conf/eth0.1/…".
		 */
		for (i = strlen("sys/"); path[i] && path[i] != '/'; i++)
			if (path[i] == '.')
				path[i] = '/';
		rc = procfs_write(c->proc_fd, path, *at + n + 1);
		if (rc)
			return err_set(e, rc, "sysctl", "%s", *at);
	}
	return 0;
}

int enter_names(struct enter *c, struct err *e)
{
	const struct spec *s = c->spec;

	if (s->hostname && sethostname(s->hostname, strlen(s->hostname)))
		return err_set(e, errno, "hostname", "%s", s->hostname);
	if (s->domainname && setdomainname(s->domainname, strlen(s->domainname)))
		return err_set(e, errno, "domainname", "%s", s->domainname);
	return 0;
}

/* As every runtime does for a network of none: programs talk to themselves over it. */
int enter_loopback(struct enter *c, struct err *e)
{
	struct ifreq r = { .ifr_name = "lo" };
	int fd AUTO_CLOSE = -1;

	if (!c->spec->loopback)
		return 0;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* A kernel without IPv4 has no such interface to speak of. */
	if (fd < 0)
		return errno == EAFNOSUPPORT ? 0 : err_set(e, errno, "loopback", "socket");
	r.ifr_flags = IFF_UP | IFF_RUNNING;
	return ioctl(fd, SIOCSIFFLAGS, &r) ? err_set(e, errno, "loopback", "up") : 0;
}

/* dup2 onto 0, 1, 2; sources below 3 are moved out of the way first. */
int enter_stdio(struct enter *c, struct err *e)
{
	int want[3] = { c->spec->stdin_fd, c->spec->stdout_fd, c->spec->stderr_fd }, i;

	for (i = 0; i < 3; i++) {
		if (c->tty_fd >= 0)
			want[i] = c->tty_fd;
		want[i] = want[i] >= 0 ? fcntl(want[i], F_DUPFD_CLOEXEC, 3) :
			path_open(AT_FDCWD, "/dev/null", (i ? O_WRONLY : O_RDONLY), 0);
		if (want[i] >= 0 && want[i] < 3)
			want[i] = fcntl(want[i], F_DUPFD_CLOEXEC, 3);
		if (want[i] < 0)
			return err_set(e, errno, "stdio", "fd %d", i);
	}
	for (i = 0; i < 3; i++)
		if (dup2(want[i], i) < 0)
			return err_set(e, errno, "stdio", "fd %d", i);
	if (c->tty_fd >= 0 && ioctl(0, TIOCSCTTY, 0))
		return err_set(e, errno, "terminal", "make it the session's");
	return 0;
}

/*
 * The old root ends up mounted over the new one and is let go (pivot_root(2), "pivot_root(".",
 * ".")").
 */
static int pivot(struct err *e)
{
	if (sys_pivot_root(".", "."))
		return err_set(e, errno, "pivot_root", "switch");
	/* Letting go must not be seen outside either, where the tree was left shared. */
	if (path_mount(NULL, ".", NULL, MS_REC | MS_SLAVE, NULL) || path_umount(".", MNT_DETACH) ||
	    path_chdir("/"))
		return err_set(e, errno, "pivot_root", "let the old root go");
	return 0;
}

/* A root file system in RAM cannot be pivoted from: move ours over it, as switch_root(8). */
static int move_root(struct err *e)
{
	if (path_mount(".", "/", NULL, MS_MOVE, NULL) || path_chroot("."))
		return err_set(e, errno, "root", "move it to /");
	return 0;
}

static int change_root(struct enter *c, struct err *e)
{
	const struct spec_session *s = c->spec->session;

	if (c->spec->host_mountns)
		return path_chroot(".")
			       ? err_set(e, errno, "chroot", "%s", c->spec->root.path)
			       : 0;
	return s && s->no_pivot ? move_root(e) : pivot(e);
}

int enter_pivot(struct enter *c, struct err *e)
{
	const struct spec_extra *x = c->spec->extra;
	int rc;

	if (fchdir(c->root_fd))
		return err_set(e, errno, "pivot_root", "enter the root");
	rc = change_root(c, e);
	if (rc)
		return rc;
	if (x && !c->spec->host_mountns && x->root_propagation &&
	    path_mount(NULL, "/", NULL, x->root_propagation, NULL))
		return err_set(e, errno, "root", "its propagation");
	io_close(&c->root_fd);
	c->root_fd = path_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
	return c->root_fd < 0 ? err_set(e, errno, "pivot_root", "/") : 0;
}

/* Makes a missing working folder inside the root, the user's own, and goes there. */
static int make_cwd(struct enter *c, const char *cwd, struct err *e)
{
	int fd AUTO_CLOSE = inroot_mkdirs(c->root_fd, cwd, 0755);

	if (fd < 0)
		return err_set(e, fd, "chdir", "%s", cwd);
	if (c->uid)
		(void)!at_own(fd, c->uid, c->gid);
	return fchdir(fd) ? err_set(e, errno, "chdir", "%s", cwd) : 0;
}

/*
 * After the pivot, and proved to lie below the root: a leaked folder fd as cwd was CVE-2024-21626.
 */
int enter_cwd(struct enter *c, struct err *e)
{
	const char *cwd = c->spec->cwd && *c->spec->cwd ? c->spec->cwd : "/";
	char back[4096];
	int rc = 0;

	umask(c->spec->umask);
	if (path_chdir(cwd)) {
		rc = errno == ENOENT && c->root_fd >= 0 ? make_cwd(c, cwd, e)
							: err_set(e, errno, "chdir", "%s", cwd);
		if (rc)
			return rc;
	}
	/* A folder outside the root reads as "(unreachable)…" (getcwd(3)). */
	if (!getcwd(back, sizeof(back)))
		return err_set(e, errno, "chdir", "%s", cwd);
	return back[0] == '/' ? 0 : err_set(e, EXDEV, "chdir", "%s leads outside the root", cwd);
}
