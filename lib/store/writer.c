#include "store/writer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/sys.h"
#include "base/time.h"
#include "store/deletes.h"
#include "store/folder.h"

void
store_say(const struct store *st, const char *fmt, ...)
{
	char msg[600];
	va_list ap;

	if (!st->o.say)
		return;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	st->o.say(st->o.say_arg, msg);
}

int
store_sound(const struct store *st, struct err *e)
{
	return st->broken ? err_set(e, ERR_SYS, "%s: an earlier commit failed",
	    st->dir) : 0;
}

static struct block *
open_live(const struct store *st, const struct manifest_block *mb)
{
	struct arena a = { 0 };
	struct err why = { 0 };
	struct block *b = block_open_at(folder_block(&a, st->dir, mb->id,
	    FOLDER_BLOCK), mb->footer_at, mb->bytes, &why);

	if (!b)
		store_say(st, "%s", why.msg);
	arena_free(&a);
	return b;
}

struct block *
store_live(struct store *st, const struct manifest_block *mb)
{
	for (size_t i = 0; i < st->nlive; i++)
		if (memcmp(st->live[i].id, mb->id, 16) == 0)
			return st->live[i].block;
	folder_want_files(st->nlive * 2);
	if (st->nlive == st->live_cap) {
		st->live_cap = st->live_cap * 2 + 16;
		st->live = xrealloc(st->live, st->live_cap, sizeof *st->live);
	}
	struct live *l = &st->live[st->nlive++];

	memcpy(l->id, mb->id, 16);
	l->block = open_live(st, mb);
	return l->block;
}

void
store_bury(struct store *st, const uint8_t id[16], const char *suffix)
{
	if (st->ngrave == st->grave_cap) {
		st->grave_cap = st->grave_cap * 2 + 16;
		st->grave = xrealloc(st->grave, st->grave_cap,
		    sizeof *st->grave);
	}
	struct grave *g = &st->grave[st->ngrave++];

	memcpy(g->id, id, 16);
	g->suffix = suffix;
	g->since = time_mono();
}

int
store_sweep(struct store *st, struct err *e)
{
	struct arena a = { 0 };
	uint64_t now = time_mono();
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < st->ngrave; i++) {
		struct grave g = st->grave[i];

		if (r == 0 && now - g.since >= STORE_UNLINK_NS)
			r = io_unlink(folder_block(&a, st->dir, g.id,
			    g.suffix), e);
		else
			st->grave[kept++] = g;
	}
	st->ngrave = kept;
	arena_free(&a);
	return r;
}

/* Closes what is open and not live, and buries what was live. */
static void
leave(struct store *st, const struct manifest *old)
{
	size_t kept = 0;

	for (size_t i = 0; i < st->nlive; i++)
		if (manifest_find(&st->man, st->live[i].id))
			st->live[kept++] = st->live[i];
		else
			block_close(st->live[i].block);
	st->nlive = kept;
	for (uint32_t i = 0; i < old->blocks; i++)
		if (!manifest_find(&st->man, old->block[i].id))
			store_bury(st, old->block[i].id, FOLDER_BLOCK);
}

int
store_commit(struct store *st, struct manifest *next, struct err *e)
{
	struct manifest old = st->man;

	if (store_sound(st, e) == -1) {
		manifest_free(next);
		return -1;
	}
	deletes_prune(next);
	next->generation = ++st->generation;
	if (manifest_save(next, st->dir, e) == -1) {
		st->broken = true;
		manifest_free(next);
		return -1;
	}
	st->man = *next;
	*next = (struct manifest){ 0 };
	leave(st, &old);
	manifest_free(&old);
	return 0;
}

/* A folder that lost its manifest is not a new one. */
static int
no_blocks(const struct store *st, struct err *e)
{
	struct arena a = { 0 };
	struct str *name;
	uint8_t id[16];
	size_t n;
	int r = io_list(io_path(&a, st->dir, "blocks"), &a, &name, &n, e);

	for (size_t i = 0; r == 0 && i < n; i++)
		if (folder_block_id(name[i], FOLDER_BLOCK, id))
			r = err_set(e, ERR_CORRUPT, "%s: blocks, but no "
			    "MANIFEST (--repair makes it anew)", st->dir);
	arena_free(&a);
	return r;
}

/* The folder's own name, and all we made in it, last through a power cut. */
static int
sync_parent(const struct store *st, struct err *e)
{
	struct arena a = { 0 };
	char *path = folder_absolute(&a, st->dir);
	char *slash = strrchr(path, '/');
	int r = 0;

	if (slash && slash > path) {
		*slash = '\0';
		r = io_sync_dir(path, e);
	}
	if (r == 0)
		r = io_sync_dir(io_path(&a, st->dir, "requests"), e);
	arena_free(&a);
	return r;
}

