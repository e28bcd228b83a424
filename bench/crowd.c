/*
 * crowd: many connections to an OTLP server that want nothing of it.
 *
 *   crowd HOST:PORT IDLE SLOW
 *
 * IDLE of them said hello and are silent: HTTP/2 and, each second one, HTTP/1
 * after a request that was answered. SLOW more send a request a byte a second.
 * Prints a line when all are there, and stays till its stdin ends; then
 * prints how many the server has closed.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"

#define HTTP	"POST /v1/traces HTTP/1.1\r\nHost: x\r\n" \
		"Content-Type: application/x-protobuf\r\nContent-Length: "

static int
dial(const struct addrinfo *to)
{
	int fd = socket(to->ai_family, SOCK_STREAM, 0);

	if (fd == -1 || connect(fd, to->ai_addr, to->ai_addrlen) == -1)
		die("connect: %s", strerror(errno));
	return fd;
}

static void
say(int fd, struct str s)
{
	if (send(fd, s.p, s.n, MSG_NOSIGNAL) != (ssize_t)s.n)
		die("send: %s", strerror(errno));
}

static void
heard(int fd)
{
	char in[512];

	if (recv(fd, in, sizeof in, 0) <= 0)
		die("no answer");
}

static void
join(int fd, int i)
{
	static const char hello[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	    "\0\0\0\4\0\0\0\0\0";

	say(fd, i % 2 ? S(HTTP "0\r\n\r\n") : S(hello));
	heard(fd);
}

static struct addrinfo *
look_up(char *at)
{
	struct addrinfo hint = { .ai_socktype = SOCK_STREAM }, *to;
	char *colon = strrchr(at, ':');

	if (!colon)
		die("%s: no port", at);
	*colon = '\0';
	if (getaddrinfo(at, colon + 1, &hint, &to) != 0)
		die("%s: unknown", at);
	return to;
}

/* Until stdin ends: a byte a second of each slow one. */
static void
trickle(const int *slow, int n)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char c;

	while (poll(&in, 1, 1000) == 0 || read(STDIN_FILENO, &c, 1) > 0)
		for (int i = 0; i < n; i++)
			send(slow[i], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int
closed(const int *fd, int n)
{
	int gone = 0;
	char c[4096];

	for (int i = 0; i < n; i++) {
		ssize_t r;

		while ((r = recv(fd[i], c, sizeof c, MSG_DONTWAIT)) > 0)
			;
		gone += r == 0 || errno != EAGAIN;
	}
	return gone;
}

int
main(int argc, char *argv[])
{
	struct addrinfo *to;
	struct rlimit r;
	int idle, slow, *fd;

	if (argc != 4)
		die("usage: crowd HOST:PORT IDLE SLOW");
	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	to = look_up(argv[1]);
	idle = atoi(argv[2]);
	slow = atoi(argv[3]);
	fd = xcalloc((size_t)(idle + slow), sizeof *fd);
	for (int i = 0; i < idle + slow; i++) {
		fd[i] = dial(to);
		if (i < idle)
			join(fd[i], i);
		else
			say(fd[i], S(HTTP "1000\r\n\r\n"));
	}
	printf("%d\n", idle + slow);
	fflush(stdout);
	trickle(fd + idle, slow);
	printf("%d %d\n", closed(fd, idle), closed(fd + idle, slow));
	freeaddrinfo(to);
	free(fd);
	return 0;
}
