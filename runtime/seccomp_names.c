/* SPDX-License-Identifier: ISC */
/*
 * System calls, architectures, actions, operators and flags by name: see seccomp.h and
 * seccomp_names.h. Pure.
 */
#include "runtime/seccomp_names.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/seccomp.h"

#ifndef AUDIT_ARCH_RISCV64
#define AUDIT_ARCH_RISCV64 0xc00000f3u
#define AUDIT_ARCH_RISCV32 0x400000f3u
#endif
/* As libseccomp tells x32 from x86-64: there is no AUDIT_ARCH of its own. */
#define ARCH_X32 (AUDIT_ARCH_X86_64 & ~0x80000000u)

#include "runtime/seccomp_calls.h"

static const char call_names[] = CALL_NAMES;

/*
 * ARM's private numbers lie above 0xf0000: in 16 bits they stand where no call of another's does.
 */
#define PRIVATE 0x0f0000
#define PRIVATE_SHORT 0x7000
#define SHORT(nr) ((int16_t)((nr) < PRIVATE ? (nr) : (nr) - PRIVATE + PRIVATE_SHORT))

/* Only what the target can run is in the binary. */
#if defined(__x86_64__)
#define CALL(name, profiles, x86_64, x86, x32, aarch64, arm, mips, riscv64)                        \
	{ name, { SHORT(x86_64), SHORT(x86), SHORT(x32) }, profiles },
static const uint32_t own[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, ARCH_X32, 0 };
#elif defined(__aarch64__)
#define CALL(name, profiles, x86_64, x86, x32, aarch64, arm, mips, riscv64)                        \
	{ name, { SHORT(aarch64), SHORT(arm) }, profiles },
static const uint32_t own[] = { AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, 0 };
#elif defined(__arm__)
#define CALL(name, profiles, x86_64, x86, x32, aarch64, arm, mips, riscv64)                        \
	{ name, { SHORT(arm) }, profiles },
static const uint32_t own[] = { AUDIT_ARCH_ARM, 0 };
#elif defined(__mips__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define CALL(name, profiles, x86_64, x86, x32, aarch64, arm, mips, riscv64)                        \
	{ name, { SHORT(mips) }, profiles },
static const uint32_t own[] = { AUDIT_ARCH_MIPSEL, 0 };
#elif defined(__mips__)
#define CALL(name, profiles, x86_64, x86, x32, aarch64, arm, mips, riscv64)                        \
	{ name, { SHORT(mips) }, profiles },
static const uint32_t own[] = { AUDIT_ARCH_MIPS, 0 };
#else
#define CALL(name, profiles, x86_64, x86, x32, aarch64, arm, mips, riscv64)                        \
	{ name, { SHORT(riscv64) }, profiles },
static const uint32_t own[] = { AUDIT_ARCH_RISCV64, 0 };
#endif

struct call {
	uint16_t name;		/* where it stands in call_names */
	int16_t number[ARRAY_LEN(own) - 1];	/* SHORT(), -1 = none */
	/* 0 = in none; else 1 + the group of capabilities that it wants, and IN_HARDENED */
	uint8_t profiles;
};

#define IN_HARDENED 128u
static const uint64_t groups[] = { CALL_GROUPS };

static const struct call calls[] = {
#include "runtime/seccomp_calls.h"
};

struct word {
	const char *name;
	uint32_t value;
};

