#include "net/addr.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/num.h"
#include "base/str.h"
#include "base/sys.h"

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
	struct sockaddr_storage at = { 0 };
	socklen_t n = sizeof at;
	char host[64], port[8];

	if (getsockname(fd, (struct sockaddr *)&at, &n) == -1)
		return err_sys(e, "getsockname");
	if (at.ss_family == AF_UNIX) {
		snprintf(name, NET_NAME, "unix:%.108s",
		    ((struct sockaddr_un *)&at)->sun_path);
		return 0;
	}
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

/* Cuts "PATH,MODE": 0, or -1. No mode is one for the owner and the group. */
static int
split_unix(const char *text, struct sockaddr_un *at, mode_t *mode,
    struct err *e)
{
	const char *comma = strrchr(text, ','), *end = comma;
	char *rest;

	*mode = 0660;
	if (comma && comma[1] >= '0' && comma[1] <= '7') {
		*mode = (mode_t)strtoul(comma + 1, &rest, 8);
		if (*rest != '\0' || *mode > 0777)
			return err_set(e, ERR_QUERY, "unix:%s: no mode", text);
	} else
		end = text + strlen(text);
	if (end == text || (size_t)(end - text) >= sizeof at->sun_path)
		return err_set(e, ERR_QUERY, "unix:%s: no path for a socket",
		    text);
	at->sun_family = AF_UNIX;
	memcpy(at->sun_path, text, (size_t)(end - text));
	return 0;
}

/* A socket that its server has left: it went without a goodbye. */
static bool
is_left(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool left = fd != -1 && connect(fd, (const struct sockaddr *)at,
	    sizeof *at) == -1 && errno == ECONNREFUSED;

	if (fd != -1)
		close(fd);
	return left;
}

static int
listen_unix(const char *text, struct err *e)
{
	struct sockaddr_un at = { 0 };
	mode_t mode, mask;
	int fd, r;

	if (split_unix(text, &at, &mode, e) == -1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return err_sys(e, "socket");
	if (is_left(&at))
		sys_unlink(at.sun_path);
	mask = umask(0777 & ~mode);
	r = bind(fd, (struct sockaddr *)&at, sizeof at);
	umask(mask);
	if (r == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err_sys(e, "listen");
	close(fd);
	return -1;
}

static int
listen_inet(const char *addr, struct err *e)
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
	return fd == -1 ? err_in(e, "%s", addr) : fd;
}

int
net_listen(const char *addr, char name[NET_NAME], struct err *e)
{
	bool is_unix = strncmp(addr, "unix:", 5) == 0;
	int fd = is_unix ? listen_unix(addr + 5, e) : listen_inet(addr, e);

	if (fd == -1)
		return is_unix ? err_in(e, "%s", addr) : -1;
	if (name_of(fd, name, e) == 0)
		return fd;
	close(fd);
	return err_in(e, "%s", addr);
}

int
net_inherit(int fd, char name[NET_NAME], struct err *e)
{
	int listens = 0, flags = fcntl(fd, F_GETFL);
	socklen_t n = sizeof listens;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) == -1 ||
	    !listens)
		return err_set(e, ERR_SYS, "descriptor %d: not a socket that "
		    "listens", fd);
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return err_sys(e, "descriptor %d", fd);
	return name_of(fd, name, e) == 0 ? fd : -1;
}
