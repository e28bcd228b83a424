#include "trace/build.h"

#include <stdlib.h>

#include "otlp/walk.h"
#include "otlp/wire.h"

#define LOT_BYTES	((size_t)64 << 10)	/* of a tenant, however little it has */
#define LOT_GRAIN	((size_t)2000 << 10)	/* of its memory, if it has more */

void
batch_init(struct batch *b)
{
	*b = (struct batch){ 0 };
}

static void
lot_free(struct lot *l)
{
	arena_free(&l->mem);
	map_free(&l->groups);
	free(l->span);
	free(l->trace);
	free(l->from);
	free(l->slot);
	free(l->group);
}

void
batch_reset(struct batch *b)
{
	for (uint32_t i = 0; i < b->lots; i++)
		lot_free(&b->lot[i]);
	free(b->lot);
	b->lot = NULL;
	b->lots = 0;
}

void
batch_thin(struct batch *b)
{
	for (uint32_t i = 0; i < b->lots; i++)
		arena_thin(&b->lot[i].mem);
	if (b->frame) {
		b->cuts += b->put.cuts;
		put_free(&b->put);
		frame_free(b->frame);
	}
	b->frame = NULL;
	order_free(&b->order);
}

void
batch_done(struct batch *b)
{
	batch_reset(b);
	batch_thin(b);
	buf_free(&b->key);
}

static size_t
lot_memory(const struct lot *l)
{
	return LOT_BYTES + l->mem.used + l->spans_cap * sizeof *l->span +
	    l->traces_cap * (sizeof *l->trace + 2 * sizeof *l->slot) +
	    l->groups.bytes;
}

size_t
batch_memory(const struct batch *b)
{
	size_t sum = 0;

	for (uint32_t i = 0; i < b->lots; i++)
		sum += lot_memory(&b->lot[i]);
	return sum;
}

/* Room for one more of an array that starts at `first` and grows by half. */
static void *
more(void *p, uint32_t n, uint32_t *cap, uint32_t first, size_t size)
{
	if (n < *cap)
		return p;
	if (*cap > UINT32_MAX / 2)
		die("traces: more than %u spans in a batch", *cap);
	*cap = *cap == 0 ? first : *cap + *cap / 2;
	return xrealloc(p, *cap, size);
}

static void
lot_init(struct lot *l, struct str tenant)
{
	*l = (struct lot){ .mem.grain = LOT_GRAIN };
	l->tenant = arena_str(&l->mem, tenant);
	l->mask = 1023;
	l->slot = xcalloc(l->mask + 1, sizeof *l->slot);
}

static struct lot *
find_lot(const struct batch *b, struct str tenant)
{
	for (uint32_t i = 0; i < b->lots; i++)
		if (str_eq(b->lot[i].tenant, tenant))
			return &b->lot[i];
	return NULL;
}

static struct lot *
lot_of(struct batch *b, struct str tenant)
{
	struct lot *l = find_lot(b, tenant);

	if (l)
		return l;
	b->lot = xrealloc(b->lot, b->lots + 1, sizeof *b->lot);
	l = &b->lot[b->lots++];
	lot_init(l, tenant);
	return l;
}

/* Ids come from outside: where they meet is not for a sender to know. */
static uint32_t
id_slot(const struct lot *l, const void *id)
{
	return (uint32_t)hash_seed(id, 16, (uintptr_t)l->slot) & l->mask;
}

static uint32_t
find_slot(const struct lot *l, const void *id)
{
	uint32_t i = id_slot(l, id);

	while (l->slot[i] != 0 &&
	    memcmp(l->trace[l->slot[i] - 1].id, id, 16) != 0)
		i = (i + 1) & l->mask;
	return i;
}

static void
rehash(struct lot *l)
{
	if (l->traces > l->mask / 2) {
		free(l->slot);
		l->mask = l->mask * 4 + 3;
		l->slot = xcalloc((size_t)l->mask + 1, sizeof *l->slot);
	} else
		memset(l->slot, 0, ((size_t)l->mask + 1) * sizeof *l->slot);
	for (uint32_t k = 0; k < l->traces; k++)
		l->slot[find_slot(l, l->trace[k].id)] = k + 1;
}

static struct build_trace *
trace_of(struct lot *l, const char *id)
{
	uint32_t i = find_slot(l, id);

	if (l->slot[i] != 0)
		return &l->trace[l->slot[i] - 1];
	l->trace = more(l->trace, l->traces, &l->traces_cap, 256,
	    sizeof *l->trace);
	struct build_trace *t = &l->trace[l->traces++];

	memcpy(t->id, id, 16);
	t->start = INT64_MAX;
	t->last = t->spans = 0;
	t->held = false;
	l->slot[i] = l->traces;
	if (l->traces > l->mask / 2)
		rehash(l);
	return t;
}

