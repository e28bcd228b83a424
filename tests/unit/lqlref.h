/*
 * lqlref: log lines whose fields are known, and pipelines over them, done the
 * slow and plain way: from what a line was made of, not by reading it.
 */
#ifndef TESTS_LQLREF_H
#define TESTS_LQLREF_H

#include "unit.h"

#include "logdata.h"

#define ROWS_MAX	300u
#define STEPS_MAX	8u
#define LABELS_MAX	24u

#define PICK(v)		((v)[below(sizeof (v) / sizeof *(v))])

enum ref_form { AS_JSON, AS_LOGFMT, AS_WORDS };
enum ref_kind { STREAM, META, PARSED };

struct ref_label { const char *name; char value[200]; enum ref_kind kind; };

struct ref_row {
	uint64_t time;
	unsigned severity;		/* 0: none */
	enum ref_form form;
	struct ref_label base[8];	/* of stream and metadata */
	unsigned nbase;
	struct ref_label field[6];	/* of the line */
	unsigned nfield;
	char line[600];
};

enum ref_op { R_EQ, R_NE, R_RE, R_NRE, R_GT, R_GE, R_LT, R_LE };

struct ref_test {		/* a comparison of a label filter */
	const char *name;
	enum ref_op op;
	int typed;		/* 0 text, 1 number, 2 duration */
	const char *value;
	double number;		/* typed: ns for durations */
};

enum ref_type { S_LINE, S_LABEL, S_JSON, S_LOGFMT, S_RENAME, S_SET, S_DROP,
	S_KEEP, S_FORMAT };

struct ref_step {
	enum ref_type type;
	enum ref_op op;			/* LINE: EQ NE RE NRE */
	const char *text;		/* LINE */
	struct ref_test test[2];	/* LABEL */
	int join;			/* 0 one, 1 and, 2 or */
	const char *name, *other;	/* RENAME to, from; DROP, KEEP both */
};

struct ref_query {
	const char *service;		/* NULL: any */
	struct ref_step step[STEPS_MAX];
	unsigned n;
};

/* A line on its way. */
struct ref_state {
	const struct ref_row *row;
	struct ref_label label[LABELS_MAX];
	unsigned n;
	char seen[LABELS_MAX][32];
	unsigned nseen;
	const char *error;		/* NULL: none */
	char line[700];
};

/* ---- lines ------------------------------------------------------------------------ */

static const char *const ref_names[] = { "a", "b", "n", "took", "service_name",
	"thread_id" };
static const char *const ref_values[] = { "7", "42", "1.5", "250ms", "2s",
	"x", "yy", "foo bar", "1e3", "refused" };
static const char *const ref_words[] = { "connection", "refused", "by", "x",
	"peer-7", "42", "timeout", "(yy)" };

static inline void
ref_label_put(struct ref_label *l, const char *name, const char *value,
    enum ref_kind kind)
{
	l->name = name;
	l->kind = kind;
	snprintf(l->value, sizeof l->value, "%s", value);
}

static inline void
ref_line(struct ref_row *r)
{
	char *p = r->line;

	*p = '\0';
	if (r->form == AS_WORDS) {
		for (uint32_t n = 1 + below(6); n > 0; n--)
			p += sprintf(p, "%s ", PICK(ref_words));
		return;
	}
	if (r->form == AS_JSON)
		*p++ = '{';
	for (unsigned i = 0; i < r->nfield; i++) {
		const struct ref_label *f = &r->field[i];

		p += sprintf(p, r->form == AS_JSON ? "%s\"%s\":\"%s\"" :
		    "%s%s=\"%s\"", i == 0 ? "" : r->form == AS_JSON ? "," :
		    " ", f->name, f->value);
	}
	if (r->form == AS_JSON)
		*p++ = '}';
	*p = '\0';
}

