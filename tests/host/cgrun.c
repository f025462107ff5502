/* SPDX-License-Identifier: ISC */
/*
 * cgrun VERB PATH [WORD...]: one function of runtime/cgroup_res.h from a script. VERBs: make, open,
 * apply KEY=VALUE..., join COMMAND..., devices RULE..., container RULE... ("+c:1:3:rwm",
 * "-a:*:*:rwm"), old, freeze, thaw, frozen, each, kill, populated, memory, stats, mode, remove.
 * Exit status 0, or 1 with "refused: ..." on standard error.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/cgroup_bpf.h"
#include "runtime/cgroup_res.h"
#include "runtime/cgroup_stats.h"
#include "runtime/oci/stats_json.h"
#include "runtime/spec.h"

static struct cg_tree tree;
static struct cg group;
static struct err e;

static int refused(void)
{
	char said[400];

	fprintf(stderr, "refused: %s\n", err_say(&e, said, sizeof(said)));
	return 1;
}

#define RES(member) offsetof(struct cg_resources, member)
static const struct {
	const char *key;
	size_t at;
} numbers[] = {
	{ "memory.limit", RES(memory.limit) },
	{ "memory.reservation", RES(memory.reservation) },
	{ "memory.swap", RES(memory.swap) },
	{ "memory.kernel", RES(memory.kernel) },
	{ "memory.kernel_tcp", RES(memory.kernel_tcp) },
	{ "memory.swappiness", RES(memory.swappiness) },
	{ "memory.oom", RES(memory.disable_oom_killer) },
	{ "memory.check", RES(memory.check_before_update) },
	{ "cpu.shares", RES(cpu.shares) },
	{ "cpu.quota", RES(cpu.quota) },
	{ "cpu.burst", RES(cpu.burst) },
	{ "cpu.period", RES(cpu.period) },
	{ "cpu.idle", RES(cpu.idle) },
	{ "cpu.rt_runtime", RES(cpu.realtime_runtime) },
	{ "cpu.rt_period", RES(cpu.realtime_period) },
	{ "pids", RES(pids_limit) },
	{ "blkio.weight", RES(blkio.weight) },
	{ "blkio.leaf_weight", RES(blkio.leaf_weight) },
	{ "network.class", RES(network_class) },
};

/*
 * hugetlb:2MB=N, net_prio:eth0=N, rdma:dev=N, unified:file=text, throttle:K:MAJ:MIN=RATE,
 * weight:MAJ:MIN=W
 */
static int take_named(struct cg_resources *r, char *name, char *text)
{
	static struct cg_named_value values[16];
	static struct cg_blkio_device devices[16];
	static unsigned n;
	char *colon = strchr(name, ':');
	unsigned k, major, minor;

	if (!colon || n == 16)
		return -1;
	*colon++ = '\0';
	values[n] = (struct cg_named_value){ colon, strtoll(text, NULL, 10), text };
	devices[n] = (struct cg_blkio_device){ 0, 0, CG_UNSET, CG_UNSET, CG_UNSET };
	if (!strcmp(name, "hugetlb")) {
		r->hugetlb = &values[n], r->n_hugetlb = 1;
	} else if (!strcmp(name, "net_prio")) {
		r->network_priority = &values[n], r->n_network_priority = 1;
	} else if (!strcmp(name, "rdma")) {
		r->rdma_handles = &values[n], r->n_rdma_handles = 1;
	} else if (!strcmp(name, "unified")) {
		r->unified = &values[n], r->n_unified = 1;
	} else if (!strcmp(name, "throttle") &&
		   sscanf(colon, "%u:%u:%u", &k, &major, &minor) == 3 && k < CG_THROTTLES) {
		devices[n].major = major, devices[n].minor = minor,
		devices[n].rate = values[n].value;
		r->blkio.throttle[k] = &devices[n], r->blkio.n_throttle[k] = 1;
	} else if (!strcmp(name, "weight") && sscanf(colon, "%u:%u", &major, &minor) == 2) {
		devices[n].major = major, devices[n].minor = minor,
		devices[n].weight = values[n].value;
		r->blkio.weight_device = &devices[n], r->blkio.n_weight_device = 1;
	} else {
		return -1;
	}
	n++;
	return 0;
}

