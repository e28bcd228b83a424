/* Attributes to columns, and their loading. */
#include "tql/part.h"

void
part_init(struct part *p, struct stripe *s, const struct tql_query *q,
    struct arena *mem)
{
	uint32_t n = stripe_ncols(s);

	*p = (struct part){ .s = s, .q = q, .mem = mem };
	for (unsigned t = 0; t < TR_TABLES; t++)
		p->rows[t] = stripe_rows(s, t);
	p->words = BITS_WORDS(p->rows[TR_SPAN]);
	p->cols = arena_zero(mem, struct part_col, n);
	for (uint32_t i = 0; i < n; i++)
		p->cols[i].no = (int)i;
	p->bind = arena_zero(mem, struct bind, (size_t)q->nattr + 1);
}

uint64_t *
part_bits(struct part *p, unsigned table)
{
	return arena_zero(p->mem, uint64_t, BITS_WORDS(p->rows[table]) + 1);
}

bool
part_any(const uint64_t *bits, size_t words)
{
	for (size_t i = 0; i < words; i++)
		if (bits[i])
			return true;
	return false;
}

uint32_t *
part_listed(struct part *p, const uint64_t *bits, uint32_t rows, uint32_t n)
{
	uint32_t *row = arena_new(p->mem, uint32_t, n), at = 0;

	for (size_t k = 0; k < BITS_WORDS(rows); k++)
		for (uint64_t w = bits[k]; w; w &= w - 1)
			row[at++] = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
	return row;
}

/* The pages that hold selected rows. */
uint64_t *
part_pages(struct part *p, uint32_t rows, const uint64_t *sel)
{
	uint32_t pages = pages_of(rows);
	uint64_t *out = arena_zero(p->mem, uint64_t, BITS_WORDS(pages) + 1);
	size_t words = BITS_WORDS(rows);

	for (uint32_t k = 0; k < pages; k++) {
		size_t from = (size_t)k * (PAGE_ROWS / 64);
		size_t n = words - from < PAGE_ROWS / 64 ? words - from :
		    PAGE_ROWS / 64;

		if (!sel || part_any(sel + from, n))
			bit_set(out, k);
	}
	return out;
}

static bool
all_pages(const uint64_t *pages, uint32_t rows)
{
	for (uint32_t k = 0; k < pages_of(rows); k++)
		if (!bit_get(pages, k))
			return false;
	return true;
}

/* The table whose rows the column's numbers are; TR_TABLES: none. */
static unsigned
refers_to(const struct stripe_col *c)
{
	if (c->type != VEC_INT)
		return TR_TABLES;
	if (c->table == TR_SPAN)
		return str_eq(c->name, S("res")) ? TR_RES :
		    str_eq(c->name, S("scope")) ? TR_SCOPE : TR_TABLES;
	return (c->table == TR_EVENT || c->table == TR_LINK) &&
	    str_eq(c->name, S("span")) ? TR_SPAN : TR_TABLES;
}

/* Refuses what was just loaded of such a column when it leads elsewhere. */
static int
check_refs(const struct part *p, int no, const struct vec *v, struct err *e)
{
	unsigned table = refers_to(stripe_col(p->s, (uint32_t)no));
	uint64_t limit, bad = 0;

	if (table == TR_TABLES)
		return 0;
	limit = p->rows[table] > 0 ? p->rows[table] : 1;
	for (uint32_t k = 0; k < v->rows; k++)
		bad |= ~((uint64_t)v->i[k] - limit) | (uint64_t)v->i[k];
	if (bad >> 63 == 0)
		return 0;
	err_set(e, ERR_CORRUPT, "a row that is not there");
	return stripe_where(p->s, (uint32_t)no, e);
}

/*
 * Loads what is missing of the wanted pages. Pages once loaded stay so: a
 * later load takes them along, for the vec is one.
 */
