/* Attributes for every resource of a payload, on the wire. */
#include "base/cur.h"
#include "otlp/accept.h"
#include "otlp/wire.h"

struct extend {
	const struct otlp_attr *attr;
	size_t n;
	struct buf added;	/* the attributes, as fields of a Resource */
	struct err *e;
};

static int
broken(struct extend *x)
{
	return err_set(x->e, ERR_CORRUPT, "does not decode");
}

static void
put_bytes(struct buf *b, uint32_t no, struct str s)
{
	buf_varint(b, WIRE(no, WIRE_BYTES));
	buf_sized(b, s);
}

static bool
is_bytes(const struct field *f, uint32_t no)
{
	return f->no == no && f->wire == WIRE_BYTES;
}

/* Is it a KeyValue that ours takes the place of? */
static bool
replaced(const struct extend *x, struct str keyvalue)
{
	struct cur c = cur_of(keyvalue);
	struct str key = S("");
	struct field f;

	while (cur_field(&c, &f) == 1)
		if (is_bytes(&f, 1))
			key = f.b;
	for (size_t i = 0; i < x->n; i++)
		if (str_eq(key, x->attr[i].key))
			return true;
	return false;
}

static void
put_raw(struct buf *out, const struct field *f, const struct cur *c)
{
	buf_add(out, f->at, (size_t)(c->p - f->at));
}

static int
put_resource(struct extend *x, struct str resource, bool first,
    struct buf *out)
{
	struct cur c = cur_of(resource);
	struct buf b = { 0 };
	struct field f;

	while (cur_field(&c, &f) == 1)
		if (!is_bytes(&f, 1) || !replaced(x, f.b))
			put_raw(&b, &f, &c);
	if (first)
		buf_adds(&b, buf_str(&x->added));
	put_bytes(out, 1, buf_str(&b));
	buf_free(&b);
	return c.bad ? broken(x) : 0;
}

/* ResourceSpans and the like: their field 1 is the resource. */
static int
put_group(struct extend *x, struct str group, struct buf *out)
{
	struct cur c = cur_of(group);
	struct buf b = { 0 };
	bool first = true;
	struct field f;
	int r = 0;

	while (r == 0 && cur_field(&c, &f) == 1) {
		if (!is_bytes(&f, 1)) {
			put_raw(&b, &f, &c);
			continue;
		}
		r = put_resource(x, f.b, first, &b);
		first = false;
	}
	if (first)
		put_bytes(&b, 1, buf_str(&x->added));
	put_bytes(out, 1, buf_str(&b));
	buf_free(&b);
	return r == -1 ? -1 : c.bad ? broken(x) : 0;
}

static void
put_attr(struct buf *out, const struct otlp_attr *a)
{
	struct buf value = { 0 }, kv = { 0 };

	put_bytes(&value, 1, a->value);
	put_bytes(&kv, 1, a->key);
	put_bytes(&kv, 2, buf_str(&value));
	put_bytes(out, 1, buf_str(&kv));
	buf_free(&kv);
	buf_free(&value);
}

int
otlp_extend(struct str payload, const struct otlp_attr *attr, size_t n,
    struct buf *out, struct err *e)
{
	struct extend x = { .attr = attr, .n = n, .e = e };
	struct cur c = cur_of(payload);
	struct field f;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		put_attr(&x.added, &attr[i]);
	while (r == 0 && cur_field(&c, &f) == 1) {
		if (is_bytes(&f, 1))
			r = put_group(&x, f.b, out);
		else
			put_raw(out, &f, &c);
	}
	if (r == 0 && c.bad)
		r = broken(&x);
	buf_free(&x.added);
	return r;
}
