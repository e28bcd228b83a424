/* What follows from parents: trees, roots, operators. traceql.md section 8. */
#include "tql/part.h"

int
part_tree(struct part *p, struct err *e)
{
	struct part_tree *t = &p->tree;
	const int64_t *parent;

	if (t->up)
		return 0;
	if (part_ints(p, TR_SPAN, S("parent"), NULL, &parent, e) == -1)
		return -1;
	t->up = arena_new(p->mem, uint32_t, p->rows[TR_SPAN] + 1);
	t->rooted = part_bits(p, TR_SPAN);
	for (uint32_t r = 0; r < p->rows[TR_SPAN]; r++) {
		bool has = parent[r] > 0 && parent[r] <= r;

		t->up[r] = has ? r - (uint32_t)parent[r] : NO_ROW;
		if (parent[r] == 0 || (has && bit_get(t->rooted, t->up[r])))
			bit_set(t->rooted, r);
	}
	return 0;
}

/* Links into the same trace that say child_of make a root a false one. */
static int
false_roots(struct part *p, uint64_t *out, struct err *e)
{
	struct part_col *kind, *to;
	const int64_t *span;

	kind = part_find(p, TR_LINK, S("l.opentracing.ref_type"), VEC_STR);
	to = part_find(p, TR_LINK, S("trace_id"), VEC_FIX16);
	if (!kind || !to)
		return 0;
	struct part_col *id = part_find(p, TR_TRACE, S("id"), VEC_FIX16);
	if (part_load(p, kind, NULL, NULL, e) == -1 ||
	    part_load(p, to, NULL, NULL, e) == -1 ||
	    part_load(p, id, NULL, NULL, e) == -1 ||
	    part_ints(p, TR_LINK, S("span"), NULL, &span, e) == -1)
		return -1;
	for (uint32_t l = 0, t = 0; l < p->rows[TR_LINK]; l++) {
		while (t + 1 < p->rows[TR_TRACE] && p->first[t + 1] <= span[l])
			t++;
		if (vec_valid(&kind->vec, l) &&
		    str_eq(vec_str(&kind->vec, l), S("child_of")) &&
		    memcmp(to->vec.fix + (size_t)l * 16, id->vec.fix +
		    (size_t)t * 16, 16) == 0)
			bit_set(out, (uint32_t)span[l]);
	}
	return 0;
}

/* The rows of the traces in the bitmap (NULL: of all), ascending. */
static uint32_t *
rows_of_traces(struct part *p, const uint64_t *traces, uint32_t *n)
{
	uint32_t *row, all = 0;

	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++)
		if (!traces || bit_get(traces, t))
			all += (uint32_t)p->spans[t];
	row = arena_new(p->mem, uint32_t, all);
	*n = 0;
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++)
		for (int64_t k = 0; (!traces || bit_get(traces, t)) &&
		    k < p->spans[t]; k++)
			row[(*n)++] = (uint32_t)(p->first[t] + k);
	return row;
}

/* What root_of looks at: row[k]'s parent, and when it was received. */
struct rooting {
	const uint32_t *row;
	uint32_t n, at;		/* the trace's rows begin here */
	const uint64_t *fake;	/* by span */
	struct vec parent, received;
};

/* Of a trace's roots the last received names it. Section 4. */
static int
root_of(struct part *p, uint32_t t, struct rooting *ro, struct err *e)
{
	uint32_t end = ro->at + (uint32_t)p->spans[t], best = NO_ROW;

	for (; ro->at < end; ro->at++) {
		if (ro->parent.i[ro->at] != 0 ||
		    bit_get(ro->fake, ro->row[ro->at]))
			continue;
		if (best != NO_ROW && !ro->received.i && part_pick(p, TR_SPAN,
		    S("received"), VEC_INT, ro->row, ro->n, &ro->received,
		    e) == -1)
			return -1;
		if (best == NO_ROW ||
		    ro->received.i[ro->at] >= ro->received.i[best])
			best = ro->at;
	}
	p->root[t] = best == NO_ROW ? NO_ROW : ro->row[best];
	return 0;
}

