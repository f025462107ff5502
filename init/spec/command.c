/* SPDX-License-Identifier: ISC */
/* From a command of a unit, on the host, to a spec. See container.h. */
#include "init/spec/container.h"
#include "init/spec/sandbox.h"
#include "init/unit/expand.h"

int spec_of_command(const struct unit *u, const struct unit_argv *command, struct env *env,
		    struct arena *a, struct spec *ret, struct err *e)
{
	bool is_service = u->kind == UNIT_SERVICE;
	int rc = spec_common(u, env, a, ret, e);

	if (rc)
		return rc;
	ret->argv = command->no_expand ? command->argv : unit_expand_env(command->argv, env->v, a);
	/* ExecStartPre= of a container prepares the host: its User= is the container's. */
	ret->user = is_service && !command->privileged ? spec_user(u, "", a) : "";
	if (!ret->argv || !ret->user)
		return spec_full(e);
	ret->cwd = is_service ? u->workdir : NULL;
	ret->caps = UINT64_MAX;
	ret->seccomp = SPEC_SECCOMP_OFF;
	/* ExecStartPre= and the like with "+": all rights (systemd.service(5)). */
	return is_service && !command->privileged ? spec_sandbox_fill(ret, u, a, e) : 0;
}
