/*
 * json: write JSON, streaming, into a buf. One value at a time; commas are put
 * where they belong. Strings: valid UTF-8 as is, controls (C1, too) escaped,
 * broken bytes as U+FFFD. No blanks.
 */
#ifndef SHOW_JSON_H
#define SHOW_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct json {
	struct buf *b;
	bool comma;		/* the next value needs one before it */
};

void json_open(struct json *, char bracket);	/* '{' or '[' */
void json_close(struct json *, char bracket);	/* '}' or ']' */
void json_key(struct json *, struct str);
void json_str(struct json *, struct str);
void json_i64(struct json *, int64_t);
void json_u64_text(struct json *, uint64_t);	/* "123": 64-bit as a string */
void json_i64_text(struct json *, int64_t);
void json_f64(struct json *, double);		/* NaN, Infinity as strings */
void json_bool(struct json *, bool);
void json_null(struct json *);
void json_raw(struct json *, struct str);	/* an encoded value */

/* A quoted string alone, for who writes the rest as text. */
void json_text(struct buf *, struct str);

#endif
