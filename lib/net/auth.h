/*
 * auth: who may send: bearer tokens, and users with passwords, from files.
 * otlp-recv(1) says what they look like.
 *
 * The files are read again when they change; where the new ones do not load
 * the old ones stay, and that is said. Of the secrets only digests are kept,
 * and all of them are compared in a time that does not depend on them. Safe
 * for threads.
 */
#ifndef NET_AUTH_H
#define NET_AUTH_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct auth_files {
	const char *tokens, *users;	/* NULL: none of that kind */
};

struct auth;

struct auth *auth_open(const struct auth_files *,
    void (*say)(void *arg, const char *), void *arg, struct err *);
/* Is this value of Authorization one of ours? *tenant is set to the tenant it
 * is bound to, or emptied. */
bool auth_check(struct auth *, struct str value, struct buf *tenant);
/* What WWW-Authenticate asks for. */
const char *auth_challenge(const struct auth *);
void auth_close(struct auth *);

/* Is it the name of a tenant: 1 to 150 letters, digits and !-_.*'() but not
 * "." or ".."? */
bool auth_tenant(struct str);

#endif
