#include "query/message.h"

#include "base/cur.h"
#include "base/num.h"

enum { Q_WHAT = 1, Q_TEXT, Q_FROM, Q_TO, Q_STEP, Q_LIMIT, Q_FORWARD,
	Q_NAME, Q_BATCH, Q_INTERVAL, Q_EXEMPLARS, Q_WAIT };
enum { A_KIND = 1, A_WHY, A_TEXT, A_TIME, A_LABEL, A_META, A_PARSED, A_POINT,
	A_BYTES };
enum { L_NAME = 1, L_VALUE, L_TYPE };

static void
put_u64(struct buf *b, unsigned no, uint64_t v)
{
	if (v == 0)
		return;
	buf_varint(b, no << 3);
	buf_varint(b, v);
}

static void
put_str(struct buf *b, unsigned no, struct str s)
{
	buf_varint(b, no << 3 | 2);
	buf_sized(b, s);
}

static void
put_labels(struct buf *b, unsigned no, const struct labels *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		struct str name = l->v[i].name, value = l->v[i].value;
		enum label_type type = l->v[i].type;

		buf_varint(b, no << 3 | 2);
		buf_varint(b, 2 + varint_size(name.n) + name.n +
		    varint_size(value.n) + value.n + (type ? 2 : 0));
		put_str(b, L_NAME, name);
		put_str(b, L_VALUE, value);
		put_u64(b, L_TYPE, type);
	}
}

void
question_put(struct buf *b, const struct question *q)
{
	put_u64(b, Q_WHAT, q->what);
	put_str(b, Q_TEXT, q->text);
	put_u64(b, Q_FROM, q->from);
	put_u64(b, Q_TO, q->to);
	put_u64(b, Q_STEP, q->step);
	put_u64(b, Q_LIMIT, q->limit);
	put_u64(b, Q_FORWARD, q->forward);
	put_str(b, Q_NAME, q->name);
	put_u64(b, Q_BATCH, q->batch);
	put_u64(b, Q_INTERVAL, q->interval);
	put_u64(b, Q_EXEMPLARS, q->exemplars);
	put_u64(b, Q_WAIT, q->wait);
}

void
answer_put(struct buf *b, const struct remote_answer *a)
{
	put_u64(b, A_KIND, a->kind);
	put_u64(b, A_WHY, a->why);
	put_str(b, A_TEXT, a->text);
	put_u64(b, A_TIME, a->time);
	put_u64(b, A_BYTES, a->bytes);
	put_labels(b, A_LABEL, &a->labels);
	put_labels(b, A_META, &a->meta);
	put_labels(b, A_PARSED, &a->parsed);
	if (a->points == 0)
		return;
	buf_varint(b, A_POINT << 3 | 2);
	buf_varint(b, a->points * 16);
	for (size_t i = 0; i < a->points; i++) {
		buf_u64(b, a->point[i].time);
		buf_u64(b, num_bits(a->point[i].value));
	}
}

/* As cur_field; of a field that is no bytes they are empty, and the other way
 * round its number is 0. */
static int
next_field(struct cur *c, struct field *f)
{
	*f = (struct field){ .b = { "", 0 } };
	return cur_field(c, f);
}

int
question_read(struct question *q, struct str message, struct err *e)
{
	struct cur c = cur_of(message);
	struct field f;

	*q = (struct question){ 0 };
	while (next_field(&c, &f) == 1)
		switch (f.no) {
		case Q_WHAT: q->what = (enum question_what)f.v; break;
		case Q_TEXT: q->text = f.b; break;
		case Q_FROM: q->from = f.v; break;
		case Q_TO: q->to = f.v; break;
		case Q_STEP: q->step = f.v; break;
		case Q_LIMIT: q->limit = f.v; break;
		case Q_NAME: q->name = f.b; break;
		case Q_BATCH: q->batch = f.v; break;
		case Q_INTERVAL: q->interval = f.v; break;
		case Q_EXEMPLARS: q->exemplars = f.v; break;
		case Q_WAIT: q->wait = f.v; break;
		case Q_FORWARD: q->forward = f.v != 0; break;
		}
	return c.bad ? err_set(e, ERR_CORRUPT, "a question that is no "
	    "message") : 0;
}

/* Counts the fields of that number. */
static uint32_t
count(struct str message, uint32_t no)
{
	struct cur c = cur_of(message);
	struct field f;
	uint32_t n = 0;

	while (next_field(&c, &f) == 1)
		n += f.no == no;
	return n;
}

static bool
read_labels(struct labels *l, struct str message, uint32_t no,
    struct arena *mem)
{
	struct label *v = arena_zero(mem, struct label, count(message, no) + 1);
	struct cur c = cur_of(message);
	struct field f, part;

	*l = (struct labels){ v, 0 };
	while (next_field(&c, &f) == 1) {
		struct cur in = cur_of(f.b);

		if (f.no != no)
			continue;
		while (next_field(&in, &part) == 1)
			if (part.no == L_NAME)
				v[l->n].name = part.b;
			else if (part.no == L_VALUE)
				v[l->n].value = part.b;
			else if (part.no == L_TYPE && part.v <= LABEL_BOOL)
				v[l->n].type = (enum label_type)part.v;
		if (in.bad)
			return false;
		l->n++;
	}
	return true;
}

static void
read_points(struct remote_answer *a, struct str packed, struct arena *mem)
{
	struct answer_point *p = arena_new(mem, struct answer_point,
	    packed.n / 16 + 1);

	a->point = p;
	a->points = packed.n / 16;
	for (size_t i = 0; i < a->points; i++)
		p[i] = (struct answer_point){ load64(packed.p + i * 16),
		    num_of_bits(load64(packed.p + i * 16 + 8)) };
}

int
answer_read(struct remote_answer *a, struct str message, struct arena *mem,
    struct err *e)
{
	struct cur c = cur_of(message);
	struct field f;

	*a = (struct remote_answer){ 0 };
	while (next_field(&c, &f) == 1)
		switch (f.no) {
		case A_KIND: a->kind = (enum answer_kind)f.v; break;
		case A_WHY: a->why = (enum err_kind)f.v; break;
		case A_TEXT: a->text = f.b; break;
		case A_TIME: a->time = f.v; break;
		case A_BYTES: a->bytes = f.v; break;
		case A_POINT: read_points(a, f.b, mem); break;
		}
	if (c.bad || !read_labels(&a->labels, message, A_LABEL, mem) ||
	    !read_labels(&a->meta, message, A_META, mem) ||
	    !read_labels(&a->parsed, message, A_PARSED, mem))
		return err_set(e, ERR_CORRUPT, "an answer that is no message");
	return 0;
}
