/* Where the bytes go and which labels there are, for --info. */
#include "log/kind.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/num.h"
#include "log/select.h"

struct sum {
	uint64_t bytes, values;
};

struct info {
	struct map names, streams, label_names;
	struct map *label_values;	/* by label name */
	uint32_t label_cap;
	struct sum *sum;
	uint32_t cap;
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

static void
add_labels(struct info *in, struct str stream)
{
	struct cur c = cur_of(stream);
	struct log_pair p;
	bool fresh;

	map_add(&in->streams, stream, &fresh);
	while (fresh && pairs_next(&c, &p) == 1) {
		bool first;
		uint32_t k = map_add(&in->label_names, p.name, &first);

		if (k >= in->label_cap) {
			in->label_cap = in->label_cap * 2 + 32;
			in->label_values = xrealloc(in->label_values,
			    in->label_cap, sizeof *in->label_values);
		}
		if (first)
			in->label_values[k] = (struct map){ 0 };
		map_add(&in->label_values[k], p.value, NULL);
	}
}

static int
add_block(struct info *in, const struct store_block *b, struct arena *mem,
    struct err *e)
{
	if (block_columns(b->block, add_column, in, e) == -1)
		return -1;
	for (uint32_t i = 0; i < block_stripes(b->block); i++) {
		struct stripe *s;
		const struct str *dict;
		uint32_t n;
		int col;

		arena_reset(mem);
		if (!(s = block_stripe(b->block, i, mem, e)))
			return -1;
		col = stripe_find(s, LG_ROW, S("stream"), VEC_STR);
		if (col == -1)
			continue;
		if (stripe_dict(s, (uint32_t)col, mem, &dict, &n, e) == -1)
			return -1;
		for (uint32_t k = 0; k < n; k++)
			add_labels(in, dict[k]);
	}
	return 0;
}

static void
print(const struct info *in, struct buf *out)
{
	char size[24];

	buf_addf(out, "streams %" PRIu32 "\n%-32s %10s\n", in->streams.n,
	    "label", "values");
	for (uint32_t k = 0; k < in->label_names.n; k++)
		buf_addf(out, "%-32.*s %10" PRIu32 "\n",
		    PS(in->label_names.key[k]), in->label_values[k].n);
	buf_addf(out, "%-32s %10s %12s\n", "column", "bytes", "values");
	for (uint32_t k = 0; k < in->names.n; k++)
		buf_addf(out, "%-32.*s %10s %12" PRIu64 "\n",
		    PS(in->names.key[k]),
		    num_fmt_size(size, in->sum[k].bytes), in->sum[k].values);
}

int
log_info(const struct store_block *b, size_t n, struct arena *mem,
    struct buf *out, struct err *e)
{
	struct info in = { 0 };
	struct arena own = { 0 };
	int status = 0;

	(void)mem;
	for (size_t i = 0; i < n && status == 0; i++)
		status = add_block(&in, &b[i], &own, e);
	if (status == 0)
		print(&in, out);
	for (uint32_t k = 0; k < in.label_names.n; k++)
		map_free(&in.label_values[k]);
	free(in.label_values);
	free(in.sum);
	map_free(&in.names);
	map_free(&in.streams);
	map_free(&in.label_names);
	arena_free(&own);
	return status;
}
