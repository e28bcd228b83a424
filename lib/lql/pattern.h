/* pattern: literals and <captures>. logql.md 5 (|>), 6.6. */
#ifndef LQL_PATTERN_H
#define LQL_PATTERN_H

#include "base/arena.h"
#include "base/err.h"

struct lql_pattern_part {
	struct str text;	/* a literal, or a capture's name */
	bool capture, named;
};

struct lql_pattern {
	struct lql_pattern_part *part;
	size_t n;
};

/* line: as |> has it, without names; else at least one, each once. */
int lql_pattern_parse(struct lql_pattern *, struct str, bool line,
    struct arena *, struct err *);
/* Whether it covers the whole line. */
bool lql_pattern_test(const struct lql_pattern *, struct str line);
/* Calls fn for each named capture there is; false when fn says so. */
bool lql_pattern_match(const struct lql_pattern *, struct str line,
    bool (*fn)(void *arg, struct str name, struct str value), void *arg);

/*
 * Whether literals are in a line only where its template has them: they have no
 * digits, and end where words do, so that none meets a value (log/split.h).
 */
bool lql_pattern_fixed(const struct lql_pattern *);
/*
 * What a capture is in the lines of a template, of which this is one: 1 and the
 * slice of it; 0: in none. Of patterns that are fixed.
 */
int lql_pattern_seek(const struct lql_pattern *, struct str line,
    struct str name, struct str *value);

#endif
