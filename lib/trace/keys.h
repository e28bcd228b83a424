/*
 * keys: from an attribute's key to its column.
 *
 * An SDK sends the keys of a kind of span in the same order, so after each key
 * its last two followers are tried before the hash table.
 */
#ifndef TRACE_KEYS_H
#define TRACE_KEYS_H

#include "base/hash.h"
#include "model/value.h"
#include "trace/cols.h"

struct key {
	uint32_t col[VEC_FIX16 + 1];	/* by type: handle, COL_NONE, _SKIP */
	uint32_t row;		/* of the last value put, + 1 */
	uint32_t next[2];	/* keys that followed, newest first */
	uint32_t had;		/* types that have a column in this block */
};

struct keys {
	unsigned table;
	char prefix;		/* of column names: 's' for "s.KEY" */
	struct map names;	/* number of a key: number of its name + 1 */
	struct key *key;	/* [0]: before the first of a row */
	uint32_t cap;
	uint32_t made;		/* columns in this frame */
	uint32_t block;		/* columns in this block */
	uint32_t at;		/* the last key seen */
};

enum keys_put {
	KEYS_KEPT,
	KEYS_TWICE,	/* the row has a value of this key already */
	KEYS_OVER,	/* past the budget of columns */
};

void keys_init(struct keys *, unsigned table, char prefix);
void keys_block(struct keys *);		/* a new block: the whole budget */
void keys_frame(struct keys *);		/* a new frame: no columns yet */
void keys_row(struct keys *);		/* before the attributes of a row */
enum keys_put keys_put(struct keys *, struct cols *, uint32_t row,
    const struct attr *);
void keys_free(struct keys *);

#endif
