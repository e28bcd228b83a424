/* complete: what could stand at the cursor of a TraceQL query. */
#ifndef TQL_COMPLETE_H
#define TQL_COMPLETE_H

#include "trace/scan.h"

#define TQL_VALUES_MAX	500u	/* values kept of a key */

/* Keys of the newest data as queries write them ("span.http.route"), sorted,
 * each with values: of strings, and words that need no quotes. */
struct tql_key {
	struct str name;
	struct str *value;
	uint32_t n;
	struct str *bare;
	uint32_t nbare;
	bool loaded;		/* of keys that have `load` */
};

struct tql_keys {
	struct tql_key *key;
	uint32_t n;
	/* gets the values of a key when they are wanted first; or NULL */
	void (*load)(void *arg, struct tql_key *);
	void *load_arg;
};

/* keys.c */
int tql_keys(struct store_view *, struct arena *, struct tql_keys *,
    struct err *);

/*
 * Words for the text before the cursor: values after a comparison, inside of
 * quotes or not, and words of status and kind; operators behind an operand;
 * stages and functions behind a pipe; hints in with (); else keys and
 * intrinsics. *from is where the word begins.
 */
size_t tql_complete(const struct tql_keys *, struct str before, size_t *from,
    struct arena *, struct str **words);

#endif
