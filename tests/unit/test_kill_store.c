/*
 * A writer that is killed (KILL) at random moments while it follows a spool
 * that is written to: every item is found exactly once, by readers at any
 * time, and the store is clean. So is who deletes items: what was deleted is
 * never found again, and nothing else is lost.
 */
#include "store/store.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "folder.h"
#include "store_toy.h"
#include "unit.h"

#define PER_ROUND	4u
#define FATES		(PER_ROUND * 20000)	/* items at most */

enum { STAYS, ASKED, GONE };

static struct {
	char root[64];
	struct arena mem;
	const char *dir, *spool;
	unsigned n;			/* appended so far */
	unsigned char *fate;		/* by item; shared with who deletes */
	uint64_t seed;
} run;

static uint64_t
dice(uint64_t n)
{
	run.seed += UINT64_C(0x9e3779b97f4a7c15);
	return hash_u64(run.seed) % n;
}

static _Noreturn void
writer(void)
{
	struct store_writer_opts o = { .batch_memory = 400,
		.seal_bytes = 100, .merge_bytes = 500, .once = true };
	struct store_taken sum = { 0 };
	struct store *st = store_open(run.dir, &toy_kind, &o, NULL);
	unsigned merge = 0;

	while (st && store_take(st, run.spool, -1, &sum, NULL) == 0 &&
	    store_merge_due(st, merge++ % 4 == 3, NULL) == 0)
		;
	_exit(1);	/* only a signal ends it in time */
}

/* Deletes every fifth item that is there, the newest first. */
static _Noreturn void
deleter(void)
{
	struct store_writer_opts o = { .batch_memory = 400,
		.merge_bytes = 500 };
	struct arena a = { 0 };

	for (unsigned no = run.n; no-- > 0;) {
		struct store_delete d = { .to = UINT64_MAX,
			.what = arena_printf(&a, "l%u", no), .tenant = S(""),
			.text = S("an item") };

		if (no % 5 != 0 || run.fate[no] == GONE)
			continue;
		run.fate[no] = ASKED;
		if (store_ask(run.dir, &toy_kind, STORE_DELETE,
		    store_delete_arg(&d, &a), &o, NULL) == 0)
			run.fate[no] = GONE;
	}
	for (;;)
		pause();	/* only a signal ends it in time */
}

static void
append(struct spool *s)
{
	char text[16];

	for (unsigned i = 0; i < PER_ROUND; i++) {
		int n = snprintf(text, sizeof text, "l%u\n", run.n++);
		struct rec r = { .signal = SIGNAL_LOGS,
			.payload = str_mk(text, (size_t)n),
			.received = (uint64_t)run.n * NS_S };

		CHECK(spool_append(s, &r, NULL, NULL) == 0);
	}
}

/* Whether a reader finds 0 .. n - 1 once each, and none twice. */
static bool
found(unsigned n)
{
	struct store_view_opts o = { .kind = "logs" };
	struct err e = { 0 };
	struct store_view *v;
	struct toy_batch rows = { 0 };
	struct rec rec;
	unsigned char *seen, *fate;
	bool ok = true;
	size_t blocks;

	/* what is deleted from now on may be seen, or not */
	fate = memcpy(xmalloc(n + 1), run.fate, n);
	v = store_view(run.dir, &o, &e);
	if (!v) {
		free(fate);
		fprintf(stderr, "%s\n", e.msg);
		return false;
	}
	const struct store_block *b = store_view_blocks(v, &blocks);

	for (size_t i = 0; i < blocks; i++)
		ok = ok && toy_read(&rows, &b[i], &e) == 0;
	while (store_view_tail(v, SIGNAL_LOGS, &rec, &e) == 1)
		toy_add(&rows, &rec, &e);
	ok = ok && store_view_missing(v) == 0;
	seen = xcalloc(run.n, 1);
	for (size_t i = 0; i < rows.n; i++) {
		unsigned long no = strtoul(rows.v[i].line.p + 1, NULL, 10);

		ok = ok && no < run.n && seen[no]++ == 0;
	}
	for (unsigned i = 0; i < n; i++)
		ok = ok && seen[i] <= (fate[i] != GONE) &&
		    (seen[i] == 1 || run.fate[i] != STAYS);
	free(fate);
	free(seen);
	arena_free(&rows.mem);
	free(rows.v);
	store_view_close(v);
	return ok;
}

static void
round_of(struct spool *s, unsigned no)
{
	struct timespec nap = { .tv_nsec = (long)dice(8 * NS_MS) };
	struct err e = { 0 };
	pid_t pid = fork();
	int status;

	if (pid == 0 && no % 4 == 1)
		deleter();
	if (pid == 0)
		writer();
	append(s);
	nanosleep(&nap, NULL);		/* the random moment, not a wait */
	CHECK(found(run.n));
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	if (no % 20 == 19)
		CHECK(store_check(run.dir, &toy_kind, NULL, NULL, &e) == 0);
}

/* Takes what is in the spool, with all merges that are due or not. */
static void
take_all(bool merge)
{
	struct store_writer_opts o = { .once = true };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct store *st = store_open(run.dir, &toy_kind, &o, &e);

	CHECK(st && store_take(st, run.spool, -1, &sum, &e) == 0);
	CHECK(!merge || store_merge_due(st, true, &e) == 0);
	CHECK(store_close(st, &e) == 0);
}

/* A store and its spool, from empty folders, through `rounds` deaths. */
static void
life(unsigned rounds)
{
	struct err e = { 0 };

	folder_new(run.root, "kill_store");
	run.dir = io_path(&run.mem, run.root, "store");
	run.spool = io_path(&run.mem, run.root, "spool");
	run.n = 0;
	memset(run.fate, 0, FATES);
	struct spool *s = spool_open(run.spool, NULL, &e);

	append(s);
	take_all(false);	/* knows the spool: readers find its tail */
	for (unsigned no = 0; no < rounds; no++)
		round_of(s, no);
	CHECK(spool_close(s, &e) == 0);
	take_all(true);
	CHECK(found(run.n));
	if (folder_wipe(run.root) == -1)
		die("folder_wipe");
	arena_free(&run.mem);
}

int
main(void)
{
	const char *seed = getenv("SEED");
	unsigned long rounds = unit_rounds(200, 10000);

	toy_twins = true;
	run.fate = mmap(NULL, FATES, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run.fate == MAP_FAILED)
		die("mmap");
	run.seed = seed ? strtoull(seed, NULL, 10) : time_now();
	printf("SEED=%llu\n", (unsigned long long)run.seed);
	/* a store that only grows would be looked at for most of the time */
	for (unsigned long no = 0; no < rounds && unit_failed == 0; no += 200)
		life(200);
	return unit_done();
}
