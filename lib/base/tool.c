#include "base/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <spawn.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "base/sys.h"
#include "base/toolhelp.h"

enum { OPT_HELP = 1000, OPT_VERSION };

/* The table as getopt_long wants it: short letters with ':' where they take
 * an argument, long names likewise. */
static void
tables(const struct tool *tool, char shorts[], struct option longs[])
{
	size_t n = 0;

	*shorts++ = ':';	/* a missing argument is told apart */
	for (const struct tool_opt *o = tool->opts; o->what; o++) {
		if (o->c < 256) {
			*shorts++ = (char)o->c;
			if (o->arg)
				*shorts++ = ':';
		}
		if (o->name)
			longs[n++] = (struct option){ o->name,
			    o->arg ? required_argument : no_argument, NULL,
			    o->c };
	}
	*shorts++ = 'h';
	*shorts++ = 'V';
	*shorts = '\0';
	longs[n++] = (struct option){ "help", optional_argument, NULL,
	    OPT_HELP };
	longs[n++] = (struct option){ "version", no_argument, NULL,
	    OPT_VERSION };
	longs[n] = (struct option){ 0 };
}

static _Noreturn void
bad_option(const struct tool *tool, int c, char *const argv[])
{
	const char *word = argv[optind - 1];

	if (c == ':' && strncmp(word, "--", 2) == 0)
		tool_usage(tool, "%s: needs an argument", word);
	if (c == ':')
		tool_usage(tool, "-%c: needs an argument", optopt);
	if (optopt > 0 && optopt < 256)
		tool_usage(tool, "-%c: unknown option", optopt);
	if (optopt != 0)
		tool_usage(tool, "%s: takes no argument", word);
	tool_usage(tool, "%s: unknown or ambiguous option", word);
}

/*
 * A standard stream that is closed stays unusable: else the next file that is
 * opened would be it, and our messages would go into a spool. (Reading from
 * what is open for writing fails, and the other way round.)
 */
static void
hold_closed(void)
{
	static const int mode[] = { O_WRONLY, O_RDONLY, O_RDONLY };

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) == -1 &&
		    sys_open("/dev/null", mode[fd], 0) == -1)
			_exit(1);	/* and where would we say why? */
}

int
tool_opt(const struct tool *tool, int argc, char *const argv[])
{
	char shorts[2 * TOOL_OPTS_MAX + 8];
	struct option longs[TOOL_OPTS_MAX + 3];
	int c;

	hold_closed();
	tables(tool, shorts, longs);
	opterr = 0;
	c = getopt_long(argc, argv, shorts, longs, NULL);
	switch (c) {
	case OPT_HELP:
	case 'h':
		exit(tool_exit(tool, tool_help(tool, c == 'h' ? NULL : optarg,
		    stdout)));
	case OPT_VERSION:
	case 'V':
		printf("%s (otelutils) %s\n", tool->name, TOOL_VERSION);
		exit(tool_exit(tool, 0));
	case ':':
	case '?':
		bad_option(tool, c, argv);
	}
	return c;
}

char **
tool_files(int argc, char *argv[])
{
	static char dash[] = "-";
	static char *only_stdin[] = { dash, NULL };

	return optind < argc ? argv + optind : only_stdin;
}

int
tool_fail(const struct tool *tool, struct err *e)
{
	int status = err_status(e);

	if (e->kind != ERR_CANCEL)
		fprintf(stderr, "%s: %s\n", tool->name, e->msg);
	*e = (struct err){ 0 };
	return status;
}

void
tool_say(const struct tool *tool, const char *fmt, ...)
{
	va_list ap;

	flockfile(stderr);
	fprintf(stderr, "%s: ", tool->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	funlockfile(stderr);
}

void
tool_usage(const struct tool *tool, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", tool->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n%s: try '%s --help'\n", tool->name, tool->name);
	_exit(2);	/* what callers hold needs no freeing: no leak */
}

/* The caller will say it: what tool_exit would say it by is dropped. A write that
 * was stuck when a stop came is no fault. */
static int
stdout_failed(struct err *e)
{
	if (errno == EINTR && tool_stopped())
		err_set(e, ERR_CANCEL, "stopped");
	else
		err_sys(e, "stdout");
	__fpurge(stdout);
	clearerr(stdout);
	return -1;
}

