/* SPDX-License-Identifier: ISC */
/*
 * systemd's named sets of system calls (systemd.exec(5), SystemCallFilter=), and a filter's words
 * as a seccomp policy. Pure.
 */
#ifndef PINTLE_RUNTIME_SYSCALL_SETS_H
#define PINTLE_RUNTIME_SYSCALL_SETS_H

#include "runtime/base/arena.h"
#include "runtime/seccomp.h"

#define SYSCALL_NAMES_MAX 512	/* more than any architecture has */

/* The words of a set ("@mount"), separated by blanks; NULL when there is none of the name. */
const char *syscall_set(const char *name);
/* The i-th set's name, NULL beyond the last. */
const char *syscall_set_name(unsigned i);
/*
 * n words, names and sets, '~' in front takes one back: an allow list (@default is in it, the rest
 * gets EPERM), or with deny a deny list. names is room for SYSCALL_NAMES_MAX; *rule and *ret point
 * into it, the texts of sets are from the arena. 0, or -errno with e: -EINVAL an unknown set,
 * -E2BIG too many.
 */
int syscall_filter(const char *const *words, unsigned n, bool deny, struct arena *a,
		   const char **names, struct seccomp_rule *rule, struct seccomp_policy *ret,
		   struct err *e);

#endif
