#include "loki/push.h"

#include <stdlib.h>

#include "base/time.h"
#include "loki/labels.h"
#include "loki/pairs.h"
#include "loki/watch.h"
#include "otlp/walk.h"
#include "show/json.h"

#define KEPT_CONTEXTS	4096u
#define KEPT_NAMES	16384u
#define KEPT_BYTES	((size_t)8 << 20)	/* of either */
#define NAME_MAX_KEPT	256u		/* longer ones are made anew */

/* What all records under a resource and a scope share, in the form's bytes. */
struct context { struct str labels, meta; };

struct push {
	enum body_form form;
	struct buf promoted;
	bool given;
	struct watch watch;
	struct map contexts;		/* Resource and scope as they came */
	struct context *context;	/* by number */
	struct map names;		/* attributes' names as they came */
	struct str *name;		/* as pair_name writes them, by number */
	struct arena context_mem, name_mem, scratch;
	struct buf meta, text, key;	/* scratch of an entry */
	/* where we are */
	struct otlp_items it;
	uint32_t resource_no, scope_no;
	struct context at;
	uint32_t stream;		/* in the body being filled */
	bool begun, held;		/* `item` did not fit */
	struct str item;
	uint64_t received;
};

struct push *
push_new(enum body_form form, struct str promoted,
    void (*say)(void *arg, const char *msg), void *arg)
{
	struct push *p = xcalloc(1, sizeof *p);

	p->form = form;
	p->given = promoted.p != NULL;
	buf_adds(&p->promoted, promoted);
	p->watch = (struct watch){ .say = say, .arg = arg,
	    .max = PUSH_VALUES_MAX };
	p->context = xcalloc(KEPT_CONTEXTS, sizeof *p->context);
	p->name = xcalloc(KEPT_NAMES, sizeof *p->name);
	return p;
}

void
push_free(struct push *p)
{
	if (!p)
		return;
	watch_free(&p->watch);
	map_free(&p->contexts);
	map_free(&p->names);
	arena_free(&p->context_mem);
	arena_free(&p->name_mem);
	arena_free(&p->scratch);
	buf_free(&p->promoted);
	buf_free(&p->meta);
	buf_free(&p->text);
	buf_free(&p->key);
	free(p->context);
	free(p->name);
	free(p);
}

/* What stands before a pair's value, but for lengths that depend on it. */
static void
pair_name(enum body_form form, struct str name, struct buf *out)
{
	struct json j = { .b = out };

	if (form == BODY_JSON) {
		json_key(&j, name);
		return;
	}
	buf_u8(out, 1 << 3 | 2);
	buf_varint(out, name.n);
	buf_adds(out, name);
	buf_u8(out, 2 << 3 | 2);
}

static inline char *
varint_at(char *p, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (char)(v | 0x80);
	*p++ = (char)v;
	return p;
}

/* Most of what is written is pairs: one step a pair is a tenth of the whole. */
static void
put_pair(enum body_form form, struct str name, struct str value,
    struct buf *out)
{
	struct json j = { .b = out };

	if (form == BODY_JSON) {
		buf_u8(out, ',');
		buf_adds(out, name);
		json_str(&j, value);
		return;
	}
	size_t n = name.n + varint_size(value.n) + value.n;
	char *p = buf_extend(out, 1 + varint_size(n) + n);

	*p = 3 << 3 | 2;
	p = varint_at(p + 1, n);
	memcpy(p, name.p, name.n);
	p = varint_at(p + name.n, value.n);
	memcpy(p, value.p, value.n);
}

/* A pair whose name is in its last form already. */
static void
put_named(struct push *p, struct str name, struct str value, struct buf *out)
{
	buf_reset(&p->key);
	pair_name(p->form, name, &p->key);
	put_pair(p->form, buf_str(&p->key), value, out);
}

static void
put_flat(void *arg, struct str name, struct str text)
{
	struct push *p = arg;

	put_named(p, name, text, &p->meta);
}