/* The roots of the traces in the bitmap, by their spans. */
static int
seek_roots(struct part *p, const uint64_t *traces, struct err *e)
{
	uint64_t *fake = part_bits(p, TR_SPAN);
	struct rooting ro = { .fake = fake };

	if (!part_any(traces, BITS_WORDS(p->rows[TR_TRACE])))
		return 0;
	if (false_roots(p, fake, e) == -1)
		return -1;
	ro.row = rows_of_traces(p, traces, &ro.n);
	if (part_pick(p, TR_SPAN, S("parent"), VEC_INT, ro.row, ro.n,
	    &ro.parent, e) == -1)
		return -1;
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++)
		if (bit_get(traces, t) && root_of(p, t, &ro, e) == -1)
			return -1;
	return 0;
}

/* Takes what the traces' own column knows from those to be sought. */
static int
known_roots(struct part *p, uint64_t *seek, struct err *e)
{
	struct part_col *c = part_find(p, TR_TRACE, S("root"), VEC_INT);

	/* a link may make a root a false one */
	if (!c || part_find(p, TR_LINK, S("l.opentracing.ref_type"), VEC_STR))
		return 0;
	if (part_load(p, c, NULL, NULL, e) == -1)
		return -1;
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++) {
		int64_t at = c->vec.i[t];

		if (!vec_valid(&c->vec, t) || at >= p->spans[t])
			continue;
		p->root[t] = at < 0 ? NO_ROW : (uint32_t)(p->first[t] + at);
		seek[t / 64] &= ~(UINT64_C(1) << t % 64);
	}
	return 0;
}

/* The roots of the traces in the bitmap; NULL: of all. */
int
part_roots(struct part *p, const uint64_t *traces, struct err *e)
{
	size_t words = BITS_WORDS(p->rows[TR_TRACE]);
	uint64_t *seek;

	if (p->roots)
		return 0;
	p->roots = !traces;
	p->root = arena_new(p->mem, uint32_t, p->rows[TR_TRACE] + 1);
	seek = part_bits(p, TR_TRACE);
	if (traces)
		memcpy(seek, traces, words * sizeof *seek);
	for (uint32_t t = 0; !traces && t < p->rows[TR_TRACE]; t++)
		bit_set(seek, t);
	return part_traces(p, e) == -1 || known_roots(p, seek, e) == -1 ? -1 :
	    seek_roots(p, seek, e);
}

static void
vec_ints(struct part *p, struct vec *v, unsigned table, int64_t **i)
{
	*i = arena_zero(p->mem, int64_t, p->rows[table] + 1);
	*v = (struct vec){ .type = VEC_INT, .rows = p->rows[table], .i = *i };
}

static int
trace_duration(struct part *p, struct vec *v, struct err *e)
{
	const int64_t *start, *end;
	int64_t *out;

	if (part_ints(p, TR_TRACE, S("start"), NULL, &start, e) == -1 ||
	    part_ints(p, TR_TRACE, S("end"), NULL, &end, e) == -1)
		return -1;
	vec_ints(p, v, TR_TRACE, &out);
	for (uint32_t t = 0; t < v->rows; t++)
		out[t] = (int64_t)((uint64_t)end[t] - (uint64_t)start[t]);
	return 0;
}

/* A string of each trace's root span: its name or its service. */
static int
root_text(struct part *p, bool service, struct vec *v, struct err *e)
{
	struct part_col *name = part_find(p, TR_SPAN, S("name"), VEC_STR);
	const struct str *services;
	const int64_t *res;
	uint64_t *sel = part_bits(p, TR_SPAN);
	struct str *text;

	if (part_roots(p, NULL, e) == -1)
		return -1;
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++)
		if (p->root[t] != NO_ROW)
			bit_set(sel, p->root[t]);
	if (service ? part_services(p, &services, e) == -1 ||
	    part_ints(p, TR_SPAN, S("res"), sel, &res, e) == -1 :
	    name && part_load(p, name, sel, NULL, e) == -1)
		return -1;
	text = arena_zero(p->mem, struct str, p->rows[TR_TRACE] + 1);
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++) {
		uint32_t r = p->root[t];

		text[t] = S("");
		if (r != NO_ROW && service)
			text[t] = services[res[r]];
		else if (r != NO_ROW && name && vec_valid(&name->vec, r))
			text[t] = vec_str(&name->vec, r);
	}
	*v = (struct vec){ .type = VEC_STR, .rows = p->rows[TR_TRACE],
	    .dict = text, .ndict = p->rows[TR_TRACE] };
	return 0;
}

