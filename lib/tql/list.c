#include "tql/list.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/time.h"
#include "show/json.h"
#include "show/lines.h"

#define DAY	(86400 * NS_S)

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
shown_key(const struct list *ls, const struct tql_attr *a)
{
	struct buf b = { 0 };
	struct str s;

	if (a->in == IN_NONE)
		return a->name;
	tql_attr_print(&b, a);
	s = arena_str(ls->mem, buf_str(&b));
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
json_span(const struct list *ls, const struct tql_span *s)
{
	struct buf *b = ls->b;

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
		json_pair(b, shown_key(ls, s->shown[i].attr),
		    &s->shown[i].val);
	}
	buf_adds(b, S("]}"));
}

/* "by(name)", "count()" */
static struct str
stage_name(const struct list *ls, const struct tql_stage *st)
{
	struct buf b = { 0 };
	struct str s;

	tql_stage_print(&b, st);
	s = arena_str(ls->mem, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
json_set(const struct list *ls, const struct tql_spanset *s)
{
	struct buf *b = ls->b;

	buf_adds(b, S("{\"matched\":"));
	buf_digits(b, s->matched);
	if (s->nattr > 0)
		buf_adds(b, S(",\"attributes\":["));
	for (uint32_t i = 0; i < s->nattr; i++) {
		json_comma(b, i);
		json_pair(b, stage_name(ls, s->attr[i].stage),
		    &s->attr[i].val);
	}
	buf_adds(b, s->nattr > 0 ? S("],\"spans\":[") : S(",\"spans\":["));
	for (uint32_t i = 0; i < s->nspan; i++) {
		json_comma(b, i);
		json_span(ls, &s->span[i]);
	}
	buf_adds(b, S("]}"));
}

static void
put_json(const struct list *ls, const struct tql_trace *t)
{
	struct buf *b = ls->b;

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
		json_set(ls, &t->set[i]);
	}
	buf_adds(b, S("]}\n"));
}

/* ---- CSV --------------------------------------------------------------- */

void
list_head(const struct list *ls)
{
	buf_adds(ls->b, S("start,trace_id,root_service,root_name,"
	    "duration_ns,matched\n"));
}

static void
put_csv(const struct list *ls, const struct tql_trace *t)
{
	char hex[33], when[40];

	str_hex(hex, t->id, 16);
	buf_addf(ls->b, "%s,%s,", time_format(when, t->start, 9), hex);
	show_csv(ls->b, t->root_service);
	buf_u8(ls->b, ',');
	show_csv(ls->b, t->root_name);
	buf_addf(ls->b, ",%llu,%u\n", (unsigned long long)t->duration,
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
set_text(const struct list *ls, struct buf *b, const struct tql_spanset *s)
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
			add_value(b, shown_key(ls, sp->shown[k].attr),
			    &sp->shown[k].val);
		}
	}
	if (s->matched > s->nspan && s->nspan > 0)
		buf_adds(b, S(", ..."));
}

/* "by(name)=x count()=3: spans; by(name)=y count()=1: spans" */
static struct str
spans_text(const struct list *ls, const struct tql_trace *t)
{
	struct buf b = { 0 };
	struct str s;

	for (uint32_t i = 0; i < t->nset; i++) {
		const struct tql_spanset *set = &t->set[i];

		buf_adds(&b, i > 0 ? S("; ") : S(""));
		for (uint32_t k = 0; k < set->nattr; k++) {
			buf_adds(&b, k > 0 ? S(" ") : S(""));
			add_value(&b, stage_name(ls, set->attr[k].stage),
			    &set->attr[k].val);
		}
		buf_adds(&b, set->nattr > 0 && set->nspan > 0 ? S(": ") :
		    S(""));
		set_text(ls, &b, set);
	}
	s = arena_str(ls->mem, buf_str(&b));
	buf_free(&b);
	return s;
}

/*
 * On a narrow terminal the year and most of the id make room, then the
 * milliseconds, and then a day that all have: the beginning of an id will do
 * to ask for it. But a server takes whole ones only: the time makes room.
 */
struct form { unsigned from, to, hex; };	/* of a time, of an id */

