/* Metrics: label sets, aggregations and operators on tables, by hand. */
#include <math.h>

#include "unit.h"
#include "query/agg.h"
#include "query/binary.h"

#define STEPS	3u

static struct arena mem;
static struct notes notes = { .mem = &mem };

/* "a=1,b=2" */
static struct labels
set(const char *text)
{
	struct label *l = arena_new(&mem, struct label, 8);
	struct str rest = str_of(text), one;
	uint32_t n = 0;

	for (; str_cut(&rest, ',', &one); n++) {
		str_cut(&one, '=', &l[n].name);
		l[n].value = one;
		l[n].type = LABEL_STR;
	}
	return labels_of(l, n);
}

#define _	-12345		/* no point */

static void
row(struct table *t, const char *labels, double a, double b, double c)
{
	struct series *s = table_add(t, set(labels), NULL);
	double v[STEPS] = { a, b, c };

	for (uint32_t i = 0; i < STEPS; i++)
		if (v[i] != _)
			table_put(s, i, v[i]);
}

static struct table
table(void)
{
	struct table t;

	table_init(&t, STEPS, &mem);
	return t;
}

/* {a="1"} 1 2 -; ... */
static const char *
text(struct table *t)
{
	static struct buf b;

	buf_reset(&b);
	for (uint32_t i = 0; i < t->n; i++) {
		buf_adds(&b, i > 0 ? S("; ") : S(""));
		labels_print(&b, t->s[i].labels);
		for (uint32_t k = 0; k < t->steps; k++) {
			if (table_has(&t->s[i], k) && isnan(t->s[i].v[k]))
				buf_adds(&b, S(" nan"));	/* no sign */
			else if (table_has(&t->s[i], k))
				buf_addf(&b, " %g", t->s[i].v[k]);
			else
				buf_adds(&b, S(" -"));
		}
	}
	buf_u8(&b, '\0');
	return b.p;
}

static void
is(struct table *t, const char *want)
{
	if (strcmp(text(t), want) != 0)
		fprintf(stderr, "got  %s\nwant %s\n", text(t), want);
	CHECK(strcmp(text(t), want) == 0);
}

static void
test_labels(void)
{
	struct labels a = set("b=2,a=1,c="), b = set("a=1,b=2");
	struct buf k = { 0 };

	CHECK(a.n == 2 && labels_cmp(a, b) == 0);
	CHECK(labels_cmp(set("a=1"), b) < 0);
	CHECK(labels_cmp(set("a=1,c=1"), b) > 0);
	CHECK(str_eq(labels_get(a, S("b")), S("2")));
	CHECK(labels_get(a, S("c")).n == 0);
	CHECK(labels_set(a, (struct label){ .name = S("a") }, &mem).n == 1);
	labels_print(&k, labels_unnamed(set("__name__=x,a=q\"q"), &mem));
	CHECK(str_eq(buf_str(&k), S("{a=\"q\\\"q\"}")));
	buf_free(&k);
}

static const char *
agg(enum agg_op op, struct label_pick by, double param, struct table *in)
{
	double p[STEPS] = { param, param, param };
	struct agg a = { .op = op, .by = by, .param = p, .label = S("v") };
	struct table out = table();
	struct err e = { 0 };

	if (agg_eval(&a, in, &out, &notes, &e) == -1)
		return "failed";
	table_sort(&out);
	return text(&out);
}

static void
test_agg(void)
{
	static const struct str job[] = { S("job") };
	struct label_pick by = { .name = job, .n = 1 };
	struct label_pick but = { .without = true, .nameless = true,
	    .name = job, .n = 1 };
	struct table t = table();

	row(&t, "__name__=x,job=a,i=1", 1, 2, _);
	row(&t, "__name__=x,job=a,i=2", 3, NAN, _);
	row(&t, "__name__=x,job=b,i=1", 5, 7, 9);
#define IS(op, by, p, want) CHECK(strcmp(agg(op, by, p, &t), want) == 0)
	IS(AGG_SUM, by, 0, "{job=\"a\"} 4 nan -; {job=\"b\"} 5 7 9");
	IS(AGG_COUNT, (struct label_pick){ 0 }, 0, "{} 3 3 1");
	IS(AGG_MAX, by, 0, "{job=\"a\"} 3 2 -; {job=\"b\"} 5 7 9");
	IS(AGG_AVG, but, 0, "{i=\"1\"} 3 4.5 9; {i=\"2\"} 3 nan -");
	IS(AGG_STDVAR, by, 0, "{job=\"a\"} 1 nan -; {job=\"b\"} 0 0 0");
	IS(AGG_QUANTILE, by, .5, "{job=\"a\"} 2 nan -; {job=\"b\"} 5 7 9");
	IS(AGG_TOPK, by, 1, "{__name__=\"x\", i=\"1\", job=\"a\"} - 2 -; "
	    "{__name__=\"x\", i=\"1\", job=\"b\"} 5 7 9; "
	    "{__name__=\"x\", i=\"2\", job=\"a\"} 3 - -");
	IS(AGG_TOPK, by, 0, "");
	IS(AGG_TOPK, by, NAN, "failed");
	IS(AGG_LIMITK, (struct label_pick){ 0 }, 1,
	    "{__name__=\"x\", i=\"1\", job=\"a\"} 1 2 -; "
	    "{__name__=\"x\", i=\"1\", job=\"b\"} - - 9");
	IS(AGG_COUNT_VALUES, (struct label_pick){ 0 }, 0,
	    "{v=\"1\"} 1 - -; {v=\"2\"} - 1 -; {v=\"3\"} 1 - -; "
	    "{v=\"5\"} 1 - -; {v=\"7\"} - 1 -; {v=\"9\"} - - 1; "
	    "{v=\"NaN\"} - 1 -");
}