static inline void
ref_row(struct ref_row *r, uint64_t time)
{
	static const char *const services[] = { "cart", "gateway", "pay" };
	static const char *const threads[] = { "1", "12", "x" };
	static const char *const tooks[] = { "90ms", "1s", "soon" };
	unsigned first = below(6);

	memset(r, 0, sizeof *r);
	r->time = time;
	r->severity = below(3) > 0 ? 1 + below(24) : 0;
	r->form = (enum ref_form)below(3);
	ref_label_put(&r->base[r->nbase++], "service_name", PICK(services),
	    STREAM);
	ref_label_put(&r->base[r->nbase++], "host_name", "here", META);
	if (below(2) == 0)
		ref_label_put(&r->base[r->nbase++], "thread_id",
		    PICK(threads), META);
	if (below(2) == 0)
		ref_label_put(&r->base[r->nbase++], "took", PICK(tooks),
		    META);
	for (uint32_t n = r->form == AS_WORDS ? 0 : 1 + below(5), i = 0; i < n;
	    i++)
		ref_label_put(&r->field[r->nfield++], ref_names[(first + i) %
		    6], PICK(ref_values), PARSED);
	ref_line(r);
}

/* ---- labels ----------------------------------------------------------------------- */

static inline struct ref_label *
ref_find(struct ref_state *s, const char *name)
{
	for (unsigned i = 0; i < s->n; i++)
		if (strcmp(s->label[i].name, name) == 0)
			return &s->label[i];
	return NULL;
}

static inline const char *
ref_level(const struct ref_row *r)
{
	static const char *const level[] = { "trace", "debug", "info", "warn",
		"error", "fatal" };

	return r->severity > 0 ? level[(r->severity - 1) / 4] : "unknown";
}

/* NULL: it is not there. */
static inline const char *
ref_get(struct ref_state *s, const char *name)
{
	struct ref_label *l = ref_find(s, name);

	if (strcmp(name, "__error__") == 0)
		return s->error;
	if (!l && strcmp(name, "detected_level") == 0)
		return ref_level(s->row);
	return l ? l->value : NULL;
}

static inline void
ref_set(struct ref_state *s, const char *name, const char *value)
{
	struct ref_label *l = ref_find(s, name);

	ref_label_put(l ? l : &s->label[s->n++], name, value, PARSED);
}

static inline void
ref_delete(struct ref_state *s, const char *name)
{
	struct ref_label *l = ref_find(s, name);

	if (l)
		*l = s->label[--s->n];
}

/* ---- label filters ---------------------------------------------------------------- */

static inline bool
ref_matches(const char *re, const char *text, bool whole)
{
	struct re *r = re_compile(str_of(re), whole ? RE_ANCHORED : 0, NULL);
	bool yes = r && re_match(r, str_of(text), NULL) == 1;

	re_free(r);
	return yes;
}

/* As the values above can be read: ns of those with a unit. */
static inline bool
ref_number(const char *v, int typed, double *d)
{
	char *end;

	*d = strtod(v, &end);
	if (end == v)
		return false;
	if (typed == 1)
		return *end == '\0';
	*d *= strcmp(end, "ms") == 0 ? 1e6 : 1e9;
	return strcmp(end, "ms") == 0 || strcmp(end, "s") == 0;
}

static inline bool
ref_holds(const struct ref_test *t, const char *v, bool failed, bool *error)
{
	double d;

	if (!t->typed) {
		v = v ? v : "";
		switch (t->op) {
		case R_EQ: return strcmp(v, t->value) == 0;
		case R_NE: return strcmp(v, t->value) != 0;
		case R_RE: return ref_matches(t->value, v, true);
		default: return !ref_matches(t->value, v, true);
		}
	}
	if (!v || !*v)		/* what is not there is not kept */
		return false;
	if (failed)
		return true;
	if (!ref_number(v, t->typed, &d))
		return *error = true;
	switch (t->op) {
	case R_GT: return d > t->number;
	case R_GE: return d >= t->number;
	case R_LT: return d < t->number;
	case R_LE: return d <= t->number;
	case R_NE: return d < t->number || d > t->number;
	default: return d <= t->number && d >= t->number;
	}
}

static inline bool
ref_filter(struct ref_state *s, const struct ref_step *st)
{
	bool failed = s->error && strcmp(s->error, "LabelFilterErr") != 0;
	bool error = false, r;

	r = ref_holds(&st->test[0], ref_get(s, st->test[0].name), failed,
	    &error);
	if (st->join > 0 && r == (st->join == 1))
		r = ref_holds(&st->test[1], ref_get(s, st->test[1].name),
		    failed, &error);
	if (r && error)
		s->error = "LabelFilterErr";
	return r;
}

