/* From a record's LogsData to rows. */
#include "log/rows.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"
#include "log/active.h"
#include "log/wanted.h"
#include "loki/labels.h"
#include "otlp/walk.h"

/* Where we are in a record. */
struct take {
	struct log_rows *r;
	const struct rec *rec;
	struct str promoted;
	struct active *active;
	struct wanted *wanted;
	struct arena *mem;
	uint32_t resource_no, scope_no;		/* that the below are of */
	bool begun, folded, passed;	/* passed: not wanted */
	uint32_t stream, context;
	uint32_t x_from;	/* scratch: pairs of the row's x begin here */
	struct log_row *row;
};

static bool
may_have(struct take *t, struct str labels)
{
	if (t->active)
		return active_let(t->active, labels, t->rec->received);
	return t->r->streams.n < LOG_STREAMS_MAX ||
	    map_find(&t->r->streams, labels) != MAP_NONE;
}

/* The stream and context of the current resource and scope. */
static void
enter(struct take *t, const struct otlp_items *it)
{
	struct buf labels = { 0 }, meta = { 0 };

	if (t->begun && it->resource_no == t->resource_no &&
	    it->scope_no == t->scope_no)
		return;
	t->begun = true;
	t->resource_no = it->resource_no;
	t->scope_no = it->scope_no;
	label_resource(it->resource_raw, t->promoted, t->mem, &labels, &meta);
	label_scope(it->scope_raw, t->mem, &meta);
	t->folded = !may_have(t, buf_str(&labels));
	if (t->folded) {
		buf_adds(&meta, buf_str(&labels));
		buf_reset(&labels);
		pairs_put(&labels, S("__overflow__"), S("true"));
	}
	t->passed = t->wanted && !wanted_stream(t->wanted, buf_str(&labels));
	t->stream = map_add(&t->r->streams, buf_str(&labels), NULL);
	t->context = map_add(&t->r->contexts, buf_str(&meta), NULL);
	buf_free(&labels);
	buf_free(&meta);
}

static bool
has_key(const struct log_rows *r, const struct log_row *row, uint32_t key)
{
	for (uint16_t i = 0; i < row->nmeta; i++)
		if (load32(r->data.p + row->at + 8u * i) == key)
			return true;
	return false;
}

static void
put_code(struct take *t, uint32_t key, struct str text)
{
	struct log_rows *r = t->r;

	if (t->row->nmeta == UINT16_MAX || has_key(r, t->row, key))
		return;		/* the first of equal keys is kept */
	buf_u32(&r->data, key);
	buf_u32(&r->data, map_add(&r->values[key], text, NULL));
	t->row->nmeta++;
}

static void
put_meta(void *arg, struct str name, struct str text)
{
	struct take *t = arg;
	uint32_t key = rows_key(t->r, name);

	if (key == 0)
		pairs_put(&t->r->scratch, name, text);
	else
		put_code(t, key, text);
}

/* The key of an attribute's name as it came, normalised once. */
static uint32_t
known_key(struct log_rows *r, struct str raw)
{
	bool fresh;
	uint32_t k = map_add(&r->raw_keys, raw, &fresh);

	if (!fresh)
		return r->raw_key[k];
	if (k >= r->raw_key_cap) {
		r->raw_key_cap = r->raw_key_cap > 0 ? r->raw_key_cap * 2 : 64;
		r->raw_key = xrealloc(r->raw_key, r->raw_key_cap,
		    sizeof *r->raw_key);
	}
	struct buf name = { 0 };

	label_name(&name, raw);
	r->raw_key[k] = name.n > 0 ? rows_key(r, buf_str(&name)) : 0;
	buf_free(&name);
	return r->raw_key[k];
}

static void
put_attr(struct take *t, const struct attr *a)
{
	uint32_t key;

	if (a->value.type == VALUE_MAP || a->key.n > LOG_KEY_BYTES_MAX ||
	    t->r->raw_keys.n > 4 * LOG_KEYS_MAX ||
	    (key = known_key(t->r, a->key)) == 0) {
		label_flatten(t->mem, a, put_meta, t);
	} else if (a->value.type == VALUE_STR) {
		if (a->value.s.n > 0)
			put_code(t, key, a->value.s);
	} else {
		struct buf *b = &t->r->line;

		buf_reset(b);
		label_text(b, &a->value);
		if (b->n > 0)
			put_code(t, key, buf_str(b));
	}
}

static void
put_number(struct take *t, struct str name, uint32_t v)
{
	char text[16];

	if (v != 0)
		put_meta(t, name, str_mk(text, (size_t)snprintf(text,
		    sizeof text, "%" PRIu32, v)));
}

