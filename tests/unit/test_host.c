/* host: descriptors of systemd, and what it is told. */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/host.h"

static void
test_notify(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	socklen_t n = sizeof at;
	char name[sizeof at.sun_path + 1], in[64];

	/* the system picks an abstract name */
	CHECK(bind(fd, (struct sockaddr *)&at, sizeof at.sun_family) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&at, &n) == 0);
	snprintf(name, sizeof name, "@%.*s",
	    (int)(n - sizeof at.sun_family - 1), at.sun_path + 1);
	host_notify(name, "READY=1");
	CHECK(recv(fd, in, sizeof in, 0) == 7 && memcmp(in, "READY=1", 7) == 0);
	host_notify(NULL, "READY=1");
	host_notify("", "READY=1");
	host_notify("/nowhere", "READY=1");
	CHECK(recv(fd, in, sizeof in, 0) == -1);
	close(fd);
}

static void
listener_at(int want)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(bind(fd, (struct sockaddr *)&at, sizeof at) == 0);
	CHECK(listen(fd, 5) == 0);
	if (fd != want) {
		CHECK(dup2(fd, want) == want);
		close(fd);
	}
}

static void
test_listen(void)
{
	struct servers s = { 0 };
	struct err e = { 0 };
	char pid[16];

	snprintf(pid, sizeof pid, "%d", (int)getpid());
	CHECK(host_listen_fds(&s, NULL, NULL, NULL, &e) == 0 && s.n == 0);
	CHECK(host_listen_fds(&s, "1", "2", NULL, &e) == 0 && s.n == 0);
	CHECK(host_listen_fds(&s, pid, "x", NULL, &e) == -1);
	CHECK(host_listen_fds(&s, pid, "99", NULL, &e) == -1);
	listener_at(4);
	listener_at(3);
	CHECK(host_listen_fds(&s, pid, "2", "other:http", &e) == 0);
	CHECK(s.n == 2 && s.at[0].kind == SERVER_GRPC &&
	    s.at[1].kind == SERVER_HTTP && s.at[0].fd == 3);
	CHECK(strncmp(s.at[1].name, "127.0.0.1:", 10) == 0);
	CHECK(s.said[SERVER_GRPC] && s.said[SERVER_HTTP]);
	close(3);
	close(4);
	s = (struct servers){ 0 };
	CHECK(dup2(1, 3) == 3);		/* does not listen */
	CHECK(host_listen_fds(&s, pid, "1", NULL, &e) == -1);
}

int
main(void)
{
	test_notify();
	test_listen();
	return unit_done();
}
