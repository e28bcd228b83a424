#include "codec/work.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"

#define KEEP	((size_t)4 << 20)	/* of a buffer, over a trim */

/* Set once, then only read: the one place of lib/ with state of its own. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void
work_free(void *p)
{
	struct work *w = p;

	ZSTD_freeCCtx(w->pack);
	ZSTD_freeDCtx(w->unpack);
	buf_free(&w->read);
	buf_free(&w->raw);
	buf_free(&w->text);
	buf_free(&w->ints);
	buf_free(&w->runs);
	buf_free(&w->rows);
	free(w);
}

static void
make_key(void)
{
	if (pthread_key_create(&key, work_free) != 0)
		die("out of thread keys");
}

struct work *
work(void)
{
	struct work *w;

	pthread_once(&once, make_key);
	w = pthread_getspecific(key);
	if (!w) {
		w = xcalloc(1, sizeof *w);
		if (pthread_setspecific(key, w) != 0)
			die("out of memory");
	}
	return w;
}

void
work_trim(void)
{
	struct work *w = work();
	struct buf *all[] = { &w->read, &w->raw, &w->text, &w->ints, &w->runs,
		&w->rows };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i]->cap > KEEP)
			buf_free(all[i]);
}

void *
work_room(struct buf *b, size_t n)
{
	b->n = 0;
	buf_reserve(b, n);
	return b->p;
}
