#include "log/kind.h"

#include <stdlib.h>

#include "base/err.h"
#include "log/erase.h"
#include "log/lines.h"

#define LARGE_LINE	((uint64_t)4 << 20)	/* bytes of a record's, about */

/* Codes of a stripe's dictionary as codes of the rows' map. */
struct recode {
	const struct vec *v;
	uint32_t *code;		/* by dictionary entry, LOG_NONE: not yet */
	struct map *map;
};

/* One stripe being taken in. */
struct take {
	struct log_rows *r;
	struct log_cols c;
	struct log_lines l;
	struct arena *mem;
	struct recode stream, context, severity, x, *meta;
	uint32_t *key;			/* of the rows, by meta column */
	uint32_t *template;		/* of the rows, by template; LOG_NONE */
	uint32_t *id;			/* of the rows, by number; LOG_NONE */
	uint32_t ids;
	struct buf line;
};

static void
recode_init(struct recode *rc, const struct vec *v, struct map *map,
    struct arena *mem)
{
	rc->v = v;
	rc->map = map;
	rc->code = arena_new(mem, uint32_t, v->ndict + 1);
	memset(rc->code, 0xff, (v->ndict + 1) * sizeof *rc->code);
}

static uint32_t
recode(struct recode *rc, uint32_t row)
{
	uint32_t code = rc->v->code ? rc->v->code[row] : row;

	if (rc->code[code] == LOG_NONE)
		rc->code[code] = map_add(rc->map, rc->v->dict[code], NULL);
	return rc->code[code];
}

static int
open_metas(struct take *t, struct err *e)
{
	t->meta = arena_new(t->mem, struct recode, t->c.nmeta + 1);
	t->key = arena_new(t->mem, uint32_t, t->c.nmeta + 1);
	for (uint32_t k = 0; k < t->c.nmeta; k++) {
		if (cols_meta(&t->c, k, e) == -1)
			return -1;
		t->key[k] = rows_key(t->r, t->c.meta[k].name);
	}
	/* the maps may have moved while keys were added */
	for (uint32_t k = 0; k < t->c.nmeta; k++)
		recode_init(&t->meta[k], &t->c.meta[k].v,
		    &t->r->values[t->key[k]], t->mem);
	recode_init(&t->x, &t->c.x, &t->r->values[0], t->mem);
	return 0;
}

static int
open_stripe(struct take *t, struct err *e)
{
	struct log_cols *c = &t->c;

	if (cols_stream(c, e) == -1 ||
	    cols_load(c, S("time"), VEC_INT, &c->time, e) == -1 ||
	    cols_load(c, S("observed"), VEC_INT, &c->observed, e) == -1 ||
	    cols_load(c, S("severity"), VEC_INT, &c->severity, e) == -1 ||
	    cols_load(c, S("severity_text"), VEC_STR, &c->severity_text,
	    e) == -1 ||
	    cols_load(c, S("trace"), VEC_INT, &c->trace, e) == -1 ||
	    cols_load(c, S("span"), VEC_FIX8, &c->span, e) == -1 ||
	    cols_load(c, S("context"), VEC_STR, &c->context, e) == -1 ||
	    cols_load(c, S("x"), VEC_STR, &c->x, e) == -1)
		return -1;
	if (c->time.rows != c->rows || c->context.rows != c->rows)
		return err_set(e, ERR_CORRUPT, "time or context: not there");
	recode_init(&t->stream, &c->stream, &t->r->streams, t->mem);
	recode_init(&t->context, &c->context, &t->r->contexts, t->mem);
	recode_init(&t->severity, &c->severity_text, &t->r->severities,
	    t->mem);
	if (open_metas(t, e) == -1 || lines_open(&t->l, c, e) == -1 ||
	    lines_group(&t->l, e) == -1)
		return -1;
	t->template = arena_new(t->mem, uint32_t, t->l.vars.n + 1);
	memset(t->template, 0xff, (t->l.vars.n + 1) * sizeof *t->template);
	return 0;
}

