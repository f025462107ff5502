/* SPDX-License-Identifier: ISC */
/*
 * A health probe's process: a command inside the container, or a connection made in the unit's
 * network namespace. Ends with status 0 (healthy) or another. Runs in a child of PID 1, which keeps
 * the deadline; may block.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetch/image.h"
#include "init/svc/health.h"
#include "init/svc/svc_inside.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define ARENA_BYTES (96 * 1024)

/* Touched in the child only. */
static SCRATCH _Alignas(16) char arena_bytes[ARENA_BYTES];

static int probe_exec(const struct svc *s, const struct unit_probe *p, struct err *e)
{
	static struct spec spec;
	const struct unit *u = s->unit;
	struct image image = { .user = "", .cwd = "/" };
	struct arena a;
	int rc;

	arena_init(&a, arena_bytes, sizeof(arena_bytes));
	rc = u->image ? image_read(CONFIG_STORE, s->digest, &a, &image, e) : 0;
	if (rc)
		return rc;
	spec = (struct spec){
		.name = u->name,
		.argv = p->argv,
		.envp = svc_inside_env(s, &a, e),
		.umask = 022,
		.user = u->user ? u->user : image.user,
		.cwd = u->workdir ? u->workdir : image.cwd,
		.caps = (ctr_default_caps() & ~u->caps_drop) | u->caps_add,
		.no_new_privs = u->no_new_privileges,
		.seccomp = SPEC_SECCOMP_DEFAULT,
		.stdin_fd = -1,
		.stdout_fd = s->log_fd[0][1],
		.stderr_fd = s->log_fd[1][1],
	};
	if (!spec.envp)
		return -e->code;
	if (u->kind == UNIT_CONTAINER)
		return svc_inside_run(s, &spec, e);
	spec.caps = UINT64_MAX;
	spec.seccomp = SPEC_SECCOMP_OFF;
	spec.user = u->user ? u->user : "";
	return ctr_enter_host(&spec, e);
}

static int enter_network(const struct svc *s, struct err *e)
{
	if (s->netns_fd >= 0 && setns(s->netns_fd, CLONE_NEWNET))
		return err_set(e, errno, "setns", "network namespace");
	return 0;
}

static int connect_to(const struct unit_probe *p, struct err *e)
{
	const char *host = p->host && strcmp(p->host, "localhost") ? p->host : "127.0.0.1";
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(p->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(p->port) };
	bool is4 = inet_pton(AF_INET, host, &v4.sin_addr) == 1;
	int fd;

	if (!is4 && inet_pton(AF_INET6, host, &v6.sin6_addr) != 1)
		return err_set(e, EINVAL, "probe", "%s is no address", host);
	fd = socket(is4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, is4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
			      is4 ? sizeof(v4) : sizeof(v6)))
		return err_set(e, errno, "probe", "connect %s:%u", host, p->port);
	return fd;
}

/* 200 to 399 is well, as for Kubernetes' probes. */
static bool is_well(const char *head, size_t n)
{
	return n >= 12 && memcmp(head, "HTTP/1.", 7) == 0 && head[8] == ' ' &&
	       (head[9] == '2' || head[9] == '3');
}

static int ask(int fd, const struct unit_probe *p)
{
	char text[512], head[16];
	size_t got = 0;
	ssize_t n;
	int len;

	len = str_print(
		text, sizeof(text),
		"GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: pintle\r\nConnection: close\r\n\r\n",
		p->path ? p->path : "/", p->host ? p->host : "localhost");
	if (len < 0 || io_write_full(fd, text, (size_t)len))
		return 1;
	while (got < sizeof(head) && (n = read(fd, head + got, sizeof(head) - got)) > 0)
		got += (size_t)n;
	return !is_well(head, got);
}

int svc_child_probe(void *ctx, struct err *e)
{
	const struct svc *s = ctx;
	const struct unit_probe *p = health_rule_probe(&s->unit->health, &s->health->state);
	int fd, rc;

	if (p->kind == UNIT_PROBE_EXEC)
		return probe_exec(s, p, e);
	rc = enter_network(s, e);
	if (rc)
		return rc;
	/* A refused connection is the probe's answer, not a fault of ours. */
	fd = connect_to(p, e);
	if (fd < 0)
		_exit(e->code == EINVAL ? 2 : 1);
	_exit(p->kind == UNIT_PROBE_HTTP ? ask(fd, p) : 0);
}