static const struct word actions[] = {
	{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP },
	{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO },
	{ "SCMP_ACT_TRACE", SECCOMP_RET_TRACE },
	{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW },
	{ "SCMP_ACT_LOG", SECCOMP_RET_LOG },
	{ "SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF },
};

static const struct word archs[] = {
	{ "SCMP_ARCH_X86", AUDIT_ARCH_I386 },
	{ "SCMP_ARCH_X86_64", AUDIT_ARCH_X86_64 },
	{ "SCMP_ARCH_X32", ARCH_X32 },
	{ "SCMP_ARCH_ARM", AUDIT_ARCH_ARM },
	{ "SCMP_ARCH_AARCH64", AUDIT_ARCH_AARCH64 },
	{ "SCMP_ARCH_MIPS", AUDIT_ARCH_MIPS },
	{ "SCMP_ARCH_MIPS64", AUDIT_ARCH_MIPS64 },
	{ "SCMP_ARCH_MIPS64N32", AUDIT_ARCH_MIPS64N32 },
	{ "SCMP_ARCH_MIPSEL", AUDIT_ARCH_MIPSEL },
	{ "SCMP_ARCH_MIPSEL64", AUDIT_ARCH_MIPSEL64 },
	{ "SCMP_ARCH_MIPSEL64N32", AUDIT_ARCH_MIPSEL64N32 },
	{ "SCMP_ARCH_PPC", AUDIT_ARCH_PPC },
	{ "SCMP_ARCH_PPC64", AUDIT_ARCH_PPC64 },
	{ "SCMP_ARCH_PPC64LE", AUDIT_ARCH_PPC64LE },
	{ "SCMP_ARCH_S390", AUDIT_ARCH_S390 },
	{ "SCMP_ARCH_S390X", AUDIT_ARCH_S390X },
	{ "SCMP_ARCH_PARISC", AUDIT_ARCH_PARISC },
	{ "SCMP_ARCH_PARISC64", AUDIT_ARCH_PARISC64 },
	{ "SCMP_ARCH_RISCV64", AUDIT_ARCH_RISCV64 },
	{ "SCMP_ARCH_LOONGARCH64", 0xc0000102u },
	{ "SCMP_ARCH_M68K", 4u },
	{ "SCMP_ARCH_SH", 0x4000002au },
	{ "SCMP_ARCH_SHEB", 42u },
};

static const struct word ops[] = {
	{ "SCMP_CMP_NE", SECCOMP_OP_NE },
	{ "SCMP_CMP_LT", SECCOMP_OP_LT },
	{ "SCMP_CMP_LE", SECCOMP_OP_LE },
	{ "SCMP_CMP_EQ", SECCOMP_OP_EQ },
	{ "SCMP_CMP_GE", SECCOMP_OP_GE },
	{ "SCMP_CMP_GT", SECCOMP_OP_GT },
	{ "SCMP_CMP_MASKED_EQ", SECCOMP_OP_MASKED_EQ },
};

static const struct word flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", 1u << 0 },
	{ "SECCOMP_FILTER_FLAG_LOG", 1u << 1 },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", 1u << 2 },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 1u << 5 },
};

static int by_name(const struct word *words, size_t n, const char *name, uint32_t *ret)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(words[i].name, name)) {
			*ret = words[i].value;
			return 0;
		}
	return -EINVAL;
}

int seccomp_action_by_name(const char *name, int errno_ret, uint32_t *ret)
{
	uint32_t action;

	if (by_name(actions, ARRAY_LEN(actions), name, &action) || errno_ret > 4095)
		return -EINVAL;
	if (action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRACE)
		action |= errno_ret >= 0 ? (uint32_t)errno_ret : EPERM;
	else if (errno_ret > 0)
		return -EINVAL;
	*ret = action;
	return 0;
}

int seccomp_arch_by_name(const char *name, uint32_t *ret)
{
	return by_name(archs, ARRAY_LEN(archs), name, ret);
}

int seccomp_op_by_name(const char *name, uint8_t *ret)
{
	uint32_t op;
	int rc = by_name(ops, ARRAY_LEN(ops), name, &op);

	if (!rc)
		*ret = (uint8_t)op;
	return rc;
}

int seccomp_flag_by_name(const char *name, uint32_t *ret)
{
	return by_name(flags, ARRAY_LEN(flags), name, ret);
}

const char *seccomp_action_name(unsigned i)
{
	return i < ARRAY_LEN(actions) ? actions[i].name : NULL;
}

const char *seccomp_arch_name(unsigned i)
{
	return i < ARRAY_LEN(archs) ? archs[i].name : NULL;
}

const char *seccomp_op_name(unsigned i)
{
	return i < ARRAY_LEN(ops) ? ops[i].name : NULL;
}

