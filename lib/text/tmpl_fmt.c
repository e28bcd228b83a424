/* tmpl_fmt: Go's fmt.Sprint, Sprintln and Sprintf, for a template's values. */
#include <math.h>
#include <stdio.h>

#include "base/num.h"
#include "base/quote.h"
#include "text/tmpl_node.h"

#define WIDTH_MAX	100000	/* as Go refuses above a million */

void
tmpl_sprint(struct buf *b, const struct tmpl_value *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && v[i].type != TMPL_STR &&
		    v[i - 1].type != TMPL_STR)
			buf_u8(b, ' ');
		tmpl_print(b, &v[i]);
	}
}

void
tmpl_sprintln(struct buf *b, const struct tmpl_value *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_u8(b, ' ');
		tmpl_print(b, &v[i]);
	}
	buf_u8(b, '\n');
}

struct spec {
	bool minus, plus, sharp, space, zero;
	bool has_width, has_prec;
	int width, prec;
	char verb;
};

/* Characters of a text, or the bytes of the first `most` of them. */
static size_t
runes(struct str s, size_t most, size_t *bytes)
{
	size_t n = 0, i = 0;
	uint32_t r;

	for (; i < s.n && n < most; n++)
		i += str_rune(str_skip(s, i), &r);
	*bytes = i;
	return n;
}

/* The text in its width: with zeros behind a sign if those are asked for. */
static void
pad(struct buf *b, const struct spec *f, struct str s, bool number)
{
	size_t bytes, n = runes(s, SIZE_MAX, &bytes);
	size_t fill = f->has_width && (size_t)f->width > n ?
	    (size_t)f->width - n : 0;
	bool zero = f->zero && !f->minus;

	if (zero && number && s.n > 0 && strchr("+- ", s.p[0])) {
		buf_u8(b, (uint8_t)s.p[0]);
		s = str_skip(s, 1);
	}
	for (; !f->minus && fill > 0; fill--)
		buf_u8(b, zero ? '0' : ' ');
	buf_adds(b, s);
	for (; fill > 0; fill--)
		buf_u8(b, ' ');
}

static void
bad_verb(struct buf *b, const struct spec *f, const struct tmpl_value *v)
{
	buf_addf(b, "%%!%c(", f->verb);
	if (v->type != TMPL_NIL)
		buf_addf(b, "%s=", tmpl_type_name(v));
	tmpl_print(b, v);
	buf_u8(b, ')');
}

static void
digits(struct buf *t, uint64_t u, unsigned base, bool upper)
{
	char out[64];
	size_t i = sizeof out;

	do
		out[--i] = (upper ? "0123456789ABCDEF" :
		    "0123456789abcdef")[u % base];
	while ((u /= base) > 0);
	buf_add(t, out + i, sizeof out - i);
}

static void
integer(struct buf *b, const struct spec *f, int64_t i, unsigned base,
    const char *prefix)
{
	struct buf t = { 0 }, num = { 0 };
	struct spec g = *f;

	digits(&num, i < 0 ? -(uint64_t)i : (uint64_t)i, base, f->verb == 'X');
	if (i < 0)
		buf_u8(&t, '-');
	else if (f->plus || f->space)
		buf_u8(&t, f->plus ? '+' : ' ');
	buf_addf(&t, "%s", prefix);
	if (f->has_prec) {
		g.zero = false;
		for (size_t n = num.n; n < (size_t)f->prec; n++)
			buf_u8(&t, '0');
	}
	buf_adds(&t, buf_str(&num));
	pad(b, &g, buf_str(&t), true);
	buf_free(&t);
	buf_free(&num);
}

/* %c, %q and %U. */
static void
character(struct buf *b, const struct spec *f, int64_t i)
{
	uint32_t r = i < 0 || i > 0x10ffff || (i >= 0xd800 && i < 0xe000) ?
	    0xfffd : (uint32_t)i;
	struct buf t = { 0 };
	char out[4];
	struct str c = str_mk(out, str_put_rune(out, r));

	if (f->verb == 'c')
		buf_adds(&t, c);
	else if (f->verb == 'U')
		buf_addf(&t, "U+%04llX", (unsigned long long)i);
	else {
		buf_u8(&t, '\'');
		quote_rune(&t, c, '\'');
		buf_u8(&t, '\'');
	}
	pad(b, f, buf_str(&t), false);
	buf_free(&t);
}

