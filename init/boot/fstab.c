/* SPDX-License-Identifier: ISC */
/* Lines of /etc/fstab. See fstab.h. */
#include "init/boot/fstab.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "runtime/base/num.h"
#include "runtime/base/str.h"

static const struct {
	const char *word;
	unsigned long set, clear;
} words[] = {
	{ "defaults", 0, 0 },
	{ "rw", 0, MS_RDONLY },
	{ "ro", MS_RDONLY, 0 },
	{ "nosuid", MS_NOSUID, 0 },
	{ "suid", 0, MS_NOSUID },
	{ "nodev", MS_NODEV, 0 },
	{ "dev", 0, MS_NODEV },
	{ "noexec", MS_NOEXEC, 0 },
	{ "exec", 0, MS_NOEXEC },
	{ "sync", MS_SYNCHRONOUS, 0 },
	{ "async", 0, MS_SYNCHRONOUS },
	{ "dirsync", MS_DIRSYNC, 0 },
	{ "noatime", MS_NOATIME, 0 },
	{ "atime", 0, MS_NOATIME },
	{ "nodiratime", MS_NODIRATIME, 0 },
	{ "relatime", MS_RELATIME, 0 },
	{ "strictatime", MS_STRICTATIME, 0 },
	{ "lazytime", MS_LAZYTIME, 0 },
	{ "bind", MS_BIND, 0 },
	{ "rbind", MS_BIND | MS_REC, 0 },
	{ "auto", 0, 0 },
	{ "nouser", 0, 0 },
	{ "user", 0, 0 },
};

/* Copies a field, undoing \ooo. */
static int copy_field(const char **at, char *out, size_t cap)
{
	const char *p = *at + strspn(*at, " \t");
	struct str s;

	str_init(&s, out, cap);
	while (*p && *p != ' ' && *p != '\t') {
		uint64_t c;

		if (*p == '\\' && strspn(p + 1, "01234567") >= 3 && !num_octal(p + 1, 3, 255, &c) &&
		    c) {
			str_putc(&s, (char)c);
			p += 4;
		} else {
			str_putc(&s, *p++);
		}
	}
	*at = p;
	return s.cut || !s.len ? -EINVAL : 0;
}

static int read_option(struct fstab *f, const char *word, struct str *data)
{
	size_t i;

	if (strcmp(word, "nofail") == 0 || strcmp(word, "noauto") == 0) {
		*(word[2] == 'f' ? &f->nofail : &f->noauto) = true;
		return 0;
	}
	if (str_starts(word, "x-systemd.device-timeout="))
		return num_span_ms(word + strlen("x-systemd.device-timeout="), &f->device_wait_ms);
	if (str_starts(word, "x-") || str_starts(word, "comment="))
		return 0;
	for (i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(word, words[i].word))
			continue;
		f->flags = (f->flags | words[i].set) & ~words[i].clear;
		return 0;
	}
	str_fmt(data, "%s%s", data->len ? "," : "", word);
	return data->cut ? -ENAMETOOLONG : 0;
}

static int read_options(struct fstab *f, const char *options, struct err *e)
{
	char word[FSTAB_FIELD_MAX];
	struct str data;

	str_init(&data, f->data, sizeof(f->data));
	while (*options) {
		size_t n = strcspn(options, ",");

		str_print(word, sizeof(word), "%.*s", (int)n, options);
		if (n && read_option(f, word, &data))
			return err_set(e, EINVAL, "fstab", "option \"%s\"", word);
		options += n + (options[n] == ',');
	}
	return 0;
}

int fstab_line(const char *line, struct fstab *ret, struct err *e)
{
	char options[FSTAB_FIELD_MAX] = "";
	const char *at = line + strspn(line, " \t");
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->device_wait_ms = FSTAB_DEVICE_WAIT_MS;
	if (!*at || *at == '#')
		return 0;
	if (copy_field(&at, ret->source, sizeof(ret->source)) ||
	    copy_field(&at, ret->target, sizeof(ret->target)) ||
	    copy_field(&at, ret->type, sizeof(ret->type)))
		return err_set(e, EINVAL, "fstab", "a line wants device, folder and type: \"%s\"",
			       line);
	if (at[strspn(at, " \t")] && copy_field(&at, options, sizeof(options)))
		return err_set(e, EINVAL, "fstab", "the options are too long: \"%s\"", line);
	rc = read_options(ret, options, e);
	if (!rc && strcmp(ret->type, "swap") == 0)
		ret->noauto = true;
	else if (!rc && ret->target[0] != '/')
		rc = err_set(e, EINVAL, "fstab", "\"%s\" is no absolute path", ret->target);
	return rc ? rc : 1;
}
