/*
 * refspan: spans in memory, the trees they are, and what a field of one of them
 * is: what traceref.h evaluates over, and tqldata.h makes up.
 */
#ifndef UNIT_REFSPAN_H
#define UNIT_REFSPAN_H

#include "tql/ast.h"
#include "unit.h"

#define REF_TRACES	6u
#define REF_SPANS	60u	/* in all */
#define REF_KEYS	5u
#define REF_KIDS	3u

/* Attributes by key, TQL_NIL: missing. Those of events, links and scopes have
 * a letter more in front (ei, li, ni), so that .i is of spans and resources. */
struct ref_attrs { struct tql_val v[REF_KEYS]; };
static const struct str ref_key[REF_KEYS] = { S("i"), S("f"), S("s"), S("m"),
    S("b") };

struct ref_kid { struct str name; int64_t time; struct ref_attrs a; };

struct ref_span {
	uint32_t trace, id, parent;	/* id from 1; parent 0: a root */
	int64_t start, duration, kind, status;
	struct str name, message, service, scope;
	struct ref_attrs attr, res, instr;
	struct ref_kid event[REF_KIDS], link[REF_KIDS];
	uint32_t events, links, received;
	/* found by ref_tree */
	struct ref_span *up;
	bool rooted;
	int64_t left, right, above, children;
};

struct ref_data { struct ref_span s[REF_SPANS]; uint32_t n; };

/* An operator failed, such as 1 / 0. The engine may fail as well, or not, where
 * it need not look there. */
static bool ref_failed;

/* ---- trees ------------------------------------------------------------------ */

static inline struct ref_span *
ref_next_child(struct ref_data *d, uint32_t trace, const struct ref_span *up,
    int64_t after)
{
	struct ref_span *best = NULL;

	for (uint32_t i = 0; i < d->n; i++) {
		struct ref_span *s = &d->s[i];

		if (s->trace == trace && s->up == up && s->start > after &&
		    (up || s->parent == 0) && (!best || s->start <
		    best->start))
			best = s;
	}
	return best;
}

static inline void
ref_number(struct ref_data *d, uint32_t trace, struct ref_span *s, int64_t *n)
{
	s->rooted = true;
	s->left = (*n)++;
	s->above = s->up ? s->up->left : -1;
	for (struct ref_span *c = ref_next_child(d, trace, s, -1); c;
	    c = ref_next_child(d, trace, s, c->start))
		ref_number(d, trace, c, n);
	s->right = (*n)++;
}

static inline void
ref_tree(struct ref_data *d)
{
	for (uint32_t i = 0; i < d->n; i++)
		for (uint32_t k = 0; k < d->n; k++)
			if (d->s[k].trace == d->s[i].trace &&
			    d->s[k].id == d->s[i].parent) {
				d->s[i].up = &d->s[k];
				d->s[k].children++;
			}
	for (uint32_t t = 0; t < REF_TRACES; t++) {
		int64_t n = 1;

		for (struct ref_span *s = ref_next_child(d, t, NULL, -1); s;
		    s = ref_next_child(d, t, NULL, s->start))
			ref_number(d, t, s, &n);
	}
}

static inline const struct ref_span *
ref_root(const struct ref_data *d, uint32_t trace)
{
	const struct ref_span *best = NULL;

	for (uint32_t i = 0; i < d->n; i++)
		if (d->s[i].trace == trace && d->s[i].parent == 0 &&
		    (!best || d->s[i].received > best->received))
			best = &d->s[i];
	return best;
}

/* ---- values ----------------------------------------------------------------- */

static inline struct tql_val
ref_str(struct str s)
{
	return (struct tql_val){ .type = TQL_STR, .s = s };
}

static inline struct tql_val
ref_int(enum tql_type type, int64_t i)
{
	return (struct tql_val){ .type = type, .i = i };
}

static inline struct tql_val
ref_attr(const struct ref_attrs *a, struct str key)
{
	for (uint32_t k = 0; k < REF_KEYS; k++)
		if (str_eq(ref_key[k], key))
			return a->v[k];
	return (struct tql_val){ .type = TQL_NIL };
}

