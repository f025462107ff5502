/* SPDX-License-Identifier: ISC */
/*
 * What a unit's process is to be, from its keys and its image: the spec that runtime/ carries out.
 * The same in PID 1's child, right before it becomes that process, and on the desk, where `pintle
 * show` prints it. Reads environment and seccomp files; all else is pure, memory is from the arena
 * or static: one spec a process.
 */
#ifndef PINTLE_INIT_SPEC_CONTAINER_H
#define PINTLE_INIT_SPEC_CONTAINER_H

#include "fetch/image.h"
#include "init/spec/env.h"
#include "init/unit/unit.h"
#include "runtime/spec.h"

/*
 * EnvironmentHost=, the image's, EnvironmentFile=, Environment=, UnsetEnvironment=, what podman
 * sets in every container, in that order. image: NULL = of a command on the host. 0 or -errno with
 * e.
 */
int spec_environment(const struct unit *u, const struct image *image, struct env *env,
		     struct err *e);
/* HostName=, or the unit's name without its suffix; cut to cap. */
void spec_hostname(const struct unit *u, char *ret, unsigned cap);
/*
 * A .container: place numbers its range of ids (UserNS=auto). Descriptors, cgroup and notify socket
 * are the caller's to add. 0 or -errno with e.
 */
int spec_of_container(const struct unit *u, unsigned place, const struct image *image,
		      struct env *env, struct arena *a, struct spec *ret, struct err *e);
/* A command of the unit that runs on the host: a service's own, or one beside it. */
int spec_of_command(const struct unit *u, const struct unit_argv *command, struct env *env,
		    struct arena *a, struct spec *ret, struct err *e);
/* What both have in common. */
int spec_common(const struct unit *u, struct env *env, struct arena *a, struct spec *ret,
		struct err *e);
/* What there is no room for in a start: -E2BIG with e. */
int spec_full(struct err *e);
/* "user:group" of the unit, else the image's own; NULL when there is no memory. */
const char *spec_user(const struct unit *u, const char *image_user, struct arena *a);

#endif
