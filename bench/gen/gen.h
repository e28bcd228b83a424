/*
 * What the parts of gen share: the dice, the web shop's services, and the SDKs
 * (pods) that send what they are given in batches.
 */
#ifndef BENCH_GEN_H
#define BENCH_GEN_H

#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/hash.h"
#include "record/record.h"

#define PODS	40u
#define COUNT(a) (sizeof (a) / sizeof *(a))

struct service {
	const char *name, *language, *version, *scope;
	unsigned pods;
};

extern const struct service services[];	/* gen/pod.c */
extern const char *const words[16];		/* of errors: gen/logs.c */
enum { GATEWAY, FRONTEND, CHECKOUT, CART, CATALOG, PAYMENT, SHIPPING,
	CURRENCY, RECOMMEND, AD, EMAIL, FRAUD, SERVICES };

/* One SDK: what it says of itself, and the items it has not sent yet. */
struct pod {
	struct buf head;	/* Resource and InstrumentationScope fields */
	struct buf scope;
	struct buf spans, logs;
	unsigned nspans, nlogs;
};

struct gen {
	uint64_t rng, start, length;	/* ns */
	unsigned long traces, logs, spans, errors, lines;
	double log_share;		/* log lines a span */
	struct pod pod[PODS + 8];
	unsigned first[SERVICES + 1];	/* pods of a service */
	FILE *tf, *lf, *plain;
	struct buf item, frame, line;
	char needle[64][48];
	unsigned needles;
};

static inline uint64_t
bits(struct gen *g)
{
	g->rng += UINT64_C(0x9e3779b97f4a7c15);
	return hash_u64(g->rng);
}

static inline unsigned
below(struct gen *g, unsigned n)
{
	return (unsigned)((bits(g) >> 32) * n >> 32);
}

static inline bool
chance(struct gen *g, double p)
{
	return (double)(bits(g) >> 11) * 0x1p-53 < p;
}

/* Log-normal around a median in ms; ns, at least 20 us. */
static inline uint64_t
latency(struct gen *g, double median_ms)
{
	double u = ((double)(bits(g) >> 11) + 1) * 0x1p-53;
	double v = (double)(bits(g) >> 11) * 0x1p-53;
	double n = sqrt(-2 * log(u)) * cos(2 * M_PI * v);
	double ns = exp(.7 * n) * median_ms * 1e6;

	return ns < 20000 ? 20000 : (uint64_t)ns;
}

#define PICK(g, a)	((a)[below(g, COUNT(a))])

/* ---- protobuf: gen/pod.c ------------------------------------------------ */

void put_bytes(struct buf *, unsigned field, const void *, size_t n);
void put_str(struct buf *, unsigned field, const char *);
void put_u64(struct buf *, unsigned field, uint64_t);
void put_int(struct buf *, unsigned field, uint64_t);
/* KeyValue with a string, or (text NULL) an int value. */
void put_attr(struct buf *, unsigned field, const char *key, const char *text,
    int64_t);
void put_attrf(struct buf *, unsigned field, const char *key, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* ---- pods: gen/pod.c ---------------------------------------------------- */

/* s: NULL for a host, which tells of less. */
void make_pod(struct pod *, const char *service, const struct service *s,
    unsigned no);
/* Takes g->item, a span or a log record; a full batch is written. */
void put_item(struct gen *, struct pod *, enum signal);
void flush(struct gen *);	/* writes what the pods still hold */

/* ---- logs: gen/logs.c --------------------------------------------------- */

/* What an application says of a span of its own; err: NULL, all is well. */
void app_log(struct gen *, unsigned svc, struct pod *, const uint8_t *trace,
    const uint8_t *span, uint64_t ts, const char *name, uint64_t dur,
    const char *err);
/* Lines of the hosts, and needles among them, until there are `total`. */
void background(struct gen *, unsigned long total);

#endif