static void
whole(struct buf *b, const struct spec *f, const struct tmpl_value *v)
{
	switch (f->verb) {
	case 'v': case 'd': integer(b, f, v->i, 10, ""); break;
	case 'b': integer(b, f, v->i, 2, f->sharp ? "0b" : ""); break;
	case 'o': integer(b, f, v->i, 8, f->sharp ? "0" : ""); break;
	case 'O': integer(b, f, v->i, 8, "0o"); break;
	case 'x': integer(b, f, v->i, 16, f->sharp ? "0x" : ""); break;
	case 'X': integer(b, f, v->i, 16, f->sharp ? "0X" : ""); break;
	case 'c': case 'q': case 'U': character(b, f, v->i); break;
	default: bad_verb(b, f, v);
	}
}

static void
real(struct buf *b, const struct spec *f, const struct tmpl_value *v)
{
	char verb = f->verb == 'v' ? 'g' : f->verb == 'F' ? 'f' : f->verb;
	char c[8] = { '%', '+', '.', '*', verb, 0 }, num[512], *p = num;
	int prec = f->has_prec ? f->prec > 350 ? 350 : f->prec : 6;
	struct spec g = *f;

	if (!strchr("gGeEf", verb)) {
		bad_verb(b, f, v);
		return;
	}
	if (isnan(v->f) || isinf(v->f)) {
		strcpy(num, isnan(v->f) ? "+NaN" : v->f < 0 ? "-Inf" : "+Inf");
		g.zero = false;
		p += isnan(v->f) && !f->plus && !f->space;
		pad(b, &g, str_of(p), true);
		return;
	}
	if (strchr("gG", verb) && !f->has_prec)
		num_fmt_f64(num + 1, v->f), num[0] = '+';
	else
		snprintf(num, sizeof num, c, prec, v->f);
	if (num[0] == '+' && num[1] == '-')
		p++;
	if (*p == '+' && f->space && !f->plus)
		*p = ' ';
	else if (*p == '+' && !f->plus)
		p++;
	for (char *e = p; verb == 'G' && *e; e++)
		*e = *e == 'e' ? 'E' : *e;
	pad(b, &g, str_of(p), true);
}

/* Characters beyond ASCII by their numbers. */
static void
escaped(struct buf *b)
{
	struct buf out = { 0 };
	uint32_t r;

	for (struct str s = buf_str(b); s.n > 0;) {
		unsigned n = str_rune(s, &r);

		if (r < 0x80)
			buf_add(&out, s.p, n);
		else
			buf_addf(&out, r < 0x10000 ? "\\u%04x" : "\\U%08x", r);
		s = str_skip(s, n);
	}
	buf_free(b);
	*b = out;
}

static void
text(struct buf *b, const struct spec *f, struct str s,
    const struct tmpl_value *v)
{
	struct buf t = { 0 };
	size_t bytes = s.n;

	if (f->has_prec && f->verb != 'x' && f->verb != 'X')
		runes(s, (size_t)f->prec, &bytes);
	s.n = bytes;
	switch (f->verb) {
	case 'v': case 's': pad(b, f, s, false); break;
	case 'q':
		if (f->sharp && str_find(s, S("`")) > s.n)
			buf_addf(&t, "`%.*s`", PS(s));
		else
			quote_go(&t, s);
		if (f->plus)
			escaped(&t);
		pad(b, f, buf_str(&t), false);
		break;
	case 'x': case 'X':
		for (size_t i = 0; i < s.n; i++)
			buf_addf(&t, f->verb == 'x' ? "%s%02x" : "%s%02X",
			    f->space && i > 0 ? " " : "",
			    (unsigned)(uint8_t)s.p[i]);
		pad(b, f, buf_str(&t), false);
		break;
	default: bad_verb(b, f, v);
	}
	buf_free(&t);
}

static void
one(struct buf *b, const struct spec *f, const struct tmpl_value *v)
{
	struct buf t = { 0 };

	if (f->verb == 'T') {
		pad(b, f, str_of(tmpl_type_name(v)), false);
		return;
	}
	switch (v->type) {
	case TMPL_NIL:
		if (f->verb == 'v')
			pad(b, f, S("<nil>"), false);
		else
			bad_verb(b, f, v);
		break;
	case TMPL_BOOL:
		if (f->verb == 'v' || f->verb == 't')
			pad(b, f, v->b ? S("true") : S("false"), false);
		else
			bad_verb(b, f, v);
		break;
	case TMPL_INT: case TMPL_INT64: case TMPL_BYTE: whole(b, f, v); break;
	case TMPL_F64: real(b, f, v); break;
	case TMPL_STR: text(b, f, v->s, v); break;
	case TMPL_TIME:
		gotime_print(&t, &v->t);
		text(b, f, buf_str(&t), v);
		buf_free(&t);
		break;
	default:
		buf_adds(b, v->type == TMPL_LIST ? S("[") : S("map["));
		for (size_t i = 0; i < v->n; i++) {
			struct tmpl_value key = tmpl_str(v->key ? v->key[i] :
			    S(""));

			buf_adds(b, i > 0 ? S(" ") : S(""));
			if (v->key) {
				one(b, f, &key);
				buf_u8(b, ':');
			}
			one(b, f, &v->v[i]);
		}
		buf_u8(b, ']');
	}
}