/* ---- parsers ---------------------------------------------------------------------- */

/* false: a filter on the label that comes later drops the line already. */
static inline bool
ref_extract(struct ref_state *s, const struct ref_query *q, unsigned at,
    const struct ref_label *f)
{
	static const char *const clashing[] = { "service_name_extracted",
		"thread_id_extracted", "took_extracted" };
	const struct ref_label *l = ref_find(s, f->name);
	const char *name = f->name;

	if (strcmp(name, "service_name") == 0)
		name = clashing[0];
	else if (l && l->kind == META)
		name = strcmp(name, "took") == 0 ? clashing[2] : clashing[1];
	for (unsigned i = 0; i < s->nseen; i++)
		if (strcmp(s->seen[i], name) == 0)
			return true;
	snprintf(s->seen[s->nseen++], sizeof s->seen[0], "%s", name);
	ref_set(s, name, f->value);
	for (unsigned i = at + 1; i < q->n; i++)
		if (q->step[i].type == S_LABEL && q->step[i].join == 0 &&
		    strcmp(q->step[i].test[0].name, name) == 0 &&
		    !ref_filter(s, &q->step[i]))
			return false;
	return true;
}

static inline bool
ref_parse(struct ref_state *s, const struct ref_query *q, unsigned at)
{
	enum ref_form form = q->step[at].type == S_JSON ? AS_JSON : AS_LOGFMT;
	const struct ref_row *r = s->row;

	for (unsigned i = 0; i < r->nfield && r->form == form; i++)
		if (!ref_extract(s, q, at, &r->field[i]))
			return false;
	if (form == AS_JSON && r->form != AS_JSON)
		s->error = "JSONParserErr";
	return true;
}

/* ---- the whole -------------------------------------------------------------------- */

static inline bool
ref_line_filter(const struct ref_step *st, const char *line)
{
	bool yes = st->op == R_EQ || st->op == R_NE ? strstr(line, st->text) !=
	    NULL : ref_matches(st->text, line, false);

	return yes == (st->op == R_EQ || st->op == R_RE);
}

static inline void
ref_keep(struct ref_state *s, const struct ref_step *st)
{
	for (unsigned i = s->n; i-- > 0;)
		if (strcmp(s->label[i].name, st->name) != 0 &&
		    strcmp(s->label[i].name, st->other) != 0)
			s->label[i] = s->label[--s->n];
}

static inline bool
ref_step(struct ref_state *s, const struct ref_query *q, unsigned at)
{
	const struct ref_step *st = &q->step[at];
	const char *v = NULL, *w;
	char text[200];

	switch (st->type) {
	case S_LINE: return ref_line_filter(st, s->line);
	case S_LABEL: return ref_filter(s, st);
	case S_JSON: case S_LOGFMT: return ref_parse(s, q, at);
	case S_DROP:
		ref_delete(s, st->name);
		ref_delete(s, st->other);
		return true;
	case S_KEEP:
		ref_keep(s, st);
		return true;
	default: break;
	}
	v = ref_get(s, st->other);
	w = ref_get(s, st->name);
	snprintf(text, sizeof text, "%.190s%s", v ? v : "", st->type == S_SET ?
	    "!" : "");
	if (st->type == S_FORMAT)
		snprintf(s->line, sizeof s->line, "<%s>%s", text, w ? w : "");
	else if (st->type == S_SET || v) {
		if (st->type == S_RENAME)
			ref_delete(s, st->other);
		ref_set(s, st->name, text);
	}
	return true;
}

/* false: the line is not in the answer. */
static inline bool
ref_run(struct ref_state *s, const struct ref_query *q,
    const struct ref_row *r)
{
	memset(s, 0, sizeof *s);
	s->row = r;
	s->n = r->nbase;
	memcpy(s->label, r->base, r->nbase * sizeof *r->base);
	snprintf(s->line, sizeof s->line, "%s", r->line);
	if (q->service && strcmp(q->service, r->base[0].value) != 0)
		return false;
	for (unsigned i = 0; i < q->n; i++)
		if (!ref_step(s, q, i))
			return false;
	return true;
}

#endif
