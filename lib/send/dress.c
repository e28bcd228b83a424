#include "send/dress.h"

#include "base/io.h"

#define FILE_MAX	((size_t)64 << 10)

static bool
control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

/* A name is a token of RFC 9110. The line is not shown: it may be secret. */
int
dress_header(struct dress *d, struct str line, struct arena *mem,
    struct err *e)
{
	size_t n = 0;

	while (n < line.n && line.p[n] != '\0' && strchr("!#$%&'*+-.^_`|~0123"
	    "456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
	    line.p[n]))
		n++;
	if (n == 0 || n == line.n || line.p[n] != ':')
		return err_set(e, ERR_QUERY, "a header that is not "
		    "\"Name: value\"");
	if (control(line))
		return err_set(e, ERR_QUERY, "header %.*s: a control "
		    "character", (int)(n > 80 ? 80 : n), line.p);
	if (d->n == DRESS_HEADERS_MAX)
		return err_set(e, ERR_QUERY, "more than %d headers",
		    DRESS_HEADERS_MAX);
	d->headers[d->n++] = arena_str(mem, line);
	return 0;
}

int
dress_word(struct dress *d, const char *word, struct arena *mem,
    struct err *e)
{
	struct buf b = { 0 };
	struct str rest, one;
	int r;

	if (word[0] != '@')
		return dress_header(d, str_of(word), mem, e);
	r = io_slurp(word + 1, &b, FILE_MAX, e);
	rest = buf_str(&b);
	while (r == 0 && str_cut(&rest, '\n', &one))
		if (str_trim(one).n > 0 && dress_header(d, str_trim(one), mem,
		    e) == -1)
			r = err_in(e, "%s", word + 1);
	buf_free(&b);
	return r;
}

static bool
is_tenant(struct str header)
{
	return strncasecmp(header.p, "X-Scope-OrgID:", 14) == 0;
}

int
dress_post(const struct dress *d, struct str tenant, struct post *p,
    struct err *e)
{
	if (control(tenant))
		return err_set(e, ERR_CORRUPT, "a tenant with a control "
		    "character");
	if (tenant.n > DRESS_TENANT_MAX)
		return err_set(e, ERR_LIMIT, "a tenant of more than %d bytes",
		    DRESS_TENANT_MAX);
	for (unsigned i = 0; i < d->n; i++)
		if (tenant.n == 0 || !is_tenant(d->headers[i]))
			post_header(p, "%.*s", PS(d->headers[i]));
	if (tenant.n > 0)
		post_header(p, "X-Scope-OrgID: %.*s", PS(tenant));
	return 0;
}

const char *
dress_url(struct arena *mem, const char *url, const char *path, struct err *e)
{
	size_t host = strncmp(url, "http://", 7) == 0 ? 7 :
	    strncmp(url, "https://", 8) == 0 ? 8 : 0;
	size_t end = host + strcspn(url + host, "/?#");

	if (host == 0 || end == host || control(str_of(url))) {
		err_set(e, ERR_QUERY, "\"%.200s\": not an http:// or "
		    "https:// address", url);
		return NULL;
	}
	if (url[end] != '\0' && strcmp(url + end, "/") != 0)
		return arena_str(mem, str_of(url)).p;
	return arena_printf(mem, "%.*s%s", (int)end, url, path).p;
}
