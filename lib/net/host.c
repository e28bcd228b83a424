#include "net/host.h"

#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/num.h"
#include "base/str.h"

#define FIRST_FD 3

void
host_raise_files(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == -1 || r.rlim_cur == r.rlim_max)
		return;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

int
host_listen_fds(struct servers *s, const char *pid, const char *fds,
    const char *names, struct err *e)
{
	struct str rest = str_of(names);
	uint64_t who, n;

	if (!pid || !fds || !num_u64(str_of(pid), &who) ||
	    who != (uint64_t)getpid())
		return 0;
	if (!num_u64(str_of(fds), &n) || n > SERVERS_MAX)
		return err_set(e, ERR_QUERY, "LISTEN_FDS: %s: not a number "
		    "up to %d", fds, SERVERS_MAX);
	for (uint64_t i = 0; i < n; i++) {
		struct str name = S("");

		str_cut(&rest, ':', &name);
		if (servers_inherit(s, str_eq(name, S("http")) ? SERVER_HTTP :
		    SERVER_GRPC, FIRST_FD + (int)i, e) == -1)
			return -1;
	}
	return 0;
}

void
host_notify(const char *path, const char *state)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (n == 0 || n >= sizeof to.sun_path)
		return;
	memcpy(to.sun_path, path, n);
	if (path[0] == '@')
		to.sun_path[0] = '\0';	/* an abstract name */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (struct sockaddr *)&to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}
