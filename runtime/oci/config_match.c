/* SPDX-License-Identifier: ISC */
/* Which row of the tables a value of config.json belongs to: see config_int.h. Pure. */
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/str.h"
#include "runtime/oci/config_int.h"

static const struct config_row *const tables[] = {
	/* The profile's before the rest: what lies below a path is of the last one that has
	   something there. */
	config_profile_rows, config_seccomp_rows,  config_process_rows, config_mount_rows,
	config_linux_rows,   config_resource_rows, config_hook_rows,
};

unsigned config_depth(const char *path)
{
	unsigned n = *path != '\0';

	for (; *path; path++)
		n += *path == '.' || (path[0] == '[' && path[1] == ']');
	return n;
}

const char *config_match(const struct config_row *row, const char *path, unsigned depth)
{
	const char *at = row->path;
	unsigned own;

	while (*at && *at == *path) {
		at++;
		path++;
	}
	if (*at)
		return NULL;
	own = config_depth(row->path);
	if (!*path)
		return depth == own ? path : NULL;
	if (row->kind == CONFIG_ITEMS || row->kind == CONFIG_TEXTS)
		return !strcmp(path, "[]") && depth == own + 1 ? path : NULL;
	if (*path != '.' || depth <= own)
		return NULL;
	return row->kind == CONFIG_PAIRS || row->kind == CONFIG_SUBTREE ? path : NULL;
}

int config_check_shape(const struct config_row *row, const char *path, unsigned depth,
		       const struct json_value *v, struct err *e)
{
	size_t n = strlen(path);
	enum json_type want = row->path[n] == '[' ? JSON_ARRAY : JSON_OBJECT;

	if (config_depth(path) != depth || v->type == want || v->type == JSON_END ||
	    v->type == JSON_NULL)
		return 0;
	if (!n)
		path = "document";
	return config_wrong(path, want == JSON_ARRAY ? "an array is wanted" : "an object is wanted",
			    e);
}

const struct config_row *config_find(const char *path, unsigned depth,
				     const struct config_row **ret_below)
{
	const struct config_row *row;
	/* Most of a config.json is its seccomp policy. */
	size_t end = str_starts(path, "linux.seccomp") ? 2 : ARRAY_LEN(tables), i, n;

	/* Rows of a container stand before those of what is in it. */
	for (i = 0; i < end; i++)
		for (row = tables[i]; row->path; row++) {
			for (n = 0; row->path[n] && row->path[n] == path[n]; n++)
				;
			if (!row->path[n] && config_match(row, path, depth))
				return row;
			if (!path[n] && (!n || row->path[n] == '.' || row->path[n] == '['))
				*ret_below = row;
		}
	return NULL;
}
