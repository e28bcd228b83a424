/* logpush: send log records to Loki. See logpush(1). */
#include <getopt.h>
#include <inttypes.h>

#include "base/time.h"
#include "send/loki.h"

enum { OPT_TENANT = 256 };

static const struct tool tool = {
	.name = "logpush",
	.args = SEND_ARGS " [-l NAMES] URL",
	.what = "send log records to Loki",
	.opts = {
		{ 'l', "labels", "NAMES", "resource attributes that are "
		    "labels of the stream, separated by commas; all others "
		    "are metadata", NULL },
		{ 'P', "protocol", "FORM", "protobuf (the default) or json",
		    "protobuf|json" },
		{ 'z', "compress", "HOW", "of json: gzip (the default) or "
		    "none", "gzip|none" },
		{ 'b', "bytes", "SIZE", "send a batch of so much (1MiB)",
		    NULL },
		{ 't', "time", "TIME", "or so old (1s)", NULL },
		{ OPT_TENANT, "tenant", "NAME", "of this tenant, whatever "
		    "the records say", NULL },
		{ 'H', "header", "LINE", "send this header, \"Name: value\", "
		    "too, or those in a file, @FILE; may be given again",
		    NULL },
		SEND_OPTS_AS("500ms", "5m", "0", "10")
	},
};

#define BYTES_MAX	((uint64_t)64 << 20)

static void
say(void *arg, const char *msg)
{
	(void)arg;
	tool_say(&tool, "%s", msg);
}

static bool
word_is(const char *arg, const char *other, const char *one, const char *opt)
{
	if (strcmp(arg, one) != 0 && strcmp(arg, other) != 0)
		tool_usage(&tool, "%s \"%s\": neither %s nor %s", opt, arg,
		    one, other);
	return strcmp(arg, one) == 0;
}

static void
option(struct send_run *run, struct loki_opts *o, int c, const char *arg)
{
	struct err e = { 0 };

	switch (c) {
	case 'l': o->labels = str_of(arg); break;
	case 'P':
		o->form = word_is(arg, "protobuf", "json", "-P") ? BODY_JSON :
		    BODY_PROTOBUF;
		break;
	case 'z': o->gzip = word_is(arg, "none", "gzip", "-z"); break;
	case 'b':
		o->bytes = tool_size(&tool, arg);
		if (o->bytes > BYTES_MAX)
			tool_usage(&tool, "-b %s: over 64MiB", arg);
		break;
	case 't': o->age = tool_age(&tool, arg); break;
	case OPT_TENANT: o->tenant = arg; break;
	case 'H':
		if (dress_word(&o->dress, arg, &o->mem, &e) == -1)
			tool_usage(&tool, "-H: %s", e.msg);
		break;
	default: send_opt(run, c, arg);
	}
}

/* As Loki's own senders try: logql.md 24. */
static void
defaults(struct send_run *run)
{
	send_init(run);
	run->backoff = (struct backoff){ .first = 500 * NS_MS,
	    .cap = 300 * NS_S, .grow = 100, .tries = 10 };
	run->client.agent = "otelutils-logpush/" TOOL_VERSION;
}

int
main(int argc, char *argv[])
{
	static struct loki_opts o = { .gzip = true, .bytes = 1 << 20,
	    .age = NS_S };
	struct send_run run = { .tool = &tool };
	struct err e = { 0 };
	struct loki *l;
	int c, status;

	defaults(&run);
	while ((c = tool_opt(&tool, argc, argv)) != -1)
		option(&run, &o, c, optarg);
	o.url = argv[optind];
	if (!o.url || argv[optind + 1])
		tool_usage(&tool, "one address, as http://loki:3100");
	l = loki_new(&o, say, NULL, &e);
	if (!l)
		tool_usage(&tool, "%s", e.msg);
	run.kind = loki_kind(l);
	status = send_run(&run);
	if (loki_skipped(l) > 0)
		tool_say(&tool, "%" PRIu64 " records of other signals left "
		    "out", loki_skipped(l));
	loki_free(l);
	arena_free(&o.mem);
	return tool_exit(&tool, status);
}