static inline struct tql_val
ref_duration(const struct ref_data *d, uint32_t trace)
{
	int64_t from = INT64_MAX, to = 0;

	for (uint32_t i = 0; i < d->n; i++)
		if (d->s[i].trace == trace) {
			int64_t end = d->s[i].start + d->s[i].duration;

			from = d->s[i].start < from ? d->s[i].start : from;
			to = end > to ? end : to;
		}
	return ref_int(TQL_DURATION, to - from);
}

static inline struct tql_val
ref_id(struct arena *a, uint32_t id)
{
	return ref_str(arena_printf(a, "%s%06x", id ? "5a00000000" :
	    "0000000000", id));
}

static inline struct tql_val
ref_intrinsic(const struct ref_data *d, const struct ref_span *s,
    enum tql_intrinsic in, struct arena *a)
{
	const struct ref_span *root = ref_root(d, s->trace);

	switch (in) {
	case IN_DURATION: return ref_int(TQL_DURATION, s->duration);
	case IN_NAME: return ref_str(s->name);
	case IN_STATUS: return ref_int(TQL_STATUS, s->status);
	case IN_KIND: return ref_int(TQL_KIND, s->kind);
	case IN_MESSAGE: return ref_str(s->message);
	case IN_ROOT_NAME: return ref_str(root ? root->name : S(""));
	case IN_ROOT_SERVICE: return ref_str(root ? root->service : S(""));
	case IN_TRACE_DURATION: return ref_duration(d, s->trace);
	case IN_NS_LEFT: return ref_int(TQL_INT, s->left);
	case IN_NS_RIGHT: return ref_int(TQL_INT, s->right);
	case IN_NS_PARENT: return ref_int(TQL_INT, s->above);
	case IN_CHILD_COUNT: return ref_int(TQL_INT, s->children);
	case IN_SPAN_ID: return ref_id(a, s->id);
	case IN_PARENT_ID: return ref_id(a, s->parent);
	case IN_INSTR_NAME: return ref_str(s->scope);
	default: return (struct tql_val){ .type = TQL_NIL };
	}
}

/* Where an attribute is looked up: 0 the span itself, 1 its events, 2 links. */
static inline unsigned
ref_where(const struct tql_attr *a)
{
	return a->scope == SCOPE_EVENT || a->in == IN_EVENT_NAME ||
	    a->in == IN_EVENT_TIME ? 1 : a->scope == SCOPE_LINK ? 2 : 0;
}

/* The value; of event `ev` and link `li` where it is theirs. */
static inline struct tql_val
ref_value(const struct ref_data *d, const struct ref_span *s,
    const struct tql_attr *a, uint32_t ev, uint32_t li, struct arena *mem)
{
	struct tql_val v = { .type = TQL_NIL };

	if (a->in == IN_EVENT_NAME)
		return ev < s->events ? ref_str(s->event[ev].name) : v;
	if (a->in == IN_EVENT_TIME)
		return ev < s->events ? ref_int(TQL_DURATION,
		    s->event[ev].time) : v;
	if (a->in != IN_NONE)
		return ref_intrinsic(d, s, a->in, mem);
	if (a->scope == SCOPE_ANY || a->scope == SCOPE_NEAR ||
	    a->scope == SCOPE_SPAN)
		v = ref_attr(&s->attr, a->name);
	if (v.type == TQL_NIL && (a->scope == SCOPE_ANY ||
	    a->scope == SCOPE_NEAR || a->scope == SCOPE_RES))
		v = str_eq(a->name, S("service.name")) ? ref_str(s->service) :
		    ref_attr(&s->res, a->name);
	if (a->scope == SCOPE_EVENT && ev < s->events)
		v = ref_attr(&s->event[ev].a, str_skip(a->name, 1));
	if (a->scope == SCOPE_LINK && li < s->links)
		v = ref_attr(&s->link[li].a, str_skip(a->name, 1));
	if (a->scope == SCOPE_INSTR)
		v = ref_attr(&s->instr, str_skip(a->name, 1));
	return v;
}

#endif
