/* SPDX-License-Identifier: ISC */
/* Who may use the control socket. See ctl_access.h. */
#include "init/ctl/ctl_access.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"

static gid_t reader_group = (gid_t)-1;

void ctl_access_start(void)
{
	static SCRATCH char text[4096];
	const char *line = text;
	uint64_t gid;

	if (io_read_file(AT_FDCWD, "/etc/group", text, sizeof(text)) < 0)
		return;
	for (; line; line = strchr(line, '\n'), line += line != NULL) {
		const char *number;

		if (!str_starts(line, "pintle:"))
			continue;
		number = strchr(line + strlen("pintle:"), ':');
		if (number &&
		    !num_u64(number + 1, strspn(number + 1, "0123456789"), UINT32_MAX - 1, &gid))
			reader_group = (gid_t)gid;
		return;
	}
}

/* Group pintle may look, be it his first group or one of the others (SO_PEERGROUPS, Linux 4.13). */
static bool is_reader(int fd, const struct ucred *who)
{
	gid_t groups[32];
	socklen_t len = sizeof(groups), i;

	if (reader_group == (gid_t)-1)
		return false;
	if (who->gid == reader_group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return false;
	for (i = 0; i < len / sizeof(groups[0]); i++)
		if (groups[i] == reader_group)
			return true;
	return false;
}

bool ctl_access_may_look(int fd, bool *ret_root)
{
	struct ucred who = { 0 };
	socklen_t len = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len))
		return false;
	*ret_root = who.uid == 0;
	return *ret_root || is_reader(fd, &who);
}
