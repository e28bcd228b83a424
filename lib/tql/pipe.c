/* Pipelines over a part. traceql.md sections 7 and 8. */
#include "base/hash.h"
#include "tql/part.h"

/* What a spanset expression gives. */
struct side {
	uint64_t *bits;
	uint64_t *many;		/* by trace: several spansets; NULL: nowhere */
};

static int set_eval(struct part *, const struct tql_set *, const uint64_t *sel,
    struct side *, struct err *);

/* ---- pipelines in brackets ------------------------------------------------ */

/* The traces in which spans lie in more than one spanset. */
static int
count_sets(struct part *p, const struct spansets *ss, struct side *out,
    struct err *e)
{
	if (!ss->of)
		return 0;
	if (part_traces(p, e) == -1)
		return -1;
	out->many = part_bits(p, TR_TRACE);
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++) {
		uint32_t from = (uint32_t)p->first[t], set = UINT32_MAX;

		for (uint32_t r = from; r < from + (uint32_t)p->spans[t];
		    r++) {
			if (!bit_get(ss->bits, r))
				continue;
			if (set != UINT32_MAX && set != ss->of[r])
				bit_set(out->many, t);
			set = ss->of[r];
		}
	}
	return 0;
}

/* Structure is between single spansets only. */
static int
refuse_many(struct part *p, const struct tql_set *s, const struct side *a,
    const struct side *b, struct err *e)
{
	uint64_t *both;

	if (!a->many && !b->many)
		return 0;
	both = part_bits(p, TR_SPAN);
	for (size_t k = 0; k < p->words; k++)
		both[k] = a->bits[k] | b->bits[k];
	if (part_whole(p, a->bits, both, e) == -1 ||
	    part_whole(p, b->bits, both, e) == -1)
		return -1;
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++) {
		bool some = false;

		if (!(a->many && bit_get(a->many, t)) &&
		    !(b->many && bit_get(b->many, t)))
			continue;
		for (int64_t k = 0; k < p->spans[t]; k++)
			some |= bit_get(both, (uint32_t)(p->first[t] + k));
		if (some)
			return caret_err(e, p->q->text, s->at, "spanset "
			    "operators are not supported for multiple "
			    "spansets per trace. consider using coalesce()");
	}
	return 0;
}

static int
leaf_eval(struct part *p, const struct tql_set *s, const uint64_t *sel,
    struct side *out, struct err *e)
{
	struct spansets in = { .bits = part_bits(p, TR_SPAN),
	    .n = p->rows[TR_TRACE] };

	if (!s->pipe)
		return part_filter(p, s->filter, sel, out->bits, e);
	memcpy(in.bits, sel, p->words * sizeof *in.bits);
	if (part_pipe(p, s->pipe, &in, e) == -1)
		return -1;
	out->bits = in.bits;
	return count_sets(p, &in, out, e);
}

static int
set_eval(struct part *p, const struct tql_set *s, const uint64_t *sel,
    struct side *out, struct err *e)
{
	struct side a, b;
	uint64_t *in;
	bool needs_left;

	*out = (struct side){ .bits = part_bits(p, TR_SPAN) };
	if (!s->l)
		return leaf_eval(p, s, sel, out, e);
	if (set_eval(p, s->l, sel, &a, e) == -1)
		return -1;
	/* where the left side found nothing, most operators give nothing */
	needs_left = s->op != OP_OR &&
	    !(s->op >= OP_NCHILD && s->op <= OP_NSIB);
	if (needs_left && !part_any(a.bits, p->words))
		return 0;
	in = part_bits(p, TR_SPAN);
	memcpy(in, sel, p->words * sizeof *in);
	if ((needs_left && part_whole(p, a.bits, in, e) == -1) ||
	    set_eval(p, s->r, in, &b, e) == -1)
		return -1;
	if (s->op != OP_AND && s->op != OP_OR &&
	    refuse_many(p, s, &a, &b, e) == -1)
		return -1;
	plan_begin(p->plan);
	if (part_join(p, s->op, a.bits, b.bits, out->bits, e) == -1)
		return -1;
	plan_end(p->plan, PLAN_JOIN, s, b.bits, out->bits, p->words);
	return 0;
}

/* ---- stages --------------------------------------------------------------- */

/*
 * An expression sees one spanset at a time: the first of each trace, then the
 * second, until no trace has more.
 */
static int
each_set(struct part *p, const struct tql_set *s, struct spansets *ss,
    struct err *e)
{
	uint64_t *left = part_bits(p, TR_SPAN), *out = part_bits(p, TR_SPAN);

	if (part_traces(p, e) == -1)
		return -1;
	memcpy(left, ss->bits, p->words * sizeof *left);
	while (part_any(left, p->words)) {
		uint64_t *now = part_bits(p, TR_SPAN);
		struct side got;

		for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++) {
			uint32_t set = UINT32_MAX;

			for (int64_t k = 0; k < p->spans[t]; k++) {
				uint32_t r = (uint32_t)(p->first[t] + k);

				if (!bit_get(left, r))
					continue;
				if (set == UINT32_MAX)
					set = ss->of[r];
				if (set == ss->of[r])
					bit_set(now, r);
			}
		}
		if (set_eval(p, s, now, &got, e) == -1)
			return -1;
		for (size_t k = 0; k < p->words; k++) {
			left[k] &= ~now[k];
			out[k] |= got.bits[k];
		}
	}
	ss->bits = out;
	return 0;
}