static void
add_span(struct lot *l, const struct span *s, struct str message,
    uint32_t from)
{
	struct build_trace *t = trace_of(l, s->trace_id.p);
	/* columns hold no later times: put_late */
	int64_t start = s->start > INT64_MAX ? INT64_MAX : (int64_t)s->start;

	l->span = more(l->span, l->spans, &l->spans_cap, 1024,
	    sizeof *l->span);
	l->span[l->spans++] = (struct build_span){
		.id = load64(s->span_id.p), .start = start,
		.parent = s->parent_id.n == 8 ? load64(s->parent_id.p) : 0,
		.root = s->parent_id.n != 8 || str_zeros(s->parent_id),
		.p = message.p, .n = (uint32_t)message.n,
		.before = t->last, .from = from, .kind = s->kind,
	};
	t->last = l->spans;
	t->spans++;
	if (start < t->start)
		t->start = start;
}

/* The number of a resource or scope; both live in one table. */
static uint32_t
group_of(struct batch *b, struct lot *l, char what, struct str url,
    struct str raw)
{
	bool fresh;
	uint32_t no;

	b->key.n = 0;
	buf_u8(&b->key, (uint8_t)what);
	buf_varint(&b->key, url.n);
	buf_adds(&b->key, url);
	buf_adds(&b->key, raw);
	no = map_add(&l->groups, buf_str(&b->key), &fresh);
	l->group = more(l->group, no, &l->groups_cap, 64, sizeof *l->group);
	if (fresh) {
		struct str k = str_skip(l->groups.key[no],
		    1 + varint_size(url.n));

		l->group[no] = (struct put_group){
			.url = str_mk(k.p, url.n), .raw = str_skip(k, url.n),
		};
	}
	return no;
}

static void
find_starts(struct lot *l)
{
	for (uint32_t t = 0; t < l->traces; t++) {
		struct build_trace *tr = &l->trace[t];

		tr->start = INT64_MAX;
		for (uint32_t k = tr->last; k != 0; k = l->span[k - 1].before)
			if (l->span[k - 1].start < tr->start)
				tr->start = l->span[k - 1].start;
	}
}

/* What a record has added, so far. */
struct mark { uint32_t spans, traces, froms; };

static void
undo(struct lot *l, const struct mark *m)
{
	while (l->spans > m->spans) {
		struct build_span *s = &l->span[--l->spans];
		struct span span;

		if (otlp_span(&span, str_mk(s->p, s->n)) == -1)
			die("a span that was read cannot be read again");
		struct build_trace *t = &l->trace[l->slot[
		    find_slot(l, span.trace_id.p)] - 1];

		t->last = s->before;
		t->spans--;
	}
	l->traces = m->traces;
	l->froms = m->froms;
	rehash(l);
	find_starts(l);
}

static bool
valid(const struct span *s)
{
	return s->trace_id.n == 16 && s->span_id.n == 8 &&
	    !str_zeros(s->trace_id) && !str_zeros(s->span_id);
}

static bool
wanted(const struct batch *b, const struct span *s)
{
	return valid(s) && (!b->from ||
	    (memcmp(s->trace_id.p, b->from, 16) >= 0 &&
	    memcmp(s->trace_id.p, b->to, 16) <= 0));
}

/* Where the spans that follow are from. */
static void
add_from(struct batch *b, struct lot *l, const struct put_group *res,
    const struct put_group *scope, uint64_t received)
{
	struct build_from *f;

	l->from = more(l->from, l->froms, &l->froms_cap, 64, sizeof *l->from);
	f = &l->from[l->froms++];
	f->res = group_of(b, l, 'r', res->url, res->raw);
	f->scope = group_of(b, l, 's', scope->url, scope->raw);
	f->received = received;
}

static int
take_items(struct batch *b, struct lot *l, struct str payload,
    uint64_t received)
{
	uint32_t res_no = UINT32_MAX, scope_no = UINT32_MAX;
	struct otlp_items it;
	struct str item;
	struct span s;
	int r;

	otlp_items_init(&it, payload);
	while ((r = otlp_items_next(&it, &item)) == 1) {
		if (otlp_span(&s, item) == -1)
			return -1;
		if (!wanted(b, &s))
			continue;
		if (it.resource_no != res_no || it.scope_no != scope_no) {
			res_no = it.resource_no;
			scope_no = it.scope_no;
			add_from(b, l, &(struct put_group){
			    .url = it.resource_url, .raw = it.resource_raw },
			    &(struct put_group){ .url = it.scope_url,
			    .raw = it.scope_raw }, received);
		}
		add_span(l, &s, item, l->froms - 1);
	}
	return r;
}

