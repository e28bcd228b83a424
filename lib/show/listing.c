#include "show/listing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"

#define PAGE		65536u	/* bytes of text */
#define SETS_MAX	1000u	/* streams that one layout knows of */
#define COLUMNS_MAX	6u
#define HEAD_MAX	12u	/* columns that a name alone may claim */
#define NARROW		6u	/* cut to less, a column tells nothing */

struct set { const struct show_label *v; uint32_t n; };

struct kept {
	struct show_line l;
	uint32_t set;
	bool gap;
};

/* A label that some line has. */
struct name {
	struct str text;
	uint32_t *code;		/* by set: the number of its value there */
	uint32_t values;	/* with "", where it is absent */
	unsigned need;		/* columns of the widest */
};

struct column {
	struct str name;
	unsigned width;		/* 0: there is no room for it */
};

struct show_listing {
	const struct show *sh;
	bool common;
	struct arena page;	/* lines; below: what outlives a page */
	struct kept *line;
	uint32_t lines, cap;
	size_t bytes;
	struct map sets;	/* by their labels */
	struct set set[SETS_MAX];
	uint32_t laid;		/* of sets, in the layout */
	struct column col[COLUMNS_MAX];
	uint32_t cols;
	const struct set *last;	/* of the line above; NULL: say all */
	struct buf above;	/* what was said last of the layout */
	struct arena stay;
};

struct show_listing *
show_listing_new(const struct show *sh, bool common)
{
	struct show_listing *li = xcalloc(1, sizeof *li);

	li->sh = sh;
	li->common = common;
	return li;
}

void
show_listing_free(struct show_listing *li)
{
	if (!li)
		return;
	arena_free(&li->page);
	arena_free(&li->stay);
	map_free(&li->sets);
	buf_free(&li->above);
	free(li->line);
	free(li);
}

bool
show_listing_full(const struct show_listing *li)
{
	return li->bytes > PAGE || li->sets.n == SETS_MAX;
}

/* ---- lines --------------------------------------------------------------- */

static struct str
value_in(const struct set *s, struct str name)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i].name, name))
			return s->v[i].value;
	return S("");
}

static uint32_t
set_of(struct show_listing *li, const struct show_line *l)
{
	struct show_label *v;
	struct buf key = { 0 };
	uint32_t no;
	bool fresh;

	for (uint32_t i = 0; i < l->nlabels; i++) {
		buf_varint(&key, l->labels[i].name.n);
		buf_adds(&key, l->labels[i].name);
		buf_varint(&key, l->labels[i].value.n);
		buf_adds(&key, l->labels[i].value);
	}
	no = map_add(&li->sets, buf_str(&key), &fresh);
	buf_free(&key);
	if (!fresh)
		return no;
	v = arena_new(&li->stay, struct show_label, l->nlabels + 1);
	for (uint32_t i = 0; i < l->nlabels; i++)
		v[i] = (struct show_label){
			arena_str(&li->stay, l->labels[i].name),
			arena_str(&li->stay, l->labels[i].value) };
	li->set[no] = (struct set){ v, l->nlabels };
	return no;
}

void
show_listing_add(struct show_listing *li, const struct show_line *l, bool gap)
{
	struct kept *k;

	assert(li->sets.n < SETS_MAX);
	if (li->lines == li->cap) {
		li->cap = li->cap * 2 + 128;
		li->line = xrealloc(li->line, li->cap, sizeof *li->line);
	}
	k = &li->line[li->lines++];
	*k = (struct kept){ { .time = l->time, .severity = l->severity,
		.line = arena_str(&li->page, l->line), .near = l->near },
		set_of(li, l), gap };
	li->bytes += l->line.n;
}

/* ---- which labels have a column ------------------------------------------ */

static void
add_name(struct show_listing *li, struct name *n, struct str text,
    struct arena *a)
{
	struct map values = { 0 };
	bool fresh;

	*n = (struct name){ .text = text, .code = arena_new(a, uint32_t,
		li->sets.n), .need = show_width(text) };
	n->need = n->need < HEAD_MAX ? n->need : HEAD_MAX;
	for (uint32_t s = 0; s < li->sets.n; s++) {
		struct str v = value_in(&li->set[s], text);
		unsigned cols = show_width(v);

		n->code[s] = map_add(&values, v, &fresh);
		n->need = cols > n->need ? cols : n->need;
	}
	n->values = values.n;
	map_free(&values);
}

