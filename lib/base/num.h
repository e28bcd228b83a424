/*
 * num: numbers and durations in the forms of C, Go and Prometheus.
 *
 * Parsers take the whole slice or fail; none depends on the locale. Sources:
 * traceql.md section 2, logql.md section 2 and its preamble.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

bool num_u64(struct str, uint64_t *);	/* decimal digits only */
bool num_i64(struct str, int64_t *);	/* with an optional sign */
/* As Go writes whole numbers: 0x1f, 0b101, 017, 0o17, 1_000; with a sign. */
bool num_go_int(struct str, int64_t *);
bool num_f64(struct str, double *);	/* decimal or hex float, Inf, NaN */
/* The shortest text that reads back the same, as Go's %g with -1: 1e+06. */
char *num_fmt_f64(char out[32], double);
/* Go durations: "1.5h", "-5m30s", "1us". Nanoseconds. */
bool num_go_duration(struct str, int64_t *ns);
/* Prometheus durations: "1d2h", integers, units y w d h m s ms in order. */
bool num_prom_duration(struct str, int64_t *ns);
/* The same back: "1d2h"; y and w only where they are all of it. */
char *num_fmt_prom_duration(char out[64], int64_t ns);
/* "1h30m0s", "1.5s", "2ms" as Go prints them. */
char *num_fmt_go_duration(char out[40], int64_t ns);
/* Short, for tables: three digits and a unit: "1.24ms", "12.3s", "2m05s". */
char *num_fmt_short_duration(char out[24], int64_t ns);
/* Sizes: "64M", "1.5GiB", "100kB"; K and KiB are 1024, kB and KB 1000. */
bool num_size(struct str, uint64_t *bytes);
/* "1.5 kB", "250 MB": thousands, one decimal below 10. */
char *num_fmt_si_size(char out[24], double bytes);
/* Short, for tables: "12.3 MiB". */
char *num_fmt_size(char out[24], uint64_t bytes);

/* A double's bits, and back. */
static inline uint64_t
num_bits(double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof bits);
	return bits;
}

static inline double
num_of_bits(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof d);
	return d;
}

#endif
