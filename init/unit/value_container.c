/* SPDX-License-Identifier: ISC */
/*
 * Values that only [Container] has: volumes, devices, capabilities, user namespaces. See value.h.
 */
#include <string.h>

#include "init/unit/hold.h"
#include "init/unit/value.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/container.h"

/* SOURCE:TARGET[:OPTIONS]; a lone /TARGET is an anonymous volume. */
void value_volume(struct parse *p, void *field, const char *key, const char *value)
{
	const char *target = strchr(value, ':');

	if (value_resets(field, value))
		return;
	if (!target ? value[0] != '/' : target[1] != '/')
		parse_bad(p, "%s= wants SOURCE:/TARGET[:OPTIONS], not \"%s\"", key, value);
	else if (target && value[0] != '/' &&
		 (target == value || value[0] == '.' ||
		  memchr(value, '/', (size_t)(target - value))))
		parse_bad(p,
			  "%s=: the source is neither an absolute path nor a volume's name: \"%s\"",
			  key, value);
	else if (strlen(value) > 511)
		parse_bad(p, "%s= is too long", key);
	else
		hold_add(p, field, value);
}

void value_tmpfs(struct parse *p, void *field, const char *key, const char *value)
{
	if (value_resets(field, value))
		return;
	if (value[0] != '/' || strlen(value) > 511)
		parse_bad(p, "%s= wants /TARGET[:OPTIONS], not \"%s\"", key, value);
	else
		hold_add(p, field, value);
}

void value_device(struct parse *p, void *field, const char *key, const char *value)
{
	const char *path = value + (*value == '-'), *end;

	if (value_resets(field, value))
		return;
	end = strrchr(path, ':');
	if (end && end[1] != '/' && end[1 + strspn(end + 1, "rwm")])
		parse_bad(p, "%s=: access is made of r, w and m: \"%s\"", key, value);
	else if (path[0] != '/' || strlen(value) > 255)
		parse_bad(p, "%s= wants /SOURCE[:/TARGET[:rwm]], not \"%s\"", key, value);
	else
		hold_add(p, field, value);
}

void value_caps(struct parse *p, void *field, const char *key, const char *value)
{
	char word[64];
	uint64_t mask;
	int rc;

	if (!*value)
		*(uint64_t *)field = 0;
	while ((rc = words_next(&value, word, sizeof(word))) > 0) {
		if (ctr_cap_by_name(word, &mask))
			parse_bad(p, "%s= is no capability: \"%s\"", key, word);
		else
			*(uint64_t *)field |= mask;
	}
	if (rc < 0)
		parse_bad(p, "%s= is no capability: \"%s\"", key, value);
}

/* podman's other forms speak of the user who is logged in: there is none on a device. */
void value_userns(struct parse *p, void *field, const char *key, const char *value)
{
	uint64_t n = strcmp(value, "host") ? 65536 : 0;

	if (n && strcmp(value, "auto") &&
	    (!str_starts(value, "auto:size=") ||
	     num_u64(value + 10, strlen(value + 10), 65536, &n) || !n))
		parse_bad(p, "%s= is one of host, auto, auto:size=1 to 65536, not \"%s\"", key,
			  value);
	*(uint32_t *)field = (uint32_t)n;
}

void value_seccomp(struct parse *p, void *field, const char *key, const char *value)
{
	enum unit_seccomp *seccomp = field;

	if (!*value || strcmp(value, "default") == 0) {
		*seccomp = UNIT_SECCOMP_DEFAULT;
	} else if (strcmp(value, "hardened") == 0) {
		*seccomp = UNIT_SECCOMP_HARDENED;
	} else if (strcmp(value, "unconfined") == 0) {
		*seccomp = UNIT_SECCOMP_OFF;
	} else if (*value == '/') {
		*seccomp = UNIT_SECCOMP_FILE;
		p->unit->seccomp_file = hold_text(p, value);
	} else {
		parse_bad(p,
			  "%s= is one of default, hardened, unconfined, or an absolute path, not "
			  "\"%s\"",
			  key, value);
	}
}

/* podman: "yes" hands READY=1 through from the program, "healthy" from its health check. */
void value_notify(struct parse *p, void *field, const char *key, const char *value)
{
	bool *healthy = field;
	bool yes = false;

	*healthy = strcmp(value, "healthy") == 0;
	if (!*healthy && *value && num_bool(value, &yes))
		parse_bad(p, "%s= is yes, no or healthy, not \"%s\"", key, value);
	p->unit->type = *healthy || yes ? UNIT_NOTIFY : UNIT_SIMPLE;
}
