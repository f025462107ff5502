/* SPDX-License-Identifier: ISC */
/* spec and features, and what is refused. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/oci/commands.h"
#include "runtime/oci/spec_json.h"

int cmd_spec(const struct command *c, int argc, char **argv, struct err *e)
{
	const char *bundle = ".";
	bool rootless = false;
	const struct opt table[] = { { "bundle", 'b', OPT_TEXT, &bundle },
				     { "rootless", 0, OPT_FLAG, &rootless },
				     { 0 } };
	int rc = command_options(c, table, argc, argv, &argv, e), folder AUTO_CLOSE = -1,
	    fd AUTO_CLOSE = -1;

	if (rc)
		return rc;
	folder = path_open(AT_FDCWD, bundle, O_PATH | O_DIRECTORY, 0);
	if (folder < 0)
		return err_set(e, errno, "spec", "%s", bundle);
	/* Somebody's work is not written over. */
	fd = at_open(folder, "config.json", O_WRONLY | O_CREAT | O_EXCL, 0666);
	if (fd < 0)
		return err_set(e, errno, "spec", "%s/config.json", bundle);
	rc = oci_spec_write(fd, rootless);
	return rc ? err_set(e, rc, "spec", "%s/config.json", bundle) : 0;
}

int cmd_features(const struct command *c, int argc, char **argv, struct err *e)
{
	const struct opt none[] = { { 0 } };
	int rc = command_options(c, none, argc, argv, &argv, e);

	if (rc)
		return rc;
	rc = oci_features_write(STDOUT_FILENO);
	return rc ? err_set(e, rc, "features", "write") : 0;
}

int cmd_checkpoint(const struct command *c, int argc, char **argv, struct err *e)
{
	(void)argc;
	(void)argv;
	return err_set(
		e, ENOTSUP, c->word,
		"containers are not checkpointed here: their images are small and start anew");
}
