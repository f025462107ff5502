/* SPDX-License-Identifier: ISC */
/* fetch/unpack: what no layer may do. */
#include <sys/sysmacros.h>

#include "tests/unit/layer.h"

static void refuses(const char *words)
{
	if (!unpack())
		fail_msg("was not refused: %s", words);
	if (!strstr(why.text, words))
		fail_msg("\"%s\" is not in: %s", words, why.text);
	assert_int_equal(faccessat(top_fd, "outside", F_OK, 0), -1);
	len = 0;
}

static void hard_links_to_anything_else_are_refused(void **state)
{
	static const struct {
		const char *target, *words;
	} bad[] = {
		{ "nothing", "not in this layer" },
		{ "../outside", "\"..\"" },
		{ "/etc/passwd", "absolute" },
		{ "", "empty name" },
		{ ".", "hard link to a folder" },
		{ "dir", "is a folder" },
		{ "up/outside", "through a symlink" },
		{ "pipe", "a folder, a whiteout or a device" },
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

static void whiteouts_of_nothing_are_refused(void **state)
{
	static const struct {
		char type;
		const char *name, *words;
	} bad[] = {
		{ TAR_FILE, ".wh.", "whiteout of nothing" },
		{ TAR_FILE, ".wh..", "whiteout of nothing" },
		{ TAR_FILE, ".wh...", "whiteout of nothing" },
		{ TAR_FILE, ".wh..wh.x", "whiteout of a whiteout" },
		{ TAR_DIR, ".wh.x", "a whiteout that is no file" },
		{ TAR_SYMLINK, ".wh.x", "a whiteout that is no file" },
		{ TAR_FILE, ".wh.x/y", "whiteout as a folder" },
		{ TAR_CHAR, "x", "overlayfs's own whiteout" },
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
		{ "../outside", "\"..\" in the path" },
		{ "dir/../../outside", "\"..\" in the path" },
		{ "dir/..", "\"..\" in the path" },
		{ "..", "\"..\" in the path" },
		{ "/outside", "absolute path" },
		{ "//outside", "absolute path" },
		{ "up/outside", "through a symlink" },
		{ "far/outside", "through a symlink" },
		{ "root/tmp/outside", "through a symlink" },
		{ "chain/outside", "through a symlink" },
		{ "here/file", "through a symlink" },
		{ "file/under", "through a symlink or a file" },
		{ ".", "no folder" },
		{ "./", "no folder" },
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
	assert_int_equal(stat_of("null").st_mode, S_IFCHR | 0666);
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
	const struct CMUnitTest tests[] = {
		TEST(hard_links_to_anything_else_are_refused),
		TEST(whiteouts_of_nothing_are_refused),
		TEST(names_that_lead_away_are_refused),
		TEST(device_nodes_by_leave_only),
		TEST(limits_hold),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
