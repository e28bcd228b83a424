#include "net/servers.h"

#include <unistd.h>

#include "base/time.h"
#include "net/h2serve.h"
#include "net/http.h"

bool
servers_off(const char *addr)
{
	return !addr || *addr == '\0' || strcmp(addr, "none") == 0;
}

static int
open_grpc(struct servers *s, struct net *net, const char *addr,
    struct err *e)
{
	int fd;

	if (servers_off(addr))
		return 0;
	fd = net_listen(addr, s->grpc_name, e);
	if (fd == -1)
		return -1;
	s->grpc = h2serve_open(net, fd, e);
	return s->grpc ? 0 : -1;
}

static int
open_http(struct servers *s, struct net *net, const char *addr,
    struct err *e)
{
	int fd;

	if (servers_off(addr))
		return 0;
	fd = net_listen(addr, s->http_name, e);
	if (fd == -1)
		return -1;
	s->http = http_open(net, fd, e);
	if (!s->http)
		close(fd);
	return s->http ? 0 : -1;
}

int
servers_open(struct servers *s, struct net *net, const char *grpc,
    const char *http, struct err *e)
{
	*s = (struct servers){ 0 };
	if (open_grpc(s, net, grpc, e) == 0 && open_http(s, net, http, e) == 0)
		return 0;
	servers_close(s, 0);
	return -1;
}

int
servers_close(struct servers *s, uint64_t grace)
{
	uint64_t end = time_mono() + grace;
	int r = 0;

	if (s->grpc)
		h2serve_drain(s->grpc);
	if (s->http)
		http_drain(s->http);
	if (s->grpc && h2serve_close(s->grpc, end) == -1)
		r = -1;
	if (s->http && http_close(s->http, end) == -1)
		r = -1;
	return r;
}
