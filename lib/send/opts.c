/* The options that all sinks share. */
#include "base/num.h"
#include "base/time.h"
#include "send/send.h"

#define FLIGHT_MAX	256

void
send_init(struct send_run *run)
{
	run->backoff = backoff_default;
	run->flight = 8;
	run->grace = 10 * NS_S;
	run->client.timeout = 10 * NS_S;
}

static unsigned
flight_arg(const struct send_run *run, const char *arg)
{
	uint64_t n;

	if (!num_u64(str_of(arg), &n) || n == 0 || n > FLIGHT_MAX)
		tool_usage(run->tool, "-w \"%s\": not a number from 1 to %d",
		    arg, FLIGHT_MAX);
	return (unsigned)n;
}

void
send_opt(struct send_run *run, int c, const char *arg)
{
	switch (c) {
	case 'r': run->read = arg; break;
	case 'c': run->cursor = arg; break;
	case 'x': run->dead = arg; break;
	case 'w': run->flight = flight_arg(run, arg); break;
	case SEND_ONCE: run->once = true; break;
	case SEND_ACK: run->ack = arg; break;
	case SEND_TIMEOUT:
		run->client.timeout = tool_age(run->tool, arg);
		break;
	case SEND_FIRST:
		run->backoff.first = tool_age(run->tool, arg);
		break;
	case SEND_CAP:
		run->backoff.cap = tool_age(run->tool, arg);
		break;
	case SEND_GIVE_UP:
		run->backoff.give_up = tool_age(run->tool, arg);
		break;
	case SEND_TRIES:
		run->backoff.tries = tool_number(run->tool, arg);
		break;
	case SEND_GRACE: run->grace = tool_age(run->tool, arg); break;
	case SEND_CA: run->client.ca = arg; break;
	case SEND_CERT: run->client.cert = arg; break;
	case SEND_KEY: run->client.key = arg; break;
	case SEND_METRICS: run->metrics = arg; break;
	}
}
