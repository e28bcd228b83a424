/*
 * Log queries against lqlref.h: random lines, cut over blocks and tail at
 * random, random pipelines; every answer must be the same, in order.
 */
#include <unistd.h>

#include "base/err.h"
#include "log/kind.h"
#include "lql/run.h"

#include "cutstore.h"
#include "folder.h"
#include "lqlref.h"

#define QUERIES		40u	/* of each data set */

static unsigned long some, asked;	/* answers that are not empty; all */

struct data {
	struct ref_row row[ROWS_MAX];
	uint32_t n;
};

/* ---- as a store --------------------------------------------------------------------- */

static void
put_row(struct buf *out, const struct ref_row *r)
{
	struct buf l = { 0 }, any = { 0 }, res = { 0 };

	pb_fixed64(&l, 1, r->time);
	if (r->severity > 0)
		pb_varint(&l, 2, r->severity);
	pb_bytes(&any, 1, str_of(r->line));
	pb_bytes(&l, 5, buf_str(&any));
	for (unsigned i = 2; i < r->nbase; i++)
		pb_attr(&l, 6, r->base[i].name, r->base[i].value);
	pb_attr(&res, 1, "service.name", r->base[0].value);
	pb_attr(&res, 1, "host.name", r->base[1].value);
	pb_item(out, buf_str(&res), S(""), buf_str(&l));
	buf_free(&l);
	buf_free(&any);
	buf_free(&res);
}

static struct store_view *
make_store(struct cutstore *c, const char *tmp, const struct data *d)
{
	struct buf b = { 0 };

	cutstore_begin(c, tmp);
	for (uint32_t i = 0; i < d->n;) {
		buf_reset(&b);
		for (uint32_t n = 1 + below(20); n > 0 && i < d->n; n--)
			put_row(&b, &d->row[i++]);
		cutstore_add(c, buf_str(&b), 1000 + i);
	}
	buf_free(&b);
	return cutstore_end(c);
}

/* ---- queries ------------------------------------------------------------------------ */

static const char *const op_text[] = { "=", "!=", "=~", "!~", ">", ">=", "<",
	"<=" };

static void
some_test(struct ref_test *t, struct buf *b)
{
	static const char *const names[] = { "a", "b", "n", "took",
		"service_name", "thread_id", "service_name_extracted",
		"took_extracted", "missing", "__error__", "detected_level" };
	static const char *const texts[] = { "7", "x", "", "cart", "12",
		"error", "refused", "JSONParserErr", "1s" };
	static const char *const res[] = { "x|yy", ".*", "[0-9.]+", "c.*t",
		"(info|warn)", ".+" };
	static const char *const numbers[] = { "10", "1.5", "42" };
	static const char *const durations[] = { "250ms", "1s", "90ms" };

	*t = (struct ref_test){ .name = PICK(names), .typed = (int)below(3) };
	if (strcmp(t->name, "__error__") == 0)
		t->typed = 0;
	if (t->typed == 0) {
		t->op = (enum ref_op)below(4);
		t->value = t->op >= R_RE ? PICK(res) : PICK(texts);
		buf_addf(b, "%s%s\"%s\"", t->name, op_text[t->op], t->value);
		return;
	}
	t->op = (enum ref_op)(below(6) + (below(3) == 0 ? 0 : 2));
	while (t->op == R_RE || t->op == R_NRE || t->op > R_LE)
		t->op = (enum ref_op)below(8);
	t->value = t->typed == 1 ? PICK(numbers) : PICK(durations);
	ref_number(t->value, t->typed, &t->number);
	buf_addf(b, "%s%s%s", t->name, op_text[t->op], t->value);
}