static void
put_all_meta(struct take *t, const struct logrec *l)
{
	struct cur c = cur_of(l->raw);
	struct attr a;

	buf_reset(&t->r->scratch);
	while (otlp_attr(&c, 6, &a) == 1)
		put_attr(t, &a);
	put_number(t, S("dropped_attributes_count"), l->dropped_attributes);
	put_number(t, S("flags"), l->flags);
	if (l->event_name.n > 0)
		put_meta(t, S("event_name"), l->event_name);
	if (t->r->scratch.n > 0)
		put_code(t, 0, buf_str(&t->r->scratch));
}

static struct str
body_text(struct take *t, const struct logrec *l)
{
	if (l->body.type == VALUE_STR)
		return l->body.s;
	buf_reset(&t->r->line);
	label_text(&t->r->line, &l->body);
	return buf_str(&t->r->line);
}

void
rows_line(struct log_rows *r, struct log_row *row, struct str line,
    const char *trace, const char *span)
{
	size_t before = r->data.n;
	struct str template = split_line(line, row->trace != LOG_NONE ?
	    trace : NULL, row->has_span ? span : NULL, r->text, &r->data);

	row->template = map_find(&r->templates, template);
	if (row->template != MAP_NONE)
		return;
	if (r->templates.n >= STRIPE_ROWS ||
	    r->templates.bytes > ((size_t)8 << 20)) {
		template = SPLIT_PLAIN;		/* lines without a pattern */
		r->data.n = before;
		split_put(&r->data, line);
	}
	row->template = map_add(&r->templates, template, NULL);
}

static void
put_line(struct take *t, const struct logrec *l)
{
	struct log_rows *r = t->r;
	char trace[33], span[17];
	struct log_row *row = t->row;

	if (l->trace_id.n == 16 && !str_zeros(l->trace_id)) {
		row->trace = map_add(&r->ids, l->trace_id, NULL);
		str_hex(trace, l->trace_id.p, 16);
	}
	if (l->span_id.n == 8 && !str_zeros(l->span_id)) {
		memcpy(row->span, l->span_id.p, 8);
		row->has_span = true;
		str_hex(span, l->span_id.p, 8);
	}
	rows_line(r, row, body_text(t, l), trace, span);
}

static int
put_item(struct take *t, struct str item)
{
	struct log_rows *r = t->r;
	struct logrec l;

	if (otlp_logrec(&l, item) == -1)
		return -1;
	uint64_t time = l.time != 0 ? l.time : l.observed != 0 ? l.observed :
	    t->rec->received;

	if (time > INT64_MAX)
		time = INT64_MAX;
	if (t->passed || (t->wanted && !wanted_line(t->wanted, &l, time)))
		return 0;
	t->row = rows_next(r);
	t->row->time = time;
	t->row->observed = l.observed;
	t->row->stream = t->stream;
	t->row->context = t->context;
	t->row->severity = (uint8_t)(l.severity <= 24 ? l.severity : 0);
	if (l.severity_text.n > 0)
		t->row->severity_text = map_add(&r->severities,
		    l.severity_text, NULL);
	put_all_meta(t, &l);
	put_line(t, &l);
	rows_added(r);
	r->folded += t->folded;
	if (t->wanted)
		t->passed = !wanted_more(t->wanted, r->streams.key[t->stream]);
	return 0;
}

int
rows_take(struct log_rows *r, const struct rec *rec, struct str promoted,
    struct active *active, struct wanted *wanted, struct arena *mem,
    struct err *e)
{
	struct take t = { .r = r, .rec = rec, .promoted = promoted,
		.active = active, .wanted = wanted, .mem = mem };
	uint64_t min = r->min_time, max = r->max_time;
	uint32_t rows = r->n;
	size_t data = r->data.n;
	struct otlp_items it;
	struct str item;
	int got;

	otlp_items_init(&it, rec->payload);
	while ((got = otlp_items_next(&it, &item)) == 1) {
		enter(&t, &it);
		if (put_item(&t, item) == -1) {
			got = -1;
			break;
		}
	}
	if (got == -1) {
		r->n = rows;
		r->data.n = data;
		r->min_time = min;
		r->max_time = max;
		if (wanted)
			wanted_again(wanted);
		return err_set(e, ERR_CORRUPT, "logs: not well formed");
	}
	if (r->n > rows) {
		if (rec->received < r->min_received)
			r->min_received = rec->received;
		if (rec->received > r->max_received)
			r->max_received = rec->received;
	}
	r->raw_bytes += rec->payload.n;
	return 0;
}
