/* SPDX-License-Identifier: ISC */
/* The JSON writer: see jsonw.h. */
#include "runtime/base/jsonw.h"

#include <string.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"

void jsonw_start(struct jsonw *w, int fd)
{
	w->fd = fd;
	w->more = false;
	w->error = 0;
	w->n = 0;
}

int jsonw_flush(struct jsonw *w)
{
	int rc = w->n ? io_write_full(w->fd, w->buf, w->n) : 0;

	w->n = 0;
	if (rc && !w->error)
		w->error = rc;
	return w->error;
}

static void put(struct jsonw *w, const char *bytes, size_t n)
{
	while (n) {
		size_t part = sizeof(w->buf) - w->n;

		if (part > n)
			part = n;
		memcpy(w->buf + w->n, bytes, part);
		w->n += part;
		bytes += part;
		n -= part;
		if (w->n == sizeof(w->buf))
			jsonw_flush(w);
	}
}

static void put_text(struct jsonw *w, const char *text)
{
	put(w, text, strlen(text));
}

static void put_char(struct jsonw *w, unsigned char c)
{
	char text[8];
	int n;

	if (c == '"' || c == '\\')
		n = str_print(text, sizeof(text), "\\%c", c);
	else if (c < 0x20 || c == 0x7f)
		n = str_print(text, sizeof(text), "\\u%04x", c);
	else
		n = str_print(text, sizeof(text), "%c", c);
	put(w, text, (size_t)n);
}

static void put_string(struct jsonw *w, const char *bytes, size_t n)
{
	size_t i;

	put(w, "\"", 1);
	for (i = 0; i < n; i++) {
		size_t len = (unsigned char)bytes[i] < 0x80 ? 1 : str_utf8_len(bytes + i, n - i);

		if (!len) {
			put_text(w, "\\ufffd");
		} else if (len == 1) {
			put_char(w, (unsigned char)bytes[i]);
		} else {
			put(w, bytes + i, len);
			i += len - 1;
		}
	}
	put(w, "\"", 1);
}

static void key_of(struct jsonw *w, const char *key)
{
	if (w->more)
		put(w, ",", 1);
	w->more = true;
	if (!key)
		return;
	put(w, "\"", 1);
	put_text(w, key);
	put(w, "\":", 2);
}

void jsonw_object(struct jsonw *w, const char *key)
{
	key_of(w, key);
	put(w, "{", 1);
	w->more = false;
}

void jsonw_array(struct jsonw *w, const char *key)
{
	key_of(w, key);
	put(w, "[", 1);
	w->more = false;
}

void jsonw_close(struct jsonw *w, char c)
{
	put(w, &c, 1);
	w->more = true;
}

void jsonw_bytes(struct jsonw *w, const char *key, const char *bytes, size_t n)
{
	key_of(w, key);
	put_string(w, bytes, n);
}

void jsonw_text(struct jsonw *w, const char *key, const char *text)
{
	if (text)
		jsonw_bytes(w, key, text, strlen(text));
	else
		jsonw_null(w, key);
}

void jsonw_pair(struct jsonw *w, const char *name, const char *value)
{
	key_of(w, NULL);
	put_string(w, name, strlen(name));
	put(w, ":", 1);
	put_string(w, value, strlen(value));
}

void jsonw_u64(struct jsonw *w, const char *key, uint64_t v)
{
	char text[24];

	key_of(w, key);
	put(w, text, (size_t)str_print(text, sizeof(text), "%llu", (unsigned long long)v));
}

void jsonw_i64(struct jsonw *w, const char *key, int64_t v)
{
	char text[24];

	key_of(w, key);
	put(w, text, (size_t)str_print(text, sizeof(text), "%lld", (long long)v));
}

void jsonw_hundredths(struct jsonw *w, const char *key, uint64_t v)
{
	char text[32];

	key_of(w, key);
	put(w, text,
	    (size_t)str_print(text, sizeof(text), "%llu.%02u", (unsigned long long)(v / 100),
			      (unsigned)(v % 100)));
}

void jsonw_bool(struct jsonw *w, const char *key, bool v)
{
	key_of(w, key);
	put_text(w, v ? "true" : "false");
}

void jsonw_null(struct jsonw *w, const char *key)
{
	key_of(w, key);
	put_text(w, "null");
}

void jsonw_newline(struct jsonw *w)
{
	put(w, "\n", 1);
	w->more = false;
}