static void
some_line_filter(struct ref_step *st, struct buf *b)
{
	static const char *const texts[] = { "refused", "a\\\"", "x", "7", "",
		"peer-7 4", "=\\\"2s" };
	static const char *const plain[] = { "refused", "a\"", "x", "7", "",
		"peer-7 4", "=\"2s" };
	static const char *const res[] = { "re.used|yy", "[0-9]+m?s", "^.c",
		"by$", "o{2} b", "[0-9][^0-9]$" };
	static const char *const ops[] = { "|=", "!=", "|~", "!~" };
	uint32_t k = below(7);

	st->type = S_LINE;
	st->op = (enum ref_op)below(4);
	st->text = st->op >= R_RE ? PICK(res) : plain[k];
	buf_addf(b, " %s \"%s\"", ops[st->op], st->op >= R_RE ? st->text :
	    texts[k]);
}

static void
some_label_filter(struct ref_step *st, struct buf *b)
{
	st->type = S_LABEL;
	st->join = (int)below(3);
	buf_addf(b, " | ");
	some_test(&st->test[0], b);
	if (st->join == 0)
		return;
	buf_addf(b, st->join == 1 ? " and " : " or ");
	some_test(&st->test[1], b);
}

static void
some_format(struct ref_step *st, struct buf *b)
{
	static const char *const names[] = { "a", "b", "took", "host_name",
		"service_name", "new", "thread_id" };

	st->type = (enum ref_type)(S_RENAME + below(5));
	st->name = PICK(names);
	do
		st->other = PICK(names);
	while (strcmp(st->other, st->name) == 0);
	switch (st->type) {
	case S_RENAME:
		buf_addf(b, " | label_format %s=%s", st->name, st->other);
		break;
	case S_SET:
		buf_addf(b, " | label_format %s=\"{{.%s}}!\"", st->name,
		    st->other);
		break;
	case S_FORMAT:
		buf_addf(b, " | line_format `<{{.%s}}>{{.%s}}`", st->other,
		    st->name);
		break;
	default:
		buf_addf(b, " | %s %s, %s", st->type == S_DROP ? "drop" :
		    "keep", st->name, st->other);
	}
}

/* Filters, at times a parser, filters of what it finds, formats, filters. */
static void
some_query(struct ref_query *q, struct buf *b)
{
	static const char *const services[] = { "cart", "gateway", "none" };

	buf_reset(b);
	*q = (struct ref_query){ .service = below(3) == 0 ? PICK(services) :
		NULL };
	buf_addf(b, q->service ? "{service_name=\"%s\"}" :
	    "{service_name=~\".+\"}", q->service);
	for (int part = 0; part < 4; part++) {
		uint32_t n = part == 1 ? below(3) > 0 : below(3);

		for (; n > 0 && q->n < STEPS_MAX; n--) {
			struct ref_step *st = &q->step[q->n++];

			if (part == 1) {
				st->type = below(2) ? S_JSON : S_LOGFMT;
				buf_addf(b, st->type == S_JSON ? " | json" :
				    " | logfmt");
			} else if (part == 3 && below(3) > 0)
				some_format(st, b);
			/* a line filter behind a parser stands before it */
			else if (part < 3 && below(3) == 0)
				some_line_filter(st, b);
			else
				some_label_filter(st, b);
		}
	}
}

/* ---- answers ------------------------------------------------------------------------ */

struct answer { struct str line[ROWS_MAX]; uint32_t n; struct arena *mem; };

static void
add_pairs(struct buf *b, const struct log_pair *p, uint32_t n)
{
	buf_u8(b, '{');
	for (uint32_t i = 0; i < n; i++)
		if (!str_eq(p[i].name, S("__error_details__")))
			buf_addf(b, "%.*s=%.*s,", PS(p[i].name),
			    PS(p[i].value));
	buf_u8(b, '}');
}

static int
on_line(void *arg, const struct lql_line *l, struct err *e)
{
	struct answer *a = arg;
	struct buf b = { 0 };

	(void)e;
	buf_addf(&b, "%llu %.*s ", (unsigned long long)l->l.time,
	    PS(l->l.line));
	add_pairs(&b, l->l.labels, l->l.nlabels);
	add_pairs(&b, l->l.meta, l->l.nmeta);
	add_pairs(&b, l->parsed, l->nparsed);
	if (a->n == ROWS_MAX)
		die("too long an answer");
	a->line[a->n++] = arena_str(a->mem, buf_str(&b));
	buf_free(&b);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct ref_label *)a)->name,
	    ((const struct ref_label *)b)->name);
}

