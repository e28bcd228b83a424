/*
 * dataset: spans of the shared cases in a store: a record a span, the first
 * half in two blocks, the rest in the tail, so that most traces are assembled.
 */
#ifndef CONFORMANCE_DATASET_H
#define CONFORMANCE_DATASET_H

#include <unistd.h>

#include "conformance/spans.h"
#include "folder.h"
#include "record/spool.h"
#include "trace/scan.h"

struct dataset {
	char dir[FOLDER_PATH];
	struct store_view *view;
};

static inline void
dataset_say(void *arg, const char *msg)
{
	(void)arg;
	die("store: %s", msg);
}

static inline void
dataset_seal(const char *store, const char *spool)
{
	struct store_writer_opts o = { .once = true, .merge_bytes = 1 << 30,
	    .say = dataset_say };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct store *st = store_open(store, &trace_kind, &o, &e);

	if (!st || store_take(st, spool, -1, &sum, &e) == -1 ||
	    store_close(st, &e) == -1)
		die("%s: %s", store, e.msg);
}

static inline void
dataset_open(struct dataset *d, json_t *spans)
{
	struct store_view_opts vo = { .kind = "traces", .say = dataset_say };
	struct spool_opts so = { .sync = SPOOL_SYNC_NONE };
	size_t i, n = json_array_size(spans);
	struct err e = { 0 };
	char store[96], spool[96];
	struct spool *sp;
	json_t *s;

	folder_new(d->dir, "traceql");
	snprintf(store, sizeof store, "%s/store", d->dir);
	snprintf(spool, sizeof spool, "%s/spool", d->dir);
	sp = spool_open(spool, &so, &e);
	if (!sp)
		die("%s", e.msg);
	dataset_seal(store, spool);
	json_array_foreach(spans, i, s) {
		struct buf b = { 0 };

		if (n > 1 && (i == n / 4 || i == n / 2))
			dataset_seal(store, spool);
		pb_traces(&b, s);
		struct rec r = { .signal = SIGNAL_TRACES, .items = 1,
		    .payload = buf_str(&b), .received = 1000 + i };
		if (spool_append(sp, &r, NULL, &e) == -1)
			die("%s", e.msg);
		buf_free(&b);
	}
	if (spool_close(sp, &e) == -1 ||
	    !(d->view = store_view(store, &vo, &e)))
		die("%s", e.msg);
}

static inline void
dataset_close(struct dataset *d)
{
	if (store_view_missing(d->view) > 0)
		die("%s: something was missing", d->dir);
	store_view_close(d->view);
	folder_wipe(d->dir);
}

#endif
