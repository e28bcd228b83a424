/* What --explain prints: how a query is answered, and what that reads. */
#include "base/num.h"
#include "base/time.h"
#include "show/flow.h"
#include "show/json.h"
#include "tql/answer.h"
#include "tql/plan.h"
#include "trace/columns.h"

struct explain {
	const struct tql_ask *ask;
	struct plan plan;
	struct buf b;
	struct arena mem;
	uint64_t stripes;	/* of all blocks */
	uint64_t ns;
};

static struct str
text_of(struct explain *x, struct buf *b)
{
	struct str s = arena_str(&x->mem, buf_str(b));

	buf_free(b);
	return s;
}

/* "duration > 1s", "by(name)", ">>", "rate()". */
static struct str
step_name(struct explain *x, const struct plan_step *s)
{
	const struct tql_stage *st = s->what;
	struct buf b = { 0 };

	switch (s->kind) {
	case PLAN_CONDITION:
		for (size_t i = 0; i < s->nall; i++) {
			buf_adds(&b, i > 0 ? S(" && ") : S(""));
			tql_expr_print(&b, s->all[i]);
		}
		if (s->nall == 0)
			tql_expr_print(&b, s->what);
		break;
	case PLAN_JOIN:
		buf_adds(&b, str_of(tql_op_text(
		    ((const struct tql_set *)s->what)->op)));
		break;
	case PLAN_STAGE:
		tql_stage_print(&b, st);
		if (st->kind != STAGE_AGG)
			break;
		buf_addf(&b, " %s ", tql_op_text(st->op));
		tql_val_print(&b, &st->val);
		break;
	case PLAN_METRIC:
		buf_addf(&b, "%s()", tql_metric_name(
		    ((const struct tql_metric *)s->what)->kind));
	}
	return text_of(x, &b);
}

static void
number(struct explain *x, struct show_table *t, uint64_t n)
{
	show_cell_number(t, n, arena_printf(&x->mem, "%llu",
	    (unsigned long long)n), SHOW_PLAIN);
}

static void
size(struct show_table *t, uint64_t n)
{
	char text[24];

	show_cell_number(t, n, str_of(num_fmt_size(text, n)), SHOW_PLAIN);
}

static void
duration(struct show_table *t, uint64_t ns)
{
	char text[24];

	show_cell_number(t, ns, str_of(num_fmt_short_duration(text,
	    (int64_t)ns)), SHOW_PLAIN);
}

static void
put_table(struct explain *x, struct show_table *t)
{
	if (x->ask->out == ASK_JSON)
		show_table_json(t, &x->b);
	else if (t->cells > 0)
		show_table(&x->ask->show, t, &x->b);
	show_table_free(t);
}

/* What no step read: structure, names and ids of what is shown. */
static struct plan_step
rest_of(const struct explain *x)
{
	struct plan_step r = { .read = *x->plan.count, .ns = x->ns };

	for (size_t i = 0; i < x->plan.n; i++) {
		const struct plan_step *s = &x->plan.step[i];

		r.read.pages -= s->read.pages;
		r.read.pages_skipped -= s->read.pages_skipped;
		r.read.bytes_read -= s->read.bytes_read;
		r.ns -= s->ns < r.ns ? s->ns : r.ns;
	}
	return r;
}

static void
step_cells(struct explain *x, struct show_table *t, struct str name,
    const struct plan_step *s)
{
	show_cell(t, name, SHOW_PLAIN);
	number(x, t, s->in);
	number(x, t, s->out);
	number(x, t, s->read.pages);
	number(x, t, s->read.pages_skipped);
	size(t, s->read.bytes_read);
	duration(t, s->ns);
}

