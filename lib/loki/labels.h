/*
 * labels: OTLP attributes as Loki's labels and metadata. logql.md 14, 15.
 */
#ifndef LOKI_LABELS_H
#define LOKI_LABELS_H

#include "base/arena.h"
#include "base/buf.h"
#include "model/value.h"

/*
 * Appends the name as metadata has it: each run of other characters than
 * letters and digits is one `_`, a leading digit gets `key_` in front. false:
 * it has neither.
 */
bool label_name(struct buf *, struct str name);
/*
 * Adds service_name to a stream's labels (pairs) that have none: of `app` and
 * so on, there or in `meta`, else unknown_service.
 */
void label_service(struct buf *labels, const struct buf *meta);
/* A value as text; arrays and maps as JSON. Appends. */
void label_text(struct buf *, const struct value *);
/*
 * Calls fn for one attribute: maps are flattened, their names joined by `_`.
 * The slices hold during the call.
 */
typedef void label_fn(void *arg, struct str name, struct str text);
void label_flatten(struct arena *, const struct attr *, label_fn *,
    void *arg);

/*
 * The labels of a resource: `promoted` ones as sorted pairs with service_name
 * discovered, the rest as pairs of metadata. raw: the Resource's bytes.
 */
void label_resource(struct str raw, struct str promoted, struct arena *,
    struct buf *labels, struct buf *meta);
/* What a scope adds to the metadata. */
void label_scope(struct str raw, struct arena *, struct buf *meta);

#endif
