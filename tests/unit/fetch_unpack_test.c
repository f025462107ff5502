/* SPDX-License-Identifier: ISC */
/* fetch/unpack: layers built here, unpacked into a temporary folder as root, looked at with stat(2). */
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
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fetch/unpack.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define MTIME 1700000000	/* what entries carry unless a test says otherwise */

static char top[] = "/tmp/unpack_XXXXXX";
static int top_fd, layer_fd, lower_fd = -1;
static unsigned char archive[65536];
static size_t len;
static struct unpack u;
static struct tar parser;
static struct err why;

static void seal(unsigned char *h)
{
	unsigned sum = 0, i;

	memset(h + 148, ' ', 8);
	for (i = 0; i < 512; i++)
		sum += h[i];
	str_print((char *)h + 148, 8, "%06o", sum);
}

/* One entry; the header may be changed and sealed again. data: of a file, link: of a link. */
static unsigned char *add(char type, const char *name, unsigned mode, const char *data)
{
	unsigned char *h = archive + len;
	size_t n = type == TAR_FILE && data ? strlen(data) : 0;

	memset(h, 0, 1024);
	memcpy(h, name, strlen(name) < 100 ? strlen(name) : 100);
	str_print((char *)h + 100, 8, "%07o", mode);
	str_print((char *)h + 108, 8, "%07o", 1000);
	str_print((char *)h + 116, 8, "%07o", 1001);
	str_print((char *)h + 124, 12, "%011o", (unsigned)n);
	str_print((char *)h + 136, 12, "%011o", MTIME);
	h[156] = (unsigned char)type;
	if (n)
		memcpy(h + 512, data, n);
	else if (data)
		memcpy(h + 157, data, strlen(data));
	memcpy(h + 257, "ustar\00000", 8);
	seal(h);
	len += n ? 1024 : 512;
	return h;
}

static void set_time(unsigned char *h, unsigned seconds)
{
	str_print((char *)h + 136, 12, "%011o", seconds);
	seal(h);
}