/* The name of an attribute as pair_name has it; empty: none is left of it. */
static struct str
known_name(struct push *p, struct str raw)
{
	bool fresh;

	if (p->names.n >= KEPT_NAMES) {	/* of NAME_MAX_KEPT bytes */
		map_reset(&p->names);
		arena_reset(&p->name_mem);
	}
	uint32_t k = map_add(&p->names, raw, &fresh);

	if (fresh) {
		struct buf plain = { 0 }, named = { 0 };

		label_name(&plain, raw);
		if (plain.n > 0)
			pair_name(p->form, buf_str(&plain), &named);
		p->name[k] = arena_str(&p->name_mem, buf_str(&named));
		buf_free(&plain);
		buf_free(&named);
	}
	return p->name[k];
}

static void
put_attr(struct push *p, const struct attr *a)
{
	struct str name, text = a->value.s;

	if (a->value.type == VALUE_MAP || a->key.n > NAME_MAX_KEPT) {
		label_flatten(&p->scratch, a, put_flat, p);
		return;
	}
	name = known_name(p, a->key);
	if (a->value.type != VALUE_STR) {
		buf_reset(&p->text);
		label_text(&p->text, &a->value);
		text = buf_str(&p->text);
	}
	if (name.n > 0 && text.n > 0)
		put_pair(p->form, name, text, &p->meta);
}

static void
put_number(struct push *p, struct str name, uint64_t v)
{
	buf_reset(&p->text);
	buf_digits(&p->text, v);
	put_named(p, name, buf_str(&p->text), &p->meta);
}

static void
put_id(struct push *p, struct str name, struct str id, size_t n)
{
	char hex[33];

	for (size_t i = 0; id.n == n && i < n; i++)
		if (id.p[i] != 0) {
			str_hex(hex, id.p, n);
			put_named(p, name, str_mk(hex, 2 * n), &p->meta);
			return;
		}
}

static void
put_fields(struct push *p, const struct logrec *l)
{
	if (l->time != 0 && l->observed != 0)
		put_number(p, S("observed_timestamp"), l->observed);
	if (l->severity != 0)
		put_number(p, S("severity_number"), l->severity);
	if (l->severity_text.n > 0)
		put_named(p, S("severity_text"), l->severity_text, &p->meta);
	if (l->dropped_attributes != 0)
		put_number(p, S("dropped_attributes_count"),
		    l->dropped_attributes);
	if (l->flags != 0)
		put_number(p, S("flags"), l->flags);
	put_id(p, S("trace_id"), l->trace_id, 16);
	put_id(p, S("span_id"), l->span_id, 8);
	if (l->event_name.n > 0)
		put_named(p, S("event_name"), l->event_name, &p->meta);
}

static void
entry_protobuf(uint64_t time, struct str line, struct str meta,
    struct buf *out)
{
	uint64_t s = time / NS_S, ns = time % NS_S;
	size_t stamp = (s > 0 ? 1 + varint_size(s) : 0) +
	    (ns > 0 ? 1 + varint_size(ns) : 0);

	buf_u8(out, 2 << 3 | 2);
	buf_varint(out, 2 + stamp + 1 + varint_size(line.n) + line.n + meta.n);
	buf_u8(out, 1 << 3 | 2);
	buf_varint(out, stamp);
	if (s > 0) {
		buf_u8(out, 1 << 3);
		buf_varint(out, s);
	}
	if (ns > 0) {
		buf_u8(out, 2 << 3);
		buf_varint(out, ns);
	}
	buf_u8(out, 2 << 3 | 2);
	buf_varint(out, line.n);
	buf_adds(out, line);
	buf_adds(out, meta);
}

static void
entry_json(uint64_t time, struct str line, struct str meta, struct buf *out)
{
	struct json j = { .b = out };

	buf_adds(out, S(",["));
	json_u64_text(&j, time);
	json_str(&j, line);
	if (meta.n > 0) {
		buf_adds(out, S(",{"));
		buf_adds(out, str_skip(meta, 1));	/* its first comma */
		buf_u8(out, '}');
	}
	buf_u8(out, ']');
}

static uint64_t
time_of(const struct push *p, const struct logrec *l)
{
	uint64_t t = l->time != 0 ? l->time : l->observed != 0 ? l->observed :
	    p->received != 0 ? p->received : time_now();

	return t > INT64_MAX ? INT64_MAX : t;
}