/* The labels of all sets. */
static uint32_t
names(struct show_listing *li, struct name **out, struct arena *a)
{
	struct map seen = { 0 };
	bool fresh;

	for (uint32_t s = 0; s < li->sets.n; s++)
		for (uint32_t i = 0; i < li->set[s].n; i++)
			map_add(&seen, li->set[s].v[i].name, &fresh);
	*out = arena_new(a, struct name, seen.n + 1);
	for (uint32_t k = 0; k < seen.n; k++)
		add_name(li, &(*out)[k], arena_str(a, seen.key[k]), a);
	uint32_t n = seen.n;

	map_free(&seen);
	return n;
}

/* How many groups of sets there are when each is split by a label, too. */
static uint32_t
split(const struct name *n, const uint32_t *group, uint32_t sets,
    uint32_t *out)
{
	struct map m = { 0 };
	bool fresh;

	for (uint32_t s = 0; s < sets; s++) {
		uint32_t key[2] = { group[s], n->code[s] };
		uint32_t no = map_add(&m, str_mk((const char *)key,
		    sizeof key), &fresh);

		if (out)
			out[s] = no;
	}
	uint32_t groups = m.n;

	map_free(&m);
	return groups;
}

static bool
has_column(const struct show_listing *li, struct str name)
{
	for (uint32_t i = 0; i < li->cols; i++)
		if (str_eq(li->col[i].name, name))
			return true;
	return false;
}

static uint32_t
add_column(struct show_listing *li, const struct name *n, uint32_t *group)
{
	li->col[li->cols++] = (struct column){ arena_str(&li->stay, n->text),
		0 };
	return split(n, group, li->sets.n, group);
}

/* The last column becomes the first. */
static void
to_front(struct show_listing *li)
{
	struct column last = li->col[li->cols - 1];

	memmove(&li->col[1], &li->col[0], (li->cols - 1) *
	    sizeof *li->col);
	li->col[0] = last;
}

/* The label that parts the groups best; of such the narrowest. */
static const struct name *
best(const struct show_listing *li, const struct name *n, uint32_t nnames,
    const uint32_t *group, uint32_t groups)
{
	const struct name *found = NULL;

	for (uint32_t k = 0; k < nnames; k++) {
		uint32_t g = n[k].values > 1 && !has_column(li, n[k].text) ?
		    split(&n[k], group, li->sets.n, NULL) : 0;

		if (g > groups || (g == groups && found &&
		    n[k].need < found->need)) {
			found = &n[k];
			groups = g;
		}
	}
	return found;
}

static const struct name *
named(const struct name *n, uint32_t nnames, struct str text)
{
	for (uint32_t k = 0; k < nnames; k++)
		if (str_eq(n[k].text, text))
			return &n[k];
	return NULL;
}

/* The service's first, those that were there, and as many as it takes. */
static void
choose(struct show_listing *li, const struct name *n, uint32_t nnames,
    struct arena *a)
{
	uint32_t *group = arena_zero(a, uint32_t, li->sets.n), groups = 1;
	const struct name *service = named(n, nnames, S("service_name"));
	const struct name *next;

	for (uint32_t i = 0; i < li->cols; i++)
		groups = split(named(n, nnames, li->col[i].name), group,
		    li->sets.n, group);
	if (service && service->values > 1 && li->cols < COLUMNS_MAX &&
	    !has_column(li, service->text)) {
		groups = add_column(li, service, group);
		to_front(li);
	}
	while (groups < li->sets.n && li->cols < COLUMNS_MAX &&
	    (next = best(li, n, nnames, group, groups)))
		groups = add_column(li, next, group);
}

/* One that cannot have two thirds of its width is left out, but the first. */
static void
fit(struct show_listing *li, const struct name *n, uint32_t nnames)
{
	unsigned left = li->sh->width / 4;

	for (uint32_t i = 0; i < li->cols; i++) {
		struct column *c = &li->col[i];
		unsigned need = named(n, nnames, c->name)->need;
		unsigned w = need < left ? need : left;

		c->width = w < need && (w < NARROW || (i > 0 &&
		    w < need * 2 / 3)) ? 0 : w;
		left -= c->width > 0 && w < left ? w + 1 : c->width;
	}
}

