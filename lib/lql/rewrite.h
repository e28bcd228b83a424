/*
 * rewrite: which regular expressions of label filters Loki takes for texts.
 *
 * We do not: they match as documented. But they are printed in quotes, and
 * others in backquotes. logql.md 3.4, 4.3.
 */
#ifndef LQL_REWRITE_H
#define LQL_REWRITE_H

#include <stdbool.h>

#include "base/str.h"

bool rewritten(struct str pattern);

#endif
