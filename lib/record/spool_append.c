#include "record/spoolint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/io.h"
#include "base/sys.h"

#define SEGMENT_LEAST	((uint64_t)4 << 10)

/* The name of the folder itself is made durable. */
static int
sync_parent(const char *dir, struct err *e)
{
	struct arena a = { 0 };
	struct str parent = str_of(dir);
	int r;

	while (parent.n > 0 && parent.p[parent.n - 1] == '/')
		parent.n--;
	while (parent.n > 0 && parent.p[parent.n - 1] != '/')
		parent.n--;
	r = io_sync_dir(parent.n > 0 ? arena_str(&a, parent).p : ".", e);
	arena_free(&a);
	return r;
}

/* The first writer gives the spool its ID; the flock is held. */
static int
give_id(struct spool *s, struct err *e)
{
	struct arena a = { 0 };
	int r = spool_id_read(s->dir, s->id, e);

	if (r == 0) {
		r = getrandom(s->id, sizeof s->id, 0) == sizeof s->id ?
		    sync_parent(s->dir, e) : err_sys(e, "getrandom");
		if (r == 0)
			r = io_replace(io_path(&a, s->dir, "ID"),
			    str_mk(s->id, sizeof s->id), e);
	}
	arena_free(&a);
	return r == -1 ? -1 : 0;
}

static void
set_opts(struct spool *s, const struct spool_opts *o)
{
	if (o)
		s->opts = *o;
	if (s->opts.segment_bytes == 0)
		s->opts.segment_bytes = SPOOL_SEGMENT;
	/* with a bound, there must be whole segments to drop */
	if (s->opts.max_bytes > 0 &&
	    s->opts.segment_bytes > s->opts.max_bytes / 8)
		s->opts.segment_bytes = s->opts.max_bytes / 8;
	if (s->opts.segment_bytes < SEGMENT_LEAST)
		s->opts.segment_bytes = SEGMENT_LEAST;
}

static int
set_up(struct spool *s, struct err *e)
{
	struct arena a = { 0 };
	int r;

	spool_boot(s->boot);
	if (io_mkdir(s->dir, e) == -1)
		return -1;
	s->lockfd = io_open(io_path(&a, s->dir, "lock"), O_RDWR | O_CREAT, e);
	arena_free(&a);
	if (s->lockfd == -1 || io_lock(s->lockfd, true, e) == -1)
		return -1;
	r = give_id(s, e);
	sys_flock(s->lockfd, LOCK_UN);
	if (r == -1 || spool_enter(s, 0, e) == -1)
		return -1;
	spool_leave(s);
	return 0;
}

static void
free_spool(struct spool *s)
{
	if (s->fd != -1)
		sys_close(s->fd);
	if (s->lockfd != -1)
		sys_close(s->lockfd);
	pthread_cond_destroy(&s->turn);
	pthread_mutex_destroy(&s->mu);
	pthread_mutex_destroy(&s->writing);
	spool_origin_free(s);
	free(s->dir);
	free(s);
}

struct spool *
spool_open(const char *dir, const struct spool_opts *opts, struct err *e)
{
	struct spool *s = xcalloc(1, sizeof *s);

	s->dir = strcpy(xmalloc(strlen(dir) + 1), dir);
	s->fd = s->lockfd = -1;
	set_opts(s, opts);
	pthread_mutex_init(&s->writing, NULL);
	pthread_mutex_init(&s->mu, NULL);
	pthread_cond_init(&s->turn, NULL);
	if (set_up(s, e) == 0)
		return s;
	free_spool(s);
	return NULL;
}

/* All of v at the offset, or what was written is taken back. */
static int
write_all(int fd, struct iovec *v, int n, uint64_t at, struct err *e)
{
	uint64_t start = at;

	while (n > 0) {
		ssize_t r = sys_pwritev(fd, v, n, (off_t)at);

		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1) {
			err_sys(e, "write");
			if (at > start && sys_ftruncate(fd, (off_t)start))
				return -1;	/* the next one mends it */
			return -1;
		}
		at += (uint64_t)r;
		for (; n > 0 && (size_t)r >= v->iov_len; v++, n--)
			r -= (ssize_t)v->iov_len;
		if (n > 0) {
			v->iov_base = (char *)v->iov_base + r;
			v->iov_len -= (size_t)r;
		}
	}
	return 0;
}

struct frame {
	struct buf head, tail;
	struct iovec v[3];
	uint64_t n;
};

static void
frame_make(struct frame *f, const struct rec *rec)
{
	buf_reset(&f->head);
	buf_reset(&f->tail);
	rec_put_around(rec, true, &f->head, &f->tail);
	f->v[0] = (struct iovec){ f->head.p, f->head.n };
	f->v[1] = (struct iovec){ (char *)rec->payload.p, rec->signal ==
	    SIGNAL_NONE ? 0 : rec->payload.n };
	f->v[2] = (struct iovec){ f->tail.p, f->tail.n };
	f->n = f->head.n + f->v[1].iov_len + f->tail.n;
}

