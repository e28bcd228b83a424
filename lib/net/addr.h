/*
 * addr: where a server listens, as a person writes it.
 *
 * HOST:PORT, [HOST]:PORT, or PORT alone, which is of 127.0.0.1, as is :PORT;
 * HOST may be a name or *, meaning every address. Port 0: the system picks.
 * unix:PATH, or unix:PATH,MODE with an octal mode, is a socket in the file
 * system, which replaces one that nobody listens at.
 */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include "base/err.h"

#define NET_NAME 120

/* A listening socket that does not block, or -1. `name` is set to the
 * address it has, with the port taken. */
int net_listen(const char *addr, char name[NET_NAME], struct err *);
/* The same for one that was opened by another, such as systemd. */
int net_inherit(int fd, char name[NET_NAME], struct err *);

#endif
