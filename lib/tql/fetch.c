#include "tql/fetch.h"

#include <stdio.h>

#include "otlp/json.h"
#include "record/record.h"
#include "tql/part.h"

void
fetched_free(struct fetched *f)
{
	frame_free(f->frame);
	arena_free(&f->mem);
}

/* 1, 0 not there (or not alone: *matches), -1. Free it either way. */
static int
fetch(struct store_view *view, const uint8_t id[16], unsigned bits,
    unsigned *matches, struct fetched *f, struct err *e)
{
	*f = (struct fetched){ .frame = frame_new(TR_TABLES) };
	return trace_get(view, id, bits, matches, f->frame, &f->mem,
	    &f->stripe, e);
}

static int
put_record(struct fetched *f, struct buf *out, struct err *e)
{
	const int64_t *start, *received;
	struct buf payload = { 0 };
	struct rec rec = { .signal = SIGNAL_TRACES };
	struct tql_query none = { 0 };
	struct part p;
	int r = -1;

	part_init(&p, f->stripe, &none, &f->mem);
	if (trace_to_otlp(f->stripe, NULL, &f->mem, &payload, e) == -1 ||
	    part_ints(&p, TR_SPAN, S("start"), NULL, &start, e) == -1 ||
	    part_ints(&p, TR_SPAN, S("received"), NULL, &received, e) == -1)
		goto out;
	rec.payload = buf_str(&payload);
	rec.items = p.rows[TR_SPAN];
	for (uint32_t i = 0; i < rec.items; i++) {
		uint64_t t = (uint64_t)start[i], got = (uint64_t)received[i];

		rec.received = got > rec.received ? got : rec.received;
		rec.max_time = t > rec.max_time ? t : rec.max_time;
		rec.min_time = i == 0 || t < rec.min_time ? t : rec.min_time;
	}
	rec_put(out, &rec, true);
	r = 0;
out:
	buf_free(&payload);
	return r;
}

int
fetch_record(struct store_view *view, const uint8_t id[16], struct buf *out,
    struct err *e)
{
	struct fetched f;
	unsigned matches;
	int r = fetch(view, id, 128, &matches, &f, e);

	if (r == 1)
		r = put_record(&f, out, e) == -1 ? -1 : 0;
	fetched_free(&f);
	return r;
}

static int
read_id(struct fetched *f, char hex[33], struct err *e)
{
	struct tql_query none = { 0 };
	struct part p;

	part_init(&p, f->stripe, &none, &f->mem);
	struct part_col *id = part_find(&p, TR_TRACE, S("id"), VEC_FIX16);
	if (part_load(&p, id, NULL, NULL, e) == -1)
		return -1;
	str_hex(hex, id->vec.fix, 16);
	return 0;
}

int
fetched_cut(struct fetched *f, uint64_t *n, struct err *e)
{
	int c = stripe_find(f->stripe, TR_TRACE, S("cut"), VEC_INT);
	struct vec v;

	*n = 0;
	if (c == -1)
		return 0;
	if (stripe_load(f->stripe, (uint32_t)c, NULL, &f->mem, &v, e) == -1)
		return -1;
	if (vec_valid(&v, 0))
		*n = (uint64_t)v.i[0];
	return 0;
}

/* The waterfall says it itself. */
static int
say_cut(const struct tql_ask *ask, struct fetched *f, struct err *e)
{
	char msg[128], hex[33];
	uint64_t n;

	if (ask->out == ASK_TABLE)
		return 0;
	if (fetched_cut(f, &n, e) == -1 || read_id(f, hex, e) == -1)
		return -1;
	snprintf(msg, sizeof msg, "%s: %llu more spans were left out: over "
	    "the store's limit", hex, (unsigned long long)n);
	if (n > 0)
		ask->say(ask->say_arg, msg);
	return 0;
}

static int
put_waterfall(const struct tql_ask *ask, struct fetched *f, struct buf *out,
    struct err *e)
{
	struct show_trace t;

	if (fetched_trace(f, &t, e) == -1)
		return -1;
	t.whole = ask->o.spans == UINT32_MAX;
	show_waterfall(&ask->show, &t, out);
	return 0;
}

int
fetch_graph(struct store_view *view, const uint8_t id[16], struct graph *g,
    struct err *e)
{
	struct show_trace t;
	struct fetched f;
	unsigned matches;
	int r = fetch(view, id, 128, &matches, &f, e);

