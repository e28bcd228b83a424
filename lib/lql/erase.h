/* erase: which lines a deletion is about. */
#ifndef LQL_ERASE_H
#define LQL_ERASE_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

/*
 * Reads a selector and line filters (|= != |~ !~; nothing behind them) as what
 * and text of the delete, in the arena. -1: a caret, or what it must not have.
 */
int lql_erase(struct str text, struct arena *, struct store_delete *,
    struct err *);
/*
 * Reads SELECTOR=AGE as --expire has it: all lines of those streams whose time
 * is AGE or more before `now`.
 */
int lql_erase_aged(struct str text, uint64_t now, struct arena *,
    struct store_delete *, struct err *);

#endif
