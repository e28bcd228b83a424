/*
 * gen: make a deterministic telemetry data set, as files of records.
 *
 *   gen -d DIR [-s SEED] [-t TRACES] [-l LOGS] [-b UNIX_SECONDS] [-m MINUTES]
 *
 * Writes DIR/traces.rec and DIR/logs.rec (record(5), a record a request),
 * DIR/lines.txt (the plain lines, for grep) and DIR/truth.json (totals, and
 * needles with their counts). A web shop: each service's SDK batches its own
 * spans, up to 512 a request, so a trace's spans arrive in several requests,
 * interleaved with others'. Most log lines are the applications' own,
 * correlated by trace; the rest are the hosts'.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/num.h"
#include "record/record.h"

#define BATCH	512u
#define PODS	40u
#define COUNT(a) (sizeof (a) / sizeof *(a))

struct service {
	const char *name, *language, *version, *scope;
	unsigned pods;
};

static const struct service services[] = {
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
enum { GATEWAY, FRONTEND, CHECKOUT, CART, CATALOG, PAYMENT, SHIPPING,
	CURRENCY, RECOMMEND, AD, EMAIL, FRAUD, SERVICES };

static const struct { const char *method, *route; unsigned weight; }
routes[] = {
	{ "GET", "/", 10 }, { "GET", "/api/products", 14 },
	{ "GET", "/api/products/{id}", 30 }, { "GET", "/api/cart", 12 },
	{ "POST", "/api/cart", 10 }, { "POST", "/api/checkout", 6 },
	{ "GET", "/api/recommendations", 10 }, { "GET", "/api/data", 6 },
	{ "GET", "/healthz", 2 },
};
static const char *const words[] = { "connection", "refused", "timeout",
	"upstream", "reset", "deadline", "exceeded", "invalid", "token",
	"expired", "retry", "quota", "card", "declined", "stock", "missing" };
static const char *const agents[] = {
	"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/138.0.0.0",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Safari/604.1",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/142.0",
	"curl/8.9.1", "python-requests/2.32.3", "kube-probe/1.31" };
static const char *const statements[] = {
	"SELECT * FROM products WHERE id = $1",
	"SELECT id, name, price FROM products ORDER BY name LIMIT $1",
	"INSERT INTO orders (id, user_id, total) VALUES ($1, $2, $3)",
	"UPDATE inventory SET qty = qty - $1 WHERE sku = $2",
	"SELECT * FROM carts WHERE user_id = $1 FOR UPDATE" };

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

/* ---- dice ------------------------------------------------------------------ */

static uint64_t
bits(struct gen *g)
{
	g->rng += UINT64_C(0x9e3779b97f4a7c15);
	return hash_u64(g->rng);
}

static unsigned
below(struct gen *g, unsigned n)
{
	return (unsigned)((bits(g) >> 32) * n >> 32);
}

static bool
chance(struct gen *g, double p)
{
	return (double)(bits(g) >> 11) * 0x1p-53 < p;
}

/* Log-normal around a median in ms; ns, at least 20 us. */
static uint64_t
latency(struct gen *g, double median_ms)
{
	double u = ((double)(bits(g) >> 11) + 1) * 0x1p-53;
	double v = (double)(bits(g) >> 11) * 0x1p-53;
	double n = sqrt(-2 * log(u)) * cos(2 * M_PI * v);
	double ns = exp(.7 * n) * median_ms * 1e6;

	return ns < 20000 ? 20000 : (uint64_t)ns;
}

#define PICK(g, a)	((a)[below(g, COUNT(a))])

/* ---- protobuf ----------------------------------------------------------- */

static void
put_bytes(struct buf *b, unsigned field, const void *p, size_t n)
{
	buf_varint(b, field << 3 | 2);
	buf_varint(b, n);
	buf_add(b, p, n);
}

static void
put_str(struct buf *b, unsigned field, const char *s)
{
	put_bytes(b, field, s, strlen(s));
}

static void
put_u64(struct buf *b, unsigned field, uint64_t v)
{
	buf_varint(b, field << 3 | 1);
	buf_u64(b, v);
}

static void
put_int(struct buf *b, unsigned field, uint64_t v)
{
	buf_varint(b, field << 3);
	buf_varint(b, v);
}

/* KeyValue with a string, or (text NULL) an int value. */
static void
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

