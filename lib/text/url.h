/* url: the form encoding of queries: a blank is +, others %XX. */
#ifndef TEXT_URL_H
#define TEXT_URL_H

#include "base/buf.h"
#include "base/err.h"

void url_encode(struct buf *, struct str);
/* -1 with Go's words at a % that no two hex digits follow. */
int url_decode(struct buf *, struct str, struct err *);

#endif
