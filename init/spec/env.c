/* SPDX-License-Identifier: ISC */
/* A process's environment. See env.h; runs in a child. */
#include "init/spec/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/io.h"

#define FILE_MAX 16384

void env_init(struct env *env, struct arena *a)
{
	env->n = 0;
	env->v[0] = NULL;
	env->arena = a;
}

static unsigned find(const struct env *env, const char *name, size_t n)
{
	unsigned i;

	for (i = 0; i < env->n; i++)
		if (strncmp(env->v[i], name, n) == 0 && env->v[i][n] == '=')
			break;
	return i;
}

static int put(struct env *env, const char *assignment, bool replace)
{
	size_t name = strcspn(assignment, "=");
	unsigned at = find(env, assignment, name);
	char *copy;

	if (!assignment[name] || (at < env->n && !replace))
		return 0;	/* a name without a value in an image sets nothing */
	copy = at < ENV_MAX ? arena_text(env->arena, assignment, strlen(assignment)) : NULL;
	if (!copy)
		return -E2BIG;
	env->v[at] = copy;
	if (at == env->n)
		env->v[++env->n] = NULL;
	return 0;
}

int env_set(struct env *env, const char *assignment)
{
	return put(env, assignment, true);
}

int env_default(struct env *env, const char *assignment)
{
	return put(env, assignment, false);
}

void env_unset(struct env *env, const char *name)
{
	size_t n = strcspn(name, "=");
	unsigned at = find(env, name, n);

	if (at == env->n || (name[n] && strcmp(env->v[at], name)))
		return;
	for (; at < env->n; at++)
		env->v[at] = env->v[at + 1];
	env->n--;
}

const char *env_get(const struct env *env, const char *name)
{
	size_t n = strlen(name);
	unsigned at = find(env, name, n);

	return at < env->n ? env->v[at] + n + 1 : NULL;
}

/* Takes off blanks at the ends, and one pair of quotes around the value. */
static void tidy(char *line)
{
	size_t n = strlen(line);
	char *value = strchr(line, '=') + 1;

	while (n && strchr(" \t\r", line[n - 1]))
		line[--n] = '\0';
	n = strlen(value);
	if (n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0]) {
		value[n - 1] = '\0';
		memmove(value, value + 1, n - 1);
	}
}

int env_read_file(struct env *env, const char *path, struct err *e)
{
	static SCRATCH char text[FILE_MAX];
	bool optional = *path == '-';
	ssize_t n = io_read_file(AT_FDCWD, path + optional, text, sizeof(text));
	char *line = text, *next;
	unsigned number = 1;

	if (n == -ENOENT && optional)
		return 0;
	if (n < 0)
		return err_set(e, (int)n, "environment", "%s", path + optional);
	for (; *line; line = next, number++) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		line += strspn(line, " \t");
		if (!*line || strchr("#;\r", *line))
			continue;
		if (!strchr(line, '='))
			return err_set(e, EINVAL, "environment", "%s:%u: no NAME=value",
				       path + optional, number);
		tidy(line);
		if (env_set(env, line))
			return err_set(e, E2BIG, "environment", "%s:%u", path + optional, number);
	}
	return 0;
}
