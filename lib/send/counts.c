#include "send/counts.h"

#include <stdio.h>

#include "base/time.h"

static const double seconds[] = { .001, .0025, .005, .01, .025, .05, .1, .25,
	.5, 1, 2.5, 5, 10, 30 };

static struct metric *
one_of(struct metrics *m, const char *name, const char *help,
    const char *label, const char *value)
{
	char labels[40];

	snprintf(labels, sizeof labels, "%s=\"%s\"", label, value);
	return metrics_counter(m, name, help, labels);
}

void
send_counts_open(struct send_counts *c, struct metrics *m)
{
	static const char *const ends[SEND_ENDS] = { "kept", "refused",
	    "given_up", "dead_letter" };
	static const char *const fates[FATES] = { "kept", "again",
	    "refused" };

	for (int i = 0; i < SEND_ENDS; i++)
		c->records[i] = one_of(m, "records_total",
		    "Records that were dealt with.", "end", ends[i]);
	for (int i = 0; i < FATES; i++)
		c->posts[i] = one_of(m, "requests_total",
		    "Requests by what became of them.", "fate", fates[i]);
	c->items = metrics_counter(m, "sent_items_total",
	    "Spans, points and lines of requests that were kept.", "");
	c->rejected = metrics_counter(m, "rejected_items_total",
	    "Those of them that the far side left out.", "");
	c->bytes = metrics_counter(m, "sent_bytes_total",
	    "Bytes of the bodies of requests that were kept.", "");
	c->seconds = metrics_histogram(m, "request_seconds",
	    "Time until a request had its answer, or was given up.", "",
	    seconds, sizeof seconds / sizeof seconds[0]);
	c->flying = metrics_gauge(m, "requests_in_flight",
	    "Requests on their way now.", "");
	c->waiting = metrics_gauge(m, "records_waiting",
	    "Records read and not dealt with now.", "");
	c->held = metrics_gauge(m, "bytes_held", "Bytes held for them now.",
	    "");
	metric_set(metrics_gauge(m, "start_time_seconds",
	    "Since when it runs, in Unix time.", ""), time_now() / NS_S);
}
