#include <stdlib.h>

#include "base/err.h"
#include "base/io.h"
#include "block/block.h"
#include "block/blockfile.h"
#include "block/stripefile.h"
#include "codec/crc.h"

struct check {
	struct block *block;
	void (*say)(void *arg, const char *msg);
	void *arg;
	unsigned faults;
};

static void
fault(struct check *k, const struct err *e)
{
	k->faults++;
	k->say(k->arg, e->msg);
}

static void
check_head(struct check *k)
{
	uint8_t h[BLOCK_HEAD];
	struct err e = { 0 };
	int r = io_pread(k->block->fd, h, sizeof h, 0, &e);

	if (r == 0 && (memcmp(h, BLOCK_MAGIC, 8) != 0 ||
	    load32(h + 8) != k->block->version || crc32c(0, h, 12) !=
	    load32(h + 12)))
		r = err_set(&e, ERR_CORRUPT, "head: not as it should be");
	if (r == -1) {
		err_in(&e, "%s", k->block->path);
		fault(k, &e);
	}
}

struct extent {
	uint64_t at, size;
};

static int
by_at(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->size < y->size ? -1 : x->size > y->size;
}

/* No byte between `from` and `to` may be nobody's, or two things'. */
static void
check_tiles(struct check *k, struct extent *x, size_t n, uint64_t from,
    uint64_t to, const char *what)
{
	struct err e = { 0 };

	if (n > 0)
		qsort(x, n, sizeof *x, by_at);
	for (size_t i = 0; i < n && x[i].at == from; i++)
		from += x[i].size;
	if (from == to)
		return;
	err_set(&e, ERR_CORRUPT, "%s: %s: bytes at %llu belong to nothing, "
	    "or to two", k->block->path, what, (unsigned long long)from);
	fault(k, &e);
}

static void
check_places(struct check *k)
{
	const struct footer *f = &k->block->foot;
	struct arena a = { 0 };
	struct extent *x = arena_new(&a, struct extent,
	    (size_t)f->stripes + f->sections);
	size_t n = 0;

	for (uint32_t i = 0; i < f->stripes; i++)
		x[n++] = (struct extent){ f->stripe[i].at, f->stripe[i].size };
	for (uint32_t i = 0; i < f->sections; i++)
		x[n++] = (struct extent){ f->section[i].at,
		    f->section[i].stored };
	check_tiles(k, x, n, BLOCK_HEAD, k->block->footer_at, "block");
	arena_free(&a);
}

static void
check_stripe_places(struct check *k, struct stripe *s, struct arena *a)
{
	const struct stripe_dir *d = &s->dir;
	struct extent *x = arena_new(a, struct extent, (size_t)d->packs +
	    d->blobs + d->cols + d->valids);
	size_t n = 0;

	for (uint32_t i = 0; i < d->packs; i++)
		x[n++] = (struct extent){ d->pack[i].at, d->pack[i].size };
	for (uint32_t i = 0; i < d->blobs; i++)
		x[n++] = (struct extent){ d->blob[i].at, d->blob[i].size };
	for (uint32_t i = 0; i < d->valids; i++)
		if (!d->valid[i].packed)
			x[n++] = (struct extent){ d->valid[i].at,
			    d->valid[i].size };
	for (uint32_t i = 0; i < d->cols; i++)
		if (!d->col[i].place.packed)
			x[n++] = (struct extent){ d->col[i].place.at,
			    d->col[i].col.bytes };
	check_tiles(k, x, n, 0, s->size, "stripe");
}

static void
check_columns(struct check *k, struct stripe *s)
{
	struct arena a = { 0 };

	for (uint32_t c = 0; c < s->ncols; c++) {
		struct err e = { 0 };
		uint32_t pages = pages_of(s->col[c]->rows);
		struct vec v;

		if (stripe_check_index(s, c, &e) == -1)
			fault(k, &e);
		/* page by page, so that each bad one is named */
		for (uint32_t p = 0; p < pages; p++) {
			uint64_t one = UINT64_C(1) << p;

			e = (struct err){ 0 };
			if (stripe_load(s, c, &one, &a, &v, &e) == -1)
				fault(k, &e);
			arena_reset(&a);
		}
	}
	arena_free(&a);
}

static void
check_stripe(struct check *k, uint32_t no)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct stripe *s = block_stripe(k->block, no, &a, &e);
	struct str bytes;

	if (!s)
		fault(k, &e);
	else {
		check_stripe_places(k, s, &a);
		check_columns(k, s);
		for (uint32_t b = 0; b < s->dir.blobs; b++) {
			e = (struct err){ 0 };
			if (stripe_blob(s, s->dir.blob[b].name, &a, &bytes,
			    &e) == -1)
				fault(k, &e);
		}
	}
	arena_free(&a);
}

unsigned
block_check(struct block *b, void (*say)(void *arg, const char *msg),
    void *arg)
{
	struct check k = { .block = b, .say = say, .arg = arg };
	struct arena a = { 0 };
	struct str bytes;

	check_head(&k);
	check_places(&k);
	for (uint32_t n = 0; n < b->foot.stripes; n++)
		check_stripe(&k, n);
	for (uint32_t n = 0; n < b->foot.sections; n++) {
		struct err e = { 0 };

		if (block_read_section(b, b->foot.section[n].name, &a, &bytes,
		    &e) == -1)
			fault(&k, &e);
		arena_reset(&a);
	}
	arena_free(&a);
	return k.faults;
}

int
block_columns(struct block *b, void (*fn)(void *arg,
    const struct stripe_col *), void *arg, struct err *e)
{
	struct arena a = { 0 };
	int r = 0;

	for (uint32_t n = 0; n < b->foot.stripes && r == 0; n++) {
		struct stripe *s = block_stripe(b, n, &a, e);

		if (!s)
			r = -1;
		for (uint32_t c = 0; s && c < s->ncols; c++)
			fn(arg, s->col[c]);
		arena_reset(&a);
	}
	arena_free(&a);
	return r;
}
