/*
 * fields: lines that are JSON or logfmt, with what is the same in each line
 * dimmed: keys and what stands between. Nothing else changes.
 */
#ifndef SHOW_FIELDS_H
#define SHOW_FIELDS_H

#include "show/show.h"

/* Safe text, in `style` where it is not dimmed. */
void show_fields(const struct show *, struct buf *, struct str line,
    enum show_style style);

#endif
