/* origins: what a spool has of others, by signal, tenant and part. */
#include "record/spool.h"

#include <unistd.h>

#include "folder.h"
#include "record/parts.h"
#include "unit.h"

static char root[FOLDER_PATH];
static char dir[64];

/* A folder of its own for each test. */
static void
fresh(const char *name, int no)
{
	snprintf(dir, sizeof dir, "%s/%s-%d", root, name, no);
}

static struct spool *
open_spool(void)
{
	struct spool *s = spool_open(dir, NULL, NULL);

	CHECK(s != NULL);
	return s;
}

/* Appends a record of that signal and tenant; is it kept? */
static bool
keeps(struct spool *s, struct rec r, uint64_t seg, uint64_t off)
{
	struct spool_stats before, after;

	r.has_origin = true;
	memset(r.origin.spool, 7, 16);
	r.origin.segment = seg;
	r.origin.offset = off;
	spool_stats(s, &before);
	CHECK(spool_append(s, &r, NULL, NULL) == 0);
	spool_stats(s, &after);
	return after.appended > before.appended;
}

/* What trimmed segments told, as both versions of the file say it. */
static void
test_origins_files(void)
{
	struct rec logs = { .signal = SIGNAL_LOGS, .tenant = S("acme") };
	struct rec traces = { .signal = SIGNAL_TRACES };
	char cmd[200];

	for (int version = 1; version <= 2; version++) {
		struct spool *s;

		fresh("file", version);
		spool_close(open_spool(), NULL);
		snprintf(cmd, sizeof cmd, "cp tests/golden/origins-%d "
		    "'%s/origins'", version, dir);
		CHECK(system(cmd) == 0);
		s = open_spool();
		CHECK(!keeps(s, logs, 2, 7));
		CHECK(keeps(s, logs, 2, 8));
		/* 1: of all signals; 2: of traces two items of 3:0 are here */
		CHECK(!keeps(s, traces, 2, 7));
		CHECK(keeps(s, traces, 3, 0));
		CHECK(!keeps(s, traces, 3, 0));
		logs.tenant = S("");
		CHECK(keeps(s, logs, 2, 7) == (version == 2));
		logs.tenant = S("acme");
		spool_close(s, NULL);
	}
}

/* A joined record: what is here of it is left out. */
static void
test_parts(void)
{
	static const char body[] = "aabbbcccc";
	struct rec r = { .signal = SIGNAL_LOGS, .payload = S("aabbbcccc") };
	struct part part[3] = { { 1, 10, 2, 0 }, { 1, 20, 3, 4 },
		{ 1, 20, 4, 0 } };
	struct spool_reader *rd;
	struct buf b = { 0 };
	uint8_t id[16];
	struct rec got;

	memset(id, 7, sizeof id);
	for (int have = 0; have <= 3; have++) {
		struct spool *s;

		fresh("parts", have);
		s = open_spool();
		for (int all = 0, n = have; all < 2; all++, n = 3) {
			size_t bytes = 0;

			buf_reset(&b);
			parts_begin(&b, id);
			for (int i = 0; i < n; i++) {
				parts_add(&b, &part[i]);
				bytes += part[i].bytes;
			}
			r.payload = str_mk(body, bytes);
			r.parts = buf_str(&b);
			if (n > 0)
				CHECK(spool_append(s, &r, NULL, NULL) == 0);
		}
		spool_close(s, NULL);
		buf_reset(&b);
		rd = spool_read(dir, NULL);
		while (spool_next(rd, &got, NULL) == 1) {
			CHECK(parts_tight(&got));
			buf_adds(&b, got.payload);
		}
		CHECK(str_eq(buf_str(&b), S("aabbbcccc")));
		spool_reader_close(rd);
	}
	buf_free(&b);
}

int
main(void)
{

	folder_new(root, "origins");
	test_origins_files();
	test_parts();
	CHECK(folder_wipe(root) == 0);
	return unit_done();
}
