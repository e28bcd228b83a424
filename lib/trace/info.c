/* info: which attributes there are, and where the bytes go, for --info. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/distinct.h"
#include "base/hash.h"
#include "trace/cols.h"
#include "trace/ids.h"
#include "trace/kind.h"

#define MOST_SHOWN	10u
#define IDS_CHUNK	(16 * IDS_UNIT)	/* bytes read at a time */
#define IDS_PASS	(UINT64_C(4) << 20)	/* ids in memory, about */

static const char *const table_names[TR_TABLES] = { "span", "trace",
    "resource", "scope", "event", "link" };

struct sum {
	struct str name;
	bool attr;
	uint64_t bytes, values, different;
	bool exact;
	struct distinct seen;	/* of attributes */
};

struct sums {
	struct map names;
	struct sum *sum;
	uint32_t cap;
	struct buf key;
};

/* "span.http.route" of attributes, as queries name them; else "span id". */
static bool
name_of(struct buf *b, const struct stripe_col *c)
{
	static const char *const scope[TR_TABLES] = { "span", NULL,
	    "resource", "instrumentation", "event", "link" };
	bool attr = c->name.n > 2 && c->name.p[1] == '.' &&
	    c->table < TR_TABLES && scope[c->table];

	buf_reset(b);
	buf_addf(b, "%s%c", attr ? scope[c->table] :
	    c->table < TR_TABLES ? table_names[c->table] : "?",
	    attr ? '.' : ' ');
	buf_adds(b, str_skip(c->name, attr ? 2 : 0));
	return attr;
}

static struct sum *
sum_of(struct sums *s, const struct stripe_col *c)
{
	bool fresh, attr = name_of(&s->key, c);
	uint32_t no = map_add(&s->names, buf_str(&s->key), &fresh);

	if (no >= s->cap) {
		s->cap = s->cap * 2 + 64;
		s->sum = xrealloc(s->sum, s->cap, sizeof *s->sum);
	}
	if (fresh)
		s->sum[no] = (struct sum){ .name = s->names.key[no],
		    .attr = attr };
	return &s->sum[no];
}

/* ---- columns --------------------------------------------------------------- */

static void
add_texts(struct sum *sum, const struct stripe_col *c, const struct str *v,
    uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		distinct_add(&sum->seen, hash_seed(v[i].p, v[i].n, c->type));
}

/* Values of texts from the dictionary when there is one. */
static int
add_values(struct sum *sum, struct stripe *st, uint32_t no, struct arena *mem,
    struct err *e)
{
	const struct stripe_col *c = stripe_col(st, no);
	const struct str *dict;
	struct vec v;
	uint32_t n = 0;

	if ((c->type == VEC_STR || c->type == VEC_ANY) &&
	    stripe_dict(st, no, mem, &dict, &n, e) == -1)
		return -1;
	if (n > 0) {
		add_texts(sum, c, dict, n);
		return 0;
	}
	if (stripe_load(st, no, NULL, mem, &v, e) == -1)
		return -1;
	for (uint32_t r = 0; r < v.rows; r++)
		if (!vec_valid(&v, r))
			continue;
		else if (v.dict)
			add_texts(sum, c, &v.dict[v.code ? v.code[r] : r], 1);
		else
			distinct_add(&sum->seen, hash_seed(c->type == VEC_F64 ?
			    (const void *)&v.f[r] : &v.i[r], 8, c->type));
	return 0;
}

static int
add_block(struct sums *s, struct block *b, struct err *e)
{
	struct arena dir = { 0 }, mem = { 0 };
	int r = 0;

	for (uint32_t no = 0; no < block_stripes(b) && r == 0; no++) {
		struct stripe *st = block_stripe(b, no, &dir, e);

		for (uint32_t i = 0; st && r == 0 && i < stripe_ncols(st);
		    i++) {
			const struct stripe_col *c = stripe_col(st, i);
			struct sum *sum = sum_of(s, c);

			sum->bytes += c->bytes;
			sum->values += c->rows - c->nulls;
			if (sum->attr)
				r = add_values(sum, st, i, &mem, e);
			arena_reset(&mem);
		}
		r = st ? r : -1;
		arena_reset(&dir);
	}
	arena_free(&dir);
	arena_free(&mem);
	return r;
}

/* ---- traces ---------------------------------------------------------------- */

/* Those of a block's ids that this pass is about, of `passes`. */
static int
take_ids(struct block *b, uint64_t pass, uint64_t passes, struct id *ids,
    size_t *n, struct err *e)
{
	uint8_t chunk[IDS_CHUNK];
	uint64_t size, at = 0;
	int r = block_section_size(b, S("ids"), &size);

	for (; r == 1 && at < size; at += sizeof chunk) {
		size_t part = size - at < sizeof chunk ? (size_t)(size - at) :
		    sizeof chunk;

		if (block_read_range(b, S("ids"), at, part, chunk, e) != 1)
			return -1;
		for (size_t k = 0; k + IDS_ENTRY <= part; k += IDS_ENTRY)
			if (hash_bytes(chunk + k, 16) % passes == pass)
				memcpy(ids[(*n)++].b, chunk + k, 16);
	}
	return r == -1 ? -1 : 0;
}