static int
child_count(struct part *p, struct vec *v, struct err *e)
{
	int64_t *out;

	if (part_tree(p, e) == -1)
		return -1;
	vec_ints(p, v, TR_SPAN, &out);
	for (uint32_t r = 0; r < v->rows; r++)
		if (p->tree.up[r] != NO_ROW)
			out[p->tree.up[r]]++;
	return 0;
}

/* Left and right numbers: rows are in pre-order, so a stack does. */
static int
nested_set(struct part *p, enum tql_intrinsic in, struct vec *v,
    struct err *e)
{
	int64_t *left, *right, *above, n;
	struct vec other;
	uint32_t *stack, depth, *up;

	if (part_traces(p, e) == -1 || part_tree(p, e) == -1)
		return -1;
	up = p->tree.up;
	vec_ints(p, v, TR_SPAN, &left);
	vec_ints(p, &other, TR_SPAN, &right);
	vec_ints(p, &other, TR_SPAN, &above);
	stack = arena_new(p->mem, uint32_t, p->rows[TR_SPAN] + 1);
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++) {
		uint32_t from = (uint32_t)p->first[t];

		n = 1;
		depth = 0;
		for (uint32_t r = from; r < from + (uint32_t)p->spans[t];
		    r++) {
			if (!bit_get(p->tree.rooted, r))
				continue;
			while (depth > 0 && stack[depth - 1] != up[r])
				right[stack[--depth]] = n++;
			left[r] = n++;
			above[r] = up[r] == NO_ROW ? -1 : left[up[r]];
			stack[depth++] = r;
		}
		while (depth > 0)
			right[stack[--depth]] = n++;
	}
	v->i = in == IN_NS_LEFT ? left : in == IN_NS_RIGHT ? right : above;
	return 0;
}

/* The parent's id, also of parents that are not here; zeros for roots. */
static int
parent_ids(struct part *p, struct vec *v, struct err *e)
{
	struct part_col *id = part_find(p, TR_SPAN, S("id"), VEC_FIX8);
	struct part_col *raw = part_find(p, TR_SPAN, S("parent_id"),
	    VEC_FIX8);
	uint8_t *out = arena_get0(p->mem, p->rows[TR_SPAN] + 1, 8);

	if (part_tree(p, e) == -1 ||
	    (id && part_load(p, id, NULL, NULL, e) == -1) ||
	    (raw && part_load(p, raw, NULL, NULL, e) == -1))
		return -1;
	for (uint32_t r = 0; r < p->rows[TR_SPAN]; r++) {
		uint32_t up = p->tree.up[r];

		if (up != NO_ROW && id)
			memcpy(out + (size_t)r * 8, id->vec.fix +
			    (size_t)up * 8, 8);
		else if (raw && vec_valid(&raw->vec, r))
			memcpy(out + (size_t)r * 8, raw->vec.fix +
			    (size_t)r * 8, 8);
	}
	*v = (struct vec){ .type = VEC_FIX8, .rows = p->rows[TR_SPAN],
	    .fix = out };
	return 0;
}

int
part_made(struct part *p, enum tql_intrinsic in, struct vec *v,
    struct err *e)
{
	switch (in) {
	case IN_TRACE_DURATION: return trace_duration(p, v, e);
	case IN_ROOT_NAME: return root_text(p, false, v, e);
	case IN_ROOT_SERVICE: return root_text(p, true, v, e);
	case IN_CHILD_COUNT: return child_count(p, v, e);
	case IN_PARENT_ID: return parent_ids(p, v, e);
	default: return nested_set(p, in, v, e);
	}
}

/* ---- operators between spansets --------------------------------------- */

/* Spans of b that stand in the relation to one of a. */
static void
below(const struct part *p, bool any, const uint64_t *a, const uint64_t *b,
    uint64_t *out, uint64_t *under)
{
	const uint32_t *up = p->tree.up;

	for (uint32_t r = 0; r < p->rows[TR_SPAN]; r++)
		if (up[r] != NO_ROW && bit_get(p->tree.rooted, r) &&
		    (bit_get(a, up[r]) || (any && bit_get(under, up[r])))) {
			bit_set(under, r);
			if (bit_get(b, r))
				bit_set(out, r);
		}
}

