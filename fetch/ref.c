/* SPDX-License-Identifier: ISC */
/* Image references. See ref.h. */
#include "fetch/ref.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/str.h"

static int wrong(const char *image, const char *why, struct err *e)
{
	return err_set(e, EINVAL, "image", "%.150s: %s", image, why);
}

int ref_parse(const char *image, struct ref *ret, struct err *e)
{
	const char *at = image, *digest, *colon;
	bool oci = false;
	size_t n;

	memset(ret, 0, sizeof(*ret));
	if (str_starts(at, "oci:")) {
		oci = true;
		at += 4;
	} else if (str_starts(at, "oci-archive:")) {
		oci = ret->is_tar = true;
		at += 12;
	}
	digest = strrchr(at, '@');
	n = digest ? (size_t)(digest - at) : strlen(at);
	if (digest) {
		if (digest_parse(digest + 1, strlen(digest + 1), &ret->pin))
			return wrong(image, "bad digest behind '@'", e);
		ret->pinned = true;
	}
	if (n >= sizeof(ret->name))
		return wrong(image, "too long", e);
	memcpy(ret->name, at, n);
	ret->name[n] = '\0';
	colon = strrchr(ret->name, ':');
	if (colon && !strchr(colon, '/')) {
		if (str_copy(ret->tag, sizeof(ret->tag), colon + 1) || !ret->tag[0])
			return wrong(image, "bad tag", e);
		ret->name[colon - ret->name] = '\0';
	}
	if (!ret->name[0])
		return wrong(image, "no name", e);
	if (oci)
		return str_copy(ret->path, sizeof(ret->path), ret->name)
			       ? wrong(image, "too long", e)
			       : 0;
	/*
	 * A name comes from a unit, not from a stick, but it must stay below the folder all the
	 * same.
	 */
	if (ret->name[0] == '/' || str_starts(ret->name, "../") || strstr(ret->name, "/../") ||
		str_ends(ret->name, "/.."))
		return wrong(image, "not a name", e);
	return 0;
}

static bool try_one(struct ref *r, const char *layouts, const char *name)
{
	for (int tar = 0; tar < 2; tar++) {
		if (str_print(r->path, sizeof(r->path), "%s/%s%s", layouts, name,
			    tar ? ".tar" : "") < 0)
			continue;
		r->is_tar = tar;
		if (access(r->path, F_OK) == 0)
			return true;
	}
	return false;
}

int ref_locate(struct ref *r, const char *layouts, struct err *e)
{
	const char *slash = strrchr(r->name, '/');

	if (r->path[0])
		return 0;
	if (try_one(r, layouts, r->name) || (slash && try_one(r, layouts, slash + 1)))
		return 0;
	r->path[0] = '\0';
	return err_set(
		e, ENOENT, "image", "%.120s: no layout of that name in %.90s", r->name, layouts);
}
