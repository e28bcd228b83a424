/*
 * spool-has: whether a spool holds what was acknowledged, exactly once.
 *
 *   spool-has SPOOL FILE.rec ACKS...
 *
 * ACKS are otlp-load's: the numbers of the records of FILE.rec that a server
 * accepted. Exit 1 if the payload of one of them is not in the spool just
 * once, or one that was never acknowledged is there twice, or that is of no
 * record of FILE.rec. Prints totals.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "record/spool.h"

static struct map payloads;	/* FILE.rec's, by number */

static void
read_file(const char *path)
{
	struct err e = { 0 };
	struct rec_reader *rd = rec_open(path, &e);
	struct rec rec;
	bool fresh;
	int r;

	if (!rd)
		die("%s", e.msg);
	while ((r = rec_next(rd, &rec, &e)) == 1) {
		map_add(&payloads, rec.payload, &fresh);
		if (!fresh)
			die("%s: a payload is there twice", path);
	}
	if (r == -1)
		die("%s: %s", path, e.msg);
	rec_close(rd);
}

static unsigned long
count_spool(const char *dir, unsigned char *times)
{
	struct err e = { 0 };
	struct spool_reader *rd = spool_read(dir, &e);
	unsigned long n = 0;
	struct rec rec;
	int r;

	if (!rd)
		die("%s", e.msg);
	while ((r = spool_next(rd, &rec, &e)) == 1) {
		uint32_t no = map_find(&payloads, rec.payload);

		if (no == MAP_NONE)
			die("%s: a record that nobody sent", dir);
		if (times[no] < 255)
			times[no]++;
		n++;
	}
	if (r == -1)
		die("%s: %s", dir, e.msg);
	if (spool_reader_damage(rd, NULL) > 0)
		die("%s: damage", dir);
	spool_reader_close(rd);
	return n;
}

int
main(int argc, char *argv[])
{
	unsigned long acked = 0, bad = 0, n;
	unsigned char *times;
	unsigned no;

	if (argc < 4)
		die("spool-has SPOOL FILE.rec ACKS...");
	read_file(argv[2]);
	times = xcalloc(payloads.n, 1);
	n = count_spool(argv[1], times);
	for (uint32_t i = 0; i < payloads.n; i++)
		if (times[i] > 1) {
			fprintf(stderr, "record %u is there %u times\n", i,
			    times[i]);
			bad++;
		}
	for (char **path = argv + 3; *path; path++) {
		FILE *f = fopen(*path, "r");

		if (!f)
			die("%s: cannot be read", *path);
		for (; fscanf(f, "%u", &no) == 1; acked++)
			if (no >= payloads.n || times[no] == 0) {
				fprintf(stderr, "record %u was acknowledged, "
				    "but is not there\n", no);
				bad++;
			}
		fclose(f);
	}
	printf("%lu acknowledged, %lu in the spool, %lu wrong\n", acked, n,
	    bad);
	map_free(&payloads);
	free(times);
	return bad > 0;
}
