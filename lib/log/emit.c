/* From ordered rows to frames of columns.h. */
#include "log/rows.h"

#include <stdlib.h>

#include "base/err.h"

#define RARE	3u	/* rows of a template in a stripe that pay for it */

/* Codes of a map of the rows as codes of a column of the frame. */
struct recode {
	uint32_t col;
	uint32_t *code;
	uint32_t n, cap;
};

struct rows_emit {
	struct recode stream, context, severity, *meta;
	uint32_t metas;
	struct vars_writer *vars;
	uint32_t *count, *at, *list, *number;	/* by template */
	uint32_t templates;			/* they have room for */
	uint32_t *used, *member;		/* in the stripe */
	struct str *value;
	size_t values;
	uint64_t *time;
	struct buf joined;
};

struct rows_emit *
rows_emit_new(void)
{
	struct rows_emit *m = xcalloc(1, sizeof *m);

	m->vars = vars_new();
	m->time = xmalloc(VARS_CHUNK_ROWS * sizeof *m->time);
	m->member = xmalloc(STRIPE_ROWS * sizeof *m->member);
	m->used = xmalloc(STRIPE_ROWS * sizeof *m->used);
	return m;
}

void
rows_emit_free(struct rows_emit *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->metas; i++)
		free(m->meta[i].code);
	free(m->meta);
	free(m->stream.code);
	free(m->context.code);
	free(m->severity.code);
	vars_free(m->vars);
	free(m->count);
	free(m->at);
	free(m->number);
	free(m->used);
	free(m->member);
	free(m->value);
	free(m->time);
	buf_free(&m->joined);
	free(m);
}

static void
recode_begin(struct recode *c, uint32_t n)
{
	if (n > c->cap) {
		c->code = xrealloc(c->code, n, sizeof *c->code);
		c->cap = n;
	}
	c->n = n;
	c->col = LOG_NONE;
	if (n > 0)
		memset(c->code, 0xff, n * sizeof *c->code);
}

static void
recode_put(struct recode *c, struct frame *f, const struct map *m,
    uint32_t row, uint32_t code)
{
	if (c->code[code] == LOG_NONE)
		c->code[code] = frame_intern(f, c->col, m->key[code]);
	frame_code(f, c->col, row, c->code[code]);
}

static void
begin(struct rows_emit *m, const struct log_rows *r, struct frame *f)
{
	recode_begin(&m->stream, r->streams.n);
	recode_begin(&m->context, r->contexts.n);
	recode_begin(&m->severity, r->severities.n);
	m->stream.col = frame_col(f, LG_ROW, S("stream"), VEC_STR);
	m->context.col = frame_col(f, LG_ROW, S("context"), VEC_STR);
	m->severity.col = frame_col(f, LG_ROW, S("severity_text"), VEC_STR);
	if (r->keys.n > m->metas) {
		m->meta = xrealloc(m->meta, r->keys.n, sizeof *m->meta);
		memset(m->meta + m->metas, 0,
		    (r->keys.n - m->metas) * sizeof *m->meta);
		m->metas = r->keys.n;
	}
	for (uint32_t k = 0; k < r->keys.n; k++)
		recode_begin(&m->meta[k], r->values[k].n);
	if (r->templates.n > m->templates) {
		m->templates = r->templates.n;
		m->count = xrealloc(m->count, m->templates, 4);
		m->at = xrealloc(m->at, m->templates, 4);
		m->number = xrealloc(m->number, m->templates, 4);
	}
	if (r->templates.n > 0)
		memset(m->count, 0, r->templates.n * sizeof *m->count);
}

static void
put_metas(struct rows_emit *m, const struct log_rows *r, struct frame *f,
    const struct log_row *row, uint32_t at)
{
	for (uint16_t i = 0; i < row->nmeta; i++) {
		const char *p = r->data.p + row->at + 8u * i;
		uint32_t key = load32(p);
		struct recode *c = &m->meta[key];

		if (c->col == LOG_NONE) {
			char name[LOG_KEY_BYTES_MAX + 2] = "m.";
			struct str k = r->keys.key[key];

			memcpy(name + 2, k.p, k.n);
			c->col = frame_col(f, LG_ROW, key == 0 ? S("x") :
			    str_mk(name, k.n + 2), VEC_STR);
		}
		recode_put(c, f, &r->values[key], at, load32(p + 4));
	}
}