static void
above(const struct part *p, bool any, const uint64_t *a, const uint64_t *b,
    uint64_t *out, uint64_t *over)
{
	const uint32_t *up = p->tree.up;

	for (uint32_t r = p->rows[TR_SPAN]; r-- > 0;)
		if (up[r] != NO_ROW && bit_get(p->tree.rooted, r) &&
		    (bit_get(a, r) || (any && bit_get(over, r)))) {
			bit_set(over, up[r]);
			if (bit_get(b, up[r]))
				bit_set(out, up[r]);
		}
}

/* Siblings: how many of a hang below each parent (roots: each trace). */
static void
beside(const struct part *p, const uint64_t *a, const uint64_t *b,
    uint64_t *out, uint32_t *count)
{
	const uint32_t *up = p->tree.up;
	uint32_t rows = p->rows[TR_SPAN];

	for (int pass = 0; pass < 2; pass++)
		for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++)
			for (int64_t k = 0; k < p->spans[t]; k++) {
				uint32_t r = (uint32_t)(p->first[t] + k);
				uint32_t at = up[r] == NO_ROW ? rows + t :
				    up[r];

				if (!bit_get(p->tree.rooted, r))
					continue;
				if (pass == 0)
					count[at] += bit_get(a, r);
				else if (bit_get(b, r) &&
				    count[at] > bit_get(a, r))
					bit_set(out, r);
			}
}

static void
relate(struct part *p, enum tql_op op, const uint64_t *a, const uint64_t *b,
    uint64_t *out)
{
	uint64_t *seen = part_bits(p, TR_SPAN);

	switch (op) {
	case OP_CHILD: below(p, false, a, b, out, seen); break;
	case OP_DESC: below(p, true, a, b, out, seen); break;
	case OP_PARENT: above(p, false, a, b, out, seen); break;
	case OP_ANC: above(p, true, a, b, out, seen); break;
	default: beside(p, a, b, out, arena_zero(p->mem, uint32_t,
	    p->rows[TR_SPAN] + p->rows[TR_TRACE] + 1));
	}
}

static enum tql_op
turned(enum tql_op op)
{
	return op == OP_CHILD ? OP_PARENT : op == OP_PARENT ? OP_CHILD :
	    op == OP_DESC ? OP_ANC : op == OP_ANC ? OP_DESC : op;
}

int
part_whole(struct part *p, const uint64_t *of, uint64_t *out, struct err *e)
{
	if (part_traces(p, e) == -1)
		return -1;
	for (uint32_t t = 0; t < p->rows[TR_TRACE]; t++) {
		uint32_t from = (uint32_t)p->first[t];
		uint32_t to = from + (uint32_t)p->spans[t];
		bool has = false;

		for (uint32_t r = from; r < to && !has; r++)
			has = bit_get(of, r);
		for (uint32_t r = from; r < to && !has; r++)
			out[r / 64] &= ~(UINT64_C(1) << r % 64);
	}
	return 0;
}

int
part_join(struct part *p, enum tql_op op, const uint64_t *a,
    const uint64_t *b, uint64_t *out, struct err *e)
{
	if (op == OP_AND || op == OP_OR) {
		for (size_t k = 0; k < p->words; k++)
			out[k] = a[k] | b[k];
		return op == OP_OR ? 0 : part_whole(p, a, out, e) == -1 ||
		    part_whole(p, b, out, e) == -1 ? -1 : 0;
	}
	if (part_traces(p, e) == -1 || part_tree(p, e) == -1)
		return -1;
	if (op >= OP_UCHILD) {
		op = op - OP_UCHILD + OP_CHILD;
		relate(p, op, a, b, out);
		relate(p, turned(op), b, a, out);
	} else if (op >= OP_NCHILD) {
		relate(p, op - OP_NCHILD + OP_CHILD, a, b, out);
		for (size_t k = 0; k < p->words; k++)
			out[k] = b[k] & ~out[k];
	} else {
		relate(p, op, a, b, out);
	}
	return 0;
}
