/*
 * A scripted run of a store, with a failing call or a power cut at every call
 * of it. Every acknowledged item is found exactly once after, by a reader as
 * soon as the store knows the spool, and the store is clean. What was deleted
 * is never found again; what may have been, once or not at all.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "fault/fault.h"
#include "folder.h"
#include "store/manifest.h"
#include "store_toy.h"
#include "unit.h"

#define LINES	64

static struct {
	char root[FOLDER_PATH], dir[64], spool[64], copy[64], piped[64];
	unsigned n;
	bool acked[LINES];
	bool asked[LINES], gone[LINES];	/* to be deleted; it was */
	bool torn;			/* what was not synced may be damaged */
	char heard[4096];
	size_t heard_n;
} run;

static void
hear(void *arg, const char *msg)
{
	size_t n = strlen(msg);

	(void)arg;
	if (run.heard_n + n + 2 > sizeof run.heard)
		return;
	memcpy(run.heard + run.heard_n, msg, n);
	run.heard_n += n;
	run.heard[run.heard_n++] = '\n';
	run.heard[run.heard_n] = '\0';
}

/* ---- the script --------------------------------------------------------- */

static void
append(unsigned lines)
{
	struct spool_opts o = { .segment_bytes = 400 };
	struct spool *s = spool_open(run.spool, &o, NULL);
	char text[16];

	for (unsigned i = 0; s && i < lines; i++, run.n++) {
		int n = snprintf(text, sizeof text, "l%u\n", run.n);
		struct rec r = { .signal = SIGNAL_LOGS,
			.payload = str_mk(text, (size_t)n),
			.tenant = run.n % 4 == 3 ? S("t") : S(""),
			.received = (run.n + 1) * 2 * NS_S };

		run.acked[run.n] = spool_append(s, &r, NULL, NULL) == 0;
	}
	if (s)
		spool_close(s, NULL);
}

static const struct store_writer_opts opts = { .batch_memory = 300,
	.merge_bytes = 200, .once = true };

static void
take(const char *operand)
{
	struct store *st = store_open(run.dir, &toy_kind, &opts, NULL);
	struct store_taken sum = { 0 };

	if (!st)
		return;
	store_take(st, operand, -1, &sum, NULL);
	store_merge_due(st, false, NULL);
	store_close(st, NULL);
}

/* What comes by a pipe is not acknowledged, but never there twice. */
static void
take_pipe(void)
{
	struct buf b = { 0 };
	char text[16];

	for (unsigned i = 0; i < 4; i++, run.n++) {
		int n = snprintf(text, sizeof text, "l%u\n", run.n);
		struct rec r = { .signal = SIGNAL_LOGS, .received = NS_S,
			.payload = str_mk(text, (size_t)n) };

		rec_put(&b, &r, true);
	}
	CHECK(io_replace(run.piped, buf_str(&b), NULL) == 0);
	buf_free(&b);
	int keep = dup(0), fd = open(run.piped, O_RDONLY);

	dup2(fd, 0);
	close(fd);
	take("-");
	dup2(keep, 0);
	close(keep);
}

static bool
knows_the_spool(void)
{
	struct spool_reader *rd = spool_read(run.spool, NULL);
	struct manifest m;
	uint8_t id[16];
	bool knows = false;

	if (rd && manifest_load(&m, run.dir, NULL) == 0) {
		spool_reader_id(rd, id, NULL);
		knows = manifest_source(&m, id) != NULL;
		manifest_free(&m);
	}
	if (rd)
		spool_reader_close(rd);
	return knows;
}

/* A line, in a block or not yet, that the store has heard of. */
static void
delete(unsigned no)
{
	struct arena a = { 0 };
	struct store_writer_opts o = opts;
	struct store_delete d = { .to = UINT64_MAX, .text = S("a line"),
		.what = arena_printf(&a, "l%u", no),
		.tenant = no % 4 == 3 ? S("t") : S("") };

	bool known = no < run.n && knows_the_spool();

	run.asked[no] = true;
	run.gone[no] = store_ask(run.dir, &toy_kind, STORE_DELETE,
	    store_delete_arg(&d, &a), &o, NULL) == 0 && known;
	arena_free(&a);
}

static void
script(void)
{
	struct store_writer_opts o = opts;

	run.n = 0;
	memset(run.acked, 0, sizeof run.acked);
	memset(run.asked, 0, sizeof run.asked);
	memset(run.gone, 0, sizeof run.gone);
	append(8);
	take(run.spool);
	delete(2);
	append(8);
	delete(11);
	take(run.spool);
	take_pipe();
	append(4);
	take(run.spool);
	store_ask(run.dir, &toy_kind, STORE_COMPACT, NULL, &o, NULL);
	append(4);
	store_ask(run.dir, &toy_kind, STORE_SNAPSHOT, run.copy, &o, NULL);
	take(run.spool);
}

