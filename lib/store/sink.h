/*
 * sink: the outputs of one seal or merge, which appear all or not at all.
 *
 * Blocks are written as ID.part and renamed to ID.blk when the last of the
 * group is whole and synced; the ids of a group share their first 12 bytes.
 * So whoever finds one ID.blk knows that the whole group is there, under one
 * name or the other, and --repair can believe it without a manifest.
 */
#ifndef STORE_SINK_H
#define STORE_SINK_H

#include "store/writer.h"

#define SINK_GROUP	12u	/* bytes of an id that a group shares */
#define SINK_OPEN_MAX	16u	/* blocks being written at once */

struct store_sink {
	struct store *st;
	uint8_t group[16];
	uint32_t begun;
	uint32_t level;
	uint64_t sequence, sequence_to;
	uint64_t rest_sequence;		/* given to a rest block; 0: none was */
	struct block_source source[BLOCK_SOURCES_MAX];
	uint32_t sources;
	const struct manifest_block *input;	/* left out of `older` */
	uint32_t inputs;
	struct {
		struct block_writer *w;
		uint8_t id[16];
	} open[SINK_OPEN_MAX];
	uint32_t opens;
	struct manifest_block *out;
	uint32_t outs, out_cap;
	struct arena mem;
};

void sink_init(struct store_sink *, struct store *);
/* Renames all outputs to their lasting names. */
int sink_publish(struct store_sink *, struct err *);
/* Removes what was written, when it was not published. */
void sink_discard(struct store_sink *);
void sink_free(struct store_sink *);

#endif