int
part_load(struct part *p, struct part_col *c, const uint64_t *sel,
    const uint64_t *pages, struct err *e)
{
	if (c->no == -1 || (c->loaded && c->all))
		return 0;
	const struct stripe_col *info = stripe_col(p->s, (uint32_t)c->no);
	uint32_t rows = info->rows;
	size_t words = BITS_WORDS(pages_of(rows));
	bool all = !sel && !pages, more = !c->loaded;

	if (all) {
		c->all = c->loaded = true;
		return stripe_load(p->s, (uint32_t)c->no, NULL, p->mem,
		    &c->vec, e) == -1 ? -1 : check_refs(p, c->no, &c->vec, e);
	}
	if (!pages)
		pages = part_pages(p, rows, sel);
	if (!c->pages)
		c->pages = arena_zero(p->mem, uint64_t, words + 1);
	for (size_t i = 0; i < words; i++) {
		if (pages[i] & ~c->pages[i])
			more = true;
		c->pages[i] |= pages[i];
	}
	if (!more)
		return 0;
	c->loaded = true;
	/* all of them: nothing to be left zero */
	c->all = all_pages(c->pages, rows);
	return stripe_load(p->s, (uint32_t)c->no, c->all ? NULL : c->pages,
	    p->mem, &c->vec, e) == -1 ? -1 : check_refs(p, c->no, &c->vec, e);
}

struct part_col *
part_find(struct part *p, unsigned table, struct str name, enum vec_type type)
{
	int no = stripe_find(p->s, table, name, type);

	return no == -1 ? NULL : &p->cols[no];
}

int
part_ints(struct part *p, unsigned table, struct str name,
    const uint64_t *sel, const int64_t **out, struct err *e)
{
	struct part_col *c = part_find(p, table, name, VEC_INT);

	if (!c) {
		*out = arena_zero(p->mem, int64_t, p->rows[table]);
		return 0;
	}
	if (part_load(p, c, sel, NULL, e) == -1)
		return -1;
	*out = c->vec.i;
	return 0;
}

int
part_traces(struct part *p, struct err *e)
{
	const int64_t *first, *spans;
	int64_t at = 0;

	if (p->first)
		return 0;
	if (part_ints(p, TR_TRACE, S("first"), NULL, &first, e) == -1 ||
	    part_ints(p, TR_TRACE, S("spans"), NULL, &spans, e) == -1)
		return -1;
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++) {
		if (first[t] != at || spans[t] <= 0 ||
		    spans[t] > p->rows[TR_SPAN] - at)
			break;
		at += spans[t];
	}
	if (at != p->rows[TR_SPAN]) {
		int no = stripe_find(p->s, TR_TRACE, S("first"), VEC_INT);

		err_set(e, ERR_CORRUPT, "traces do not follow each other");
		return no == -1 ? -1 : stripe_where(p->s, (uint32_t)no, e);
	}
	p->first = first;
	p->spans = spans;
	return 0;
}

struct part_col *
part_made_col(struct part *p, const struct vec *v)
{
	struct part_col *c = arena_zero(p->mem, struct part_col, 1);

	*c = (struct part_col){ .no = -1, .loaded = true, .all = true,
	    .vec = *v };
	return c;
}

/* A column that no row has: all zero or "". */
static struct part_col *
zeros(struct part *p, uint32_t rows, enum vec_type type)
{
	struct vec v = { .type = type, .rows = rows };

	if (type == VEC_STR) {
		struct str *empty = arena_new(p->mem, struct str, 1);

		*empty = S("");
		v.dict = empty;
		v.ndict = 1;
		v.code = arena_zero(p->mem, uint32_t, v.rows);
	} else if (type == VEC_INT) {
		v.i = arena_zero(p->mem, int64_t, v.rows);
	} else {
		v.fix = arena_get0(p->mem, v.rows, 16);
	}
	return part_made_col(p, &v);
}

