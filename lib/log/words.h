/*
 * words: may a stripe have a line with this word in it?
 *
 * The blob "words" of a stripe is a filter (codec/filter.h) of the letters
 * its lines are made of, four neighbours at a time: windows of letters and _,
 * in lower case, that lie in the text of a template or in one value. A run of
 * letters without a digit is never cut between the two (log/split.h), so a
 * literal whose windows are not all there is in no line. Windows of a to f
 * alone are left out: any hex value may have them. See logs(5).
 */
#ifndef LOG_WORDS_H
#define LOG_WORDS_H

#include "base/arena.h"
#include "base/buf.h"

/* ---- writing ------------------------------------------------------------ */

struct words;

struct words *words_new(void);
void words_free(struct words *);
/* Text that no letter stands beside, in its line, but a digit's run. */
void words_add(struct words *, struct str text);
/* Appends the filter and forgets all. Too many to be of use: nothing. */
void words_put(struct words *, struct buf *out);

/* ---- reading ------------------------------------------------------------ */

/* The hashes of a literal's windows: how many; the list is in the arena. */
size_t words_of(struct str literal, struct arena *, uint64_t **hashes);
/* Whether the filter may have them all. Never false wrongly. */
bool words_may(struct str filter, const uint64_t *hashes, size_t n);

#endif
