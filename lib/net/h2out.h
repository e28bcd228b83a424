/* h2out: the three forms of a gRPC server's answer. otlp.md 3.4. */
#ifndef NET_H2OUT_H
#define NET_H2OUT_H

#include <nghttp2/nghttp2.h>

#include "base/buf.h"
#include "net/req.h"

/* The message on its way; lives as long as the stream. */
struct h2_out {
	struct buf data;
	size_t sent;
};

/* Headers, the message, and trailers of success. */
void h2_out_ok(nghttp2_session *, int32_t id, struct h2_out *,
    struct str message);
/* Trailers only; `accepts` adds which encodings we take. */
void h2_out_error(nghttp2_session *, int32_t id, const struct net_req *,
    bool accepts);
/* No gRPC at all: an HTTP status, and the method we take. */
void h2_out_status(nghttp2_session *, int32_t id, const char *status);

#endif
