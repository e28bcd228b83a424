/* sink: many records to a pipe or a spool, whole and in order. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "folder.h"
#include "record/sink.h"

#define N 200

static char body[N][64];
static struct rec recs[N];
static const struct rec *all[N];

static void
make_recs(void)
{
	for (size_t i = 0; i < N; i++) {
		int n = snprintf(body[i], sizeof body[i], "record %zu", i);

		recs[i] = (struct rec){ .signal = SIGNAL_LOGS, .payload =
		    str_mk(body[i], i == 7 ? 0 : (size_t)n), .received = i };
		all[i] = &recs[i];
	}
}

static void
check_stream(struct rec_reader *rd)
{
	struct rec rec;
	struct err e = { 0 };

	for (size_t i = 0; i < N; i++) {
		CHECK(rec_next(rd, &rec, &e) == 1);
		CHECK(str_eq(rec.payload, recs[i].payload));
		CHECK(rec.received == i);
	}
	CHECK(rec_next(rd, &rec, &e) == 0);
	rec_close(rd);
}

static void
test_pipe(void)
{
	struct err e[SINK_MANY] = { 0 }, why = { 0 };
	struct sink *k;
	int fd[2];

	CHECK(pipe2(fd, O_CLOEXEC | O_NONBLOCK) == 0);
	k = sink_open(NULL, NULL, fd[1], &why);
	CHECK(k != NULL);
	sink_put(k, all, N, e);
	for (size_t i = 0; i < N; i++)
		CHECK(e[i].kind == ERR_NONE);
	CHECK(!sink_broken(k, NULL));
	close(fd[1]);
	check_stream(rec_fdopen(fd[0], "pipe"));
	CHECK(sink_close(k, &why) == 0);
}

static void
test_broken(void)
{
	struct err e[SINK_MANY] = { 0 }, why = { 0 };
	struct sink *k;
	int fd[2];

	CHECK(pipe(fd) == 0);
	close(fd[0]);
	k = sink_open(NULL, NULL, fd[1], &why);
	sink_put(k, all, 2, e);
	CHECK(e[0].kind == ERR_SYS && e[1].kind == ERR_SYS);
	CHECK(sink_broken(k, &why) && why.kind == ERR_SYS);
	sink_close(k, NULL);
	close(fd[1]);
	CHECK(sink_open(NULL, NULL, fd[1], &why) == NULL);
}

static void
test_spool(void)
{
	char dir[FOLDER_PATH];
	struct err e[SINK_MANY] = { 0 }, why = { 0 };
	struct spool_reader *rd;
	struct sink *k;
	struct rec rec;

	folder_new(dir, "sink");
	k = sink_open(dir, NULL, -1, &why);
	CHECK(k != NULL);
	sink_put(k, all, N, e);
	for (size_t i = 0; i < N; i++)
		CHECK(e[i].kind == ERR_NONE);
	CHECK(sink_close(k, &why) == 0);
	rd = spool_read(dir, &why);
	for (size_t i = 0; i < N; i++) {
		CHECK(spool_next(rd, &rec, &why) == 1);
		CHECK(str_eq(rec.payload, recs[i].payload));
	}
	CHECK(spool_next(rd, &rec, &why) == 0);
	spool_reader_close(rd);
	CHECK(folder_wipe(dir) == 0);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	make_recs();
	test_pipe();
	test_broken();
	test_spool();
	return unit_done();
}
