/*
 * repair: a manifest from the footers of what lies in blocks/.
 *
 * A block is replaced when a block of its tenant, at a higher level, covers
 * its sequences; the ranges of live blocks never overlap so (see sink.c on
 * rests), and outputs count only when their whole group is there. Cursors go
 * to the furthest record any block was made from.
 */

#include "base/io.h"
#include "base/sys.h"
#include "store/folder.h"
#include "store/sink.h"

struct found {
	uint8_t id[16];
	bool part;		/* still under its first name */
	bool out;		/* not to be live */
	struct block *block;
	struct manifest_block mb;
};

struct repair {
	struct arena mem;
	const char *dir;
	const struct store_kind *kind;
	void (*say)(void *, const char *);
	void *arg;
	struct manifest old;	/* what could be read of the old one */
	bool had;
	struct found *v;
	size_t n;
};

static void
tell(struct repair *rp, const char *msg)
{
	if (rp->say)
		rp->say(rp->arg, msg);
}

/* Opens one file; what does not open or fit is said and left alone. */
static void
look(struct repair *rp, struct str name)
{
	struct found f = { 0 };
	struct err why = { 0 };
	struct stat st;

	if (!folder_block_id(name, FOLDER_BLOCK, f.id)) {
		if (!folder_block_id(name, FOLDER_PART, f.id))
			return;
		f.part = true;
	}
	const char *path = folder_block(&rp->mem, rp->dir, f.id,
	    f.part ? FOLDER_PART : FOLDER_BLOCK);

	f.block = block_open(path, &why);
	if (f.block && (strncmp(block_info(f.block)->kind, rp->kind->name,
	    sizeof block_info(f.block)->kind) != 0 ||
	    memcmp(block_info(f.block)->id, f.id, 16) != 0)) {
		err_set(&why, ERR_CORRUPT, "%s: of another store", path);
		block_close(f.block);
		f.block = NULL;
	}
	if (!f.block || sys_stat(path, &st) == -1) {
		tell(rp, arena_printf(&rp->mem, "left out: %s", why.msg).p);
		if (f.block)
			block_close(f.block);
		return;
	}
	f.mb.bytes = (uint64_t)st.st_size;
	f.mb.footer_at = block_footer_at(f.block);
	manifest_block_of(&f.mb, block_info(f.block));
	rp->v[rp->n++] = f;
}

static bool
same_group(const struct found *a, const struct found *b)
{
	return memcmp(a->id, b->id, SINK_GROUP) == 0;
}

/* Parts count only beside a sibling that has its lasting name. */
static void
drop_unfinished(struct repair *rp)
{
	for (size_t i = 0; i < rp->n; i++) {
		bool whole = !rp->v[i].part;

		for (size_t k = 0; k < rp->n && !whole; k++)
			whole = !rp->v[k].part &&
			    same_group(&rp->v[i], &rp->v[k]);
		rp->v[i].out = !whole;
	}
}

static bool
replaces(const struct found *a, const struct found *b)
{
	return !a->out && a->mb.level > b->mb.level &&
	    str_eq(a->mb.tenant, b->mb.tenant) && !same_group(a, b) &&
	    a->mb.sequence <= b->mb.sequence &&
	    a->mb.sequence_to >= b->mb.sequence_to;
}

static void
drop_replaced(struct repair *rp)
{
	for (size_t i = 0; i < rp->n; i++)
		for (size_t k = 0; k < rp->n && !rp->v[i].out; k++)
			if (replaces(&rp->v[k], &rp->v[i]))
				rp->v[i].out = true;
}

/* The lasting name for the parts that are kept. */
static int
name_parts(struct repair *rp, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < rp->n; i++)
		if (rp->v[i].part && !rp->v[i].out)
			r = io_rename(folder_block(&rp->mem, rp->dir,
			    rp->v[i].id, FOLDER_PART), folder_block(&rp->mem,
			    rp->dir, rp->v[i].id, FOLDER_BLOCK), e);
	return r == 0 ? io_sync_dir(io_path(&rp->mem, rp->dir, "blocks"), e) :
	    -1;
}

/* Where a source was is known only by the old manifest, or by being the wal. */
static struct str
source_path(struct repair *rp, const uint8_t id[16])
{
	struct manifest_source *s = rp->had ?
	    manifest_source(&rp->old, id) : NULL;
	const char *wal = io_path(&rp->mem, rp->dir, "wal");
	uint8_t have[16];

	if (s)
		return s->path;
	struct spool_reader *rd = spool_is(wal) ? spool_read(wal, NULL) : NULL;
	bool is = rd && spool_reader_id(rd, have, NULL) == 0 &&
	    memcmp(have, id, 16) == 0;

	if (rd)
		spool_reader_close(rd);
	return is ? S("wal") : S("");
}

