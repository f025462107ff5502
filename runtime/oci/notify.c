/* SPDX-License-Identifier: ISC */
/* Listeners to a container's system calls: see notify.h. */
#include "runtime/base/compiler.h"
#include "runtime/oci/notify.h"

#include <errno.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/sys.h"
#include "runtime/oci/launch.h"
#include "runtime/seccomp.h"

#define STATE_MAX 65536

int notify_connect(const struct oci_config *c, int *ret_fd, struct err *e)
{
	const struct seccomp_policy *p = c->spec.policy;
	int fd;

	if (!p || !seccomp_notifies(p, NULL))
		return 0;
	if (!p->listener_path)
		return err_set(e, EINVAL, "config.json",
			       "linux.seccomp: SCMP_ACT_NOTIFY without listenerPath");
	fd = launch_connect(p->listener_path, e);
	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

int notify_state(const struct box *b, const struct oci_config *c, int32_t pid,
		 const char **ret_text, size_t *ret_len, struct err *e)
{
	static SCRATCH char
		text[STATE_MAX]; /* the child's own; the listener's message is whole or none */
	int fd AUTO_CLOSE = (int)sys_memfd_create("state", 1 /* MFD_CLOEXEC */);
	int rc = fd < 0 ? fd
			: box_write_process_state(b, c, pid, c->spec.policy->listener_metadata, fd);
	ssize_t n;

	if (rc)
		return err_set(e, rc, "seccomp", "state for the listener");
	n = pread(fd, text, sizeof(text), 0);
	if (n <= 0 || n == (ssize_t)sizeof(text))
		return err_set(e, n < 0 ? errno : E2BIG, "seccomp", "state for the listener");
	*ret_text = text;
	*ret_len = (size_t)n;
	return 0;
}
