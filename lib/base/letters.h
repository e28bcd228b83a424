/*
 * letters: which they are, and upper and lower case, by Unicode's simple
 * mappings (PCRE2's).
 *
 * Bad UTF-8 comes out as U+FFFD, as from Go's strings.ToUpper.
 */
#ifndef BASE_LETTERS_H
#define BASE_LETTERS_H

#include "base/buf.h"

void letters_upper(struct buf *, struct str);
void letters_lower(struct buf *, struct str);
/* The first letter of each word is upper case, the rest stays. */
void letters_title(struct buf *, struct str);
/* The bytes of a name at the front: letters, digits and _, by Unicode, of which
 * a digit is not the first. The text is UTF-8. */
size_t letters_name(struct str);

#endif
