/* SPDX-License-Identifier: ISC */
/*
 * ctrrun [-l LAYERS N] [-r ROOTFS] [-w] [-g] [-u USER] [-c CGROUP] [-n] [-v SRC:DST]... [-p
 * PROFILE] [-a CAPS] -- COMMAND...: starts one container by the runtime's facade alone, without PID
 * 1, and prints how it went. -w writable (tmpfs upper), -g all capabilities and no filter, -n the
 * host's network, -p the system call profile: default, hardened or a file, -a capabilities besides
 * the usual, as a number. Exit status: the command's, or 125 with "refused: ..." when the child
 * could not become it.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/cgroup.h"
#include "runtime/container.h"
#include "runtime/oci/seccomp_file.h"

static int child(void *ctx, struct err *e)
{
	return ctr_enter(ctx, e);
}

static void profile(struct spec *s, const char *name)
{
	struct err e = { 0 };
	char said[400];

	if (!strcmp(name, "default")) {
		s->seccomp = SPEC_SECCOMP_DEFAULT;
	} else if (!strcmp(name, "hardened")) {
		s->seccomp = SPEC_SECCOMP_HARDENED;
	} else if (oci_seccomp_file(name, s->caps, &s->policy, &e)) {
		fprintf(stderr, "refused: %s\n", err_say(&e, said, sizeof(said)));
		exit(125);
	} else {
		s->seccomp = SPEC_SECCOMP_POLICY;
	}
}

static void options(int argc, char **argv, struct spec *s, struct ctr_place *p, const char **cgroup)
{
	static struct spec_mount mounts[8];
	int c;

	s->mounts = mounts;
	while ((c = getopt(argc, argv, "+l:r:wgu:c:nv:p:a:")) != -1) {
		char *colon = optarg ? strchr(optarg, ':') : NULL;

		if (c == 'l') {
			*colon = '\0';
			s->root.layers_dir = optarg;
			s->root.n_layers = (unsigned)atoi(colon + 1);
		} else if (c == 'r') {
			s->root.path = optarg;
		} else if (c == 'w') {
			s->root.upper = SPEC_UPPER_TMPFS;
		} else if (c == 'g') {
			s->caps = UINT64_MAX;
			s->seccomp = SPEC_SECCOMP_OFF;
		} else if (c == 'a') {
			s->caps |= strtoull(optarg, NULL, 0);
		} else if (c == 'p') {
			profile(s, optarg);
		} else if (c == 'u') {
			s->user = optarg;
		} else if (c == 'c') {
			*cgroup = optarg;
		} else if (c == 'n') {
			p->namespaces &= ~(uint64_t)CLONE_NEWNET;
		} else if (c == 'v' && s->n_mounts < 8) {
			*colon = '\0';
			mounts[s->n_mounts++] = (struct spec_mount){ .source = optarg,
								     .target = colon + 1,
								     .flags = MS_BIND | MS_REC };
		} else {
			exit(2);
		}
	}
	s->argv = argv + optind;
}

int main(int argc, char **argv)
{
	static char *env[] = { "PATH=/bin:/usr/bin", NULL };
	struct spec s = { .envp = env,
			  .cwd = "/",
			  .umask = 022,
			  .hostname = "box",
			  .caps = ctr_default_caps(),
			  .no_new_privs = true,
			  .stdin_fd = 0,
			  .stdout_fd = 1,
			  .stderr_fd = 2,
			  .name = "ctrrun" };
	struct ctr_place p = { .namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
					     CLONE_NEWUTS | CLONE_NEWNET,
			       .cgroup_fd = -1,
			       .netns_fd = -1 };
	struct cg_tree tree;
	struct cg group;
	struct ctr_proc proc;
	struct err e = { 0 };
	struct pollfd pfd = { .events = POLLIN };
	const char *cgroup = NULL;
	char said[400];
	int status, rc;

	options(argc, argv, &s, &p, &cgroup);
	if (cgroup) {
		struct cg_limits l = { .memory_max = 32 << 20, .pids_max = 20 };

		if (cg_tree_open(&tree, cgroup, &e) || cg_open(&tree, "one", &group, &e) ||
		    cg_limit(&tree, &group, &l, &e))
			return fprintf(stderr, "refused: %s\n", err_say(&e, said, sizeof(said))),
			       125;
		s.cgroup = p.cgroup = &group;
		p.cgroup_fd = group.fd;
		p.namespaces |= 0x02000000;
	}
	if (ctr_spawn(&p, child, &s, &proc, &e))
		return fprintf(stderr, "refused: %s\n", err_say(&e, said, sizeof(said))), 125;
	pfd.fd = proc.report_fd;
	poll(&pfd, 1, -1);
	rc = ctr_report(proc.report_fd, &e);
	waitpid(proc.pid, &status, 0);
	if (cgroup && cg_close(&tree, &group, true))
		fprintf(stderr, "the group could not be removed\n");
	if (rc < 0)
		return fprintf(stderr, "refused: %s\n", err_say(&e, said, sizeof(said))), 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
