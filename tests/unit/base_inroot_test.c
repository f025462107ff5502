/* SPDX-License-Identifier: ISC */
/* runtime/base/inroot: a foreign tree cannot lead outside itself, with openat2 and without. */
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
#include "runtime/base/err.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

static char top[] = "/tmp/inroot_XXXXXX";
static int top_fd, root_fd;

static void put(const char *path, const char *text)
{
	int fd = openat(top_fd, path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(io_write_full(fd, text, strlen(text)), 0);
	close(fd);
}

/* outside/secret beside root/, and in root/ every kind of link that wants to get there. */
static int make_tree(void **state)
{
	static const char *const links[][2] = {
		{ "file", "root/rel" },
		{ "/file", "root/abs" },
		{ "../outside/secret", "root/up" },
		{ "../../../../../../outside/secret", "root/far" },
		{ "dir", "root/todir" },
		{ "/dir", "root/absdir" },
		{ "loop2", "root/loop1" },
		{ "loop1", "root/loop2" },
		{ "..", "root/dir/parent" },
		{ "/", "root/slash" },
		{ "nowhere", "root/dangling" },
		{ "/dir/sub/../../file", "root/zigzag" },
	};
	size_t i;

	(void)state;
	if (!mkdtemp(top))
		return -1;
	top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	io_mkdirs(top_fd, "outside", 0755);
	io_mkdirs(top_fd, "root/dir/sub", 0755);
	put("outside/secret", "secret");
	put("root/file", "inside");
	put("root/dir/leaf", "leaf");
	for (i = 0; i < ARRAY_LEN(links); i++)
		if (symlinkat(links[i][0], top_fd, links[i][1]))
			return -1;
	root_fd = openat(top_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root_fd < 0;
}

static int remove_tree(void **state)
{
	(void)state;
	close(root_fd);
	close(top_fd);
	return io_remove_tree(AT_FDCWD, top);
}

/* What opening path for reading gives: the file's text, "(dir)" or the error's name. */
static const char *opened(int (*open_it)(int, const char *, int, mode_t), const char *path)
{
	static char text[64];
	struct stat st;
	int fd = open_it(root_fd, path, O_RDONLY, 0);
	ssize_t n;

	if (fd < 0)
		return err_name(-fd);
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		close(fd);
		return "(dir)";
	}
	n = io_read_full(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return text;
}

static void every_link_stays_inside(void **state)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
		{ "file", "inside" },
		{ "/file", "inside" },
		{ "./dir/../file", "inside" },
		{ "//dir//leaf", "leaf" },
		{ "rel", "inside" },
		{ "abs", "inside" },
		{ "zigzag", "inside" },
		{ "slash/file", "inside" },
		{ "todir/leaf", "leaf" },
		{ "absdir/leaf", "leaf" },
		{ "dir/parent/file", "inside" },
		{ "", "(dir)" },
		{ "/", "(dir)" },
		{ "..", "(dir)" },
		{ "../../..", "(dir)" },
		{ "dir/", "(dir)" },
		{ "todir/", "(dir)" },
		{ "../file", "inside" },
		{ "dir/parent/parent/../../file", "ENOENT" },
		{ "up", "ENOENT" },
		{ "far", "ENOENT" },
		{ "../outside/secret", "ENOENT" },
		{ "slash/../outside/secret", "ENOENT" },
		{ "dangling", "ENOENT" },
		{ "none", "ENOENT" },
		{ "none/file", "ENOENT" },
		{ "file/x", "ENOTDIR" },
		{ "file/", "ENOTDIR" },
		{ "loop1", "ELOOP" },
		{ "loop1/x", "ELOOP" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got = opened(inroot_open, cases[i].path);

		if (strcmp(got, cases[i].want))
			fail_msg("%s: got %s, want %s", cases[i].path, got, cases[i].want);
	}
}

static void an_archives_name_passes_no_link_at_all(void **state)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
		{ "file", "inside" },
		{ "/file", "inside" },
		{ "./dir/./leaf", "leaf" },
		{ "dir", "(dir)" },
		{ "rel", "ELOOP" },
		{ "todir/leaf", "ELOOP" },
		{ "slash/file", "ELOOP" },
		{ "dir/parent/file", "ELOOP" },
		{ "..", "EINVAL" },
		{ "dir/../file", "EINVAL" },
		{ "../outside/secret", "EINVAL" },
		{ "none", "ENOENT" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got = opened(inroot_open_nolink, cases[i].path);

		if (strcmp(got, cases[i].want))
			fail_msg("%s: got %s, want %s", cases[i].path, got, cases[i].want);
	}
}

static void files_are_created_inside_only(void **state)
{
	struct stat st;
	int fd;

	(void)state;
	unlinkat(root_fd, "new", 0);
	fd = inroot_open(root_fd, "/todir/../new", O_CREAT | O_EXCL | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(fstatat(root_fd, "new", &st, 0), 0);
	assert_int_equal(inroot_open(root_fd, "far", O_CREAT | O_WRONLY, 0600), -ENOENT);
	assert_int_equal(inroot_open_nolink(root_fd, "dangling", O_CREAT | O_WRONLY, 0600), -ELOOP);
	assert_int_equal(fstatat(top_fd, "outside/secret", &st, 0), 0);
	assert_int_equal(st.st_size, 6);
}

static void folders_are_made_inside_only(void **state)
{
	const char *name;
	struct stat st;
	int fd;

	(void)state;
	fd = inroot_mkdirs(root_fd, "/absdir/a/../b/c/", 0755);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(fstatat(root_fd, "dir/b/c", &st, 0), 0);
	assert_int_equal(inroot_mkdirs(root_fd, "file/x", 0755), -ENOTDIR);
	assert_int_equal(inroot_mkdirs(root_fd, "dangling/x", 0755), -ENOENT);
	fd = inroot_parent(root_fd, "/slash/e/f", 1, 0755, &name);
	assert_true(fd >= 0);
	assert_string_equal(name, "f");
	close(fd);
	assert_int_equal(fstatat(root_fd, "e", &st, 0), 0);
	assert_int_equal(inroot_parent(root_fd, "/", 0, 0, &name), -EINVAL);
	io_remove_tree(root_fd, "e");
	io_remove_tree(root_fd, "dir/a");
	io_remove_tree(root_fd, "dir/b");
}

static int by_walk(void **state)
{
	(void)state;
	inroot_force_walk(1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_link_stays_inside),
		cmocka_unit_test(an_archives_name_passes_no_link_at_all),
		cmocka_unit_test(files_are_created_inside_only),
		cmocka_unit_test(folders_are_made_inside_only),
		/* the same once more as on a kernel without openat2 */
		cmocka_unit_test_setup(every_link_stays_inside, by_walk),
		cmocka_unit_test(an_archives_name_passes_no_link_at_all),
		cmocka_unit_test(files_are_created_inside_only),
		cmocka_unit_test(folders_are_made_inside_only),
	};

	return cmocka_run_group_tests_name("base_inroot", tests, make_tree, remove_tree);
}
