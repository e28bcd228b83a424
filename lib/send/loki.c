#include "send/loki.h"

#include <stdlib.h>

#include "codec/gzip.h"
#include "codec/snappy.h"
#include "loki/push.h"

#define PUSH_PATH	"/loki/api/v1/push"
#define GZIP_LEVEL	1
#define BLOCKED		260	/* refused by order, in the dress of success */

struct loki {
	const struct loki_opts *o;
	const char *url;
	struct push *push;
	struct arena mem;
	uint64_t skipped;
	struct buf plain;	/* scratch: a body before compression */
};

struct loki *
loki_new(const struct loki_opts *o, void (*say)(void *arg, const char *msg),
    void *arg, struct err *e)
{
	struct loki *l = xcalloc(1, sizeof *l);

	l->o = o;
	l->url = dress_url(&l->mem, o->url, PUSH_PATH, e);
	if (!l->url) {
		loki_free(l);
		return NULL;
	}
	l->push = push_new(o->form, o->labels, say, arg);
	return l;
}

void
loki_free(struct loki *l)
{
	if (!l)
		return;
	push_free(l->push);
	arena_free(&l->mem);
	buf_free(&l->plain);
	free(l);
}

uint64_t
loki_skipped(const struct loki *l)
{
	return l->skipped;
}

/* Records are joined by tenant. */
static bool
key(void *arg, const struct rec *rec, struct str *out)
{
	struct loki *l = arg;

	*out = l->o->tenant ? str_of(l->o->tenant) : rec->tenant;
	if (rec->signal == SIGNAL_LOGS)
		return true;
	l->skipped++;
	return false;
}

static void *
batch_open(void *arg)
{
	const struct loki *l = arg;
	struct body *b = xcalloc(1, sizeof *b);

	b->form = l->o->form;
	return b;
}

static void
batch_free(void *batch)
{
	body_free(batch);
	free(batch);
}

static int
add(void *arg, void *batch, const struct rec *rec, bool begun,
    uint32_t *items, struct err *e)
{
	struct loki *l = arg;
	struct body *b = batch;
	uint32_t before = b->lines;
	int r;

	if (begun)
		push_payload(l->push, rec->payload, rec->received);
	r = push_fill(l->push, b, l->o->bytes, e);
	*items = b->lines - before;
	return r;
}

/* Written plain, or in the coding that goes with the form. */
static void
put_body(struct loki *l, const struct body *b, struct post *p)
{
	if (b->form == BODY_JSON && !l->o->gzip) {
		body_put(b, &p->body);
	} else {
		buf_reset(&l->plain);
		body_put(b, &l->plain);
		if (b->form == BODY_JSON)
			gzip_deflate(buf_str(&l->plain), &p->body,
			    GZIP_LEVEL);
		else
			snappy_pack(&p->body, buf_str(&l->plain));
	}
	post_header(p, "Content-Type: application/%s",
	    b->form == BODY_JSON ? "json" : "x-protobuf");
	if (b->form == BODY_JSON && l->o->gzip)
		post_header(p, "Content-Encoding: gzip");
}

static int
batch_close(void *arg, void *batch, struct str tenant, struct post *p,
    struct err *e)
{
	struct loki *l = arg;
	int r = dress_post(&l->o->dress, tenant, p, e);

	p->url = l->url;
	if (r == 0)
		put_body(l, batch, p);
	body_reset(batch);
	return r;
}

/* Loki has all servers' errors tried again, not only those of gateways. */
static void
judge(void *arg, struct post *p)
{
	(void)arg;
	if (p->status >= 500)
		p->fate = FATE_AGAIN;
	else if (p->status == BLOCKED)
		p->fate = FATE_REFUSED;
}

struct send_kind
loki_kind(struct loki *l)
{
	return (struct send_kind){ .arg = l, .judge = judge, .join = {
	    .age = l->o->age, .key = key, .batch = batch_open, .add = add,
	    .close = batch_close, .free = batch_free } };
}