static void
expect(struct answer *a, const struct ref_query *q, const struct ref_row *r)
{
	static struct ref_state s;
	struct buf b = { 0 };

	if (!ref_run(&s, q, r))
		return;
	if (s.error)
		ref_set(&s, "__error__", s.error);
	qsort(s.label, s.n, sizeof *s.label, by_name);
	buf_addf(&b, "%llu %s ", (unsigned long long)r->time, s.line);
	for (int kind = STREAM; kind <= PARSED; kind++) {
		buf_u8(&b, '{');
		for (unsigned i = 0; i < s.n; i++)
			if ((int)s.label[i].kind == kind)
				buf_addf(&b, "%s=%s,", s.label[i].name,
				    s.label[i].value);
		buf_u8(&b, '}');
	}
	a->line[a->n++] = arena_str(a->mem, buf_str(&b));
	buf_free(&b);
}

static bool
same(const struct answer *a, const struct answer *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!str_eq(a->line[i], b->line[i]))
			return false;
	return true;
}

static void
show(const struct answer *want, const struct answer *got)
{
	for (uint32_t i = 0, shown = 0; shown < 3 && (i < want->n ||
	    i < got->n); i++) {
		struct str w = i < want->n ? want->line[i] : S("nothing");
		struct str g = i < got->n ? got->line[i] : S("nothing");

		if (str_eq(w, g))
			continue;
		fprintf(stderr, "want %.*s\ngot  %.*s\n", PS(w), PS(g));
		shown++;
	}
}

static void
compare(struct store_view *v, const struct data *d, unsigned long round)
{
	static struct answer want, got;
	struct lql_opts o = { .workers = 2, .forward = below(2) };
	struct arena mem = { 0 };
	struct buf text = { 0 };
	struct ref_query rq;
	struct lql_query q;
	struct err e = { 0 };

	some_query(&rq, &text);
	want.n = got.n = 0;
	want.mem = got.mem = &mem;
	if (below(3) == 0)
		o.limit = 1 + below(20);
	for (uint32_t i = 0; i < d->n && (o.limit == 0 || want.n < o.limit);
	    i++)
		expect(&want, &rq, &d->row[o.forward ? i : d->n - 1 - i]);
	if (lql_parse(&q, buf_str(&text), &mem, &e) == -1)
		die("%s", e.msg);
	bool ok = lql_run(v, &q.log, &o, on_line, &got, &e) != -1 &&
	    same(&want, &got);

	CHECK(ok);
	if (!ok) {
		fprintf(stderr, "round %lu: %.*s %s\n", round,
		    PS(buf_str(&text)), e.msg);
		show(&want, &got);
	}
	some += want.n > 0;
	asked++;
	lql_query_free(&q);
	buf_free(&text);
	arena_free(&mem);
}

/* ---- rounds ------------------------------------------------------------------------- */

static void
one_round(const char *tmp, unsigned long round)
{
	static struct data d;
	struct cutstore c = { .kind = &log_kind, .roll = below, .odds = 8 };
	struct store_view *v;

	log_seed = round + 1;
	d.n = 1 + below(ROWS_MAX);
	for (uint32_t i = 0; i < d.n; i++)
		ref_row(&d.row[i], UINT64_C(1767225600000000000) + i *
		    UINT64_C(1000000));
	v = make_store(&c, tmp, &d);
	for (uint32_t n = 0; n < QUERIES && unit_failed < 5; n++)
		compare(v, &d, round);
	store_view_close(v);
	cutstore_wipe(&c);
}

int
main(void)
{
	char dir[FOLDER_PATH];

	folder_new(dir, "lql_lines");
	for (unsigned long round = 0; round < unit_rounds(50, 2500) &&
	    unit_failed < 5; round++)
		one_round(dir, round);
	folder_wipe(dir);
	CHECK(some > asked / 4);	/* or this test says little */
	return unit_done();
}
