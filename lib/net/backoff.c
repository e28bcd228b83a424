#include "net/backoff.h"

#include "base/time.h"

const struct backoff backoff_default = {
	.first = 5 * NS_S, .cap = 30 * NS_S, .grow = 50,
	.give_up = 300 * NS_S,
};

uint64_t
backoff_wait(const struct backoff *b, unsigned tries, uint64_t asked,
    uint64_t dice)
{
	uint64_t mean = b->first;

	for (unsigned i = 1; i < tries && mean < b->cap; i++)
		mean += mean / 100 * b->grow;
	if (mean > b->cap)
		mean = b->cap;
	mean = mean / 2 + (mean > 0 ? dice % mean : 0);
	return asked > mean ? asked : mean;
}