/* The first manifest of a new store. */
static int
make(struct store *st, struct err *e)
{
	const struct store_options *o = &st->o.options;
	struct manifest m = { .sequence = 1 }, first;

	if (no_blocks(st, e) == -1 || sync_parent(st, e) == -1)
		return -1;
	folder_new_id(m.id);
	memcpy(m.kind, st->kind->name, strnlen(st->kind->name, sizeof m.kind));
	m.option = (struct store_option *)o->v;
	m.options = o->n;
	manifest_copy(&first, &m, 0);
	return store_commit(st, &first, e);
}

/*
 * Blocks nobody names: a crash's, or a former writer's. When the manifest is
 * old enough no reader can need them; else they wait like others. Half-written
 * files (other names) were never named by any manifest.
 */
static int
find_orphans(struct store *st, uint64_t manifest_age, struct err *e)
{
	struct arena a = { 0 };
	struct str *name;
	uint8_t id[16];
	size_t n;
	int r = io_list(io_path(&a, st->dir, "blocks"), &a, &name, &n, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		bool whole = folder_block_id(name[i], FOLDER_BLOCK, id);

		if (whole && manifest_find(&st->man, id))
			continue;
		if (whole && manifest_age < STORE_UNLINK_NS)
			store_bury(st, id, FOLDER_BLOCK);
		else
			r = io_unlink(arena_printf(&a, "%s/blocks/%.*s",
			    st->dir, PS(name[i])).p, e);
	}
	arena_free(&a);
	return r;
}

static int
same_options(const struct store *st, struct err *e)
{
	struct store_options have = manifest_options(&st->man);
	const struct store_options *want = &st->o.options;

	for (uint32_t i = 0; i < want->n; i++) {
		struct str v = store_option(&have, want->v[i].name);

		if (!v.p || !str_eq(v, want->v[i].value))
			return err_set(e, ERR_QUERY, "%s: made with another "
			    "%.*s, which cannot change: '%.*s'", st->dir,
			    PS(want->v[i].name), PS(v));
	}
	return 0;
}

static int
load(struct store *st, struct err *e)
{
	struct arena a = { 0 };
	uint64_t age = folder_age(io_path(&a, st->dir, "MANIFEST"));
	struct err why = { 0 };
	int r = manifest_load(&st->man, st->dir, &why);

	arena_free(&a);
	if (r == -1 && why.kind == ERR_SYS && why.sys == ENOENT)
		return make(st, e);
	if (r == -1) {
		if (e)
			*e = why;
		return -1;
	}
	st->generation = st->man.generation;
	if (!manifest_is_kind(&st->man, st->kind->name))
		return err_set(e, ERR_QUERY, "%s: holds %.8s, not %s", st->dir,
		    st->man.kind, st->kind->name);
	if (same_options(st, e) == -1)
		return -1;
	if (st->man.blocks > 0)
		st->fresh_since = time_mono();
	return find_orphans(st, age, e);
}

static void
defaults(struct store_writer_opts *o)
{
	if (o->seal_bytes == 0)
		o->seal_bytes = STORE_SEAL_BYTES;
	if (o->seal_ns == 0)
		o->seal_ns = STORE_SEAL_NS;
	if (o->batch_memory == 0)
		o->batch_memory = STORE_BATCH_MEMORY;
	if (o->merge_bytes == 0)
		o->merge_bytes = STORE_MERGE_BYTES;
	if (o->merge_ns == 0)
		o->merge_ns = STORE_MERGE_NS;
}

static void
end(struct store *st)
{
	if (st->in.batch)
		st->kind->batch_free(st->in.batch);
	for (size_t i = 0; i < st->nlive; i++)
		block_close(st->live[i].block);
	if (st->lock != -1)
		sys_close(st->lock);
	manifest_free(&st->man);
	arena_free(&st->mem);
	free(st->live);
	free(st->grave);
	free(st);
}

/* The manifest comes and goes; options stay as long as the store. */
static void
keep_options(struct store *st)
{
	struct store_option *v = arena_new(&st->mem, struct store_option,
	    st->man.options);

	for (uint32_t i = 0; i < st->man.options; i++) {
		v[i].name = arena_str(&st->mem, st->man.option[i].name);
		v[i].value = arena_str(&st->mem, st->man.option[i].value);
	}
	st->options = (struct store_options){ v, st->man.options };
}

struct store *
store_open(const char *dir, const struct store_kind *kind,
    const struct store_writer_opts *o, struct err *e)
{
	struct store *st = xcalloc(1, sizeof *st);

	st->kind = kind;
	st->lock = -1;
	if (o)
		st->o = *o;
	defaults(&st->o);
	st->dir = arena_str(&st->mem, str_of(dir)).p;
	if (folder_make(dir, e) == -1 ||
	    (st->lock = folder_lock(dir, e)) == -1 || load(st, e) == -1) {
		end(st);
		return NULL;
	}
	keep_options(st);
	st->in.batch = kind->batch_new(&st->options);
	return st;
}

int
store_close(struct store *st, struct err *e)
{
	int r = 0;

	if (!st)
		return 0;
	if (!st->broken)
		r = store_sweep(st, e);
	end(st);
	return r;
}
