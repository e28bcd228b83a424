#include "log/rows.h"

#include <stdlib.h>

#include "base/err.h"

#define ROWS_BYTES	((size_t)64 << 10)	/* of a tenant, however little it has */

struct log_rows *
rows_new(void)
{
	struct log_rows *r = xcalloc(1, sizeof *r);

	r->min_time = r->min_received = UINT64_MAX;
	rows_key(r, S("x"));
	return r;
}

void
rows_free(struct log_rows *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < r->keys.n; i++)
		map_free(&r->values[i]);
	free(r->values);
	map_free(&r->streams);
	map_free(&r->contexts);
	map_free(&r->templates);
	map_free(&r->severities);
	map_free(&r->ids);
	map_free(&r->keys);
	map_free(&r->raw_keys);
	free(r->raw_key);
	free(r->row);
	free(r->order);
	free(r->id_number);
	buf_free(&r->data);
	buf_free(&r->scratch);
	buf_free(&r->line);
	free(r);
}

/* Each key is padded in its arena. */
static size_t
map_bytes(const struct map *m)
{
	return m->bytes + (size_t)m->n * 16 +
	    (size_t)m->cap * sizeof *m->key + (size_t)m->slots * 8;
}

size_t
rows_bytes(const struct log_rows *r)
{
	/* 20: what rows_sort has of each */
	size_t n = ROWS_BYTES + r->n * (sizeof *r->row + 20) + r->data.n;

	/* once more while they are written, which counts if all differ */
	n += r->streams.bytes + r->contexts.bytes;
	n += map_bytes(&r->streams) + map_bytes(&r->contexts) +
	    map_bytes(&r->templates) + map_bytes(&r->ids) +
	    map_bytes(&r->keys);
	for (uint32_t i = 0; i < r->keys.n; i++)
		n += map_bytes(&r->values[i]);
	return n;
}

uint32_t
rows_key(struct log_rows *r, struct str name)
{
	uint32_t k = map_find(&r->keys, name);

	if (k != MAP_NONE)
		return k;
	if (r->keys.n > LOG_KEYS_MAX || name.n > LOG_KEY_BYTES_MAX)
		return 0;
	k = map_add(&r->keys, name, NULL);
	if (k >= r->values_cap) {
		uint32_t to = r->values_cap > 0 ? r->values_cap * 2 : 32;

		r->values = xrealloc(r->values, to, sizeof *r->values);
		r->values_cap = to;
	}
	r->values[k] = (struct map){ 0 };
	return k;
}

struct log_row *
rows_next(struct log_rows *r)
{
	if (r->n == r->cap) {
		/* by a half: a batch is large, and its bound is memory */
		r->cap = r->cap > 0 ? r->cap + r->cap / 2 : 1024;
		r->row = xrealloc(r->row, r->cap, sizeof *r->row);
	}
	struct log_row *row = &r->row[r->n];

	memset(row, 0, sizeof *row);
	row->at = r->data.n;
	row->trace = row->severity_text = LOG_NONE;
	return row;
}

void
rows_added(struct log_rows *r)
{
	struct log_row *row = &r->row[r->n];

	row->size = (uint32_t)(r->data.n - row->at);
	if (row->time < r->min_time)
		r->min_time = row->time;
	if (row->time > r->max_time)
		r->max_time = row->time;
	r->n++;
}

/* ---- order -------------------------------------------------------------- */

struct keyed {
	uint64_t time;
	uint32_t row;
};

