#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct run {
	pool_fn *fn;
	void *arg;
	size_t parts;
	atomic_size_t next;
	atomic_bool failed;
	pthread_mutex_t mutex;
	struct err *e;
};

struct worker {
	struct run *run;
	unsigned no;
};

unsigned
pool_workers(void)
{
	cpu_set_t set;
	int n;

	if (sched_getaffinity(0, sizeof set, &set) == -1)
		return 1;
	n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > POOL_WORKERS_MAX ? POOL_WORKERS_MAX :
	    (unsigned)n;
}

static void *
work(void *p)
{
	struct worker *w = p;
	struct run *run = w->run;

	while (!atomic_load(&run->failed)) {
		size_t part = atomic_fetch_add(&run->next, 1);
		struct err e = { 0 };

		if (part >= run->parts)
			break;
		if (run->fn(run->arg, part, w->no, &e) == 0)
			continue;
		pthread_mutex_lock(&run->mutex);
		if (!atomic_exchange(&run->failed, true) && run->e)
			*run->e = e;
		pthread_mutex_unlock(&run->mutex);
	}
	return NULL;
}

int
pool_run(unsigned workers, size_t parts, pool_fn *fn, void *arg,
    struct err *e)
{
	struct run run = { .fn = fn, .arg = arg, .parts = parts, .e = e };
	struct worker w[POOL_WORKERS_MAX];
	pthread_t t[POOL_WORKERS_MAX];
	unsigned started = 0;

	if (workers > POOL_WORKERS_MAX)
		workers = POOL_WORKERS_MAX;
	if (workers > parts)
		workers = (unsigned)parts;
	pthread_mutex_init(&run.mutex, NULL);
	for (unsigned i = 0; i < workers; i++)
		w[i] = (struct worker){ &run, i };
	/* a thread that cannot be had is done without */
	for (unsigned i = 1; i < workers; i++, started++)
		if (pthread_create(&t[i], NULL, work, &w[i]) != 0)
			break;
	if (workers > 0)
		work(&w[0]);
	for (unsigned i = 1; i <= started; i++)
		pthread_join(t[i], NULL);
	pthread_mutex_destroy(&run.mutex);
	return atomic_load(&run.failed) ? -1 : 0;
}