static void
put_code(struct take *t, struct log_row *row, uint32_t key, uint32_t code)
{
	if (row->nmeta == UINT16_MAX)
		return;
	buf_u32(&t->r->data, key);
	buf_u32(&t->r->data, code);
	row->nmeta++;
}

/* Past the limit of keys a column's value goes to x, with what is there. */
static void
put_metas(struct take *t, struct log_row *row, uint32_t i)
{
	struct buf *x = &t->r->scratch;

	buf_reset(x);
	for (uint32_t k = 0; k < t->c.nmeta; k++) {
		if (!cols_has(&t->c.meta[k].v, i))
			continue;
		if (t->key[k] != 0)
			put_code(t, row, t->key[k], recode(&t->meta[k], i));
		else
			pairs_put(x, t->c.meta[k].name,
			    vec_str(&t->c.meta[k].v, i));
	}
	bool more = x->n > 0;

	if (!cols_has(&t->c.x, i)) {
		if (more)
			put_code(t, row, 0, map_add(t->x.map, buf_str(x),
			    NULL));
	} else if (more) {
		buf_adds(x, vec_str(&t->c.x, i));
		put_code(t, row, 0, map_add(t->x.map, buf_str(x), NULL));
	} else {
		put_code(t, row, 0, recode(&t->x, i));
	}
}

static int
put_trace(struct take *t, struct log_row *row, uint32_t i, struct err *e)
{
	const uint8_t *id;

	if (!cols_has(&t->c.trace, i))
		return 0;
	int64_t no = t->c.trace.i[i];

	if (!(id = part_id(t->c.part, no, e)))
		return -1;	/* else no is below nids */
	if (t->id[no] == LOG_NONE)
		t->id[no] = map_add(&t->r->ids, str_mk(id, 16), NULL);
	row->trace = t->id[no];
	return 0;
}

/* The template with its marks as they were, from the kinds of its holes. */
static int
template_of(struct take *t, uint32_t no, uint32_t *code, struct err *e)
{
	const struct vars_template *p = &t->l.vars.template[no];
	struct vars_values *v;
	uint32_t h = 0;

	*code = t->template[no];
	if (*code != LOG_NONE)
		return 0;
	buf_reset(&t->line);
	for (size_t i = 0; i < p->text.n; i++) {
		char c = p->text.p[i];

		if (c == MARK_VALUE) {
			if (lines_values(&t->l, no, 0, h++, &v, e) == -1)
				return -1;
			c = v->col->kind == VARS_TRACE ? MARK_TRACE :
			    v->col->kind == VARS_SPAN ? MARK_SPAN : c;
		}
		buf_u8(&t->line, (uint8_t)c);
	}
	*code = t->template[no] = map_add(&t->r->templates, buf_str(&t->line),
	    NULL);
	return 0;
}

/* The values of the row's holes, as split_line would have put them. */
static int
put_values(struct take *t, uint32_t i, struct err *e)
{
	struct log_lines *l = &t->l;
	uint32_t no = (uint32_t)l->template[i], k = l->rank[i], c = 0;
	const struct vars_template *p = &l->vars.template[no];
	uint32_t at = k;
	struct vars_values *v;

	if (p->holes > 0 && lines_values(l, no, 0, 0, &v, e) == -1)
		return -1;
	while (p->holes > 0 && at >= p->chunk[c].rows)
		at -= p->chunk[c++].rows;
	for (uint32_t h = 0; h < p->holes; h++) {
		if (lines_values(l, no, c, h, &v, e) == -1)
			return -1;
		if (v->col->kind == VARS_TRACE || v->col->kind == VARS_SPAN)
			continue;
		buf_reset(&t->line);
		vars_text(v, at, &t->line);
		split_put(&t->r->data, buf_str(&t->line));
	}
	return 0;
}

