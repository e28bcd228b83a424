#include "net/work.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct work {
	pthread_mutex_t mutex;
	pthread_cond_t more;
	struct net_req *first, **last;	/* the queue */
	unsigned asleep;
	bool ending;
	size_t most;
	work_fn *fn;
	void *arg;
	unsigned threads;
	pthread_t thread[];
};

/* Up to `most` requests in order of arrival; 0 when it is over. */
static size_t
take(struct work *w, struct net_req *batch[])
{
	size_t n = 0;

	pthread_mutex_lock(&w->mutex);
	while (!w->first && !w->ending) {
		w->asleep++;
		pthread_cond_wait(&w->more, &w->mutex);
		w->asleep--;
	}
	for (; w->first && n < w->most; n++) {
		batch[n] = w->first;
		w->first = w->first->next;
	}
	if (!w->first)
		w->last = &w->first;
	pthread_mutex_unlock(&w->mutex);
	return n;
}

static void *
serve(void *p)
{
	struct work *w = p;
	struct net_req *batch[WORK_BATCH_MAX];
	size_t n;

	while ((n = take(w, batch)) > 0)
		w->fn(w->arg, batch, n);
	return NULL;
}

struct work *
work_open(unsigned threads, size_t most, work_fn *fn, void *arg,
    struct err *e)
{
	struct work *w = xcalloc(1, sizeof *w + threads * sizeof w->thread[0]);

	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->more, NULL);
	w->last = &w->first;
	w->most = most < WORK_BATCH_MAX ? most : WORK_BATCH_MAX;
	w->fn = fn;
	w->arg = arg;
	for (; w->threads < threads; w->threads++) {
		errno = pthread_create(&w->thread[w->threads], NULL, serve, w);
		if (errno == 0)
			continue;
		err_sys(e, "start a thread");
		work_close(w);
		return NULL;
	}
	return w;
}

void
work_add(struct work *w, struct net_req *req)
{
	bool wake;

	req->next = NULL;
	pthread_mutex_lock(&w->mutex);
	*w->last = req;
	w->last = &req->next;
	wake = w->asleep > 0;
	pthread_mutex_unlock(&w->mutex);
	if (wake)
		pthread_cond_signal(&w->more);
}

void
work_close(struct work *w)
{
	pthread_mutex_lock(&w->mutex);
	w->ending = true;
	pthread_mutex_unlock(&w->mutex);
	pthread_cond_broadcast(&w->more);
	for (unsigned i = 0; i < w->threads; i++)
		pthread_join(w->thread[i], NULL);
	pthread_mutex_destroy(&w->mutex);
	pthread_cond_destroy(&w->more);
	free(w);
}
