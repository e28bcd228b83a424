#include "tql/answer.h"

#include <stdio.h>

#include "base/num.h"
#include "base/time.h"
#include "record/record.h"
#include "show/json.h"
#include "show/lines.h"
#include "tql/fetch.h"
#include "tql/sheet.h"

#define PIECE		65536u

struct answer {
	const struct tql_ask *ask;
	struct buf b;
	struct arena scratch;
};

static int
put(struct answer *an, size_t above, struct err *e)
{
	if (an->b.n <= above)
		return 0;
	int r = an->ask->write(an->ask->write_arg, buf_str(&an->b), e);

	buf_reset(&an->b);
	return r;
}

/* ---- JSON -------------------------------------------------------------- */

static void
json_value(struct json *j, const struct tql_val *v)
{
	char text[40];

	json_open(j, '{');
	switch (v->type) {
	case TQL_INT:
		json_key(j, S("intValue"));
		json_i64_text(j, v->i);
		break;
	case TQL_FLOAT:
		json_key(j, S("doubleValue"));
		json_f64(j, v->f);
		break;
	case TQL_BOOL:
		json_key(j, S("boolValue"));
		json_bool(j, v->i != 0);
		break;
	case TQL_ARRAY:
		json_key(j, S("arrayValue"));
		json_open(j, '{');
		json_key(j, S("values"));
		json_open(j, '[');
		for (uint32_t i = 0; i < v->n; i++)
			json_value(j, &v->a[i]);
		json_close(j, ']');
		json_close(j, '}');
		break;
	default:
		json_key(j, S("stringValue"));
		json_str(j, v->type == TQL_STR ? v->s :
		    v->type == TQL_STATUS ? tql_status_word(v->i) :
		    v->type == TQL_KIND ? tql_kind_word(v->i) :
		    str_of(num_fmt_go_duration(text, v->i)));
	}
	json_close(j, '}');
}

/* The key without its scope, as search results have it. */
static struct str
shown_key(struct answer *an, const struct tql_attr *a)
{
	struct buf b = { 0 };
	struct str s;

	if (a->in == IN_NONE)
		return a->name;
	tql_attr_print(&b, a);
	s = arena_str(&an->scratch, buf_str(&b));
	buf_free(&b);
	return s;
}

/* What is the same in each line is text: half of the time of an answer. */
static void
json_pair(struct buf *b, struct str key, const struct tql_val *v)
{
	struct json j = { .b = b };

	buf_adds(b, S("{\"key\":"));
	json_text(b, key);
	buf_adds(b, S(",\"value\":"));
	json_value(&j, v);
	buf_u8(b, '}');
}

static void
json_comma(struct buf *b, uint32_t i)
{
	if (i > 0)
		buf_u8(b, ',');
}

static void
json_hex(struct buf *b, const uint8_t *id, size_t n)
{
	str_hex(buf_extend(b, 2 * n + 1), id, n);
	b->n--;		/* the NUL */
}

static void
json_span(struct answer *an, const struct tql_span *s)
{
	struct buf *b = &an->b;

	buf_adds(b, S("{\"spanID\":\""));
	json_hex(b, s->id, 8);
	buf_adds(b, S("\",\"name\":"));
	json_text(b, s->name);
	buf_adds(b, S(",\"startTimeUnixNano\":\""));
	buf_digits(b, s->start);
	buf_adds(b, S("\",\"durationNanos\":\""));
	buf_digits(b, (uint64_t)s->duration);
	buf_adds(b, S("\",\"attributes\":["));
	for (uint32_t i = 0; i < s->nshown; i++) {
		json_comma(b, i);
		json_pair(b, shown_key(an, s->shown[i].attr),
		    &s->shown[i].val);
	}
	buf_adds(b, S("]}"));
}