struct cols { uint32_t time, observed, severity, trace, span; };

static void
put_row(struct rows_emit *m, const struct log_rows *r, struct frame *f,
    const struct cols *c, const struct log_row *row, uint32_t at)
{
	recode_put(&m->stream, f, &r->streams, at, row->stream);
	recode_put(&m->context, f, &r->contexts, at, row->context);
	frame_int(f, c->time, at, (int64_t)row->time);
	frame_int(f, c->severity, at, row->severity);
	if (row->observed != 0)
		frame_int(f, c->observed, at,
		    (int64_t)(row->observed - row->time));
	if (row->severity_text != LOG_NONE)
		recode_put(&m->severity, f, &r->severities, at,
		    row->severity_text);
	if (row->trace != LOG_NONE)
		frame_int(f, c->trace, at, r->id_number[row->trace]);
	if (row->has_span)
		frame_fix(f, c->span, at, row->span);
	put_metas(m, r, f, row, at);
	m->count[row->template]++;
}

static const char *
row_values(const struct log_rows *r, const struct log_row *row)
{
	return r->data.p + row->at + 8u * row->nmeta;
}

/* Fills time and value with the n rows of `rows`, which share a template. */
static void
gather(struct rows_emit *m, const struct log_rows *r, const uint32_t *rows,
    uint32_t n, uint32_t holes)
{
	if ((size_t)n * holes > m->values) {
		m->values = (size_t)n * holes;
		m->value = xrealloc(m->value, m->values, sizeof *m->value);
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct log_row *row = &r->row[rows[i]];
		const char *p = row_values(r, row);

		m->time[i] = row->time;
		for (uint32_t h = 0; h < holes; h++)
			m->value[(size_t)h * n + i] = split_get(&p);
	}
}

static void
put_template(struct rows_emit *m, const struct log_rows *r, uint32_t t,
    const uint32_t *rows, uint32_t n)
{
	struct str template = r->templates.key[t];
	uint32_t holes = split_holes(template);

	vars_template(m->vars, template, n);
	for (uint32_t i = 0, step; i < n; i += step) {
		step = n - i < VARS_CHUNK_ROWS ? n - i : VARS_CHUNK_ROWS;
		gather(m, r, rows + i, step, holes);
		vars_add(m->vars, m->value, m->time, step);
	}
}

static void
join_row(struct rows_emit *m, const struct log_rows *r,
    const struct log_row *row)
{
	char trace[33], span[17];

	if (row->trace != LOG_NONE)
		str_hex(trace, r->ids.key[row->trace].p, 16);
	str_hex(span, row->span, 8);
	split_join(&m->joined, r->templates.key[row->template],
	    row_values(r, row), trace, span);
}

/* The whole line of a row, where it lies; {NULL, 0}: it must be joined. */
static struct str
whole_line(const struct log_rows *r, const struct log_row *row)
{
	const char *p = row_values(r, row);

	return str_eq(r->templates.key[row->template], SPLIT_PLAIN) ?
	    split_get(&p) : (struct str){ NULL, 0 };
}

/* Rows whose lines are kept whole. */
static void
put_plain(struct rows_emit *m, const struct log_rows *r,
    const uint32_t *rows, uint32_t n)
{
	size_t off[1025];

	vars_template(m->vars, SPLIT_PLAIN, n);
	if (m->values < 1024) {
		m->values = 1024;
		m->value = xrealloc(m->value, m->values, sizeof *m->value);
	}
	for (uint32_t i = 0, k; i < n; i += k) {
		buf_reset(&m->joined);
		for (k = 0; k < 1024 && i + k < n && m->joined.n <
		    VARS_CHUNK_BYTES; k++) {
			off[k] = m->joined.n;
			m->value[k] = whole_line(r, &r->row[rows[i + k]]);
			if (!m->value[k].p)
				join_row(m, r, &r->row[rows[i + k]]);
			m->time[k] = r->row[rows[i + k]].time;
		}
		off[k] = m->joined.n;
		for (uint32_t j = 0; j < k; j++)
			if (!m->value[j].p)
				m->value[j] = str_mk(m->joined.p + off[j],
				    off[j + 1] - off[j]);
		vars_add(m->vars, m->value, m->time, k);
	}
}

