/* hits: rows that a query takes, put in order of time. */
#ifndef LOG_HITS_H
#define LOG_HITS_H

#include <stdbool.h>
#include <stdint.h>

struct log_hit { uint64_t time; uint32_t at; };	/* at: in row */

/*
 * By time, then row; the other way if not forward. With a limit (0: none) those
 * come first, and all of the same time as the last of them; how many.
 */
uint32_t hits_order(struct log_hit *, uint32_t n, uint64_t limit,
    bool forward);

#endif
