/* SPDX-License-Identifier: ISC */
/*
 * Policies for seccomp_compare: see seccomp_policy.h. A test program on the host; libseccomp is
 * called as runc calls it.
 */
#include "seccomp_policy.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <signal.h>
#define seccomp_load libseccomp_load	/* pintle has a function of that name */
#include <seccomp.h>
#undef seccomp_load
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARCH_X32 (AUDIT_ARCH_X86_64 & ~0x80000000u)

uint64_t policy_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

int policy_name_known(const char *name)
{
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR;
}

/* Shared with the process that asks libseccomp. */
static struct answer {
	int n;
	char refused[NAMES_MAX];
	struct sock_filter ops[65535];
} *answer;

static void die(const char *what)
{
	fprintf(stderr, "seccomp_compare: %s\n", what);
	exit(2);
}

static uint32_t random_action(uint64_t *seed)
{
	static const uint32_t actions[] = {
		SECCOMP_RET_ALLOW,	    SECCOMP_RET_ALLOW,		SECCOMP_RET_ERRNO | EPERM,
		SECCOMP_RET_ERRNO | ENOSYS, SECCOMP_RET_ERRNO | EACCES, SECCOMP_RET_KILL_PROCESS,
		SECCOMP_RET_KILL_THREAD,    SECCOMP_RET_TRAP,		SECCOMP_RET_LOG,
		SECCOMP_RET_TRACE | 7,
	};

	return actions[policy_random(seed) % (sizeof(actions) / sizeof(actions[0]))];
}

static uint64_t random_value(uint64_t *seed)
{
	switch (policy_random(seed) % 6) {
	case 0:
		return policy_random(seed) % 4;
	case 1:
		return 1ULL << policy_random(seed) % 64;
	case 2:
		return 0xffffffffULL + policy_random(seed) % 3 - 1;
	case 3:
		return policy_random(seed);
	case 4:
		return policy_random(seed) & 0xffffffffULL;
	default:
		return ~0ULL;
	}
}

static void random_args(struct policy *p, struct seccomp_rule *r, uint64_t *seed)
{
	unsigned n = policy_random(seed) % 2 ? 1 + (unsigned)(policy_random(seed) % 3) : 0, i;
	unsigned index = (unsigned)(policy_random(seed) % 6);

	if (p->n_args + n > ARGS_MAX)
		n = 0;
	r->args = p->args + p->n_args;
	r->n_args = n;
	for (i = 0; i < n; i++) {
		struct seccomp_arg *a = &p->args[p->n_args++];

		/* The same argument twice, now and then. */
		index = (index + (policy_random(seed) % 8 != 0)) % 6;
		*a = (struct seccomp_arg){ .index = (uint8_t)index,
					   .op = (uint8_t)(policy_random(seed) % 7) };
		a->value = random_value(seed);
		if (a->op == SECCOMP_OP_MASKED_EQ)
			a->value_two = policy_random(seed) % 8 ? a->value & random_value(seed)
							       : random_value(seed);
	}
}

/* Names of few and of many: a small pool makes rules meet on one call. */
static void random_names(struct policy *p, struct seccomp_rule *r, uint64_t *seed, unsigned pool)
{
	unsigned n = 1 + (unsigned)(policy_random(seed) % 12), tries;
	char *name;

	r->names = p->names + p->n_names;
	r->n_names = 0;
	for (tries = 0; r->n_names < n && tries < 100 && p->n_names < NAMES_MAX; tries++) {
		name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE,
							(int)(policy_random(seed) % pool));
		if (!name)
			continue;
		p->names[p->n_names++] = name;
		r->n_names++;
	}
}