/*
 * Groups the rows by template, the plain ones first (their number is 0 when
 * there are any), and puts the values.
 */
static void
put_lines(struct rows_emit *m, const struct log_rows *r, const uint32_t *rows,
    uint32_t n, struct frame *f, uint32_t col)
{
	uint32_t plain = 0, used = 0, at, from = 0, next = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t t = r->row[rows[i]].template;

		if (m->count[t] == 0)
			continue;	/* seen */
		if (m->count[t] < RARE || str_eq(r->templates.key[t],
		    SPLIT_PLAIN)) {
			plain += m->count[t];
			m->number[t] = LOG_NONE;
		} else {
			m->at[t] = m->count[t];	/* its rows, till placed */
			m->number[t] = 0;
			m->used[used++] = t;
		}
		m->count[t] = 0;
	}
	at = plain;
	for (uint32_t u = 0; u < used; u++) {
		uint32_t t = m->used[u], rows_of = m->at[t];

		m->number[t] = u + (plain > 0);
		m->at[t] = at;
		at += rows_of;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t t = r->row[rows[i]].template;
		bool whole = m->number[t] == LOG_NONE;

		m->member[whole ? next++ : m->at[t]++] = rows[i];
		frame_int(f, col, i, whole ? 0 : m->number[t]);
	}
	if (plain > 0)
		put_plain(m, r, m->member, plain);
	from = plain;
	for (uint32_t u = 0; u < used; u++) {
		uint32_t t = m->used[u];

		put_template(m, r, t, m->member + from, m->at[t] - from);
		from = m->at[t];
	}
	vars_put(m->vars, f);
}

void
rows_emit(struct rows_emit *m, struct log_rows *r, uint32_t from, uint32_t to,
    struct frame *f)
{
	struct cols c = {
		frame_col(f, LG_ROW, S("time"), VEC_INT),
		frame_col(f, LG_ROW, S("observed"), VEC_INT),
		frame_col(f, LG_ROW, S("severity"), VEC_INT),
		frame_col(f, LG_ROW, S("trace"), VEC_INT),
		frame_col(f, LG_ROW, S("span"), VEC_FIX8),
	};
	uint32_t template = frame_col(f, LG_ROW, S("template"), VEC_INT);

	begin(m, r, f);
	for (uint32_t i = from; i < to; i++)
		put_row(m, r, f, &c, &r->row[r->order[i]], i - from);
	put_lines(m, r, r->order + from, to - from, f, template);
	frame_rows(f, LG_ROW, to - from);
}

uint32_t
rows_stripe(const struct log_rows *r, uint32_t from)
{
	uint32_t to = from;
	size_t bytes = 0;

	while (to < r->kept && to - from < STRIPE_ROWS &&
	    (to == from || bytes < LOG_STRIPE_BYTES))
		bytes += r->row[r->order[to++]].size;
	return to;
}

int
rows_write(struct log_rows *r, struct block_writer *w, struct block_info *info,
    struct err *e)
{
	struct rows_emit *m = rows_emit_new();
	struct frame *f = frame_new(LG_TABLES);
	struct buf ids = { 0 };
	int rc = -1;

	rows_sort(r);
	for (uint32_t from = 0, to; from < r->kept; from = to) {
		to = rows_stripe(r, from);
		frame_reset(f);
		rows_emit(m, r, from, to, f);
		if (block_put(w, f, NULL, e) == -1)
			goto out;
	}
	rows_ids(r, &ids);
	if (block_section(w, S("ids"), buf_str(&ids), true, LOG_ID_UNIT,
	    e) == -1)
		goto out;
	info->rows = r->kept;
	info->min_time = r->min_time;
	info->max_time = r->max_time;
	info->min_received = r->min_received;
	info->max_received = r->max_received;
	info->raw_bytes = r->raw_bytes;
	rc = 0;
out:
	buf_free(&ids);
	frame_free(f);
	rows_emit_free(m);
	return rc;
}
