/* ip: ip("..") of line and label filters. logql.md 5, 7. */
#ifndef LQL_IP_H
#define LQL_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct lql_ip {
	unsigned size;			/* 4 or 16 bytes of */
	uint8_t from[16], to[16];	/* both in */
};

/* An address, a range a-b, or a prefix a/n. -1: none of these. */
int lql_ip_parse(struct lql_ip *, struct str, struct err *);
/* Whether the text has an address in the range. */
bool lql_ip_in(const struct lql_ip *, struct str text);

#endif
