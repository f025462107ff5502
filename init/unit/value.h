/* SPDX-License-Identifier: ISC */
/*
 * What the files of value functions share: one function a type of keys.def, text in, field of
 * struct unit out.
 */
#ifndef PINTLE_INIT_UNIT_VALUE_H
#define PINTLE_INIT_UNIT_VALUE_H

#include <stdbool.h>

#include "init/unit/parse.h"
#include "init/unit/unit.h"

/* Stores value in the field, or says with file and line what is wrong and spoils the unit. */
typedef void set_value(struct parse *p, void *field, const char *key, const char *value);

set_value value_volume, value_tmpfs, value_device, value_caps, value_userns, value_seccomp,
	value_notify;
set_value value_probe_command, value_probe_tcp, value_probe_http, value_health_action,
	value_interval;
set_value value_timer_line;
set_value value_commands, value_limit_key, value_ulimit, value_sysctl, value_environment_names,
	value_umask, value_timeouts;
set_value value_give_up, value_condition;
set_value value_paths, value_binds, value_syscalls, value_capset, value_protect_system,
	value_protect_home;

/* True after emptying the list when the value is empty: that resets it (systemd.syntax(7)). */
bool value_resets(struct unit_list *l, const char *value);

#endif
