/*
 * tidy: JSON text made fit for a parser that is strict and counts in doubles.
 *
 * - Numbers that a double or an int64 may not hold are put in quotes; OTLP
 *   reads numbers in strings all the same, and nothing is rounded.
 * - Broken UTF-8 and lone surrogates (what senders make of a string cut in the
 *   middle of a character) become U+FFFD.
 *
 * Text that is no JSON stays none. The pass finds the end of the value, and
 * estimates what its parsed form will take before there is one.
 */
#ifndef OTLP_TIDY_H
#define OTLP_TIDY_H

#include "base/buf.h"

struct tidy {
	struct str text;	/* the first value: of the input, or in `b` */
	size_t used;		/* bytes of the input up to its end */
	size_t memory;		/* an estimate of what its parsed form takes */
	struct buf b;		/* to be freed */
};

void tidy_json(struct tidy *, struct str json);

/* Is this a number as JSON writes it? */
bool tidy_is_number(struct str);

#endif
