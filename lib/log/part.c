#include "log/part.h"

#include <stdlib.h>

#include "base/err.h"
#include "log/erase.h"

void
part_block(struct log_part *p, struct block *b, uint32_t no)
{
	const struct block_info *info = block_info(b);

	*p = (struct log_part){ .block = b, .stripes = block_stripes(b),
		.no = no, .min_time = info->min_time,
		.max_time = info->max_time };
	pthread_mutex_init(&p->lock, NULL);
}

int
part_erase(struct log_part *p, const struct store_block *b, struct err *e)
{
	p->erase = arena_zero(&p->mem, struct log_erase, b->ndel);
	while (p->nerase < b->ndel) {
		struct log_erase *x = &p->erase[p->nerase];
		const struct store_delete *d = &b->del[p->nerase++];

		if (erase_read(x, d->what, &p->mem, e) == -1)
			return err_in(e, "%s", block_path(p->block));
		x->from = d->from;
		x->to = d->to;
	}
	return 0;
}

void
part_rows(struct log_part *p, struct log_rows *r, uint32_t no)
{
	struct rows_emit *m = rows_emit_new();
	struct buf ids = { 0 };

	*p = (struct log_part){ .rows = r, .no = no, .min_time = r->min_time,
		.max_time = r->max_time };
	pthread_mutex_init(&p->lock, NULL);
	rows_sort(r);
	for (uint32_t from = 0, to; from < r->kept; from = to) {
		to = rows_stripe(r, from);
		p->frame = xrealloc(p->frame, p->stripes + 1,
		    sizeof *p->frame);
		struct frame *f = frame_new(LG_TABLES);

		p->frame[p->stripes++] = f;
		rows_emit(m, r, from, to, f);
	}
	rows_ids(r, &ids);
	p->ids = arena_str(&p->mem, buf_str(&ids));
	buf_free(&ids);
	rows_emit_free(m);
}

void
part_free(struct log_part *p)
{
	for (uint32_t i = 0; p->frame && i < p->stripes; i++)
		frame_free(p->frame[i]);
	for (uint32_t i = 0; i < p->nerase; i++)
		erase_free(&p->erase[i]);
	free(p->frame);
	rows_free(p->rows);
	arena_free(&p->mem);
	pthread_mutex_destroy(&p->lock);
}

uint64_t
part_lines(const struct log_part *p)
{
	return p->block ? block_info(p->block)->rows : p->rows->kept;
}

struct stripe *
part_stripe(struct log_part *p, uint32_t no, struct arena *mem, struct err *e)
{
	return p->block ? block_stripe(p->block, no, mem, e) :
	    frame_stripe(p->frame[no], mem);
}

int
part_where(const struct log_part *p, uint32_t stripe, struct err *e)
{
	const char *path = p->block ? block_path(p->block) : "tail";

	if (strncmp(e->msg, path, strlen(path)) == 0)
		return -1;
	return err_in(e, "%s: stripe %u", path, stripe);
}

static int
bad_ids(struct err *e)
{
	return err_set(e, ERR_CORRUPT, "section ids: not well formed");
}

static int
load_ids(struct log_part *p, struct err *e)
{
	int r = 1;

	if (p->block)
		r = block_read_section(p->block, S("ids"), &p->mem, &p->ids,
		    e);
	if (r == -1)
		return -1;
	if (r == 0)
		p->ids.n = 0;
	if (p->ids.n % LOG_ID_SIZE != 0 || p->ids.n / LOG_ID_SIZE > UINT32_MAX)
		return bad_ids(e);
	p->nids = (uint32_t)(p->ids.n / LOG_ID_SIZE);
	p->at = arena_zero(&p->mem, uint32_t, p->nids + 1);
	for (uint32_t i = 0; i < p->nids; i++) {
		uint32_t no = load32(p->ids.p + (size_t)i * LOG_ID_SIZE + 16);

		if (no >= p->nids)
			return bad_ids(e);
		p->at[no] = i;
	}
	p->loaded = true;
	return 0;
}

/* Reads the ids, once, whoever comes first. */
static int
need_ids(struct log_part *p, struct err *e)
{
	int r = 0;

	pthread_mutex_lock(&p->lock);
	if (!p->loaded)
		r = load_ids(p, e);
	pthread_mutex_unlock(&p->lock);
	return r;
}

const uint8_t *
part_id(struct log_part *p, int64_t number, struct err *e)
{
	if (!__atomic_load_n(&p->loaded, __ATOMIC_ACQUIRE) &&
	    need_ids(p, e) == -1)
		return NULL;
	if (number < 0 || number >= p->nids) {
		bad_ids(e);
		return NULL;
	}
	return (const uint8_t *)p->ids.p + (size_t)p->at[number] * LOG_ID_SIZE;
}

/* Among n sorted entries: 1 found, 0 not. */
static int
find_in(const char *p, uint32_t n, const uint8_t *id, uint32_t *number)
{
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int d = memcmp(id, p + (size_t)mid * LOG_ID_SIZE, 16);

		if (d == 0) {
			*number = load32(p + (size_t)mid * LOG_ID_SIZE + 16);
			return 1;
		}
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return 0;
}

/* Big-endian, for a guess. */
static double
head_of(const uint8_t *id)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | id[i];
	return (double)v / 18446744073709551616.0;
}

/*
 * Looks one id up in the file without reading all: ids are random as a rule,
 * so the first guess is mostly right; after a few it halves.
 */
static int
look_up(struct log_part *p, uint64_t size, const uint8_t *id,
    uint32_t *number, struct err *e)
{
	uint64_t lo = 0, hi = (size + LOG_ID_UNIT - 1) / LOG_ID_UNIT;
	char unit[LOG_ID_UNIT];

	for (unsigned tries = 0; lo < hi; tries++) {
		uint64_t at = (uint64_t)(head_of(id) * (double)size) /
		    LOG_ID_UNIT;

		if (tries > 3 || at < lo || at >= hi)
			at = tries > 3 || hi - lo < 3 ? lo + (hi - lo) / 2 :
			    at < lo ? lo : hi - 1;
		uint64_t from = at * LOG_ID_UNIT;
		size_t n = size - from < LOG_ID_UNIT ? (size_t)(size - from) :
		    LOG_ID_UNIT;

		if (block_read_range(p->block, S("ids"), from, n, unit,
		    e) == -1)
			return -1;
		if (memcmp(id, unit, 16) < 0)
			hi = at;
		else if (memcmp(id, unit + n - LOG_ID_SIZE, 16) > 0)
			lo = at + 1;
		else
			return find_in(unit, (uint32_t)(n / LOG_ID_SIZE), id,
			    number);
	}
	return 0;
}

ptrdiff_t
part_find_ids(struct log_part *p, const uint8_t (*ids)[16], size_t n,
    uint32_t *numbers, struct err *e)
{
	uint64_t size = 0;
	size_t found = 0;
	bool all = !p->block;

	if (p->block) {
		int r = block_section_size(p->block, S("ids"), &size);

		if (r != 1)
			return r;
		if (size % LOG_ID_SIZE != 0)
			return bad_ids(e);
		all = n > size / LOG_ID_UNIT / 4;
	}
	if (all && need_ids(p, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int r = all ? find_in(p->ids.p, p->nids, ids[i],
		    &numbers[found]) : look_up(p, size, ids[i],
		    &numbers[found], e);

		if (r == -1)
			return -1;
		found += (size_t)r;
	}
	return (ptrdiff_t)found;
}
