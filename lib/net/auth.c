#include "net/auth.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

#include "base/base64.h"
#include "net/fresh.h"

#define TENANT_MAX	150
#define CREDENTIAL_MAX	4096
#define DIGEST		32
#define HASHED		S("{SHA256}")

/* One token: of the token; one user: of "NAME:" and the password's digest. */
struct entry {
	bool user;
	uint8_t digest[DIGEST];
	char tenant[TENANT_MAX + 1];	/* "": any */
};

struct list {
	struct entry *p;
	size_t n;
};

struct auth {
	struct fresh tokens, users;
	pthread_mutex_t mutex;		/* of what follows */
	struct list list;
	uint64_t looked;		/* time_mono */
	void (*say)(void *, const char *);
	void *arg;
};

bool
auth_tenant(struct str s)
{
	if (s.n == 0 || s.n > TENANT_MAX || str_eq(s, S(".")) ||
	    str_eq(s, S("..")))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') &&
		    (c == '\0' || !strchr("!-_.*'()", c)))
			return false;
	}
	return true;
}

static void
digest(uint8_t out[DIGEST], struct str s)
{
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, s.p, s.n, out) != 0)
		die("gnutls: no SHA-256");
}

/* Of a name and the digest of its password. */
static void
digest_user(uint8_t out[DIGEST], struct str name, const uint8_t pass[DIGEST])
{
	struct buf b = { 0 };

	buf_adds(&b, name);
	buf_u8(&b, ':');
	buf_add(&b, pass, DIGEST);
	digest(out, buf_str(&b));
	buf_free(&b);
}

static struct entry *
add(struct list *l)
{
	l->p = xrealloc(l->p, l->n + 1, sizeof *l->p);
	l->p[l->n] = (struct entry){ 0 };
	return &l->p[l->n++];
}

/* The next word of a line: false at its end. */
static bool
word(struct str *line, struct str *w)
{
	*line = str_trim(*line);
	for (w->n = 0, w->p = line->p; w->n < line->n; w->n++)
		if (w->p[w->n] == ' ' || w->p[w->n] == '\t')
			break;
	*line = str_skip(*line, w->n);
	return w->n > 0;
}

/* TOKEN ... [tenant=NAME] */
static int
token_line(struct list *l, struct str line, struct err *e)
{
	size_t first = l->n;
	struct str w, tenant = S("tenant=");

	while (word(&line, &w)) {
		if (!str_starts(w, tenant)) {
			digest(add(l)->digest, w);
			continue;
		}
		w = str_skip(w, tenant.n);
		if (!auth_tenant(w))
			return err_set(e, ERR_CORRUPT, "not a tenant");
		for (size_t i = first; i < l->n; i++)
			memcpy(l->p[i].tenant, w.p, w.n);
	}
	return 0;
}

/* NAME:PASSWORD or NAME:{SHA256}BASE64 */
static int
user_line(struct list *l, struct str line, struct err *e)
{
	struct entry *en = add(l);
	struct buf raw = { 0 };
	uint8_t pass[DIGEST];
	struct str name;
	int r = 0;

	if (memchr(line.p, ':', line.n) == NULL)
		return err_set(e, ERR_CORRUPT, "not NAME:PASSWORD");
	str_cut(&line, ':', &name);
	en->user = true;
	if (!str_starts(line, HASHED))
		digest(pass, line);
	else if (base64_read(&raw, str_skip(line, HASHED.n)) == 0 &&
	    raw.n == DIGEST)
		memcpy(pass, raw.p, DIGEST);
	else
		r = err_set(e, ERR_CORRUPT, "not a digest");
	buf_free(&raw);
	if (r == 0)
		digest_user(en->digest, name, pass);
	return r;
}

