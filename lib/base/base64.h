/* base64: RFC 4648, for bytes in JSON. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

void base64_put(struct buf *, struct str);	/* with padding */
/*
 * Appends what the text stands for: both alphabets, with padding or without.
 * 0, or -1 when it is no base64.
 */
int base64_read(struct buf *, struct str text);

#endif
