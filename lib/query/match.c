/* Tables against tables: which series goes with which. */
#include "base/hash.h"
#include "query/binary.h"

#define NONE	UINT32_MAX

/* A side, its series numbered by what they are matched by. */
struct side {
	const struct table *t;
	uint32_t *sign;		/* by series */
};

struct match {
	const struct binary *b;
	struct side l, r;
	const struct side *many, *one;
	uint32_t *holder;	/* by sign and step: series of `one`, or NONE */
	uint64_t *taken;	/* by sign, bit a step: it had its pair */
	uint64_t *live;		/* steps at which both sides have something */
	struct map signs, made;
	struct table *out;
	struct buf key;
	struct notes *notes;
};

static void
sign(struct match *m, struct side *s, const struct table *t)
{
	s->t = t;
	s->sign = arena_new(m->out->mem, uint32_t, t->n);
	for (uint32_t i = 0; i < t->n; i++) {
		bool fresh;

		buf_reset(&m->key);
		labels_pick_key(&m->key, t->s[i].labels, &m->b->on);
		s->sign[i] = map_add(&m->signs, buf_str(&m->key), &fresh);
	}
}

/* Steps where the table has any point. */
static void
steps_with(const struct table *t, uint64_t *out)
{
	for (uint32_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < BITS_WORDS(t->steps); k++)
			out[k] |= t->s[i].has[k];
}

static int
twice(struct match *m, uint32_t a, uint32_t b, struct err *e)
{
	const char *side = m->one == &m->l ? "left" : "right";
	const struct series *s = m->one->t->s;
	struct buf by = { 0 }, two = { 0 };

	if (!m->b->dialect->names)
		return err_set(e, ERR_QUERY, "found duplicate series on the "
		    "%s hand-side;many-to-many matching not allowed: matching "
		    "labels must be unique on one side", side);
	labels_print(&by, labels_pick(s[a].labels, &m->b->on, m->out->mem));
	labels_print(&two, s[a].labels);
	buf_adds(&two, S(", "));
	labels_print(&two, s[b].labels);
	err_set(e, ERR_QUERY, "found duplicate series for the match group "
	    "%.*s on the %s hand-side of the operation: [%.*s];many-to-many "
	    "matching not allowed: matching labels must be unique on one side",
	    (int)(by.n > 60 ? 60 : by.n), by.p, side,
	    (int)(two.n > 200 ? 200 : two.n), two.p);
	buf_free(&by);
	buf_free(&two);
	return -1;
}

/* Who stands for each match on the side that must be unique. */
static int
hold(struct match *m, struct err *e)
{
	uint32_t steps = m->out->steps;
	size_t n = (size_t)m->signs.n * steps;

	m->holder = arena_new(m->out->mem, uint32_t, n);
	memset(m->holder, 0xff, n * sizeof *m->holder);
	for (uint32_t i = 0; i < m->one->t->n; i++) {
		uint32_t *h = m->holder + (size_t)m->one->sign[i] * steps;

		for (uint32_t at = 0; at < steps; at++) {
			if (!table_has(&m->one->t->s[i], at) ||
			    !bit_get(m->live, at))
				continue;
			if (h[at] != NONE)
				return twice(m, h[at], i, e);
			h[at] = i;
		}
	}
	return 0;
}

static struct labels
result_labels(struct match *m, const struct series *many,
    const struct series *one)
{
	const struct binary *b = m->b;
	struct labels l = many->labels;

	if (b->many == BIN_ONE) {
		struct label_pick p = b->on;

		p.nameless = false;
		return labels_pick(l, &p, m->out->mem);
	}
	for (uint32_t i = 0; i < b->ninclude; i++)
		l = labels_set(l, (struct label){ .name = b->include[i],
		    .value = labels_get(one->labels, b->include[i]) },
		    m->out->mem);
	return l;
}

/* Where the points of a pair go. */
static int
result(struct match *m, uint32_t sign_no, const struct series *many,
    const struct series *one, uint32_t *no, struct err *e)
{
	struct labels l = result_labels(m, many, one);
	bool fresh;

	buf_reset(&m->key);
	/* equal labels of two match groups are two series until the end */
	buf_u32(&m->key, m->b->many == BIN_ONE ? 0 : sign_no);
	labels_key(&m->key, l);
	*no = map_add(&m->made, buf_str(&m->key), &fresh);
	if (!fresh)
		return 0;
	struct series *s = table_add(m->out, l, e);

	if (!s)
		return -1;
	s->unname = many->unname || (m->b->dialect->names &&
	    (!bin_compares(m->b->op) || m->b->as_bool));
	return 0;
}

