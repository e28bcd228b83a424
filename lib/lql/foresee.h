/*
 * foresee: which label filters behind a parser the scan can decide itself.
 *
 * Those right behind a query's first parser, json, logfmt or a pattern, before
 * anything that makes, takes or renames labels. logql.md 6.
 */
#ifndef LQL_FORESEE_H
#define LQL_FORESEE_H

#include "lql/parse.h"

/* How many; the filters are in the arena, and use the query's steps. */
size_t foresee(const struct lql_log *, struct arena *,
    struct log_parse_filter **);

/*
 * What a parser makes of some labels in the lines of a template: the `find` of
 * a struct log_parse_filter, whose arg begins with this. `whole`: of lines in
 * which the parser meets an error it is told only where that comes before all
 * else: the value behind those of the names is not empty then; and behind that
 * is the line, if `text`.
 */
struct foresight {
	const struct lql_step *parser;	/* NULL, if `whole`: no label is made */
	const struct str *name;
	uint32_t n;
	bool whole, text;
};

bool foresee_find(void *, struct str line, const uint8_t *kind,
    struct log_slice *);
/* Whether only the text can give a line a label of this name. */
bool foresee_can(struct str name);
/* Whether it is a parser that this works with. */
bool foresee_parser(const struct lql_step *);

#endif
