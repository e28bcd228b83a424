#include "lql/fields.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/tool.h"
#include "lql/far.h"
#include "lql/own.h"
#include "lql/pipe.h"

enum { IS_INT = 1, IS_FLOAT = 2, IS_BOOL = 4, IS_DURATION = 8, IS_BYTES = 16 };
enum { BY_JSON = 1, BY_LOGFMT = 2, BY_QUERY = 4 };

struct found {
	struct str name;
	struct map values;
	uint64_t lines;
	unsigned is;		/* what all values are */
	unsigned by;
};

struct fields {
	struct map names;
	struct found *v;
	uint32_t cap;
	struct arena scratch;
};

static unsigned
types_of(struct str v)
{
	uint64_t u;
	int64_t i;
	double d;

	return (num_i64(v, &i) ? IS_INT : 0) | (num_f64(v, &d) ? IS_FLOAT : 0) |
	    (str_eq(v, S("true")) || str_eq(v, S("false")) ? IS_BOOL : 0) |
	    (num_go_duration(v, &i) ? IS_DURATION : 0) |
	    (num_size(v, &u) ? IS_BYTES : 0);
}

static const char *
type_name(unsigned is)
{
	static const char *const names[] = { "int", "float", "boolean",
		"duration", "bytes" };

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (is >> i & 1)
			return names[i];
	return "string";
}

static const char *
parser_name(unsigned by)
{
	static const char *const names[] = { "", "json", "logfmt",
		"json, logfmt", "query" };

	return names[by & BY_QUERY ? BY_QUERY : by];
}

static void
see(struct fields *f, const struct log_pair *p, uint32_t n, unsigned by)
{
	for (uint32_t i = 0; i < n; i++) {
		bool fresh;
		uint32_t k;

		if (str_starts(p[i].name, S("__")))	/* of errors */
			continue;
		k = map_add(&f->names, p[i].name, &fresh);
		if (fresh && k >= f->cap) {
			f->cap = f->cap * 2 + 64;
			f->v = xrealloc(f->v, f->cap, sizeof *f->v);
		}
		if (fresh)
			f->v[k] = (struct found){ .is = ~0u };
		map_add(&f->v[k].values, p[i].value, NULL);
		f->v[k].is &= types_of(p[i].value);
		f->v[k].lines++;
		f->v[k].by |= by;
	}
}

static bool
is_object(const struct log_line *l)
{
	return str_starts(l->line, S("{"));
}

uint32_t
fields_find(const struct log_line *l, struct arena *a, struct log_pair **v)
{
	static const struct lql_step json = { .type = LQL_S_JSON },
	    logfmt = { .type = LQL_S_LOGFMT };
	struct lql_entry en;

	lql_enter(&en, l, a);
	if (!(is_object(l) ? pipe_json(&json, &en) : pipe_logfmt(&logfmt,
	    &en)))
		return 0;
	return entry_labels(&en, LQL_PARSED, v);
}

static int
on_line(void *arg, const struct lql_line *l, struct err *e)
{
	struct fields *f = arg;
	const struct log_pair *meta;
	struct log_pair *v;
	uint32_t n;

	if (tool_stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	arena_reset(&f->scratch);
	meta = own_put(&l->l, &f->scratch, &n);
	see(f, meta, n, 0);
	if (l->nparsed > 0)
		see(f, l->parsed, l->nparsed, BY_QUERY);
	else if ((n = fields_find(&l->l, &f->scratch, &v)) > 0)
		see(f, v, n, is_object(&l->l) ? BY_JSON : BY_LOGFMT);
	return 0;
}

static int
by_name(const void *va, const void *vb)
{
	return str_cmp(((const struct found *)va)->name,
	    ((const struct found *)vb)->name);
}

static void
put(struct fields *f, struct arena *a, struct show_table *tb)
{
	static const char *const head[] = { "FIELD", "TYPE", "VALUES", "LINES",
		"PARSER" };

	*tb = (struct show_table){ .cols = 5, .head = head, .right = 12 };
	for (uint32_t k = 0; k < f->names.n; k++)
		f->v[k].name = f->names.key[k];
	if (f->names.n > 1)
		qsort(f->v, f->names.n, sizeof *f->v, by_name);
	for (uint32_t k = 0; k < f->names.n; k++) {
		const struct found *x = &f->v[k];

		show_cell(tb, x->name, SHOW_BOLD);
		show_cell(tb, str_of(type_name(x->is)), SHOW_PLAIN);
		show_cell(tb, arena_printf(a, "%u", x->values.n), SHOW_PLAIN);
		show_cell(tb, arena_printf(a, "%llu",
		    (unsigned long long)x->lines), SHOW_PLAIN);
		show_cell(tb, str_of(parser_name(x->by)), SHOW_DIM);
	}
}

int
fields_put(const struct lql_ask *ask, struct store_view *view,
    const struct lql_log *q, struct arena *a, struct show_table *tb,
    struct err *e)
{
	struct lql_opts o = ask->o;
	struct fields f = { 0 };
	int r;

	o.limit = FIELDS_LINES;
	o.forward = false;
	r = lql_find(ask, view, q, &o, on_line, &f, e);
	if (r == 0)
		put(&f, a, tb);
	for (uint32_t k = 0; k < f.names.n; k++)
		map_free(&f.v[k].values);
	free(f.v);
	map_free(&f.names);
	arena_free(&f.scratch);
	return r;
}