/* Of a pipe, that is; it is said, and nothing else may be missing. */
static unsigned
torn_ranges(void)
{
	unsigned n = 0;

	for (const char *p = run.heard; run.torn &&
	    (p = strstr(p, "bytes skipped")); p++)
		n++;
	return n;
}

/* ---- what must hold after ----------------------------------------------- */

static int
count_tenant(const char *tenant, unsigned seen[LINES], struct err *e)
{
	struct store_view_opts o = { .tenant = str_of(tenant), .say = hear };
	struct store_view *v = store_view(run.dir, &o, e);
	struct toy_batch rows = { 0 };
	struct rec rec;
	size_t n;
	int r = v ? 0 : -1;

	if (r == -1)
		return -1;
	const struct store_block *b = store_view_blocks(v, &n);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = toy_read(&rows, &b[i], e);
	while (r == 0 && store_view_tail(v, SIGNAL_LOGS, &rec, e) == 1)
		toy_add(&rows, &rec, e);
	for (size_t i = 0; i < rows.n; i++) {
		unsigned long no = strtoul(rows.v[i].line.p + 1, NULL, 10);

		if (no < LINES)
			seen[no]++;
	}
	if (store_view_missing(v) > torn_ranges())
		r = err_set(e, ERR_CORRUPT, "something is missing");
	arena_free(&rows.mem);
	free(rows.v);
	store_view_close(v);
	return r;
}

static bool
counts_right(bool acked_too, struct err *e)
{
	unsigned seen[LINES] = { 0 };

	if (count_tenant("", seen, e) == -1 ||
	    count_tenant("t", seen, e) == -1)
		return false;
	for (unsigned i = 0; i < run.n; i++)
		if (seen[i] > !run.gone[i] || (acked_too && run.acked[i] &&
		    !run.asked[i] && !seen[i])) {
			err_set(e, ERR_CORRUPT, "line %u, %s, is there %u "
			    "times", i, run.gone[i] ? "deleted" :
			    run.acked[i] ? "acknowledged" : "refused",
			    seen[i]);
			return false;
		}
	return true;
}

static bool
clean(const char *dir, struct err *e)
{
	int n = store_check(dir, &toy_kind, hear, NULL, e);

	if (n > 0 && (unsigned)n > torn_ranges())
		err_set(e, ERR_CORRUPT, "check: %d faults", n);
	return n == 0 || (n > 0 && (unsigned)n <= torn_ranges());
}

static bool
holds(struct err *e)
{
	struct manifest m;

	if (knows_the_spool() && (!counts_right(true, e) ||
	    !clean(run.dir, e)))
		return false;
	if (manifest_load(&m, run.copy, NULL) == 0) {
		manifest_free(&m);
		if (!clean(run.copy, e))
			return false;
	}
	if (!spool_is(run.spool))
		append(1);
	take(run.spool);
	return counts_right(true, e) && clean(run.dir, e);
}

static void
check(const char *how, unsigned long call)
{
	run.torn = strcmp(how, "torn") == 0;
	char what[64];
	struct err e = { 0 };

	snprintf(what, sizeof what, "%s", fault_what());
	run.heard_n = 0;
	run.heard[0] = '\0';
	bool ok = holds(&e);

	if (!ok)
		fprintf(stderr, "%s at call %lu (%s): %s\n%s", how, call,
		    what, e.msg, run.heard);
	CHECK(ok);
}

static unsigned long
calls_of_script(void)
{
	fault_clear();
	script();
	unsigned long n = fault_calls();

	check("nothing", 0);
	for (unsigned i = 0; i < run.n; i++)
		CHECK(run.acked[i] == (i < 16 || i >= 20) &&
		    run.gone[i] == (i == 2 || i == 11));
	return n;
}

int
main(void)
{
	folder_new(run.root, "fault_store");
	snprintf(run.dir, sizeof run.dir, "%s/store", run.root);
	snprintf(run.spool, sizeof run.spool, "%s/spool", run.root);
	snprintf(run.copy, sizeof run.copy, "%s/copy", run.root);
	snprintf(run.piped, sizeof run.piped, "%s.rec", run.root);
	toy_twins = true;
	fault_root(run.root);
	unsigned long n = calls_of_script();
	unsigned long step = n / unit_rounds(70, n) + 1;

	printf("%lu calls\n", n);
	for (unsigned long i = 1; i <= n; i += step) {
		fault_clear();
		fault_fail(i, i % 2 ? EIO : ENOSPC);
		script();
		fault_fail(0, 0);
		check("failing", i);
		fault_clear();
		fault_fail_on(i, ENOSPC);
		script();
		fault_fail(0, 0);
		check("failing on", i);
		for (unsigned seed = 0; seed < 2; seed++) {
			fault_clear();
			fault_cut(i, seed ? (unsigned)i : 0);
			script();
			fault_power();
			check(seed ? "torn" : "cut", i);
		}
	}
	fault_clear();
	rmdir(run.root);
	unlink(run.piped);
	return unit_done();
}