/* Plain because its template was rare there: here it may not be. */
static int
put_plain(struct take *t, struct log_row *row, uint32_t i, struct err *e)
{
	struct log_rows *r = t->r;
	char trace[33], span[17];

	buf_reset(&t->line);
	if (lines_text(&t->l, i, &t->line, e) == -1)
		return -1;
	if (row->trace != LOG_NONE)
		str_hex(trace, r->ids.key[row->trace].p, 16);
	str_hex(span, row->span, 8);
	rows_line(r, row, buf_str(&t->line), trace, span);
	return 0;
}

static int
put_row(struct take *t, uint32_t i, struct err *e)
{
	struct log_cols *c = &t->c;
	struct log_row *row = rows_next(t->r);
	uint32_t no = (uint32_t)t->l.template[i];

	row->time = (uint64_t)c->time.i[i];
	row->stream = recode(&t->stream, i);
	row->context = recode(&t->context, i);
	if (cols_has(&c->observed, i))
		row->observed = row->time + (uint64_t)c->observed.i[i];
	if (cols_has(&c->severity, i))
		row->severity = (uint8_t)c->severity.i[i];
	if (cols_has(&c->severity_text, i))
		row->severity_text = recode(&t->severity, i);
	if (cols_has(&c->span, i)) {
		memcpy(row->span, c->span.fix + (size_t)i * 8, 8);
		row->has_span = true;
	}
	put_metas(t, row, i);
	if (put_trace(t, row, i, e) == -1)
		return -1;
	if (str_eq(t->l.vars.template[no].text, SPLIT_PLAIN)) {
		if (put_plain(t, row, i, e) == -1)
			return -1;
	} else if (template_of(t, no, &row->template, e) == -1 ||
	    put_values(t, i, e) == -1) {
		return -1;
	}
	rows_added(t->r);
	return 0;
}

static int
take_stripe(struct take *t, struct log_part *p, uint32_t no, struct err *e)
{
	struct stripe *s = part_stripe(p, no, t->mem, e);

	if (!s)
		return -1;
	t->l = (struct log_lines){ 0 };
	cols_open(&t->c, p, s, t->mem);
	if (open_stripe(t, e) == -1)
		return -1;
	uint64_t *stays = arena_new(t->mem, uint64_t, BITS_WORDS(t->c.rows));

	memset(stays, 0xff, BITS_WORDS(t->c.rows) * sizeof *stays);
	if (erase_rows(p, s, t->mem, stays, e) == -1)
		return -1;
	for (uint32_t i = 0; i < t->c.rows; i++)
		if (bit_get(stays, i) && put_row(t, i, e) == -1)
			return -1;
	return 0;
}

int
rows_take_part(struct log_rows *r, struct log_part *p, struct err *e)
{
	struct arena mem = { 0 };
	struct take t = { .r = r, .mem = &mem };
	struct err none = { 0 };
	int status = 0;

	part_id(p, -1, &none);		/* loads them; -1 is none of them */
	t.ids = p->nids;
	t.id = xmalloc(((size_t)t.ids + 1) * sizeof *t.id);
	memset(t.id, 0xff, ((size_t)t.ids + 1) * sizeof *t.id);
	for (uint32_t i = 0; i < p->stripes && status == 0; i++) {
		arena_reset(&mem);
		status = take_stripe(&t, p, i, e);
		if (status == -1)
			part_where(p, i, e);
	}
	free(t.id);
	buf_free(&t.line);
	arena_free(&mem);
	return status;
}

/* ---- blocks to blocks ---------------------------------------------------- */

static void
widen(struct log_rows *r, const struct block_info *info)
{
	if (info->min_received < r->min_received)
		r->min_received = info->min_received;
	if (info->max_received > r->max_received)
		r->max_received = info->max_received;
	r->raw_bytes += info->raw_bytes;
}

static int
add_input(struct log_rows *r, const struct store_block *in, struct err *e)
{
	struct log_part p;
	int status;

	part_block(&p, in->block, 0);
	status = part_erase(&p, in, e);
	if (status == 0)
		status = rows_take_part(r, &p, e);
	part_free(&p);
	widen(r, in->info);
	return status;
}

