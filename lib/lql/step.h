/*
 * step: the stages of a pipeline, in order. logql.md sections 5 to 8.
 */
#ifndef LQL_STEP_H
#define LQL_STEP_H

#include "lql/ip.h"
#include "lql/parse.h"
#include "lql/pattern.h"
#include "text/tmpl.h"

enum lql_step_type {
	LQL_S_LINE, LQL_S_LABEL,
	LQL_S_JSON, LQL_S_LOGFMT, LQL_S_REGEXP, LQL_S_PATTERN,
	LQL_S_UNPACK,
	LQL_S_LINE_FORMAT, LQL_S_LABEL_FORMAT, LQL_S_DECOLORIZE,
	LQL_S_DROP, LQL_S_KEEP,
	LQL_S_UNWRAP,		/* of a range; label filters alone follow */
};

/* What an unwrapped value is read as: a number, a size, a duration. */
enum lql_unwrap { LQL_U_NUMBER, LQL_U_BYTES, LQL_U_DURATION, LQL_U_SECONDS };

enum lql_line_how { LQL_L_TEXT, LQL_L_RE, LQL_L_PATTERN, LQL_L_IP };

struct lql_line_alt {		/* one side of `or` in a line filter */
	enum lql_line_how how;
	struct str text;	/* as written */
	struct re *re;
	struct lql_pattern pattern;
	struct lql_ip ip;
};

struct lql_path_part { struct str key; int64_t index; };	/* key.p NULL: [index] */

struct lql_name {		/* json, logfmt: a label and where from; */
	struct str name;	/* label_format: to; drop, keep: which */
	struct str from;	/* label_format: a label, or a text */
	struct tmpl *tmpl;	/* .. which is a template; NULL: is itself */
	bool text, matches;	/* from is a text; drop, keep: a matcher */
	enum log_op op;
	struct re *re;
	struct lql_path_part *path;
	size_t parts;
};

struct lql_step {
	enum lql_step_type type;
	unsigned no;			/* as it was written: the parser moves
					   line filters forward */
	bool pushed;			/* the scan does it; */
	bool again;			/* but the pipe does, too: it may mark
					   an error */
	bool hint;			/* not pushed, but the scan can drop
					   some lines: lql/hint.h */
	bool keep;			/* LINE: else what does not match */
	struct lql_line_alt *alt;
	size_t alts;
	struct lql_stage *label;	/* LABEL */
	struct lql_name *name;		/* UNWRAP: one */
	size_t names;
	enum lql_unwrap unwrap;
	bool strict, keep_empty;	/* logfmt */
	struct lql_pattern pattern;
	struct re *re;			/* regexp: `name` are its groups */
	struct str text;		/* regexp, pattern, line_format */
	struct tmpl *tmpl;		/* .. when it is more than text */
};

#endif
