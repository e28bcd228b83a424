/*
 * tmpl: Go's text/template.
 *
 * A template is parsed once against a table of functions and run many times,
 * also by several threads at once. The language is Go 1.24's: actions with
 * trimming, pipelines, variables, if, with, range, break, continue, define,
 * template, block, and the built-in functions (and or not eq ne lt le gt ge
 * len index slice print printf println html js urlquery call). Errors have
 * Go's words. Values are those below: no methods, no channels, no pointers.
 *
 * Limits: TMPL_DEPTH_MAX of nesting and of templates within templates,
 * TMPL_STEPS_MAX nodes run, and bytes put out and held by one run.
 */
#ifndef TEXT_TMPL_H
#define TEXT_TMPL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/re.h"
#include "text/gotime.h"

#define TMPL_DEPTH_MAX	100u
#define TMPL_STEPS_MAX	1000000u
#define TMPL_OUT_MAX	(4u << 20)
#define TMPL_MEM_MAX	(64u << 20)

enum tmpl_type {
	TMPL_NIL,	/* a nil interface, or what is not there */
	TMPL_BOOL, TMPL_INT, TMPL_INT64,
	TMPL_BYTE,	/* of a text: index "abc" 0 */
	TMPL_F64, TMPL_STR, TMPL_TIME,
	TMPL_LIST,	/* []interface {} */
	TMPL_MAP,	/* map[string]interface {}, by key */
	TMPL_DATA,	/* what the template is run over: map[string]string */
};

struct tmpl_value {
	enum tmpl_type type;
	bool b;
	int64_t i;			/* INT, INT64, BYTE */
	double f;
	struct str s;
	struct gotime t;
	const struct tmpl_value *v;	/* LIST, MAP: their values; .. */
	const struct str *key;		/* .. MAP: their keys, sorted */
	size_t n;			/* .. how many */
};

/* One call of a function: what it is given, and where its value goes. */
struct tmpl_call {
	const struct tmpl_value *arg;
	size_t n;
	struct tmpl_value *out;
	struct re *re;		/* of the first argument, when that is constant
				   and the function says `regex` */
	void *env;		/* of tmpl_run */
	struct arena *mem;	/* for what out points to */
	struct err *e;
};

/*
 * A function: 0, or -1 with an error. Its arguments, a letter each, are
 * checked before: s text, i int, f float64, t time, a anything. A + at the end
 * lets the last of them come any number of times, also none. A table of them
 * ends with a NULL name.
 */
struct tmpl_func {
	const char *name, *args;
	int (*fn)(struct tmpl_call *);
	bool regex;
};

struct tmpl;

/*
 * The arena holds the template; the tables of functions (NULL after the last)
 * must live as long. `name` is for messages. NULL and "template: NAME:LINE:
 * why" when it is none.
 */
struct tmpl *tmpl_parse(const char *name, struct str text,
    const struct tmpl_func *const *tables, struct arena *, struct err *);
void tmpl_free(struct tmpl *);	/* regular expressions; not the arena */

/* The data: a text by name ({NULL, 0}: not there), and all, sorted by key. */
struct tmpl_data {
	struct str (*get)(void *env, struct str name);
	size_t (*all)(void *env, struct arena *, const struct str **key,
	    const struct tmpl_value **value);
};

/* Appends to the buf. -1: what was appended so far is cut off again. */
int tmpl_run(const struct tmpl *, const struct tmpl_data *, void *env,
    struct buf *, struct arena *, struct err *);

/* ---- for functions ---- */

struct tmpl_value tmpl_str(struct str);
struct tmpl_value tmpl_int(int64_t);
struct tmpl_value tmpl_int64(int64_t);
struct tmpl_value tmpl_f64(double);
struct tmpl_value tmpl_bool(bool);
struct tmpl_value tmpl_time(struct gotime);
/* Not false, 0, "", empty or nil. */
bool tmpl_truth(const struct tmpl_value *);
/* Appends it as fmt.Print does, nil as <nil>. */
void tmpl_print(struct buf *, const struct tmpl_value *);
/* Takes the bytes of a buf into the arena as the call's value; frees it. */
int tmpl_return(struct tmpl_call *, struct buf *);

#endif
