#include "net/h2out.h"

#include <stdio.h>

static nghttp2_nv
field(struct str name, struct str value)
{
	return (nghttp2_nv){ (uint8_t *)(uintptr_t)name.p,
	    (uint8_t *)(uintptr_t)value.p, name.n, value.n,
	    NGHTTP2_NV_FLAG_NONE };
}

static ssize_t
read_out(nghttp2_session *session, int32_t id, uint8_t *p, size_t n,
    uint32_t *flags, nghttp2_data_source *source, void *user)
{
	struct h2_out *out = source->ptr;
	nghttp2_nv trailer = field(S("grpc-status"), S("0"));

	(void)user;
	if (n > out->data.n - out->sent)
		n = out->data.n - out->sent;
	memcpy(p, out->data.p + out->sent, n);
	out->sent += n;
	if (out->sent < out->data.n)
		return (ssize_t)n;
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	if (out->grpc) {
		*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
		nghttp2_submit_trailer(session, id, &trailer, 1);
	}
	return (ssize_t)n;
}

void
h2_out_ok(nghttp2_session *session, int32_t id, struct h2_out *out,
    struct str message)
{
	nghttp2_data_provider from = { { .ptr = out }, read_out };
	nghttp2_nv head[] = {
		field(S(":status"), S("200")),
		field(S("content-type"), S("application/grpc")),
	};

	out->grpc = true;
	grpc_head((uint8_t *)buf_extend(&out->data, 5), false,
	    (uint32_t)message.n);
	buf_adds(&out->data, message);
	nghttp2_submit_response(session, id, head, 2, &from);
}

void
h2_out_error(nghttp2_session *session, int32_t id, const struct net_req *req,
    bool accepts)
{
	struct buf why = { 0 }, details = { 0 };
	nghttp2_nv head[6];
	char code[16];
	size_t n = 0;

	grpc_percent(&why, buf_str(&req->why));
	grpc_base64(&details, buf_str(&req->reply));
	snprintf(code, sizeof code, "%d", (int)req->code);
	head[n++] = field(S(":status"), S("200"));
	head[n++] = field(S("content-type"), S("application/grpc"));
	head[n++] = field(S("grpc-status"), str_of(code));
	head[n++] = field(S("grpc-message"), buf_str(&why));
	if (details.n > 0)
		head[n++] = field(S("grpc-status-details-bin"),
		    buf_str(&details));
	if (accepts)
		head[n++] = field(S("grpc-accept-encoding"),
		    S(NET_CODINGS));
	nghttp2_submit_response(session, id, head, n, NULL);
	buf_free(&why);
	buf_free(&details);
}

void
h2_out_status(nghttp2_session *session, int32_t id, const char *status)
{
	const nghttp2_nv head[] = {
		field(S(":status"), str_of(status)),
		field(S("allow"), S("POST")),
	};

	nghttp2_submit_response(session, id, head, 2, NULL);
}

void
h2_out_web(nghttp2_session *session, int32_t id, struct h2_out *out,
    const struct web_answer *a, bool head)
{
	nghttp2_data_provider from = { { .ptr = out }, read_out };
	nghttp2_nv nv[WEB_FIELDS + 1];
	char status[16];
	size_t n = 0;

	snprintf(status, sizeof status, "%u", a->status);
	nv[n++] = field(S(":status"), str_of(status));
	for (size_t i = 0; i < a->n; i++)
		nv[n++] = field(str_of(a->field[i].name),
		    str_of(a->field[i].value));
	buf_adds(&out->data, a->body);
	nghttp2_submit_response(session, id, nv, n,
	    head || out->data.n == 0 ? NULL : &from);
}