int
tool_put(struct str s, struct err *e)
{
	/* nothing may be at NULL */
	return s.n == 0 || fwrite(s.p, 1, s.n, stdout) == s.n ? 0 :
	    stdout_failed(e);
}

int
tool_flush(struct err *e)
{
	return fflush(stdout) == 0 ? 0 : stdout_failed(e);
}

int
tool_write(void *arg, struct str s, struct err *e)
{
	(void)arg;
	return tool_put(s, e) == -1 ? -1 : tool_flush(e);
}

int
tool_exit(const struct tool *tool, int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "%s: stdout: %s\n", tool->name, strerror(errno));
	return status > 0 ? status : 1;
}

void
tool_no_reader(void)
{
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
	_exit(128 + SIGPIPE);	/* it was blocked */
}

/* The self-pipe: a signal handler can have no other state than this. */
static int stop_pipe[2] = { -1, -1 };
static volatile sig_atomic_t stopped;

static void
on_stop(int sig)
{
	int keep = errno;

	(void)sig;
	stopped = 1;
	if (write(stop_pipe[1], "", 1) == -1)
		stopped = 1;	/* full: it is readable already */
	errno = keep;
}

int
tool_stop_fd(void)
{
	struct sigaction sa = { .sa_handler = on_stop };

	if (stop_pipe[0] == -1 &&
	    pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) == -1)
		die("pipe: %s", strerror(errno));
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	return stop_pipe[0];
}

bool
tool_stopped(void)
{
	return stopped != 0;
}

void
tool_stop_restore(void)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

void
tool_stop_clear(void)
{
	char sink[64];

	while (stop_pipe[0] != -1 && read(stop_pipe[0], sink, sizeof sink) > 0)
		;
	stopped = 0;
}

/* One of our programs; `fd` becomes its stdin and stdout, -1: it has ours. */
static pid_t
spawn(const char *const argv[], int fd, struct err *e)
{
	char self[4096], path[4096 + 64];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	posix_spawn_file_actions_t acts;
	pid_t pid;
	int r;

	self[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(self, '/');

	snprintf(path, sizeof path, "%.*s%s", slash ?
	    (int)(slash - self) + 1 : 0, self, argv[0]);
	fflush(stdout);
	posix_spawn_file_actions_init(&acts);
	for (int to = STDIN_FILENO; fd != -1 && to <= STDOUT_FILENO; to++)
		posix_spawn_file_actions_adddup2(&acts, fd, to);
	r = posix_spawn(&pid, path, &acts, NULL, (char *const *)argv, environ);
	if (r == ENOENT)
		r = posix_spawnp(&pid, argv[0], &acts, NULL,
		    (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&acts);
	errno = r;
	return r == 0 ? pid : err_sys(e, "run %s", argv[0]);
}

int
tool_wait(pid_t pid, const char *name, struct err *e)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return err_sys(e, "wait for %s", name);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}

int
tool_run(const char *const argv[], struct err *e)
{
	pid_t pid = spawn(argv, -1, e);

	return pid == -1 ? -1 : tool_wait(pid, argv[0], e);
}

pid_t
tool_start(const char *const argv[], int *fd, struct err *e)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return err_sys(e, "socket pair");
	pid = spawn(argv, pair[1], e);
	close(pair[1]);
	*fd = pair[0];
	if (pid == -1)
		close(pair[0]);
	return pid;
}

uint64_t
tool_number(const struct tool *tool, const char *text)
{
	uint64_t n;

	if (!num_u64(str_of(text), &n))
		tool_usage(tool, "\"%s\": not a number", text);
	return n;
}

uint64_t
tool_size(const struct tool *tool, const char *text)
{
	uint64_t n;

	if (!num_size(str_of(text), &n) || n == 0)
		tool_usage(tool, "\"%s\": not a size", text);
	return n;
}

uint64_t
tool_age(const struct tool *tool, const char *text)
{
	int64_t ns;

	if (!num_prom_duration(str_of(text), &ns) || ns < 0)
		tool_usage(tool, "\"%s\": not a duration like 10m", text);
	return (uint64_t)ns;
}