static int
stage_set(struct part *p, const struct tql_set *s, struct spansets *ss,
    struct err *e)
{
	struct side got;

	if (s->pipe)
		return part_pipe(p, s->pipe, ss, e);
	if (ss->of && s->l)
		return each_set(p, s, ss, e);
	if (set_eval(p, s, ss->bits, &got, e) == -1)
		return -1;
	ss->bits = got.bits;
	return 0;
}

/* What spansets were called by before, of those they are now made of. */
static struct set_attr *
renumber(struct part *p, const struct set_attr *a, const uint32_t *old,
    uint32_t n)
{
	struct set_attr *out;

	if (!a)
		return NULL;
	out = arena_new(p->mem, struct set_attr, 1);
	*out = *a;
	out->before = renumber(p, a->before, old, n);
	out->val = arena_new(p->mem, struct tql_val, n);
	for (uint32_t i = 0; i < n; i++)
		out->val[i] = a->val[old[i]];
	return out;
}

static int
stage_by(struct part *p, const struct tql_stage *st, struct spansets *ss,
    struct err *e)
{
	static const struct tql_val nil = { .type = TQL_STR,
	    .s = { "nil", 3 } };
	struct set_attr *a = arena_new(p->mem, struct set_attr, 1);
	uint32_t *of = arena_new(p->mem, uint32_t, p->rows[TR_SPAN]);
	uint32_t cap = 64, *old = arena_new(p->mem, uint32_t, cap);
	uint32_t *code = arena_new(p->mem, uint32_t, cap);
	const uint32_t *was;
	struct map map = { 0 };
	struct codes c;

	if (part_codes(p, st->expr, ss->bits, &c, e) == -1 ||
	    !(was = part_set_of(p, ss, e)))
		return -1;
	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = ss->bits[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);
			uint32_t key[2] = { was[row], c.code[row] }, no;
			bool fresh;

			no = map_add(&map, str_mk(key, sizeof key), &fresh);
			if (fresh && no == cap) {
				old = arena_grow(p->mem, old, no, no * 2,
				    sizeof *old);
				code = arena_grow(p->mem, code, no, no * 2,
				    sizeof *code);
				cap = no * 2;
			}
			if (fresh) {
				old[no] = key[0];
				code[no] = key[1];
			}
			of[row] = no;
		}
	*a = (struct set_attr){ .stage = st,
	    .before = renumber(p, ss->last, old, map.n),
	    .val = arena_new(p->mem, struct tql_val, map.n) };
	for (uint32_t i = 0; i < map.n; i++)
		a->val[i] = c.val[code[i]].type == TQL_NIL ? nil :
		    c.val[code[i]];
	ss->of = of;
	ss->n = map.n;
	ss->last = a;
	map_free(&map);
	return 0;
}

/* A stage that groups or counts the spans there are. */
static int
stage_over(struct part *p, const struct tql_stage *st, struct spansets *ss,
    struct err *e)
{
	uint64_t *copy = NULL;
	int r;

	if (p->plan) {		/* it may change them in place */
		copy = part_bits(p, TR_SPAN);
		memcpy(copy, ss->bits, p->words * sizeof *copy);
	}
	plan_begin(p->plan);
	r = (st->kind == STAGE_AGG ? part_aggregate : stage_by)(p, st, ss, e);
	plan_end(p->plan, PLAN_STAGE, st, copy, ss->bits, p->words);
	return r;
}

int
part_pipe(struct part *p, const struct tql_stage *st, struct spansets *ss,
    struct err *e)
{
	int r = 0;

	for (; st && r == 0 && part_any(ss->bits, p->words); st = st->next)
		switch (st->kind) {
		case STAGE_SET: r = stage_set(p, st->set, ss, e); break;
		case STAGE_AGG: case STAGE_BY:
			r = stage_over(p, st, ss, e);
			break;
		case STAGE_COALESCE:
			ss->of = NULL;
			ss->n = p->rows[TR_TRACE];
			ss->last = NULL;
			break;
		case STAGE_SELECT: break;
		}
	return r;
}

uint64_t *
part_spans(struct part *p, const uint64_t *skip, struct err *e)
{
	uint64_t *sel = part_bits(p, TR_SPAN);
	uint32_t rows = p->rows[TR_SPAN];

	memset(sel, 0xff, p->words * sizeof *sel);
	if (rows % 64)
		sel[p->words - 1] = (UINT64_C(1) << rows % 64) - 1;
	if (!skip || !part_any(skip, BITS_WORDS(p->rows[TR_TRACE])))
		return sel;
	if (part_traces(p, e) == -1)
		return NULL;
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++)
		for (int64_t k = 0; bit_get(skip, t) && k < p->spans[t]; k++) {
			uint32_t r = (uint32_t)(p->first[t] + k);

			sel[r / 64] &= ~(UINT64_C(1) << r % 64);
		}
	return sel;
}

int
part_eval(struct part *p, const uint64_t *skip, struct spansets *ss,
    struct err *e)
{
	*ss = (struct spansets){ .bits = part_spans(p, skip, e),
	    .n = p->rows[TR_TRACE] };
	return ss->bits ? part_pipe(p, p->q->pipe, ss, e) : -1;
}
