#include "recv/counts.h"

#include <stdio.h>

#include "base/time.h"

static const double seconds[] = { .0001, .00025, .0005, .001, .0025, .005,
    .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10 };

/* By gRPC code; HTTP's statuses are told by the code they stand for. */
static const char *const reasons[NET_CODES] = {
	[GRPC_INVALID_ARGUMENT] = "invalid",
	[GRPC_DEADLINE_EXCEEDED] = "deadline",
	[GRPC_NOT_FOUND] = "not_found",
	[GRPC_PERMISSION_DENIED] = "forbidden",
	[GRPC_RESOURCE_EXHAUSTED] = "too_large",
	[GRPC_UNIMPLEMENTED] = "not_served",
	[GRPC_INTERNAL] = "broken",
	[GRPC_UNAVAILABLE] = "overload",
	[GRPC_UNAUTHENTICATED] = "unauthenticated",
};

static double
requests(void *net)
{
	return (double)atomic_load(&((struct net *)net)->requests);
}

static double
bytes(void *net)
{
	return (double)atomic_load(&((struct net *)net)->bytes);
}

static double
connections(void *net)
{
	return (double)atomic_load(&((struct net *)net)->connections);
}

static void
by_signal(struct metrics *m, const char *name, const char *help,
    struct metric *to[PROTOCOLS][SIGNALS])
{
	static const char *const protocols[] = { "grpc", "http" };
	char labels[80];

	for (int p = 0; p < PROTOCOLS; p++)
		for (int s = SIGNAL_TRACES; s < SIGNALS; s++) {
			snprintf(labels, sizeof labels,
			    "signal=\"%s\",protocol=\"%s\"", signal_name(s),
			    protocols[p]);
			to[p][s] = metrics_counter(m, name, help, labels);
		}
}

static void
by_reason(struct metrics *m, struct net *net)
{
	char labels[80];

	for (int i = 0; i < NET_CODES; i++) {
		if (!reasons[i])
			continue;
		snprintf(labels, sizeof labels, "reason=\"%s\"", reasons[i]);
		net->refused[i] = metrics_counter(m,
		    "refused_requests_total",
		    "Requests that were refused whole.", labels);
	}
}

void
counts_open(struct counts *c, struct metrics *m, struct net *net)
{
	char labels[80];

	by_signal(m, "accepted_requests_total",
	    "Requests that were accepted.", c->requests);
	by_signal(m, "accepted_items_total",
	    "Spans, points and lines of them that were kept.", c->items);
	by_signal(m, "accepted_bytes_total",
	    "Bytes of their bodies, inflated.", c->bytes);
	for (int s = SIGNAL_TRACES; s < SIGNALS; s++) {
		snprintf(labels, sizeof labels, "signal=\"%s\"",
		    signal_name(s));
		c->invalid[s] = metrics_counter(m,
		    "rejected_items_total",
		    "Items taken out of accepted requests.", labels);
	}
	by_reason(m, net);
	c->sink = metrics_histogram(m, "sink_seconds",
	    "Time to keep a batch: written, and synced where that is asked.",
	    "", seconds, sizeof seconds / sizeof seconds[0]);
	metrics_ask(m, "requests_in_flight", "Requests held now.",
	    "", requests, net);
	metrics_ask(m, "bytes_in_flight",
	    "Bytes held for them now.", "", bytes, net);
	metrics_ask(m, "connections", "Connections open now.", "",
	    connections, net);
	metric_set(metrics_gauge(m, "start_time_seconds",
	    "Since when it is open, in Unix time.", ""), time_now() / NS_S);
}

void
counts_accept(struct counts *c, const struct net_req *req, size_t n,
    uint64_t items, uint64_t invalid)
{
	int p = req->grpc ? PROTOCOL_GRPC : PROTOCOL_HTTP;

	metric_add(c->requests[p][req->route], 1);
	metric_add(c->items[p][req->route], items);
	metric_add(c->bytes[p][req->route], n);
	metric_add(c->invalid[req->route], invalid);
}
