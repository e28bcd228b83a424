/* loki: records as pushes to Loki, and what its answers mean. logql.md 13. */
#ifndef SEND_LOKI_H
#define SEND_LOKI_H

#include "loki/body.h"
#include "send/dress.h"
#include "send/send.h"

struct loki_opts {
	const char *url;	/* the push API's own path is added to none */
	enum body_form form;
	bool gzip;		/* JSON; protobuf is always snappy */
	struct str labels;	/* promoted attributes; NULL: the usual ones */
	const char *tenant;	/* instead of the records' own; NULL: those */
	size_t bytes;		/* of a push, before compression */
	uint64_t age;		/* ns, then it is sent */
	struct dress dress;	/* headers */
	struct arena mem;	/* of those */
};

struct loki;

/* NULL: the address is none. The opts stay the caller's; `say` is told what a
 * person should know. */
struct loki *loki_new(const struct loki_opts *,
    void (*say)(void *arg, const char *msg), void *arg, struct err *);
struct send_kind loki_kind(struct loki *);
uint64_t loki_skipped(const struct loki *);	/* records of other signals */
void loki_free(struct loki *);

#endif