static uint64_t
day_of(const struct list *ls, size_t i, const struct tql_result *res)
{
	uint64_t at = res->trace[i].start;

	return (at + (uint64_t)show_ahead(&ls->ask->show, at)) / DAY;
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

/* How many digits tell these traces apart, at least so many. */
static unsigned
digits(const struct list *ls, const struct tql_result *res, unsigned least)
{
	uint8_t (*id)[16] = arena_get(ls->mem, res->n + 1, 16);
	char a[33], b[33];

	for (size_t i = 0; i < res->n; i++)
		memcpy(id[i], res->trace[i].id, 16);
	qsort(id, res->n, sizeof *id, by_id);
	for (size_t i = 1; i < res->n; i++) {
		str_hex(a, id[i - 1], 16);
		str_hex(b, id[i], 16);
		while (least < 32 && strncmp(a, b, least) == 0)
			least++;
	}
	return least;
}

static struct form
form_of(const struct list *ls, const struct tql_result *res)
{
	unsigned width = ls->ask->show.width, hex = ls->ask->far ? 32 : 8;
	bool day = ls->before;	/* what is to come may be of another */

	for (size_t i = 1; i < res->n && !day; i++)
		day = day_of(ls, i, res) != day_of(ls, 0, res);
	if (width == 0 || width >= 160)
		return (struct form){ 0, 39, 32 };
	hex = width >= 100 && hex < 12 ? 12 : hex;
	if (ls->before && ls->before->digits > hex)
		hex = ls->before->digits;
	hex = digits(ls, res, hex);
	return width >= 100 ? (struct form){ 5, 23, hex } :
	    width >= 60 || day ? (struct form){ 5, 19, hex } :
	    (struct form){ 11, 19, hex };
}

static void
name_cells(const struct list *ls, struct show_table *tb, struct form f,
    const struct tql_trace *t)
{
	char text[40], hex[33];

	show_stamp(&ls->ask->show, text, t->start, 3);
	if (f.from > 0)
		text[10] = ' ';
	text[f.to] = '\0';
	str_hex(hex, t->id, 16);
	hex[f.hex] = '\0';
	show_cell(tb, str_of(text + f.from), SHOW_DIM);
	show_cell(tb, str_of(hex), SHOW_PLAIN);
}

/* For what is to come: names may be longer, and if ids are, all lies anew. */
static void
make_room(struct tql_before *before, unsigned digits)
{
	struct show_layout *l = &before->layout;

	if (digits > before->digits)
		*l = (struct show_layout){ .w = { [2] = 12, [3] = 20 } };
	before->digits = digits;
}

void
list_table(const struct list *ls, const struct tql_result *res)
{
	const char *head[] = { "START", "TRACE", "SERVICE", "NAME",
	    "DURATION", "SPANS", "MATCHED" };
	struct tql_before none = { .headed = false }, *before = ls->before ?
	    ls->before : &none;
	struct show_table tb = { .cols = 7, .head = before->headed ? NULL : head,
	    .right = 0x30, .keep = 0x03,
	    .spare = ls->ask->far ? 0x65 : 0x64 };
	struct form form = form_of(ls, res);
	struct arena *a = ls->mem;
	char day[40];

	if (res->n > 0 && form.from > 10) {
		show_time(&ls->ask->show, day, res->trace[0].start, 0)[10] =
		    '\0';
		head[0] = day + 5;
	}
	for (size_t i = 0; i < res->n; i++) {
		const struct tql_trace *t = &res->trace[i];
		char text[24];
		bool error = false;

		for (uint32_t k = 0; k < t->nset; k++)
			for (uint32_t n = 0; n < t->set[k].nspan; n++)
				error |= t->set[k].span[n].error;
		name_cells(ls, &tb, form, t);
		show_cell(&tb, t->root_service,
		    show_style_of(t->root_service));
		show_cell(&tb, t->has_root ? t->root_name :
		    S("(root not received)"), SHOW_PLAIN);
		show_cell(&tb, str_of(num_fmt_short_duration(text,
		    (int64_t)t->duration)), SHOW_BOLD);
		show_cell(&tb, arena_printf(a, "%u", t->matched), SHOW_PLAIN);
		show_cell(&tb, spans_text(ls, t), error ? SHOW_RED :
		    SHOW_PLAIN);
	}
	if (ls->before)
		make_room(ls->before, form.hex);
	if (res->n > 0)
		show_table_below(&ls->ask->show, &tb, &before->layout, ls->b);
	show_table_free(&tb);
}

/* ---- */

void
list_put(const struct list *ls, const struct tql_trace *t)
{
	char hex[33];

	if (ls->ask->out == ASK_JSON) {
		put_json(ls, t);
	} else if (ls->ask->out == ASK_CSV) {
		put_csv(ls, t);
	} else {
		str_hex(hex, t->id, 16);
		buf_addf(ls->b, "%s\n", hex);
	}
}