	if (r == 1 && (r = fetched_trace(&f, &t, e)) == 0)
		graph_add(g, &t);
	fetched_free(&f);
	return r;
}

static int
put_graph(struct fetched *f, struct buf *out, struct err *e)
{
	struct graph g = { 0 };
	struct show_trace t;

	if (fetched_trace(f, &t, e) == -1)
		return -1;
	graph_add(&g, &t);
	graph_dot(&g, out);
	graph_free(&g);
	return 0;
}

static int
put_otlp_json(struct fetched *f, struct buf *out, struct err *e)
{
	struct buf payload = { 0 };
	int r = trace_to_otlp(f->stripe, NULL, &f->mem, &payload, e);

	if (r == 0)
		r = otlp_to_json(SIGNAL_TRACES, buf_str(&payload), out, e);
	if (r == 0)
		buf_u8(out, '\n');
	buf_free(&payload);
	return r;
}

static int
put_fetched(const struct tql_ask *ask, struct fetched *f, struct buf *out,
    struct err *e)
{
	char hex[33];

	switch (ask->out) {
	case ASK_TABLE: return put_waterfall(ask, f, out, e);
	case ASK_DOT: return put_graph(f, out, e);
	case ASK_JSON: return put_otlp_json(f, out, e);
	case ASK_REC: return put_record(f, out, e);
	case ASK_IDS:
		if (read_id(f, hex, e) == -1)
			return -1;
		buf_addf(out, "%s\n", hex);
		return 0;
	default:
		return err_set(e, ERR_QUERY, "a trace by its id comes as "
		    "table, json, ids, rec or dot");
	}
}

bool
tql_is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789abcdefABCDEF", s.p[i] ? s.p[i] : 'x'))
			return false;
	return s.n > 0 && s.n <= 32;
}

int
fetch_one(struct store_view *view, struct str id, struct fetched *f,
    struct err *e)
{
	char hex[32];
	uint8_t raw[16];
	unsigned matches = 0;
	int r;

	*f = (struct fetched){ 0 };
	if (!tql_is_id(id))
		return err_set(e, ERR_QUERY, "a trace id is up to 32 hex "
		    "digits");
	memset(hex, '0', sizeof hex);
	memcpy(hex, id.p, id.n);
	str_unhex(raw, sizeof raw, str_mk(hex, sizeof hex));
	r = fetch(view, raw, (unsigned)id.n * 4, &matches, f, e);
	if (r == 0)
		return err_set(e, ERR_LIMIT, matches > 1 ?
		    "%.*s: several traces begin so" : "%.*s: no such trace",
		    PS(id));
	return r == 1 ? 0 : -1;
}

int
tql_trace(const struct tql_ask *ask, struct store_view *view, struct str id,
    struct err *e)
{
	struct buf out = { 0 };
	struct fetched f;
	int r = fetch_one(view, id, &f, e);

	if (r == 0)
		r = say_cut(ask, &f, e);
	if (r == 0)
		r = put_fetched(ask, &f, &out, e);
	if (r == 0)
		r = ask->write(ask->write_arg, buf_str(&out), e);
	buf_free(&out);
	fetched_free(&f);
	return r;
}

int
tql_whole_id(struct store_view *view, struct str id, char hex[33],
    struct err *e)
{
	struct fetched f;
	int r = fetch_one(view, id, &f, e);

	if (r == 0)
		r = read_id(&f, hex, e);
	fetched_free(&f);
	return r;
}

int
tql_traces(const struct tql_ask *ask, struct store_view *view,
    struct str text, const char *where, unsigned *missing, struct err *e)
{
	struct str line;

	*missing = 0;
	for (size_t no = 1; str_cut(&text, '\n', &line); no++) {
		struct err why = { 0 };

		line = str_trim(line);
		if (line.n == 0)
			continue;
		if (!tql_is_id(line))
			err_set(&why, ERR_CORRUPT, "%s:%zu: not a trace id of "
			    "up to 32 hex digits", where, no);
		else if (tql_trace(ask, view, line, &why) == 0)
			continue;
		if (why.kind == ERR_CANCEL || why.kind == ERR_SYS) {
			*e = why;
			return -1;
		}
		ask->say(ask->say_arg, why.msg);
		++*missing;
	}
	return 0;
}
