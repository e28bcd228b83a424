/* quote: text in quotes, as Go's strconv.Quote. */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "base/buf.h"

/* "..." with \n, \", \x00 and so on for what cannot be printed. */
void quote_go(struct buf *, struct str);
/* The same without the quotes, for one character of n bytes at the front. */
void quote_rune(struct buf *, struct str, char quote);
/* Whether a character is one that shows: unicode.IsPrint, nearly. */
bool quote_printable(uint32_t rune);

#endif