/* Whether a load before has brought all these rows. */
static bool
has_rows(const struct part_col *c, const uint32_t *row, uint32_t n)
{
	if (!c->loaded || c->all)
		return c->loaded;
	for (uint32_t k = 0; k < n; k++)
		if (!bit_get(c->pages, row[k] / PAGE_ROWS))
			return false;
	return true;
}

int
part_pick_col(struct part *p, struct part_col *c, const uint32_t *row,
    uint32_t n, struct vec *v, struct err *e)
{
	if (has_rows(c, row, n)) {
		vec_pick(&c->vec, row, n, p->mem, v);
		return 0;
	}
	return stripe_pick(p->s, (uint32_t)c->no, row, n, p->mem, v, e) == -1 ?
	    -1 : check_refs(p, c->no, v, e);
}

int
part_pick(struct part *p, unsigned table, struct str name, enum vec_type type,
    const uint32_t *row, uint32_t n, struct vec *v, struct err *e)
{
	struct part_col *c = part_find(p, table, name, type);

	if (c)
		return part_pick_col(p, c, row, n, v, e);
	*v = zeros(p, n, type)->vec;
	return 0;
}

/* Intrinsics that stand in a column of their own. */
static const struct { enum tql_intrinsic in; unsigned table;
	struct str name; enum vec_type type; bool always; } plain[] = {
	{ IN_DURATION, TR_SPAN, S("duration"), VEC_INT, true },
	{ IN_NAME, TR_SPAN, S("name"), VEC_STR, true },
	{ IN_STATUS, TR_SPAN, S("status"), VEC_INT, true },
	{ IN_KIND, TR_SPAN, S("kind"), VEC_INT, true },
	{ IN_MESSAGE, TR_SPAN, S("message"), VEC_STR, true },
	{ IN_SPAN_ID, TR_SPAN, S("id"), VEC_FIX8, true },
	{ IN_TRACE_ID, TR_TRACE, S("id"), VEC_FIX16, true },
	{ IN_EVENT_NAME, TR_EVENT, S("name"), VEC_STR, true },
	{ IN_EVENT_TIME, TR_EVENT, S("time"), VEC_INT, true },
	{ IN_LINK_TRACE, TR_LINK, S("trace_id"), VEC_FIX16, false },
	{ IN_LINK_SPAN, TR_LINK, S("id"), VEC_FIX8, false },
	{ IN_INSTR_NAME, TR_SCOPE, S("name"), VEC_STR, true },
	{ IN_INSTR_VERSION, TR_SCOPE, S("version"), VEC_STR, true },
};

bool
part_plain_col(enum tql_intrinsic in, unsigned *table, struct str *name)
{
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (plain[i].in == in) {
			*table = plain[i].table;
			*name = plain[i].name;
			return true;
		}
	return false;
}

static int
bind_intrinsic(struct part *p, const struct tql_attr *a, struct bind *b,
    struct err *e)
{
	struct group *g = &b->group[0];
	struct source *src = &g->src[0];
	struct vec v;

	b->n = g->n = 1;
	src->as = tql_attr_type(a);
	src->trim = a->in == IN_TRACE_ID;
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (plain[i].in == a->in) {
			g->table = plain[i].table;
			src->always = plain[i].always;
			src->col = part_find(p, g->table, plain[i].name,
			    plain[i].type);
			if (!src->col && src->always)
				src->col = zeros(p, p->rows[g->table],
				    plain[i].type);
			else if (!src->col)
				g->n = 0;
			return 0;
		}
	g->table = a->in == IN_ROOT_NAME || a->in == IN_ROOT_SERVICE ||
	    a->in == IN_TRACE_DURATION ? TR_TRACE : TR_SPAN;
	src->always = true;
	if (part_made(p, a->in, &v, e) == -1)
		return -1;
	src->col = part_made_col(p, &v);
	return 0;
}

