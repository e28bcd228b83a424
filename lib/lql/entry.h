/*
 * entry: a log line on its way through a pipeline, with its labels.
 *
 * Each label is of the stream, of the metadata, or parsed; a name is there
 * once. What a parser extracts goes through entry_extract, which knows the
 * rules of clashing names. logql.md sections 6.1, 7, 9.
 */
#ifndef LQL_ENTRY_H
#define LQL_ENTRY_H

#include "base/arena.h"
#include "loki/pairs.h"

enum lql_kind { LQL_STREAM, LQL_META, LQL_PARSED };

struct lql_label_at {
	struct str name, value;
	enum lql_kind kind;
};

struct lql_step;

/*
 * What will be asked of an entry in the end: no parser need find more. NULL:
 * all of it. logql.md 6.1, rule 5.
 */
struct lql_wants {
	bool all;		/* labels; else those named */
	struct str *name;
	uint32_t n;
	bool errors;		/* a parser's error is a label like others */
};

struct lql_entry {
	struct arena *mem;
	struct str line;
	uint64_t time;			/* ns */
	struct lql_label_at *label;
	uint32_t n, cap;
	const struct log_pair *base;	/* of the stream */
	uint32_t nbase;
	const struct log_pair *came;	/* its metadata, and line, before all */
	uint32_t ncame;
	struct str raw;
	struct str *seen;		/* names that parsers delivered */
	uint32_t nseen, cap_seen;
	/* can be asked for, are not shown: trace_id, span_id (bytes, n 0: there
	 * is none) and severity_number (0: none) */
	struct str trace, span;
	uint32_t severity;
	struct str error, details;	/* n 0: none */
	const struct lql_step *rest;	/* what comes after this step */
	size_t nrest;
	double value;			/* unwrapped */
	const struct lql_wants *wants;
	uint32_t nfound;		/* of wants */
};

/* All that is given is borrowed; what is made of it is in the arena. */
void entry_begin(struct lql_entry *, struct str line,
    const struct log_pair *stream, uint32_t nstream,
    const struct log_pair *meta, uint32_t nmeta, struct arena *);
/* The value; {NULL, 0}: not there. Knows __error__ and detected_level. */
struct str entry_get(const struct lql_entry *, struct str name);
void entry_set(struct lql_entry *, struct str name, struct str value,
    enum lql_kind);
void entry_delete(struct lql_entry *, struct str name);
void entry_saw(struct lql_entry *, struct str name);
void entry_error(struct lql_entry *, const char *error, struct str details);
/* The same, of a parser. */
void entry_unparsed(struct lql_entry *, const char *error,
    struct str details);
/* Whether parsers have found all that is wanted. */
bool entry_enough(const struct lql_entry *);
/*
 * Stores a label that a parser found. false: a later filter on it drops the
 * line.
 */
bool entry_extract(struct lql_entry *, struct str name, struct str value);
/* The same, for a stage that may find a label twice: the last one stays. */
bool entry_extract_last(struct lql_entry *, uint32_t nseen_before,
    struct str name, struct str value);
/* Appends a key as a label's name has it; `first`: nothing is before it. */
void entry_name(struct buf *, struct str key, bool first);
/* Bad UTF-8, and U+FFFD, as a blank each. */
struct str entry_clean(struct lql_entry *, struct str);

/* The labels of a kind; with PARSED the error's. Sorted by name. */
uint32_t entry_labels(const struct lql_entry *, enum lql_kind,
    struct log_pair **);

#endif
