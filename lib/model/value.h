/*
 * value: one OTLP AnyValue, and attributes, as slices of the record.
 *
 * Arrays, maps and the rest that no scalar holds keep their encoded bytes.
 * otlp.md section 6.1.
 */
#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum value_type {
	VALUE_EMPTY,		/* nothing set: legal */
	VALUE_STR,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_F64,
	VALUE_ARRAY,		/* raw: ArrayValue's bytes */
	VALUE_MAP,		/* raw: KeyValueList's bytes */
	VALUE_BYTES,		/* raw: the bytes */
};

struct value {
	enum value_type type;
	union {
		struct str s;	/* STR, and raw of ARRAY, MAP, BYTES */
		int64_t i;	/* INT, BOOL 0 or 1 */
		double f;
	};
};

struct attr {
	struct str key;
	struct value value;
	struct str any;		/* the encoded AnyValue, whatever its type */
};

#define VALUE_DEPTH_MAX 64	/* of nested arrays and maps */

#endif
