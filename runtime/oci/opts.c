/* SPDX-License-Identifier: ISC */
/* Option reading: see opts.h. */
#include "runtime/oci/opts.h"

#include <errno.h>
#include <string.h>

#include "runtime/base/num.h"
#include "runtime/base/str.h"

static const struct opt *find(const struct opt *table, const char *name, size_t n)
{
	for (; table->name; table++)
		if (str_is(name, n, table->name) || (n == 1 && *name == table->letter))
			return table;
	return NULL;
}

static int set_flag(const struct opt *o, const char *value, struct err *e)
{
	bool on = true;

	if (value && num_bool(value, &on))
		return err_set(e, EINVAL, "usage", "--%s: \"%s\" is neither true nor false",
			       o->name, value);
	if (o->to)
		*(bool *)o->to = on;
	return 0;
}

static int set_value(const struct opt *o, const char *value, struct err *e)
{
	struct opt_list *list = o->to;

	if (!o->to)
		return 0;
	if (o->kind == OPT_TEXT) {
		*(const char **)o->to = value;
		return 0;
	}
	if (o->kind == OPT_NUMBER) {
		if (num_i64(value, strlen(value), INT64_MIN, INT64_MAX, o->to))
			return err_set(e, EINVAL, "usage", "--%s: \"%s\" is no number", o->name,
				       value);
		return 0;
	}
	if (list->n == OPTS_LIST_MAX)
		return err_set(e, E2BIG, "usage", "--%s: more than %d", o->name, OPTS_LIST_MAX);
	list->at[list->n++] = value;
	return 0;
}

int opts_read(const struct opt *table, int argc, char **argv, int *ret_rest, struct err *e)
{
	int i, rc = 0;

	for (i = 0; i < argc && !rc && argv[i][0] == '-' && argv[i][1]; i++) {
		const char *name = argv[i] + 1 + (argv[i][1] == '-'), *value = strchr(name, '=');
		const struct opt *o =
			find(table, name, value ? (size_t)(value - name) : strlen(name));

		if (!*name) {
			i++;
			break;
		}
		if (!o)
			return err_set(e, EINVAL, "usage", "unknown option %s", argv[i]);
		value = value ? value + 1 : NULL;
		if (o->kind == OPT_FLAG) {
			rc = set_flag(o, value, e);
			continue;
		}
		if (!value && ++i == argc)
			return err_set(e, EINVAL, "usage", "--%s wants a value", o->name);
		rc = set_value(o, value ? value : argv[i], e);
	}
	*ret_rest = i;
	return rc;
}
