/* store: what looks after one: merges, repair, snapshot, expiry, requests. */
#include <sys/wait.h>

#include "store/manifest.h"

#include "storerig.h"

/* Seals, merges through the levels, with a rest, and nothing is lost. */
static void
test_merges(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "merged"), *sp = in_top(&a, "mspool");
	struct store_writer_opts o = { .batch_memory = 1, .merge_bytes = 300,
		.once = true };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct store *st = open_store(dir, &o);
	uint32_t top_level = 0;
	struct manifest m;

	for (unsigned i = 0; i < 40; i++) {
		spool_lines(sp, i * 5, i * 5 + 5, "", (100 + i * 4) * NS_S);
		CHECK(store_take(st, sp, -1, &sum, &e) == 0);
		CHECK(store_merge_due(st, false, &e) == 0);
		CHECK(exactly(dir, "", i * 5 + 5));
	}
	CHECK(manifest_load(&m, dir, &e) == 0);
	for (uint32_t i = 0; i < m.blocks; i++)
		if (m.block[i].level > top_level)
			top_level = m.block[i].level;
	CHECK(top_level == 2);
	CHECK(m.blocks < 40);
	manifest_free(&m);
	CHECK(check(dir) == 0);
	CHECK(store_close(st, &e) == 0);

	/* asked for, without a writer */
	CHECK(store_ask(dir, &toy_kind, STORE_COMPACT, NULL, NULL, &e) == 0);
	struct census c = census(dir, "", 200, NULL);

	CHECK(c.blocks == 1);
	free(c.seen);
	CHECK(exactly(dir, "", 200));
	arena_free(&a);
}

static void
test_repair(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "merged"), *sp = in_top(&a, "mspool");
	struct store_writer_opts o = { .batch_memory = 1, .merge_bytes = 300 };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct heard h = { .n = 0 };

	/* inputs and outputs of merges lie side by side now */
	for (unsigned i = 0; i < 8; i++) {
		struct store *st;

		spool_lines(sp, 200 + i * 5, 205 + i * 5, "",
		    (300 + i * 4) * NS_S);
		take(dir, sp, &o, &sum);
		st = open_store(dir, &o);
		CHECK(store_merge_due(st, false, &e) == 0);
		CHECK(store_close(st, &e) == 0);
		if (i % 2 == 0)
			remove_file(dir, "MANIFEST");
		CHECK(store_repair(dir, &toy_kind, hear, &h, &e) == 0);
		CHECK(exactly(dir, "", 205 + i * 5));
	}
	CHECK(files_in(dir, "blocks") > 10);
	CHECK(check(dir) == 0);

	/* without any manifest: no writer takes it for a new store */
	remove_file(dir, "MANIFEST");
	CHECK(store_open(dir, &toy_kind, NULL, &e) == NULL);
	CHECK(e.kind == ERR_CORRUPT && strstr(e.msg, "--repair"));
	CHECK(store_repair(dir, &toy_kind, hear, &h, &e) == 0);
	CHECK(exactly(dir, "", 240));
	take(dir, sp, &o, &sum);	/* the cursor is known again */
	CHECK(sum.records == 0);
	CHECK(exactly(dir, "", 240));
	arena_free(&a);
}

static void
test_snapshot(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "merged"), *sp = in_top(&a, "mspool");
	const char *to = in_top(&a, "copy");
	struct err e = { 0 };
	struct store_taken sum;

	spool_lines(sp, 240, 250, "", 500 * NS_S);	/* a tail */
	CHECK(store_ask(dir, &toy_kind, STORE_SNAPSHOT, to, NULL, &e) == 0);
	CHECK(exactly(to, "", 250));
	CHECK(check(to) == 0);
	spool_lines(sp, 250, 260, "", 500 * NS_S);
	CHECK(exactly(dir, "", 260));
	CHECK(exactly(to, "", 250));		/* frozen */
	take(to, sp, NULL, &sum);		/* and goes on from there */
	CHECK(sum.records == 20);		/* its wal, and ten */
	CHECK(exactly(to, "", 260));
	CHECK(check(to) == 0);
	CHECK(store_ask(dir, &toy_kind, STORE_SNAPSHOT, to, NULL, &e) == -1);
	arena_free(&a);
}

