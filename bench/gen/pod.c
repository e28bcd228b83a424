/* pod: one SDK: its resource, and requests of what it has not sent yet. */
#include "gen/gen.h"

#include <stdarg.h>

#define BATCH	512u

const struct service services[] = {
	{ "gateway", "go", "2.14.1", "net/http/otelhttp", 4 },
	{ "frontend", "nodejs", "5.3.0", "instrumentation-http", 6 },
	{ "checkout-api", "go", "1.9.4", "google.golang.org/grpc/otelgrpc", 4 },
	{ "cart", "dotnet", "3.2.2", "Instrumentation.AspNetCore", 3 },
	{ "product-catalog", "go", "1.22.0", "grpc/otelgrpc", 3 },
	{ "payment", "nodejs", "0.8.11", "instrumentation-grpc", 2 },
	{ "shipping", "rust", "0.4.7", "opentelemetry-otlp", 2 },
	{ "currency", "cpp", "1.0.9", "currency", 2 },
	{ "recommendation", "python", "4.1.0", "instrumentation.grpc", 3 },
	{ "ad", "java", "7.0.3", "io.opentelemetry.grpc-1.6", 2 },
	{ "email", "ruby", "1.1.1", "Instrumentation::Sinatra", 1 },
	{ "fraud-detection", "java", "2.0.0", "kafka-clients-0.11", 1 },
};

/* ---- protobuf ----------------------------------------------------------- */

void
put_bytes(struct buf *b, unsigned field, const void *p, size_t n)
{
	buf_varint(b, field << 3 | 2);
	buf_varint(b, n);
	buf_add(b, p, n);
}

void
put_str(struct buf *b, unsigned field, const char *s)
{
	put_bytes(b, field, s, strlen(s));
}

void
put_u64(struct buf *b, unsigned field, uint64_t v)
{
	buf_varint(b, field << 3 | 1);
	buf_u64(b, v);
}

void
put_int(struct buf *b, unsigned field, uint64_t v)
{
	buf_varint(b, field << 3);
	buf_varint(b, v);
}

void
put_attr(struct buf *b, unsigned field, const char *key, const char *text,
    int64_t v)
{
	size_t k = strlen(key), n = text ? strlen(text) : 0;
	size_t value = text ? 1 + varint_size(n) + n :
	    1 + varint_size((uint64_t)v);

	buf_varint(b, field << 3 | 2);
	buf_varint(b, 1 + varint_size(k) + k + 1 + varint_size(value) + value);
	put_str(b, 1, key);
	buf_varint(b, 2 << 3 | 2);
	buf_varint(b, value);
	if (text)
		put_str(b, 1, text);
	else
		put_int(b, 3, (uint64_t)v);
}

void
put_attrf(struct buf *b, unsigned field, const char *key, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	put_attr(b, field, key, text, 0);
}

/* ---- requests --------------------------------------------------------------- */

static void
send_batch(struct gen *g, struct pod *p, enum signal signal, struct buf *items,
    FILE *f)
{
	struct buf scope = { 0 }, outer = { 0 }, payload = { 0 };

	buf_adds(&scope, buf_str(&p->scope));
	buf_adds(&scope, buf_str(items));
	buf_adds(&outer, buf_str(&p->head));
	put_bytes(&outer, 2, scope.p, scope.n);
	put_bytes(&payload, 1, outer.p, outer.n);
	struct rec rec = { .signal = signal, .payload = buf_str(&payload) };

	buf_reset(&g->frame);
	rec_put(&g->frame, &rec, false);
	fwrite(g->frame.p, 1, g->frame.n, f);
	buf_free(&scope);
	buf_free(&outer);
	buf_free(&payload);
	buf_reset(items);
}

void
put_item(struct gen *g, struct pod *p, enum signal signal)
{
	bool span = signal == SIGNAL_TRACES;
	struct buf *items = span ? &p->spans : &p->logs;
	unsigned *n = span ? &p->nspans : &p->nlogs;

	put_bytes(items, 2, g->item.p, g->item.n);
	if (++*n == BATCH) {
		send_batch(g, p, signal, items, span ? g->tf : g->lf);
		*n = 0;
	}
}

void
flush(struct gen *g)
{
	for (unsigned i = 0; i < COUNT(g->pod); i++) {
		struct pod *p = &g->pod[i];

		if (p->nspans > 0)
			send_batch(g, p, SIGNAL_TRACES, &p->spans, g->tf);
		if (p->nlogs > 0)
			send_batch(g, p, SIGNAL_LOGS, &p->logs, g->lf);
		p->nspans = p->nlogs = 0;
	}
}

void
make_pod(struct pod *p, const char *service, const struct service *s,
    unsigned no)
{
	struct buf r = { 0 }, c = { 0 };
	uint64_t h = hash_seed(service, strlen(service), no);

	put_attr(&r, 1, "service.name", service, 0);
	if (s) {
		put_attr(&r, 1, "service.version", s->version, 0);
		put_attr(&r, 1, "service.namespace", "shop", 0);
		put_attrf(&r, 1, "service.instance.id", "%08x-%04x-4%03x-8%03x-"
		    "%012llx", (unsigned)h, (unsigned)(h >> 32) & 0xffff,
		    (unsigned)(h >> 20) & 0xfff, (unsigned)(h >> 40) & 0xfff,
		    (unsigned long long)(hash_u64(h) >> 16));
		put_attr(&r, 1, "telemetry.sdk.language", s->language, 0);
		put_attr(&r, 1, "telemetry.sdk.name", "opentelemetry", 0);
		put_attr(&r, 1, "telemetry.sdk.version", "1.31.0", 0);
		put_attr(&r, 1, "cloud.provider", "aws", 0);
		put_attr(&r, 1, "cloud.region", "eu-west-1", 0);
		put_attr(&r, 1, "k8s.namespace.name", "shop", 0);
		put_attr(&r, 1, "k8s.deployment.name", service, 0);
		put_attrf(&r, 1, "k8s.pod.name", "%s-%09x-%05x", service,
		    (unsigned)h, (unsigned)(h >> 44));
		put_attr(&r, 1, "process.pid", NULL, 1 + (int64_t)(h % 900));
	}
	put_attr(&r, 1, "deployment.environment.name", "production", 0);
	put_attrf(&r, 1, "host.name", "ip-10-0-%u-%u.ec2.internal",
	    (unsigned)(h % 3) + 1, (unsigned)(h / 3 % 4) * 31 + 9);
	put_bytes(&p->head, 1, r.p, r.n);
	put_str(&c, 1, s ? s->scope : "logtail");
	if (s)
		put_str(&c, 2, s->version);
	put_bytes(&p->scope, 1, c.p, c.n);
	buf_free(&r);
	buf_free(&c);
}
