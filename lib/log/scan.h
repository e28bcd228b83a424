/*
 * scan: log lines out of a view, filtered where they lie.
 *
 * The query gives stream matchers, line filters, label filters on metadata,
 * a time range, a set of trace ids; the scan answers what it can from the
 * stream table, dictionaries, templates and page filters, rebuilds only
 * candidate lines, and hands the survivors over in time order, deduplicated.
 * logql.md sections 1, 4, 5.
 */
#ifndef LOG_SCAN_H
#define LOG_SCAN_H

#include "base/re.h"
#include "block/stripe.h"
#include "loki/pairs.h"
#include "store/store.h"

enum log_op { LOG_EQ, LOG_NE, LOG_RE, LOG_NRE };	/* = != =~ !~ */

struct log_matcher {		/* of a selector: on a stream label */
	struct str name;
	enum log_op op;
	struct str value;
	struct re *re;		/* RE, NRE: anchored, dot matches newline */
};

struct log_line_filter {	/* |= != |~ !~ ; `or` alternatives */
	enum log_op op;		/* EQ: contains, NE: contains not */
	struct log_alt { struct str text; struct re *re; } *alt;
	size_t n;
};

struct log_line {
	uint64_t time;		/* ns */
	struct str line;
	uint32_t stream;	/* number within the scan */
	const struct log_pair *labels;		/* of the stream, sorted */
	uint32_t nlabels;
	const struct log_pair *meta;		/* structured metadata, sorted:
	    severity_text and observed_timestamp with it, the ids not */
	uint32_t nmeta;
	uint32_t severity;	/* 0 .. 24 */
	struct str trace_id, span_id;	/* bytes; empty: none */
};

/*
 * A filter on what a line carries beside its text, asked before the line is
 * rebuilt. `test` gets the values of the names it asked for (stream label
 * first, then metadata), empty when absent, and answers whether to keep. It
 * is called from several threads at once. Beside the metadata of a line it may
 * ask for trace_id, span_id, severity_number, severity_text and
 * observed_timestamp.
 */
struct log_label_filter {
	const struct str *names;
	size_t n;
	bool (*test)(void *arg, const struct str *values);
	void *arg;
};

/*
 * A filter on values that a parser will find in the line, asked before the line
 * is rebuilt. Lines of one template differ only in words that have a digit
 * (log/split.h), so that a parser takes all of them apart at the same places:
 * `find` is asked once a template, `test` for each line, or once where the
 * values are the same in all. It must never drop what the query would keep.
 */
enum log_kind_at {	/* of a byte of a template's line */
	LOG_AT_TEXT,
	LOG_AT_NUMBER,	/* a word with a digit, that begins with one */
	LOG_AT_WORD,	/* one that may begin with something else */
};
struct log_slice { uint32_t from, to; };	/* of it; to 0: no such value */
struct log_parse_filter {
	size_t n;	/* values */
	/* labels and metadata that would come before what is parsed: a stripe
	 * that has one of these names is not filtered */
	const struct str *unless;
	size_t nunless;
	/* `line`: a template's, a digit for each word; kind: by its bytes.
	 * false: it cannot be told. */
	bool (*find)(void *arg, struct str line, const uint8_t *kind,
	    struct log_slice *);
	bool (*test)(void *arg, const struct str *values);
	void *arg;
};

/* Whether the line's text may be left empty: where the severity is known? */
enum log_want { LOG_NO_LINE, LOG_LINE, LOG_LINE_UNLESS_SEVERITY };

struct log_scan_opts {
	const struct log_matcher *match;
	size_t nmatch;
	const struct log_line_filter *filter;
	size_t nfilter;
	const struct log_label_filter *label;
	size_t nlabel;
	const struct log_parse_filter *parse;
	size_t nparse;
	const uint8_t (*trace_ids)[16];		/* sorted; NULL: any */
	size_t ntrace_ids;
	uint64_t from, to;			/* [from, to); 0, 0: all */
	bool forward;				/* else newest first */
	uint64_t limit;				/* 0: none */
	enum log_want want_line;
	bool want_meta;				/* false: may be left empty */
	bool any_line;		/* one line of each stream is enough: of a tail
				   no more are taken apart */
	unsigned workers;
	struct scan_count *count;
};

/* In the order asked for, after deduplication. 0, 1 to stop, -1. */
typedef int log_line_fn(void *arg, const struct log_line *, struct err *);
int log_scan(struct store_view *, const struct log_scan_opts *, log_line_fn *,
    void *arg, struct err *);

/*
 * The label sets, in order, of the streams that have lines: of `match` and the
 * range; nothing else of the options counts but the limit, past which none are
 * given. No line is looked at, and rows only where a stripe is partly in the
 * range.
 */
struct log_stream {
	struct log_pair *label;
	uint32_t n;
};
struct log_streams {
	struct log_stream *v;
	size_t n;
	bool many;		/* there are more than the limit */
};
int log_streams(struct store_view *, const struct log_scan_opts *,
    struct arena *, struct log_streams *, struct err *);

extern const struct store_kind log_kind;	/* for lstore */
/* The store option that holds the promoted resource attributes, separated by
 * commas; without it, the list of logql.md 15. */
#define LOG_OPTION_LABELS	S("labels")

#endif
