#include "net/door.h"

/* RFC 9113, 3.4 */
#define PREFACE S("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

/* A record of type handshake, version 3.x. RFC 8446, 5.1. */
static enum door
tls(struct str s)
{
	if (s.n < 2)
		return DOOR_MORE;
	return s.p[1] == 3 ? DOOR_TLS : DOOR_CLOSE;
}

/* Capitals, then a blank; line ends may come before. RFC 9112, 2.2, 3. */
static enum door
method(struct str s)
{
	size_t i = 0, n;

	while (i < s.n && (s.p[i] == '\r' || s.p[i] == '\n'))
		i++;
	for (n = i; n < s.n && s.p[n] >= 'A' && s.p[n] <= 'Z'; n++)
		;
	if (n == s.n)
		return n < DOOR_MAX ? DOOR_MORE : DOOR_CLOSE;
	return n > i && s.p[n] == ' ' ? DOOR_HTTP : DOOR_CLOSE;
}

enum door
door_of(struct str s)
{
	struct str preface = PREFACE;

	if (s.n == 0)
		return DOOR_MORE;
	if (s.p[0] == 0x16)
		return tls(s);
	if (s.n >= preface.n)
		s.n = preface.n;
	else if (memcmp(s.p, preface.p, s.n) == 0)
		return DOOR_MORE;
	return str_eq(s, preface) ? DOOR_H2 : method(s);
}