static int lower(void *ctx, unsigned n)
{
	(void)ctx;
	return n || lower_fd < 0 ? -ENOENT : openat(lower_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int unpack(void)
{
	int rc;

	memset(archive + len, 0, 1024);
	len += 1024;
	u.root_fd = layer_fd;
	u.notes_fd = openat(top_fd, "notes", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	u.lower = lower;
	assert_true(u.notes_fd >= 0);
	err_clear(&why);
	tar_init(&parser, &unpack_ops, &u);
	rc = unpack_start(&u, &why);
	if (!rc)
		rc = tar_feed(&parser, archive, len, &why);
	if (!rc)
		rc = tar_finish(&parser, &why);
	if (!rc)
		rc = unpack_finish(&u, &why);
	unpack_close(&u);
	close(u.notes_fd);
	return rc;
}

static void unpacks(void)
{
	if (unpack())
		fail_msg("%s: %s", why.step, why.text);
}

static void refuses(const char *words)
{
	if (!unpack())
		fail_msg("was not refused: %s", words);
	if (!strstr(why.text, words))
		fail_msg("\"%s\" is not in: %s", words, why.text);
	assert_int_equal(faccessat(top_fd, "outside", F_OK, 0), -1);
	len = 0;
}

static struct stat stat_of(const char *path)
{
	struct stat st;

	if (fstatat(layer_fd, path, &st, AT_SYMLINK_NOFOLLOW))
		fail_msg("%s is not there", path);
	return st;
}

static void is(const char *path, mode_t mode, time_t mtime)
{
	struct stat st = stat_of(path);

	if (st.st_mode != mode || st.st_mtim.tv_sec != mtime || st.st_uid != 1000 || st.st_gid != 1001)
		fail_msg("%s: mode %o, owner %u:%u, time %lld", path, (unsigned)st.st_mode, (unsigned)st.st_uid,
			(unsigned)st.st_gid, (long long)st.st_mtim.tv_sec);
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

static int make_top(void **state)
{
	(void)state;
	if (geteuid() || !mkdtemp(top))
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

static int fresh_layer(void **state)
{
	(void)state;
	io_remove_tree(top_fd, "layer");
	if (mkdirat(top_fd, "layer", 0700))
		return -1;
	layer_fd = openat(top_fd, "layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	memset(&u, 0, sizeof(u));
	u.left = 1 << 20;
	len = 0;
	return layer_fd < 0;
}

static int close_layer(void **state)
{
	(void)state;
	io_close(&lower_fd);
	return close(layer_fd);
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
	/* Named twice: the last time holds. A folder replaced by a link takes no time from its note. */
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

static void hard_links_to_anything_else_are_refused(void **state)
{
	static const struct {
		const char *target, *words;
	} bad[] = {
		{ "nothing", "not in this layer" }, { "../outside", "\"..\"" }, { "/etc/passwd", "absolute" },
		{ "", "empty name" }, { ".", "hard link to a folder" }, { "dir", "is a folder" },
		{ "up/outside", "through a symlink" }, { "pipe", "a folder, a whiteout or a device" },
		{ "hidden", "a folder, a whiteout or a device" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		add(TAR_DIR, "dir", 0755, NULL);
		add(TAR_FIFO, "pipe", 0644, NULL);
		add(TAR_SYMLINK, "up", 0777, "..");
		add(TAR_FILE, ".wh.hidden", 0644, NULL);
		add(TAR_HARDLINK, "new", 0644, bad[i].target);
		refuses(bad[i].words);
	}
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

static void whiteouts_of_nothing_are_refused(void **state)
{
	static const struct {
		char type;
		const char *name, *words;
	} bad[] = {
		{ TAR_FILE, ".wh.", "whiteout of nothing" }, { TAR_FILE, ".wh..", "whiteout of nothing" },
		{ TAR_FILE, ".wh...", "whiteout of nothing" }, { TAR_FILE, ".wh..wh.x", "whiteout of a whiteout" },
		{ TAR_DIR, ".wh.x", "a whiteout that is no file" }, { TAR_SYMLINK, ".wh.x", "a whiteout that is no file" },
		{ TAR_FILE, ".wh.x/y", "whiteout as a folder" }, { TAR_CHAR, "x", "overlayfs's own whiteout" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		add(bad[i].type, bad[i].name, 0644, bad[i].type == TAR_SYMLINK ? "y" : NULL);
		refuses(bad[i].words);
	}
}

static void names_that_lead_away_are_refused(void **state)
{
	static const struct {
		const char *name, *words;
	} bad[] = {
		{ "../outside", "\"..\" in the path" }, { "dir/../../outside", "\"..\" in the path" },
		{ "dir/..", "\"..\" in the path" }, { "..", "\"..\" in the path" }, { "/outside", "absolute path" },
		{ "//outside", "absolute path" }, { "up/outside", "through a symlink" }, { "far/outside", "through a symlink" },
		{ "root/tmp/outside", "through a symlink" }, { "chain/outside", "through a symlink" },
		{ "here/file", "through a symlink" }, { "file/under", "through a symlink or a file" },
		{ ".", "no folder" }, { "./", "no folder" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		add(TAR_DIR, "dir", 0755, NULL);
		add(TAR_SYMLINK, "up", 0777, "..");
		add(TAR_SYMLINK, "far", 0777, "../../../..");
		add(TAR_SYMLINK, "root", 0777, "/");
		add(TAR_SYMLINK, "chain", 0777, "up");
		add(TAR_SYMLINK, "here", 0777, "dir");
		add(TAR_FILE, "file", 0644, "plain");
		add(TAR_FILE, bad[i].name, 0644, "escaped");
		refuses(bad[i].words);
	}
	assert_int_equal(faccessat(layer_fd, "dir/file", F_OK, 0), -1);
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
}

static void device_nodes_by_leave_only(void **state)
{
	unsigned char *h;

	(void)state;
	h = add(TAR_CHAR, "null", 0666, NULL);
	str_print((char *)h + 329, 8, "%07o", 1);
	str_print((char *)h + 337, 8, "%07o", 3);
	seal(h);
	refuses("device node (AllowDevices= is off)");
	u.devices = true;
	h = add(TAR_CHAR, "null", 0666, NULL);
	str_print((char *)h + 329, 8, "%07o", 1);
	str_print((char *)h + 337, 8, "%07o", 3);
	seal(h);
	unpacks();
	is("null", S_IFCHR | 0666, MTIME);
	assert_true(stat_of("null").st_rdev == makedev(1, 3));
}

static void limits_hold(void **state)
{
	(void)state;
	u.left = 4;
	add(TAR_FILE, "five", 0644, "12345");
	refuses("larger than the limit");
	u.left = 1 << 20;
	u.entries = UNPACK_ENTRIES_MAX;
	add(TAR_FILE, "one", 0644, "1");
	refuses("too many entries");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh_layer, close_layer)
	const struct CMUnitTest tests[] = {
		TEST(modes_owners_and_times_are_kept),
		TEST(times_of_folders_come_last),
		TEST(hard_links_to_earlier_files),
		TEST(hard_links_to_anything_else_are_refused),
		TEST(whiteouts_become_overlayfs_own),
		TEST(opaque_marks_their_folder_alone),
		TEST(whiteouts_of_nothing_are_refused),
		TEST(names_that_lead_away_are_refused),
		TEST(what_is_in_the_way_is_replaced),
		TEST(folders_that_are_not_named),
		TEST(device_nodes_by_leave_only),
		TEST(limits_hold),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