/* The points of a series of the many side, of match group `sign_no`. */
static int
pair(struct match *m, const struct series *many, uint32_t sign_no,
    struct err *e)
{
	uint32_t steps = m->out->steps, last = NONE, no = 0;
	const uint32_t *holder = m->holder + (size_t)sign_no * steps;
	uint64_t *taken = m->taken + sign_no * BITS_WORDS(steps);
	bool swap = m->many == &m->r;

	for (uint32_t at = 0; at < steps; at++) {
		const struct series *one;
		struct bin_point x, y;

		if (!table_has(many, at) || holder[at] == NONE)
			continue;
		if (m->b->many == BIN_ONE && bit_get(taken, at))
			return err_set(e, ERR_QUERY, "multiple matches for "
			    "labels: many-to-one matching must be explicit "
			    "(group_left/group_right)");
		bit_set(taken, at);
		one = &m->one->t->s[holder[at]];
		if (last != holder[at] &&
		    result(m, sign_no, many, one, &no, e) == -1)
			return -1;
		last = holder[at];
		if (m->b->many != BIN_ONE && table_has(&m->out->s[no], at))
			return err_set(e, ERR_QUERY, "multiple matches for "
			    "labels: grouping labels must ensure unique "
			    "matches");
		x = (struct bin_point){ table_hist(many, at), many->v[at] };
		y = (struct bin_point){ table_hist(one, at), one->v[at] };
		bin_points(m->b, swap ? y : x, swap ? x : y, swap ? y : x,
		    m->out, &m->out->s[no], at, m->notes);
	}
	return 0;
}

static int
pairs(struct match *m, struct err *e)
{
	size_t words = BITS_WORDS(m->out->steps);
	uint64_t *other = arena_zero(m->out->mem, uint64_t, words);

	m->many = m->b->many == BIN_MANY_RIGHT ? &m->r : &m->l;
	m->one = m->b->many == BIN_MANY_RIGHT ? &m->l : &m->r;
	m->live = arena_zero(m->out->mem, uint64_t, words);
	m->taken = arena_zero(m->out->mem, uint64_t, m->signs.n * words);
	steps_with(m->l.t, m->live);
	steps_with(m->r.t, other);
	for (size_t k = 0; k < words; k++)
		m->live[k] &= other[k];
	if (hold(m, e) == -1)
		return -1;
	for (uint32_t i = 0; i < m->many->t->n; i++)
		if (pair(m, &m->many->t->s[i], m->many->sign[i], e) == -1)
			return -1;
	return 0;
}

/* ---- and, or, unless ----------------------------------------------------- */

/* By sign: the steps at which a side has a point. */
static uint64_t *
present(struct match *m, const struct side *s)
{
	size_t words = BITS_WORDS(m->out->steps);
	uint64_t *out = arena_zero(m->out->mem, uint64_t, m->signs.n * words);

	for (uint32_t i = 0; i < s->t->n; i++)
		for (size_t k = 0; k < words; k++)
			out[s->sign[i] * words + k] |= s->t->s[i].has[k];
	return out;
}

/* Copies the points that are (not) at steps of the mask; NULL: all. */
static int
masked(struct match *m, const struct side *s, const uint64_t *mask, bool not,
    struct err *e)
{
	size_t words = BITS_WORDS(m->out->steps);

	for (uint32_t i = 0; i < s->t->n; i++) {
		const struct series *from = &s->t->s[i];
		struct series *to = table_add(m->out, from->labels, e);

		if (!to)
			return -1;
		*to = *from;
		to->has = arena_new(m->out->mem, uint64_t, words);
		for (size_t k = 0; k < words; k++) {
			uint64_t w = mask ? mask[s->sign[i] * words + k] : 0;

			to->has[k] = from->has[k] & (not || !mask ? ~w : w);
		}
	}
	return 0;
}

static int
sets(struct match *m, struct err *e)
{
	if (m->b->op != BIN_OR)
		return masked(m, &m->l, present(m, &m->r),
		    m->b->op == BIN_UNLESS, e);
	return masked(m, &m->l, NULL, false, e) == -1 ? -1 :
	    masked(m, &m->r, present(m, &m->l), true, e);
}

int
bin_tables(const struct binary *b, const struct table *l,
    const struct table *r, struct table *out, struct notes *notes,
    struct err *e)
{
	struct binary own = *b;
	struct match m = { .b = &own, .out = out, .notes = notes };
	int got;

	own.on.nameless = b->dialect->names && b->on.without;
	sign(&m, &m.l, l);
	sign(&m, &m.r, r);
	got = b->op >= BIN_AND ? sets(&m, e) : pairs(&m, e);
	if (got == 0)
		table_sweep(out);
	map_free(&m.signs);
	map_free(&m.made);
	buf_free(&m.key);
	return got;
}
