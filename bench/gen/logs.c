/* logs: the lines of applications, and of the hosts beside them. */
#include "gen/gen.h"

const char *const words[16] = { "connection", "refused", "timeout",
	"upstream", "reset", "deadline", "exceeded", "invalid", "token",
	"expired", "retry", "quota", "card", "declined", "stock", "missing" };

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

void
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

void
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
