/*
 * tqldata: random traces, and a store of them that is cut over blocks and tail
 * at random. `seed` is the test's.
 */
#ifndef TESTS_TQLDATA_H
#define TESTS_TQLDATA_H

#include "trace/scan.h"

#include "cutstore.h"
#include "dice.h"
#include "pb.h"
#include "refspan.h"

#define BASE		INT64_C(1700000000000000000)

/* ---- data ------------------------------------------------------------------- */

static const struct str words[] = { S("a"), S("b"), S("GET /x"), S("") };

static inline struct tql_val
some_value(uint32_t key, struct arena *mem)
{
	struct tql_val *two;

	switch (key) {
	case 0: return ref_int(TQL_INT, (int64_t)roll(5) - 1);
	case 1: return (struct tql_val){ .type = TQL_FLOAT,
	    .f = roll(6) / 2.0 - 1 };
	case 2: return ref_str(words[roll(4)]);
	case 4: return tql_bool(roll(2));
	default: break;
	}
	if (roll(3) > 0)
		return some_value(roll(3), mem);
	two = arena_new(mem, struct tql_val, 2);
	two[0] = some_value(key = roll(2) * 2, mem);
	two[1] = some_value(key, mem);
	return (struct tql_val){ .type = TQL_ARRAY, .n = 2, .a = two };
}

static inline struct ref_attrs
some_attrs(uint32_t odds, struct arena *mem)
{
	struct ref_attrs a = { .v = { { .type = TQL_NIL } } };

	for (uint32_t k = 0; k < REF_KEYS; k++)
		if (roll(10) < odds)
			a.v[k] = some_value(k, mem);
	return a;
}

static inline void
make_span(struct ref_data *d, uint32_t at, struct arena *mem)
{
	struct ref_span *s = &d->s[at];
	uint32_t serial = 1;

	*s = (struct ref_span){ .trace = roll(REF_TRACES),
	    .received = at, .duration = roll(50) * 10,
	    .kind = roll(6), .status = roll(3),
	    .name = words[roll(3)], .message = words[2 + roll(2)],
	    .service = words[roll(2)], .scope = words[roll(2)],
	    .attr = some_attrs(5, mem), .res = some_attrs(2, mem),
	    .instr = some_attrs(1, mem) };
	for (uint32_t i = 0; i < at; i++)
		serial += d->s[i].trace == s->trace;
	s->id = serial;
	/* a span before it, a root, or one that never came */
	s->parent = roll(8) == 0 ? roll(2) * 999 : roll(serial);
	s->start = BASE + s->trace * INT64_C(5000000) + at +
	    (int64_t)roll(40) * 1000;
	s->events = roll(REF_KIDS + 1) * (roll(3) == 0);
	s->links = roll(REF_KIDS + 1) * (roll(5) == 0);
	for (uint32_t k = 0; k < s->events; k++)
		s->event[k] = (struct ref_kid){ words[roll(3)], roll(30),
		    some_attrs(4, mem) };
	for (uint32_t k = 0; k < s->links; k++)
		s->link[k].a = some_attrs(5, mem);
}

static inline void
make_data(struct ref_data *d, struct arena *mem)
{
	memset(d, 0, sizeof *d);
	d->n = 1 + roll(REF_SPANS);
	for (uint32_t i = 0; i < d->n; i++)
		make_span(d, i, mem);
	ref_tree(d);
}

/* ---- as records ------------------------------------------------------------- */

static inline void
put_value(struct buf *b, const struct tql_val *v)
{
	struct buf all = { 0 }, one = { 0 };
	uint64_t bits;

	switch (v->type) {
	case TQL_STR: pb_bytes(b, 1, v->s); break;
	case TQL_BOOL: pb_varint(b, 2, (uint64_t)v->i); break;
	case TQL_INT: pb_varint(b, 3, (uint64_t)v->i); break;
	case TQL_FLOAT:
		memcpy(&bits, &v->f, sizeof bits);
		pb_fixed64(b, 4, bits);
		break;
	default:
		for (uint32_t i = 0; i < v->n; i++) {
			buf_reset(&one);
			put_value(&one, &v->a[i]);
			pb_bytes(&all, 1, buf_str(&one));
		}
		pb_bytes(b, 5, buf_str(&all));
	}
	buf_free(&all);
	buf_free(&one);
}

