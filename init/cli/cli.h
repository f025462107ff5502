/* SPDX-License-Identifier: ISC */
/*
 * The clients of the control socket: the command line and the console. Both know the same words
 * (words.def) and print through a sink, so that a word does not know where its output goes.
 * Ordinary processes: may block, never PID 1.
 */
#ifndef PINTLE_INIT_CLI_CLI_H
#define PINTLE_INIT_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "init/ctl/ctl.h"
#include "runtime/base/compiler.h"

/*
 * pintle WORD …: the exit status of DESIGN section 5: 0 done, 1 failed, 2 usage, 3 not running, 4
 * no such unit.
 */
int client_main(int argc, char **argv);
/*
 * pintle-console TTY [SOCKET]: the prompt on a serial line, a name below /dev or a path; SOCKET
 * stands for CTL_PATH. Never returns: a line that is not there (yet, or no more) is tried again. 2
 * = usage.
 */
int console_main(int argc, char **argv);

/* Where a word's output goes, and where its user sits. */
struct sink {
	void (*put)(struct sink *s, const char *bytes, size_t n);
	void (*flush)(struct sink *s);	/* NULL: put() writes at once */
	/*
	 * Reads what stop_fd has; true when the user wants the wait to end: by ^C, at_enter by
	 * Enter, too.
	 */
	bool (*stopped)(struct sink *s, bool at_enter);
	const char *socket;	/* PID 1's; NULL = CTL_PATH */
	bool is_console;	/* lines end with CR LF, errors go here, too */
	int stop_fd;		/* -1 = none: signals end the process */
	int lost_errno;		/* why output was lost, 0 = it was not */
};
/* Prints by str_fmt's rules, at most 1.5 KiB at a time. */
void sink_fmt(struct sink *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What was held back goes out. May block as the output does. */
void sink_flush(struct sink *s);
/* A line "pintle: word: text" to standard error, or to the console. */
void sink_error(struct sink *s, const char *word, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The command line's: standard output. */
struct sink *sink_stdout(void);

/* What a word was called with, options taken out. */
struct call {
	struct sink *out;
	const char *word;
	const char *socket;
	bool json, follow, nowait;
	unsigned count;		/* -n, or 0 */
	int signal;
	const char *level, *output, *since, *until, *grep;	/* NULL = not given */
	char **args;
	int n_args;
	int pass_fd;		/* goes beside the request; 0 = none */
};

/* Whether the answer is to be JSON. Where that is not built in, no code for it is. */
static inline bool call_json(const struct call *c)
{
	return IS_ON(CONFIG_JSON_OUTPUT) && c->json;
}

union ctl_reply {
	struct ctl_head head;
	struct ctl_system system;
	struct ctl_unit unit;
	struct ctl_log log;
	struct ctl_event event;
	struct ctl_end end;
};

typedef void reply_row(void *ctx, const union ctl_reply *r);

/*
 * One request: row() is called on each reply but the last, whose exit status is returned (its error
 * in *e). 1 with *e when PID 1 cannot be reached or does not answer in time; 0 when the user ended
 * it. Texts in rows are NUL-terminated.
 */
int ask(const struct call *c, enum ctl_verb verb, const char *unit, unsigned flags, unsigned count,
	reply_row *row, void *ctx, struct err *e);

/* Runs a word of words.def; args[0] is the word. The exit status. */
int words_run(struct sink *out, int n, char **args);

/* The words. */
#define WORD(name, function, args, where, help) int function(const struct call *c);
#include "init/cli/words.def"
#undef WORD

#endif
