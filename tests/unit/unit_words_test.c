/* SPDX-License-Identifier: ISC */
/*
 * init/unit: words, specifiers, variables, signals, as systemd.syntax(7), systemd.unit(5),
 * systemd.service(5) have them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "init/unit/expand.h"
#include "init/unit/parse.h"
#include "runtime/base/signals.h"
#include "runtime/base/str.h"

/* The words of a text joined by '|', or the error's name. */
static const char *words(const char *text)
{
	static char out[512];
	char word[128];
	struct str s;
	int rc;

	str_init(&s, out, sizeof(out));
	while ((rc = words_next(&text, word, sizeof(word))) > 0)
		str_fmt(&s, "%s%s", s.len ? "|" : "", word);
	return rc < 0 ? err_name(-rc) : out;
}

static void quoting_is_systemds(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "" },
		{ "   ", "" },
		{ "a b  c\t", "a|b|c" },
		{ "\"a b\" c", "a b|c" },
		{ "'a b' c", "a b|c" },
		{ "VAR1=\"word1 word2\" VAR2=word3", "VAR1=word1 word2|VAR2=word3" },
		{ "\"VAR1=word1 word2\" VAR2=word3 \"VAR3=$word 5 6\"",
		  "VAR1=word1 word2|VAR2=word3|VAR3=$word 5 6" },
		{ "\"it's\" 'say \"hi\"'", "it's|say \"hi\"" },
		{ "a\\ b", "EINVAL" },
		{ "a\\sb", "a b" },
		{ "\\x41\\102\\u0043", "ABC" },
		{ "\\u20ac \\U0001f600", "\xe2\x82\xac|\xf0\x9f\x98\x80" },
		{ "tab\\there", "tab\there" },
		{ "back\\\\slash", "back\\slash" },
		{ "\"open", "EINVAL" },
		{ "'open", "EINVAL" },
		{ "end\\", "EINVAL" },
		{ "\\x00", "EINVAL" },
		{ "\\ud800", "EINVAL" },
		{ "\\x4", "EINVAL" },
		{ "\\9", "EINVAL" },
		{ "\\777", "EINVAL" },
		{ "\\U00110000", "EINVAL" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got = words(cases[i].in);

		if (strcmp(got, cases[i].want))
			fail_msg("%s: got %s, want %s", cases[i].in, got, cases[i].want);
	}
}

static void a_word_too_long_is_an_error_not_a_cut(void **state)
{
	const char *text = "abcdef";
	char word[4];

	(void)state;
	assert_int_equal(words_next(&text, word, sizeof(word)), -ENAMETOOLONG);
}

static const char *expanded(const char *unit, const char *text)
{
	static char out[64];
	char bad = 0;
	int rc = specifier_expand(unit, text, out, sizeof(out), &bad);

	if (rc)
		str_print(out, sizeof(out), "%s %c", err_name(-rc), bad ? bad : '0');
	return out;
}

static void specifiers_are_systemds(void **state)
{
	(void)state;
	assert_string_equal(expanded("web.container", "%n %N %p %%"), "web.container web web %");
	assert_string_equal(expanded("web@a-b.container", "%p-%i-%N"), "web-a-b-web@a-b");
	assert_string_equal(expanded("web.container", "[%i]%t%S"), "[]/run/var/lib");
	assert_string_equal(expanded("web.container", "50%"), "EINVAL 0");
	assert_string_equal(expanded("web.container", "%q"), "EINVAL q");
}

static const char *command(const char *text)
{
	static char *env[] = { (char *)"ONE=1", (char *)"TWO=a b", (char *)"EMPTY=", NULL };
	static _Alignas(16) char space[8192];
	static char out[256];
	char word[64], *argv[16];
	struct arena a, texts;
	static char kept[512];
	unsigned n = 0;
	struct str s;
	char **got;

	arena_init(&a, space, sizeof(space));
	arena_init(&texts, kept, sizeof(kept));
	while (words_next(&text, word, sizeof(word)) > 0)
		argv[n++] = arena_text(&texts, word, strlen(word));
	argv[n] = NULL;
	str_init(&s, out, sizeof(out));
	got = unit_expand_env(argv, env, &a);
	for (; got && *got; got++)
		str_fmt(&s, "%s%s", s.len ? "|" : "", *got);
	return out;
}

static void variables_of_a_command_are_systemds(void **state)
{
	(void)state;
	assert_string_equal(command("echo $ONE ${TWO} $TWO"), "echo|1|a b|a|b");
	assert_string_equal(command("echo x${ONE}y $EMPTY $NONE ${NONE}"), "echo|x1y|");
	assert_string_equal(command("echo $$ONE $1x a$ONE"), "echo|$ONE|$1x|a$ONE");
}

static void signals_have_names_and_numbers(void **state)
{
	(void)state;
	assert_int_equal(signal_by_name("SIGTERM"), SIGTERM);
	assert_int_equal(signal_by_name("term"), SIGTERM);
	assert_int_equal(signal_by_name("9"), SIGKILL);
	assert_int_equal(signal_by_name("RTMIN+3"), SIGRTMIN + 3);
	assert_int_equal(signal_by_name("SIGRTMIN"), SIGRTMIN);
	assert_int_equal(signal_by_name("NOPE"), -EINVAL);
	assert_int_equal(signal_by_name("0"), -EINVAL);
	assert_int_equal(signal_by_name(""), -EINVAL);
	assert_string_equal(signal_name(SIGUSR2), "USR2");
	assert_string_equal(signal_name(9999), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quoting_is_systemds),
		cmocka_unit_test(a_word_too_long_is_an_error_not_a_cut),
		cmocka_unit_test(specifiers_are_systemds),
		cmocka_unit_test(variables_of_a_command_are_systemds),
		cmocka_unit_test(signals_have_names_and_numbers),
	};

	return cmocka_run_group_tests_name("unit_words", tests, NULL, NULL);
}
