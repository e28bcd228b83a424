/* resub: matches counted and replaced. */
#include "base/num.h"
#include "base/re.h"

static void
count(void *arg, struct str text, const size_t *at, uint32_t groups)
{
	(void)text, (void)at;
	*(uint64_t *)arg += groups > 0;
}

int
re_count(struct re *re, struct str subject, uint64_t *n, struct err *e)
{
	*n = 0;
	return re_each(re, subject, count, n, e);
}

struct sub {
	const struct re *re;
	struct buf *out;
	struct str by;
	bool literal;
	struct str text;
	size_t done;		/* bytes of the text that are out */
};

static bool
word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') ||
	    ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* The name behind a $, taken off *s: "" when there is none. */
static struct str
group_name(struct str *s)
{
	bool brace = s->n > 0 && s->p[0] == '{';
	size_t n = brace;
	struct str name;

	while (n < s->n && word(s->p[n]))
		n++;
	name = str_mk(s->p + brace, n - brace);
	if (brace && (n == s->n || s->p[n] != '}'))
		name.n = 0;
	if (name.n > 0)
		*s = str_skip(*s, n + brace);
	return name;
}

static void
group(const struct sub *s, struct str name, const size_t *at, uint32_t groups)
{
	uint64_t no;
	bool known = num_u64(name, &no);

	if (!known) {
		no = re_group(s->re, name);
		known = no > 0;
	}
	if (known && no < groups && at[2 * no] != RE_UNSET)
		buf_add(s->out, s->text.p + at[2 * no],
		    at[2 * no + 1] - at[2 * no]);
}

static void
expand(const struct sub *s, const size_t *at, uint32_t groups)
{
	struct str by = s->by, name;
	size_t n;

	while ((n = str_find(by, S("$"))) <= by.n) {
		buf_add(s->out, by.p, n);
		by = str_skip(by, n + 1);
		if (str_starts(by, S("$"))) {
			buf_u8(s->out, '$');
			by = str_skip(by, 1);
		} else if ((name = group_name(&by)).n > 0)
			group(s, name, at, groups);
		else
			buf_u8(s->out, '$');
	}
	buf_adds(s->out, by);
}

static void
replace(void *arg, struct str text, const size_t *at, uint32_t groups)
{
	struct sub *s = arg;

	s->text = text;
	buf_add(s->out, text.p + s->done, at[0] - s->done);
	if (groups > 0 && s->literal)
		buf_adds(s->out, s->by);
	else if (groups > 0)
		expand(s, at, groups);
	s->done = at[1];
}

int
re_replace(struct re *re, struct str subject, struct str by, bool literal,
    struct buf *out, struct err *e)
{
	struct sub s = { re, out, by, literal, subject, 0 };

	return re_each(re, subject, replace, &s, e);
}