/* Entered: the frame goes to the end, the lock says so. */
static int
put_frame(struct spool *s, struct frame *f, struct waiter *w, struct err *e)
{
	struct spool_head h = { .segment = s->seg, .valid = s->end + f->n };
	int r = write_all(s->fd, f->v, 3, s->end, e);

	memcpy(h.boot, s->boot, sizeof h.boot);
	if (r == 0)
		r = spool_head_write(s->lockfd, &h, e);
	if (r == -1)
		return err_in(e, "%s", s->dir);
	pthread_mutex_lock(&s->mu);
	s->end += f->n;
	s->stats.appended++;
	spool_ticket(s, w);
	pthread_mutex_unlock(&s->mu);
	return 0;
}

/* Nothing of it is new. It may not be durable: it has a ticket all the same. */
static void
skip(struct spool *s, struct waiter *w)
{
	pthread_mutex_lock(&s->mu);
	s->stats.skipped_origins++;
	spool_ticket(s, w);
	pthread_mutex_unlock(&s->mu);
}

static int
append_entered(struct spool *s, const struct rec *rec, struct frame *f,
    struct origin *at, struct waiter *w, struct err *e)
{
	struct buf bytes = { 0 };
	struct rec fresh;
	uint64_t from = s->end;
	int r = spool_origin_new(s, rec, &fresh, &bytes, e);

	if (r != -1 && at) {
		memcpy(at->spool, s->id, sizeof at->spool);
		at->segment = s->seg;
		at->offset = from;
	}
	if (r == 1 && fresh.payload.p != rec->payload.p)
		frame_make(f, &fresh);
	if (r == 0)
		skip(s, w);
	else if (r == 1 && (r = put_frame(s, f, w, e)) == 0)
		spool_origin_note(s, &fresh, from, s->end);
	buf_free(&bytes);
	return r;
}

static int
append(struct spool *s, const struct rec *rec, struct origin *at,
    struct waiter *w, struct err *e)
{
	struct frame f = { 0 };
	int r = -1;

	if (rec->payload.n > REC_PAYLOAD_MAX)
		return err_set(e, ERR_LIMIT,
		    "record payload %zu: over the limit of %zu",
		    rec->payload.n, REC_PAYLOAD_MAX);
	if (rec->tenant.n + rec->parts.n + rec->unknown.n >
	    REC_MAX - REC_PAYLOAD_MAX - 256)
		return err_set(e, ERR_LIMIT, "record header: over the limit");
	frame_make(&f, rec);
	if (spool_enter(s, f.n, e) == 0) {
		r = append_entered(s, rec, &f, at, w, e);
		spool_leave(s);
	}
	buf_free(&f.head);
	buf_free(&f.tail);
	return r;
}

int
spool_append(struct spool *s, const struct rec *rec, struct origin *at,
    struct err *e)
{
	struct waiter w;
	int r;

	if (append(s, rec, at, &w, e) == -1)
		return -1;
	pthread_mutex_lock(&s->mu);
	r = spool_await(s, &w, e);
	pthread_mutex_unlock(&s->mu);
	return r;
}

void
spool_append_many(struct spool *s, const struct rec *const recs[], size_t n,
    struct err e[])
{
	struct waiter *w = xcalloc(n, sizeof *w);

	for (size_t i = 0; i < n; i++) {
		e[i].kind = ERR_NONE;
		append(s, recs[i], NULL, &w[i], &e[i]);
	}
	/* a sync may have failed half way: each has its own fate */
	pthread_mutex_lock(&s->mu);
	for (size_t i = 0; i < n; i++)
		if (e[i].kind == ERR_NONE)
			spool_await(s, &w[i], &e[i]);
	pthread_mutex_unlock(&s->mu);
	free(w);
}

int
spool_write(struct spool *s, const struct rec *rec, struct origin *at,
    struct err *e)
{
	return append(s, rec, at, NULL, e);
}

int
spool_flush(struct spool *s, struct err *e)
{
	struct waiter w;
	int r = 0;

	pthread_mutex_lock(&s->mu);
	if (s->written > s->synced) {
		spool_ticket(s, &w);
		r = spool_await(s, &w, e);
	}
	if (s->lost) {
		r = -1;
		if (e)
			*e = s->why;
	}
	s->lost = false;
	pthread_mutex_unlock(&s->mu);
	return r;
}

void
spool_stats(struct spool *s, struct spool_stats *st)
{
	pthread_mutex_lock(&s->mu);
	*st = s->stats;
	st->bytes = s->others + s->end;
	pthread_mutex_unlock(&s->mu);
}

const struct spool_opts *
spool_options(const struct spool *s)
{
	return &s->opts;
}

const uint8_t *
spool_id(const struct spool *s)
{
	return s->id;
}

int
spool_close(struct spool *s, struct err *e)
{
	int r;

	if (!s)
		return 0;
	r = spool_flush(s, e);
	free_spool(s);
	return r;
}
