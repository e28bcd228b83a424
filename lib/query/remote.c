#include "query/remote.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cur.h"
#include "base/io.h"
#include "base/num.h"
#include "base/time.h"
#include "base/tool.h"

#define HELPER	"query-remote"
#define PIECE	65536u
#define LITTLE	5000u		/* answers */

struct talk {
	pid_t pid;
	int fd;
	bool open;		/* a question is, whose answers do not matter */
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
	case REMOTE_TIMEOUT: return add(r, "--timeout", arg, e);
	}
	return 0;
}

void
remote_range(uint64_t *from, uint64_t *to)
{
	/* queries know milliseconds */
	uint64_t now = (time_now() / NS_MS + 1) * NS_MS;

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
	if (n == -1 && errno != ECONNRESET)	/* ended, our question unread */
		return err_sys(e, "read from " HELPER);
	if (n > 0)
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

/* ---- what it took -------------------------------------------------------- */

/* Names are shown as they are. */
static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '_')
			return false;
	return s.n > 0 && s.n < sizeof ((struct remote_counter *)0)->name;
}

/* What is no number, and what there is no room for, is not counted. */
static void
add_up(struct remote_count *c, const struct remote_answer *a)
{
	c->requests++;
	c->bytes += a->bytes;
	for (uint32_t i = 0; i < a->labels.n; i++) {
		struct str name = a->labels.v[i].name;
		unsigned k = 0;
		uint64_t n;

		while (k < c->counters && !str_eq(name, str_of(c->of[k].name)))
			k++;
		if (k == REMOTE_COUNTERS || !is_name(name) ||
		    !num_u64(a->labels.v[i].value, &n))
			continue;
		if (k == c->counters) {
			c->of[k] = (struct remote_counter){ .n = 0 };
			memcpy(c->of[k].name, name.p, name.n);
			c->counters++;
		}
		c->of[k].n += n;
	}
}

struct str
remote_stats(struct arena *a, const struct remote_count *c, uint64_t n,
    const char *what, uint64_t ns)
{
	struct buf b = { 0 };
	struct str s;
	char size[24];

	buf_addf(&b, "%llu %s, %.1f ms; %llu request%s, %s answered",
	    (unsigned long long)n, what, (double)ns / 1e6,
	    (unsigned long long)c->requests, c->requests == 1 ? "" : "s",
	    num_fmt_size(size, c->bytes));
	for (unsigned i = 0; i < c->counters; i++) {
		struct str name = str_of(c->of[i].name);

		buf_addf(&b, "%s %.*s ", i == 0 ? "; there:" : ",", PS(name));
		if (str_find(name, S("ytes")) < name.n)
			buf_adds(&b, str_of(num_fmt_size(size, c->of[i].n)));
		else
			buf_digits(&b, c->of[i].n);
	}
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

int
remote_refuse(const char *what, const char *why, struct err *e)
{
	return err_set(e, ERR_QUERY, "%s: not of a remote store: %s", what,
	    why);
}

/* ---- a question ---------------------------------------------------------- */

/* AWAY: the helper ended before it said anything. */
enum said { SAID_ALL, SAID_ENOUGH, SAID_FAILED, SAID_BROKEN, SAID_AWAY };

/* One that has had enough is spared the rest, if that is not much: the helper
 * is asked again then. */
static enum said
listen_to(struct remote *to, bool little, remote_fn *fn, void *arg,
    struct err *e)
{
	struct talk *t = to->talk;
	struct remote_answer a;
	bool any = false, enough = false;
	int r;

	for (;;) {
		while ((r = next(t, &a, e)) == 0) {
			if ((r = more(t, e)) == 1)
				continue;
			if (r == 0)
				err_set(e, ERR_CORRUPT, HELPER " ended before "
				    "its answer did");
			return r == 0 && !any && t->in.n == 0 ? SAID_AWAY :
			    SAID_BROKEN;
		}
		if (r == -1)
			return SAID_BROKEN;
		any = true;
		if (a.kind == ANSWER_END)
			return SAID_ALL;
		if (a.kind == ANSWER_FAILED) {
			err_set(e, a.why, "%.*s", PS(a.text));
			return SAID_FAILED;
		}
		if (a.kind == ANSWER_REQUEST) {
			add_up(&to->count, &a);
			r = to->watch ? to->watch(to->watch_arg, &a, e) : 0;
		} else
			r = enough ? 0 : fn(arg, &a, e);
		if (r == -1 || (r == 1 && !little))
			return r == -1 ? SAID_BROKEN : SAID_ENOUGH;
		enough |= r == 1;
	}
}

static int
start(struct remote *to, struct err *e)
{
	const char *argv[REMOTE_ARGS_MAX + 6] = { HELPER };
	struct talk *t = xcalloc(1, sizeof *t);
	unsigned n = 1;

	for (unsigned i = 0; i < to->args; i++)
		argv[n++] = to->arg[i];
	if (to->tenant.n > 0) {
		argv[n++] = "--tenant";
		argv[n++] = to->tenant.p;
	}
	argv[n++] = to->kind;
	argv[n++] = to->url;
	tool_stop_fd();		/* a helper that died is no SIGPIPE */
	t->pid = tool_start(argv, &t->fd, e);
	if (t->pid == -1) {
		free(t);
		return -1;
	}
	to->talk = t;
	return 0;
}

static enum said
ask(struct remote *to, struct str message, bool little, remote_fn *fn,
    void *arg, struct err *e)
{
	struct talk *t = to->talk;
	enum said said;

	t->open = true;
	if (io_write(t->fd, message.p, message.n, e) == -1)
		return SAID_AWAY;
	said = listen_to(to, little, fn, arg, e);
	t->open = said != SAID_ALL && said != SAID_FAILED;
	return said;
}

/* A helper that is gone since the question before, by a ^C at a prompt, is no
 * fault: another one is asked. */
int
remote_ask(struct remote *to, const struct question *q, remote_fn *fn,
    void *arg, struct err *e)
{
	struct buf message = { 0 }, b = { 0 };
	bool again = to->talk != NULL;
	bool little = q->limit > 0 && q->limit <= LITTLE;
	enum said said = SAID_AWAY;

	question_put(&message, q);
	buf_sized(&b, buf_str(&message));
	if (to->talk || start(to, e) == 0)
		said = ask(to, buf_str(&b), little, fn, arg, e);
	if (said == SAID_AWAY && again) {
		*e = (struct err){ .kind = ERR_NONE };
		remote_close(to);
		if (start(to, e) == 0)
			said = ask(to, buf_str(&b), little, fn, arg, e);
	}
	if (to->talk && to->talk->open)
		remote_close(to);
	buf_free(&message);
	buf_free(&b);
	return said == SAID_ALL || said == SAID_ENOUGH ? 0 : -1;
}

void
remote_close(struct remote *to)
{
	struct talk *t = to->talk;
	struct err ignore;

	if (!t)
		return;
	if (t->open)		/* it may wait for a server */
		kill(t->pid, SIGTERM);
	close(t->fd);
	tool_wait(t->pid, HELPER, &ignore);
	buf_free(&t->in);
	arena_free(&t->mem);
	free(t);
	to->talk = NULL;
}
