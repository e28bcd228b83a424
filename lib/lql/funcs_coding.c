/* funcs_coding: base64, and texts for URLs. */
#include "base/base64.h"
#include "lql/funcs.h"
#include "text/url.h"

#define A(i)	(c->arg[i].s)

static int
fn_b64enc(struct tmpl_call *c)
{
	struct buf b = { 0 };

	base64_put(&b, A(0));
	return tmpl_return(c, &b);
}

/* Where the first thing is that is no base64; its length if there is none. */
static size_t
not_base64(struct str s)
{
	size_t n = s.n, i = 0;

	if (n % 4 == 0)
		for (int pad = 0; pad < 2 && n > 0 && s.p[n - 1] == '='; pad++)
			n--;
	while (i < n && ((s.p[i] >= '0' && s.p[i] <= '9') ||
	    ((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') ||
	    s.p[i] == '+' || s.p[i] == '/'))
		i++;
	if (i == n)
		return n % 4 == 1 ? n - 1 : s.n;
	return i;
}

/* An error is the value: so it is in the reference. */
static int
fn_b64dec(struct tmpl_call *c)
{
	struct buf b = { 0 };
	size_t bad = not_base64(A(0));

	if (bad < A(0).n || base64_read(&b, A(0)) == -1) {
		buf_reset(&b);
		buf_addf(&b, "illegal base64 data at input byte %zu", bad);
	}
	return tmpl_return(c, &b);
}

static int
fn_urlencode(struct tmpl_call *c)
{
	struct buf b = { 0 };

	url_encode(&b, A(0));
	return tmpl_return(c, &b);
}

static int
fn_urldecode(struct tmpl_call *c)
{
	struct buf b = { 0 };

	if (url_decode(&b, A(0), c->e) == 0)
		return tmpl_return(c, &b);
	buf_free(&b);
	return -1;
}

const struct tmpl_func lql_coding_funcs[] = {
	{ "b64enc", "s", fn_b64enc, false }, { "b64dec", "s", fn_b64dec, false },
	{ "urlencode", "s", fn_urlencode, false },
	{ "urldecode", "s", fn_urldecode, false },
	{ .name = NULL },
};
