/* SPDX-License-Identifier: ISC */
/* pintle WORD …: the command line. See cli.h. */
#include <string.h>

#include "init/cli/cli.h"
#include "init/cli/cmd_check.h"
#include "init/cli/cmd_image.h"
#include "init/cli/cmd_show.h"
#include "runtime/base/str.h"

static int run(int argc, char **argv)
{
	static char *help[] = { (char *)"help", NULL };

	if (argc < 2) {
		words_run(sink_stdout(), 1, help);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return words_run(sink_stdout(), 1, help);
	if (strcmp(argv[1], "--version") == 0)
		argv[1] += 2;
	return words_run(sink_stdout(), argc - 1, argv + 1);
}

int client_main(int argc, char **argv)
{
	struct sink *out = sink_stdout();
	int status = run(argc, argv);

	sink_flush(out);
	if (!out->lost_errno)
		return status;
	sink_error(out, argc > 1 ? argv[1] : "help", "write: %s", err_reason(out->lost_errno));
	return status ? status : 1;
}

/* These read their own options: args[-1] is the word. */
int word_load(const struct call *c)
{
	return cmd_load(c->n_args + 1, c->args - 1);
}

int word_verify(const struct call *c)
{
	return cmd_verify(c->n_args + 1, c->args - 1);
}

int word_images(const struct call *c)
{
	return cmd_images(c->n_args + 1, c->args - 1);
}

int word_check(const struct call *c)
{
	return cmd_check(c);
}

int word_show(const struct call *c)
{
	return cmd_show(c);
}

int word_version(const struct call *c)
{
	if (call_json(c))
		sink_fmt(c->out, "{\"version\":\"%s\",\"board\":\"%s\"}\n", PINTLE_VERSION,
			 PINTLE_BOARD);
	else
		sink_fmt(c->out, "pintle %s (%s)\n", PINTLE_VERSION, PINTLE_BOARD);
	return 0;
}
