/* spark: small bars: of a row of numbers, or one lying down. */
#ifndef SHOW_SPARK_H
#define SHOW_SPARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Appends at most `cols` characters for n numbers, NaN being none: bars from
 * `min` to `max`, a blank where there is no number. Several numbers to a
 * character: the greatest.
 */
void show_spark(struct buf *, const double *v, uint32_t n, double min,
    double max, uint32_t cols);
/*
 * A bar from one part (0 to 1) of `cols` characters to another, in eighths of
 * a character at its end, at least one; blanks before it. Returns the columns
 * used.
 */
unsigned show_bar(struct buf *, double from, double to, unsigned cols);

#endif
