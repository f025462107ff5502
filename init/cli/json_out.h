/* SPDX-License-Identifier: ISC */
/*
 * Writes one flat JSON object, a line, with every string escaped (RFC 8259); bytes that are no
 * UTF-8 become \ufffd.
 */
#ifndef PINTLE_INIT_CLI_JSON_OUT_H
#define PINTLE_INIT_CLI_JSON_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "init/cli/cli.h"

struct json_out {
	struct sink *out;
	bool more;
};

/* {"system":{…},"units":[{…},…],"log":[…]}: opens and closes the parts as rows come. */
struct json_doc {
	struct sink *out;
	const char *list;	/* the list that is open, NULL = none */
	bool any;		/* something stands in the document */
};

/* Opens a document on out. */
void json_doc_start(struct json_doc *d, struct sink *out);
/*
 * The next object is a member of the list, or (list false) the value of the name. Its rows follow
 * by json_out_start().
 */
void json_doc_next(struct json_doc *d, const char *name, bool list);
/* Closes what is open, and the document with a newline. */
void json_doc_end(struct json_doc *d);

/* Opens an object on out. */
void json_out_start(struct json_out *j, struct sink *out);
/* The members; name is a literal that needs no escape. A text that is NUL-terminated. */
void json_out_text(struct json_out *j, const char *name, const char *text);
/* n bytes that may be anything. */
void json_out_bytes(struct json_out *j, const char *name, const char *bytes, size_t n);
/* A whole number; above 2^53 some readers round it. */
void json_out_number(struct json_out *j, const char *name, uint64_t v);
/* true or false. */
void json_out_bool(struct json_out *j, const char *name, bool v);
/* null: there is no such value. */
void json_out_null(struct json_out *j, const char *name);
/* Closes the object. */
void json_out_end(struct json_out *j);

#endif