static inline void
put_attr(struct buf *b, uint32_t no, struct str key, const struct tql_val *v)
{
	struct buf kv = { 0 }, any = { 0 };

	put_value(&any, v);
	pb_bytes(&kv, 1, key);
	pb_bytes(&kv, 2, buf_str(&any));
	pb_bytes(b, no, buf_str(&kv));
	buf_free(&kv);
	buf_free(&any);
}

static inline void
put_attrs(struct buf *b, uint32_t no, const char *before,
    const struct ref_attrs *a)
{
	for (uint32_t k = 0; k < REF_KEYS; k++) {
		char key[8];

		if (a->v[k].type == TQL_NIL)
			continue;
		snprintf(key, sizeof key, "%s%.*s", before, PS(ref_key[k]));
		put_attr(b, no, str_of(key), &a->v[k]);
	}
}

static inline void
put_id(struct buf *b, uint32_t no, uint32_t id)
{
	uint8_t raw[8] = { 0x5a, [5] = (uint8_t)(id >> 16),
	    [6] = (uint8_t)(id >> 8), [7] = (uint8_t)id };

	if (id > 0)
		pb_bytes(b, no, str_mk(raw, 8));
}

static inline void
put_kids(struct buf *b, const struct ref_span *s)
{
	struct buf one = { 0 };

	for (uint32_t k = 0; k < s->events; k++) {
		buf_reset(&one);
		pb_fixed64(&one, 1, (uint64_t)(s->start + s->event[k].time));
		pb_bytes(&one, 2, s->event[k].name);
		put_attrs(&one, 3, "e", &s->event[k].a);
		pb_bytes(b, 11, buf_str(&one));
	}
	for (uint32_t k = 0; k < s->links; k++) {
		buf_reset(&one);
		pb_bytes(&one, 1, S("0123456789abcdef"));
		put_id(&one, 2, k + 1);
		put_attrs(&one, 4, "l", &s->link[k].a);
		pb_bytes(b, 13, buf_str(&one));
	}
	buf_free(&one);
}

static inline void
put_span(struct buf *b, const struct ref_span *s)
{
	uint8_t id[16] = { 1, [15] = (uint8_t)s->trace };
	struct buf status = { 0 };

	pb_bytes(b, 1, str_mk(id, 16));
	put_id(b, 2, s->id);
	put_id(b, 4, s->parent);
	pb_bytes(b, 5, s->name);
	pb_varint(b, 6, (uint64_t)s->kind);
	pb_fixed64(b, 7, (uint64_t)s->start);
	pb_fixed64(b, 8, (uint64_t)(s->start + s->duration));
	put_attrs(b, 9, "", &s->attr);
	put_kids(b, s);
	pb_bytes(&status, 2, s->message);
	pb_varint(&status, 3, (uint64_t)s->status);
	pb_bytes(b, 15, buf_str(&status));
	buf_free(&status);
}

static inline void
put_record(struct buf *b, const struct ref_span *s)
{
	struct tql_val service = ref_str(s->service);
	struct buf res = { 0 }, scope = { 0 }, span = { 0 };

	put_attr(&res, 1, S("service.name"), &service);
	put_attrs(&res, 1, "", &s->res);
	pb_bytes(&scope, 1, s->scope);
	put_attrs(&scope, 3, "n", &s->instr);
	put_span(&span, s);
	pb_item(b, buf_str(&res), buf_str(&scope), buf_str(&span));
	buf_free(&res);
	buf_free(&scope);
	buf_free(&span);
}

/* ---- as a store --------------------------------------------------------------- */

static inline struct store_view *
make_store(struct cutstore *c, const char *tmp, const struct ref_data *d)
{
	*c = (struct cutstore){ .kind = &trace_kind, .roll = roll,
	    .odds = 12 };
	cutstore_begin(c, tmp);
	for (uint32_t i = 0; i < d->n; i++) {
		struct buf b = { 0 };

		put_record(&b, &d->s[i]);
		cutstore_add(c, buf_str(&b), 1000 + i);
		buf_free(&b);
	}
	return cutstore_end(c);
}

#endif
