#include "send/target.h"

#include "base/num.h"
#include "base/time.h"
#include "net/grpc.h"
#include "otlp/accept.h"

int
target_form(const char *word, enum target_form *form, struct err *e)
{
	if (strcmp(word, "grpc") == 0)
		*form = TARGET_GRPC;
	else if (strcmp(word, "http") == 0 ||
	    strcmp(word, "http/protobuf") == 0)
		*form = TARGET_PROTOBUF;
	else if (strcmp(word, "json") == 0 || strcmp(word, "http/json") == 0)
		*form = TARGET_JSON;
	else
		return err_set(e, ERR_QUERY, "\"%.80s\": not a protocol: "
		    "grpc, http or json", word);
	return 0;
}

int
target_coding(const char *word, enum target_coding *coding, struct err *e)
{
	if (strcmp(word, "none") == 0)
		*coding = CODING_NONE;
	else if (strcmp(word, "gzip") == 0)
		*coding = CODING_GZIP;
	else if (strcmp(word, "zstd") == 0)
		*coding = CODING_ZSTD;
	else
		return err_set(e, ERR_QUERY, "\"%.80s\": not a compression: "
		    "gzip, zstd or none", word);
	return 0;
}

/* One variable, of a signal, else of all; empty is unset. */
struct look {
	struct targets *t;
	char *(*env)(const char *);
	unsigned signal;
	const char *name;	/* that was found */
	bool own;		/* the signal's */
};

static const char *
look(struct look *l, const char *what)
{
	static const char *const infix[SIGNALS] = { "", "TRACES_", "METRICS_",
		"LOGS_", "PROFILES_" };

	for (int own = 1; own >= 0; own--) {
		const char *v;

		l->name = arena_printf(&l->t->mem, "OTEL_EXPORTER_OTLP_%s%s",
		    infix[own ? l->signal : 0], what).p;
		l->own = own;
		v = l->env(l->name);
		if (v && *v)
			return v;
	}
	return NULL;
}

/* k1=v1,k2=v2, percent-encoded; blanks around either do not count. */
static int
env_headers(struct look *l, struct target *t, const char *list,
    struct err *e)
{
	struct str rest = str_of(list), part;

	while (str_cut(&rest, ',', &part)) {
		struct buf line = { 0 };
		struct str name, value;
		int r;

		if (str_trim(part).n == 0)
			continue;
		value = part;
		str_cut(&value, '=', &name);
		grpc_unpercent(&line, str_trim(name));
		buf_adds(&line, S(": "));
		grpc_unpercent(&line, str_trim(value));
		r = name.n == part.n ? err_set(e, ERR_QUERY, "a header "
		    "without \"=\"") : dress_header(&t->dress,
		    buf_str(&line), &l->t->mem, e);
		buf_free(&line);
		if (r == -1)
			return err_in(e, "%s", l->name);
	}
	return 0;
}

static int
env_timeout(struct look *l, struct target *t, const char *word,
    struct err *e)
{
	uint64_t ms;

	if (!num_u64(str_of(word), &ms) || ms > TARGET_TIMEOUT_MAX / NS_MS)
		return err_set(e, ERR_QUERY, "%s: \"%.80s\": not "
		    "milliseconds", l->name, word);
	t->via.timeout = ms * NS_MS;
	return 0;
}

/* What was not asked on the command line. */
static int
from_env(struct look *l, struct target *t, struct err *e)
{
	const char *v;

	if (t->form == TARGET_UNSET && (v = look(l, "PROTOCOL")) &&
	    target_form(v, &t->form, e) == -1)
		return err_in(e, "%s", l->name);
	if (t->coding == CODING_UNSET && (v = look(l, "COMPRESSION")) &&
	    target_coding(v, &t->coding, e) == -1)
		return err_in(e, "%s", l->name);
	if (t->via.timeout == 0 && (v = look(l, "TIMEOUT")) &&
	    env_timeout(l, t, v, e) == -1)
		return -1;
	if (t->dress.n == 0 && (v = look(l, "HEADERS")) &&
	    env_headers(l, t, v, e) == -1)
		return -1;
	if (!t->via.ca)
		t->via.ca = look(l, "CERTIFICATE");
	if (!t->via.cert)
		t->via.cert = look(l, "CLIENT_CERTIFICATE");
	if (!t->via.key)
		t->via.key = look(l, "CLIENT_KEY");
	return 0;
}

