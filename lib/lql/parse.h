/*
 * parse: LogQL to a syntax tree. logql.md section 3.
 *
 * All of the language; what is refused is refused with a caret.
 */
#ifndef LQL_PARSE_H
#define LQL_PARSE_H

#include "base/re.h"
#include "log/scan.h"
#include "lql/ip.h"
#include "lql/lex.h"

#define LQL_DEPTH_MAX	100u	/* of nested parentheses */

enum lql_filter_type { LQL_F_AND, LQL_F_OR, LQL_F_TEXT, LQL_F_NUMBER,
	LQL_F_DURATION, LQL_F_BYTES, LQL_F_IP };

/* A label filter: a tree of comparisons. */
struct lql_filter {
	enum lql_filter_type type;
	struct lql_filter *left, *right;	/* AND, OR */
	struct str name;			/* of the label */
	uint32_t slot;				/* of the name in its stage */
	enum lql_token op;
	struct str value;			/* TEXT, IP: as written */
	struct re *re;
	double number;				/* NUMBER, BYTES */
	int64_t duration;
	struct lql_ip ip;			/* IP */
};

/* A label filter stage: what names it asks for, and the filter. */
struct lql_stage {
	struct lql_filter *filter;
	struct str *names;
	uint32_t n;
	bool typed;	/* compares numbers: may set __error__ */
};

/* What is selected, and what is done with each line. */
struct lql_log {
	struct log_matcher *match;
	size_t nmatch;
	struct lql_step *step;		/* in order: lql/step.h */
	size_t nsteps;
	struct str only;		/* a stage that is printed before them */
};

struct lql_metric;

struct lql_query {
	struct lql_log log;		/* this, or */
	struct lql_metric *metric;	/* this: lql/metric.h */
	struct arena *mem;
	struct re **regexes;		/* to free */
	size_t nregexes;
	struct tmpl **templates;	/* to free */
	size_t ntemplates;
};

/* Compiles everything; the arena holds it. 0, or -1 with a caret. */
int lql_parse(struct lql_query *, struct str text, struct arena *,
    struct err *);
void lql_query_free(struct lql_query *);	/* expressions, templates */

#endif