static void
test_expire(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "aged"), *sp = in_top(&a, "aspool");
	struct store_writer_opts o = { .batch_memory = 1 };
	struct store_taken sum;
	struct err e = { 0 };
	uint64_t now = time_now();

	spool_lines(sp, 0, 5, "", now - 3 * 86400 * NS_S);
	spool_lines(sp, 5, 15, "", now - 3600 * NS_S);
	take(dir, sp, &o, &sum);
	CHECK(store_ask(dir, &toy_kind, STORE_EXPIRE, "2d", NULL, &e) == 0);
	struct census c = census(dir, "", 15, NULL);

	CHECK(c.seen[4] == 0 && c.seen[5] == 1 && c.blocks == 10);
	free(c.seen);
	CHECK(store_ask(dir, &toy_kind, STORE_EXPIRE, "2KiB", NULL, &e) == 0);
	c = census(dir, "", 15, NULL);
	CHECK(c.blocks > 0 && c.blocks < 10 && c.seen[14] == 1);
	free(c.seen);
	CHECK(store_ask(dir, &toy_kind, STORE_EXPIRE, "soon", NULL, &e) ==
	    -1 && e.kind == ERR_QUERY);
	CHECK(store_ask(in_top(&a, "nowhere"), &toy_kind, STORE_COMPACT, NULL,
	    NULL, &e) == -1);
	CHECK(access(in_top(&a, "nowhere"), F_OK) == -1);
	arena_free(&a);
}

/* A writer in another process follows a spool and does what it is asked. */
static void
test_requests(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "busy"), *sp = in_top(&a, "bspool");
	struct store_writer_opts o = { .batch_memory = 1 };
	struct err e = { 0 };
	int stop[2], ready[2];
	char c;

	spool_lines(sp, 0, 30, "", 9 * NS_S);
	CHECK(pipe(stop) == 0 && pipe(ready) == 0);
	pid_t pid = fork();

	if (pid == 0) {
		struct store_taken sum = { 0 };
		struct store *st = store_open(dir, &toy_kind, &o, &e);

		close(stop[1]);
		if (!st || write(ready[1], "x", 1) != 1 ||
		    store_take(st, sp, stop[0], &sum, &e) == -1 ||
		    store_close(st, &e) == -1)
			_exit(1);
		_exit(0);
	}
	close(stop[0]);
	CHECK(read(ready[0], &c, 1) == 1);
	CHECK(store_ask(dir, &toy_kind, STORE_COMPACT, NULL, NULL, &e) == 0);
	CHECK(store_ask(dir, &toy_kind, STORE_SNAPSHOT,
	    in_top(&a, "busycopy"), NULL, &e) == 0);
	CHECK(exactly(in_top(&a, "busycopy"), "", 30));
	CHECK(store_ask(dir, &toy_kind, STORE_SNAPSHOT,
	    in_top(&a, "busycopy"), NULL, &e) == -1);
	CHECK(strstr(e.msg, "busycopy"));
	CHECK(store_open(dir, &toy_kind, NULL, &e) == NULL &&
	    e.kind == ERR_AGAIN);
	CHECK(files_in(dir, "requests") == 1);	/* done/ */
	CHECK(files_in(dir, "requests/done") == 0);
	close(stop[1]);
	int status;

	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(exactly(dir, "", 30));
	close(ready[0]);
	close(ready[1]);
	arena_free(&a);
}

int
main(void)
{
	rig_init("test_store_care");
	test_merges();
	test_repair();
	test_snapshot();
	test_expire();
	test_requests();
	return rig_done();
}
