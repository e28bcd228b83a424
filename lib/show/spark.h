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
 * A bar lies from one part (0 to 1) of `cols` characters to another: from the
 * beginning of character `first`, an eighth of a character at least.
 */
void show_bar_ends(double from, double to, unsigned cols, unsigned *first,
    unsigned *end_eighths);
/* The first n eighths of a character, 1 to 8. */
struct str show_eighths(unsigned n);
/* The bar, after blanks. */
void show_bar(struct buf *, double from, double to, unsigned cols);

#endif