static void
bind_scope(struct part *p, struct str key, enum tql_scope scope,
    struct group *g)
{
	static const struct { unsigned table; struct str prefix; } where[] = {
		[SCOPE_SPAN] = { TR_SPAN, S("s.") },
		[SCOPE_RES] = { TR_RES, S("r.") },
		[SCOPE_EVENT] = { TR_EVENT, S("e.") },
		[SCOPE_LINK] = { TR_LINK, S("l.") },
		[SCOPE_INSTR] = { TR_SCOPE, S("i.") },
	};
	static const struct { enum vec_type type; enum tql_type as; } types[] =
	{
		{ VEC_STR, TQL_STR }, { VEC_INT, TQL_INT },
		{ VEC_F64, TQL_FLOAT }, { VEC_BOOL, TQL_BOOL },
		{ VEC_ANY, TQL_UNKNOWN },
	};
	struct str name = arena_printf(p->mem, "%.*s%.*s",
	    PS(where[scope].prefix), PS(key));
	struct part_col *c;

	g->table = where[scope].table;
	g->n = 0;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if ((c = part_find(p, g->table, name, types[i].type)))
			g->src[g->n++] = (struct source){ .col = c,
			    .as = types[i].as };
	if ((c = part_find(p, g->table, S("x"), VEC_ANY)))
		g->src[g->n++] = (struct source){ .col = c, .map = true };
}

/* Notes how many texts the stripe has of it, for whoever finds none. */
static void
note_words(struct part *p, const struct tql_attr *a, const struct source *src)
{
	const struct stripe_col *c;
	uint32_t n = 1, old, *words;

	if (a->no >= p->q->nattr || src->map)
		return;
	c = stripe_col(p->s, (uint32_t)src->col->no);
	if (c->type == VEC_STR || c->type == VEC_ANY)
		n += c->ndict > 0 ? c->ndict : c->rows - c->nulls;
	words = &p->q->attr[a->no]->words;
	old = __atomic_load_n(words, __ATOMIC_RELAXED);
	while (old < n && !__atomic_compare_exchange_n(words, &old, n, true,
	    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		continue;
}

static void
bind_attr(struct part *p, const struct tql_attr *a, struct bind *b)
{
	if (a->scope != SCOPE_ANY && a->scope != SCOPE_NEAR) {
		b->n = 1;
		bind_scope(p, a->name, a->scope, &b->group[0]);
		return;
	}
	for (enum tql_scope s = SCOPE_SPAN; s < (a->scope == SCOPE_NEAR ?
	    SCOPE_EVENT : SCOPES); s++) {
		bind_scope(p, a->name, s, &b->group[b->n]);
		b->n += b->group[b->n].n > 0;
	}
}

int
part_bind(struct part *p, const struct tql_attr *a, struct bind **out,
    struct err *e)
{
	struct bind *b = &p->bind[a->no];

	*out = b;
	if (b->done)
		return 0;
	b->done = true;
	if (a->in != IN_NONE)
		return bind_intrinsic(p, a, b, e);
	bind_attr(p, a, b);
	for (uint32_t g = 0; g < b->n; g++)
		for (uint32_t i = 0; i < b->group[g].n; i++)
			note_words(p, a, &b->group[g].src[i]);
	return 0;
}

int
part_services(struct part *p, const struct str **out, struct err *e)
{
	const struct str key = S("service.name");
	uint32_t rows = p->rows[TR_RES];
	struct group g;
	struct str *all;

	*out = p->services;
	if (p->services)
		return 0;
	bind_scope(p, key, SCOPE_RES, &g);
	all = arena_new(p->mem, struct str, rows + (size_t)1);
	for (uint32_t r = 0; r <= rows; r++)
		all[r] = S("");
	for (uint32_t i = 0; i < g.n; i++) {
		if (part_load(p, g.src[i].col, NULL, NULL, e) == -1)
			return -1;
		for (uint32_t r = 0; r < rows; r++) {
			struct tql_val v = source_value(p, &g.src[i], key, r);

			if (v.type == TQL_STR)
				all[r] = v.s;
		}
	}
	*out = p->services = all;
	return 0;
}
