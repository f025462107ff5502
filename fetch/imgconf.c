/* SPDX-License-Identifier: ISC */
/* The config reader. See imgconf.h. */
#include "fetch/imgconf.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"

struct reading {
	struct imgconf *c;
	struct imgrec *w;
	bool layers;	/* rootfs.type is "layers" */
};

static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "HUP", SIGHUP },
	{ "INT", SIGINT },
	{ "QUIT", SIGQUIT },
	{ "KILL", SIGKILL },
	{ "USR1", SIGUSR1 },
	{ "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE },
	{ "ALRM", SIGALRM },
	{ "TERM", SIGTERM },
	{ "CONT", SIGCONT },
	{ "STOP", SIGSTOP },
	{ "TSTP", SIGTSTP },
	{ "WINCH", SIGWINCH },
	{ "PWR", SIGPWR },
	{ "ABRT", SIGABRT },
};

#define RTMIN 34	/* the first one that musl and glibc leave to programs */
#define RTMAX 64

int imgconf_signal(const char *name)
{
	uint64_t n;
	size_t i;

	if (num_u64(name, strlen(name), RTMAX, &n) == 0)
		return (int)n;
	if (str_starts(name, "SIG"))
		name += 3;
	for (i = 0; i < ARRAY_LEN(signals); i++)
		if (strcmp(name, signals[i].name) == 0)
			return signals[i].number;
	if (strcmp(name, "RTMIN") == 0)
		return RTMIN;
	if (str_starts(name, "RTMIN+") &&
		num_u64(name + 6, strlen(name + 6), RTMAX - RTMIN, &n) == 0)
		return RTMIN + (int)n;
	if (str_starts(name, "RTMAX-") &&
		num_u64(name + 6, strlen(name + 6), RTMAX - RTMIN, &n) == 0)
		return RTMAX - (int)n;
	return 0;
}

static int wrong(const char *path, const char *why, struct err *e)
{
	return err_set(e, EBADMSG, "config", "%.80s: %s", path, why);
}

static int take_text(
	char *to, size_t cap, const char *path, const struct json_value *v, struct err *e)
{
	if (v->type == JSON_NULL)
		return 0;
	if (v->type != JSON_STRING || str_copy(to, cap, v->text))
		return wrong(path, "no short string", e);
	return 0;
}

static const struct {
	const char *list, *item;
	enum imgrec_kind kind;
} lists[] = {
	{ "config.Entrypoint", "config.Entrypoint[]", IMGREC_ENTRYPOINT },
	{ "config.Cmd", "config.Cmd[]", IMGREC_CMD },
	{ "config.Env", "config.Env[]", IMGREC_ENV },
};

static int put(struct reading *r, enum imgrec_kind kind, const char *path, const char *text,
	size_t n, struct err *e)
{
	return imgrec_put(r->w, kind, text, n) ? wrong(path, "too long", e) : 0;
}

static int run_value(struct reading *r, const char *path, const struct json_value *v, struct err *e)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(lists); i++) {
		if (json_at(path, v, lists[i].list, 2) && v->type != JSON_ARRAY &&
			v->type != JSON_END && v->type != JSON_NULL)
			return wrong(path, "no array of strings", e);
		if (!json_at(path, v, lists[i].item, 3))
			continue;
		if (v->type != JSON_STRING)
			return wrong(path, "no string", e);
		return put(r, lists[i].kind, path, v->text, v->len, e);
	}
	if (json_at(path, v, "config.User", 2) || json_at(path, v, "config.WorkingDir", 2)) {
		if (v->type != JSON_STRING)
			return v->type == JSON_NULL ? 0 : wrong(path, "no string", e);
		return put(r, path[7] == 'U' ? IMGREC_USER : IMGREC_CWD, path, v->text, v->len, e);
	}
	if (json_at(path, v, "config.StopSignal", 2) && v->type == JSON_STRING)
		r->c->stop_signal = imgconf_signal(v->text);
	if (v->depth == 3 && v->type != JSON_END && str_starts(path, "config.Volumes.") && path[15])
		return put(r, IMGREC_VOLUME, path, path + 15, strlen(path + 15), e);
	return 0;
}

static int diff_id(struct reading *r, const char *path, const struct json_value *v, struct err *e)
{
	struct imgconf *c = r->c;

	if (c->n_diff_ids == LAYERS_MAX)
		return wrong(path, "too many layers", e);
	if (v->type != JSON_STRING || digest_parse(v->text, v->len, &c->diff_ids[c->n_diff_ids]))
		return wrong(path, "bad digest", e);
	c->n_diff_ids++;
	return 0;
}

static int on_value(void *ctx, const char *path, const struct json_value *v, struct err *e)
{
	struct reading *r = ctx;

	if (v->depth == 0 && v->type != JSON_OBJECT && v->type != JSON_END)
		return wrong("document", "no JSON object", e);
	if (json_at(path, v, "architecture", 1))
		return take_text(r->c->arch, sizeof(r->c->arch), path, v, e);
	if (json_at(path, v, "os", 1))
		return take_text(r->c->os, sizeof(r->c->os), path, v, e);
	if (json_at(path, v, "variant", 1))
		return take_text(r->c->variant, sizeof(r->c->variant), path, v, e);
	if (json_at(path, v, "rootfs.type", 2)) {
		if (v->type != JSON_STRING || strcmp(v->text, "layers"))
			return wrong(path, "not \"layers\"", e);
		r->layers = true;
	}
	if (json_at(path, v, "rootfs.diff_ids[]", 3))
		return diff_id(r, path, v, e);
	return run_value(r, path, v, e);
}

int imgconf_read(struct arena *a, const void *doc, size_t n, struct imgconf *ret, struct imgrec *w,
	struct err *e)
{
	struct reading r = { .c = ret, .w = w };
	int rc;

	ret->os[0] = ret->arch[0] = ret->variant[0] = '\0';
	ret->n_diff_ids = 0;
	ret->stop_signal = 0;
	rc = json_read(a, doc, n, on_value, &r, "config", e);
	if (rc)
		return rc;
	return r.layers ? 0 : wrong("rootfs.type", "not there", e);
}
