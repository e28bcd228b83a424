#include "query/labels.h"

struct labels
labels_sort(struct label *v, uint32_t n)
{
	uint32_t m = 0;

	/* few, and most often in order already: insertion keeps equals so */
	for (uint32_t i = 1; i < n; i++) {
		struct label one = v[i];
		uint32_t k = i;

		for (; k > 0 && str_cmp(v[k - 1].name, one.name) > 0; k--)
			v[k] = v[k - 1];
		v[k] = one;
	}
	for (uint32_t i = 0; i < n; i++)
		if (i + 1 == n || !str_eq(v[i].name, v[i + 1].name))
			v[m++] = v[i];
	return (struct labels){ v, m };
}

static bool
empty(const struct label *l)
{
	return l->value.n == 0 && l->type == LABEL_STR;
}

struct labels
labels_of(struct label *v, uint32_t n)
{
	struct labels l = labels_sort(v, n);
	uint32_t m = 0;

	for (uint32_t i = 0; i < l.n; i++)
		if (!empty(&v[i]))
			v[m++] = v[i];
	return (struct labels){ v, m };
}

static const struct label *
find(struct labels l, struct str name)
{
	for (uint32_t i = 0; i < l.n; i++)
		if (str_eq(l.v[i].name, name))
			return l.v + i;
	return NULL;
}

struct str
labels_get(struct labels l, struct str name)
{
	const struct label *one = find(l, name);

	return one ? one->value : S("");
}

int
labels_cmp(struct labels a, struct labels b)
{
	for (uint32_t i = 0; i < a.n && i < b.n; i++) {
		int c = str_cmp(a.v[i].name, b.v[i].name);

		c = c ? c : str_cmp(a.v[i].value, b.v[i].value);
		c = c ? c : (int)a.v[i].type - (int)b.v[i].type;
		if (c)
			return c;
	}
	return (a.n > b.n) - (a.n < b.n);
}

static void
label_key(struct buf *b, const struct label *l)
{
	buf_varint(b, l->name.n);
	buf_adds(b, l->name);
	buf_varint(b, (uint64_t)l->value.n << 3 | l->type);
	buf_adds(b, l->value);
}

void
labels_key(struct buf *b, struct labels l)
{
	for (uint32_t i = 0; i < l.n; i++)
		label_key(b, &l.v[i]);
}

static bool
takes(const struct label_pick *p, struct str name)
{
	if (p->nameless && str_eq(name, LABEL_NAME))
		return false;
	for (uint32_t i = 0; i < p->n; i++)
		if (str_eq(p->name[i], name))
			return !p->without;
	return p->without;
}

struct labels
labels_pick(struct labels l, const struct label_pick *p, struct arena *a)
{
	struct label *v = arena_new(a, struct label, l.n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < l.n; i++)
		if (takes(p, l.v[i].name))
			v[n++] = l.v[i];
	return (struct labels){ v, n };
}

void
labels_pick_key(struct buf *b, struct labels l, const struct label_pick *p)
{
	for (uint32_t i = 0; i < l.n; i++)
		if (takes(p, l.v[i].name))
			label_key(b, &l.v[i]);
}

struct labels
labels_set(struct labels l, struct label one, struct arena *a)
{
	struct label *v = arena_new(a, struct label, l.n + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < l.n; i++)
		if (!str_eq(l.v[i].name, one.name))
			v[n++] = l.v[i];
	if (!empty(&one))
		v[n++] = one;
	return labels_sort(v, n);
}

static const struct str meta[] = { S("__name__"), S("__type__"),
	S("__unit__") };

static bool
named(struct labels l)
{
	for (size_t i = 0; i < 3; i++)
		if (find(l, meta[i]))
			return true;
	return false;
}

struct labels
labels_unnamed(struct labels l, struct arena *a)
{
	static const struct label_pick rest = { .without = true, .name = meta,
	    .n = 3 };

	return named(l) ? labels_pick(l, &rest, a) : l;
}

struct labels
labels_copy(struct labels l, struct arena *a)
{
	struct label *v = arena_new(a, struct label, l.n);

	for (uint32_t i = 0; i < l.n; i++)
		v[i] = (struct label){ arena_str(a, l.v[i].name),
		    arena_str(a, l.v[i].value), l.v[i].type };
	return (struct labels){ v, l.n };
}

static void
quoted(struct buf *b, struct str s)
{
	buf_u8(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_u8(b, '\\');
		if (s.p[i] == '\n')
			buf_adds(b, S("\\n"));
		else
			buf_u8(b, (uint8_t)s.p[i]);
	}
	buf_u8(b, '"');
}

void
labels_print(struct buf *b, struct labels l)
{
	buf_u8(b, '{');
	for (uint32_t i = 0; i < l.n; i++) {
		buf_adds(b, i > 0 ? S(", ") : S(""));
		buf_adds(b, l.v[i].name);
		buf_u8(b, '=');
		if (l.v[i].type == LABEL_STR)
			quoted(b, l.v[i].value);
		else
			buf_adds(b, l.v[i].value);
	}
	buf_u8(b, '}');
}