/* Different traces, some of the ids at a time. */
static int
count_traces(const struct store_block *v, size_t n, uint64_t *out,
    struct err *e)
{
	uint64_t all = 0, size, passes;
	struct id *ids;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		if (block_section_size(v[i].block, S("ids"), &size) == 1)
			all += size / IDS_ENTRY;
	passes = all / IDS_PASS + 1;
	ids = xcalloc((size_t)all + 1, sizeof *ids);
	*out = 0;
	for (uint64_t pass = 0; pass < passes && r == 0; pass++) {
		size_t got = 0;

		for (size_t i = 0; i < n && r == 0; i++)
			r = take_ids(v[i].block, pass, passes, ids, &got, e);
		id_sort(ids, got);
		*out += id_unique(ids, got);
	}
	free(ids);
	return r;
}

/* How many spans there are, and how many were left out. */
struct spans { uint64_t kept, cut, cut_traces; };

/* Adds the traces of a stripe, but for those that are replaced. */
static int
add_spans(struct spans *sum, struct stripe *st, const uint64_t *dead,
    struct arena *a, struct err *e)
{
	int spans = cols_find(st, TC_SPANS), cut = cols_find(st, TC_CUT);
	struct vec v = { .rows = 0 }, left = { .rows = 0 };

	if ((spans != -1 &&
	    stripe_load(st, (uint32_t)spans, NULL, a, &v, e) == -1) ||
	    (cut != -1 &&
	    stripe_load(st, (uint32_t)cut, NULL, a, &left, e) == -1))
		return -1;
	for (uint32_t r = 0; r < v.rows; r++) {
		if (dead && bit_get(dead, r))
			continue;
		sum->kept += (uint64_t)v.i[r];
		if (r >= left.rows || !vec_valid(&left, r))
			continue;
		sum->cut += (uint64_t)left.i[r];
		sum->cut_traces++;
	}
	return 0;
}

static int
count_spans(struct block *b, struct spans *sum, struct err *e)
{
	struct arena a = { 0 }, mem = { 0 };
	struct id_place *v;
	size_t n, at = 0;
	int r = ids_replaced(b, &a, &v, &n, e);

	for (uint32_t no = 0; no < block_stripes(b) && r == 0; no++) {
		struct stripe *st = block_stripe(b, no, &mem, e);
		uint64_t *dead = at < n && v[at].stripe == no ?
		    arena_zero(&mem, uint64_t, BITS_WORDS(STRIPE_ROWS)) : NULL;

		for (; at < n && v[at].stripe == no; at++)
			bit_set(dead, v[at].row);
		r = st ? add_spans(sum, st, dead, &mem, e) : -1;
		arena_reset(&mem);
	}
	arena_free(&a);
	arena_free(&mem);
	return r;
}

/* ---- */

static int
by_bytes(const void *pa, const void *pb)
{
	const struct sum *a = pa, *b = pb;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return str_cmp(a->name, b->name);
}

static int
by_different(const void *pa, const void *pb)
{
	const struct sum *a = pa, *b = pb;

	if (a->different != b->different)
		return a->different > b->different ? -1 : 1;
	return by_bytes(pa, pb);
}

/* A count, with a ~ when it is about that. */
static void
put_different(struct buf *out, const struct sum *s)
{
	char text[24] = "";

	if (s->attr)
		snprintf(text, sizeof text, "%s%" PRIu64, s->exact ? "" : "~",
		    s->different);
	buf_addf(out, "%12s", text);
}

static void
print(struct sums *s, const struct spans *spans, uint64_t traces,
    struct buf *out)
{
	double per = spans->kept > 0 ? (double)spans->kept : 1;
	uint32_t n = s->names.n;

	buf_addf(out, "traces %" PRIu64 ", spans %" PRIu64 "\n", traces,
	    spans->kept);
	if (spans->cut > 0)
		buf_addf(out, "left out %" PRIu64 " spans, of %" PRIu64
		    " trace%s over the limit\n", spans->cut,
		    spans->cut_traces, spans->cut_traces == 1 ? "" : "s");
	buf_addf(out, "%12s %9s %12s %12s  %s\n", "bytes", "a span", "values",
	    "different", "column");
	qsort(s->sum, n, sizeof *s->sum, by_bytes);
	for (uint32_t i = 0; i < n; i++) {
		buf_addf(out, "%12" PRIu64 " %9.3f %12" PRIu64 " ",
		    s->sum[i].bytes, (double)s->sum[i].bytes / per,
		    s->sum[i].values);
		put_different(out, &s->sum[i]);
		buf_addf(out, "  %.*s\n", PS(s->sum[i].name));
	}
	qsort(s->sum, n, sizeof *s->sum, by_different);
	if (n > 0 && s->sum[0].attr)
		buf_adds(out, S("attributes of the most different values\n"));
	for (uint32_t i = 0; i < n && i < MOST_SHOWN && s->sum[i].attr; i++) {
		put_different(out, &s->sum[i]);
		buf_addf(out, "  %.*s\n", PS(s->sum[i].name));
	}
}

int
trace_info(const struct store_block *v, size_t n, struct arena *a,
    struct buf *out, struct err *e)
{
	struct sums s = { .cap = 0 };
	struct spans spans = { 0 };
	uint64_t traces;
	int r = count_traces(v, n, &traces, e);

	(void)a;
	for (size_t i = 0; i < n && r == 0; i++) {
		r = count_spans(v[i].block, &spans, e);
		if (r == 0)
			r = add_block(&s, v[i].block, e);
	}
	for (uint32_t i = 0; i < s.names.n; i++) {
		s.sum[i].different = distinct_count(&s.sum[i].seen,
		    &s.sum[i].exact);
		distinct_free(&s.sum[i].seen);
	}
	if (r == 0 && s.names.n > 0)
		print(&s, &spans, traces, out);
	map_free(&s.names);
	free(s.sum);
	buf_free(&s.key);
	return r;
}
