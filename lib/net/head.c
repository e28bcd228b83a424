#include "net/head.h"

#include <strings.h>

#include "base/num.h"
#include "net/auth.h"

void
head_init(struct head *h)
{
	*h = (struct head){ .length = HEAD_NO_LENGTH };
}

void
head_free(struct head *h)
{
	buf_free(&h->bound);
	buf_free(&h->tenant);
	buf_free(&h->copies);
	buf_free(&h->origin);
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

static enum head_health
health_of(struct str path)
{
	if (str_eq(path, S("/grpc.health.v1.Health/Check")))
		return HEALTH_CHECK;
	return str_eq(path, S("/grpc.health.v1.Health/Watch")) ?
	    HEALTH_WATCH : HEALTH_NONE;
}

static void
set_path(struct head *h, const struct net *net, struct str path)
{
	struct str prefix = str_of(net->rules.prefix), query = path;

	h->health = health_of(path);
	h->grpc_route = net->on.route(true, path);
	path = S("");
	str_cut(&query, '?', &path);
	if (str_eq(path, S("/healthz")))
		h->health = HEALTH_PAGE;
	if (str_starts(path, prefix))
		h->http_route = net->on.route(false, str_skip(path,
		    prefix.n));
}

/* A pattern's * stands for any characters. */
static bool
matches(struct str s, const char *pattern)
{
	size_t star = SIZE_MAX, from = 0, i = 0, k = 0;

	while (i < s.n) {
		if (pattern[k] == '*') {
			star = k++;
			from = i;
		} else if (pattern[k] != '\0' && pattern[k] == s.p[i]) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			k = star + 1;
			i = ++from;
		} else
			return false;
	}
	while (pattern[k] == '*')
		k++;
	return pattern[k] == '\0';
}

/* Kept only where it is one that may read the answer. */
static void
set_origin(struct head *h, const struct net *net, struct str origin)
{
	buf_reset(&h->origin);
	for (size_t i = 0; i < net->rules.origins; i++)
		if (matches(origin, net->rules.cors[i])) {
			buf_adds(&h->origin, origin);
			buf_u8(&h->origin, 0);
			return;
		}
}

static void
set_tenant(struct head *h, struct str tenant)
{
	buf_reset(&h->tenant);
	h->tenant_bad = tenant.n > 0 && !auth_tenant(tenant);
	if (!h->tenant_bad)
		buf_adds(&h->tenant, tenant);
}

static void
set_copies(struct head *h, const struct net *net, struct str name,
    struct str value)
{
	const struct net_rules *rules = &net->rules;

	for (size_t i = 0; i < rules->copies; i++)
		if (is(name, str_of(rules->copy[i].header))) {
			buf_varint(&h->copies, i);
			buf_varint(&h->copies, value.n);
			buf_adds(&h->copies, value);
		}
}

enum grpc_code
head_admit(struct head *h, const struct net *net, const char **why)
{
	if (net->rules.auth && !h->known) {
		*why = "no credentials that are known here";
		return GRPC_UNAUTHENTICATED;
	}
	if (h->tenant_bad) {
		*why = "X-Scope-OrgID is not the name of a tenant";
		return GRPC_INVALID_ARGUMENT;
	}
	if (h->bound.n > 0 && h->tenant.n == 0)
		buf_adds(&h->tenant, buf_str(&h->bound));
	if (h->bound.n > 0 &&
	    !str_eq(buf_str(&h->bound), buf_str(&h->tenant))) {
		*why = "these credentials are of another tenant";
		return GRPC_PERMISSION_DENIED;
	}
	return GRPC_OK;
}

void
head_give(struct head *h, struct net_req *req)
{
	req->tenant = h->tenant;
	req->copies = h->copies;
	h->tenant = h->copies = (struct buf){ 0 };
}

/* Fields that matter only where the rules say so. */
static void
rules_field(struct head *h, const struct net *net, struct str name,
    struct str value)
{
	if (is(name, S("authorization"))) {
		if (net->rules.auth)
			h->known = auth_check(net->rules.auth, value,
			    &h->bound);
	} else if (is(name, S("x-scope-orgid")))
		set_tenant(h, value);
	else if (is(name, S("origin")))
		set_origin(h, net, value);
	else if (is(name, S("access-control-request-method")))
		h->preflight = true;
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
	else
		rules_field(h, net, name, value);
	set_copies(h, net, name, value);
}