static bool
has_scheme(const char *url)
{
	return strncmp(url, "http://", 7) == 0 ||
	    strncmp(url, "https://", 8) == 0;
}

/* Where the path begins, or the end. */
static size_t
host_end(const char *url)
{
	return (size_t)(strstr(url, "//") + 2 - url) +
	    strcspn(strstr(url, "//") + 2, "/?#");
}

/* The names it had once, of two signals. */
static const char *
old_insecure(const struct look *l)
{
	static const char *const names[SIGNALS] = {
		[SIGNAL_TRACES] = "OTEL_EXPORTER_OTLP_SPAN_INSECURE",
		[SIGNAL_METRICS] = "OTEL_EXPORTER_OTLP_METRIC_INSECURE",
	};

	return names[l->signal] ? l->env(names[l->signal]) : NULL;
}

/* gRPC: the host alone counts, and without a scheme INSECURE decides. */
static int
grpc_url(struct look *l, struct target *t, const char *base, struct err *e)
{
	struct arena *a = &l->t->mem;
	struct str path = otlp_path(true, l->signal);
	const char *v = look(l, "INSECURE");
	bool plain;

	if (!v)
		v = old_insecure(l);
	plain = l->t->insecure || (v && strcasecmp(v, "true") == 0);
	if (!has_scheme(base) && strstr(base, "//"))
		return err_set(e, ERR_QUERY, "\"%.200s\": not an http:// or "
		    "https:// address", base);
	if (!has_scheme(base))
		base = arena_printf(a, "%s://%s", plain ? "http" : "https",
		    base).p;
	t->url = arena_printf(a, "%.*s%.*s", (int)host_end(base), base,
	    PS(path)).p;
	return 0;
}

/* HTTP: the path is appended to a base; a signal's own URL stays as it is. */
static int
http_url(struct look *l, struct target *t, const char *base, bool whole,
    struct err *e)
{
	struct str path = otlp_path(false, l->signal);
	size_t n = strlen(base), host;

	if (!has_scheme(base))
		return err_set(e, ERR_QUERY, "\"%.200s\": not an http:// or "
		    "https:// address", base);
	host = host_end(base);
	t->bare = whole && base[host] == '\0';
	while (!whole && n > host && base[n - 1] == '/')
		n--;
	t->url = arena_printf(&l->t->mem, "%.*s%.*s", (int)n, base,
	    whole ? t->bare : (int)path.n, whole ? "/" : path.p).p;
	return 0;
}

static bool
is_loopback(const char *url)
{
	const char *host = strstr(url, "//") + 2;

	return strncmp(host, "127.", 4) == 0 || strncmp(host, "[::1]", 5) == 0 ||
	    (strncmp(host, "localhost", 9) == 0 &&
	    (host[9] == ':' || host[9] == '/'));
}

static int
ready(struct look *l, struct err *e)
{
	struct targets *all = l->t;
	struct target *t = &all->of[l->signal];
	const char *base = all->urls[l->signal];
	bool whole = base != NULL;

	*t = all->asked;
	if (from_env(l, t, e) == -1)
		return -1;
	if (t->form == TARGET_UNSET)
		t->form = TARGET_PROTOBUF;
	if (!base)
		base = all->url;
	if (!base && (base = look(l, "ENDPOINT")))
		whole = l->own;
	if (!base)
		base = t->form == TARGET_GRPC ? "http://localhost:4317" :
		    "http://localhost:4318";
	if ((t->form == TARGET_GRPC ? grpc_url(l, t, base, e) :
	    http_url(l, t, base, whole, e)) == -1)
		return -1;
	if (t->coding == CODING_UNSET)
		t->coding = is_loopback(t->url) ? CODING_NONE : CODING_GZIP;
	if (t->via.timeout == 0)
		t->via.timeout = 10 * NS_S;
	return 0;
}

int
targets_ready(struct targets *t, char *(*env)(const char *), struct err *e)
{
	for (unsigned s = SIGNAL_TRACES; s < SIGNALS; s++) {
		struct look l = { .t = t, .env = env, .signal = s };

		if (ready(&l, e) == -1)
			return -1;
	}
	return 0;
}

void
targets_free(struct targets *t)
{
	arena_free(&t->mem);
}