/* "by(name)", "count()" */
static struct str
stage_name(struct answer *an, const struct tql_stage *st)
{
	struct buf b = { 0 };
	struct str s;

	tql_stage_print(&b, st);
	s = arena_str(&an->scratch, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
json_set(struct answer *an, const struct tql_spanset *s)
{
	struct buf *b = &an->b;

	buf_adds(b, S("{\"matched\":"));
	buf_digits(b, s->matched);
	if (s->nattr > 0)
		buf_adds(b, S(",\"attributes\":["));
	for (uint32_t i = 0; i < s->nattr; i++) {
		json_comma(b, i);
		json_pair(b, stage_name(an, s->attr[i].stage),
		    &s->attr[i].val);
	}
	buf_adds(b, s->nattr > 0 ? S("],\"spans\":[") : S(",\"spans\":["));
	for (uint32_t i = 0; i < s->nspan; i++) {
		json_comma(b, i);
		json_span(an, &s->span[i]);
	}
	buf_adds(b, S("]}"));
}

static void
put_json(struct answer *an, const struct tql_trace *t)
{
	struct buf *b = &an->b;

	buf_adds(b, S("{\"traceID\":\""));
	json_hex(b, t->id, 16);
	buf_adds(b, S("\",\"rootServiceName\":"));
	json_text(b, t->has_root ? t->root_service :
	    S("<root span not yet received>"));
	buf_adds(b, S(",\"rootTraceName\":"));
	json_text(b, t->root_name);
	buf_adds(b, S(",\"startTimeUnixNano\":\""));
	buf_digits(b, t->start);
	buf_adds(b, S("\",\"durationMs\":"));
	buf_digits(b, t->duration / NS_MS);
	buf_adds(b, S(",\"spanSets\":["));
	for (uint32_t i = 0; i < t->nset; i++) {
		json_comma(b, i);
		json_set(an, &t->set[i]);
	}
	buf_adds(b, S("]}\n"));
}

/* ---- CSV --------------------------------------------------------------- */

static void
put_csv(struct answer *an, const struct tql_trace *t)
{
	char hex[33], when[40];

	str_hex(hex, t->id, 16);
	buf_addf(&an->b, "%s,%s,", time_format(when, t->start, 9), hex);
	show_csv(&an->b, t->root_service);
	buf_u8(&an->b, ',');
	show_csv(&an->b, t->root_name);
	buf_addf(&an->b, ",%llu,%u\n", (unsigned long long)t->duration,
	    t->matched);
}

/* ---- table ------------------------------------------------------------- */

static void
add_value(struct buf *b, struct str key, const struct tql_val *v)
{
	buf_adds(b, key);
	buf_u8(b, '=');
	if (v->type == TQL_STR)
		buf_adds(b, v->s);
	else
		tql_val_print(b, v);
}

/* "name 12ms status_code=500, name 3ms": the spans shown. */
static void
set_text(struct answer *an, struct buf *b, const struct tql_spanset *s)
{
	char text[24];

	for (uint32_t i = 0; i < s->nspan; i++) {
		const struct tql_span *sp = &s->span[i];

		buf_adds(b, i > 0 ? S(", ") : S(""));
		buf_adds(b, sp->name);
		buf_addf(b, " %s", num_fmt_short_duration(text,
		    sp->duration));
		for (uint32_t k = 0; k < sp->nshown; k++) {
			buf_u8(b, ' ');
			add_value(b, shown_key(an, sp->shown[k].attr),
			    &sp->shown[k].val);
		}
	}
	if (s->matched > s->nspan && s->nspan > 0)
		buf_adds(b, S(", ..."));
}

/* "by(name)=x count()=3: spans; by(name)=y count()=1: spans" */
static struct str
spans_text(struct answer *an, const struct tql_trace *t)
{
	struct buf b = { 0 };
	struct str s;

	for (uint32_t i = 0; i < t->nset; i++) {
		const struct tql_spanset *set = &t->set[i];

		buf_adds(&b, i > 0 ? S("; ") : S(""));
		for (uint32_t k = 0; k < set->nattr; k++) {
			buf_adds(&b, k > 0 ? S(" ") : S(""));
			add_value(&b, stage_name(an, set->attr[k].stage),
			    &set->attr[k].val);
		}
		buf_adds(&b, set->nattr > 0 && set->nspan > 0 ? S(": ") :
		    S(""));
		set_text(an, &b, set);
	}
	s = arena_str(&an->scratch, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
put_table(struct answer *an, const struct tql_result *res)
{
	static const char *const head[] = { "START", "TRACE", "SERVICE",
	    "NAME", "DURATION", "SPANS", "MATCHED" };
	struct show_table tb = { .cols = 7, .head = head, .right = 0x30 };
	struct arena *a = &an->scratch;

	for (size_t i = 0; i < res->n; i++) {
		const struct tql_trace *t = &res->trace[i];
		char text[40], hex[33];
		bool error = false;

		for (uint32_t k = 0; k < t->nset; k++)
			for (uint32_t n = 0; n < t->set[k].nspan; n++)
				error |= t->set[k].span[n].error;
		str_hex(hex, t->id, 16);
		show_cell(&tb, str_of(time_format(text, t->start, 3)),
		    SHOW_DIM);
		show_cell(&tb, str_of(hex), SHOW_PLAIN);
		show_cell(&tb, t->root_service,
		    show_style_of(t->root_service));
		show_cell(&tb, t->has_root ? t->root_name :
		    S("(root not received)"), SHOW_PLAIN);
		show_cell(&tb, str_of(num_fmt_short_duration(text,
		    (int64_t)t->duration)), SHOW_BOLD);
		show_cell(&tb, arena_printf(a, "%u", t->matched), SHOW_PLAIN);
		show_cell(&tb, spans_text(an, t), error ? SHOW_RED :
		    SHOW_PLAIN);
	}
	if (res->n > 0)
		show_table(&an->ask->show, &tb, &an->b);
	show_table_free(&tb);
}

/* ---- */

static void
put_one(struct answer *an, const struct tql_trace *t)
{
	char hex[33];

	if (an->ask->out == ASK_JSON) {
		put_json(an, t);
	} else if (an->ask->out == ASK_CSV) {
		put_csv(an, t);
	} else {
		str_hex(hex, t->id, 16);
		buf_addf(&an->b, "%s\n", hex);
	}
}

static int
put_result(struct answer *an, struct store_view *view,
    const struct tql_result *res, struct err *e)
{
	if (an->ask->out == ASK_TABLE)
		put_table(an, res);
	if (an->ask->out == ASK_CSV)
		buf_adds(&an->b, S("start,trace_id,root_service,root_name,"
		    "duration_ns,matched\n"));
	for (size_t i = 0; i < res->n && an->ask->out != ASK_TABLE; i++) {
		if (an->ask->o.stopped && an->ask->o.stopped())
			return err_set(e, ERR_CANCEL, "stopped");
		if (an->ask->out != ASK_REC)
			put_one(an, &res->trace[i]);
		else if (fetch_record(view, res->trace[i].id, &an->b, e) == -1)
			return -1;
		if (put(an, PIECE, e) == -1)
			return -1;
	}
	return put(an, 0, e);
}

static void
no_match(const struct tql_ask *ask, struct store_view *view)
{
	uint64_t min = 0, max = 0;
	bool any = store_view_span(view, &min, &max);

	ask_no_match(ask->say, ask->say_arg, any, min, max, ask->o.from,
	    ask->o.to);
}

/* The range asked for; of the whole store when none was. 0: it is empty. */
static int
range_of(const struct tql_ask *ask, struct store_view *view,
    struct tql_range *r, struct err *e)
{
	uint64_t min = 0, max = 0, from = ask->o.from, to = ask->o.to, step;

	if (!store_view_span(view, &min, &max))
		return 0;
	if (from == 0 && to == 0)
		to = max + 1;
	from = from < min ? min : from;
	from += from == 0;
	to = to > max + 1 ? max + 1 : to;
	if (to <= from)
		return 0;
	/* [from, to) as (from, to] of whole numbers */
	step = ask->step == ASK_STEP_AUTO ? tql_range_step(from - 1, to - 1) :
	    ask->step;
	return tql_range(r, from - 1, to - 1, step, e) == -1 ? -1 : 1;
}

static int
answer_metrics(struct answer *an, struct store_view *view,
    const struct tql_query *q, uint64_t *n, struct err *e)
{
	struct tql_metrics_opts o = { .workers = an->ask->o.workers,
	    .count = an->ask->o.count, .stopped = an->ask->o.stopped };
	struct table t = { .n = 0 };
	int r = range_of(an->ask, view, &o.range, e);

	if (r == 1) {
		r = tql_metrics(view, q, &o, &an->scratch, &t, e);
		if (r == 0)
			r = sheet_put(an->ask, &o.range, &t, &an->b, e);
	}
	*n = t.n;
	return r == -1 ? -1 : put(an, 0, e);
}

static int
answer_traces(struct answer *an, struct store_view *view,
    const struct tql_query *q, uint64_t *n, struct err *e)
{
	const struct tql_ask *ask = an->ask;
	struct tql_result res = { 0 };
	struct tql_opts o = ask->o;
	int r;

	o.ids_only = ask->out == ASK_IDS || ask->out == ASK_REC;
	o.errors = ask->out == ASK_TABLE;
	if (ask->out == ASK_CSV)
		o.spans = 0;
	r = tql_run(view, q, &o, &res, e);
	if (r == 0)
		r = put_result(an, view, &res, e);
	*n = res.n;
	tql_result_free(&res);
	return r;
}

int
tql_answer(const struct tql_ask *ask, struct store_view *view,
    struct str text, uint64_t *n, const char **what, struct err *e)
{
	struct answer an = { .ask = ask };
	struct tql_query q;
	int r;

	*n = 0;
	*what = "traces";
	if (tql_parse(&q, text, &an.scratch, e) == -1) {
		arena_free(&an.scratch);
		return -1;
	}
	if (q.metric)
		*what = "series";
	r = (q.metric ? answer_metrics : answer_traces)(&an, view, &q, n, e);
	if (r == 0 && *n == 0)
		no_match(ask, view);
	tql_free(&q);
	buf_free(&an.b);
	arena_free(&an.scratch);
	return r;
}
