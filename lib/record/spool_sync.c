/* spool_sync: group commit: one leader syncs for all who wait. */
#include "record/spoolint.h"

#include "base/io.h"
#include "base/time.h"

/* Those whose ticket is at or below `upto` have their answer. */
static void
answer(struct spool *s, uint64_t upto, bool refused)
{
	struct waiter **w = &s->waiters;

	while (*w)
		if ((*w)->ticket <= upto) {
			(*w)->refused = refused;
			(*w)->done = true;
			*w = (*w)->next;
		} else
			w = &(*w)->next;
	s->synced = upto;
}

/*
 * fdatasync failed: what was written since the last good one may be gone, and
 * a second call might say otherwise. Everybody is refused, and the segment is
 * closed by the next one to enter.
 */
static void
refuse_all(struct spool *s, const struct err *why)
{
	s->failed = true;
	if (s->loose > s->synced)
		s->lost = true;
	s->why = *why;
	answer(s, s->written, true);
}

/* One sync for all tickets given so far. mu held, but not over the sync. */
static void
lead(struct spool *s)
{
	uint64_t upto = s->written, end = s->end, start = time_mono();
	struct err why = { 0 };
	int fd = s->fd, r;

	s->syncing = true;
	pthread_mutex_unlock(&s->mu);
	r = io_datasync(fd, &why);
	pthread_mutex_lock(&s->mu);
	s->syncing = false;
	s->stats.syncs++;
	s->stats.sync_ns += time_mono() - start;
	if (r == 0) {
		answer(s, upto, false);
		s->durable = end;
	} else {
		err_in(&why, "%s", s->dir);
		refuse_all(s, &why);
	}
	pthread_cond_broadcast(&s->turn);
}

void
spool_ticket(struct spool *s, struct waiter *w)
{
	s->written++;
	if (!w) {
		s->loose = s->written;
		return;
	}
	*w = (struct waiter){ .ticket = s->written, .next = s->waiters };
	s->waiters = w;
}

int
spool_await(struct spool *s, struct waiter *w, struct err *e)
{
	while (!w->done)
		if (s->opts.sync == SPOOL_SYNC_NONE)
			answer(s, s->written, false);
		else if (s->syncing)
			pthread_cond_wait(&s->turn, &s->mu);
		else
			lead(s);
	if (!w->refused)
		return 0;
	if (e)
		*e = s->why;
	return -1;
}

void
spool_settle(struct spool *s)
{
	while (s->syncing)
		pthread_cond_wait(&s->turn, &s->mu);
	if (s->opts.sync == SPOOL_SYNC_NONE)
		answer(s, s->written, false);
	while (s->synced < s->written)
		if (s->syncing)
			pthread_cond_wait(&s->turn, &s->mu);
		else
			lead(s);
}