void policy_make(struct policy *p, uint64_t *seed)
{
	unsigned n = 1 + (unsigned)(policy_random(seed) % 40),
		 pool = policy_random(seed) % 3 ? 450 : 30, i;
	uint64_t which = policy_random(seed);

	memset(p, 0, sizeof(*p));
	p->oci.default_action = random_action(seed);
	p->oci.archs = p->archs;
	p->archs[p->oci.n_archs++] = AUDIT_ARCH_X86_64;
	if (which & 1)
		p->archs[p->oci.n_archs++] = AUDIT_ARCH_I386;
	if (which & 2)
		p->archs[p->oci.n_archs++] = ARCH_X32;
	p->oci.rules = p->rules;
	for (i = 0; i < n; i++) {
		p->rules[i].action = random_action(seed);
		random_names(p, &p->rules[i], seed, pool);
		random_args(p, &p->rules[i], seed);
	}
	p->oci.n_rules = n;
}

static uint32_t read_action(char *word)
{
	char *number = strchr(word, ':');
	uint32_t action;

	if (number)
		*number++ = '\0';
	if (seccomp_action_by_name(word, number ? atoi(number) : -1, &action))
		die(word);
	return action;
}

static void read_rule(struct policy *p, char *words)
{
	struct seccomp_rule *r = &p->rules[p->oci.n_rules++];
	char *save = NULL, *names, *word, *name_save = NULL;

	if (p->oci.n_rules > RULES_MAX)
		die("too many rules");
	word = strtok_r(words, " ", &save);
	names = strtok_r(NULL, " ", &save);
	if (!word || !names)
		die("rule ACTION NAMES");
	r->action = read_action(word);
	r->names = p->names + p->n_names;
	for (word = strtok_r(names, ",", &name_save); word && p->n_names < NAMES_MAX;
	     word = strtok_r(NULL, ",", &name_save)) {
		p->names[p->n_names++] = strdup(word);
		r->n_names++;
	}
	r->args = p->args + p->n_args;
	while ((word = strtok_r(NULL, " ", &save))) {
		struct seccomp_arg *a = &p->args[p->n_args++];
		char *op = strtok_r(NULL, " ", &save), *value = strtok_r(NULL, " ", &save),
		     *two = strtok_r(NULL, " ", &save);

		a->index = (uint8_t)atoi(word);
		if (p->n_args == ARGS_MAX || !two || seccomp_op_by_name(op, &a->op))
			die("INDEX OP VALUE VALUE2");
		a->value = strtoull(value, NULL, 0);
		a->value_two = strtoull(two, NULL, 0);
		r->n_args++;
	}
}

void policy_read(struct policy *p, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	memset(p, 0, sizeof(*p));
	p->oci.archs = p->archs;
	p->oci.rules = p->rules;
	if (!f)
		die(path);
	while ((n = getline(&line, &size, f)) > 0) {
		line[n - 1] = '\0';
		if (!strncmp(line, "default ", 8))
			p->oci.default_action = read_action(line + 8);
		else if (!strncmp(line, "arch ", 5)) {
			if (p->oci.n_archs < 8 &&
			    !seccomp_arch_by_name(line + 5, &p->archs[p->oci.n_archs]))
				p->oci.n_archs++;
		} else if (!strncmp(line, "rule ", 5))
			read_rule(p, line + 5);
		else
			die(line);
	}
	free(line);
	fclose(f);
}

static uint32_t to_scmp(uint32_t action)
{
	uint32_t data = action & SECCOMP_RET_DATA;

	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return SCMP_ACT_ALLOW;
	case SECCOMP_RET_ERRNO:
		return SCMP_ACT_ERRNO(data);
	case SECCOMP_RET_TRACE:
		return SCMP_ACT_TRACE(data);
	case SECCOMP_RET_LOG:
		return SCMP_ACT_LOG;
	case SECCOMP_RET_TRAP:
		return SCMP_ACT_TRAP;
	case SECCOMP_RET_KILL_PROCESS:
		return SCMP_ACT_KILL_PROCESS;
	default:
		return SCMP_ACT_KILL_THREAD;
	}
}

