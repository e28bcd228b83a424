#include "net/grpc.h"

#include "base/cur.h"
#include "base/time.h"

#define RETRY_MAX_S	UINT64_C(86400)	/* nobody is waited for longer */

static int
fail(struct grpc_in *in, enum grpc_code code, const char *why)
{
	in->code = code;
	in->why = why;
	return -1;
}

static int
head_done(struct grpc_in *in)
{
	const uint8_t *h = in->head;

	in->length = (uint32_t)h[1] << 24 | (uint32_t)h[2] << 16 |
	    (uint32_t)h[3] << 8 | h[4];
	in->compressed = h[0] == 1;
	if (h[0] > 1)
		return fail(in, GRPC_INTERNAL, "unknown message flag");
	if (in->length > in->max)
		return fail(in, GRPC_RESOURCE_EXHAUSTED,
		    "message is over the limit");
	return 0;
}

int
grpc_in_next(struct grpc_in *in, struct str *data, struct str *part)
{
	while (data->n > 0 && in->head_n < sizeof in->head) {
		in->head[in->head_n++] = (uint8_t)data->p[0];
		*data = str_skip(*data, 1);
		if (in->head_n == sizeof in->head && head_done(in) == -1)
			return -1;
	}
	if (data->n == 0)
		return 0;
	if (in->got == in->length)
		return fail(in, GRPC_INTERNAL, "more than one message");
	*part = *data;
	if (part->n > in->length - in->got)
		part->n = in->length - in->got;
	in->got += (uint32_t)part->n;
	*data = str_skip(*data, part->n);
	return 1;
}

int
grpc_in_end(struct grpc_in *in)
{
	if (in->head_n == 0)
		return fail(in, GRPC_INTERNAL, "no message");
	if (in->head_n < sizeof in->head || in->got < in->length)
		return fail(in, GRPC_INTERNAL, "message is cut short");
	return 0;
}

void
grpc_head(uint8_t out[5], bool compressed, uint32_t n)
{
	out[0] = compressed;
	out[1] = (uint8_t)(n >> 24);
	out[2] = (uint8_t)(n >> 16);
	out[3] = (uint8_t)(n >> 8);
	out[4] = (uint8_t)n;
}

void
grpc_percent(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c >= 0x20 && c <= 0x7e && c != '%') {
			buf_u8(b, c);
			continue;
		}
		buf_u8(b, '%');
		buf_u8(b, (uint8_t)hex[c >> 4]);
		buf_u8(b, (uint8_t)hex[c & 15]);
	}
}

void
grpc_base64(struct buf *b, struct str s)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.n; i += 3) {
		size_t n = s.n - i < 3 ? s.n - i : 3;
		uint32_t v = (uint32_t)(uint8_t)s.p[i] << 16;

		if (n > 1)
			v |= (uint32_t)(uint8_t)s.p[i + 1] << 8;
		if (n > 2)
			v |= (uint8_t)s.p[i + 2];
		for (size_t k = 0; k <= n; k++)
			buf_u8(b, (uint8_t)set[v >> (18 - 6 * k) & 63]);
	}
}

static uint64_t
timeout_unit(char c)
{
	switch (c) {
	case 'H': return UINT64_C(3600000000000);
	case 'M': return UINT64_C(60000000000);
	case 'S': return UINT64_C(1000000000);
	case 'm': return 1000000;
	case 'u': return 1000;
	case 'n': return 1;
	default: return 0;
	}
}

bool
grpc_timeout(struct str s, uint64_t *ns)
{
	uint64_t v = 0;

	if (s.n < 2 || s.n > 9 || timeout_unit(s.p[s.n - 1]) == 0)
		return false;
	for (size_t i = 0; i + 1 < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	/* at most 99999999 hours: 3.6e20 would not fit */
	*ns = timeout_unit(s.p[s.n - 1]);
	if (__builtin_mul_overflow(*ns, v, ns))
		*ns = UINT64_MAX;
	return true;
}

void
grpc_unpercent(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		struct str hex = str_mk(s.p + i + 1, s.n - i > 2 ? 2 : 0);
		uint8_t c;

		if (s.p[i] == '%' && str_unhex(&c, 1, hex) == 1)
			i += 2;
		else
			c = (uint8_t)s.p[i];
		buf_u8(b, c);
	}
}

/* google.protobuf.Duration; what is negative is 0. */
static uint64_t
duration(struct str s)
{
	struct cur c = cur_of(s);
	uint64_t sec = 0, nanos = 0;
	struct field f;

	while (cur_field(&c, &f) == 1)
		if (f.no == 1 && f.wire == 0)
			sec = f.v;
		else if (f.no == 2 && f.wire == 0)
			nanos = f.v;
	if (sec > RETRY_MAX_S)
		return sec > INT64_MAX ? 0 : RETRY_MAX_S * NS_S;
	return sec * NS_S + (nanos < NS_S ? nanos : 0);
}

/* The delay, if the google.protobuf.Any is a RetryInfo. */
static bool
retry_info(struct str any, uint64_t *ns)
{
	struct cur c = cur_of(any);
	struct str type = S(""), value = S("");
	struct field f;

	while (cur_field(&c, &f) == 1)
		if (f.no == 1 && f.wire == 2)
			type = f.b;
		else if (f.no == 2 && f.wire == 2)
			value = f.b;
	if (!str_ends(type, S("/google.rpc.RetryInfo")))
		return false;
	*ns = 0;
	for (c = cur_of(value); cur_field(&c, &f) == 1;)
		if (f.no == 1 && f.wire == 2)
			*ns = duration(f.b);
	return true;
}

bool
grpc_retry_info(struct str status, uint64_t *ns)
{
	struct cur c = cur_of(status);
	bool found = false;
	struct field f;

	while (cur_field(&c, &f) == 1)
		if (f.no == 3 && f.wire == 2 && retry_info(f.b, ns))
			found = true;
	return found;
}
