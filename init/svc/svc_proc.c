/* SPDX-License-Identifier: ISC */
/* The processes of a unit. See svc_proc.h. */
#include "init/svc/svc_proc.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "init/keep/svc_saved.h"
#include "init/svc/svc_act.h"
#include "init/svc/svc_exit.h"
#include "runtime/base/io.h"
#include "runtime/base/sys.h"
#include "runtime/cgroup_res.h"

void svc_proc_clear(struct svc_proc *p)
{
	*p = (struct svc_proc){ .pidfd = -1, .report_fd = -1 };
}

static void apply_limits(struct svc *s)
{
	const struct unit *u = s->unit;
	struct cg_limits l = { u->memory_max, u->pids_max, u->cpu_quota_percent };
	struct err e = { 0 };
	char said[sizeof(e) + 64];

	if (s->has_cg && cg_limit(&cgroups, &s->cg, &l, &e))
		svc_say(s, "%s", err_say(&e, said, sizeof(said)));
	if (s->has_cg)
		cg_oom_group(&s->cg, u->oom_policy != UNIT_OOM_CONTINUE);
	s->oom_kills = s->has_cg ? cg_oom_kills(&s->cg) : 0;
}

static void close_report(struct svc_proc *p)
{
	loop_unwatch(&p->watch);
	io_close(&p->report_fd);
}

void svc_proc_hear(struct svc *s, enum svc_role role)
{
	struct svc_proc *p = &s->proc[role];
	struct err e = { 0 };
	int rc;

	if (p->report_fd < 0)
		return;
	rc = ctr_report(p->report_fd, &e);
	if (rc == 0)
		return;
	close_report(p);
	if (rc > 0) {
		svc_executed(s, role);
		return;
	}
	p->failed = true;
	svc_reason(s, &e);
}

static void on_report(unsigned arg, uint32_t events)
{
	(void)events;
	svc_proc_hear(&svcs[arg / SVC_ROLES], (enum svc_role)(arg % SVC_ROLES));
}

/* The unit's network namespace, made with its first process, outlives it. */
static void keep_netns(struct svc *s, pid_t pid)
{
	s->netns_fd = ctr_netns(pid);
	if (s->netns_fd < 0)
		s->netns_fd = -1;
}

int svc_proc_start(struct svc *s, enum svc_role role, const struct unit_argv *command,
		   uint64_t namespaces, ctr_child *child)
{
	struct ctr_place place = {
		.namespaces = namespaces, .cgroup_fd = s->has_cg ? s->cg.fd : -1,
		.cgroup = s->has_cg ? &s->cg : NULL, .netns_fd = -1,
	};
	struct svc_launch launch = { s, role, command };
	bool own_net = namespaces & CLONE_NEWNET;
	struct svc_proc *p = &s->proc[role];
	struct ctr_proc proc;
	struct err e = { 0 };

	if (own_net && s->netns_fd >= 0) {
		place.namespaces &= ~(uint64_t)CLONE_NEWNET;
		place.netns_fd = s->netns_fd;
	}
	if (role == SVC_MAIN || s->state == SVC_PRE)
		apply_limits(s);
	svc_proc_clear(p);
	p->command = command;
	/*
	 * Should PID 1 fall over between the clone and the note of its pid, the one after it knows
	 * what to look for.
	 */
	p->launching = true;
	svc_save(s);
	if (ctr_spawn(&place, child, &launch, &proc, &e)) {
		p->launching = false;
		svc_reason(s, &e);
		return -e.code;
	}
	p->launching = false;
	p->pid = proc.pid;
	p->pidfd = proc.pidfd;
	p->report_fd = proc.report_fd;
	p->watch = loop_watch(p->report_fd, EPOLLIN, on_report, SVC_ROLES * svc_index(s) + role);
	if (own_net && s->netns_fd < 0)
		keep_netns(s, p->pid);
	svc_save(s);
	return 0;
}

static int is_pid(pid_t pid, void *ctx)
{
	return pid == *(const pid_t *)ctx ? 0 : 1;
}

int svc_proc_adopt(struct svc *s, pid_t pid)
{
	struct svc_proc *p = &s->proc[SVC_MAIN];

	if (p->pid == pid)
		return 0;
	/*
	 * A pid that a file or a datagram names may be anybody's (CVE-2018-16888): the group tells.
	 */
	if (pid <= 1 || !s->has_cg || cg_each(&s->cg, is_pid, &pid) <= 0)
		return -EPERM;
	io_close(&p->pidfd);
	close_report(p);
	svc_proc_clear(p);
	p->pid = pid;
	p->pidfd = (int)sys_pidfd_open(pid, 0);
	if (p->pidfd < 0)
		p->pidfd = -1;
	s->dirty = true;
	return 0;
}

/* Process of the group whose parent we are, and which no role has. */
struct search {
	const struct svc *svc;
	pid_t found;
};

static int look_at_child(pid_t pid, void *ctx)
{
	struct search *f = ctx;
	siginfo_t info = { 0 };
	unsigned role;

	for (role = 0; role < SVC_ROLES; role++)
		if (f->svc->proc[role].pid == pid)
			return 1;
	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
		f->found = pid;
	return 0;
}

/*
 * PID 1 fell between its word that it clones and its note of the pid: either there is a child, or
 * there was no clone.
 */
static void find_launched(struct svc *s, enum svc_role role)
{
	struct svc_proc *p = &s->proc[role];
	struct search f = { .svc = s };

	if (s->has_cg)
		cg_each(&s->cg, look_at_child, &f);
	p->launching = false;
	if (!f.found) {
		svc_relaunch(s, role);
		return;
	}
	p->pid = f.found;
	p->pidfd = (int)sys_pidfd_open(p->pid, 0);
	if (p->pidfd < 0)
		p->pidfd = -1;
	s->dirty = true;
	/* How its way to exec ended cannot be heard any more. */
	svc_executed(s, role);
}

void svc_proc_restore(struct svc *s, enum svc_role role)
{
	struct svc_proc *p = &s->proc[role];
	siginfo_t info = { 0 };

	if (p->report_fd >= 0)
		p->watch = loop_watch(p->report_fd, EPOLLIN, on_report,
				      SVC_ROLES * svc_index(s) + role);
	if (p->launching && !p->pid)
		find_launched(s, role);
	/*
	 * Its end is booked and noted before the kernel gives it up: one that is nobody's child was
	 * never ours to lose.
	 */
	else if (p->pid && waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) &&
		 errno == ECHILD)
		svc_reaped(p->pid, 0, SIGKILL, false);
}

void svc_proc_signal(const struct svc *s, enum svc_role role, int sig)
{
	const struct svc_proc *p = &s->proc[role];

	if (!p->pid)
		return;
	if (p->pidfd < 0 || sys_pidfd_send_signal(p->pidfd, sig, 0) == -ENOSYS)
		kill(p->pid, sig);	/* not reaped yet, so still ours */
}

void svc_signal(struct svc *s, int sig)
{
	svc_proc_signal(s, SVC_MAIN, sig);
}

void svc_proc_forget(struct svc *s, enum svc_role role)
{
	struct svc_proc *p = &s->proc[role];

	close_report(p);
	io_close(&p->pidfd);
	p->pid = 0;
	s->dirty = true;
}
