/* What a logs block promises beyond what block_check looks at. */
#include "log/kind.h"

#include "base/err.h"
#include "log/lines.h"

struct check {
	struct log_part part;
	void (*say)(void *, const char *);
	void *arg;
	unsigned faults;
	struct buf text;
	struct buf stream;	/* of the row before */
	uint64_t time;
	bool begun;
};

static void
fault(struct check *c, const struct err *e)
{
	c->faults++;
	c->say(c->arg, e->msg);
}

static int
check_ids(struct check *c, struct err *e)
{
	const struct log_part *p = &c->part;
	struct err none = { 0 };

	part_id(&c->part, -1, &none);
	if (!p->loaded)
		return err_set(e, ERR_CORRUPT, "%s", none.msg);
	for (uint32_t i = 1; i < p->nids; i++)
		if (memcmp(p->ids.p + (size_t)(i - 1) * LOG_ID_SIZE,
		    p->ids.p + (size_t)i * LOG_ID_SIZE, 16) >= 0)
			return err_set(e, ERR_CORRUPT,
			    "section ids: not in order");
	return 0;
}

/* Streams rise, and times within one. */
static int
check_order(struct check *c, struct log_cols *cols, uint32_t i, struct err *e)
{
	struct str stream = vec_str(&cols->stream, i);
	uint64_t time = (uint64_t)cols->time.i[i];
	int d = c->begun ? str_cmp(buf_str(&c->stream), stream) : -1;

	if (d > 0 || (d == 0 && time < c->time))
		return err_set(e, ERR_CORRUPT, "row %u: out of order", i);
	if (d != 0) {
		struct cur cur = cur_of(stream);
		struct log_pair p;
		int r;

		while ((r = pairs_next(&cur, &p)) == 1)
			;
		if (r == -1)
			return err_set(e, ERR_CORRUPT,
			    "row %u: labels not well formed", i);
		buf_reset(&c->stream);
		buf_adds(&c->stream, stream);
	}
	c->begun = true;
	c->time = time;
	return 0;
}

static int
check_rows(struct check *c, struct log_cols *cols, struct err *e)
{
	struct log_lines l;

	if (cols_stream(cols, e) == -1 ||
	    cols_load(cols, S("time"), VEC_INT, &cols->time, e) == -1 ||
	    cols_load(cols, S("trace"), VEC_INT, &cols->trace, e) == -1 ||
	    lines_open(&l, cols, e) == -1 || lines_group(&l, e) == -1)
		return -1;
	if (cols->time.rows != cols->rows)
		return err_set(e, ERR_CORRUPT, "time: not there");
	for (uint32_t i = 0; i < cols->rows; i++) {
		buf_reset(&c->text);
		if (check_order(c, cols, i, e) == -1 ||
		    (cols_has(&cols->trace, i) &&
		    !part_id(&c->part, cols->trace.i[i], e)) ||
		    lines_text(&l, i, &c->text, e) == -1)
			return -1;
	}
	return 0;
}

unsigned
log_check(struct block *b, void (*say)(void *, const char *), void *arg)
{
	struct check c = { .say = say, .arg = arg };
	struct arena mem = { 0 };
	struct err e = { 0 };

	part_block(&c.part, b, 0);
	if (check_ids(&c, &e) == -1) {
		err_in(&e, "%s", block_path(b));
		fault(&c, &e);
	}
	for (uint32_t i = 0; i < block_stripes(b); i++) {
		struct stripe *s;
		struct log_cols cols;

		arena_reset(&mem);
		e = (struct err){ 0 };
		s = block_stripe(b, i, &mem, &e);
		if (s)
			cols_open(&cols, &c.part, s, &mem);
		if (!s || check_rows(&c, &cols, &e) == -1) {
			part_where(&c.part, i, &e);
			fault(&c, &e);
		}
	}
	part_free(&c.part);
	buf_free(&c.text);
	buf_free(&c.stream);
	arena_free(&mem);
	return c.faults;
}
