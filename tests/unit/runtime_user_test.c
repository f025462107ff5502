/* SPDX-License-Identifier: ISC */
/* runtime/user: who a container runs as, by its own passwd and group files in a temporary root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/enter.h"

static char top[] = "/tmp/user_XXXXXX";
static int root_fd;
static struct enter who;
static struct err why;

static const char passwd[] =
	"root:x:0:0:root:/root:/bin/sh\n"
	"# a comment: of:5:6\n"
	"\n"
	"short:x:7\n"
	"notnum:x:seven:7::/:\n"
	"neg:x:-1:7::/:\n"
	"none:x:4294967295:7::/:\n"
	"nogid:x:8:4294967295::/:\n"
	"wrap:x:4294967296:7::/:\n"
	"web:x:1000:1001:Web,,,:/srv:/bin/sh\n"
	"web:x:2000:2001:a second one:/srv:/bin/sh\n"
	"big:x:4294967294:4294967293::/:\n"
	"4000:x:5000:5001:a name of digits:/:\n"
	"last:x:33:34::/:";		/* no newline */

static const char group[] =
	"root:x:0:\n"
	"web:x:1001:\n"
	"audio:x:29:web,root\n"
	"video:x:44:root,web\n"
	"near:x:45:webb,we,xweb\n"
	"wheel:x:10:root\n"
	"none:x:4294967295:web\n"
	"short:x\n"
	"last:x:50:web";

static void put(const char *path, const char *text, size_t n)
{
	int fd = openat(root_fd, path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(io_write_full(fd, text, n), 0);
	close(fd);
}

static int make_root(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	root_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root_fd < 0 || io_mkdirs(root_fd, "etc", 0755);
}

static int files_as_ever(void **state)
{
	(void)state;
	io_remove_tree(root_fd, "etc/passwd");
	io_remove_tree(root_fd, "etc/group");
	put("etc/passwd", passwd, sizeof(passwd) - 1);
	put("etc/group", group, sizeof(group) - 1);
	return 0;
}

static int remove_root(void **state)
{
	(void)state;
	close(root_fd);
	return io_remove_tree(AT_FDCWD, top);
}

static int parse(const char *text)
{
	who = (struct enter){ .root_fd = root_fd };
	err_clear(&why);
	return user_parse(&who, text, root_fd, &why);
}

static void is(const char *text, uint32_t uid, uint32_t gid, unsigned n_groups)
{
	if (parse(text))
		fail_msg("\"%s\": %s: %s", text, why.step, why.text);
	if (who.uid != uid || who.gid != gid || who.n_groups != n_groups)
		fail_msg("\"%s\" is %u:%u with %u groups", text, (unsigned)who.uid,
			 (unsigned)who.gid, who.n_groups);
}

static void is_refused(const char *text, int code, const char *words)
{
	if (parse(text) != -code)
		fail_msg("\"%s\" was not refused with %d but is %u:%u", text, code,
			 (unsigned)who.uid, (unsigned)who.gid);
	if (!strstr(why.text, words))
		fail_msg("\"%s\": %s", text, why.text);
}

static void names_bring_their_groups(void **state)
{
	(void)state;
	is("web", 1000, 1001, 3);
	assert_int_equal(who.groups[0], 29);
	assert_int_equal(who.groups[1], 44);
	assert_int_equal(who.groups[2], 50);
	is("root", 0, 0, 3);
	is("last", 33, 34, 0);
	is("big", 4294967294u, 4294967293u, 0);
}

static void numbers_are_looked_up_but_need_not_be_there(void **state)
{
	(void)state;
	is("1000", 1000, 1001, 3);
	is("0", 0, 0, 3);
	is("1234", 1234, 0, 0);
	is("01000", 1000, 1001, 3);
	is("4294967294", 4294967294u, 4294967293u, 0);
	/* An id, though a name of the same digits is there. */
	is("4000", 4000, 0, 0);
}

static void a_group_is_taken_alone(void **state)
{
	(void)state;
	is("web:audio", 1000, 29, 0);
	is("web:7", 1000, 7, 0);
	is("1234:5678", 1234, 5678, 0);
	is("1234:web", 1234, 1001, 0);
	is(":44", 0, 44, 0);
	is("web:", 1000, 1001, 3);
	is(":", 0, 0, 0);
	is("", 0, 0, 0);
}

static void what_is_no_id_is_refused(void **state)
{
	static const char *const bad[] = {
		"4294967295",
		"-1",
		"+1",
		"4294967296",
		"18446744073709551616",
		"99999999999999999999999999",
		"0x10",
		"1e3",
		" 0",
		"0 ",
		"nobody",
		"we",
		"webb",
		"WEB",
		"root/",
		"#",
	};
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		is_refused(bad[i], ENOENT, "is not in /etc/passwd");
		str_print(text, sizeof(text), "web:%s", bad[i]);
		is_refused(text, ENOENT, "is not in /etc/group");
	}
	is_refused("web:1:2", ENOENT, "\"1:2\" is not in /etc/group");
}

static void bad_lines_give_nobody_an_id(void **state)
{
	static const char *const bad[] = { "short", "notnum", "neg", "none", "nogid", "wrap" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++)
		is_refused(bad[i], ENOENT, bad[i]);
	is_refused("web:none", ENOENT, "\"none\" is not in /etc/group");
	is_refused("web:short", ENOENT, "\"short\" is not in /etc/group");
}

