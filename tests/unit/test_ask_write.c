/* What an answer is written with: a stop ends it, also when it is stuck. */
#include "unit.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tool.h"
#include "query/ask.h"

#define LINE	"a line of an answer\n"
#define LINES	50000u		/* more than a pipe holds */

static int out[2];		/* stdout goes there */

/* A process that interrupts this one when nothing more fits. */
static pid_t
interrupt_when_stuck(void)
{
	pid_t pid = fork();
	int n = 0, was = -1;

	if (pid != 0)
		return pid;
	while (ioctl(out[0], FIONREAD, &n) == 0 && (n < 60000 || n != was))
		was = n;
	kill(getppid(), SIGINT);
	_exit(0);
}

static size_t
drain(void)
{
	char bytes[4096];
	size_t all = 0;
	int n = 0;

	while (ioctl(out[0], FIONREAD, &n) == 0 && n > 0)
		all += (size_t)read(out[0], bytes, sizeof bytes);
	return all;
}

int
main(void)
{
	struct ask a = { .terminal = true, .out = ASK_TABLE };
	struct buf b = { 0 };
	struct err e = { 0 };
	int keep = dup(STDOUT_FILENO);

	for (unsigned i = 0; i < LINES; i++)
		buf_adds(&b, S(LINE));
	CHECK(pipe(out) == 0);
	dup2(out[1], STDOUT_FILENO);
	tool_stop_fd();
	pid_t pid = interrupt_when_stuck();
	CHECK(ask_write(&a, buf_str(&b), &e) == -1);
	CHECK(e.kind == ERR_CANCEL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(drain() < b.n / 2);
	/* stopped: nothing goes out; then all goes on */
	CHECK(ask_write(&a, S(LINE), &e) == -1 && e.kind == ERR_CANCEL);
	tool_stop_clear();
	CHECK(ask_write(&a, S(LINE), &e) == 0);
	CHECK(drain() >= sizeof LINE - 1);
	dup2(keep, STDOUT_FILENO);
	buf_free(&b);
	return unit_done();
}
