/* info: where the bytes go, for --info. */
#include <stdlib.h>

#include "base/hash.h"
#include "trace/columns.h"
#include "trace/ids.h"
#include "trace/kind.h"

static const char *const table_names[TR_TABLES] = { "span", "trace",
    "resource", "scope", "event", "link" };

struct sum {
	struct str name;
	uint64_t bytes, values;
};

struct sums {
	struct map names;	/* "table column" */
	struct sum *sum;
	uint32_t cap;
	struct buf key;
};

static void
add(void *arg, const struct stripe_col *c)
{
	struct sums *s = arg;
	uint32_t no;
	bool fresh;

	s->key.n = 0;
	buf_addf(&s->key, "%s ", c->table < TR_TABLES ?
	    table_names[c->table] : "?");
	buf_adds(&s->key, c->name);
	no = map_add(&s->names, buf_str(&s->key), &fresh);
	if (no >= s->cap) {
		s->cap = s->cap * 2 + 64;
		s->sum = xrealloc(s->sum, s->cap, sizeof *s->sum);
	}
	if (fresh)
		s->sum[no] = (struct sum){ .name = s->names.key[no] };
	s->sum[no].bytes += c->bytes;
	s->sum[no].values += c->rows - c->nulls;
}

static int
by_bytes(const void *pa, const void *pb)
{
	const struct sum *a = pa, *b = pb;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return str_cmp(a->name, b->name);
}

static void
print(const struct sums *s, uint64_t spans, uint64_t traces, struct buf *out)
{
	double per = spans > 0 ? (double)spans : 1;

	buf_addf(out, "traces %llu (one in several blocks counts in each)\n",
	    (unsigned long long)traces);
	buf_addf(out, "%12s %9s %12s  %s\n", "bytes", "a span", "values",
	    "column");
	for (uint32_t i = 0; i < s->names.n; i++)
		buf_addf(out, "%12llu %9.3f %12llu  %.*s\n",
		    (unsigned long long)s->sum[i].bytes,
		    (double)s->sum[i].bytes / per,
		    (unsigned long long)s->sum[i].values, PS(s->sum[i].name));
}

int
trace_info(const struct store_block *v, size_t n, struct arena *a,
    struct buf *out, struct err *e)
{
	struct sums s = { .cap = 0 };
	uint64_t spans = 0, traces = 0, size;
	int r = 0;

	(void)a;
	for (size_t i = 0; i < n && r == 0; i++) {
		spans += v[i].info->rows;
		if (block_section_size(v[i].block, S("ids"), &size) == 1)
			traces += size / IDS_ENTRY;
		r = block_columns(v[i].block, add, &s, e);
	}
	if (r == 0 && s.names.n > 0) {
		qsort(s.sum, s.names.n, sizeof *s.sum, by_bytes);
		print(&s, spans, traces, out);
	}
	map_free(&s.names);
	free(s.sum);
	buf_free(&s.key);
	return r;
}
