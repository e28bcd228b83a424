/* spark: a row of numbers as a line of small bars. */
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

#endif
