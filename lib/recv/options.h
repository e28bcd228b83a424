/*
 * options: what otlp-recv is told on its command line, beside the table of
 * it.
 */
#ifndef RECV_OPTIONS_H
#define RECV_OPTIONS_H

#include "net/auth.h"
#include "net/servers.h"
#include "record/spool.h"

enum { OPT_SYNC = 256, OPT_PORTS, OPT_MESSAGE, OPT_HELD, OPT_REQUESTS,
	OPT_CONNECTIONS, OPT_SPOOL_MAX, OPT_FULL, OPT_GRACE, OPT_CLIENT_CA, OPT_HELLO,
	OPT_IDLE, OPT_PATIENCE, OPT_TOKENS, OPT_USERS, OPT_PREFIX, OPT_CORS,
	OPT_METRICS };

struct recv_opts {
	const char *dir, *ports, *metrics;
	struct spool_opts spool;
	struct net_limits max;
	uint64_t grace;			/* seconds */
	struct servers servers;
	struct net_rules rules;
	struct auth_files auth;
};

/* What holds unless it is told. */
void recv_defaults(struct recv_opts *);
/* One option, by its code: 0, or -1 with ERR_QUERY. arg may be cut. */
int recv_option(struct recv_opts *, int c, char *arg, struct err *);
/* Do they go together? */
int recv_check(const struct recv_opts *, struct err *);

#endif
