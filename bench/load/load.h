/* What the parts of otlp-load share: connections, and requests in flight. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <nghttp2/nghttp2.h>
#include <sys/uio.h>

#include "base/buf.h"
#include "record/record.h"

#define CONNS_MAX	256
#define FLIGHT_MAX	128
#define IOV		64
#define WINDOW_LEAST	64	/* a frame is not worth it below */

struct payload {
	enum signal signal;
	struct str bytes;
};

struct slot {			/* a request in flight */
	int32_t id;		/* the stream; 0: free */
	uint32_t payload;
	size_t sent;		/* of the payload */
	int64_t window;
	bool begun;		/* its header is on its way */
	uint64_t start;
};

struct conn {
	int fd;
	struct slot slot[FLIGHT_MAX];
	unsigned turn;		/* the slot that sends next */
	int32_t next_id;
	int64_t window;
	uint32_t initial, frame_max;
	nghttp2_hd_inflater *hd;
	char status[8];		/* of the header being read */
	bool is200;
	struct buf in;
	char small[IOV * 512];	/* what is to be written but payload bytes */
	size_t small_n;
	struct iovec v[IOV];
	size_t v_n, v_at;
};

struct load {
	bool http;
	unsigned conns, flight;
	uint32_t frame;
	uint64_t requests, next, answered, ok, failed, bytes;
	uint32_t *lat;		/* us, by request */
	struct payload *p;
	uint32_t n, skip;
	int acks;
};

/* Room for n small bytes, which the next piece of v is. */
char *small(struct conn *, size_t n);
/* The request of this slot has its answer. */
void answered(struct load *, struct slot *, bool ok);

/* ---- gRPC over cleartext HTTP/2: load/h2.c ------------------------------ */

/* One DATA frame of the slot (its header before the first), if the windows
 * allow. */
bool put_data(struct conn *, const struct load *, struct slot *);
/* Takes the frames that are whole from c->in; how many bytes. */
size_t take_h2(struct conn *, struct load *);

#endif
