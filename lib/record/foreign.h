/*
 * foreign: OTLP payloads in files that are not ours, told apart from ours.
 *
 * Three framings (otlp.md section 8): record(5); OTLP/JSON, a payload a line;
 * and what the collector's file exporter writes as "proto", each payload
 * after its length in four bytes, big-endian. A file begins with `{"r` (or
 * our key for profiles), which no record of ours can; with a zero byte; or is
 * ours. Pieces come whole or not at all; one that is cut short is an error
 * with its offset, but for a last line without its newline.
 */
#ifndef RECORD_FOREIGN_H
#define RECORD_FOREIGN_H

#include "record/record.h"

enum framing { FRAMING_AUTO, FRAMING_RECORD, FRAMING_JSON, FRAMING_BE32,
	FRAMINGS };

/* Text takes more room than what it stands for: a payload's, four times. */
#define FOREIGN_LINE_MAX	(4 * REC_PAYLOAD_MAX)

struct piece {
	enum framing framing;
	struct str bytes;	/* a Record message, a line, or a payload */
	uint64_t off;		/* of its frame in the file */
};

struct foreign;

struct foreign *foreign_open(const char *path, enum framing, struct err *);
/* 1, 0 at the end, -1. The bytes hold till the next call. */
int foreign_next(struct foreign *, struct piece *, struct err *);
const char *foreign_name(const struct foreign *);	/* for messages */
void foreign_close(struct foreign *);

#endif
