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
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "gen/gen.h"

static const struct { const char *method, *route; unsigned weight; }
routes[] = {
	{ "GET", "/", 10 }, { "GET", "/api/products", 14 },
	{ "GET", "/api/products/{id}", 30 }, { "GET", "/api/cart", 12 },
	{ "POST", "/api/cart", 10 }, { "POST", "/api/checkout", 6 },
	{ "GET", "/api/recommendations", 10 }, { "GET", "/api/data", 6 },
	{ "GET", "/healthz", 2 },
};
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
