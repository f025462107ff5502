/* SPDX-License-Identifier: ISC */
/* runtime/base: small files, durable replacement, folder walks, removal of hostile trees. */
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

#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

static char top[] = "/tmp/base_io_XXXXXX";
static int top_fd;

static int make_top(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return top_fd < 0;
}

static int remove_top(void **state)
{
	(void)state;
	close(top_fd);
	return io_remove_tree(AT_FDCWD, top);
}

static void a_replaced_file_has_the_new_bytes_and_no_leftover(void **state)
{
	char buf[16];

	(void)state;
	assert_int_equal(io_replace_file(top_fd, "f", "one", 3, 0600), 0);
	assert_int_equal(io_replace_file(top_fd, "f", "three", 5, 0600), 0);
	assert_int_equal(io_read_file(top_fd, "f", buf, sizeof(buf)), 5);
	assert_string_equal(buf, "three");
	assert_int_equal(faccessat(top_fd, "f.tmp", F_OK, 0), -1);
	assert_int_equal(io_replace_file(top_fd, "no/f", "x", 1, 0600), -ENOENT);
}

static void a_file_that_does_not_fit_is_said(void **state)
{
	char buf[4];

	(void)state;
	assert_int_equal(io_replace_file(top_fd, "g", "abc", 3, 0600), 0);
	assert_int_equal(io_read_file(top_fd, "g", buf, sizeof(buf)), 3);
	assert_int_equal(io_replace_file(top_fd, "g", "abcd", 4, 0600), 0);
	assert_int_equal(io_read_file(top_fd, "g", buf, sizeof(buf)), -EFBIG);
	assert_int_equal(io_read_file(top_fd, "none", buf, sizeof(buf)), -ENOENT);
}

static void a_walk_meets_every_entry_once(void **state)
{
	char name[200], seen[300] = { 0 };
	struct dir_entry entry;
	struct dir d;
	int fd, i, n = 0;

	(void)state;
	assert_int_equal(io_mkdirs(top_fd, "walk", 0755), 0);
	fd = openat(top_fd, "walk", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; i < 300; i++) {
		str_print(name, sizeof(name), "%0*d", 60 + i % 100, i);
		close(openat(fd, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	}
	assert_int_equal(dir_start(&d, fd), 0);
	while (dir_next(&d, &entry) == 1) {
		int at = atoi(entry.name);

		assert_in_range(at, 0, 299);
		assert_int_equal(seen[at]++, 0);
		n++;
	}
	assert_int_equal(n, 300);
	close(fd);
}

static void removal_follows_no_symlink_and_needs_no_deep_stack(void **state)
{
	struct stat st;
	int fd, next, i;

	(void)state;
	assert_int_equal(io_mkdirs(top_fd, "keep/me", 0755), 0);
	assert_int_equal(io_mkdirs(top_fd, "tree/a/b", 0755), 0);
	assert_int_equal(symlinkat("../keep", top_fd, "tree/link"), 0);
	assert_int_equal(symlinkat("/", top_fd, "tree/a/root"), 0);
	fd = openat(top_fd, "tree", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; i < 200; i++) {
		mkdirat(fd, "d", 0755);
		close(openat(fd, "f", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
		next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		close(fd);
		fd = next;
	}
	close(fd);
	assert_int_equal(io_remove_tree(top_fd, "tree"), 0);
	assert_int_equal(fstatat(top_fd, "tree", &st, AT_SYMLINK_NOFOLLOW), -1);
	assert_int_equal(fstatat(top_fd, "keep/me", &st, 0), 0);
	assert_int_equal(io_remove_tree(top_fd, "tree"), -ENOENT);
}

static void fds_of_a_range_become_close_on_exec(void **state)
{
	int fd = dup(top_fd);

	(void)state;
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	assert_int_equal(sys_cloexec_range((unsigned)fd, ~0u), 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(sys_close_range((unsigned)fd, ~0u), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void the_monotonic_clock_moves_forward(void **state)
{
	uint64_t then = sys_now_ms();

	(void)state;
	usleep(20000);
	assert_true(sys_now_ms() >= then + 19);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_replaced_file_has_the_new_bytes_and_no_leftover),
		cmocka_unit_test(a_file_that_does_not_fit_is_said),
		cmocka_unit_test(a_walk_meets_every_entry_once),
		cmocka_unit_test(removal_follows_no_symlink_and_needs_no_deep_stack),
		cmocka_unit_test(fds_of_a_range_become_close_on_exec),
		cmocka_unit_test(the_monotonic_clock_moves_forward),
	};

	return cmocka_run_group_tests_name("base_io", tests, make_top, remove_top);
}