static int take(struct cg_resources *r, char *word)
{
	char *text = strchr(word, '=');
	size_t i;

	if (!text)
		return -1;
	*text++ = '\0';
	if (!strcmp(word, "cpu.cpus"))
		return r->cpu.cpus = text, 0;
	if (!strcmp(word, "cpu.mems"))
		return r->cpu.mems = text, 0;
	for (i = 0; i < ARRAY_LEN(numbers); i++)
		if (!strcmp(word, numbers[i].key))
			break;
	if (i == ARRAY_LEN(numbers))
		return take_named(r, word, text);
	*(int64_t *)(void *)((char *)r + numbers[i].at) = strtoll(text, NULL, 10);
	return 0;
}

static int apply(char **words)
{
	struct cg_resources r;

	cg_resources_init(&r);
	for (; *words; words++)
		if (take(&r, *words))
			return fprintf(stderr, "what is %s?\n", *words), 2;
	return cg_apply(&tree, &group, &r, &e) ? refused() : 0;
}

/* A program that refuses all, attached without flags. */
static int attach_old(void)
{
	static struct cg_bpf p;
	union bpf_attr load, attach;

	cg_bpf_build(&p, NULL, 0);
	memset(&load, 0, sizeof(load));
	memset(&attach, 0, sizeof(attach));
	load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	load.insns = (uintptr_t)p.insn;
	load.insn_cnt = p.n;
	load.license = (uintptr_t)"ISC";
	attach.target_fd = (uint32_t)group.fd;
	attach.attach_bpf_fd = (uint32_t)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	attach.attach_type = BPF_CGROUP_DEVICE;
	return syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof(attach)) != 0;
}

static int64_t number(const char *text)
{
	return !strcmp(text, "*") ? -1 : strtoll(text, NULL, 10);
}

typedef int set_fn(const struct cg *, const struct cg_device_rule *, unsigned, struct err *);

static int devices(char **words, set_fn *set)
{
	static struct cg_device_rule rules[200];
	char major[16], minor[16], access[8];
	unsigned n = 0;

	for (; *words && n < 200; words++, n++) {
		rules[n].allow = **words == '+';
		if (sscanf(*words + 1, "%c:%15[^:]:%15[^:]:%7s", &rules[n].type, major, minor,
			   access) != 4)
			return fprintf(stderr, "what is %s?\n", *words), 2;
		rules[n].major = number(major);
		rules[n].minor = number(minor);
		rules[n].access = (strchr(access, 'r') ? SPEC_DEV_READ : 0) |
				  (strchr(access, 'w') ? SPEC_DEV_WRITE : 0) |
				  (strchr(access, 'm') ? SPEC_DEV_MKNOD : 0);
	}
	return set(&group, rules, n, &e) ? refused() : 0;
}

static int print(pid_t pid, void *ctx)
{
	(void)ctx;
	return printf("%d\n", (int)pid) < 0;
}

static int answer(long long value)
{
	printf("%lld\n", value);
	return 0;
}

static int stats(const char *path)
{
	static struct cg_stats s;

	return cg_stats_read(&group, &s) || oci_stats_write(1, path, &s);
}

static int act(const char *verb, const char *path, char **words)
{
	static const char *const modes[] = { "none", "v2", "v1" };

	if (!strcmp(verb, "apply"))
		return apply(words);
	if (!strcmp(verb, "join"))
		return cg_path_join(&group, getpid(), &e) ? refused() : execvp(words[0], words);
	if (!strcmp(verb, "devices"))
		return devices(words, cg_device_rules);
	if (!strcmp(verb, "container"))
		return devices(words, cg_container_rules);
	if (!strcmp(verb, "old"))
		return attach_old();
	if (!strcmp(verb, "freeze") || !strcmp(verb, "thaw"))
		return cg_freeze(&group, verb[0] == 'f', &e) ? refused() : 0;
	if (!strcmp(verb, "frozen"))
		return answer(cg_frozen(&group));
	if (!strcmp(verb, "each"))
		return cg_each(&group, print, NULL) < 0;
	if (!strcmp(verb, "kill"))
		return cg_kill(&tree, &group) ? 1 : 0;
	if (!strcmp(verb, "populated"))
		return answer(cg_populated(&group));
	if (!strcmp(verb, "memory"))
		return answer((long long)cg_memory(&group));
	if (!strcmp(verb, "stats"))
		return stats(path);
	if (!strcmp(verb, "mode"))
		return puts(modes[tree.mode]) < 0;
	return strcmp(verb, "make") && strcmp(verb, "open") ? 2 : 0;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!strcmp(argv[1], "remove"))
		return cg_path_remove(argv[2], &e) ? refused() : 0;
	if (cg_path_open(argv[2], strcmp(argv[1], "make") == 0, &tree, &group, &e))
		return refused();
	return act(argv[1], argv[2], argv + 3);
}
