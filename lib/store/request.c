/*
 * request: maintenance, by whoever holds the lock.
 *
 * requests/NAME.req is one line: task, blank, argument. The writer carries it
 * out, writes requests/done/NAME.req (the line, then "ok" or "failed N WHY",
 * N being the exit status), and removes the request. See manifest(5).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/sys.h"
#include "base/time.h"
#include "store/folder.h"
#include "store/writer.h"

#define REQUEST_MAX	((size_t)512 << 10)	/* a delete is in hex */
#define DONE_KEEP_NS	(3600 * NS_S)	/* answers nobody fetched */
#define POLL_NS		(20 * NS_MS)
#define ALONE_ROUNDS	25		/* polls between looks at the lock */

static const char *const task_names[] = {
	[STORE_COMPACT] = "compact",
	[STORE_EXPIRE] = "expire",
	[STORE_SNAPSHOT] = "snapshot",
	[STORE_DELETE] = "delete",
};
#define TASKS	(sizeof task_names / sizeof *task_names)

int
store_do(struct store *st, enum store_task task, const char *arg,
    struct err *e)
{
	uint64_t ns, bytes;

	switch (task) {
	case STORE_COMPACT:
		return store_compact(st, e);
	case STORE_EXPIRE:
		if (store_keep_parse(arg ? arg : "", &ns, &bytes, e) == -1)
			return -1;
		return store_expire(st, ns, bytes, e);
	case STORE_SNAPSHOT:
		return store_snapshot(st, arg ? arg : "", e);
	case STORE_DELETE:
		return store_delete(st, arg ? arg : "", e);
	}
	return err_set(e, ERR_QUERY, "unknown request");
}

/* ---- the writer's side -------------------------------------------------- */

static int
carry_out(struct store *st, struct str line, struct err *e)
{
	struct arena a = { 0 };
	struct str word, rest = str_trim(line);
	int r = -1;

	if (!str_cut(&rest, ' ', &word))
		word = (struct str){ "", 0 };
	size_t t = 0;

	while (t < TASKS && !str_eq(word, str_of(task_names[t])))
		t++;
	if (t == TASKS)
		err_set(e, ERR_QUERY, "unknown request");
	else
		r = store_do(st, (enum store_task)t,
		    arena_str(&a, str_trim(rest)).p, e);
	arena_free(&a);
	return r;
}

/* Whether a delete has to wait for what was acknowledged before it. */
static bool
too_early(struct store *st, struct str line, struct str name, bool read)
{
	if (!str_starts(line, S("delete ")))
		return false;
	if (read && str_eq(name, str_of(st->waits))) {
		st->waits[0] = '\0';
		return false;
	}
	if (st->waits[0] == '\0')
		snprintf(st->waits, sizeof st->waits, "%.*s", PS(name));
	return true;
}

/* What is said of it: a line, of which a delete's is long. */
static void
say_served(const struct store *st, struct str line, int r, const char *why)
{
	line = str_trim(line);
	store_say(st, "request %.*s%s: %s", (int)(line.n > 80 ? 80 : line.n),
	    line.p, line.n > 80 ? "..." : "", r == 0 ? "done" : why);
}

static int
serve_one(struct store *st, struct str name, bool read, struct err *e)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	struct err why = { 0 };
	const char *path = arena_printf(&a, "%s/requests/%.*s", st->dir,
	    PS(name)).p;
	int r = io_slurp(path, &b, REQUEST_MAX, &why);

	if (r == 0 && too_early(st, buf_str(&b), name, read)) {
		buf_free(&b);
		arena_free(&a);
		return 0;
	}
	if (r == 0) {
		r = carry_out(st, buf_str(&b), &why);
		say_served(st, buf_str(&b), r, why.msg);
	}
	if (r == 0)
		buf_addf(&b, "ok\n");
	else
		buf_addf(&b, "failed %d %s\n", err_status(&why), why.msg);
	r = io_replace(arena_printf(&a, "%s/requests/done/%.*s", st->dir,
	    PS(name)).p, buf_str(&b), e);
	if (r == 0)
		r = io_unlink(path, e);
	buf_free(&b);
	arena_free(&a);
	return r == 0 ? store_sound(st, e) : -1;
}

static void
forget_answers(const struct store *st, struct arena *a)
{
	const char *done = io_path(a, st->dir, "requests/done");
	struct str *name;
	size_t n;

	if (io_list(done, a, &name, &n, NULL) == -1)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *path = io_path(a, done, name[i].p);

		if (folder_age(path) > DONE_KEEP_NS)
			io_unlink(path, NULL);
	}
}

