/* folder: where things are in a store's folder, and its lock. */
#ifndef STORE_FOLDER_H
#define STORE_FOLDER_H

#include "base/arena.h"
#include "base/err.h"

#define FOLDER_BLOCK	".blk"	/* blocks/ID.blk: whole, with its group */
#define FOLDER_PART	".part"	/* whole, but perhaps not its group */

void folder_new_id(uint8_t id[16]);
/* DIR/blocks/ID + suffix. */
char *folder_block(struct arena *, const char *dir, const uint8_t id[16],
    const char *suffix);
/* The id in a name "ID" + suffix; false when it is none. */
bool folder_block_id(struct str name, const char *suffix, uint8_t id[16]);
/* Makes DIR and the folders in it. */
int folder_make(const char *dir, struct err *);
/* The descriptor that holds DIR/lock; ERR_AGAIN when somebody else does. */
int folder_lock(const char *dir, struct err *);
/*
 * So many blocks may be open at once, if the system lets us. Called before
 * threads open them.
 */
void folder_want_files(size_t n);
/* The path from the root, in the arena; of a file to be, too. */
char *folder_absolute(struct arena *, const char *path);
/* Nanoseconds since the file was last written (mtime); 0: not known. */
uint64_t folder_age(const char *path);

#endif
