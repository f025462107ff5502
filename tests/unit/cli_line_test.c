/* SPDX-License-Identifier: ISC */
/* init/cli: the console's line editor, and how words are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "init/cli/cli.h"
#include "init/cli/line.h"
#include "runtime/base/compiler.h"
#include "runtime/base/str.h"

static struct line line;
static char echoed[1024];

/* Types n bytes; what the last one brought. */
static enum line_result type(const char *bytes, size_t n)
{
	enum line_result r = LINE_MORE;
	struct str echo;
	size_t i;

	str_init(&echo, echoed, sizeof(echoed));
	for (i = 0; i < n; i++)
		r = line_take(&line, (unsigned char)bytes[i], &echo);
	return r;
}

static int fresh(void **state)
{
	(void)state;
	memset(&line, 0, sizeof(line));
	return 0;
}

static void editing_leaves_what_a_user_meant(void **state)
{
	static const struct {
		const char *keys, *want;
	} cases[] = {
		{ "status\r", "status" },
		{ "statsu\b\bus\r", "status" },
		{ "x\x7f\x7f\x7fok\r", "ok" },
		{ "wrong\x15right\r", "right" },
		{ "stop the web\x17\x17now\r", "stop now" },
		{ "a\tb\x04\x1a\r", "ab" },
		{ "\x1b[A\x1b[1;5Cup\x1bOP\r", "up" },
		{ "\x1bxyes\r", "yes" },
		{ "caf\xc3\xa9\r", "caf" },
		{ "\r", "" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		fresh(state);
		assert_int_equal(type(cases[i].keys, strlen(cases[i].keys)), LINE_DONE);
		assert_string_equal(line.text, cases[i].want);
	}
}

static void every_byte_is_echoed_harmlessly(void **state)
{
	unsigned byte;

	for (byte = 0; byte < 256; byte++) {
		char key = (char)byte;
		const char *at;

		fresh(state);
		type("a", 1);
		type(&key, 1);
		for (at = echoed; *at; at++)
			assert_true((*at >= ' ' && *at <= '~') || strchr("\b\r\n", *at));
	}
}

static void the_echo_undoes_what_is_deleted(void **state)
{
	(void)state;
	type("ab", 2);
	assert_string_equal(echoed, "ab");
	type("\x15", 1);
	assert_string_equal(echoed, "\b \b\b \b");
	type("\b", 1);
	assert_string_equal(echoed, "");
	assert_int_equal(type("reboot\x03", 7), LINE_CANCEL);
	assert_string_equal(echoed, "reboot^C\r\n");
}

static void cr_lf_is_one_end(void **state)
{
	(void)state;
	assert_int_equal(type("a\r", 2), LINE_DONE);
	line_start(&line);
	assert_int_equal(type("\n", 1), LINE_MORE);
	assert_int_equal(type("b\n", 2), LINE_DONE);
	assert_string_equal(line.text, "b");
	line_start(&line);
	assert_int_equal(type("\n", 1), LINE_DONE);
}

static void a_long_line_stays_within_its_bytes(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3 * LINE_BYTES; i++)
		assert_int_equal(type("x", 1), LINE_MORE);
	assert_string_equal(echoed, "");
	assert_int_equal(strlen(line.text), LINE_BYTES - 1);
	assert_int_equal(type("\r", 1), LINE_DONE);
}

static void lines_split_at_blanks(void **state)
{
	char few[] = "  start  a b ", none[] = "   ", many[] = "1 2 3 4 5 6 7 8 9 10";
	char *words[LINE_WORDS + 1];

	(void)state;
	assert_int_equal(line_split(few, words), 3);
	assert_string_equal(words[0], "start");
	assert_string_equal(words[2], "b");
	assert_null(words[3]);
	assert_int_equal(line_split(none, words), 0);
	assert_null(words[0]);
	assert_int_equal(line_split(many, words), LINE_WORDS);
	assert_null(words[LINE_WORDS]);
}

/* --- words --- */

static char said[4096];
static size_t n_said;

static void keep(struct sink *s, const char *bytes, size_t n)
{
	(void)s;
	assert_true(n_said + n < sizeof(said));
	memcpy(said + n_said, bytes, n);
	n_said += n;
	said[n_said] = '\0';
}

/* A console's sink: errors come to it, too. There is no PID 1 behind that path. */
static struct sink memory = {
	.put = keep, .socket = "/nonexistent/control", .is_console = true, .stop_fd = -1
};

static int run(const char *typed)
{
	char text[128];
	char *words[LINE_WORDS + 1];

	n_said = 0;
	assert_int_equal(str_copy(text, sizeof(text), typed), 0);
	return words_run(&memory, line_split(text, words), words);
}

static void what_is_no_word_is_said_so(void **state)
{
	static const char *const wrong[] = {
		"nope",		"start",
		"stop -f x",	"kill",
		"kill a b",	"kill -s NOPE a",
		"kill -s",	"logs --since",
		"logs -n",	"logs -n 0 a",
		"logs -n x a",	"logs --nope x",
		"logs -x 8",	"status a b",
		"status -f",	"list a",
		"reboot now",	"help me",
		"version -n 3", "start --bogus a",
		"start -ff a",	"status --socket /x",
		"load x",	"check x",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(run(wrong[i]), 2);
		assert_non_null(
			strstr(said, strstr(said, "usage") ? ": usage: " : ": no such word"));
		assert_ptr_equal(strchr(said, '\n'), said + n_said - 1);
	}
}

static void right_words_ask_pid_1(void **state)
{
	static const char *const right[] = {
		"status",    "status a",	 "status -n 3 a",     "list",
		"start a",   "start a b c",	 "stop --no-block a", "restart a",
		"kill a",    "kill -s SIGHUP a", "kill -s 9 a",	      "logs a",
		"logs -f a", "logs -n 5 -f a",	 "logs a -n 5",	      "logs",
		"logs a b",  "reboot",		 "poweroff",	      "halt",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(right); i++) {
		assert_int_equal(run(right[i]), 1);
		assert_non_null(
			strstr(said, "connect: /nonexistent/control: No such file or directory\n"));
	}
}

static void help_names_every_word_once(void **state)
{
	(void)state;
	assert_int_equal(run("help"), 0);
	assert_non_null(strstr(said, "  logs [-f] [-n N] [-p P]"));
	assert_non_null(strstr(said, "  status [-n LINES] [UNIT]"));
	assert_null(strstr(said, "  verify"));
	memory.is_console = false;
	assert_int_equal(run("help"), 0);
	memory.is_console = true;
	assert_non_null(strstr(said, "  verify [OPTIONS] IMAGE"));
	assert_non_null(strstr(said, "--socket PATH"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(editing_leaves_what_a_user_meant, fresh),
		cmocka_unit_test_setup(every_byte_is_echoed_harmlessly, fresh),
		cmocka_unit_test_setup(the_echo_undoes_what_is_deleted, fresh),
		cmocka_unit_test_setup(cr_lf_is_one_end, fresh),
		cmocka_unit_test_setup(a_long_line_stays_within_its_bytes, fresh),
		cmocka_unit_test(lines_split_at_blanks),
		cmocka_unit_test(what_is_no_word_is_said_so),
		cmocka_unit_test(right_words_ask_pid_1),
		cmocka_unit_test(help_names_every_word_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
