#include "trace/ids.h"

#include <stdlib.h>

#include "base/hash.h"

#define PROBES		11	/* bits an id sets */
#define PAGE_BITS	(IDS_FILTER_PAGE * 8)
#define TRACE_BITS	16
#define REPLACED_ENTRY	8
#define IDS_BYTES_MAX	((uint64_t)1 << 30)
#define FEW		8	/* ids: read filter pages, not all of it */
#define MANY		2u	/* times the ids: entries to read all of */
#define NEAR		32u	/* entries: how far off a guess is, about */

static int
compare_entries(const void *pa, const void *pb)
{
	const struct id_entry *a = pa, *b = pb;
	int r = id_cmp(&a->id, &b->id);

	return r != 0 ? r : (a->trace > b->trace) - (a->trace < b->trace);
}

/* Where an id's bits are: a page, and a walk through it. */
struct bits { uint32_t page, at, step; };

static struct bits
bits_of(const struct id *id, uint32_t pages)
{
	uint64_t h = hash_bytes(id->b, sizeof id->b), g = hash_u64(h);

	return (struct bits){ (uint32_t)((h >> 32) * pages >> 32),
	    (uint32_t)g % PAGE_BITS, (uint32_t)(g >> 32) % PAGE_BITS | 1 };
}

static bool
in_page(const uint8_t *page, struct bits b)
{
	for (int k = 0; k < PROBES; k++) {
		if (!(page[b.at / 8] >> b.at % 8 & 1))
			return false;
		b.at = (b.at + b.step) % PAGE_BITS;
	}
	return true;
}

static void
set_bits(uint8_t *page, struct bits b)
{
	for (int k = 0; k < PROBES; k++) {
		page[b.at / 8] |= (uint8_t)(1u << b.at % 8);
		b.at = (b.at + b.step) % PAGE_BITS;
	}
}

static int
write_filter(struct block_writer *w, const struct id_entry *v, size_t n,
    struct err *e)
{
	uint32_t pages = (uint32_t)((n * TRACE_BITS + PAGE_BITS - 1) /
	    PAGE_BITS);
	uint8_t *filter = xcalloc(pages > 0 ? pages : 1, IDS_FILTER_PAGE);
	int r;

	for (size_t i = 0; i < n; i++) {
		struct bits b = bits_of(&v[i].id, pages);

		set_bits(filter + (size_t)b.page * IDS_FILTER_PAGE, b);
	}
	r = block_section(w, S("idfilter"), str_mk(filter,
	    (size_t)pages * IDS_FILTER_PAGE), true, IDS_FILTER_PAGE, e);
	free(filter);
	return r;
}

int
ids_write(struct block_writer *w, struct id_entry *v, size_t n,
    const struct id *split, size_t nsplit, struct err *e)
{
	struct buf b = { 0 };
	int r;

	qsort(v, n, sizeof *v, compare_entries);
	for (size_t i = 0; i < n; i++) {
		buf_add(&b, v[i].id.b, sizeof v[i].id.b);
		buf_u32(&b, v[i].trace);
	}
	r = block_section(w, S("ids"), buf_str(&b), true, IDS_UNIT, e);
	if (r == 0)
		r = write_filter(w, v, n, e);
	if (r == 0)
		r = block_section(w, S("split"), str_mk(split,
		    nsplit * sizeof *split), false, 0, e);
	buf_free(&b);
	return r;
}

int
ids_write_replaced(struct block_writer *w, const struct id_place *v, size_t n,
    struct err *e)
{
	struct buf b = { 0 };
	int r;

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		buf_u32(&b, v[i].stripe);
		buf_u32(&b, v[i].row);
	}
	r = block_section(w, S("replaced"), buf_str(&b), false, 0, e);
	buf_free(&b);
	return r;
}

static int
damaged(struct block *b, const char *section, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "%s: section %s: not as it should be",
	    block_path(b), section);
}

/* Its size in units that fit, or -1. */
static int
section_units(struct block *b, struct str name, uint32_t unit, uint32_t *n,
    struct err *e)
{
	uint64_t size;

	if (block_section_size(b, name, &size) != 1 || size % unit != 0 ||
	    size > IDS_BYTES_MAX)
		return damaged(b, name.p, e);
	*n = (uint32_t)(size / unit);
	return 0;
}

static int
whole(struct block *b, struct str name, struct arena *a, struct str *bytes,
    struct err *e)
{
	int r = block_read_section(b, name, a, bytes, e);

	return r == 0 ? damaged(b, name.p, e) : r == 1 ? 0 : -1;
}

