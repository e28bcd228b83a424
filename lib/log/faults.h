/*
 * faults: of the data, as the workers of a scan meet them: told once each, and
 * passed over, so that the rest is still answered from.
 */
#ifndef LOG_FAULTS_H
#define LOG_FAULTS_H

#include <pthread.h>

#include "base/hash.h"
#include "log/part.h"

/* Told of a stripe that cannot be read, by one worker at a time. */
typedef void part_fault_fn(void *arg, const struct err *);

struct faults {
	part_fault_fn *fn;	/* NULL: the first one ends the scan */
	void *arg;
	struct map said;
	pthread_mutex_t lock;
};

void faults_init(struct faults *, part_fault_fn *, void *arg);
void faults_free(struct faults *);
/* One of a stripe. 0: it was told, and *e is empty; -1: it is of the query, or
 * there is nobody to tell. */
int faults_pass(struct faults *, const struct log_part *, uint32_t stripe,
    struct err *);

#endif
