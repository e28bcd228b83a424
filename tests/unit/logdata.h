/* logdata: made-up log lines, as records, and what a scan should find. */
#ifndef TESTS_LOGDATA_H
#define TESTS_LOGDATA_H

#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "log/parts.h"

#include "pb.h"

struct want {			/* a line as it went in */
	uint64_t time;
	unsigned service;
	char *text;
	size_t n;
	bool traced;
	uint8_t trace[16], span[8];
	unsigned thread;	/* metadata thread_id; 0: none */
	unsigned severity;
};

static uint64_t log_seed = 1;

static inline uint32_t
below(uint32_t n)
{
	log_seed = log_seed * UINT64_C(6364136223846793005) +
	    1442695040888963407;
	return (uint32_t)(log_seed >> 33) % n;
}

/* Appends one ResourceLogs that holds the line. */
static inline void
put_want(struct buf *out, const struct want *w)
{
	struct buf l = { 0 }, any = { 0 }, res = { 0 };
	char t[32];

	pb_fixed64(&l, 1, w->time);
	if (w->severity > 0) {
		buf_varint(&l, 2 << 3);
		buf_varint(&l, w->severity);
	}
	pb_bytes(&any, 1, str_mk(w->text, w->n));
	pb_bytes(&l, 5, buf_str(&any));
	if (w->thread > 0) {
		buf_reset(&any);
		buf_varint(&any, 3 << 3);
		buf_varint(&any, w->thread);
		pb_kv(&l, 6, S("thread.id"), buf_str(&any));
	}
	if (w->traced) {
		pb_bytes(&l, 9, str_mk(w->trace, 16));
		pb_bytes(&l, 10, str_mk(w->span, 8));
	}
	snprintf(t, sizeof t, "svc-%u", w->service);
	pb_attr(&res, 1, "service.name", t);
	pb_attr(&res, 1, "host.name", "here");
	pb_item(out, buf_str(&res), S(""), buf_str(&l));
	buf_free(&l);
	buf_free(&any);
	buf_free(&res);
}

/* Text that runs into every rule; now and then with ids of its own. */
static inline void
make_text(struct want *w)
{
	static const char *const word[] = { "error", "in", "user_", "x", "GET",
		"took", "a", "-", "=", "\1", "\xc3\xa9", ":", "/api/", "\n" };
	struct buf b = { 0 };
	char hex[33];
	unsigned form = below(14);

	str_hex(hex, w->trace, 16);
	switch (form) {
	case 0: case 1: case 2:
		buf_addf(&b, "GET /api/item/%u took %u.%03u ms id=%08x",
		    below(3000), below(90), below(1000), below(UINT32_MAX));
		break;
	case 3: case 4:
		buf_addf(&b, "{\"n\":%u,\"trace_id\":\"%s\",\"u\":\"u-%07u\"}",
		    below(20), hex, below(100000));
		break;
	case 5: case 6:
		buf_addf(&b, "12:%02u:%02u veth%04xab up v%u.%ums x%cy%u",
		    below(60), below(60), below(65536), below(4), below(100),
		    'a' + (int)below(26), below(9));
		break;
	case 7:
		buf_addf(&b, "plain words only, and no more");
		break;
	case 8:
		buf_addf(&b, "t=%llu end", (unsigned long long)(w->time /
		    1000000));
		break;
	default:
		for (uint32_t n = below(12); n > 0; n--) {
			const char *p = word[below(14)];

			buf_addf(&b, "%s", p);
			if (below(2) == 0)
				buf_addf(&b, "%u", below(300));
			if (below(3) == 0)
				buf_addf(&b, " ");
			if (below(20) == 0)
				buf_addf(&b, "%s", hex);
		}
	}
	w->text = b.p ? b.p : malloc(1);
	w->n = b.n;
}

static inline struct want *
make_wants(uint32_t n, uint64_t step)
{
	struct want *w = calloc(n, sizeof *w);

	for (uint32_t i = 0; i < n; i++) {
		w[i].time = UINT64_C(1767225600000000000) + i * step;
		w[i].service = below(4);
		w[i].severity = below(25);
		w[i].traced = below(3) > 0;
		for (unsigned k = 0; k < 16; k++)
			w[i].trace[k] = (uint8_t)(1 + below(40) * (k < 2));
		for (unsigned k = 0; k < 8; k++)
			w[i].span[k] = (uint8_t)(1 + below(255));
		w[i].thread = below(5);
		make_text(&w[i]);
	}
	return w;
}

static inline void
free_wants(struct want *w, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		free(w[i].text);
	free(w);
}

static inline int
take_wants(struct log_rows *r, const struct want *w, uint32_t n)
{
	struct buf payload = { 0 };
	struct arena mem = { 0 };
	struct err e = { 0 };
	struct rec rec = { .signal = SIGNAL_LOGS, .received = 1 };
	int status;

	for (uint32_t i = 0; i < n; i++)
		put_want(&payload, &w[i]);
	rec.payload = buf_str(&payload);
	status = rows_take(r, &rec, (struct str){ NULL, 0 }, NULL, NULL, &mem, &e);
	if (status == -1)
		fprintf(stderr, "%s\n", e.msg);
	buf_free(&payload);
	arena_free(&mem);
	return status;
}

/* The rows as a block file, opened and its name gone again. */
static inline struct block *
block_of(struct log_rows *r, struct err *e)
{
	static unsigned no;
	char path[64];
	struct block_info info = { .kind = "logs" };
	struct block_writer *w;
	struct block *b;
	uint64_t at;

	snprintf(path, sizeof path, "/tmp/logdata-%d-%u.blk", (int)getpid(),
	    no++);
	if (!(w = block_create(path, e)) ||
	    rows_write(r, w, &info, e) == -1 ||
	    block_finish(w, &info, &at, e) == -1) {
		fprintf(stderr, "%s\n", e->msg);
		exit(1);
	}
	if (!(b = block_open(path, e))) {
		fprintf(stderr, "%s\n", e->msg);
		exit(1);
	}
	unlink(path);
	rows_free(r);
	return b;
}

#endif
