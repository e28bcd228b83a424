/*
 * hint: what the scan can say of detected_level before a line is rebuilt.
 *
 * Most lines have a severity, or a field that tells it: a filter on
 * detected_level is asked there already, and drops what these decide. The
 * pipe asks it again of all lines that are left.
 */
#ifndef LQL_HINT_H
#define LQL_HINT_H

#include "lql/level.h"
#include "lql/step.h"

/* The names that mostly decide it; lql_level_of their values: n 0, they do not. */
#define LEVEL_NAMES	(LEVEL_FIELDS + 2)
struct str lql_level_name(size_t i);
struct str lql_level_of(const struct str *values);

/* Whether a stage asks for the label. */
bool lql_asks(const struct lql_stage *, struct str name);
/* The filter for the scan; n is 0 when it can say nothing. In the arena. */
struct log_label_filter lql_level_hint(struct lql_stage *, struct arena *);

#endif
