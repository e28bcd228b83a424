/* info: what a store holds, for a person. */
#include <stdio.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/time.h"
#include "store/blocks.h"
#include "store/tail.h"

#define LEVELS	8u	/* shown one by one; the last takes all above */

struct sum {
	uint64_t blocks, rows, bytes, raw;
};

static void
sum_add(struct sum *s, const struct manifest_block *b)
{
	s->blocks++;
	s->rows += b->rows;
	s->bytes += b->bytes;
	s->raw += b->raw_bytes;
}

static void
count_line(struct buf *out, const char *name, const struct sum *s)
{
	char disk[24], raw[24];

	buf_addf(out, "%-10s %10llu %12llu %12s %12s %6.2f\n", name,
	    (unsigned long long)s->blocks, (unsigned long long)s->rows,
	    num_fmt_size(disk, s->bytes), num_fmt_size(raw, s->raw),
	    s->bytes > 0 ? (double)s->raw / (double)s->bytes : 0.0);
}

static void
levels(const struct manifest *m, struct buf *out)
{
	struct sum level[LEVELS] = { { 0 } }, all = { 0 };
	char name[16];

	for (uint32_t i = 0; i < m->blocks; i++) {
		uint32_t l = m->block[i].level;

		sum_add(&level[l < LEVELS ? l : LEVELS - 1], &m->block[i]);
		sum_add(&all, &m->block[i]);
	}
	buf_addf(out, "\n%-10s %10s %12s %12s %12s %6s\n", "", "blocks",
	    "rows", "on disk", "of records", "ratio");
	for (uint32_t l = 0; l < LEVELS; l++)
		if (level[l].blocks > 0) {
			snprintf(name, sizeof name, "level %u", l);
			count_line(out, name, &level[l]);
		}
	count_line(out, "all", &all);
}

/* Tenants, when there is any but the one without a name. */
static void
tenants(const struct manifest *m, struct buf *out)
{
	struct map seen = { 0 };
	struct arena a = { 0 };
	struct sum *v = arena_zero(&a, struct sum, (size_t)m->blocks + 1);

	for (uint32_t i = 0; i < m->blocks; i++)
		sum_add(&v[map_add(&seen, m->block[i].tenant, NULL)],
		    &m->block[i]);
	bool named = seen.n > 1 || (seen.n == 1 && seen.key[0].n > 0);

	if (named)
		buf_addf(out, "\ntenant\n");
	for (uint32_t i = 0; named && i < seen.n; i++)
		count_line(out, seen.key[i].n > 0 ? seen.key[i].p :
		    "(default)", &v[i]);
	map_free(&seen);
	arena_free(&a);
}

static void
times(const struct manifest *m, struct buf *out)
{
	char a[40], b[40];
	uint64_t min = UINT64_MAX, max = 0;

	for (uint32_t i = 0; i < m->blocks; i++) {
		if (m->block[i].min_time < min)
			min = m->block[i].min_time;
		if (m->block[i].max_time > max)
			max = m->block[i].max_time;
	}
	if (m->blocks > 0)
		buf_addf(out, "%-10s %s to %s\n", "times",
		    time_format(a, min, 3), time_format(b, max, 3));
}

static void
sources(const struct manifest *m, struct buf *out)
{
	char hex[33];

	for (uint32_t i = 0; i < m->sources; i++) {
		const struct manifest_source *s = &m->source[i];

		str_hex(hex, s->at.id, 16);
		buf_addf(out, "%-10s %.*s, spool %s, at %llu:%llu\n",
		    "source", PS(s->path.n > 0 ? s->path : S("(elsewhere)")),
		    hex, (unsigned long long)s->at.segment,
		    (unsigned long long)s->at.offset);
	}
}

/* Deletes that are not carried out in all blocks. */
static void
deletes(const struct manifest *m, struct buf *out)
{
	char from[40], to[40];

	for (uint32_t i = 0; i < m->deletes; i++) {
		const struct store_delete *d = &m->delete[i];

		buf_addf(out, "%-10s %.*s, %s to %s, not merged yet\n",
		    "delete", PS(d->text), time_format(from, d->from, 3),
		    d->to > INT64_MAX ? "ever" : time_format(to, d->to, 3));
	}
}

static void
tail_line(struct buf *out, const char *dir, const struct manifest *m,
    enum signal signal)
{
	struct tail t = { 0 };
	char size[24];

	tail_open(&t, dir, m, signal, NULL, NULL);
	buf_addf(out, "%-10s %llu records, %s, not sealed yet\n", "tail",
	    (unsigned long long)t.records, num_fmt_size(size, t.bytes));
	tail_close(&t);
}

int
store_info(const char *dir, const struct store_kind *kind, struct buf *out,
    struct err *e)
{
	struct arena a = { 0 };
	struct blocks b;
	char hex[33];
	int r = 0;

	if (blocks_open(&b, dir, kind->name, NULL, NULL, NULL, e) == -1)
		return -1;
	str_hex(hex, b.man.id, 16);
	buf_addf(out, "%-10s %s, %.8s, generation %llu\n", "store", hex,
	    b.man.kind, (unsigned long long)b.man.generation);
	times(&b.man, out);
	for (uint32_t i = 0; i < b.man.options; i++)
		buf_addf(out, "%-10s %.*s = %.*s\n", "option",
		    PS(b.man.option[i].name), PS(b.man.option[i].value));
	sources(&b.man, out);
	deletes(&b.man, out);
	tail_line(out, dir, &b.man, kind->signal);
	levels(&b.man, out);
	tenants(&b.man, out);
	if (kind->info && b.n > 0) {
		buf_addf(out, "\n");
		r = kind->info(b.v, b.n, &a, out, e);
	}
	if (r == 0 && b.faults > 0)
		r = err_set(e, ERR_CORRUPT, "%s: %u blocks cannot be opened",
		    dir, b.faults);
	arena_free(&a);
	blocks_close(&b);
	return r;
}
