/* fake: what the pretended servers of HTTP have in common. */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A field of a request, or "-". */
static inline const char *
fake_header(struct MHD_Connection *c, const char *name)
{
	const char *v = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);

	return v ? v : "-";
}

static inline FILE *
fake_file(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (!f) {
		perror(path);
		exit(2);
	}
	return f;
}

/*
 * Serves on a free port of loopback, which it prints, till it is killed; with
 * more flags of the library's, and its options. Gives the status when it
 * cannot.
 */
static inline int
fake_serve(unsigned flags, MHD_AccessHandlerCallback on_request, void *arg,
    struct MHD_OptionItem *options)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct MHD_Daemon *d = MHD_start_daemon(
	    MHD_USE_INTERNAL_POLLING_THREAD | flags, 0, NULL, NULL,
	    on_request, arg, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&to,
	    MHD_OPTION_ARRAY, options, MHD_OPTION_END);

	if (!d)
		return 1;
	printf("%u\n", MHD_get_daemon_info(d,
	    MHD_DAEMON_INFO_BIND_PORT)->port);
	fflush(stdout);
	for (;;)
		pause();
}

#endif