int
batch_take(struct batch *b, const struct rec *rec, struct err *e)
{
	struct lot *l = lot_of(b, rec->tenant);
	struct mark m = { l->spans, l->traces, l->froms };
	struct str payload = b->stays ? rec->payload :
	    arena_str(&l->mem, rec->payload);

	if (take_items(b, l, payload, rec->received) == -1) {
		undo(l, &m);
		return err_set(e, ERR_CORRUPT,
		    "payload: not the bytes of a TracesData");
	}
	l->raw_bytes += rec->payload.n;
	return 0;
}

void
batch_ahead(struct batch *b, const struct rec *rec)
{
	struct lot *l = find_lot(b, rec->tenant);
	struct otlp_items it;
	struct str item;

	b->ahead = true;
	if (!l)
		return;
	otlp_items_init(&it, rec->payload);
	while (otlp_items_next(&it, &item) == 1) {
		struct cur c = cur_of(item);
		struct wire w = { 0 };

		/* wherever the id is, mostly it comes first */
		while (wire_next(&c, &w) == 1 && w.tag != WIRE(1, WIRE_BYTES))
			;
		if (w.tag != WIRE(1, WIRE_BYTES) || w.b.n != 16)
			continue;
		uint32_t no = l->slot[find_slot(l, w.b.p)];

		if (no != 0)
			l->trace[no - 1].held = true;
	}
}

uint64_t
lot_raw(const struct lot *l, uint32_t spans)
{
	return (uint64_t)((double)l->raw_bytes * spans / l->spans);
}

uint32_t
lot_hold(struct lot *l)
{
	uint32_t n = 0;

	for (uint32_t t = 0; t < l->traces; t++)
		n += l->trace[t].held ? l->trace[t].spans : 0;
	if (n <= l->spans / 2)
		return n;
	for (uint32_t t = 0; t < l->traces; t++)
		l->trace[t].held = false;
	return 0;
}

/*
 * The spans held, anew, as they were received: with their own bytes, but in
 * the arrays of before, as nothing is written past where it is read.
 */
static void
take_held(struct batch *b, const struct lot *was, struct lot *l)
{
	uint32_t from = UINT32_MAX;

	for (uint32_t k = 0; k < was->spans; k++) {
		const struct build_span bs = was->span[k];
		const struct build_from f = was->from[bs.from];
		struct str message;
		struct span s;

		if (!bs.held)
			continue;
		message = arena_str(&l->mem, str_mk(bs.p, bs.n));
		if (bs.from != from) {
			from = bs.from;
			add_from(b, l, &was->group[f.res],
			    &was->group[f.scope], f.received);
		}
		if (otlp_span(&s, message) == 0)	/* it was read before */
			add_span(l, &s, message, l->froms - 1);
	}
}

static bool
lot_keep(struct batch *b, struct lot *l)
{
	struct lot was = *l;
	uint32_t n = 0;

	for (uint32_t t = 0; t < l->traces; t++)
		for (uint32_t k = l->trace[t].held ? l->trace[t].last : 0;
		    k != 0; k = l->span[k - 1].before, n++)
			l->span[k - 1].held = true;
	if (n == 0)
		return false;
	l->mem = (struct arena){ .grain = LOT_GRAIN,
		.spare = was.mem.spare };
	was.mem.spare = NULL;
	l->tenant = arena_str(&l->mem, was.tenant);
	l->groups = (struct map){ 0 };
	l->group = NULL;
	l->spans = l->traces = l->froms = l->groups_cap = 0;
	memset(l->slot, 0, ((size_t)l->mask + 1) * sizeof *l->slot);
	take_held(b, &was, l);
	l->raw_bytes -= lot_raw(&was, was.spans - n);
	arena_pass(&l->mem, &was.mem);
	map_free(&was.groups);
	free(was.group);
	return true;
}

void
batch_keep(struct batch *b)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < b->lots; i++)
		if (lot_keep(b, &b->lot[i]))
			b->lot[kept++] = b->lot[i];
		else
			lot_free(&b->lot[i]);
	b->lots = kept;
	b->ahead = kept > 0;
}