static void
put_steps(struct explain *x)
{
	static const char *const head[] = { "STEP", "SPANS", "LEFT", "PAGES",
	    "SKIPPED", "READ", "TIME" };
	struct show_table t = { .cols = 7, .head = head, .right = 0x7e,
	    .spare = 0x18 };	/* pages, and those skipped */
	struct plan_step rest = rest_of(x);

	for (size_t i = 0; i < x->plan.n; i++)
		step_cells(x, &t, step_name(x, &x->plan.step[i]),
		    &x->plan.step[i]);
	step_cells(x, &t, S("(all else)"), &rest);
	put_table(x, &t);
}

static void
put_columns(struct explain *x)
{
	static const char *const tables[TR_TABLES] = { "span", "trace",
	    "resource", "scope", "event", "link" };
	static const char *const head[] = { "COLUMN", "PAGES", "READ" };
	struct show_table t = { .cols = 3, .head = head, .right = 6 };

	for (size_t i = 0; i < x->plan.ncol; i++) {
		const struct plan_col *c = &x->plan.col[i];

		show_cell(&t, arena_printf(&x->mem, "%s %.*s",
		    c->table < TR_TABLES ? tables[c->table] : "?",
		    PS(c->name)), SHOW_PLAIN);
		number(x, &t, c->pages);
		size(&t, c->bytes);
	}
	put_table(x, &t);
}

/* How much of the store was looked at. */
static void
put_parts(struct explain *x)
{
	uint64_t made = x->plan.made, seen = x->plan.parts - made;
	struct json j = { .b = &x->b };

	if (x->ask->out != ASK_JSON) {
		flow_line(&x->ask->show, &x->b, SHOW_PLAIN, "%llu of %llu "
		    "stripes looked at, and %llu of traces assembled or not "
		    "in a block",
		    (unsigned long long)seen, (unsigned long long)x->stripes,
		    (unsigned long long)made);
		return;
	}
	json_open(&j, '{');
	json_key(&j, S("stripes"));
	json_i64(&j, (int64_t)seen);
	json_key(&j, S("of"));
	json_i64(&j, (int64_t)x->stripes);
	json_key(&j, S("assembled"));
	json_i64(&j, (int64_t)made);
	json_close(&j, '}');
	buf_u8(&x->b, '\n');
}

/* ---- */

/* The query is answered, but for the printing, by one worker. */
static int
run(struct explain *x, struct store_view *view, const struct tql_query *q,
    uint64_t *n, struct err *e)
{
	struct tql_ask one = *x->ask;
	struct tql_result res = { 0 };
	struct tql_range range;
	struct tql_exemplars ex;
	struct table t;
	int r;

	one.o.plan = &x->plan;
	one.o.workers = 1;
	if (q->metric) {
		r = tql_series(&one, view, q, &range, &x->mem, &t, &ex,
		    e);
		*n = t.n;
		return r;
	}
	r = tql_run(view, q, &one.o, &res, e);
	*n = res.n;
	tql_result_free(&res);
	return r;
}

int
tql_explain(const struct tql_ask *ask, struct store_view *view,
    struct str text, uint64_t *n, struct err *e)
{
	struct explain x = { .ask = ask };
	const struct store_block *block;
	struct tql_query q;
	size_t blocks;
	int r;

	if (ask->out != ASK_TABLE && ask->out != ASK_JSON)
		return err_set(e, ERR_QUERY, "a plan comes as table or json");
	if (tql_parse(&q, text, &x.mem, e) == -1) {
		arena_free(&x.mem);
		return -1;
	}
	block = store_view_blocks(view, &blocks);
	for (size_t i = 0; i < blocks; i++)
		x.stripes += block_stripes(block[i].block);
	plan_init(&x.plan, ask->o.count);
	x.ns = time_mono();
	r = run(&x, view, &q, n, e);
	x.ns = time_mono() - x.ns;
	if (r != -1) {
		put_steps(&x);
		put_columns(&x);
		put_parts(&x);
		r = ask->write(ask->write_arg, buf_str(&x.b), e);
	}
	plan_free(&x.plan);
	tql_free(&q);
	buf_free(&x.b);
	arena_free(&x.mem);
	return r;
}
