/* SPDX-License-Identifier: ISC */
/*
 * A spec as the config.json of the runtime-spec that would make the same container: for whoever
 * wants to see what a unit comes to, or to run it elsewhere.
 */
#ifndef PINTLE_RUNTIME_OCI_CONFIG_WRITE_H
#define PINTLE_RUNTIME_OCI_CONFIG_WRITE_H

#include "runtime/base/jsonw.h"
#include "runtime/cgroup.h"
#include "runtime/spec.h"

/*
 * Writes the object as a member (key) or the top value (NULL). What the specification has no word
 * for (layers, a user's name that only the root can resolve, the name of a seccomp profile) becomes
 * an annotation org.pintle.*. limits may be NULL.
 */
void oci_config_write(struct jsonw *w, const char *key, const struct spec *s,
		      const struct cg_limits *limits);

struct seccomp_policy;
/* Writes the member seccomp: the policy; of a built-in profile the names that it allows. */
void oci_seccomp_write(struct jsonw *w, const struct seccomp_policy *p);

#endif
