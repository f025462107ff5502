/* SPDX-License-Identifier: ISC */
/*
 * `features`: what this runtime knows (runtime-spec, features.md), from the tables that config.json
 * is read with.
 */
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/base/jsonw.h"
#include "runtime/base/str.h"
#include "runtime/container.h"
#include "runtime/oci/config.h"
#include "runtime/oci/mount_options.h"
#include "runtime/oci/spec_json.h"
#include "runtime/seccomp.h"

static void put_names(struct jsonw *w, const char *key, const char *(*name)(unsigned i))
{
	unsigned i;

	jsonw_array(w, key);
	for (i = 0; name(i); i++)
		jsonw_text(w, NULL, name(i));
	jsonw_close(w, ']');
}

static void put_switch(struct jsonw *w, const char *key, bool on)
{
	jsonw_object(w, key);
	jsonw_bool(w, "enabled", on);
	jsonw_close(w, '}');
}

static void put_seccomp(struct jsonw *w)
{
	jsonw_object(w, "seccomp");
	jsonw_bool(w, "enabled", IS_ON(CONFIG_SECCOMP));
	put_names(w, "actions", seccomp_action_name);
	put_names(w, "operators", seccomp_op_name);
	put_names(w, "archs", seccomp_arch_name);
	put_names(w, "knownFlags", seccomp_flag_name);
	put_names(w, "supportedFlags", seccomp_flag_name);
	jsonw_close(w, '}');
}

/* features.md's annotations are texts: "default,hardened". */
static void put_profiles(struct jsonw *w)
{
	char text[64];
	struct str s;
	unsigned i;

	str_init(&s, text, sizeof(text));
	for (i = SECCOMP_DEFAULT; seccomp_profile_name(i); i++)
		str_fmt(&s, "%s%s", i > SECCOMP_DEFAULT ? "," : "", seccomp_profile_name(i));
	jsonw_text(w, "org.pintle.seccomp.profiles", text);
}

static void put_cgroup(struct jsonw *w)
{
	jsonw_object(w, "cgroup");
	jsonw_bool(w, "v1", IS_ON(CONFIG_CGROUP_V1));
	jsonw_bool(w, "v2", true);
	jsonw_bool(w, "systemd", false);
	jsonw_bool(w, "systemdUser", false);
	jsonw_bool(w, "rdma", true);
	jsonw_close(w, '}');
}

int oci_features_write(int fd)
{
	struct jsonw w;

	jsonw_start(&w, fd);
	jsonw_object(&w, NULL);
	jsonw_text(&w, "ociVersionMin", "1.0.0");
	jsonw_text(&w, "ociVersionMax", "1.3.0");
	put_names(&w, "hooks", oci_hook_name);
	put_names(&w, "mountOptions", mount_option_name);
	jsonw_object(&w, "linux");
	put_names(&w, "namespaces", oci_namespace_name);
	put_names(&w, "capabilities", ctr_cap_name);
	put_cgroup(&w);
	put_seccomp(&w);
	put_switch(&w, "apparmor", true);
	put_switch(&w, "selinux", true);
	put_switch(&w, "intelRdt", false);
	jsonw_object(&w, "mountExtensions");
	put_switch(&w, "idmap", true);
	jsonw_close(&w, '}');
	jsonw_close(&w, '}');
	jsonw_object(&w, "annotations");
	jsonw_text(&w, "org.pintle.version", PINTLE_VERSION);
	if (IS_ON(CONFIG_SECCOMP))
		put_profiles(&w);
	jsonw_close(&w, '}');
	jsonw_close(&w, '}');
	jsonw_newline(&w);
	return jsonw_flush(&w);
}
