/* SPDX-License-Identifier: ISC */
/* The words of OCI seccomp policies and the numbers behind them, for the compiler. Pure. */
#ifndef PINTLE_RUNTIME_SECCOMP_NAMES_H
#define PINTLE_RUNTIME_SECCOMP_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define SECCOMP_X32_BIT 0x40000000u

/*
 * The architectures that this build can run, the native one first: AUDIT_ARCH_* of the i-th, 0
 * beyond the last.
 */
uint32_t seccomp_own_arch(unsigned i);
/*
 * The bit that x32's numbers carry under x86-64's AUDIT_ARCH, 0 for the others: the i-th own
 * architecture's.
 */
uint32_t seccomp_own_bit(unsigned i);
/* Number of a call on the i-th own architecture, with that bit; -1 if it has none of the name. */
int64_t seccomp_number(unsigned i, const char *name);
/*
 * i386 and MIPS have some calls also, or only, behind a first argument of socketcall(2) or ipc(2):
 * that argument, or 0; with it in *ret_behind the number of the one of the two, -1 where the i-th
 * own architecture has it not.
 */
unsigned seccomp_subcall(unsigned i, const char *name, int64_t *ret_behind);
/*
 * The k-th of all calls: in *ret_nr its number on the i-th own architecture, if the profile of
 * seccomp_profile.def allows it to who holds caps, else -1. False beyond the last call.
 */
bool seccomp_profile_call(unsigned i, unsigned k, bool hardened, uint64_t caps, int64_t *ret_nr);
/* Its name. */
const char *seccomp_call_name(unsigned k);

#endif
