/*
 * snapshot: a store of its own in a new folder: the same blocks by hard link
 * (copied where it is another file system), the tail as its wal.
 *
 * The sources stay known, at the end of the tail, so that a writer may go on
 * from there; but a reader does not look into them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/sys.h"
#include "store/folder.h"
#include "store/tail.h"
#include "store/writer.h"

#define COPY_CHUNK	((size_t)1 << 20)

static int
copy_open(int from, int to, struct err *e)
{
	char *p = xmalloc(COPY_CHUNK);
	ptrdiff_t n;

	while ((n = io_read(from, p, COPY_CHUNK, e)) > 0)
		if (io_write(to, p, (size_t)n, e) == -1) {
			n = -1;
			break;
		}
	free(p);
	return n == 0 ? io_sync(to, e) : -1;
}

static int
copy_file(const char *from, const char *to, struct err *e)
{
	int in = io_open(from, O_RDONLY, e), r;

	if (in == -1)
		return -1;
	int out = io_open(to, O_WRONLY | O_CREAT | O_EXCL, e);

	r = out == -1 ? -1 : copy_open(in, out, e);
	if (out != -1 && io_close(out, r == 0 ? e : NULL) == -1)
		r = -1;
	sys_close(in);
	return r;
}

static int
link_blocks(const struct store *st, const char *to, struct err *e)
{
	struct arena a = { 0 };
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < st->man.blocks; i++) {
		const uint8_t *id = st->man.block[i].id;
		const char *old = folder_block(&a, st->dir, id, FOLDER_BLOCK);
		const char *new = folder_block(&a, to, id, FOLDER_BLOCK);

		if (sys_link(old, new) == 0)
			continue;
		if (errno == EXDEV || errno == EPERM || errno == EMLINK)
			r = copy_file(old, new, e);
		else
			r = err_sys(e, "link %s to %s", old, new);
	}
	if (r == 0)
		r = io_sync_dir(io_path(&a, to, "blocks"), e);
	arena_free(&a);
	return r;
}

static int
copy_records(struct tail *t, enum signal signal, struct spool *to,
    struct err *e)
{
	struct rec rec;
	int r;

	while ((r = tail_next(t, signal, &rec, e)) == 1) {
		rec.has_origin = false;
		rec.parts = S("");
		if (spool_write(to, &rec, NULL, e) == -1)
			return -1;
	}
	return r == -1 ? -1 : spool_flush(to, e);
}

/* The tail as TO/wal; *start where it begins. */
static int
copy_tail(struct tail *t, enum signal signal, const char *to,
    struct spool_cursor *start, struct err *e)
{
	struct arena a = { 0 };
	const char *path = io_path(&a, to, "wal");
	struct spool *wal = spool_open(path, NULL, e);
	struct spool_reader *rd = NULL;
	int r = -1;

	if (wal) {
		r = copy_records(t, signal, wal, e);
		memcpy(start->id, spool_id(wal), 16);
		if (spool_close(wal, r == 0 ? e : NULL) == -1)
			r = -1;
	}
	if (r == 0)
		rd = spool_read(path, e);
	if (rd) {
		uint8_t id[16];

		memcpy(id, start->id, 16);
		spool_tell(rd, start);
		memcpy(start->id, id, 16);
		spool_reader_close(rd);
	} else
		r = -1;
	arena_free(&a);
	return r;
}

/* Where the tail of each source ends: the writer of the copy goes on there. */
static void
move_sources(struct manifest *m, const struct tail *t)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->sources; i++) {
		struct manifest_source s = m->source[i];

		for (uint32_t k = 0; k < t->sources; k++)
			if (memcmp(t->source[k].end.id, s.at.id, 16) == 0)
				s.at = t->source[k].end;
		if (str_eq(s.path, S("wal")))
			continue;	/* the copy has another one */
		s.path = (struct str){ "", 0 };
		m->source[kept++] = s;
	}
	m->sources = kept;
}

static void
hear(void *arg, const char *msg)
{
	store_say(arg, "%s", msg);
}

static int
fill(struct store *st, const char *to, struct tail *t, struct err *e)
{
	struct spool_cursor start;
	struct manifest m;
	int r = link_blocks(st, to, e);

	if (r == -1)
		return -1;
	manifest_copy(&m, &st->man, 0);
	folder_new_id(m.id);
	move_sources(&m, t);
	if (t->records > 0) {
		r = copy_tail(t, st->kind->signal, to, &start, e);
		if (r == 0)
			r = manifest_cursor(&m, S("wal"), &start, e);
	}
	if (r == 0)
		r = manifest_save(&m, to, e);
	manifest_free(&m);
	return r;
}

int
store_snapshot(struct store *st, const char *to, struct err *e)
{
	struct tail t = { .say = hear, .say_arg = st };
	int fd, r;

	if (to[0] == '\0')
		return err_set(e, ERR_QUERY, "snapshot: no folder given");
	if (sys_mkdir(to, 0777) == -1)
		return err_sys(e, "make folder %s", to);
	if (folder_make(to, e) == -1 || (fd = folder_lock(to, e)) == -1)
		return -1;
	tail_open(&t, st->dir, &st->man, st->kind->signal, NULL, NULL);
	r = t.faults > 0 ? err_set(e, ERR_CORRUPT, "snapshot: the tail cannot "
	    "be read whole") : fill(st, to, &t, e);
	tail_close(&t);
	sys_close(fd);
	return r;
}
