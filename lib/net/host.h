/* host: what a server takes from the machine it runs on: descriptors, and the
 * sockets and ears of systemd. sd_listen_fds(3), sd_notify(3). */
#ifndef NET_HOST_H
#define NET_HOST_H

#include "base/err.h"
#include "net/servers.h"

/* As many descriptors as this process may have. */
void host_raise_files(void);
/*
 * Adds the sockets that systemd opened for us, given $LISTEN_PID, $LISTEN_FDS
 * and $LISTEN_FDNAMES, of which each may be NULL. One that is named "http" is
 * of that kind, all others are gRPC's.
 */
int host_listen_fds(struct servers *, const char *pid, const char *fds,
    const char *names, struct err *);
/* Sends a state such as "READY=1" to $NOTIFY_SOCKET; NULL: nobody listens. */
void host_notify(const char *socket, const char *state);

#endif
