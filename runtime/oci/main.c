/* SPDX-License-Identifier: ISC */
/* pintle-runc's global options and words. Each command is a file of its own. */
#include "runtime/oci/main.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/oci/box.h"
#include "runtime/oci/commands.h"
#include "runtime/oci/say.h"
#include "runtime/oci/sealed.h"

bool commands_systemd_cgroup;

static const struct command commands[] = {
#define COMMAND(word, function, least, most, usage, help)                                          \
	{ word, function, least, most, usage, help },
#include "runtime/oci/commands.def"
#undef COMMAND
};

static void print(const char *fmt, ...) PRINTF_LIKE(1, 2);
static void print(const char *fmt, ...)
{
	char text[1024];
	struct str s;
	va_list ap;

	str_init(&s, text, sizeof(text));
	va_start(ap, fmt);
	str_vfmt(&s, fmt, ap);
	va_end(ap);
	io_write_full(STDOUT_FILENO, s.buf, s.len);
}

static void print_help(void)
{
	size_t i;

	print("usage: pintle-runc [--root DIR] [--log FILE] [--log-format text|json] [--debug] "
	      "[--systemd-cgroup] COMMAND\n\n");
	for (i = 0; i < ARRAY_LEN(commands); i++)
		print("  %-10s  %s\n", commands[i].word, commands[i].help);
	print("\npintle-runc COMMAND --help shows a command's options.\n");
}

static int print_version(void)
{
	print("pintle-runc version %s\nspec: 1.2.0\n", PINTLE_VERSION);
	return 0;
}

int command_options(const struct command *c, const struct opt *table, int argc, char **argv,
		    char ***ret_args, struct err *e)
{
	int rest, rc = opts_read(table, argc, argv, &rest, e);

	if (rc)
		return rc;
	if (argc - rest < c->least || argc - rest > c->most)
		return err_set(e, EINVAL, "usage", "pintle-runc %s %s", c->word, c->usage);
	*ret_args = argv + rest;
	return 0;
}

static const struct command *find(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(word, commands[i].word))
			return &commands[i];
	return NULL;
}

static bool wants_help(int argc, char **argv)
{
	return argc > 0 && (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"));
}

static int run_word(int argc, char **argv, const char *root, struct err *e)
{
	const struct command *c = find(argv[0]);
	int rc;

	if (!strcmp(argv[0], "help")) {
		print_help();
		return 0;
	}
	if (!c)
		return err_set(e, EINVAL, "usage", "no such command: %s", argv[0]);
	if (wants_help(argc - 1, argv + 1)) {
		print("usage: pintle-runc %s %s\n%s\n", c->word, c->usage, c->help);
		return 0;
	}
	rc = box_root(root, e);
	return rc ?: c->run(c, argc - 1, argv + 1, e);
}

static int run(int argc, char **argv, struct err *e)
{
	const char *root = NULL, *log = NULL, *format = NULL, *rootless = NULL, *criu = NULL;
	bool debug = false, help = false, version = false;
	const struct opt table[] = {
		{ "root", 0, OPT_TEXT, &root },
		{ "log", 0, OPT_TEXT, &log },
		{ "log-format", 0, OPT_TEXT, &format },
		{ "debug", 0, OPT_FLAG, &debug },
		{ "systemd-cgroup", 0, OPT_FLAG, &commands_systemd_cgroup },
		{ "cgroup-manager", 0, OPT_TEXT, NULL },
		{ "rootless", 0, OPT_TEXT, &rootless },
		{ "criu", 0, OPT_TEXT, &criu },
		{ "help", 'h', OPT_FLAG, &help },
		{ "version", 'v', OPT_FLAG, &version },
		{ 0 },
	};
	int rest, rc = opts_read(table, argc, argv, &rest, e);

	rc = rc ?: say_open(log, format, debug, e);
	if (rc)
		return rc;
	if (version)
		return print_version();
	if (help || rest == argc) {
		print_help();
		return help ? 0 : 1;
	}
	return run_word(argc - rest, argv + rest, root, e);
}

int oci_main(int argc, char **argv)
{
	struct err e = { 0 };
	int rc = sealed_exec(argv, &e);

	if (!rc)
		rc = run(argc - 1, argv + 1, &e);
	if (rc >= 0)
		return rc;
	say_error(&e);
	return 1;
}
