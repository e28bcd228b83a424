#include "lql/answer.h"

#include "base/hash.h"
#include "base/time.h"
#include "base/tool.h"
#include "lql/about.h"
#include "lql/context.h"
#include "lql/export.h"
#include "lql/far.h"
#include "lql/fields.h"
#include "lql/hits.h"
#include "lql/keep.h"
#include "lql/own.h"
#include "lql/series.h"
#include "lql/unknown.h"
#include "show/listing.h"

#define PIECE		65536u
#define FOLLOW_MS	250
#define FOLLOW_LATE	(60 * NS_S)
#define FAR_MS		1000	/* between two looks at a server, */
#define FAR_LATE	(5 * NS_S)	/* which go back so far, */
#define FAR_WIDE	(5 * NS_S)	/* but FOLLOW_LATE each time after this; */
#define FAR_BACK	(3600 * NS_S)	/* and never further than this */
#define SEEN_MAX	1000000u

struct answer {
	const struct lql_ask *ask;
	struct buf b;
	struct export *export;		/* rec */
	struct show_listing *listing;	/* a table on a terminal */
	struct map ids;			/* ids: each once */
	bool follow;
	bool mute;			/* follow: lines are old, not told */
	struct map seen, before;	/* follow: hashes of lines given, those
					   of before are fewer from here on: */
	uint64_t floor;			/* none older is looked at */
	uint64_t lines, newest;
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

static const struct show_label *
shown(struct answer *an, const struct log_pair *v, uint32_t n)
{
	struct show_label *out = arena_new(&an->scratch, struct show_label,
	    n + 1);

	for (uint32_t i = 0; i < n; i++)
		out[i] = (struct show_label){ v[i].name, v[i].value };
	return out;
}

/* Metadata named as a label of the stream: logql.md 6.1, rule 3. */
static const struct show_label *
meta_of(struct answer *an, const struct log_line *l, uint32_t *n)
{
	const struct log_pair *v = own_put(l, &an->scratch, n);
	struct show_label *out = arena_new(&an->scratch, struct show_label,
	    *n + 1);

	for (uint32_t i = 0; i < *n; i++) {
		struct str name = v[i].name;

		for (uint32_t k = 0; k < l->nlabels; k++)
			if (str_eq(l->labels[k].name, name)) {
				name = arena_printf(&an->scratch,
				    "%.*s_extracted", PS(name));
				break;
			}
		out[i] = (struct show_label){ name, v[i].value };
	}
	return out;
}

/* A followed line comes again with each look. */
static bool
seen(struct answer *an, const struct log_line *l)
{
	uint64_t key[3] = { l->time, hash_bytes(l->line.p, l->line.n), 0 };
	bool fresh;

	for (uint32_t i = 0; i < l->nlabels; i++)
		key[2] = hash_seed(l->labels[i].value.p, l->labels[i].value.n,
		    key[2]);
	struct str k = str_mk((const char *)key, sizeof key);

	if (map_find(&an->before, k) != MAP_NONE)
		return true;
	map_add(&an->seen, k, &fresh);
	return !fresh;
}

static void
put_id(struct answer *an, struct str id)
{
	char hex[33];
	bool fresh = false;

	if (id.n == 16)
		map_add(&an->ids, id, &fresh);
	if (!fresh)
		return;
	str_hex(hex, id.p, 16);
	buf_addf(&an->b, "%s\n", hex);
}

/* Labels, metadata, and what the query's parser, or the fitting one, finds. */
static void
put_more(struct answer *an, const struct lql_line *line,
    const struct show_line *sl)
{
	const struct show *sh = &an->ask->show;
	struct log_pair *v;
	uint32_t n;

	show_line_more(sh, &an->b, sl->labels, sl->nlabels);
	show_line_more(sh, &an->b, sl->meta, sl->nmeta);
	if (sl->nparsed > 0)
		show_line_more(sh, &an->b, sl->parsed, sl->nparsed);
	else if ((n = fields_find(&line->l, &an->scratch, &v)) > 0)
		show_line_more(sh, &an->b, shown(an, v, n), n);
}

static void
put_line(struct answer *an, const struct lql_line *line)
{
	const struct lql_ask *ask = an->ask;
	const struct log_line *l = &line->l;
	bool gap = line->opens && an->lines > 1;

	arena_reset(&an->scratch);
	struct show_line sl = { l->time, l->severity, l->line,
		shown(an, l->labels, l->nlabels), NULL,
		shown(an, line->parsed, line->nparsed),
		l->nlabels, 0, line->nparsed, line->near };

	if (ask->out == ASK_JSON || ask->expand)
		sl.meta = meta_of(an, l, &sl.nmeta);

	switch (ask->out) {
	case ASK_JSON:
		show_line_json(&an->b, &sl);
		break;
	case ASK_CSV:
		show_line_csv(&an->b, &sl);
		break;
	case ASK_RAW:
		buf_adds(&an->b, l->line);
		buf_u8(&an->b, '\n');
		break;
	default:
		if (an->listing) {
			show_listing_add(an->listing, &sl, gap);
			if (show_listing_full(an->listing))
				show_listing_put(an->listing, &an->b);
			break;
		}
		if (gap)
			show_gap(&ask->show, &an->b);
		show_line_text(&ask->show, &an->b, &sl);
		if (ask->expand)
			put_more(an, line, &sl);
	}
}

static int
on_line(void *arg, const struct lql_line *line, struct err *e)
{
	const struct log_line *l = &line->l;
	struct answer *an = arg;

	if (tool_stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	if (an->follow && (seen(an, l) || an->mute))
		return 0;
	an->lines++;
	if (l->time > an->newest)
		an->newest = l->time;
	if (an->ask->out == ASK_IDS)
		put_id(an, l->trace_id);
	else if (an->export)
		export_add(an->export, l, &an->b);
	else
		put_line(an, line);
	return put(an, PIECE, e);
}

struct store_view *
lql_view(const struct lql_ask *ask, struct err *e)
{
	struct store_view_opts vo = { .kind = "logs", .tenant = ask->tenant,
		.say = ask->say, .say_arg = ask->say_arg };

	return ask->far ? NULL : store_view(ask->store, &vo, e);
}

static void
begin(struct answer *an, const struct lql_ask *ask)
{
	*an = (struct answer){ .ask = ask };
	if (ask->out == ASK_REC)
		an->export = export_new(ask->tenant);
	if (ask->out == ASK_CSV)
		buf_adds(&an->b, S("timestamp,level,labels,line\n"));
	if (ask->out == ASK_TABLE && ask->show.width > 0 && !ask->expand)
		an->listing = show_listing_new(&ask->show, !ask->quiet);
}

/* What is held back for the sake of lines that may follow. */
static void
end_piece(struct answer *an)
{
	if (an->export)
		export_end(an->export, &an->b);
	if (an->listing)
		show_listing_put(an->listing, &an->b);
}

static int
end(struct answer *an, int r, struct err *e)
{
	end_piece(an);
	if (put(an, 0, r == -1 ? NULL : e) == -1)
		r = -1;
	export_free(an->export);
	show_listing_free(an->listing);
	buf_free(&an->b);
	map_free(&an->ids);
	map_free(&an->seen);
	map_free(&an->before);
	arena_free(&an->scratch);
	return r == -1 ? -1 : 0;
}

/* What the query asks for that no stream has. */
static void
say_unknown(const struct lql_ask *ask, struct store_view *view,
    const struct lql_query *q)
{
	struct buf b = { 0 };
	struct err e = { 0 };

	if (lql_unknown(ask, view, q, &b, &e) == 0 && b.n > 0)
		ask_say(ask->say, ask->say_arg, buf_str(&b));
	buf_free(&b);
}

static void
no_match(const struct lql_ask *ask, struct store_view *view,
    const struct lql_query *q)
{
	uint64_t min = 0, max = 0;
	bool any = view && store_view_span(view, &min, &max);

	if (ask->quiet)
		return;
	if (!view)
		ask_no_match_far(ask->say, ask->say_arg, ask->o.from,
		    ask->o.to);
	/* what could not be read may have held it: that was said */
	else if (any || store_view_missing(view) == 0)
		ask_no_match(ask->say, ask->say_arg, any, min, max,
		    ask->o.from, ask->o.to);
	if (any && store_view_missing(view) == 0)
		say_unknown(ask, view, q);
}

static int
answer_about(const struct lql_ask *ask, struct store_view *view,
    const struct lql_query *q, uint64_t *rows, struct err *e)
{
	struct buf b = { 0 };
	int r = about_put(ask, view, q, &b, rows, e);

	if (r == 0 && b.n > 0)
		r = ask->write(ask->write_arg, buf_str(&b), e);
	if (r == 0 && *rows == 0)
		no_match(ask, view, q);
	buf_free(&b);
	return r;
}

/*
 * When it is asked about: the range given, but none of what lies before the
 * store's first line, and no end is its last. 1, 0: there is nothing, -1.
 */
static int
times_of(const struct lql_ask *ask, struct store_view *view,
    struct lql_times *t, struct err *e)
{
	uint64_t min = 0, max = 0, from = ask->o.from, to = ask->o.to, first;
	bool any = store_view_span(view, &min, &max);

	if (to == 0 || to > INT64_MAX) {
		if (from > max)
			return 0;
		to = max;
	}
	if (any && from < min && ask->step != 0) {
		if (to < min || lql_times(t, min, to, ask->step, e) == -1)
			return to < min ? 0 : -1;
		/* windows of the step before hold nothing */
		first = min - 1 + t->step;
		return lql_times(t, first, to < first ? first : to, t->step,
		    e) == -1 ? -1 : 1;
	}
	return lql_times(t, from, to, ask->step, e) == -1 ? -1 : 1;
}

/* The same of a server, whose first and last line are not known. */
static int
far_times(const struct lql_ask *ask, struct lql_times *t, struct err *e)
{
	uint64_t from = ask->o.from, to = ask->o.to;

	remote_range(&from, &to);
	return lql_times(t, from, to, ask->step, e) == -1 ? -1 : 1;
}

static int
answer_metric(const struct lql_ask *ask, struct store_view *view,
    const struct lql_query *q, uint64_t *n, struct err *e)
{
	struct lql_metrics_opts o = { .trace_ids = ask->o.trace_ids,
		.ntrace_ids = ask->o.ntrace_ids, .workers = ask->o.workers,
		.count = ask->o.count, .stopped = tool_stopped };
	struct arena mem = { 0 };
	struct buf b = { 0 };

	if (ask->about != LQL_LINES)
		return err_set(e, ERR_QUERY, "only label matchers are "
		    "supported: {service_name=\"x\"}");
	struct table t = { .n = 0 };
	int r = ask->far ? far_times(ask, &o.times, e) :
	    times_of(ask, view, &o.times, e);

	if (r == 1 && ask->far)
		r = far_series(ask, q, &o.times, &mem, &t, e);
	else if (r == 1)
		r = lql_metrics(view, q->metric, &o, &mem, &t, e);
	if (r == 0)
		r = lql_series_put(ask, q->metric, &o.times, &t, &b, e);
	if (r == 0 && b.n > 0)
		r = ask->write(ask->write_arg, buf_str(&b), e);
	*n = r == 0 ? t.n : 0;
	if (r == 0 && t.n == 0)
		no_match(ask, view, q);
	buf_free(&b);
	arena_free(&mem);
	return r;
}

static int
find(struct answer *an, struct store_view *view, const struct lql_query *q,
    struct err *e)
{
	const struct lql_ask *ask = an->ask;

	return ask->context > 0 ? lql_context(ask, view, &q->log, on_line, an,
	    e) : lql_find(ask, view, &q->log, &ask->o, on_line, an, e);
}

int
lql_answer(const struct lql_ask *ask, struct store_view *view,
    const struct lql_query *q, uint64_t *lines, const char **what,
    struct err *e)
{
	struct answer an;

	*what = q->metric ? "series" : "lines";
	if (q->metric)
		return answer_metric(ask, view, q, lines, e);
	if (ask->about != LQL_LINES)
		return answer_about(ask, view, q, lines, e);
	begin(&an, ask);
	int r = ask->hits && ask->out == ASK_TABLE ?
	    hits_put(ask, view, &q->log, &an.b, e) : 0;

	if (r == 0)
		r = find(&an, view, q, e);
	r = end(&an, r, e);

	*lines = an.lines;
	if (r == 0 && an.lines == 0)
		no_match(ask, view, q);
	return r;
}

/* ---- follow ---------------------------------------------------------------- */

struct follow {
	struct answer an;
	const struct lql_query *q;
	struct lql_opts o;
	struct store_view *view;	/* NULL: a server is asked */
	uint64_t wide;		/* mono: the last look that went far back */
	bool away;		/* the server does not answer: said */
};

/*
 * From where on a look goes: a line may be late. What came with a time that is
 * still to be does not count, else nothing would be looked for until then.
 */
static uint64_t
look_from(struct follow *f)
{
	uint64_t now = time_now(), late = FOLLOW_LATE, from = f->an.newest;

	if (f->an.ask->far && time_mono() - f->wide < FAR_WIDE)
		late = FAR_LATE;
	else
		f->wide = time_mono();
	if (f->an.ask->far && from < now - FAR_BACK)
		from = now - FAR_BACK;
	from = from < now ? from : now;
	from = from > late ? from - late : 0;
	return from > f->an.floor ? from : f->an.floor;
}

/* One look: what is new since the last goes out. */
static int
look(struct follow *f, struct err *e)
{
	struct answer *an = &f->an;

	if (an->seen.n > SEEN_MAX) {
		map_free(&an->before);
		an->before = an->seen;
		an->seen = (struct map){ .n = 0 };
		an->floor = an->newest > NS_S ? an->newest - NS_S : 0;
	}
	if (lql_find(an->ask, f->view, &f->q->log, &f->o, on_line, an, e) == -1)
		return -1;
	end_piece(an);
	return put(an, 0, e);
}

/* Lines that were found newest first. */
struct first { struct lql_line *v; size_t n, cap; struct arena mem; };

static int
on_first(void *arg, const struct lql_line *line, struct err *e)
{
	struct first *first = arg;

	if (tool_stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	if (first->n == first->cap) {
		first->v = arena_grow(&first->mem, first->v, first->n,
		    first->n * 2 + 64, sizeof *first->v);
		first->cap = first->n * 2 + 64;
	}
	first->v[first->n++] = keep_found(&first->mem, line);
	return 0;
}

/* The newest lines there are, oldest first as what comes; those before them are
 * not told later. */
static int
first_look(struct follow *f, struct err *e)
{
	struct answer *an = &f->an;
	struct first first = { NULL, 0, 0, { 0 } };
	struct lql_opts old = f->o;
	int r = lql_find(an->ask, f->view, &f->q->log, &f->o, on_first,
	    &first, e);

	for (size_t i = first.n; i > 0 && r == 0; i--)
		r = on_line(an, &first.v[i - 1], e);
	arena_free(&first.mem);
	end_piece(an);
	if (r == 0)
		r = put(an, 0, e);
	if (r == -1 || first.n < f->o.limit)
		return r;
	old.limit = 0;
	old.from = look_from(f);
	old.to = an->newest + 1;
	an->mute = true;
	r = lql_find(an->ask, f->view, &f->q->log, &old, on_line, an, e);
	an->mute = false;
	return r;
}

/* A server that was there may be away for a while. */
static int
look_again(struct follow *f, struct err *e)
{
	const struct lql_ask *ask = f->an.ask;
	int r;

	if (f->view) {
		if (!store_view_stale(f->view))
			return 0;
		store_view_close(f->view);
		if (!(f->view = lql_view(ask, e)))
			return -1;
	}
	f->o.from = look_from(f);
	r = look(f, e);
	if (r == -1 && ask->far && e->kind == ERR_AGAIN) {
		if (!f->away)
			ask->say(ask->say_arg, e->msg);
		f->away = true;
		return put(&f->an, 0, e);
	}
	f->away = false;
	return r;
}

int
lql_follow(const struct lql_ask *ask, const struct lql_query *q, int stop,
    struct err *e)
{
	struct follow f = { .q = q, .o = ask->o };
	int r, ms = ask->far ? FAR_MS : FOLLOW_MS;

	if (q->metric)
		return err_set(e, ERR_QUERY, "-f follows lines, not series");
	if (!ask->far && !(f.view = lql_view(ask, e)))
		return -1;
	begin(&f.an, ask);
	f.an.follow = true;
	f.an.floor = ask->o.from;
	r = f.o.limit > 0 && !f.o.forward ? first_look(&f, e) : look(&f, e);
	f.o.limit = 0;
	f.o.forward = true;
	f.o.to = UINT64_MAX;
	while (r == 0 && !ask_wait(stop, ms))
		r = look_again(&f, e);
	store_view_close(f.view);
	if (r == -1 && e->kind == ERR_CANCEL)
		r = 0;
	return end(&f.an, r, e);
}
