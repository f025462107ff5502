/* SPDX-License-Identifier: ISC */
/* Layers built entry by entry and unpacked into a folder: what the tests of fetch/unpack share. */
#ifndef PINTLE_TESTS_UNIT_LAYER_H
#define PINTLE_TESTS_UNIT_LAYER_H

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

#include "fetch/unpack.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define MTIME 1700000000	/* what entries carry unless a test says otherwise */
#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh_layer, close_layer)

static char top[] = "/tmp/unpack_XXXXXX";
static int top_fd, layer_fd;
static unsigned char archive[65536];
static size_t len;
static struct unpack u;
static struct tar parser;
static struct err why;

static inline void seal(unsigned char *h)
{
	unsigned sum = 0, i;

	memset(h + 148, ' ', 8);
	for (i = 0; i < 512; i++)
		sum += h[i];
	str_print((char *)h + 148, 8, "%06o", sum);
}

/* One entry; the header may be changed and sealed again. data: of a file, link: of a link. */
static inline unsigned char *add(char type, const char *name, unsigned mode, const char *data)
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

static inline int unpack(void)
{
	int rc;

	memset(archive + len, 0, 1024);
	len += 1024;
	u.root_fd = layer_fd;
	u.notes_fd = openat(top_fd, "notes", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
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

static inline void unpacks(void)
{
	if (unpack())
		fail_msg("%s: %s", why.step, why.text);
}

static inline struct stat stat_of(const char *path)
{
	struct stat st;

	if (fstatat(layer_fd, path, &st, AT_SYMLINK_NOFOLLOW))
		fail_msg("%s is not there", path);
	return st;
}

static inline int make_top(void **state)
{
	(void)state;
	if (geteuid() || !mkdtemp(top))
		return -1;
	top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return top_fd < 0;
}

static inline int remove_top(void **state)
{
	(void)state;
	close(top_fd);
	return io_remove_tree(AT_FDCWD, top);
}

static inline int fresh_layer(void **state)
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

static inline int close_layer(void **state)
{
	(void)state;
	return close(layer_fd);
}

#endif