/* The numbers of those ids that the filter lets through. */
static int
through_filter(struct block *b, const struct id *v, size_t n,
    struct arena *a, uint32_t *pass, size_t *npass, struct err *e)
{
	uint8_t one[IDS_FILTER_PAGE];
	struct str all = { 0 };
	uint32_t pages = 0;

	*npass = 0;
	if (section_units(b, S("idfilter"), IDS_FILTER_PAGE, &pages, e) == -1)
		return -1;
	if (pages == 0)
		return 0;
	if (n > FEW && whole(b, S("idfilter"), a, &all, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct bits bits = bits_of(&v[i], pages);
		uint64_t at = (uint64_t)bits.page * IDS_FILTER_PAGE;
		const uint8_t *page = one;

		if (all.p)
			page = (const uint8_t *)all.p + at;
		else if (block_read_range(b, S("idfilter"), at, sizeof one,
		    one, e) != 1)
			return damaged(b, "idfilter", e);
		if (in_page(page, bits))
			pass[(*npass)++] = (uint32_t)i;
	}
	return 0;
}

/* The entries of a block, a unit of them in memory. */
struct entries {
	struct block *b;
	uint32_t n;
	uint32_t from, to;	/* those in memory */
	uint8_t unit[IDS_UNIT];
};

static int
entries_open(struct entries *en, struct block *b, struct err *e)
{
	en->b = b;
	en->from = en->to = 0;
	return section_units(b, S("ids"), IDS_ENTRY, &en->n, e);
}

static int
entry_at(struct entries *en, uint32_t i, struct id_entry *out, struct err *e)
{
	const uint32_t in_unit = IDS_UNIT / IDS_ENTRY;
	const uint8_t *p;

	if (i < en->from || i >= en->to) {
		uint32_t from = i / in_unit * in_unit;
		uint32_t n = en->n - from < in_unit ? en->n - from : in_unit;

		en->to = en->from = 0;
		if (block_read_range(en->b, S("ids"), (uint64_t)from *
		    IDS_ENTRY, (size_t)n * IDS_ENTRY, en->unit, e) != 1)
			return damaged(en->b, "ids", e);
		en->from = from;
		en->to = from + n;
	}
	p = en->unit + (size_t)(i - en->from) * IDS_ENTRY;
	memcpy(out->id.b, p, sizeof out->id.b);
	out->trace = load32(p + sizeof out->id.b);
	return 0;
}

/* Where an id is, about, if they are spread evenly, as random ones are. */
static uint32_t
guess(const struct id *id, uint32_t n)
{
	uint64_t top = (uint64_t)id->b[0] << 24 | (uint64_t)id->b[1] << 16 |
	    (uint64_t)id->b[2] << 8 | id->b[3];

	return (uint32_t)(top * n >> 32);
}

/*
 * The first entry at or after the id, from `lo` on: from a guess in growing
 * steps to bounds on both sides, then by halves. Mostly it reads one unit.
 */
static int
lower_bound(struct entries *en, const struct id *id, uint32_t lo,
    uint32_t *at, struct err *e)
{
	uint32_t hi = en->n, mid = guess(id, hi), step = NEAR;
	bool below = false, above = false;
	struct id_entry it;

	while (lo < hi) {
		if (below && above)
			mid = lo + (hi - lo) / 2;
		else if (below)
			mid = hi - lo > step ? lo + step : hi - 1;
		else if (above)
			mid = hi - lo > step ? hi - step : lo;
		else
			mid = mid < lo ? lo : mid >= hi ? hi - 1 : mid;
		if (entry_at(en, mid, &it, e) == -1)
			return -1;
		if (id_cmp(&it.id, id) < 0) {
			lo = mid + 1;
			below = true;
		} else {
			hi = mid;
			above = true;
		}
		step = step < en->n ? step * 2 : step;
	}
	*at = lo;
	return 0;
}

/* Hits in the making. */
struct hits { struct id_hit *v; size_t n, cap; struct arena *mem; };

static void
add_hit(struct hits *h, size_t asked, uint32_t trace)
{
	if (h->n == h->cap) {
		h->v = arena_grow(h->mem, h->v, h->n, h->cap * 2 + 64,
		    sizeof *h->v);
		h->cap = h->cap * 2 + 64;
	}
	h->v[h->n++] = (struct id_hit){ (uint32_t)asked, trace };
}

/* Many ids, of a block of not many more: what it has is looked up in them. */
static int
find_in_all(struct block *b, const struct id_index *ix, struct hits *h,
    struct err *e)
{
	struct str all;

