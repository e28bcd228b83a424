#include "net/head.h"

#include <strings.h>

#include "base/num.h"

void
head_init(struct head *h)
{
	*h = (struct head){ .length = HEAD_NO_LENGTH };
}

void
head_free(struct head *h)
{
	(void)h;
}

bool
head_over(const struct head *h, const struct net *net)
{
	return h->size > net->max.headers;
}

static bool
is(struct str s, struct str word)
{
	return s.n == word.n && strncasecmp(s.p, word.p, s.n) == 0;
}

static enum head_method
method_of(struct str s)
{
	if (str_eq(s, S("POST")))
		return METHOD_POST;
	if (str_eq(s, S("GET")))
		return METHOD_GET;
	if (str_eq(s, S("HEAD")))
		return METHOD_HEAD;
	return str_eq(s, S("OPTIONS")) ? METHOD_OPTIONS : METHOD_OTHER;
}

/* A media type without its parameters. */
static enum head_type
type_of(struct str s)
{
	struct str type = S("");

	if (str_starts(s, S("application/grpc")))
		return TYPE_GRPC;
	str_cut(&s, ';', &type);
	type = str_trim(type);
	if (is(type, S("application/x-protobuf")))
		return TYPE_PROTOBUF;
	return is(type, S("application/json")) ? TYPE_JSON : TYPE_OTHER;
}

static void
set_path(struct head *h, const struct net *net, struct str path)
{
	struct str query = path;

	h->grpc_route = net->on.route(true, path);
	path = S("");
	str_cut(&query, '?', &path);
	h->http_route = net->on.route(false, path);
}

void
head_field(struct head *h, const struct net *net, struct str name,
    struct str value)
{
	h->size += name.n + value.n + 32;
	if (head_over(h, net))
		return;
	if (is(name, S(":method")))
		h->method = method_of(value);
	else if (is(name, S(":path")))
		set_path(h, net, value);
	else if (is(name, S("content-type")))
		h->type = type_of(value);
	else if (is(name, S("content-encoding")))
		h->coding = net_coding_of(value);
	else if (is(name, S("grpc-encoding")))
		h->grpc_coding = net_coding_of(value);
	else if (is(name, S("grpc-timeout")))
		grpc_timeout(value, &h->timeout);
	else if (is(name, S("content-length")) &&
	    !num_u64(value, &h->length))
		h->length = HEAD_NO_LENGTH;
}