/* Appends the entry of `item`. 0, or -1: bad bytes. */
static int
put_entry(struct push *p, struct str item, struct buf *out)
{
	struct cur c = cur_of(item);
	struct str line;
	struct logrec l;
	struct attr a;

	if (otlp_logrec(&l, item) == -1)
		return -1;
	buf_reset(&p->meta);
	while (otlp_attr(&c, 6, &a) == 1)
		put_attr(p, &a);
	put_fields(p, &l);
	buf_adds(&p->meta, p->at.meta);
	arena_reset(&p->scratch);
	line = l.body.s;
	if (l.body.type != VALUE_STR) {
		buf_reset(&p->text);
		label_text(&p->text, &l.body);
		line = buf_str(&p->text);
	}
	(p->form == BODY_JSON ? entry_json : entry_protobuf)(time_of(p, &l),
	    line, buf_str(&p->meta), out);
	return 0;
}

/* Pairs as {a="b", c="d"}, or as an object. */
static void
put_labels(struct push *p, struct str pairs, struct buf *out)
{
	struct cur c = cur_of(pairs);
	struct json j = { .b = out };
	struct log_pair pair;

	buf_u8(out, '{');
	for (bool more = false; pairs_next(&c, &pair) == 1; more = true) {
		if (p->form == BODY_JSON) {
			json_key(&j, pair.name);
			json_str(&j, pair.value);
			continue;
		}
		buf_adds(out, more ? S(", ") : S(""));
		buf_adds(out, pair.name);
		buf_u8(out, '=');
		j.comma = false;
		json_str(&j, pair.value);	/* reads as Go's quoting */
	}
	buf_u8(out, '}');
}

static struct context
context_of(struct push *p)
{
	struct buf labels = { 0 }, meta = { 0 }, out = { 0 };
	struct str promoted = { NULL, 0 };
	struct context x;
	struct log_pair pair;

	if (p->given)
		promoted = (struct str){ p->promoted.p ? p->promoted.p : "",
		    p->promoted.n };
	label_resource(p->it.resource_raw, promoted, &p->scratch, &labels,
	    &meta);
	label_scope(p->it.scope_raw, &p->scratch, &meta);
	watch_labels(&p->watch, buf_str(&labels));
	put_labels(p, buf_str(&labels), &out);
	x.labels = arena_str(&p->context_mem, buf_str(&out));
	buf_reset(&out);
	for (struct cur c = cur_of(buf_str(&meta));
	    pairs_next(&c, &pair) == 1;)
		put_named(p, pair.name, pair.value, &out);
	x.meta = arena_str(&p->context_mem, buf_str(&out));
	buf_free(&labels);
	buf_free(&meta);
	buf_free(&out);
	return x;
}

/* The context of the current item, and its stream in this body. */
static void
enter(struct push *p, struct body *b)
{
	bool fresh;

	buf_reset(&p->key);
	buf_varint(&p->key, p->it.resource_raw.n);
	buf_adds(&p->key, p->it.resource_raw);
	buf_adds(&p->key, p->it.scope_raw);
	if (p->contexts.n >= KEPT_CONTEXTS ||
	    p->contexts.bytes + p->context_mem.used > KEPT_BYTES) {
		map_reset(&p->contexts);
		arena_reset(&p->context_mem);
	}
	uint32_t k = map_add(&p->contexts, buf_str(&p->key), &fresh);

	if (fresh)
		p->context[k] = context_of(p);
	p->at = p->context[k];
	p->stream = body_stream(b, p->at.labels);
	p->resource_no = p->it.resource_no;
	p->scope_no = p->it.scope_no;
	p->begun = true;
}

void
push_payload(struct push *p, struct str payload, uint64_t received)
{
	otlp_items_init(&p->it, payload);
	p->received = received;
	p->held = false;
}

int
push_fill(struct push *p, struct body *b, size_t max, struct err *e)
{
	int r = 1;

	p->begun = false;	/* the body may be another one */
	while (p->held || (r = otlp_items_next(&p->it, &p->item)) == 1) {
		size_t from = b->entries.n;

		if (!p->begun || p->it.resource_no != p->resource_no ||
		    p->it.scope_no != p->scope_no)
			enter(p, b);
		if (put_entry(p, p->item, &b->entries) == -1) {
			b->entries.n = from;
			r = -1;
			break;
		}
		p->held = b->lines > 0 && body_size(b) > max;
		if (p->held) {
			b->entries.n = from;
			return 1;
		}
		body_entry(b, p->stream, from);
	}
	p->held = false;
	return r == -1 ? err_set(e, ERR_CORRUPT, "logs: not well formed") : 0;
}
