#include "record/sink.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/time.h"

/* A larger pipe means fewer turns. */
#define PIPE_BYTES	(1 << 20)

struct sink {
	struct spool *spool;	/* NULL: fd */
	int fd;
	struct spool_opts opts;
	pthread_mutex_t mutex;	/* of what follows, and of writing to fd */
	struct err broken;
	uint64_t said;		/* time_mono of the last complaint */
};

/* Drops the r bytes that were written off the front of v. */
static size_t
advance(struct iovec *v, size_t n, size_t at, size_t r)
{
	while (at < n && r >= v[at].iov_len)
		r -= v[at++].iov_len;
	if (at < n && r > 0) {
		v[at].iov_base = (char *)v[at].iov_base + r;
		v[at].iov_len -= r;
	}
	return at;
}

static int
write_all(int fd, struct iovec *v, size_t n, struct err *e)
{
	size_t at = advance(v, n, 0, 0);

	while (at < n) {
		ssize_t r = writev(fd, v + at, (int)(n - at));
		struct pollfd p = { .fd = fd, .events = POLLOUT };

		if (r >= 0)
			at = advance(v, n, at, (size_t)r);
		else if (errno == EAGAIN)
			poll(&p, 1, -1);
		else if (errno != EINTR)
			return err_sys(e, "write");
	}
	return 0;
}

/* The frames, whole and in order, without CRCs. */
static int
write_recs(int fd, const struct rec *const recs[], size_t n, struct err *e)
{
	struct iovec v[3 * SINK_MANY];
	size_t cut[2 * SINK_MANY + 1] = { 0 };
	struct buf around = { 0 }, tail = { 0 };
	int r;

	assert(n <= SINK_MANY);
	for (size_t i = 0; i < n; i++) {
		buf_reset(&tail);
		rec_put_around(recs[i], false, &around, &tail);
		cut[2 * i + 1] = around.n;
		buf_adds(&around, buf_str(&tail));
		cut[2 * i + 2] = around.n;
	}
	/* around stays where it is from here on */
	for (size_t i = 0; i < n; i++) {
		const struct rec *rec = recs[i];
		char *p = around.p;

		v[3 * i] = (struct iovec){ p + cut[2 * i],
		    cut[2 * i + 1] - cut[2 * i] };
		v[3 * i + 1] = (struct iovec){
		    (void *)(uintptr_t)rec->payload.p,
		    rec->signal == SIGNAL_NONE ? 0 : rec->payload.n };
		v[3 * i + 2] = (struct iovec){ p + cut[2 * i + 1],
		    cut[2 * i + 2] - cut[2 * i + 1] };
	}
	r = write_all(fd, v, 3 * n, e);
	buf_free(&around);
	buf_free(&tail);
	return r;
}

static bool
writable(int fd)
{
	int how = fcntl(fd, F_GETFL);

	if (how != -1 && (how & O_ACCMODE) == O_RDONLY)
		errno = EBADF;	/* as a write would say */
	return how != -1 && (how & O_ACCMODE) != O_RDONLY;
}

struct sink *
sink_open(const char *dir, const struct spool_opts *opts, int fd,
    struct err *e)
{
	struct spool *spool = NULL;
	struct sink *k;

	if (!dir && !writable(fd)) {
		err_sys(e, "stdout");
		return NULL;
	}
	if (!dir && isatty(fd)) {
		err_set(e, ERR_QUERY, "records are not for a terminal: rec "
		    "shows them");
		return NULL;
	}
	if (dir) {
		spool = spool_open(dir, opts, e);
		if (!spool)
			return NULL;
	} else
		fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);	/* if it is one */
	k = xcalloc(1, sizeof *k);
	k->spool = spool;
	k->fd = fd;
	if (opts)
		k->opts = *opts;
	pthread_mutex_init(&k->mutex, NULL);
	return k;
}

/* A word about trouble, once a second at most. */
static void
complain(struct sink *k, const struct err *e)
{
	uint64_t now = time_mono();
	bool say;

	pthread_mutex_lock(&k->mutex);
	say = k->opts.say && (k->said == 0 || now - k->said > NS_S);
	if (say)
		k->said = now;
	pthread_mutex_unlock(&k->mutex);
	if (say)
		k->opts.say(k->opts.say_arg, e->msg);
}

static void
put_fd(struct sink *k, const struct rec *const recs[], size_t n,
    struct err e[])
{
	pthread_mutex_lock(&k->mutex);
	if (k->broken.kind == ERR_NONE)
		write_recs(k->fd, recs, n, &k->broken);
	for (size_t i = 0; i < n; i++)
		e[i] = k->broken;
	pthread_mutex_unlock(&k->mutex);
}

void
sink_put(struct sink *k, const struct rec *const recs[], size_t n,
    struct err e[])
{
	for (size_t i = 0; i < n; i++)
		e[i].kind = ERR_NONE;
	if (!k->spool && n > 0)
		put_fd(k, recs, n, e);
	if (k->spool && n > 0)
		spool_append_many(k->spool, recs, n, e);
	for (size_t i = 0; k->spool && i < n; i++)
		if (e[i].kind != ERR_NONE)
			complain(k, &e[i]);
}

bool
sink_broken(struct sink *k, struct err *e)
{
	bool broken;

	pthread_mutex_lock(&k->mutex);
	broken = k->broken.kind != ERR_NONE;
	if (broken && e)
		*e = k->broken;
	pthread_mutex_unlock(&k->mutex);
	return broken;
}

int
sink_close(struct sink *k, struct err *e)
{
	int r;

	if (!k)
		return 0;
	r = k->spool ? spool_close(k->spool, e) : 0;
	pthread_mutex_destroy(&k->mutex);
	free(k);
	return r;
}
