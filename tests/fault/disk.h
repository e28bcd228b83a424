/*
 * disk: what of a folder would be there after a power cut: fault.h's memory.
 *
 * Each file and folder ever seen is a node, known by its inode (held open, so
 * that no number comes back). A file's node has its durable bytes and the
 * ranges written since; a folder's node its durable names.
 */
#ifndef TESTS_FAULT_DISK_H
#define TESTS_FAULT_DISK_H

#include <stdbool.h>
#include <stdint.h>

void disk_load(const char *root);	/* forget all: what is there is durable */
void disk_empty(const char *root);	/* remove what is in the folder */
bool disk_has(int fd);			/* a file or folder of ours */
void disk_opened(int fd, const char *path, bool cut);
void disk_made(const char *path);
void disk_wrote(int fd, uint64_t at, uint64_t n);
void disk_truncated(int fd, uint64_t n);
void disk_synced(int fd);
void disk_unsynced(int fd);		/* the sync failed */
/* Makes the folder what is durable; a seed other than 0 keeps more. */
void disk_rewind(const char *root, unsigned seed);

#endif