static int
by_time(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static int
by_label(const void *a, const void *b, void *arg)
{
	const struct map *m = arg;

	return str_cmp(m->key[*(const uint32_t *)a],
	    m->key[*(const uint32_t *)b]);
}

/* rank[code] of the streams by their bytes. */
static uint32_t *
rank_streams(const struct map *m)
{
	uint32_t *list = xmalloc((m->n + 1) * sizeof *list);
	uint32_t *rank = xmalloc((m->n + 1) * sizeof *rank);

	for (uint32_t i = 0; i < m->n; i++)
		list[i] = i;
	qsort_r(list, m->n, sizeof *list, by_label, (void *)(uintptr_t)m);
	for (uint32_t i = 0; i < m->n; i++)
		rank[list[i]] = i;
	free(list);
	return rank;
}

static bool
same(const struct log_rows *r, const struct log_row *a,
    const struct log_row *b)
{
	return a->time == b->time && a->template == b->template &&
	    a->size == b->size && a->context == b->context &&
	    a->trace == b->trace && a->observed == b->observed &&
	    a->severity == b->severity && a->nmeta == b->nmeta &&
	    a->severity_text == b->severity_text &&
	    a->has_span == b->has_span &&
	    memcmp(a->span, b->span, sizeof a->span) == 0 &&
	    (a->size == 0 ||
	    memcmp(r->data.p + a->at, r->data.p + b->at, a->size) == 0);
}

static uint64_t
row_hash(const struct log_rows *r, const struct log_row *a)
{
	return hash_seed(r->data.p + a->at, a->size,
	    hash_u64(a->template + ((uint64_t)a->context << 32)) ^
	    load64(a->span));
}

/*
 * Appends the rows k[0 .. n), which have one stream and one time, but those
 * equal to an earlier one. `table` finds those, when there are many.
 */
static void
keep_group(struct log_rows *r, const struct keyed *k, uint32_t n)
{
	uint32_t slots = 16;

	while (slots < n * 2)
		slots *= 2;
	uint32_t *table = xcalloc(slots, sizeof *table);

	for (uint32_t i = 0; i < n; i++) {
		const struct log_row *row = &r->row[k[i].row];
		uint32_t at = (uint32_t)row_hash(r, row) & (slots - 1);

		while (table[at] != 0 && !same(r, row, &r->row[table[at] - 1]))
			at = (at + 1) & (slots - 1);
		if (table[at] == 0) {
			table[at] = k[i].row + 1;
			r->order[r->kept++] = k[i].row;
		}
	}
	free(table);
}

static void
keep(struct log_rows *r, const struct keyed *k, uint32_t n)
{
	for (uint32_t i = 0, to; i < n; i = to) {
		for (to = i + 1; to < n && k[to].time == k[i].time;)
			to++;
		if (to == i + 1)
			r->order[r->kept++] = k[i].row;
		else
			keep_group(r, k + i, to - i);
	}
}

static void
sort_stream(struct keyed *k, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (k[i].time < k[i - 1].time) {
			qsort(k, n, sizeof *k, by_time);
			return;
		}
}

/* Numbers the ids by the time of their first line. */
static void
number_ids(struct log_rows *r)
{
	uint32_t n = r->ids.n;
	struct keyed *k = xmalloc((n + 1) * sizeof *k);

	free(r->id_number);
	r->id_number = xmalloc((n + 1) * sizeof *r->id_number);
	for (uint32_t i = 0; i < n; i++)
		k[i] = (struct keyed){ UINT64_MAX, i };
	for (uint32_t i = 0; i < r->n; i++) {
		uint32_t id = r->row[i].trace;

		if (id != LOG_NONE && r->row[i].time < k[id].time)
			k[id].time = r->row[i].time;
	}
	qsort(k, n, sizeof *k, by_time);
	for (uint32_t i = 0; i < n; i++)
		r->id_number[k[i].row] = i;
	free(k);
}

void
rows_sort(struct log_rows *r)
{
	uint32_t *rank = rank_streams(&r->streams), streams = r->streams.n;
	uint32_t *at = xcalloc(streams + 1, sizeof *at);
	struct keyed *k = xmalloc(((size_t)r->n + 1) * sizeof *k);

	for (uint32_t i = 0; i < r->n; i++)
		at[rank[r->row[i].stream] + 1]++;
	for (uint32_t s = 0; s < streams; s++)
		at[s + 1] += at[s];
	for (uint32_t i = 0; i < r->n; i++)
		k[at[rank[r->row[i].stream]]++] =
		    (struct keyed){ r->row[i].time, i };
	r->order = xrealloc(r->order, (size_t)r->n + 1, sizeof *r->order);
	r->kept = 0;
	for (uint32_t s = 0, from = 0; s < streams; s++) {
		sort_stream(k + from, at[s] - from);
		keep(r, k + from, at[s] - from);
		from = at[s];
	}
	number_ids(r);
	free(k);
	free(at);
	free(rank);
}

struct id_entry {
	const char *id;
	uint32_t number;
};

static int
by_id(const void *a, const void *b)
{
	return memcmp(((const struct id_entry *)a)->id,
	    ((const struct id_entry *)b)->id, 16);
}

void
rows_ids(const struct log_rows *r, struct buf *out)
{
	struct id_entry *v = xmalloc((r->ids.n + 1) * sizeof *v);

	for (uint32_t i = 0; i < r->ids.n; i++)
		v[i] = (struct id_entry){ r->ids.key[i].p, r->id_number[i] };
	qsort(v, r->ids.n, sizeof *v, by_id);
	for (uint32_t i = 0; i < r->ids.n; i++) {
		buf_add(out, v[i].id, 16);
		buf_u32(out, v[i].number);
	}
	free(v);
}
