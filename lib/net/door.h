/*
 * door: which protocol a connection speaks, by its first bytes. otlp.md 3.1.
 */
#ifndef NET_DOOR_H
#define NET_DOOR_H

#include "base/str.h"

enum door {
	DOOR_MORE,	/* bytes are wanted before that can be said */
	DOOR_H2,	/* HTTP/2 with prior knowledge */
	DOOR_HTTP,	/* the method of an HTTP/1 request */
	DOOR_TLS,	/* a ClientHello */
	DOOR_CLOSE,	/* none of them */
};

/* As many bytes are looked at at most. */
#define DOOR_MAX 24

enum door door_of(struct str first);

#endif