const char *seccomp_flag_name(unsigned i)
{
	return i < ARRAY_LEN(flags) ? flags[i].name : NULL;
}

uint32_t seccomp_own_arch(unsigned i)
{
	return i < ARRAY_LEN(own) ? own[i] : 0;
}

uint32_t seccomp_own_bit(unsigned i)
{
	return seccomp_own_arch(i) == ARCH_X32 && ARCH_X32 != AUDIT_ARCH_I386 ? SECCOMP_X32_BIT : 0;
}

static int64_t number_of(const struct call *c, unsigned i)
{
	int32_t nr = c->number[i];

	if (nr < 0)
		return -1;
	return (int64_t)((uint32_t)(nr < PRIVATE_SHORT ? nr : nr - PRIVATE_SHORT + PRIVATE) |
			 seccomp_own_bit(i));
}

int64_t seccomp_number(unsigned i, const char *name)
{
	size_t low = 0, high = ARRAY_LEN(calls);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(name, call_names + calls[mid].name);

		if (!order)
			return number_of(&calls[mid], i);
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return -1;
}

bool seccomp_profile_call(unsigned i, unsigned k, bool hardened, uint64_t caps, int64_t *ret_nr)
{
	const struct call *c = &calls[k];
	uint64_t wants;

	if (k >= ARRAY_LEN(calls))
		return false;
	wants = c->profiles ? groups[(c->profiles & ~IN_HARDENED) - 1] : 0;
	*ret_nr = number_of(c, i);
	if (!c->profiles || (hardened && !(c->profiles & IN_HARDENED)) ||
	    (wants && !(wants & caps)))
		*ret_nr = -1;
	return true;
}

const char *seccomp_call_name(unsigned k)
{
	return call_names + calls[k].name;
}

#if defined(__x86_64__) || defined(__mips__)
/* linux/net.h and linux/ipc.h */
static const struct {
	char name[13];
	uint8_t number;
	bool ipc;
} subcalls[] = {
	{ "socket", 1, 0 },	 { "bind", 2, 0 },	  { "connect", 3, 0 },
	{ "listen", 4, 0 },	 { "accept", 5, 0 },	  { "getsockname", 6, 0 },
	{ "getpeername", 7, 0 }, { "socketpair", 8, 0 },  { "send", 9, 0 },
	{ "recv", 10, 0 },	 { "sendto", 11, 0 },	  { "recvfrom", 12, 0 },
	{ "shutdown", 13, 0 },	 { "setsockopt", 14, 0 }, { "getsockopt", 15, 0 },
	{ "sendmsg", 16, 0 },	 { "recvmsg", 17, 0 },	  { "accept4", 18, 0 },
	{ "recvmmsg", 19, 0 },	 { "sendmmsg", 20, 0 },	  { "semop", 1, 1 },
	{ "semget", 2, 1 },	 { "semctl", 3, 1 },	  { "semtimedop", 4, 1 },
	{ "msgsnd", 11, 1 },	 { "msgrcv", 12, 1 },	  { "msgget", 13, 1 },
	{ "msgctl", 14, 1 },	 { "shmat", 21, 1 },	  { "shmdt", 22, 1 },
	{ "shmget", 23, 1 },	 { "shmctl", 24, 1 },
};

static bool has_subcalls(unsigned i)
{
	return seccomp_own_arch(i) != AUDIT_ARCH_X86_64 && !seccomp_own_bit(i);
}

unsigned seccomp_subcall(unsigned i, const char *name, int64_t *ret_behind)
{
	size_t k;

	for (k = 0; has_subcalls(i) && k < ARRAY_LEN(subcalls); k++)
		if (!strcmp(subcalls[k].name, name)) {
			*ret_behind = seccomp_number(i, subcalls[k].ipc ? "ipc" : "socketcall");
			return subcalls[k].number;
		}
	return 0;
}
#else
unsigned seccomp_subcall(unsigned i, const char *name, int64_t *ret_behind)
{
	(void)i;
	(void)name;
	(void)ret_behind;
	return 0;
}
#endif
