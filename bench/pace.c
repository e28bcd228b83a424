/*
 * pace: records to stdout as fast as so many items a second come in.
 *
 *   pace -r ITEMS FILE.rec
 *
 * Ends with the file, or at SIGTERM; then says "ITEMS SECONDS" on stderr, so
 * that who reads can be asked whether it kept up.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/num.h"
#include "base/time.h"
#include "otlp/walk.h"
#include "record/record.h"

#define CHUNK	((size_t)64 << 10)	/* written at once */

static volatile sig_atomic_t ended;

static void
on_term(int sig)
{
	ended = sig;
}

static uint64_t
items_of(struct str payload)
{
	struct otlp_items it;
	struct str item;
	uint64_t n = 0;

	otlp_items_init(&it, payload);
	while (otlp_items_next(&it, &item) == 1)
		n++;
	return n;
}

/* Till so many ns after the start, what is ready goes out first. 0 or -1. */
static int
wait_for(uint64_t start, uint64_t due, struct buf *b, struct err *e)
{
	uint64_t now = time_mono() - start, left = due > now ? due - now : 0;
	struct timespec t = { .tv_sec = (time_t)(left / NS_S),
		.tv_nsec = (long)(left % NS_S) };

	if (left == 0 && b->n < CHUNK)
		return 0;
	if (io_write(STDOUT_FILENO, b->p, b->n, e) == -1)
		return -1;
	buf_reset(b);
	nanosleep(&t, NULL);
	return 0;
}

int
main(int argc, char *argv[])
{
	uint64_t rate = 0, items = 0, start = time_mono();
	struct buf b = { 0 };
	struct err e = { 0 };
	struct rec_reader *rd;
	struct rec rec;
	int c, r;

	while ((c = getopt(argc, argv, "r:")) != -1)
		if (c != 'r' || !num_u64(str_of(optarg), &rate))
			return 2;
	if (rate == 0 || optind + 1 != argc) {
		fprintf(stderr, "usage: pace -r ITEMS FILE.rec\n");
		return 2;
	}
	sigaction(SIGTERM, &(struct sigaction){ .sa_handler = on_term }, NULL);
	rd = rec_open(argv[optind], &e);
	r = rd ? 1 : -1;
	while (r == 1 && !ended && (r = rec_next(rd, &rec, &e)) == 1) {
		rec_put(&b, &rec, true);
		items += items_of(rec.payload);
		r = wait_for(start, items * (NS_S / 1000) / rate * 1000, &b,
		    &e) == -1 ? -1 : 1;
	}
	if (r != -1)
		r = io_write(STDOUT_FILENO, b.p, b.n, &e);
	if (r == -1)
		fprintf(stderr, "pace: %s\n", e.msg);
	fprintf(stderr, "%llu %.3f\n", (unsigned long long)items,
	    (double)(time_mono() - start) / (double)NS_S);
	rec_close(rd);
	buf_free(&b);
	return r == -1;
}