static struct scmp_arg_cmp to_cmp(const struct seccomp_arg *a)
{
	static const enum scmp_compare ops[] = {
		[SECCOMP_OP_NE] = SCMP_CMP_NE,
		[SECCOMP_OP_LT] = SCMP_CMP_LT,
		[SECCOMP_OP_LE] = SCMP_CMP_LE,
		[SECCOMP_OP_EQ] = SCMP_CMP_EQ,
		[SECCOMP_OP_GE] = SCMP_CMP_GE,
		[SECCOMP_OP_GT] = SCMP_CMP_GT,
		[SECCOMP_OP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
	};

	return (struct scmp_arg_cmp){ a->index, ops[a->op], a->value, a->value_two };
}

static int add_call(scmp_filter_ctx ctx, const struct seccomp_rule *r, const char *name)
{
	uint32_t action = to_scmp(r->action);
	struct scmp_arg_cmp cmp[64];
	unsigned i, seen = 0;
	int nr = seccomp_syscall_resolve_name(name), rc = 0, one;
	int twice = 0;

	if (nr == __NR_SCMP_ERROR)
		return 0;
	for (i = 0; i < r->n_args; i++) {
		twice |= seen >> r->args[i].index & 1;
		seen |= 1u << r->args[i].index;
		cmp[i] = to_cmp(&r->args[i]);
	}
	if (!twice)
		return seccomp_rule_add_array(ctx, action, nr, r->n_args, cmp);
	/* runc: "if the same argument is used twice, each condition is a rule of its own". */
	for (i = 0; i < r->n_args; i++) {
		one = seccomp_rule_add_array(ctx, action, nr, 1, &cmp[i]);
		rc = rc ? rc : one;
	}
	return rc;
}

static int add_archs(scmp_filter_ctx ctx, const struct seccomp_policy *p)
{
	unsigned i;
	uint32_t token;
	int rc = 0;

	for (i = 0; i < p->n_archs && !rc; i++) {
		token = p->archs[i] == AUDIT_ARCH_I386 ? SCMP_ARCH_X86
			: p->archs[i] == ARCH_X32      ? SCMP_ARCH_X32
						       : 0;
		if (token)
			rc = seccomp_arch_add(ctx, token);
	}
	return rc;
}

int policy_refused(const struct policy *p, const char *name)
{
	int all = name && (!strcmp(name, "socketcall") || !strcmp(name, "ipc"));
	unsigned i;

	for (i = 0; name && i < p->n_names; i++)
		if (answer->refused[i] && (all || !strcmp(p->names[i], name)))
			return 1;
	return 0;
}

static void make_reference(const struct policy *p)
{
	scmp_filter_ctx ctx = seccomp_init(to_scmp(p->oci.default_action));
	int fd = memfd_create("bpf", MFD_CLOEXEC);
	unsigned i, k;
	ssize_t n;

	if (!ctx || fd < 0 || add_archs(ctx, &p->oci))
		die("libseccomp does not start");
	for (i = 0; i < p->oci.n_rules; i++) {
		const struct seccomp_rule *r = &p->rules[i];

		if (r->action == p->oci.default_action)	/* runc passes over them */
			continue;
		for (k = 0; k < r->n_names; k++)
			if (add_call(ctx, r, r->names[k]))
				answer->refused[r->names + k - p->names] = 1;
	}
	if (seccomp_export_bpf(ctx, fd))
		return;
	n = pread(fd, answer->ops, sizeof(answer->ops), 0);
	answer->n = n < 0 ? -1 : (int)((size_t)n / sizeof(answer->ops[0]));
}

/* In a process of its own: some sets of rules keep libseccomp busy for ever. */
int policy_reference(const struct policy *p, struct sock_filter *ops, unsigned cap)
{
	int status;
	pid_t pid;

	if (!answer)
		answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (answer == MAP_FAILED)
		die("no memory");
	memset(answer, 0, sizeof(*answer));
	answer->n = -1;
	pid = fork();
	if (!pid) {
		alarm(3);
		make_reference(p);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("no process");
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM ? POLICY_ENDLESS : -1;
	if (answer->n > 0 && (unsigned)answer->n <= cap)
		memcpy(ops, answer->ops, (unsigned)answer->n * sizeof(*ops));
	return answer->n;
}
