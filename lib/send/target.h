/*
 * target: where each signal is sent by OTLP, and how: what was asked on the
 * command line, else what OTEL_EXPORTER_OTLP_* say, else the specification's
 * defaults. otlp.md 5.3.
 */
#ifndef SEND_TARGET_H
#define SEND_TARGET_H

#include "base/arena.h"
#include "net/client.h"
#include "record/record.h"
#include "send/dress.h"

#define TARGET_TIMEOUT_MAX	(86400 * UINT64_C(1000000000))	/* ns */

enum target_form { TARGET_UNSET, TARGET_GRPC, TARGET_PROTOBUF, TARGET_JSON };
enum target_coding { CODING_UNSET, CODING_NONE, CODING_GZIP, CODING_ZSTD };

struct target {
	const char *url;		/* whole, with its path */
	bool bare;			/* "/", its own address having none */
	enum target_form form;
	enum target_coding coding;
	struct dress dress;
	struct client_opts via;
};

struct targets {
	/* asked on the command line; the rest by targets_ready */
	const char *url;		/* of all signals; NULL: not asked */
	const char *urls[SIGNALS];	/* of one, verbatim */
	struct target asked;		/* form, coding, headers, via */
	bool insecure;			/* gRPC without a scheme: no TLS */
	struct target of[SIGNALS];
	struct arena mem;
};

/* "grpc", "http/protobuf" or "http", "http/json" or "json". */
int target_form(const char *word, enum target_form *, struct err *);
int target_coding(const char *word, enum target_coding *, struct err *);
/* Fills of[]. `env` is getenv, or a test's. ERR_QUERY: asked wrongly. */
int targets_ready(struct targets *, char *(*env)(const char *),
    struct err *);
void targets_free(struct targets *);

#endif
