/* SPDX-License-Identifier: ISC */
/*
 * Specifiers of systemd.unit(5) that have a meaning on a device without users and hosts. Pure but
 * for %H.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "init/unit/parse.h"
#include "runtime/base/str.h"

/* "web@a.container": prefix "web", instance "a", stem "web@a". */
struct name_parts {
	size_t stem, prefix;
	const char *instance;
	size_t instance_len;
};

static struct name_parts split(const char *name)
{
	const char *dot = strrchr(name, '.'), *at = strchr(name, '@');
	struct name_parts n = { .stem = dot ? (size_t)(dot - name) : strlen(name), .instance = "" };

	n.prefix = n.stem;
	if (at && (size_t)(at - name) < n.stem) {
		n.prefix = (size_t)(at - name);
		n.instance = at + 1;
		n.instance_len = n.stem - n.prefix - 1;
	}
	return n;
}

static int expand_one(struct str *s, const char *name, char letter)
{
	struct name_parts n = split(name);
	char host[65] = "";

	switch (letter) {
	case '%': str_putc(s, '%'); break;
	case 'n': str_puts(s, name); break;
	case 'N': str_put(s, name, n.stem); break;
	case 'p': case 'P': str_put(s, name, n.prefix); break;
	case 'i': case 'I': str_put(s, n.instance, n.instance_len); break;
	case 'H': gethostname(host, sizeof(host) - 1); str_puts(s, host); break;
	case 't': str_puts(s, "/run"); break;
	case 'S': str_puts(s, "/var/lib"); break;
	case 'C': str_puts(s, "/var/cache"); break;
	case 'L': str_puts(s, "/var/log"); break;
	case 'E': str_puts(s, "/etc"); break;
	case 'T': str_puts(s, "/tmp"); break;
	case 'V': str_puts(s, "/var/tmp"); break;
	case 'u': str_puts(s, "root"); break;
	case 'U': str_puts(s, "0"); break;
	case 'h': str_puts(s, "/root"); break;
	default: return -EINVAL;
	}
	return 0;
}

int specifier_expand(const char *unit_name, const char *in, char *out, size_t cap, char *ret_bad)
{
	struct str s;

	str_init(&s, out, cap);
	for (; *in; in++) {
		if (*in != '%') {
			str_putc(&s, *in);
			continue;
		}
		in++;
		if (!*in || expand_one(&s, unit_name, *in)) {
			*ret_bad = *in;
			return -EINVAL;
		}
	}
	return s.cut ? -ENAMETOOLONG : 0;
}
