/*
 * backoff: how long to wait before it is tried again. otlp.md 5.1.
 */
#ifndef NET_BACKOFF_H
#define NET_BACKOFF_H

#include <stdint.h>

struct backoff {
	uint64_t first, cap;	/* ns, of the mean wait */
	unsigned grow;		/* percent, from wait to wait */
	uint64_t give_up;	/* ns after the first try; 0: never */
	uint64_t tries;		/* then give up; 0: never */
};

/* 5 s, 30 s, 5 min; each wait is 1.5 times the one before, and drawn from
 * half as long to half as long again. */
extern const struct backoff backoff_default;

/*
 * The wait after the failed try number `tries` (1, 2 ...): never less than
 * `asked`, which the far side wants. `dice` is any random number.
 */
uint64_t backoff_wait(const struct backoff *, unsigned tries, uint64_t asked,
    uint64_t dice);

#endif