static void
test_mean(void)
{
	struct mean m = { 0 };
	struct kahan k = { 0 };

	mean_add(&m, 1e308);
	mean_add(&m, 1.5e308);
	CHECK(mean_of(&m) == 1.25e308);
	for (int i = 0; i < 10; i++)
		kahan_add(&k, 0.1);
	CHECK(kahan_sum(&k) == 1.0);
}

static const char *
bin(struct binary *b, struct table *l, struct table *r)
{
	struct table out = table();
	struct err e = { 0 };

	if (!b->dialect)
		b->dialect = &dialect_promql;
	if (bin_tables(b, l, r, &out, &notes, &e) == -1 ||
	    table_finish(&out, &e) == -1)
		return strstr(e.msg, "duplicate") ? "duplicate" :
		    strstr(e.msg, "multiple") ? "multiple" : "failed";
	table_sort(&out);
	return text(&out);
}

static void
test_binary(void)
{
	static const struct str job[] = { S("job") }, inst[] = { S("i") },
	    extra[] = { S("v") };
	struct binary b = { .op = BIN_ADD, .on = { .without = true } };
	struct table l = table(), r = table(), one = table();

	row(&l, "__name__=x,job=a,i=1", 1, 2, _);
	row(&l, "__name__=x,job=b,i=1", 5, 0, 9);
	row(&r, "__name__=y,job=a,i=1", 1, 1, 1);
	row(&r, "__name__=y,job=b,i=1", 5, 6, _);
	row(&one, "job=a,v=9", 10, _, 10);
	CHECK(!strcmp(bin(&b, &l, &r),
	    "{i=\"1\", job=\"a\"} 2 3 -; {i=\"1\", job=\"b\"} 10 6 -"));
	b.op = BIN_GE;
	CHECK(!strcmp(bin(&b, &l, &r),
	    "{__name__=\"x\", i=\"1\", job=\"a\"} 1 2 -; "
	    "{__name__=\"x\", i=\"1\", job=\"b\"} 5 - -"));
	b.as_bool = true;
	CHECK(!strcmp(bin(&b, &l, &r),
	    "{i=\"1\", job=\"a\"} 1 1 -; {i=\"1\", job=\"b\"} 1 0 -"));
	b = (struct binary){ .op = BIN_DIV, .on = { .name = inst, .n = 1 } };
	CHECK(!strcmp(bin(&b, &l, &r), "duplicate"));
	b.on.name = job;
	CHECK(!strcmp(bin(&b, &l, &l), "{job=\"a\"} 1 1 -; "
	    "{job=\"b\"} 1 nan 1"));
	b.dialect = &dialect_traceql;
	CHECK(!strcmp(bin(&b, &l, &l), "{job=\"a\"} 1 1 -; "
	    "{job=\"b\"} 1 - 1"));
	b = (struct binary){ .op = BIN_MUL, .on = { .name = job, .n = 1 },
	    .many = BIN_MANY_LEFT, .include = extra, .ninclude = 1 };
	CHECK(!strcmp(bin(&b, &l, &one),
	    "{i=\"1\", job=\"a\", v=\"9\"} 10 - -"));
	b.many = BIN_MANY_RIGHT;
	CHECK(!strcmp(bin(&b, &one, &l),
	    "{i=\"1\", job=\"a\", v=\"9\"} 10 - -"));
	row(&l, "__name__=z,job=a,i=1", 1, _, _);
	b = (struct binary){ .op = BIN_ADD, .on = { .without = true } };
	CHECK(!strcmp(bin(&b, &l, &r), "multiple"));
	b.op = BIN_UNLESS;
	CHECK(!strcmp(bin(&b, &l, &one),
	    "{__name__=\"x\", i=\"1\", job=\"a\"} 1 2 -; "
	    "{__name__=\"x\", i=\"1\", job=\"b\"} 5 0 9; "
	    "{__name__=\"z\", i=\"1\", job=\"a\"} 1 - -"));
	b.on = (struct label_pick){ .name = job, .n = 1 };
	CHECK(!strcmp(bin(&b, &l, &one),
	    "{__name__=\"x\", i=\"1\", job=\"a\"} - 2 -; "
	    "{__name__=\"x\", i=\"1\", job=\"b\"} 5 0 9"));
	b.op = BIN_OR;
	CHECK(!strcmp(bin(&b, &one, &r), "{__name__=\"y\", i=\"1\", job=\"a\"}"
	    " - 1 -; {__name__=\"y\", i=\"1\", job=\"b\"} 5 6 -; "
	    "{job=\"a\", v=\"9\"} 10 - 10"));
}

static void
test_scalar(void)
{
	struct table t = table(), out = table();
	struct binary b = { .op = BIN_GT, .dialect = &dialect_logql };
	double ten[] = { 1, 10, 10 };

	row(&t, "a=1", 5, 5, 0);
	bin_scalar(&b, &t, ten, true, &out, &notes, NULL);
	is(&out, "{a=\"1\"} - 5 0");
	b.op = BIN_DIV;
	out = table();
	bin_scalar(&b, &t, ten, true, &out, &notes, NULL);
	is(&out, "{a=\"1\"} 0.2 2 nan");
}

int
main(void)
{
	test_labels();
	test_agg();
	test_mean();
	test_binary();
	test_scalar();
	CHECK(notes.n == 0);
	notes_add(&notes, NOTE_INFO, (struct caret){ 0 }, "x %d", 1);
	notes_add(&notes, NOTE_INFO, (struct caret){ 0 }, "x 1");
	CHECK(notes.n == 1 && str_eq(notes.v[0].text, S("x 1")));
	arena_free(&mem);
	return unit_done();
}
