/* The difference of two sides, in the form asked for. */
#include "tql/diff.h"

#include <math.h>
#include <stdio.h>

#include "base/num.h"
#include "show/axis.h"
#include "show/flow.h"
#include "show/json.h"
#include "show/lines.h"
#include "show/spark.h"

#define BARS	16u

static void
put_json(const struct diff_row *row, struct buf *b)
{
	static const struct str key[] = { S("before"), S("after") };
	struct json j = { .b = b };

	json_open(&j, '{');
	json_key(&j, S("service"));
	json_str(&j, row->service);
	json_key(&j, S("name"));
	json_str(&j, row->name);
	for (unsigned s = 0; s < 2; s++) {
		json_key(&j, key[s]);
		json_open(&j, '{');
		json_key(&j, S("runs"));
		json_f64(&j, row->side[s].runs);
		json_key(&j, S("failed"));
		json_f64(&j, row->side[s].failed);
		json_key(&j, S("selfNanos"));
		json_i64(&j, llround(row->side[s].self));
		json_close(&j, '}');
	}
	json_key(&j, S("differenceNanos"));
	json_i64(&j, llround(row->side[1].self - row->side[0].self));
	json_close(&j, '}');
	buf_u8(b, '\n');
}

static void
put_csv(const struct diff_row *row, struct buf *b)
{
	char before[32], after[32];

	show_csv(b, row->service);
	buf_u8(b, ',');
	show_csv(b, row->name);
	buf_addf(b, ",%s,%s,%lld,%lld,%lld",
	    num_fmt_f64(before, row->side[0].runs),
	    num_fmt_f64(after, row->side[1].runs),
	    llround(row->side[0].self), llround(row->side[1].self),
	    llround(row->side[1].self - row->side[0].self));
	buf_u8(b, '\n');
}

/* ---- table ----------------------------------------------------------------- */

static char *
signed_time(char out[32], double ns)
{
	char text[24];

	num_fmt_short_duration(text, llround(fabs(ns)));
	snprintf(out, 32, "%s%s", llround(ns) == 0 ? "" : ns < 0 ? "-" : "+",
	    text);
	return out;
}

/* Three digits of what is no whole number. */
static char *
runs_number(char out[32], double runs)
{
	if (runs >= 1000)
		return show_number(out, round(runs), SHOW_NUMBER);
	snprintf(out, 32, "%.3g", runs);
	return out;
}

/* "4", "1.25 -> 4", "4 added" */
static void
runs_text(const struct diff_row *row, struct buf *b)
{
	double before = row->side[0].runs, after = row->side[1].runs;
	char one[32], two[32];

	if (before == 0 || after == 0)
		buf_addf(b, "%s %s", runs_number(one, before + after),
		    before == 0 ? "added" : "removed");
	else if (fabs(before - after) < .005 * after)
		buf_addf(b, "%s", runs_number(one, after));
	else
		buf_addf(b, "%s \xe2\x86\x92 %s", runs_number(one, before),
		    runs_number(two, after));
}

static void
cells(struct show_table *tb, const struct diff_row *row, double most)
{
	double by = row->side[1].self - row->side[0].self;
	enum show_style style = by > 0 ? SHOW_RED : by < 0 ? SHOW_GREEN :
	    SHOW_DIM;
	struct buf b = { 0 };
	char text[32];

	show_cell(tb, row->service, show_style_of(row->service));
	show_cell(tb, row->name, SHOW_PLAIN);
	for (unsigned s = 0; s < 2; s++)
		show_cell(tb, row->side[s].runs > 0 ? str_of(
		    num_fmt_short_duration(text, llround(row->side[s].self))) :
		    S(""), SHOW_PLAIN);
	show_cell(tb, str_of(signed_time(text, by)), style);
	if (row->name.n > 0 || row->service.n > 0)
		runs_text(row, &b);
	show_cell(tb, buf_str(&b), SHOW_DIM);
	buf_reset(&b);
	if (most > 0)
		show_bar(&b, 0, fabs(by) / most, BARS);
	show_cell(tb, buf_str(&b), style);
	buf_free(&b);
}

/* What all rows come to, and those that are not shown. */
static struct diff_row
sum_of(const struct diff *d, uint32_t from)
{
	struct diff_row sum = { 0 };

	for (uint32_t i = from; i < d->n; i++)
		for (unsigned s = 0; s < 2; s++) {
			sum.side[s].runs += d->row[i].side[s].runs;
			sum.side[s].self += d->row[i].side[s].self;
		}
	return sum;
}

static void
put_table(const struct tql_ask *ask, const struct diff *d, uint32_t n,
    struct buf *b)
{
	static const char *const head[] = { "SERVICE", "NAME", "BEFORE",
	    "AFTER", "DIFFERENCE", "RUNS", "" };
	struct show_table tb = { .cols = 7, .head = head, .right = 0x1c,
	    .keep = 0x60, .spare = 0x60 };
	double most = d->n > 0 ? fabs(d->row[0].side[1].self -
	    d->row[0].side[0].self) : 0;
	struct diff_row rest = sum_of(d, n), all = sum_of(d, 0);
	char name[64];

	for (uint32_t i = 0; i < n; i++)
		cells(&tb, &d->row[i], most);
	if (n < d->n) {
		snprintf(name, sizeof name, "(%u more)", d->n - n);
		rest.name = str_of(name);
		cells(&tb, &rest, most);
	}
	if (d->n > 0) {
		all.name = S("(all)");
		cells(&tb, &all, 0);
		show_table(&ask->show, &tb, b);
	}
	show_table_free(&tb);
	flow_line(&ask->show, b, SHOW_PLAIN, "self times per trace: %llu "
	    "before, %llu after", (unsigned long long)d->traces[0],
	    (unsigned long long)d->traces[1]);
}

int
diff_put(const struct tql_ask *ask, const struct diff *d, struct buf *b,
    struct err *e)
{
	uint32_t n = ask->o.limit > 0 && ask->o.limit < d->n ?
	    (uint32_t)ask->o.limit : d->n;

	if (ask->out == ASK_TABLE) {
		put_table(ask, d, n, b);
	} else if (ask->out == ASK_JSON) {
		for (uint32_t i = 0; i < n; i++)
			put_json(&d->row[i], b);
	} else if (ask->out == ASK_CSV) {
		buf_adds(b, S("service,name,before_runs,after_runs,"
		    "before_self_ns,after_self_ns,difference_ns\n"));
		for (uint32_t i = 0; i < n; i++)
			put_csv(&d->row[i], b);
	} else {
		return err_set(e, ERR_QUERY, "a difference comes as table, "
		    "json or csv");
	}
	return 0;
}
