#include "log/faults.h"

#include "base/err.h"

#define FAULTS_MAX	1000u	/* told in one scan */

void
faults_init(struct faults *f, part_fault_fn *fn, void *arg)
{
	*f = (struct faults){ .fn = fn, .arg = arg };
	pthread_mutex_init(&f->lock, NULL);
}

void
faults_free(struct faults *f)
{
	map_free(&f->said);
	pthread_mutex_destroy(&f->lock);
}

int
faults_pass(struct faults *f, const struct log_part *p, uint32_t stripe,
    struct err *e)
{
	bool fresh = false;

	if (!f->fn || (e->kind != ERR_CORRUPT && e->kind != ERR_SYS))
		return -1;
	part_where(p, stripe, e);
	pthread_mutex_lock(&f->lock);
	/* many rows may meet the same one */
	if (f->said.n < FAULTS_MAX)
		map_add(&f->said, str_of(e->msg), &fresh);
	if (fresh)
		f->fn(f->arg, e);
	pthread_mutex_unlock(&f->lock);
	*e = (struct err){ 0 };
	return 0;
}
