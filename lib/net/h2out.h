/* h2out: the forms of a server's answers on HTTP/2. otlp.md 3.4. */
#ifndef NET_H2OUT_H
#define NET_H2OUT_H

#include <nghttp2/nghttp2.h>

#include "base/buf.h"
#include "net/req.h"
#include "net/web.h"

/* The message on its way; lives as long as the stream. */
struct h2_out {
	struct buf data;
	size_t sent;
	bool grpc;		/* trailers follow */
};

/* Headers, the message, and trailers of success. */
void h2_out_ok(nghttp2_session *, int32_t id, struct h2_out *,
    struct str message);
/* Trailers only; `accepts` adds which encodings we take. */
void h2_out_error(nghttp2_session *, int32_t id, const struct net_req *,
    bool accepts);
/* OTLP/HTTP; to a HEAD the body is not sent. */
void h2_out_web(nghttp2_session *, int32_t id, struct h2_out *,
    const struct web_answer *, bool head);
/* No gRPC at all: an HTTP status, and the method we take. */
void h2_out_status(nghttp2_session *, int32_t id, const char *status);

#endif
