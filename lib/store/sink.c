#include "store/sink.h"

#include <stdlib.h>

#include "base/io.h"
#include "base/sys.h"
#include "store/folder.h"

void
sink_init(struct store_sink *k, struct store *st)
{
	*k = (struct store_sink){ .st = st };
	folder_new_id(k->group);
}

void
sink_free(struct store_sink *k)
{
	arena_free(&k->mem);
	free(k->out);
}

struct block_writer *
store_sink_begin(struct store_sink *k, struct err *e)
{
	uint32_t no = k->begun++, i = k->opens;

	if (i >= SINK_OPEN_MAX) {
		err_set(e, ERR_LIMIT, "more than %u blocks at once",
		    SINK_OPEN_MAX);
		return NULL;
	}
	memcpy(k->open[i].id, k->group, 16);
	for (unsigned b = 0; b < 4; b++)
		k->open[i].id[SINK_GROUP + b] = (uint8_t)(no >> (24 - 8 * b));
	k->open[i].w = block_create(folder_block(&k->mem, k->st->dir,
	    k->open[i].id, FOLDER_PART), e);
	if (k->open[i].w)
		k->opens++;
	return k->open[i].w;
}

/* Takes the writer out of the open ones; its id in *id. */
static void
take_out(struct store_sink *k, const struct block_writer *w, uint8_t id[16])
{
	uint32_t i = 0;

	while (i < k->opens && k->open[i].w != w)
		i++;
	if (i == k->opens)
		die("a block that was not begun");
	memcpy(id, k->open[i].id, 16);
	k->open[i] = k->open[--k->opens];
}

static struct manifest_block *
new_out(struct store_sink *k)
{
	if (k->outs == k->out_cap) {
		k->out_cap = k->out_cap * 2 + 8;
		k->out = xrealloc(k->out, k->out_cap, sizeof *k->out);
	}
	return &k->out[k->outs++];
}

static int
finish(struct store_sink *k, struct block_writer *w, struct block_info *info,
    struct err *e)
{
	struct manifest_block mb = { 0 };
	struct stat sb;

	take_out(k, w, info->id);
	memset(info->kind, 0, sizeof info->kind);
	memcpy(info->kind, k->st->kind->name,
	    strnlen(k->st->kind->name, sizeof info->kind));
	info->source = k->source;
	info->sources = k->sources;
	const char *path = folder_block(&k->mem, k->st->dir, info->id,
	    FOLDER_PART);

	if (block_finish(w, info, &mb.footer_at, e) == -1)
		return -1;
	if (sys_stat(path, &sb) == -1)
		return err_sys(e, "%s", path);
	mb.bytes = (uint64_t)sb.st_size;
	manifest_block_of(&mb, info);
	mb.tenant = arena_str(&k->mem, info->tenant);
	*new_out(k) = mb;
	return 0;
}

int
store_sink_end(struct store_sink *k, struct block_writer *w,
    struct block_info *info, struct err *e)
{
	info->level = k->level;
	info->sequence = k->sequence;
	info->sequence_to = k->sequence_to;
	return finish(k, w, info, e);
}

int
store_sink_whole(struct store_sink *k, struct block_writer *w,
    struct block_info *info, struct err *e)
{
	info->level = 1;
	info->sequence = k->sequence;
	info->sequence_to = k->sequence_to;
	return finish(k, w, info, e);
}

/*
 * A rest is as if sealed now: a sequence of its own keeps ranges apart, so
 * that a range inside another, at a lower level, always means "replaced by".
 * When all of the merge is rest, nothing else would cover the inputs: then it
 * is an output like any other.
 */
int
store_sink_rest(struct store_sink *k, struct block_writer *w,
    struct block_info *info, struct err *e)
{
	if (k->outs == 0)
		return store_sink_end(k, w, info, e);
	k->rest_sequence = k->st->man.sequence;
	info->level = 0;
	info->sequence = info->sequence_to = k->rest_sequence;
	return finish(k, w, info, e);
}

void
store_sink_abort(struct store_sink *k, struct block_writer *w)
{
	uint8_t id[16];

	take_out(k, w, id);
	block_abort(w);
}

static bool
is_input(const struct store_sink *k, const uint8_t id[16])
{
	for (uint32_t i = 0; i < k->inputs; i++)
		if (memcmp(k->input[i].id, id, 16) == 0)
			return true;
	return false;
}

const struct store_block *
store_sink_older(struct store_sink *k, struct str tenant, size_t *n,
    struct err *e)
{
	const struct manifest *m = &k->st->man;
	struct store_block *v = arena_new(&k->mem, struct store_block,
	    (size_t)m->blocks + 1);

	(void)e;	/* a block that does not open is said, and left out */
	*n = 0;
	for (uint32_t i = 0; i < m->blocks; i++) {
		const struct manifest_block *mb = &m->block[i];

		if (mb->sequence_to >= k->sequence ||
		    !str_eq(mb->tenant, tenant) || is_input(k, mb->id))
			continue;
		struct block *b = store_live(k->st, mb);

		if (b)
			v[(*n)++] = (struct store_block){ .block = b,
			    .info = block_info(b) };
	}
	return v;
}

int
sink_publish(struct store_sink *k, struct err *e)
{
	const char *blocks = io_path(&k->mem, k->st->dir, "blocks");

	if (k->opens > 0)
		die("a block that was not ended");
	if (k->outs == 0)
		return 0;
	if (io_sync_dir(blocks, e) == -1)
		return -1;
	for (uint32_t i = 0; i < k->outs; i++)
		if (io_rename(folder_block(&k->mem, k->st->dir, k->out[i].id,
		    FOLDER_PART), folder_block(&k->mem, k->st->dir,
		    k->out[i].id, FOLDER_BLOCK), e) == -1)
			return -1;
	return io_sync_dir(blocks, e);
}

void
sink_discard(struct store_sink *k)
{
	while (k->opens > 0)
		block_abort(k->open[--k->opens].w);
	for (uint32_t i = 0; i < k->outs; i++)
		io_unlink(folder_block(&k->mem, k->st->dir, k->out[i].id,
		    FOLDER_PART), NULL);
	k->outs = 0;
}
