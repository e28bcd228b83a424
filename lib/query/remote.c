#include "query/remote.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cur.h"
#include "base/io.h"
#include "base/time.h"
#include "base/tool.h"

#define HELPER	"query-remote"
#define PIECE	65536u

struct talk {
	int fd;
	struct buf in;		/* what came, from `at` on not looked at */
	size_t at;
	struct arena mem;	/* of one answer */
};

static int
add(struct remote *r, const char *option, const char *arg, struct err *e)
{
	if (r->args + 2 > REMOTE_ARGS_MAX)
		return err_set(e, ERR_QUERY, "%s: too many options", option);
	r->arg[r->args++] = option;
	r->arg[r->args++] = arg;
	return 0;
}

int
remote_opt(struct remote *r, int c, const char *arg, struct err *e)
{
	switch (c) {
	case 'u': r->url = arg; break;
	case 'H': return add(r, "--header", arg, e);
	case REMOTE_CA: return add(r, "--ca", arg, e);
	case REMOTE_CERT: return add(r, "--cert", arg, e);
	case REMOTE_KEY: return add(r, "--key", arg, e);
	}
	return 0;
}

void
remote_range(uint64_t *from, uint64_t *to)
{
	uint64_t now = time_now();

	if (*to == 0 || *to > now)
		*to = now;
	if (*from == 0)
		*from = *to - (*to > 3600 * NS_S ? 3600 * NS_S : *to);
}

/* More bytes: 1, 0 at the end, -1. */
static int
more(struct talk *t, struct err *e)
{
	struct pollfd p[2] = { { .fd = t->fd, .events = POLLIN },
	    { .fd = tool_stop_fd(), .events = POLLIN } };
	ssize_t n;

	while (poll(p, 2, -1) == -1)
		if (errno != EINTR)
			return err_sys(e, "poll");
	if (p[1].revents || tool_stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	buf_reserve(&t->in, PIECE);
	n = read(t->fd, t->in.p + t->in.n, PIECE);
	if (n == -1)
		return err_sys(e, "read from " HELPER);
	t->in.n += (size_t)n;
	return n > 0;
}

/* The next answer: 1, 0 when there is not all of it yet, -1. */
static int
next(struct talk *t, struct remote_answer *a, struct err *e)
{
	struct cur c = cur_of(str_skip(buf_str(&t->in), t->at));
	size_t all = cur_left(&c);
	uint64_t n = cur_varint(&c);

	if (!c.bad && n > MESSAGE_MAX)
		return err_set(e, ERR_LIMIT, HELPER ": an answer of %llu "
		    "bytes", (unsigned long long)n);
	if (c.bad || n > cur_left(&c)) {	/* what is left, to the front */
		t->in.n -= t->at;
		if (t->at > 0)
			memmove(t->in.p, t->in.p + t->at, t->in.n);
		t->at = 0;
		return 0;
	}
	t->at += all - cur_left(&c) + n;
	arena_reset(&t->mem);
	return answer_read(a, cur_bytes(&c, n), &t->mem, e) == -1 ? -1 : 1;
}

static int
listen_to(struct talk *t, remote_fn *fn, void *arg, struct err *e)
{
	struct remote_answer a;
	int r;

	for (;;) {
		while ((r = next(t, &a, e)) == 0)
			if ((r = more(t, e)) != 1)
				return r == -1 ? -1 : err_set(e, ERR_CORRUPT,
				    HELPER " ended before its answer did");
		if (r == -1 || a.kind == ANSWER_END)
			return r == -1 ? -1 : 0;
		if (a.kind == ANSWER_FAILED)
			return err_set(e, a.why, "%.*s", PS(a.text));
		r = fn(arg, &a, e);
		if (r != 0)
			return r == -1 ? -1 : 0;
	}
}

static int
ask(int fd, const struct question *q, struct err *e)
{
	struct buf b = { 0 }, message = { 0 };
	int r;

	question_put(&message, q);
	buf_sized(&b, buf_str(&message));
	r = io_write(fd, b.p, b.n, e);
	if (r == 0)
		shutdown(fd, SHUT_WR);
	buf_free(&message);
	buf_free(&b);
	return r;
}

int
remote_ask(const struct remote *to, const char *kind, struct str tenant,
    const struct question *q, remote_fn *fn, void *arg, struct err *e)
{
	const char *argv[REMOTE_ARGS_MAX + 6] = { HELPER };
	struct talk t = { 0 };
	struct err ignore;
	unsigned n = 1;
	pid_t pid;
	int r;

	for (unsigned i = 0; i < to->args; i++)
		argv[n++] = to->arg[i];
	if (tenant.n > 0) {
		argv[n++] = "--tenant";
		argv[n++] = tenant.p;	/* of the command line */
	}
	argv[n++] = kind;
	argv[n++] = to->url;
	tool_stop_fd();		/* a helper that died is no SIGPIPE */
	pid = tool_start(argv, &t.fd, e);
	if (pid == -1)
		return -1;
	r = ask(t.fd, q, e);
	if (r == 0)
		r = listen_to(&t, fn, arg, e);
	close(t.fd);
	tool_wait(pid, HELPER, &ignore);
	buf_free(&t.in);
	arena_free(&t.mem);
	return r;
}
