/*
 * kill -9 of appending processes at random moments, several at one spool.
 * A child writes the number of each acknowledged record to a pipe; a reader
 * that goes on from where it was after each round finds each of those exactly
 * once, any other at most once, and no damage.
 */
#include "record/spool.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "unit.h"

#define CHILDREN	2
#define NUMBERS_MAX	(1u << 22)

static char root[FOLDER_PATH];
static unsigned char *acked, *seen;

/* Appends from `first` on, every CHILDREN-th number, till it is killed. */
static void
child(uint64_t first, int out, size_t size)
{
	struct spool_opts o = { .segment_bytes = 100000 };
	struct spool *s = spool_open(root, &o, NULL);
	char *body = xcalloc(1, size);

	if (!s)
		_exit(1);
	for (uint64_t n = first; n < NUMBERS_MAX; n += CHILDREN) {
		struct rec r = { .signal = SIGNAL_LOGS,
		    .payload = str_mk(body, size), .received = n + 1 };

		if (spool_append(s, &r, NULL, NULL) == -1 ||
		    write(out, &n, sizeof n) != sizeof n)
			_exit(1);
	}
	_exit(1);
}

/* Takes at most `want` numbers from the pipe, fewer at its end. */
static void
take(int fd, uint64_t *top, unsigned long want)
{
	uint64_t n;

	while (want-- > 0 && read(fd, &n, sizeof n) == sizeof n) {
		CHECK(n < NUMBERS_MAX);
		acked[n] = 1;
		if (n > *top)
			*top = n;
	}
}

/* Reads on from *c; each record is counted. */
static void
read_on(struct spool_cursor *c, bool seek)
{
	struct err e = { 0 };
	struct spool_reader *rd = spool_read(root, &e);
	struct rec rec;
	int r;

	CHECK(rd != NULL);
	if (!rd)
		return;
	if (seek)
		CHECK(spool_seek(rd, c, &e) == 0);
	while ((r = spool_next(rd, &rec, &e)) == 1)
		if (rec.received - 1 < NUMBERS_MAX)
			seen[rec.received - 1]++;
	CHECK(r == 0);
	CHECK(spool_reader_damage(rd, NULL) == 0);
	spool_tell(rd, c);
	spool_reader_close(rd);
}

static void
round_of(uint64_t *next, uint64_t *top, unsigned *seed)
{
	pid_t pid[CHILDREN];
	int p[2];

	CHECK(pipe(p) == 0);
	for (unsigned i = 0; i < CHILDREN; i++) {
		size_t size = 1 + (size_t)rand_r(seed) % 30000;

		pid[i] = fork();
		if (pid[i] == 0) {
			close(p[0]);
			child(*next + i, p[1], size);
		}
	}
	close(p[1]);
	/* the random moment: some records on, and a little more */
	take(p[0], top, (unsigned long)rand_r(seed) % 10);
	usleep((useconds_t)rand_r(seed) % 3000);
	for (unsigned i = 0; i < CHILDREN; i++)
		CHECK(kill(pid[i], SIGKILL) == 0);
	for (unsigned i = 0; i < CHILDREN; i++)
		waitpid(pid[i], NULL, 0);
	take(p[0], top, ULONG_MAX);
	close(p[0]);
	/* numbers that were tried and not acknowledged are not used again */
	*next = (*top > *next ? *top : *next) + 4 * CHILDREN;
	*next -= *next % CHILDREN;
}

int
main(void)
{
	unsigned long rounds = unit_rounds(200, 10000), acks = 0, wrong = 0;
	uint64_t next = 0, top = 0, freed;
	struct spool_cursor c = { .segment = 0 };
	unsigned seed = (unsigned)getpid();

	printf("seed %u\n", seed);
	acked = xcalloc(NUMBERS_MAX, 1);
	seen = xcalloc(NUMBERS_MAX, 1);
	folder_new(root, "crash_spool");
	spool_close(spool_open(root, NULL, NULL), NULL);
	for (unsigned long i = 0; i < rounds; i++) {
		round_of(&next, &top, &seed);
		read_on(&c, c.segment != 0);
		if (i % 100 == 99) {	/* keep the folder small */
			CHECK(spool_cursor_set(root, "c", &c, NULL) == 0);
			CHECK(spool_trim(root, 0, &freed, NULL) == 0);
		}
	}
	for (uint64_t n = 0; n < NUMBERS_MAX; n++) {
		acks += acked[n];
		if (acked[n] ? seen[n] != 1 : seen[n] > 1)
			wrong++;
	}
	printf("%lu rounds, %lu acknowledged\n", rounds, acks);
	CHECK(wrong == 0);
	CHECK(acks > rounds);
	CHECK(folder_wipe(root) == 0);
	return unit_done();
}
