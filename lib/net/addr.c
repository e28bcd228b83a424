#include "net/addr.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/num.h"
#include "base/str.h"

#define BACKLOG 512

/* Cuts the text in two: 0, or -1 when it has no such form. */
static int
split(const char *addr, char host[256], char port[8], struct err *e)
{
	struct str s = str_of(addr), h = S("127.0.0.1"), p = s;
	const char *colon = strrchr(addr, ':');
	uint64_t number;

	if (colon) {
		h = str_mk(addr, (size_t)(colon - addr));
		p = str_of(colon + 1);
	}
	if (h.n >= 2 && h.p[0] == '[' && h.p[h.n - 1] == ']')
		h = str_mk(h.p + 1, h.n - 2);
	else if (h.n == 0)
		h = S("127.0.0.1");
	if (!num_u64(p, &number) || number > 65535)
		return err_set(e, ERR_QUERY, "address \"%s\": no port", addr);
	if (h.n > 255)
		return err_set(e, ERR_QUERY, "address \"%s\": too long", addr);
	snprintf(host, 256, "%.*s", PS(h));
	snprintf(port, 8, "%u", (unsigned)number);
	return 0;
}

static int
name_of(int fd, char name[NET_NAME], struct err *e)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof at;
	char host[64], port[8];

	if (getsockname(fd, (struct sockaddr *)&at, &n) == -1)
		return err_sys(e, "getsockname");
	if (getnameinfo((struct sockaddr *)&at, n, host, sizeof host, port,
	    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return err_set(e, ERR_SYS, "getnameinfo");
	snprintf(name, NET_NAME, at.ss_family == AF_INET6 ? "[%s]:%s" :
	    "%s:%s", host, port);
	return 0;
}

static int
listen_at(const struct addrinfo *ai, struct err *e)
{
	int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, ai->ai_protocol), on = 1;

	if (fd == -1)
		return err_sys(e, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	err_sys(e, "listen");
	close(fd);
	return -1;
}

int
net_listen(const char *addr, char name[NET_NAME], struct err *e)
{
	struct addrinfo hint = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *all;
	char host[256], port[8];
	int fd = -1, r;

	if (split(addr, host, port, e) == -1)
		return -1;
	r = getaddrinfo(strcmp(host, "*") == 0 ? NULL : host, port, &hint,
	    &all);
	if (r != 0)
		return err_set(e, ERR_SYS, "%s: %s", addr, gai_strerror(r));
	for (struct addrinfo *ai = all; ai && fd == -1; ai = ai->ai_next)
		fd = listen_at(ai, e);
	freeaddrinfo(all);
	if (fd != -1 && name_of(fd, name, e) == -1) {
		close(fd);
		fd = -1;
	}
	return fd == -1 ? err_in(e, "%s", addr) : fd;
}
