/* blockfile: an open block's inside. */
#ifndef BLOCK_BLOCKFILE_H
#define BLOCK_BLOCKFILE_H

#include "block/format.h"

struct block {
	char *path;
	int fd;
	uint64_t footer_at, size;
	uint32_t version;
	struct arena mem;
	struct footer foot;
};

#endif
