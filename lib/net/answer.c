#include "net/answer.h"

#include <stdio.h>
#include <strings.h>

#include "base/base64.h"
#include "base/cur.h"
#include "base/num.h"
#include "net/grpc.h"

/* The value of a header line of that name (lower case), or NULL. */
static bool
header(struct str line, const char *name, struct str *value)
{
	size_t n = strlen(name);

	if (line.n <= n || line.p[n] != ':' ||
	    strncasecmp(line.p, name, n) != 0)
		return false;
	*value = str_trim(str_skip(line, n + 1));
	return true;
}

void
answer_header(struct post *p, struct str line)
{
	struct str v;
	uint64_t code;

	if (str_starts(line, S("HTTP/"))) {	/* after a 100, too */
		p->has_code = false;
		buf_reset(&p->type);
	} else if (header(line, "content-type", &v)) {
		buf_reset(&p->type);
		buf_adds(&p->type, v);
	} else if (header(line, "grpc-status", &v)) {
		p->has_code = num_u64(v, &code) && code <= INT32_MAX;
		p->code = p->has_code ? (int)code : 0;
	} else if (header(line, "grpc-message", &v)) {
		buf_reset(&p->status_text);
		grpc_unpercent(&p->status_text, v);
	} else if (header(line, "grpc-status-details-bin", &v)) {
		buf_reset(&p->details);
		if (base64_read(&p->details, v) == -1)
			buf_reset(&p->details);
	}
}

/* "WHAT: TEXT", the text made printable and cut. */
static void
say(struct post *p, const char *what, struct str text)
{
	size_t n = (size_t)snprintf(p->why, sizeof p->why, "%s", what);

	text = str_trim(text);
	if (n + 4 >= sizeof p->why || text.n == 0)
		return;
	p->why[n++] = ':';
	p->why[n++] = ' ';
	for (size_t i = 0; i < text.n && n + 1 < sizeof p->why; i++) {
		char c = text.p[i];

		p->why[n++] = c >= 0x20 && c <= 0x7e ? c : '?';
	}
	p->why[n] = '\0';
}

static const char *
code_name(int code)
{
	static const char *const names[] = { "OK", "CANCELLED", "UNKNOWN",
		"INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
		"ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
		"FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
		"UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
		"UNAUTHENTICATED" };

	return code >= 0 && code < (int)(sizeof names / sizeof *names) ?
	    names[code] : "unknown";
}

/* The status that an HTTP status, without a gRPC one, stands for. */
static int
code_of_http(long status)
{
	switch (status) {
	case 400: case 431: return GRPC_INTERNAL;
	case 401: return GRPC_UNAUTHENTICATED;
	case 403: return GRPC_PERMISSION_DENIED;
	case 404: return GRPC_UNIMPLEMENTED;
	case 429: case 502: case 503: case 504: return GRPC_UNAVAILABLE;
	default: return GRPC_UNKNOWN;
	}
}

static int
code_of_reset(long error)
{
	switch (error) {
	case 0x7: return GRPC_UNAVAILABLE;		/* REFUSED_STREAM */
	case 0x8: return GRPC_CANCELLED;		/* CANCEL */
	case 0xb: return GRPC_RESOURCE_EXHAUSTED;	/* ENHANCE_YOUR_CALM */
	case 0xc: return GRPC_PERMISSION_DENIED; /* INADEQUATE_SECURITY */
	default: return GRPC_INTERNAL;
	}
}

static bool
code_again(int code, bool asked)
{
	switch (code) {
	case GRPC_CANCELLED: case GRPC_DEADLINE_EXCEEDED: case GRPC_ABORTED:
	case GRPC_OUT_OF_RANGE: case GRPC_UNAVAILABLE: case GRPC_DATA_LOSS:
		return true;
	case GRPC_RESOURCE_EXHAUSTED:
		return asked;
	default:
		return false;
	}
}

/* The message in its frame; what is not one is nothing. */
static void
unframe(struct post *p)
{
	struct grpc_in in = { .max = CLIENT_ANSWER_MAX };
	struct str data = buf_str(&p->answer), part;
	struct buf message = { 0 };
	int r;

	while ((r = grpc_in_next(&in, &data, &part)) == 1)
		buf_adds(&message, part);
	if (r == -1 || in.compressed || grpc_in_end(&in) == -1)
		buf_reset(&message);
	buf_free(&p->answer);
	p->answer = message;
}

static void
judge_grpc(struct post *p, const char *broken, long reset)
{
	bool asked = p->asked > 0;
	char what[64];
	uint64_t ns;

	/* a whole answer may be followed by a reset */
	if (broken && !p->has_code) {
		p->code = reset >= 0 ? code_of_reset(reset) :
		    GRPC_UNAVAILABLE;
		say(p, broken, S(""));
	} else {
		if (p->status != 200 || !p->has_code ||
		    !str_starts(buf_str(&p->type), S("application/grpc"))) {
			p->code = code_of_http(p->status);
			buf_reset(&p->status_text);
			buf_addf(&p->status_text, "HTTP %ld, no gRPC answer",
			    p->status);
		}
		snprintf(what, sizeof what, "gRPC %d %s", p->code,
		    code_name(p->code));
		say(p, what, buf_str(&p->status_text));
	}
	if (grpc_retry_info(buf_str(&p->details), &ns)) {
		asked = true;
		p->asked = ns > p->asked ? ns : p->asked;
	}
	p->fate = p->code == GRPC_OK ? FATE_KEPT :
	    code_again(p->code, asked) ? FATE_AGAIN : FATE_REFUSED;
	if (p->fate == FATE_KEPT)
		unframe(p);
}

/* What the body of an error says: Status.message, or itself. */
static struct str
error_text(const struct post *p, uint64_t *retry)
{
	struct str body = buf_str(&p->answer), text = S("");
	struct cur c = cur_of(body);
	struct field f;

	if (!str_starts(buf_str(&p->type), S("application/x-protobuf")))
		return body;
	while (cur_field(&c, &f) == 1)
		if (f.no == 2 && f.wire == 2)
			text = f.b;
	*retry = 0;
	grpc_retry_info(body, retry);
	return text;
}

static void
judge_http(struct post *p, const char *broken)
{
	uint64_t retry = 0;
	char what[64];

	if (broken) {
		p->fate = FATE_AGAIN;
		say(p, broken, S(""));
		return;
	}
	snprintf(what, sizeof what, "HTTP %ld", p->status);
	say(p, what, error_text(p, &retry));
	p->asked = retry > p->asked ? retry : p->asked;
	if (p->status >= 200 && p->status < 300)
		p->fate = FATE_KEPT;
	else if (p->status == 429 || (p->status >= 502 && p->status <= 504))
		p->fate = FATE_AGAIN;
	else
		p->fate = FATE_REFUSED;
}

void
answer_judge(struct post *p, const char *broken, long reset)
{
	if (p->too_much) {
		p->fate = FATE_REFUSED;
		snprintf(p->why, sizeof p->why, "the answer is over the limit "
		    "of %zu MiB", p->max >> 20);
	} else if (p->grpc)
		judge_grpc(p, broken, reset);
	else
		judge_http(p, broken);
	p->wait = p->asked;
}
