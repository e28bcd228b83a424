/*
 * tls: the server's side of TLS 1.2 and 1.3, by GnuTLS.
 *
 * The certificate, its key and the CAs of clients are read again when their
 * files change; where the new ones do not load the old ones stay, and that is
 * said. All calls come from one thread.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct tls_files {
	const char *cert, *key;		/* PEM; the chain, its own first */
	const char *client_ca;		/* NULL: clients need no certificate */
};

struct tls;
struct tls_conn;

/* `say` is told what did not load again. NULL: it does not load now. */
struct tls *tls_open(const struct tls_files *,
    void (*say)(void *arg, const char *), void *arg, struct err *);
void tls_close(struct tls *);

/* A connection over fd, which stays the caller's. NULL: out of memory. */
struct tls_conn *tls_accept(struct tls *, int fd);
/* 1: done. 0: not yet: it waits to write, if tls_wants_write, else to read. -1:
 * failed. */
int tls_shake(struct tls_conn *);
bool tls_wants_write(struct tls_conn *);
/* As recv and send do, with -1 and EAGAIN; any other failure is ECONNRESET.
 * A buffer of TLS_RECORD bytes or more leaves nothing behind in `recv`. */
#define TLS_RECORD	16384
ssize_t tls_recv(struct tls_conn *, void *, size_t n);
ssize_t tls_send(struct tls_conn *, const void *, size_t n);
/* Says goodbye, without waiting for one. */
void tls_end(struct tls_conn *);

#endif
