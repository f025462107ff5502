/* SPDX-License-Identifier: ISC */
/* fetch/unpack: what a layer becomes on the disk, looked at with stat(2) as root. */
#include <sys/xattr.h>

#include "tests/unit/layer.h"

static int lower_fd = -1;

static void set_time(unsigned char *h, unsigned seconds)
{
	str_print((char *)h + 136, 12, "%011o", seconds);
	seal(h);
}

static int lower(void *ctx, unsigned n)
{
	(void)ctx;
	return n || lower_fd < 0 ? -ENOENT
				 : openat(lower_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void is(const char *path, mode_t mode, time_t mtime)
{
	struct stat st = stat_of(path);

	if (st.st_mode != mode || st.st_mtim.tv_sec != mtime || st.st_uid != 1000 ||
	    st.st_gid != 1001)
		fail_msg("%s: mode %o, owner %u:%u, time %lld", path, (unsigned)st.st_mode,
			 (unsigned)st.st_uid, (unsigned)st.st_gid, (long long)st.st_mtim.tv_sec);
}

static void holds(const char *path, const char *want)
{
	char text[256];

	assert_int_equal(io_read_file(layer_fd, path, text, sizeof(text)), (ssize_t)strlen(want));
	assert_string_equal(text, want);
}

static bool is_opaque(const char *path)
{
	int fd = openat(layer_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char mark[4];
	ssize_t n;

	assert_true(fd >= 0);
	n = fgetxattr(fd, UNPACK_OPAQUE, mark, sizeof(mark));
	close(fd);
	return n == 1 && mark[0] == 'y';
}

static bool is_whiteout(const char *path)
{
	struct stat st = stat_of(path);

	return S_ISCHR(st.st_mode) && st.st_rdev == 0;
}

static void modes_owners_and_times_are_kept(void **state)
{
	(void)state;
	add(TAR_DIR, "bin/", 0755, NULL);
	add(TAR_FILE, "bin/su", 04755, "#!su");
	add(TAR_FILE, "bin/wall", 02711, "#!wall");
	add(TAR_FILE, "none", 0, "nobody reads");
	add(TAR_DIR, "tmp", 01777, NULL);
	add(TAR_SYMLINK, "link", 0777, "/etc/passwd");
	add(TAR_FIFO, "pipe", 0640, NULL);
	unpacks();
	is("bin", S_IFDIR | 0755, MTIME);
	is("bin/su", S_IFREG | 04755, MTIME);
	is("bin/wall", S_IFREG | 02711, MTIME);
	is("none", S_IFREG, MTIME);
	is("tmp", S_IFDIR | 01777, MTIME);
	is("link", S_IFLNK | 0777, MTIME);
	is("pipe", S_IFIFO | 0640, MTIME);
	holds("bin/su", "#!su");
}

/* Every entry made in a folder changes its time: the folders' times come when all is there. */
static void times_of_folders_come_last(void **state)
{
	(void)state;
	set_time(add(TAR_DIR, "a", 0755, NULL), 1000);
	set_time(add(TAR_DIR, "a/b", 0755, NULL), 2000);
	add(TAR_FILE, "a/b/one", 0644, "1");
	add(TAR_FILE, "a/b/two", 0644, "2");
	add(TAR_FILE, "a/three", 0644, "3");
	/*
	 * Named twice: the last time holds. A folder replaced by a link takes no time from its
	 * note.
	 */
	set_time(add(TAR_DIR, "a/c", 0755, NULL), 3000);
	set_time(add(TAR_DIR, "a/c", 0711, NULL), 4000);
	set_time(add(TAR_DIR, "a/d", 0755, NULL), 5000);
	add(TAR_SYMLINK, "a/d", 0777, "b");
	set_time(add(TAR_DIR, ".", 0755, NULL), 6000);
	add(TAR_FILE, "last", 0644, "4");
	unpacks();
	is("a", S_IFDIR | 0755, 1000);
	is("a/b", S_IFDIR | 0755, 2000);
	is("a/c", S_IFDIR | 0711, 4000);
	is("a/d", S_IFLNK | 0777, MTIME);
	is(".", S_IFDIR | 0755, 6000);
}

static void hard_links_to_earlier_files(void **state)
{
	(void)state;
	add(TAR_FILE, "a/first", 0644, "same");
	add(TAR_HARDLINK, "b/second", 0600, "a/first");
	add(TAR_HARDLINK, "third", 0600, "./b//second");
	add(TAR_SYMLINK, "soft", 0777, "nowhere");
	add(TAR_HARDLINK, "soft2", 0777, "soft");
	/* A file in the way goes; a link to itself stays what it is. */
	add(TAR_FILE, "c", 0644, "gone");
	add(TAR_HARDLINK, "c", 0644, "a/first");
	add(TAR_HARDLINK, "a/first", 0644, "a/first");
	unpacks();
	assert_true(stat_of("a/first").st_ino == stat_of("b/second").st_ino);
	assert_true(stat_of("a/first").st_ino == stat_of("third").st_ino);
	assert_true(stat_of("a/first").st_ino == stat_of("c").st_ino);
	assert_int_equal(stat_of("a/first").st_nlink, 4);
	is("b/second", S_IFREG | 0644, MTIME);
	assert_true(stat_of("soft").st_ino == stat_of("soft2").st_ino);
	holds("third", "same");
}

static void whiteouts_become_overlayfs_own(void **state)
{
	(void)state;
	add(TAR_FILE, "dir/.wh.gone", 0644, NULL);
	add(TAR_FILE, ".wh.top", 0644, NULL);
	/* An entry of this layer is not hidden by its own whiteout, whichever comes first. */
	add(TAR_FILE, "kept", 0644, "new");
	add(TAR_FILE, ".wh.kept", 0644, NULL);
	add(TAR_FILE, ".wh.after", 0644, NULL);
	add(TAR_FILE, "after", 0644, "new");
	/* A folder of this layer becomes opaque: what it hides is below. */
	add(TAR_DIR, "before", 0755, NULL);
	add(TAR_FILE, "before/own", 0644, "own");
	add(TAR_FILE, ".wh.before", 0644, NULL);
	add(TAR_FILE, ".wh.later", 0644, NULL);
	add(TAR_DIR, "later", 0755, NULL);
	/* AUFS's own notes mean nothing. */
	add(TAR_FILE, ".wh..wh.plnk", 0644, NULL);
	unpacks();
	assert_true(is_whiteout("dir/gone"));
	assert_true(is_whiteout("top"));
	holds("kept", "new");
	holds("after", "new");
	assert_true(is_opaque("before"));
	holds("before/own", "own");
	assert_true(is_opaque("later"));
	assert_false(is_opaque("dir"));
	assert_int_equal(faccessat(layer_fd, ".wh.top", F_OK, AT_SYMLINK_NOFOLLOW), -1);
	assert_int_equal(faccessat(layer_fd, ".wh.plnk", F_OK, AT_SYMLINK_NOFOLLOW), -1);
}

static void opaque_marks_their_folder_alone(void **state)
{
	(void)state;
	add(TAR_DIR, "a", 0755, NULL);
	add(TAR_FILE, "a/own", 0644, "own");
	add(TAR_FILE, "a/.wh..wh..opq", 0644, NULL);
	add(TAR_FILE, "b/c/.wh..wh..opq", 0644, NULL);
	unpacks();
	assert_true(is_opaque("a"));
	holds("a/own", "own");
	assert_true(is_opaque("b/c"));
	assert_false(is_opaque("b"));
	assert_int_equal(faccessat(layer_fd, "a/.wh..wh..opq", F_OK, AT_SYMLINK_NOFOLLOW), -1);
}

/* A symlink is replaced, not followed, by what comes later under its name. */
static void what_is_in_the_way_is_replaced(void **state)
{
	(void)state;
	add(TAR_SYMLINK, "a", 0777, "../outside");
	add(TAR_FILE, "a", 0644, "file");
	add(TAR_SYMLINK, "b", 0777, "..");
	add(TAR_DIR, "b", 0755, NULL);
	add(TAR_FILE, "b/in", 0644, "in");
	add(TAR_DIR, "c", 0755, NULL);
	add(TAR_FILE, "c/deep/x", 0644, "x");
	add(TAR_FILE, "c", 0644, "no folder now");
	unpacks();
	holds("a", "file");
	holds("b/in", "in");
	holds("c", "no folder now");
	assert_int_equal(faccessat(top_fd, "outside", F_OK, AT_SYMLINK_NOFOLLOW), -1);
	assert_int_equal(faccessat(top_fd, "in", F_OK, AT_SYMLINK_NOFOLLOW), -1);
}

/* A folder that no entry names looks as the layer below has it; else root's, 0755. */
static void folders_that_are_not_named(void **state)
{
	struct timespec ts[2] = { { .tv_sec = 777 }, { .tv_sec = 777 } };
	struct stat st;

	(void)state;
	io_remove_tree(top_fd, "lower");
	assert_int_equal(io_mkdirs(top_fd, "lower/srv", 0755), 0);
	lower_fd = openat(top_fd, "lower", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(fchownat(lower_fd, "srv", 5, 6, 0), 0);
	assert_int_equal(fchmodat(lower_fd, "srv", 03710, 0), 0);
	assert_int_equal(utimensat(lower_fd, "srv", ts, 0), 0);
	u.lower = lower;
	add(TAR_FILE, "srv/data/file", 0644, "x");
	unpacks();
	st = stat_of("srv");
	assert_int_equal(st.st_mode, S_IFDIR | 03710);
	assert_int_equal(st.st_uid, 5);
	assert_int_equal(st.st_gid, 6);
	assert_int_equal(st.st_mtim.tv_sec, 777);
	st = stat_of("srv/data");
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	assert_int_equal(st.st_uid, 0);
	io_close(&lower_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(modes_owners_and_times_are_kept),
		TEST(times_of_folders_come_last),
		TEST(hard_links_to_earlier_files),
		TEST(whiteouts_become_overlayfs_own),
		TEST(opaque_marks_their_folder_alone),
		TEST(what_is_in_the_way_is_replaced),
		TEST(folders_that_are_not_named),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
