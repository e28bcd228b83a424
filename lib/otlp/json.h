/*
 * json: OTLP/JSON to and from the protobuf encoding. otlp.md 4.2, 4.3, 8.
 *
 * Both ways are driven by the descriptors of the generated messages (proto/),
 * and go between JSON and the wire directly. Fields come out in the order of
 * their numbers, so what a usual encoder wrote comes back byte for byte;
 * fields we do not know have no JSON and are lost. Reading uses jansson.
 */
#ifndef OTLP_JSON_H
#define OTLP_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Profiles have no schema here, since theirs still changes: in their JSON,
 * which is ours alone, this key holds the payload in base64.
 */
#define OTLP_PROFILES_KEY	"profilesData"

/*
 * What the parsed form of one span, log record, point or Resource may take, in
 * bytes, beside its texts (a usual one takes twenty times its JSON); more is
 * refused with ERR_LIMIT. Requests are read an item at a time.
 */
#define OTLP_JSON_VALUE_MAX	((size_t)64 << 20)

/*
 * Appends the payload encoded as protobuf. `signal` as in record.h; 0: told
 * by the top key, and *signal is set. Nesting is bounded, but not yet as
 * strictly as otlp_check does it: give it the result.
 */
int otlp_from_json(unsigned *signal, struct str json, struct buf *,
    struct err *);
/* Appends one line of JSON, without the newline. */
int otlp_to_json(unsigned signal, struct str payload, struct buf *,
    struct err *);
/* The two small answers: partial success and google.rpc.Status, in either. */
void otlp_put_partial(struct buf *, unsigned signal, bool json,
    uint64_t rejected, struct str message);
void otlp_put_status(struct buf *, bool json, int code, struct str message,
    unsigned retry_seconds);
/*
 * What a far side says that it did not keep, in the answer to an export:
 * *rejected items, and its words (message is set when there are some). 0, or
 * -1 when it is no such answer.
 */
int otlp_read_partial(unsigned signal, bool json, struct str body,
    uint64_t *rejected, struct buf *message, struct err *);

#endif