/* A few large lines: nothing is gained by taking them apart, but room lost. */
static bool
is_large(const struct block_info *b)
{
	return b->raw_bytes / (b->rows + 1) > LARGE_LINE;
}

/* Whether the next input fits beside what is there. */
static bool
fits(const struct log_rows *r, const struct block_info *next)
{
	size_t have = rows_bytes(r), each = r->n > 0 ? have / r->n : 0;

	return !is_large(next) && next->raw_bytes <= LOG_MERGE_RAW &&
	    r->raw_bytes <= LOG_MERGE_RAW - next->raw_bytes &&
	    have <= LOG_MERGE_BYTES &&
	    (each == 0 || next->rows <= (LOG_MERGE_BYTES - have) / each);
}

/* Takes in of the n inputs as many as go together, one at least. */
static int
fill(struct log_rows *r, const struct store_block *in, size_t n,
    size_t *taken, struct err *e)
{
	int status = add_input(r, &in[0], e);

	for (*taken = 1; status == 0 && *taken < n &&
	    fits(r, in[*taken].info); ++*taken)
		status = add_input(r, &in[*taken], e);
	return status;
}

static int
copy_all(struct block *b, struct block_writer *w, struct err *e)
{
	struct arena mem = { 0 };
	struct str ids = { NULL, 0 };
	int status = 0;

	for (uint32_t i = 0; i < block_stripes(b) && status == 0; i++) {
		arena_reset(&mem);
		struct stripe *s = block_stripe(b, i, &mem, e);

		status = s ? block_copy(w, s, e) : -1;
	}
	if (status == 0 && block_read_section(b, S("ids"), &mem, &ids,
	    e) == -1)
		status = -1;
	if (status == 0)
		status = block_section(w, S("ids"), ids, true, LOG_ID_UNIT, e);
	arena_free(&mem);
	return status;
}

/* One input alone in its group is copied as it is. */
static int
copy_block(const struct store_block *in, struct store_sink *sink,
    struct err *e)
{
	const struct block_info *from = in->info;
	struct block_info info = { .tenant = from->tenant,
		.rows = from->rows, .min_time = from->min_time,
		.max_time = from->max_time,
		.min_received = from->min_received,
		.max_received = from->max_received,
		.raw_bytes = from->raw_bytes };
	struct block_writer *w = store_sink_begin(sink, e);

	if (!w)
		return -1;
	if (copy_all(in->block, w, e) == -1) {
		store_sink_abort(sink, w);
		return -1;
	}
	return store_sink_end(sink, w, &info, e);
}

/* Whether the first of n inputs is clearly alone in its group. */
static bool
is_alone(const struct store_block *in, size_t n)
{
	return in->ndel == 0 && (n == 1 || is_large(in[0].info) ||
	    is_large(in[1].info) || in[0].info->raw_bytes +
	    in[1].info->raw_bytes > LOG_MERGE_RAW);
}

/* The first of n inputs, and those that go with it. */
static int
merge_group(const struct store_block *in, size_t n, size_t *taken,
    struct store_sink *sink, struct err *e)
{
	struct log_rows *r;
	int status;

	*taken = 1;
	if (is_alone(in, n))
		return copy_block(in, sink, e);
	r = rows_new();
	status = fill(r, in, n, taken, e);
	if (status == 0 && (*taken > 1 || in->ndel > 0))
		status = log_write(r, in->info->tenant, sink, e);
	else if (status == 0)
		status = copy_block(in, sink, e);
	rows_free(r);
	return status;
}

int
log_merge(const struct store_merge *m, const struct store_options *o,
    struct store_sink *sink, struct err *e)
{
	(void)o;
	for (size_t i = 0, taken; i < m->n; i += taken)
		if (merge_group(&m->in[i], m->n - i, &taken, sink, e) == -1)
			return -1;
	return 0;
}
