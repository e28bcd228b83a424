/* otlp-send: send records by OTLP, over gRPC or HTTP. See otlp-send(1). */
#include <getopt.h>
#include <stdlib.h>

#include "send/export.h"

enum { OPT_URLS = 256, OPT_INSECURE = OPT_URLS + SIGNALS };

static const struct tool tool = {
	.name = "otlp-send",
	.args = SEND_ARGS " [URL]",
	.what = "send records by OTLP, over gRPC or HTTP",
	.opts = {
		{ 'P', "protocol", "FORM", "grpc, http (protobuf, the "
		    "default) or json", "grpc|http|json" },
		{ 'z', "compress", "HOW", "gzip (the default), zstd or none "
		    "(the default to loopback)", "gzip|zstd|none" },
		{ 'H', "header", "LINE", "send this header, \"Name: value\", "
		    "too, or those in a file, @FILE; may be given again",
		    NULL },
		{ OPT_URLS + SIGNAL_TRACES, "traces-url", "URL", "where "
		    "traces go: the whole address", NULL },
		{ OPT_URLS + SIGNAL_METRICS, "metrics-url", "URL", "where "
		    "metrics go", NULL },
		{ OPT_URLS + SIGNAL_LOGS, "logs-url", "URL", "where logs go",
		    NULL },
		{ OPT_URLS + SIGNAL_PROFILES, "profiles-url", "URL", "where "
		    "profiles go", NULL },
		{ OPT_INSECURE, "insecure", NULL, "gRPC to an address "
		    "without http:// or https://: without TLS", NULL },
		SEND_OPTS
	},
};

/* Wrong words end the program with 2. */
static void
need(int r, struct err *e)
{
	if (r == -1)
		tool_usage(&tool, "%s", e->msg);
}

static void
options(struct send_run *run, struct targets *t, int argc, char *argv[])
{
	struct err e = { 0 };
	int c;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		switch (c) {
		case 'P':
			need(target_form(optarg, &t->asked.form, &e), &e);
			break;
		case 'z':
			need(target_coding(optarg, &t->asked.coding, &e), &e);
			break;
		case 'H':
			need(dress_word(&t->asked.dress, optarg, &t->mem, &e),
			    &e);
			break;
		case OPT_INSECURE: t->insecure = true; break;
		case OPT_URLS + SIGNAL_TRACES: case OPT_URLS + SIGNAL_METRICS:
		case OPT_URLS + SIGNAL_LOGS: case OPT_URLS + SIGNAL_PROFILES:
			t->urls[c - OPT_URLS] = optarg;
			break;
		default: send_opt(run, c, optarg);
		}
	t->url = argv[optind];
	if (t->url && argv[optind + 1])
		tool_usage(&tool, "%s: one address only", argv[optind + 1]);
	t->asked.via = run->client;
	t->asked.via.agent = "OTel-OTLP-Exporter-otelutils/" TOOL_VERSION;
	need(targets_ready(t, getenv, &e), &e);
	for (int i = SIGNAL_TRACES; i < SIGNALS; i++)
		if (t->of[i].bare)
			tool_say(&tool, "%s go to %s: no path is added to an "
			    "address of their own", signal_name(i),
			    t->of[i].url);
}

int
main(int argc, char *argv[])
{
	static struct targets targets;	/* large */
	struct send_run run = { .tool = &tool,
	    .kind = export_kind(&targets) };
	int status;

	send_init(&run);
	run.client.timeout = 0;		/* by the environment, else 10 s */
	options(&run, &targets, argc, argv);
	status = send_run(&run);
	targets_free(&targets);
	return tool_exit(&tool, status);
}