/* ---- above the lines ----------------------------------------------------- */

static void
put_common(struct show_listing *li, const struct name *n, uint32_t nnames,
    struct buf *b, struct arena *a)
{
	struct show_label *v = arena_new(a, struct show_label, nnames + 1);
	struct buf text = { 0 };
	uint32_t k = 0;

	for (uint32_t i = 0; i < nnames; i++)
		if (n[i].values == 1)
			v[k++] = (struct show_label){ n[i].text,
				value_in(&li->set[0], n[i].text) };
	if (k > 0) {
		show_labels(&text, v, k);
		show_on(li->sh, b, SHOW_DIM);
		buf_adds(b, S("common labels "));
		show_text(b, buf_str(&text));
		show_off(li->sh, b);
		buf_u8(b, '\n');
	}
	buf_free(&text);
}

static void
put_heads(struct show_listing *li, struct buf *b)
{
	unsigned cols = 0, before = show_line_before(li->sh);

	for (uint32_t i = 0; i < li->cols; i++)
		cols += li->col[i].width > 0 ? li->col[i].width + 1 : 0;
	if (cols == 0 || before + cols + strlen("LINE") > li->sh->width)
		return;
	show_on(li->sh, b, SHOW_BOLD);
	show_fit(b, S("TIME"), before - 6, true);
	buf_adds(b, S("LEVEL "));
	for (uint32_t i = 0; i < li->cols; i++) {
		if (li->col[i].width == 0)
			continue;
		show_fit(b, li->col[i].name, li->col[i].width, true);
		buf_u8(b, ' ');
	}
	buf_adds(b, S("LINE"));
	show_off(li->sh, b);
	buf_u8(b, '\n');
}

/* What is the same as above the page before is not said again. */
static void
lay_out(struct show_listing *li, struct buf *b)
{
	struct arena a = { 0 };
	struct buf above = { 0 };
	struct name *n;
	uint32_t nnames = names(li, &n, &a);

	choose(li, n, nnames, &a);
	fit(li, n, nnames);
	if (li->common)
		put_common(li, n, nnames, &above, &a);
	put_heads(li, &above);
	if (!str_eq(buf_str(&above), buf_str(&li->above))) {
		buf_adds(b, buf_str(&above));
		li->last = NULL;
	}
	buf_free(&li->above);
	li->above = above;
	li->laid = li->sets.n;
	arena_free(&a);
}

/* Too many streams: what comes is laid out without them. */
static void
start_over(struct show_listing *li)
{
	map_reset(&li->sets);
	arena_reset(&li->stay);
	li->cols = li->laid = 0;
	li->last = NULL;
}

/* ---- the lines ----------------------------------------------------------- */

static void
put_cell(const struct show_listing *li, const struct column *c,
    const struct set *s, bool near, struct buf *b)
{
	struct str v = value_in(s, c->name);
	bool service = str_eq(c->name, S("service_name"));

	if (li->last && str_eq(v, value_in(li->last, c->name)))
		v = S("");
	show_on(li->sh, b, near || !service ? SHOW_DIM : show_style_of(v));
	show_fit(b, v, c->width, true);
	show_off(li->sh, b);
	buf_u8(b, ' ');
}

static void
put_line(struct show_listing *li, const struct kept *k, struct buf *b)
{
	const struct set *s = &li->set[k->set];

	if (k->gap) {
		show_gap(li->sh, b);
		li->last = NULL;
	}
	show_line_front(li->sh, b, &k->l);
	for (uint32_t i = 0; i < li->cols; i++)
		if (li->col[i].width > 0)
			put_cell(li, &li->col[i], s, k->l.near, b);
	show_line_end(li->sh, b, &k->l);
	li->last = s;
}

void
show_listing_put(struct show_listing *li, struct buf *b)
{
	if (li->sets.n > li->laid)
		lay_out(li, b);
	for (uint32_t i = 0; i < li->lines; i++)
		put_line(li, &li->line[i], b);
	li->lines = 0;
	li->bytes = 0;
	arena_reset(&li->page);
	if (li->sets.n == SETS_MAX)
		start_over(li);
}
