#include "block/stripe.h"

#include "base/err.h"
#include "block/framecol.h"
#include "block/stripefile.h"

uint32_t
stripe_rows(const struct stripe *s, unsigned table)
{
	if (table >= TABLES_MAX)
		return 0;
	return s->frame ? frame_nrows(s->frame, table) : s->dir.rows[table];
}

uint32_t
stripe_ncols(const struct stripe *s)
{
	return s->ncols;
}

const struct stripe_col *
stripe_col(const struct stripe *s, uint32_t col)
{
	return s->col[col];
}

int
stripe_find(const struct stripe *s, unsigned table, struct str name,
    enum vec_type type)
{
	for (uint32_t k = 0; k < s->ncols; k++)
		if (s->col[k]->table == table && s->col[k]->type == type &&
		    str_eq(s->col[k]->name, name))
			return (int)k;
	return -1;
}

void
stripe_count(struct stripe *s, struct scan_count *count)
{
	s->count = count;
	if (count)
		__atomic_fetch_add(&count->stripes, 1, __ATOMIC_RELAXED);
}

const struct stripe_dir *
stripe_dir_of(const struct stripe *s)
{
	if (s->frame)
		die("block_copy: a stripe of a frame");
	return &s->dir;
}

static void
memory_range(struct stripe_col *sc, const struct vec *v)
{
	if (sc->type == VEC_FIX8 || sc->type == VEC_FIX16 ||
	    vec_coded(sc->type))
		return;
	for (uint32_t r = 0; r < v->rows; r++) {
		if (!vec_valid(v, r))
			continue;
		if (sc->type == VEC_F64) {
			double x = v->f[r];

			if (x != x) {
				sc->ranged = false;
				return;
			}
			sc->min_f = !sc->ranged || x < sc->min_f ? x :
			    sc->min_f;
			sc->max_f = !sc->ranged || x > sc->max_f ? x :
			    sc->max_f;
		} else {
			int64_t x = v->i[r];

			sc->min_i = !sc->ranged || x < sc->min_i ? x :
			    sc->min_i;
			sc->max_i = !sc->ranged || x > sc->max_i ? x :
			    sc->max_i;
		}
		sc->ranged = true;
	}
}

struct stripe *
frame_stripe(struct frame *f, struct arena *a)
{
	struct stripe *s = arena_zero(a, struct stripe, 1);
	struct stripe_col *sc = arena_zero(a, struct stripe_col, f->cols);

	s->mem = a;
	s->frame = f;
	s->ncols = f->cols;
	s->col = arena_new(a, const struct stripe_col *, f->cols);
	for (uint32_t k = 0; k < f->cols; k++) {
		const struct frame_column *c = f->col[k];
		struct vec v;

		frame_vec(f, k, &v);
		sc[k] = (struct stripe_col){ .table = c->table,
		    .type = c->type, .name = c->name, .rows = v.rows,
		    .nulls = c->nulls, .ndict = v.ndict };
		memory_range(&sc[k], &v);
		s->col[k] = &sc[k];
	}
	return s;
}