static void missing_files(void **state)
{
	(void)state;
	assert_int_equal(unlinkat(root_fd, "etc/passwd", 0), 0);
	assert_int_equal(unlinkat(root_fd, "etc/group", 0), 0);
	is("1000", 1000, 0, 0);
	is("1000:5", 1000, 5, 0);
	is_refused("web", ENOENT, "\"web\" is not in /etc/passwd");
	is_refused("0:web", ENOENT, "\"web\" is not in /etc/group");
	/* What is in the way of a file does not hang, either. */
	assert_int_equal(mkfifoat(root_fd, "etc/passwd", 0644), 0);
	is_refused("web", ENOENT, "\"web\"");
	assert_int_equal(unlinkat(root_fd, "etc/passwd", 0), 0);
	assert_int_equal(mkdirat(root_fd, "etc/passwd", 0755), 0);
	is_refused("web", ENOENT, "\"web\"");
}

/* A file that leads out of the root by a symlink is the root's own file of that name, or none. */
static void the_root_is_not_left(void **state)
{
	(void)state;
	assert_int_equal(unlinkat(root_fd, "etc/passwd", 0), 0);
	assert_int_equal(symlinkat("../../../../../../../../etc/passwd", root_fd, "etc/passwd"), 0);
	is_refused("root", ENOENT, "\"root\"");
	assert_int_equal(unlinkat(root_fd, "etc/passwd", 0), 0);
	put("mine", "mine:x:3:4::/:\n", 15);
	assert_int_equal(symlinkat("/mine", root_fd, "etc/passwd"), 0);
	is("mine", 3, 4, 0);
}

/* Lines around the limit of 1023 bytes: longer ones are passed over whole, never cut into two. */
static void over_long_lines_are_passed_over(void **state)
{
	static char text[8192];
	unsigned pad;

	(void)state;
	for (pad = 0; pad < 3000; pad = pad < 960 || pad > 1060 ? pad + 97 : pad + 1) {
		struct str s;
		bool fits = strlen("long:x:1:2:") + pad <= 1023;
		unsigned i;

		str_init(&s, text, sizeof(text));
		str_puts(&s, "first:x:5:6::/:\nlong:x:1:2:");
		for (i = 0; i < pad; i++)
			str_putc(&s, 'a');
		str_puts(&s, "\nafter:x:3:4::/:\n");
		put("etc/passwd", s.buf, s.len);
		is("first", 5, 6, 0);
		is("after", 3, 4, 0);
		if (fits)
			is("long", 1, 2, 0);
		else
			is_refused("long", ENOENT, "\"long\"");
	}
	/* The tail of an over-long line is no line. */
	memset(text, 'a', 2000);
	memcpy(text + 1023, "evil:x:0:0::/:", 14);
	memcpy(text + 1024 + 512, "evil:x:0:0::/:\n", 15);
	put("etc/passwd", text, 1024 + 512 + 15);
	is_refused("evil", ENOENT, "\"evil\"");
	text[1024 + 512 + 14] = 'a';
	put("etc/passwd", text, 2000);
	is_refused("evil", ENOENT, "\"evil\"");
}

static void over_long_words_are_refused(void **state)
{
	char text[400];

	(void)state;
	memset(text, 'u', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(parse(text), -ENAMETOOLONG);
	text[127] = '\0';
	is_refused(text, ENOENT, "is not in /etc/passwd");
	text[128] = '\0';
	text[127] = 'u';
	assert_int_equal(parse(text), -ENAMETOOLONG);
}

static void more_groups_than_there_is_room_for(void **state)
{
	static char text[ENTER_GROUPS_MAX * 32 + 1024];
	struct str s;
	unsigned i;

	(void)state;
	str_init(&s, text, sizeof(text));
	for (i = 0; i < ENTER_GROUPS_MAX + 5; i++)
		str_fmt(&s, "g%u:x:%u:a,web,b\n", i, 100 + i);
	assert_false(s.cut);
	put("etc/group", s.buf, s.len);
	is("web", 1000, 1001, ENTER_GROUPS_MAX);
	for (i = 0; i < ENTER_GROUPS_MAX; i++)
		assert_int_equal(who.groups[i], 100 + i);
}

/* user_find(): what the specification says comes before what the files say. */
static void numeric_ids_ask_no_file(void **state)
{
	static const gid_t groups[] = { 3, 4 };
	struct spec s = { .numeric_user = true,
			  .uid = 1000,
			  .gid = 9,
			  .user = "web",
			  .groups = groups,
			  .n_groups = 2 };

	(void)state;
	who = (struct enter){ .spec = &s, .root_fd = root_fd };
	assert_int_equal(user_find(&who, &why), 0);
	assert_int_equal(who.uid, 1000);
	assert_int_equal(who.gid, 9);
	assert_int_equal(who.n_groups, 2);
	s.numeric_user = false;
	who = (struct enter){ .spec = &s, .root_fd = root_fd };
	assert_int_equal(user_find(&who, &why), 0);
	assert_int_equal(who.gid, 1001);
	assert_int_equal(who.n_groups, 5);
	assert_int_equal(who.groups[4], 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(names_bring_their_groups, files_as_ever),
		cmocka_unit_test_setup(numbers_are_looked_up_but_need_not_be_there, files_as_ever),
		cmocka_unit_test_setup(a_group_is_taken_alone, files_as_ever),
		cmocka_unit_test_setup(what_is_no_id_is_refused, files_as_ever),
		cmocka_unit_test_setup(bad_lines_give_nobody_an_id, files_as_ever),
		cmocka_unit_test_setup(missing_files, files_as_ever),
		cmocka_unit_test_setup(the_root_is_not_left, files_as_ever),
		cmocka_unit_test_setup(over_long_lines_are_passed_over, files_as_ever),
		cmocka_unit_test_setup(over_long_words_are_refused, files_as_ever),
		cmocka_unit_test_setup(more_groups_than_there_is_room_for, files_as_ever),
		cmocka_unit_test_setup(numeric_ids_ask_no_file, files_as_ever),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