/* ---- the format ------------------------------------------------------------------ */

struct args {
	const struct tmpl_value *v;
	size_t n, next;
	bool reordered, bad;
};

/* [3] */
static void
index_of(struct str *s, struct args *a)
{
	size_t end = str_find(*s, S("]"));
	uint64_t no;

	if (!str_starts(*s, S("[")))
		return;
	a->reordered = true;
	if (end > s->n || !num_u64(str_mk(s->p + 1, end - 1), &no) ||
	    no == 0 || no > a->n) {
		a->bad = true;
		*s = str_skip(*s, end > s->n ? 1 : end + 1);
		return;
	}
	a->next = no - 1;
	*s = str_skip(*s, end + 1);
}

/* A number, or a * and the argument. */
static bool
amount(struct buf *b, struct str *s, struct args *a, const char *bad, int *v)
{
	bool any = false;

	*v = 0;
	if (str_starts(*s, S("*"))) {
		const struct tmpl_value *arg = a->next < a->n ?
		    &a->v[a->next] : NULL;

		*s = str_skip(*s, 1);
		a->next += arg != NULL;
		if (!arg || arg->type != TMPL_INT || arg->i > WIDTH_MAX ||
		    arg->i < -WIDTH_MAX) {
			buf_addf(b, "%%!(%s)", bad);
			return false;
		}
		*v = (int)arg->i;
		return true;
	}
	for (; s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9';
	    *s = str_skip(*s, 1), any = true)
		if (*v < WIDTH_MAX)
			*v = *v * 10 + (s->p[0] - '0');
	if (*v > WIDTH_MAX)
		*v = WIDTH_MAX;
	return any;
}

static void
flags(struct str *s, struct spec *f)
{
	for (; s->n > 0; *s = str_skip(*s, 1))
		switch (s->p[0]) {
		case '-': f->minus = true; break;
		case '+': f->plus = true; break;
		case '#': f->sharp = true; break;
		case ' ': f->space = true; break;
		case '0': f->zero = true; break;
		default: return;
		}
}

/* Behind a %. */
static void
directive(struct buf *b, struct str *s, struct args *a)
{
	struct spec f = { 0 };

	a->bad = false;
	flags(s, &f);
	index_of(s, a);
	f.has_width = amount(b, s, a, "BADWIDTH", &f.width);
	if (f.width < 0) {
		f.minus = true;
		f.width = -f.width;
	}
	if (str_starts(*s, S("."))) {
		*s = str_skip(*s, 1);
		index_of(s, a);
		f.has_prec = true;
		amount(b, s, a, "BADPREC", &f.prec);
		f.has_prec = f.prec >= 0;
	}
	index_of(s, a);
	if (s->n == 0) {
		buf_adds(b, S("%!(NOVERB)"));
		return;
	}
	f.verb = s->p[0];
	*s = str_skip(*s, 1);
	if (f.verb == '%')
		buf_u8(b, '%');
	else if (a->bad)
		buf_addf(b, "%%!%c(BADINDEX)", f.verb);
	else if (a->next >= a->n)
		buf_addf(b, "%%!%c(MISSING)", f.verb);
	else
		one(b, &f, &a->v[a->next++]);
}

void
tmpl_printf(struct buf *b, struct str s, const struct tmpl_value *v, size_t n)
{
	struct args a = { .v = v, .n = n };
	size_t i;

	while ((i = str_find(s, S("%"))) <= s.n) {
		buf_add(b, s.p, i);
		s = str_skip(s, i + 1);
		directive(b, &s, &a);
	}
	buf_adds(b, s);
	if (a.reordered || a.next >= n)
		return;
	buf_adds(b, S("%!(EXTRA "));
	for (i = a.next; i < n; i++) {
		buf_adds(b, i > a.next ? S(", ") : S(""));
		if (v[i].type != TMPL_NIL)
			buf_addf(b, "%s=", tmpl_type_name(&v[i]));
		tmpl_print(b, &v[i]);
	}
	buf_u8(b, ')');
}
