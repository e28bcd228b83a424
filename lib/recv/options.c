#include "recv/options.h"

#include "base/num.h"
#include "record/record.h"

#define N_MAX 1000000

void
recv_defaults(struct recv_opts *o)
{
	*o = (struct recv_opts){ .max = net_limits_default, .grace = 10 };
}

static int
number(const char *s, uint64_t max, uint64_t *v, struct err *e)
{
	if (num_size(str_of(s), v) && *v > 0 && *v <= max)
		return 0;
	return err_set(e, ERR_QUERY, "%s: not a number from 1 to %llu", s,
	    (unsigned long long)max);
}

static int
count(const char *s, unsigned *to, struct err *e)
{
	uint64_t v = 0;
	int r = number(s, N_MAX, &v, e);

	*to = (unsigned)v;
	return r;
}

static int
seconds(const char *s, unsigned *to, struct err *e)
{
	uint64_t v = 0;
	int r = number(s, 86400, &v, e);

	*to = (unsigned)v;
	return r;
}

static int
size(const char *s, size_t max, size_t *to, struct err *e)
{
	uint64_t v = 0;
	int r = number(s, max, &v, e);

	*to = (size_t)v;
	return r;
}

/* 0 or 1: which of the two was said; -1: neither. */
static int
which(const char *what, const char *s, const char *a, const char *b,
    struct err *e)
{
	if (strcmp(s, a) == 0 || strcmp(s, b) == 0)
		return strcmp(s, b) == 0;
	return err_set(e, ERR_QUERY, "%s %s: %s or %s", what, s, a, b);
}

static int
spool_option(struct spool_opts *o, int c, const char *arg, struct err *e)
{
	int r;

	switch (c) {
	case OPT_SYNC:
		r = which("--sync", arg, "each", "none", e);
		if (r == 1)
			o->sync = SPOOL_SYNC_NONE;
		return r == -1 ? -1 : 0;
	case OPT_FULL:
		r = which("--full", arg, "block", "drop-oldest", e);
		if (r == 1)
			o->full = SPOOL_DROP_OLDEST;
		return r == -1 ? -1 : 0;
	default:
		return number(arg, UINT64_MAX, &o->max_bytes, e);
	}
}

/* HEADER=ATTRIBUTE, cut in two where it is. */
static int
copy(struct net_rules *rules, char *arg, struct err *e)
{
	char *eq = strchr(arg, '=');

	if (!eq || eq == arg || eq[1] == '\0')
		return err_set(e, ERR_QUERY, "-x %s: not HEADER=ATTRIBUTE",
		    arg);
	if (rules->copies == NET_LIST_MAX)
		return err_set(e, ERR_QUERY, "-x: too many");
	*eq = '\0';
	rules->copy[rules->copies++] = (struct net_copy){ arg, eq + 1 };
	return 0;
}

static int
prefix(struct net_rules *rules, char *arg, struct err *e)
{
	size_t n = strlen(arg);

	if (*arg != '/')
		return err_set(e, ERR_QUERY, "--prefix %s: begins with a /",
		    arg);
	if (arg[n - 1] == '/')
		arg[n - 1] = '\0';
	rules->prefix = arg;
	return 0;
}

int
recv_option(struct recv_opts *o, int c, char *arg, struct err *e)
{
	struct tls_files *tls = &o->servers.tls_files;

	switch (c) {
	case 'x': return copy(&o->rules, arg, e);
	case OPT_TOKENS: o->auth.tokens = arg; return 0;
	case OPT_USERS: o->auth.users = arg; return 0;
	case OPT_METRICS: o->metrics = arg; return 0;
	case OPT_PREFIX: return prefix(&o->rules, arg, e);
	case OPT_CORS:
		if (o->rules.origins == NET_LIST_MAX)
			return err_set(e, ERR_QUERY, "too many origins");
		o->rules.cors[o->rules.origins++] = arg;
		return 0;
	case 'g': return servers_add(&o->servers, SERVER_GRPC, arg, e);
	case 'H': return servers_add(&o->servers, SERVER_HTTP, arg, e);
	case 'o': o->dir = arg; return 0;
	case 'c': tls->cert = arg; return 0;
	case 'k': tls->key = arg; return 0;
	case OPT_CLIENT_CA: tls->client_ca = arg; return 0;
	case OPT_PORTS: o->ports = arg; return 0;
	case OPT_MESSAGE:
		return size(arg, REC_PAYLOAD_MAX, &o->max.message, e);
	case OPT_HELD: return size(arg, SIZE_MAX, &o->max.bytes, e);
	case OPT_REQUESTS: return count(arg, &o->max.requests, e);
	case OPT_CONNECTIONS: return count(arg, &o->max.connections, e);
	case OPT_HELLO: return seconds(arg, &o->max.hello, e);
	case OPT_IDLE: return seconds(arg, &o->max.idle, e);
	case OPT_PATIENCE: return seconds(arg, &o->max.patience, e);
	case OPT_GRACE: return number(arg, 86400, &o->grace, e);
	default: return spool_option(&o->spool, c, arg, e);
	}
}

int
recv_check(const struct recv_opts *o, struct err *e)
{
	const struct tls_files *tls = &o->servers.tls_files;

	if (!tls->cert != !tls->key)
		return err_set(e, ERR_QUERY, "--cert and --key go together");
	if (tls->client_ca && !tls->cert)
		return err_set(e, ERR_QUERY, "--client-ca without --cert");
	return 0;
}
