/*
 * level: detected_level: how severe a line is, by what says so. logql.md 14.
 *
 * The first of: a field such as `level` in the stream's labels, or in the
 * metadata; the number of the severity; such a field in the line, as JSON or
 * logfmt; a word of the line. Loki asks this when a line arrives and keeps the
 * answer; all it asks for is kept here as well, so it is told when it is asked
 * for.
 */
#ifndef LQL_LEVEL_H
#define LQL_LEVEL_H

#include "base/arena.h"
#include "loki/pairs.h"

#define LEVEL_NAME	S("detected_level")

/* Names of fields, the first that is there wins. */
#define LEVEL_FIELDS	14u
extern const struct str level_field[LEVEL_FIELDS];

/* A line as it came: its own detected_level, if it has one, is in `meta`. */
struct level_line {
	const struct log_pair *stream, *meta;
	uint32_t nstream, nmeta;
	struct str severity_number;	/* n 0: none, or in the metadata */
	struct str line;
};

/* WARNING is warn; a word that is none stays as it is. */
struct str level_normal(struct str);
/* "17" is error; n 0: it is no number. */
struct str level_of_number(struct str);
/* "unknown" when nothing says. */
struct str level_detect(const struct level_line *, struct arena *);

#endif