static void
put_attrf(struct buf *b, unsigned field, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static void
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

static void
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

static void
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

static void
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

/* ---- logs --------------------------------------------------------------------- */

static void
log_line(struct gen *g, struct pod *p, uint64_t ts, unsigned severity,
    const uint8_t *trace, const uint8_t *span)
{
	static const char *const text[] = { "DEBUG", "INFO", "WARN", "ERROR" };
	struct buf *b = &g->item, body = { 0 };

	buf_reset(b);
	put_u64(b, 1, ts);
	put_u64(b, 11, ts + 1500000);
	put_int(b, 2, 5 + 4 * severity);
	put_str(b, 3, text[severity]);
	put_bytes(&body, 1, g->line.p, g->line.n);
	put_bytes(b, 5, body.p, body.n);
	buf_free(&body);
	if (trace) {
		put_attr(b, 6, "code.function.name", "handle", 0);
		put_attr(b, 6, "thread.id", NULL, 1 + below(g, 63));
		buf_varint(b, 8 << 3 | 5);
		buf_u32(b, 1);
		put_bytes(b, 9, trace, 16);
		put_bytes(b, 10, span, 8);
	}
	put_item(g, p, SIGNAL_LOGS);
	fwrite(g->line.p, 1, g->line.n, g->plain);
	putc('\n', g->plain);
	buf_reset(&g->line);
	g->lines++;
}

static void
app_log(struct gen *g, unsigned svc, struct pod *p, const uint8_t *trace,
    const uint8_t *span, uint64_t ts, const char *name, uint64_t dur,
    const char *err)
{
	static const char *const level[] = { "debug", "info", "warn", "error" };
	unsigned dice = below(g, 100);
	unsigned sev = err ? 3 : dice < 80 ? 1 : dice < 95 ? 0 : 2;
	double ms = (double)dur / 1e6;
	char hex[33];

	str_hex(hex, trace, 16);
	if (svc == GATEWAY || svc == CHECKOUT || svc == CATALOG) {
		buf_addf(&g->line, "level=%s msg=\"%s finished\" duration=%.3fms"
		    " trace_id=%s bytes=%u", level[sev], name, ms, hex,
		    200 + below(g, 89800));
		if (err)
			buf_addf(&g->line, " err=\"%s\"", err);
	} else if (svc == FRONTEND || svc == PAYMENT || svc == AD) {
		buf_addf(&g->line, "{\"level\":\"%s\",\"time\":%llu,\"msg\":"
		    "\"%s finished\",\"duration_ms\":%.3f,\"req\":{\"id\":"
		    "\"%012llx\",\"method\":\"%s\"},\"trace_id\":\"%s\"",
		    level[sev], (unsigned long long)(ts / 1000000), name, ms,
		    (unsigned long long)(bits(g) >> 16), below(g, 2) ? "GET" :
		    "POST", hex);
		if (err)
			buf_addf(&g->line, ",\"err\":{\"message\":\"%s\","
			    "\"code\":\"%s\"}", err, below(g, 2) ?
			    "ECONNRESET" : "E_DECLINED");
		buf_addf(&g->line, "}");
	} else if (err)
		buf_addf(&g->line, "[%s] ERROR %s took %.2f ms failed: %s",
		    services[svc].name, name, ms, err);
	else
		buf_addf(&g->line, "[%s] %s %s took %.2f ms for user u-%07u",
		    services[svc].name, sev == 1 ? "INFO " : sev ? "WARN " :
		    "DEBUG", name, ms, below(g, 1000000));
	log_line(g, p, ts, sev, trace, span);
}

/* A host's line. Forms: %i an address, %N a number of N digits, %w a word, %x
 * 16 hex digits. */
static const struct { const char *source, *form; unsigned severity; }
host_lines[] = {
	{ "nginx", "%i - - [01/Jan/2026:00:%2:%2 +0000] \"GET /static/%w/%x.js "
	  "HTTP/1.1\" 200 %5 \"https://shop.example.com/%w\" \"curl/8.9.1\"", 1 },
	{ "nginx", "%i - %w [01/Jan/2026:00:%2:%2 +0000] \"POST /api/%w "
	  "HTTP/2.0\" 499 %4 \"-\" \"Mozilla/5.0\"", 1 },
	{ "nginx", "2026/01/01 00:%2:%2 [error] %5#%4: *%6 upstream timed out "
	  "(110: Connection timed out), client: %i, server: shop", 3 },
	{ "sshd", "Accepted publickey for deploy from %i port %5 ssh2: ED25519 "
	  "SHA256:%x", 1 },
	{ "sshd", "Failed password for invalid user %w from %i port %5 ssh2", 2 },
	{ "sshd", "pam_unix(sshd:session): session opened for user deploy(uid="
	  "1000) by (uid=0)", 1 },
	{ "kernel", "[%6.%6] TCP: request_sock_TCP: Possible SYN flooding on "
	  "port %4. Sending cookies.", 2 },
	{ "kernel", "[%6.%6] oom-kill:constraint=CONSTRAINT_MEMCG,task=%w,"
	  "pid=%5,uid=1000", 3 },
	{ "postgres", "2026-01-01 00:%2:%2.%3 UTC [%5] LOG:  duration: %4.%3 ms"
	  "  statement: SELECT * FROM orders WHERE user_id = %6", 1 },
	{ "postgres", "2026-01-01 00:%2:%2.%3 UTC [%5] ERROR:  deadlock "
	  "detected", 3 },
	{ "kafka", "[2026-01-01 00:%2:%2,%3] INFO [GroupCoordinator %1]: "
	  "Preparing to rebalance group %w with old generation %4", 1 },
	{ "kafka", "java.io.IOException: Connection to %i:9092 was disconnected"
	  " before the response was read", 3 },
	{ "systemd", "Started session-%4.scope - Session %4 of User deploy.",
	  1 },
	{ "systemd", "%w.service: Scheduled restart job, restart counter is at"
	  " %2.", 2 },
};

static void
host_line(struct gen *g, const char *form)
{
	for (; *form; form++) {
		if (*form != '%') {
			buf_u8(&g->line, (uint8_t)*form);
			continue;
		}
		switch (*++form) {
		case 'i':
			buf_addf(&g->line, "%u.%u.%u.%u", 1 + below(g, 222),
			    below(g, 256), below(g, 256), 1 + below(g, 254));
			break;
		case 'w':
			buf_addf(&g->line, "%s", PICK(g, words));
			break;
		case 'x':
			buf_addf(&g->line, "%016llx",
			    (unsigned long long)bits(g));
			break;
		default: {
			unsigned n = 1;

			for (char d = '1'; d < *form; d++)
				n *= 10;
			buf_addf(&g->line, "%u", n + below(g, 9 * n));
		}
		}
	}
}

static void
background(struct gen *g, unsigned long total)
{
	while (g->lines < total) {
		unsigned i = below(g, COUNT(host_lines));
		uint64_t ts = g->start + (uint64_t)((double)g->length *
		    (double)g->lines / (double)total);
		unsigned pod = PODS;
		const char *source = host_lines[i].source;

		for (unsigned k = 0; k < i; k++)
			pod += strcmp(host_lines[k].source,
			    host_lines[k + 1].source) != 0;
		if (g->pod[pod].head.n == 0)
			make_pod(&g->pod[pod], source, NULL, 0);
		host_line(g, host_lines[i].form);
		log_line(g, &g->pod[pod], ts, host_lines[i].severity, NULL,
		    NULL);
		if (g->lines % 250000 == 77 && g->needles < COUNT(g->needle)) {
			char *n = g->needle[g->needles];

			snprintf(n, sizeof g->needle[0], "needle-%03u-%016llx",
			    g->needles++, (unsigned long long)bits(g));
			buf_addf(&g->line, "assertion failed: %s not in "
			    "expected set", n);
			log_line(g, &g->pod[PODS], ts, 3, NULL, NULL);
		}
	}
}

/* ---- spans -------------------------------------------------------------------- */

struct call {			/* what one span is made of */
	unsigned svc, kind;
	const uint8_t *trace, *parent;
	const char *name, *err;
	uint64_t start, dur;
	struct buf attrs;
};

/* Ends the call: writes the span, its id in out, and perhaps a log line. */
static void
span(struct gen *g, struct call *c, uint8_t out[8])
{
	unsigned svc = c->svc;
	struct pod *p = &g->pod[g->first[svc] + below(g, services[svc].pods)];
	struct buf *b = &g->item, ev = { 0 };
	uint64_t id = bits(g);

	memcpy(out, &id, 8);
	buf_reset(b);
	put_bytes(b, 1, c->trace, 16);
	put_bytes(b, 2, out, 8);
	if (c->parent)
		put_bytes(b, 4, c->parent, 8);
	buf_varint(b, 16 << 3 | 5);
	buf_u32(b, 0x101);
	put_str(b, 5, c->name);
	put_int(b, 6, c->kind);
	put_u64(b, 7, c->start);
	put_u64(b, 8, c->start + c->dur);
	buf_adds(b, buf_str(&c->attrs));
	if (c->err) {
		put_u64(&ev, 1, c->start + c->dur);
		put_str(&ev, 2, "exception");
		put_attr(&ev, 3, "exception.type", "RuntimeError", 0);
		put_attr(&ev, 3, "exception.message", c->err, 0);
		put_bytes(b, 11, ev.p, ev.n);
		buf_reset(&ev);
		put_str(&ev, 2, c->err);
		put_int(&ev, 3, 2);
		put_bytes(b, 15, ev.p, ev.n);
		g->errors++;
	}
	put_item(g, p, SIGNAL_TRACES);
	g->spans++;
	if (chance(g, g->log_share))
		app_log(g, svc, p, c->trace, out, c->start + c->dur, c->name,
		    c->dur, c->err);
	buf_free(&ev);
	buf_free(&c->attrs);
}

static void
database(struct gen *g, unsigned svc, const uint8_t *trace,
    const uint8_t *parent, uint64_t start, uint64_t dur)
{
	struct call c = { .svc = svc, .kind = 3, .trace = trace,
		.parent = parent, .start = start, .dur = dur };
	const char *sql = PICK(g, statements);
	char name[40];
	uint8_t id[8];

	snprintf(name, sizeof name, "%.*s shop", (int)strcspn(sql, " "), sql);
	c.name = svc == CART ? "HGETALL" : name;
	put_attr(&c.attrs, 9, "db.system.name", svc == CART ? "redis" :
	    "postgresql", 0);
	if (svc == CART)
		put_attr(&c.attrs, 9, "db.operation.name", "HGETALL", 0);
	else {
		put_attr(&c.attrs, 9, "db.namespace", "shop", 0);
		put_attr(&c.attrs, 9, "db.query.text", sql, 0);
		put_attr(&c.attrs, 9, "db.response.returned_rows", NULL,
		    below(g, 200));
	}
	put_attr(&c.attrs, 9, "server.address", svc == CART ? "cart-redis" :
	    "postgres-0.shop", 0);
	span(g, &c, id);
}

/* A call from one service to another: client span, server span, queries. */
static uint64_t
call(struct gen *g, unsigned from, unsigned to, const uint8_t *trace,
    const uint8_t *parent, uint64_t start, const char *method, bool boom)
{
	static const unsigned queries[SERVICES] = { [CATALOG] = 1,
		[CHECKOUT] = 2, [CART] = 2, [SHIPPING] = 1, [RECOMMEND] = 1 };
	uint64_t d0 = latency(g, .2), wait = latency(g, 6), t, inner = 0;
	struct call c = { .svc = from, .kind = 3, .trace = trace,
		.parent = parent, .start = start, .dur = wait + d0 };
	uint8_t client[8], server[8];
	char name[64], err[80];
	uint64_t dur[2];

	snprintf(name, sizeof name, "shop.%s/%s", services[to].name, method);
	snprintf(err, sizeof err, "%s %s %s", PICK(g, words), PICK(g, words),
	    PICK(g, words));
	c.name = name;
	c.err = boom && chance(g, .3) ? err : NULL;
	put_attr(&c.attrs, 9, "rpc.system", "grpc", 0);
	put_attr(&c.attrs, 9, "rpc.method", method, 0);
	put_attr(&c.attrs, 9, "server.address", services[to].name, 0);
	put_attr(&c.attrs, 9, "server.port", NULL, 8080);
	span(g, &c, client);

	c = (struct call){ .svc = to, .kind = 2, .trace = trace,
		.parent = client, .name = name, .start = start + d0 };
	t = c.start + latency(g, .3);
	for (unsigned i = 0; i < queries[to]; i++)
		inner += dur[i] = latency(g, 2.2);
	c.dur = latency(g, 3) + inner;
	c.err = boom && chance(g, .5) ? err : NULL;
	put_attr(&c.attrs, 9, "rpc.system", "grpc", 0);
	put_attrf(&c.attrs, 9, "rpc.service", "shop.%sService",
	    services[to].name);
	put_attr(&c.attrs, 9, "rpc.method", method, 0);
	put_attr(&c.attrs, 9, "rpc.grpc.status_code", NULL, c.err ? 13 : 0);
	put_attr(&c.attrs, 9, "server.port", NULL, 8080);
	span(g, &c, server);
	for (unsigned i = 0; i < queries[to]; i++) {
		database(g, to, trace, server, t, dur[i]);
		t += dur[i];
	}
	return start + wait + d0;
}

static void
downstream(struct gen *g, unsigned route, const uint8_t *trace,
    const uint8_t *id, uint64_t t, bool boom)
{
	static const struct { unsigned to; const char *method; } order[] = {
		{ CHECKOUT, "PlaceOrder" }, { CART, "GetCart" },
		{ PAYMENT, "Charge" }, { SHIPPING, "ShipOrder" },
		{ EMAIL, "SendConfirmation" }, { FRAUD, "Check" },
		{ CART, "EmptyCart" } };
	unsigned n;

	switch (route) {
	case 0: case 7:
		call(g, FRONTEND, AD, trace, id, t, "GetAds", boom);
		break;
	case 1: case 2:
		for (n = 1 + below(g, 4); n > 0; n--)
			t = call(g, FRONTEND, CATALOG, trace, id, t,
			    "GetProduct", boom);
		call(g, FRONTEND, CURRENCY, trace, id, t, "Convert", false);
		break;
	case 3: case 4:
		t = call(g, FRONTEND, CART, trace, id, t, "GetCart", boom);
		for (n = below(g, 6); n > 0; n--)
			t = call(g, FRONTEND, CATALOG, trace, id, t,
			    "GetProduct", false);
		break;
	case 5:
		for (n = 0; n < COUNT(order); n++)
			t = call(g, n == 0 ? FRONTEND : CHECKOUT, order[n].to,
			    trace, id, t, order[n].method, boom);
		for (n = 1 + below(g, 8); n > 0; n--) {
			t = call(g, CHECKOUT, CATALOG, trace, id, t,
			    "GetProduct", false);
			t = call(g, CHECKOUT, CURRENCY, trace, id, t,
			    "Convert", false);
		}
		break;
	case 6:
		t = call(g, FRONTEND, RECOMMEND, trace, id, t,
		    "ListRecommendations", boom);
		for (n = 3 + below(g, 5); n > 0; n--)
			t = call(g, RECOMMEND, CATALOG, trace, id, t,
			    "GetProduct", false);
		break;
	}
}

static void
http_attrs(struct gen *g, struct buf *b, unsigned route, unsigned status,
    const char *target)
{
	(void)g;
	put_attr(b, 9, "http.request.method", routes[route].method, 0);
	put_attr(b, 9, "http.route", routes[route].route, 0);
	put_attr(b, 9, "url.path", target, 0);
	put_attr(b, 9, "http.response.status_code", NULL, status);
	put_attr(b, 9, "url.scheme", "https", 0);
	put_attr(b, 9, "server.address", "shop.example.com", 0);
	put_attr(b, 9, "network.protocol.version", "2", 0);
}

static void
trace(struct gen *g, unsigned long i)
{
	unsigned dice = below(g, 100), route = 0;
	uint64_t id[2] = { bits(g), bits(g) };
	bool boom = chance(g, .03);
	unsigned ok = below(g, 1000);
	unsigned status = boom ? 500 : ok < 900 ? 200 : ok < 940 ? 201 :
	    ok < 970 ? 304 : ok < 995 ? 404 : 429;
	const char *err = boom ? "internal error" : NULL;
	uint64_t start = g->start + (uint64_t)((double)g->length * (double)i /
	    (double)g->traces) + below(g, 1000000);
	uint64_t dur = latency(g, 40) * (chance(g, .01) ? 30 : 1);
	uint8_t root[8], client[8], front[8];
	char name[64], target[64];

	for (; dice >= routes[route].weight; route++)
		dice -= routes[route].weight;
	snprintf(name, sizeof name, "%s %s", routes[route].method,
	    routes[route].route);
	snprintf(target, sizeof target, "%s", routes[route].route);
	if (strchr(target, '{'))
		snprintf(strchr(target, '{'), 8, "%06u", below(g, 20000));
	struct call c = { .svc = GATEWAY, .kind = 2,
		.trace = (const uint8_t *)id, .name = name, .err = err,
		.start = start, .dur = dur };

	http_attrs(g, &c.attrs, route, status, target);
	put_attrf(&c.attrs, 9, "client.address", "%u.%u.%u.%u",
	    1 + below(g, 222), below(g, 256), below(g, 256), below(g, 256));
	put_attr(&c.attrs, 9, "user_agent.original", PICK(g, agents), 0);
	put_attrf(&c.attrs, 9, "enduser.id", "u-%07u", below(g, 1000000));
	span(g, &c, root);
	c = (struct call){ .svc = GATEWAY, .kind = 3, .trace = c.trace,
		.parent = root, .name = routes[route].method,
		.start = start + 200000,
		.dur = dur > 500000 ? dur - 300000 : dur };
	put_attr(&c.attrs, 9, "http.request.method", routes[route].method, 0);
	put_attrf(&c.attrs, 9, "url.full", "http://frontend:3000%s", target);
	put_attr(&c.attrs, 9, "http.response.status_code", NULL, status);
	span(g, &c, client);
	c = (struct call){ .svc = FRONTEND, .kind = 2, .trace = c.trace,
		.parent = client, .name = name, .err = err,
		.start = start + 400000,
		.dur = dur > 1000000 ? dur - 900000 : 100000 };
	http_attrs(g, &c.attrs, route, status, target);
	put_attrf(&c.attrs, 9, "app.session.id", "%016llx%016llx",
	    (unsigned long long)bits(g), (unsigned long long)bits(g));
	span(g, &c, front);
	downstream(g, route, c.trace, front, start + 1000000, boom);
}

/* ---- main --------------------------------------------------------------------- */

static FILE *
create(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

static void
finish(FILE *f)
{
	if (ferror(f) || fclose(f) != 0) {
		perror("gen");
		exit(1);
	}
}

static void
truth(const struct gen *g, const char *dir)
{
	FILE *f = create(dir, "truth.json");

	fprintf(f, "{\n \"traces\": %lu,\n \"spans\": %lu,\n \"errors\": %lu,\n"
	    " \"logs\": %lu,\n \"needles\": {", g->traces, g->spans,
	    g->errors, g->lines);
	for (unsigned i = 0; i < g->needles; i++)
		fprintf(f, "%s\n  \"%s\": 1", i > 0 ? "," : "", g->needle[i]);
	fprintf(f, "\n }\n}\n");
	finish(f);
}

static unsigned long
number(const char *s)
{
	uint64_t v;

	if (!num_u64(str_of(s), &v)) {
		fprintf(stderr, "gen: %s: not a number\n", s);
		exit(2);
	}
	return v;
}

int
main(int argc, char *argv[])
{
	static struct gen g = { .traces = 70000, .logs = 2000000 };
	unsigned long seed = 1, begin = 1767225600, minutes = 60;
	const char *dir = NULL;
	unsigned pods = 0;
	int c;

	while ((c = getopt(argc, argv, "d:s:t:l:b:m:")) != -1)
		switch (c) {
		case 'd': dir = optarg; break;
		case 's': seed = number(optarg); break;
		case 't': g.traces = number(optarg); break;
		case 'l': g.logs = number(optarg); break;
		case 'b': begin = number(optarg); break;
		case 'm': minutes = number(optarg); break;
		default: return 2;
		}
	if (!dir || optind < argc) {
		fprintf(stderr, "usage: gen -d DIR [-s SEED] [-t TRACES] "
		    "[-l LOGS] [-b UNIX_SECONDS] [-m MINUTES]\n");
		return 2;
	}
	g.rng = hash_u64(seed);
	g.start = begin * UINT64_C(1000000000);
	g.length = minutes * 60 * UINT64_C(1000000000);
	g.log_share = (double)g.logs * .6 / (double)(g.traces * 13 + 1);
	g.tf = create(dir, "traces.rec");
	g.lf = create(dir, "logs.rec");
	g.plain = create(dir, "lines.txt");
	for (unsigned s = 0; s < SERVICES; s++) {
		g.first[s] = pods;
		for (unsigned i = 0; i < services[s].pods; i++)
			make_pod(&g.pod[pods++], services[s].name,
			    &services[s], i);
	}
	for (unsigned long i = 0; i < g.traces; i++)
		trace(&g, i);
	flush(&g);
	background(&g, g.logs);
	flush(&g);
	finish(g.tf);
	finish(g.lf);
	finish(g.plain);
	truth(&g, dir);
	return 0;
}