int
store_serve(struct store *st, bool read, struct err *e)
{
	struct arena a = { 0 };
	struct str *name;
	size_t n;
	int r = io_list(io_path(&a, st->dir, "requests"), &a, &name, &n, e);
	bool waits = false, served = false;

	for (size_t i = 0; r == 0 && i < n; i++)
		waits |= str_eq(name[i], str_of(st->waits));
	if (!waits)		/* it was withdrawn */
		st->waits[0] = '\0';
	for (size_t i = 0; r == 0 && i < n; i++)
		if (str_ends(name[i], S(".req"))) {
			r = serve_one(st, name[i], read, e);
			served = true;
		}
	if (served)
		forget_answers(st, &a);
	arena_free(&a);
	return r;
}

/* ---- the asker's side --------------------------------------------------- */

struct ask {
	struct arena mem;
	const char *dir, *request, *answer;
};

static int
submit(struct ask *k, enum store_task task, const char *arg, struct err *e)
{
	uint8_t id[16];
	char hex[33];

	folder_new_id(id);
	str_hex(hex, id, 16);
	k->request = arena_printf(&k->mem, "%s/requests/%s.req", k->dir,
	    hex).p;
	k->answer = arena_printf(&k->mem, "%s/requests/done/%s.req", k->dir,
	    hex).p;
	if (task == STORE_SNAPSHOT)
		arg = folder_absolute(&k->mem, arg);
	struct str line = arena_printf(&k->mem, "%s %s\n", task_names[task],
	    arg ? arg : "");

	if (line.n > REQUEST_MAX || strchr(arg ? arg : "", '\n'))
		return err_set(e, ERR_QUERY, "argument: too long, or of more "
		    "than one line");
	return io_replace(k->request, line, e);
}

/* What the answer's last line says. */
static int
judge(const struct buf *b, struct err *e)
{
	struct str rest = buf_str(b), line, last = { 0 };
	char *end, z[640];

	while (str_cut(&rest, '\n', &line))
		if (line.n > 0)
			last = line;
	if (str_eq(last, S("ok")))
		return 0;
	snprintf(z, sizeof z, "%.*s", PS(last));
	if (strncmp(z, "failed ", 7) != 0)
		return err_set(e, ERR_CORRUPT, "an answer that says nothing");
	long status = strtol(z + 7, &end, 10);

	return err_set(e, status == 2 ? ERR_QUERY : status == 75 ? ERR_AGAIN :
	    ERR_SYS, "%s", *end == ' ' ? end + 1 : end);
}

/* 1 answered (*result holds), 0 not yet, -1. */
static int
answered(struct ask *k, int *result, struct err *e)
{
	struct buf b = { 0 };
	struct err why = { 0 };
	int r = 1;

	if (io_slurp(k->answer, &b, 2 * REQUEST_MAX, &why) == 0) {
		*result = judge(&b, e);
		io_unlink(k->answer, NULL);
	} else if (why.sys == ENOENT)
		r = 0;
	else {
		r = -1;
		if (e)
			*e = why;
	}
	buf_free(&b);
	return r;
}

/* 1: the writer is gone, and our request withdrawn. */
static int
alone(struct ask *k)
{
	int fd = folder_lock(k->dir, NULL);

	if (fd == -1)
		return 0;
	int gone = sys_unlink(k->request) == 0;

	sys_close(fd);
	return gone;
}

/* 0 or -1 by the answer; 1: there is no writer any more. */
static int
await(struct ask *k, struct err *e)
{
	const struct timespec nap = { .tv_nsec = (long)POLL_NS };
	int result, r;

	for (unsigned i = 1;; i++) {
		r = answered(k, &result, e);
		if (r != 0)
			return r == 1 ? result : -1;
		if (i % ALONE_ROUNDS == 0 && alone(k))
			return 1;
		nanosleep(&nap, NULL);
	}
}

static int
do_here(const char *dir, const struct store_kind *kind, enum store_task task,
    const char *arg, const struct store_writer_opts *o, struct err *e)
{
	struct store *st = store_open(dir, kind, o, e);
	int r;

	if (!st)
		return -1;
	r = store_do(st, task, arg, e);
	return store_close(st, r == 0 ? e : NULL) == -1 ? -1 : r;
}

int
store_ask(const char *dir, const struct store_kind *kind,
    enum store_task task, const char *arg, const struct store_writer_opts *o,
    struct err *e)
{
	struct ask k = { .dir = dir };
	struct manifest m;
	struct err why = { 0 };
	int r = 1;

	if (manifest_load(&m, dir, e) == -1)	/* makes no store */
		return -1;
	manifest_free(&m);
	while (r == 1) {
		r = do_here(dir, kind, task, arg, o, &why);
		if (r == -1 && why.kind == ERR_AGAIN) {
			r = submit(&k, task, arg, &why);
			if (r == 0)
				r = await(&k, &why);
		}
	}
	if (r == -1 && e)
		*e = why;
	arena_free(&k.mem);
	return r;
}