static int
add_sources(struct repair *rp, struct manifest *m, struct err *e)
{
	for (size_t i = 0; i < rp->n; i++) {
		const struct block_info *b = block_info(rp->v[i].block);

		for (uint32_t k = 0; k < b->sources && !rp->v[i].out; k++) {
			struct spool_cursor at = {
				.segment = b->source[k].to_segment,
				.offset = b->source[k].to_offset,
			};

			memcpy(at.id, b->source[k].spool, 16);
			struct manifest_source *s = manifest_source(m, at.id);

			if (s && (s->at.segment > at.segment ||
			    (s->at.segment == at.segment &&
			    s->at.offset >= at.offset)))
				continue;
			if (manifest_cursor(m, source_path(rp, at.id), &at,
			    e) == -1)
				return -1;
		}
	}
	return 0;
}

/*
 * A wal or spool that no block knows of yet (nothing of it was sealed) is
 * taken from its start.
 */
static void
add_wal(struct repair *rp, struct manifest *m)
{
	const char *wal = io_path(&rp->mem, rp->dir, "wal");
	struct spool_reader *rd = spool_is(wal) ? spool_read(wal, NULL) : NULL;
	struct spool_cursor at;
	uint8_t id[16];

	if (rd && spool_reader_id(rd, id, NULL) == 0 &&
	    !manifest_source(m, id)) {
		spool_tell(rd, &at);
		memcpy(at.id, id, 16);
			manifest_cursor(m, S("wal"), &at, NULL);
	}
	if (rd)
		spool_reader_close(rd);
}

/* Of what, nobody knows of a block that is new: then of nothing. */
static uint64_t
cleaned(const struct repair *rp, const uint8_t id[16])
{
	const struct manifest_block *b = rp->had ?
	    manifest_find(&rp->old, id) : NULL;

	return b ? b->cleaned : 0;
}

static int
rebuild(struct repair *rp, struct err *e)
{
	struct manifest blank = { .sequence = 1 }, m;
	size_t kept = 0;

	memcpy(blank.kind, rp->kind->name,
	    strnlen(rp->kind->name, sizeof blank.kind));
	folder_new_id(blank.id);
	manifest_copy(&m, rp->had ? &rp->old : &blank, (uint32_t)rp->n);
	m.blocks = 0;
	for (size_t i = 0; i < rp->n; i++) {
		if (rp->v[i].out)
			continue;
		manifest_add(&m, &rp->v[i].mb);
		m.block[m.blocks - 1].cleaned = cleaned(rp, rp->v[i].id);
		if (rp->v[i].mb.sequence_to >= m.sequence)
			m.sequence = rp->v[i].mb.sequence_to + 1;
		kept++;
	}
	m.generation += 1000;	/* past any that a reader may have seen */
	int r = add_sources(rp, &m, e);

	if (r == 0) {
		add_wal(rp, &m);
		r = manifest_save(&m, rp->dir, e);
	}
	if (r == 0)
		tell(rp, arena_printf(&rp->mem, "%s: %zu blocks live, %zu "
		    "replaced or unfinished", rp->dir, kept,
		    rp->n - kept).p);
	manifest_free(&m);
	return r;
}

static int
gather(struct repair *rp, struct err *e)
{
	struct str *name;
	size_t n;

	if (io_list(io_path(&rp->mem, rp->dir, "blocks"), &rp->mem, &name, &n,
	    e) == -1)
		return -1;
	folder_want_files(n);
	rp->v = arena_new(&rp->mem, struct found, n + 1);
	for (size_t i = 0; i < n; i++)
		look(rp, name[i]);
	return 0;
}

/* A manifest of a later version, or of another kind, is not ours to replace. */
static int
load_old(struct repair *rp, struct err *e)
{
	struct err why = { 0 };

	rp->had = manifest_load(&rp->old, rp->dir, &why) == 0;
	if (!rp->had && why.kind == ERR_LIMIT) {
		if (e)
			*e = why;
		return -1;
	}
	if (!rp->had)
		tell(rp, why.msg);
	if (rp->had && !manifest_is_kind(&rp->old, rp->kind->name))
		return err_set(e, ERR_QUERY, "%s: holds %.8s, not %s",
		    rp->dir, rp->old.kind, rp->kind->name);
	return 0;
}

int
store_repair(const char *dir, const struct store_kind *kind,
    void (*say)(void *, const char *), void *arg, struct err *e)
{
	struct repair rp = { .dir = dir, .kind = kind, .say = say,
		.arg = arg };
	int lock = folder_lock(dir, e), r;

	if (lock == -1)
		return -1;
	r = load_old(&rp, e);
	if (r == 0)
		r = gather(&rp, e);
	if (r == 0) {
		drop_unfinished(&rp);
		drop_replaced(&rp);
		r = name_parts(&rp, e);
	}
	if (r == 0)
		r = rebuild(&rp, e);
	for (size_t i = 0; i < rp.n; i++)
		block_close(rp.v[i].block);
	if (rp.had)
		manifest_free(&rp.old);
	arena_free(&rp.mem);
	sys_close(lock);
	return r;
}