	if (whole(b, S("ids"), h->mem, &all, e) == -1)
		return -1;
	for (size_t at = 0; at < all.n; at += IDS_ENTRY) {
		const char *p = all.p + at;
		size_t no = id_find(ix, (const struct id *)(const void *)p);

		if (no != ID_NONE)
			add_hit(h, no, load32(p + sizeof(struct id)));
	}
	return 0;
}

/* Few, of many: each for itself, if the filter lets it through. */
static int
find_singly(struct entries *en, const struct id *v, size_t n, struct hits *h,
    struct err *e)
{
	uint32_t *pass = arena_new(h->mem, uint32_t, n), at = 0;
	struct id_entry it = { .trace = 0 };
	size_t npass;

	if (through_filter(en->b, v, n, h->mem, pass, &npass, e) == -1)
		return -1;
	for (size_t i = 0; i < npass; i++) {
		const struct id *id = &v[pass[i]];

		if (lower_bound(en, id, at, &at, e) == -1)
			return -1;
		for (; at < en->n; at++) {
			if (entry_at(en, at, &it, e) == -1)
				return -1;
			if (id_cmp(&it.id, id) != 0)
				break;
			add_hit(h, pass[i], it.trace);
		}
	}
	return 0;
}

int
ids_find(struct block *b, const struct id_index *ix, struct arena *a,
    struct id_hit **hits, size_t *nhits, struct err *e)
{
	struct hits h = { .mem = a };
	struct entries en;
	int r;

	*hits = NULL;
	*nhits = 0;
	if (ix->n == 0)
		return 0;
	if (entries_open(&en, b, e) == -1)
		return -1;
	r = ix->n > FEW && en.n / MANY <= ix->n ? find_in_all(b, ix, &h, e) :
	    find_singly(&en, ix->v, ix->n, &h, e);
	*hits = h.v;
	*nhits = h.n;
	return r;
}

int
ids_held(struct block *b, const struct id_index *ix, struct arena *a,
    struct id *out, size_t *nout, struct err *e)
{
	struct id_hit *hits;
	size_t nhits;

	if (ids_find(b, ix, a, &hits, &nhits, e) == -1)
		return -1;
	for (size_t i = 0; i < nhits; i++)
		if (i == 0 || hits[i].asked != hits[i - 1].asked)
			out[(*nout)++] = ix->v[hits[i].asked];
	return 0;
}

int
ids_range(struct block *b, const struct id *from, const struct id *to,
    struct id *out, size_t max, size_t *n, struct err *e)
{
	struct entries en;
	struct id_entry it;
	uint32_t at;

	*n = 0;
	if (entries_open(&en, b, e) == -1 ||
	    lower_bound(&en, from, 0, &at, e) == -1)
		return -1;
	for (; at < en.n && *n < max; at++) {
		if (entry_at(&en, at, &it, e) == -1)
			return -1;
		if (id_cmp(&it.id, to) > 0)
			break;
		if (*n == 0 || id_cmp(&out[*n - 1], &it.id) != 0)
			out[(*n)++] = it.id;
	}
	return 0;
}

int
ids_split(struct block *b, struct arena *a, const struct id **v, size_t *n,
    struct err *e)
{
	struct str bytes;

	*n = 0;
	*v = NULL;
	if (whole(b, S("split"), a, &bytes, e) == -1)
		return -1;
	if (bytes.n % sizeof **v != 0)
		return damaged(b, "split", e);
	*v = (const struct id *)(const void *)bytes.p;
	*n = bytes.n / sizeof **v;
	return 0;
}

int
ids_replaced(struct block *b, struct arena *a, struct id_place **v, size_t *n,
    struct err *e)
{
	struct str bytes;
	int r = block_read_section(b, S("replaced"), a, &bytes, e);

	*n = 0;
	*v = NULL;
	if (r != 1)
		return r;
	if (bytes.n % REPLACED_ENTRY != 0)
		return damaged(b, "replaced", e);
	*v = arena_new(a, struct id_place, bytes.n / REPLACED_ENTRY);
	for (size_t at = 0; at < bytes.n; at += REPLACED_ENTRY) {
		struct id_place p = { load32(bytes.p + at),
		    load32(bytes.p + at + 4) };

		if (p.stripe >= block_stripes(b) || p.row >= STRIPE_ROWS)
			return damaged(b, "replaced", e);
		(*v)[(*n)++] = p;
	}
	return 0;
}
