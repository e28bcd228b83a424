#include "tql/plan.h"

#include "base/time.h"

static void
on_column(void *arg, const struct stripe_col *c, uint64_t pages,
    uint64_t bytes)
{
	struct plan *p = arg;
	struct buf key = { 0 };
	bool fresh;
	uint32_t no;

	buf_u8(&key, (uint8_t)c->table);
	buf_adds(&key, c->name);
	no = map_add(&p->cols, buf_str(&key), &fresh);
	buf_free(&key);
	if (fresh) {
		if (no == p->colcap) {
			p->col = arena_grow(&p->mem, p->col, no, no * 2 + 64,
			    sizeof *p->col);
			p->colcap = no * 2 + 64;
		}
		p->col[no] = (struct plan_col){ .table = c->table,
		    .name = str_skip(p->cols.key[no], 1) };
		p->ncol = no + (size_t)1;
	}
	p->col[no].pages += pages;
	p->col[no].bytes += bytes;
}

void
plan_init(struct plan *p, struct scan_count *count)
{
	*p = (struct plan){ .count = count };
	count->column = on_column;
	count->column_arg = p;
}

void
plan_free(struct plan *p)
{
	p->count->column = NULL;
	map_free(&p->cols);
	arena_free(&p->mem);
}

void
plan_part(struct plan *p, bool made)
{
	if (!p)
		return;
	p->parts++;
	p->made += made;
}

void
plan_begin(struct plan *p)
{
	if (!p)
		return;
	p->before = *p->count;
	p->from = time_mono();
}

static struct plan_step *
step_of(struct plan *p, enum plan_kind kind, const void *what)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->step[i].what == what)
			return &p->step[i];
	if (p->n == p->cap) {
		p->step = arena_grow(&p->mem, p->step, p->n, p->cap * 2 + 8,
		    sizeof *p->step);
		p->cap = p->cap * 2 + 8;
	}
	p->step[p->n] = (struct plan_step){ .kind = kind, .what = what };
	return &p->step[p->n++];
}

static uint64_t
count_bits(const uint64_t *bits, size_t words)
{
	uint64_t n = 0;

	for (size_t k = 0; k < words; k++)
		n += (uint64_t)__builtin_popcountll(bits[k]);
	return n;
}

void
plan_end(struct plan *p, enum plan_kind kind, const void *what,
    const uint64_t *in, const uint64_t *out, size_t words)
{
	const struct scan_count *now;
	struct plan_step *s;

	if (!p)
		return;
	s = step_of(p, kind, what);
	now = p->count;
	s->ns += time_mono() - p->from;
	s->in += count_bits(in, words);
	s->out += count_bits(out, words);
	s->read.pages += now->pages - p->before.pages;
	s->read.pages_skipped += now->pages_skipped -
	    p->before.pages_skipped;
	s->read.bytes_read += now->bytes_read - p->before.bytes_read;
	s->read.bytes_raw += now->bytes_raw - p->before.bytes_raw;
}

void
plan_end_all(struct plan *p, struct tql_expr *const *x, size_t n,
    const uint64_t *in, const uint64_t *out, size_t words)
{
	struct plan_step *s;

	if (!p)
		return;
	plan_end(p, PLAN_CONDITION, x[0], in, out, words);
	s = step_of(p, PLAN_CONDITION, x[0]);
	if (s->all)
		return;
	s->all = arena_new(&p->mem, struct tql_expr *, n);
	memcpy(s->all, x, n * sizeof *x);
	s->nall = n;
}
