#include "send/export.h"

#include <stdio.h>

#include "codec/gzip.h"
#include "codec/zstd.h"
#include "net/grpc.h"
#include "otlp/json.h"

#define GZIP_LEVEL	1
#define ZSTD_LEVEL	1

/* The body in its coding; zstd leaves out what would not get smaller. */
static const char *
put_coded(enum target_coding coding, struct str message, struct buf *out)
{
	if (coding == CODING_GZIP) {
		gzip_deflate(message, out, GZIP_LEVEL);
		return "gzip";
	}
	if (coding == CODING_ZSTD && zstd_pack(out, message, ZSTD_LEVEL))
		return "zstd";
	buf_adds(out, message);
	return NULL;
}

static void
put_body(struct post *p, const struct target *t, bool json,
    struct str message)
{
	const char *coding;

	if (p->grpc)
		buf_extend(&p->body, 5);
	coding = put_coded(t->coding, message, &p->body);
	if (p->grpc)
		grpc_head((uint8_t *)p->body.p, coding,
		    (uint32_t)(p->body.n - 5));
	else
		post_header(p, "Content-Type: application/%s", json ? "json" :
		    "x-protobuf");
	if (coding)
		post_header(p, "%s: %s", p->grpc ? "grpc-encoding" :
		    "Content-Encoding", coding);
}

static int
make(void *arg, const struct rec *rec, struct post *p, struct err *e)
{
	const struct targets *all = arg;
	const struct target *t = &all->of[rec->signal];
	/* profiles have no JSON that others would read */
	bool json = t->form == TARGET_JSON && rec->signal != SIGNAL_PROFILES;
	struct buf text = { 0 };
	int r = 1;

	if (rec->payload.n == 0)
		return 0;
	p->url = t->url;
	p->via = &t->via;
	p->grpc = t->form == TARGET_GRPC;
	if (dress_post(&t->dress, rec->tenant, p, e) == -1 || (json &&
	    otlp_to_json(rec->signal, rec->payload, &text, e) == -1))
		r = -1;
	else if (text.n > REC_PAYLOAD_MAX)
		r = err_set(e, ERR_LIMIT, "its JSON is over 64 MiB");
	if (r == 1)
		put_body(p, t, json, json ? buf_str(&text) : rec->payload);
	buf_free(&text);
	return r;
}

static uint64_t
partial(void *arg, enum signal signal, const struct post *p, char why[256])
{
	struct str type = buf_str(&p->type);
	bool json = str_starts(type, S("application/json"));
	struct buf words = { 0 };
	uint64_t n = 0;

	(void)arg;
	if (p->answer.n == 0)
		return 0;
	if (!p->grpc && !json &&
	    !str_starts(type, S("application/x-protobuf")))
		snprintf(why, 256, "the answer is no OTLP");
	else if (otlp_read_partial(signal, json, buf_str(&p->answer), &n,
	    &words, NULL) == -1)
		snprintf(why, 256, "the answer does not parse");
	for (size_t i = 0; i < words.n && i < 255; i++) {
		char c = words.p[i];

		why[i] = c >= 0x20 && c <= 0x7e ? c : '?';
		why[i + 1] = '\0';
	}
	buf_free(&words);
	return n;
}

struct send_kind
export_kind(struct targets *t)
{
	return (struct send_kind){ .arg = t, .make = make,
	    .partial = partial };
}
