/*
 * funcs: the functions of LogQL's templates, beside those each template has.
 * logql.md 8.1. Templates run with a struct lql_scene for environment.
 */
#ifndef LQL_FUNCS_H
#define LQL_FUNCS_H

#include "lql/entry.h"
#include "text/tmpl.h"

struct lql_scene {
	const struct lql_entry *en;	/* labels, line and time are of this */
};

extern const struct tmpl_func lql_text_funcs[], lql_number_funcs[],
    lql_time_funcs[], lql_coding_funcs[], lql_json_funcs[];
/* All of these, as tmpl_parse takes them. */
extern const struct tmpl_func *const lql_funcs[];

/* The labels of an entry, for templates. */
extern const struct tmpl_data lql_template_data;

#endif