static int
load_file(const struct fresh *f, struct list *l,
    int (*each)(struct list *, struct str, struct err *), struct err *e)
{
	struct buf b = { 0 };
	struct str rest, line;
	size_t before = l->n;
	unsigned no = 0;
	int r;

	if (!f->path)
		return 0;
	r = fresh_read(f, &b, e);
	rest = buf_str(&b);
	while (r == 0 && str_cut(&rest, '\n', &line)) {
		no++;
		line = str_trim(line);
		if (line.n > 0 && line.p[0] != '#' && each(l, line, e) == -1)
			r = err_in(e, "%s:%u", f->path, no);
	}
	if (r == 0 && l->n == before)
		r = err_set(e, ERR_CORRUPT, "%s: nobody in it", f->path);
	if (b.n > 0)
		gnutls_memset(b.p, 0, b.n);
	buf_free(&b);
	return r;
}

static int
load(struct auth *a, struct err *e)
{
	struct list l = { 0 };

	if (load_file(&a->tokens, &l, token_line, e) == -1 ||
	    load_file(&a->users, &l, user_line, e) == -1) {
		free(l.p);
		return -1;
	}
	free(a->list.p);
	a->list = l;
	return 0;
}

struct auth *
auth_open(const struct auth_files *files, void (*say)(void *, const char *),
    void *arg, struct err *e)
{
	struct auth *a = xcalloc(1, sizeof *a);

	*a = (struct auth){ .tokens.path = files->tokens,
	    .users.path = files->users, .say = say, .arg = arg };
	pthread_mutex_init(&a->mutex, NULL);
	fresh_changed(&a->tokens);
	fresh_changed(&a->users);
	if (load(a, e) == 0)
		return a;
	auth_close(a);
	return NULL;
}

void
auth_close(struct auth *a)
{
	if (!a)
		return;
	pthread_mutex_destroy(&a->mutex);
	free(a->list.p);
	free(a);
}

const char *
auth_challenge(const struct auth *a)
{
	return !a->users.path ? "Bearer realm=\"otlp\"" :
	    !a->tokens.path ? "Basic realm=\"otlp\"" :
	    "Bearer realm=\"otlp\", Basic realm=\"otlp\"";
}

static void
look(struct auth *a)
{
	struct err e = { 0 };
	bool changed;

	if (!fresh_due(&a->looked))
		return;
	changed = fresh_changed(&a->tokens);
	changed |= fresh_changed(&a->users);
	if (changed && load(a, &e) == -1) {
		err_in(&e, "who may send stays as it was");
		a->say(a->arg, e.msg);
	}
}

static bool
scheme(struct str *s, struct str name)
{
	if (s->n <= name.n || s->p[name.n] != ' ' ||
	    strncasecmp(s->p, name.p, name.n) != 0)
		return false;
	*s = str_trim(str_skip(*s, name.n));
	return true;
}

/* The digest of what was shown: false when it has no such form. */
static bool
shown(struct str value, bool *user, uint8_t out[DIGEST])
{
	struct buf plain = { 0 };
	struct str pass, name;
	uint8_t d[DIGEST];
	bool ok;

	*user = false;
	if (value.n > CREDENTIAL_MAX)
		return false;
	if (scheme(&value, S("bearer"))) {
		digest(out, value);
		return true;
	}
	*user = true;
	if (!scheme(&value, S("basic")))
		return false;
	ok = base64_read(&plain, value) == 0 &&
	    memchr(plain.p ? plain.p : "", ':', plain.n) != NULL;
	if (ok) {
		pass = buf_str(&plain);
		str_cut(&pass, ':', &name);
		digest(d, pass);
		digest_user(out, name, d);
	}
	buf_free(&plain);
	return ok;
}

bool
auth_check(struct auth *a, struct str value, struct buf *tenant)
{
	const struct entry *found = NULL;
	uint8_t d[DIGEST];
	bool user;

	buf_reset(tenant);
	if (!shown(value, &user, d))
		return false;
	pthread_mutex_lock(&a->mutex);
	look(a);
	/* all of them, whichever it is */
	for (size_t i = 0; i < a->list.n; i++)
		if (gnutls_memcmp(a->list.p[i].digest, d, DIGEST) == 0 &&
		    a->list.p[i].user == user)
			found = &a->list.p[i];
	if (found)
		buf_adds(tenant, str_of(found->tenant));
	pthread_mutex_unlock(&a->mutex);
	return found != NULL;
}
