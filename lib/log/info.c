/* Where the bytes go and which labels there are, for --info. */
#include "log/kind.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "log/select.h"
#include "log/spread.h"

struct sum {
	uint64_t bytes, values;
};

struct info {
	struct spread labels;
	struct map names;
	struct sum *sum;
	uint32_t cap;
	uint64_t rows, ids, all;	/* bytes of trace ids; of all but footers */
};

static void
add_column(void *arg, const struct stripe_col *c)
{
	struct info *in = arg;
	bool fresh;
	uint32_t no = map_add(&in->names, c->name, &fresh);

	if (no >= in->cap) {
		in->cap = in->cap * 2 + 64;
		in->sum = xrealloc(in->sum, in->cap, sizeof *in->sum);
	}
	if (fresh)
		in->sum[no] = (struct sum){ 0 };
	in->sum[no].bytes += c->bytes;
	in->sum[no].values += c->rows - c->nulls;
}

static int
add_block(struct info *in, const struct store_block *b, struct arena *mem,
    struct err *e)
{
	if (block_columns(b->block, add_column, in, e) == -1)
		return -1;
	for (uint32_t i = 0; i < block_stripes(b->block); i++) {
		struct stripe *s;
		struct vec v;
		int col;

		arena_reset(mem);
		if (!(s = block_stripe(b->block, i, mem, e)))
			return -1;
		col = stripe_find(s, LG_ROW, S("stream"), VEC_STR);
		if (col == -1)
			continue;
		/* too many for a dictionary: one value a row */
		if (stripe_load(s, (uint32_t)col, NULL, mem, &v, e) == -1)
			return -1;
		for (uint32_t k = 0; k < v.ndict; k++)
			spread_add(&in->labels, v.dict[k]);
	}
	return 0;
}

static void
size_line(struct buf *out, struct str name, uint64_t bytes,
    const char *values, uint64_t rows)
{
	char size[24];

	buf_addf(out, "%-32.*s %10s %12s %12.2f\n", PS(name),
	    num_fmt_size(size, bytes), values, (double)bytes / (double)rows);
}

/*
 * What is in no column is the lines themselves. Small columns are packed
 * together, and told by what they are before that: a small block may have less.
 */
static void
print_sizes(const struct info *in, struct buf *out)
{
	uint64_t rest = in->all > in->ids ? in->all - in->ids : 0;
	char values[24];

	buf_addf(out, "%-32s %10s %12s %12s\n", "column", "bytes", "values",
	    "bytes a line");
	for (uint32_t k = 0; k < in->names.n; k++) {
		snprintf(values, sizeof values, "%" PRIu64,
		    in->sum[k].values);
		size_line(out, in->names.key[k], in->sum[k].bytes, values,
		    in->rows);
		rest -= in->sum[k].bytes < rest ? in->sum[k].bytes : rest;
	}
	size_line(out, S("(trace ids)"), in->ids, "", in->rows);
	size_line(out, S("(text: templates and values)"), rest, "", in->rows);
}

static void
print(const struct info *in, struct buf *out)
{
	char size[24];

	buf_addf(out, "streams %" PRIu32 "\n%-32s %10s %12s\n",
	    in->labels.streams.n, "label", "values", "bytes");
	for (uint32_t k = 0; k < in->labels.names.n; k++) {
		const struct spread_label *l = &in->labels.label[k];

		buf_addf(out, "%-32.*s %10" PRIu32 " %12s\n", PS(l->name),
		    l->values.n, num_fmt_size(size, l->bytes));
	}
	print_sizes(in, out);
}

int
log_info(const struct store_block *b, size_t n, struct arena *mem,
    struct buf *out, struct err *e)
{
	struct info in = { 0 };
	struct arena own = { 0 };
	int status = 0;

	(void)mem;
	for (size_t i = 0; i < n && status == 0; i++) {
		uint64_t ids = 0;

		in.rows += b[i].info->rows;
		in.all += block_footer_at(b[i].block);
		if (block_section_size(b[i].block, S("ids"), &ids) == -1)
			ids = 0;
		in.ids += ids;
		status = add_block(&in, &b[i], &own, e);
	}
	spread_sort(&in.labels);
	if (status == 0)
		print(&in, out);
	free(in.sum);
	map_free(&in.names);
	spread_free(&in.labels);
	arena_free(&own);
	return status;
}
