/* labels: the labels of a store's streams, their values, how often each. */
#ifndef LQL_LABELS_H
#define LQL_LABELS_H

#include "log/scan.h"

struct lql_label {
	struct str name;
	struct str *value;	/* sorted */
	uint32_t *streams;	/* that have the value */
	size_t n;
	uint32_t all;		/* streams that have the label */
};

struct lql_labels {
	struct lql_label *v;	/* by name */
	size_t n;
};

/* In the arena. */
void lql_labels(const struct log_streams *, struct arena *,
    struct lql_labels *);
/* NULL: no stream has it. */
const struct lql_label *lql_labels_find(const struct lql_labels *,
    struct str name);

#endif
