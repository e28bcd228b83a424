#include "lql/complete.h"

#include "line/prompt.h"
#include "lql/metric.h"

#define CALLS_MAX	32u

enum token { NONE, WORD, STRING, NUMBER, COMPARISON, LINE_FILTER, PIPE,
	SELECTOR_END, COMMA, PAREN, PAREN_END, RANGE_END, OTHER };

/* Where the cursor is: what the lexer would say, without its errors. */
struct place {
	enum token last;	/* before the word at the cursor */
	bool quoted;		/* the word is inside of a string */
	bool selector;		/* inside of { } */
	bool range;		/* inside of [ ] */
	bool piped;		/* behind a selector */
	bool filter;		/* in a line filter */
	bool parsed;		/* a parser stands before */
	struct str word;	/* the last, which may be a label's name */
	struct str stage;	/* the word behind the last | */
	struct str selected;	/* the last selector */
	struct str call[CALLS_MAX];	/* before each open parenthesis */
	bool calls_piped[CALLS_MAX];	/* .. and whether in a pipeline */
	size_t calls;
	size_t from;		/* where the word at the cursor begins */
};

struct words {
	struct str *v;
	size_t n, cap;
	struct arena *mem;
	struct str typed;
};

static bool
word_char(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
	    (c >= '0' && c <= '9') || (uint8_t)c >= 0x80;
}

static bool
is_one_of(struct str s, const struct str *of, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, of[i]))
			return true;
	return false;
}
#define ONE_OF(s, list)	is_one_of(s, list, sizeof (list) / sizeof *(list))

/* ---- where the cursor is ------------------------------------------------- */

static const struct str parsers[] = { S("json"), S("logfmt"), S("regexp"),
	S("pattern"), S("unpack") };

/* Behind the string that begins at i; SIZE_MAX: it is open. */
static size_t
string_end(struct str s, size_t i)
{
	char quote = s.p[i++];

	while (i < s.n && s.p[i] != quote)
		i += s.p[i] == '\\' && quote == '"' ? 2 : 1;
	return i < s.n ? i + 1 : SIZE_MAX;
}

static size_t
take_word(struct place *pl, struct str s, size_t i)
{
	size_t from = i;

	while (i < s.n && word_char(s.p[i]))
		i++;
	if (i == s.n)		/* it is the one at the cursor */
		return s.n;
	pl->word = str_mk(s.p + from, i - from);
	if (pl->last == PIPE) {
		pl->stage = pl->word;
		pl->parsed |= ONE_OF(pl->word, parsers);
	}
	pl->last = s.p[from] >= '0' && s.p[from] <= '9' ? NUMBER : WORD;
	return i;
}

static void
open_call(struct place *pl)
{
	if (pl->calls < CALLS_MAX) {
		pl->call[pl->calls] = pl->last == WORD ? pl->word : S("");
		pl->calls_piped[pl->calls] = pl->piped;
	}
	pl->calls++;
	pl->last = PAREN;
}

static void
close_call(struct place *pl)
{
	if (pl->calls > 0 && --pl->calls < CALLS_MAX)
		pl->piped = pl->calls_piped[pl->calls];
	pl->last = PAREN_END;
}

static void
take_bracket(struct place *pl, struct str s, size_t i)
{
	switch (s.p[i]) {
	case '{':
		pl->selector = true;
		pl->piped = pl->parsed = pl->filter = false;
		pl->selected = str_mk(s.p + i, 0);
		pl->last = COMMA;	/* a name may follow */
		break;
	case '}':
		pl->selector = false;
		pl->piped = true;
		pl->selected.n = (size_t)(s.p + i + 1 - pl->selected.p);
		pl->last = SELECTOR_END;
		break;
	case '[': pl->range = true; pl->last = OTHER; break;
	case ']': pl->range = false; pl->last = RANGE_END; break;
	case '(': open_call(pl); break;
	default: close_call(pl);
	}
}

/* The length of an operator. */
static size_t
take_operator(struct place *pl, struct str s)
{
	static const struct str line[] = { S("|="), S("|~"), S("|>"),
		S("!=") , S("!~"), S("!>") };
	static const struct str compare[] = { S("=="), S("=~"), S("!="),
		S("!~"), S(">="), S("<="), S("="), S(">"), S("<") };
	bool begins = pl->piped && (pl->last == SELECTOR_END ||
	    pl->last == STRING || pl->last == PAREN_END || (pl->last == WORD &&
	    ONE_OF(pl->word, parsers)));

	for (size_t i = 0; i < (begins ? 6 : 3); i++)
		if (str_starts(s, line[i])) {
			pl->last = LINE_FILTER;
			pl->filter = true;
			return 2;
		}
	for (size_t i = 0; i < sizeof compare / sizeof *compare; i++)
		if (str_starts(s, compare[i])) {
			pl->last = COMPARISON;
			return compare[i].n;
		}
	pl->filter &= *s.p != '|';
	pl->last = *s.p == '|' ? PIPE : *s.p == ',' ? COMMA : OTHER;
	return 1;
}

static void
locate(struct str s, struct place *pl)
{
	size_t i = 0;

	*pl = (struct place){ .last = NONE };
	while (i < s.n) {
		char c = s.p[i];

		pl->from = i;
		if (c == '"' || c == '`') {
			i = string_end(s, i);
			pl->quoted = i == SIZE_MAX;
			if (pl->quoted) {
				pl->from++;
				return;
			}
			pl->last = STRING;
		} else if (word_char(c)) {
			i = take_word(pl, s, i);
			if (i == s.n)
				return;
		} else if (c == ' ' || c == '\t' || c == '\n') {
			i++;
		} else if (str_has(S("{}[]()"), c)) {
			take_bracket(pl, s, i++);
		} else {
			i += take_operator(pl, str_skip(s, i));
		}
	}
	pl->from = s.n;
}

struct str
lql_complete_selector(struct str before)
{
	struct place pl;

	locate(before, &pl);
	return pl.selected.n > 0 ? pl.selected : (struct str){ NULL, 0 };
}

/* ---- what may stand there ------------------------------------------------ */

static void
add(struct words *w, struct str word)
{
	if (!str_starts(word, w->typed))
		return;
	if (w->n == w->cap) {
		w->v = arena_grow(w->mem, w->v, w->n, w->cap * 2 + 64,
		    sizeof *w->v);
		w->cap = w->cap * 2 + 64;
	}
	w->v[w->n++] = word;
}

static void
add_list(struct words *w, const struct str *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(w, v[i]);
}
#define ADD(w, list)	add_list(w, list, sizeof (list) / sizeof *(list))

static void
add_labels(struct words *w, const struct lql_labels *l)
{
	for (size_t i = 0; i < l->n; i++)
		add(w, l->v[i].name);
}

/* Labels that a pipeline, or a group, may name. */
static void
add_names(struct words *w, const struct lql_known *k, const struct place *pl)
{
	static const struct str always[] = { S("detected_level"),
		S("trace_id"), S("span_id") };

	add_labels(w, k->labels);
	ADD(w, always);
	if (!pl->selected.p)
		return;
	add_labels(w, &k->meta);
	if (pl->parsed)
		add_labels(w, &k->parsed);
}

static void
add_values_of(struct words *w, const struct lql_labels *of, struct str name,
    bool quoted)
{
	const struct lql_label *l = lql_labels_find(of, name);

	for (size_t i = 0; l && i < l->n; i++) {
		struct str v = l->value[i];

		if (quoted)
			add(w, v);
		else if (!memchr(v.p, '"', v.n) && !memchr(v.p, '\\', v.n))
			add(w, arena_printf(w->mem, "\"%.*s\"", PS(v)));
	}
}

static void
add_values(struct words *w, const struct lql_known *k, const struct place *pl)
{
	add_values_of(w, k->labels, pl->word, pl->quoted);
	if (pl->selector)
		return;
	add_values_of(w, &k->meta, pl->word, pl->quoted);
	if (pl->parsed)
		add_values_of(w, &k->parsed, pl->word, pl->quoted);
}

/* Whether a function of lines is called, or nothing was typed. */
static bool
wants_selector(const struct words *w, const struct place *pl)
{
	if (pl->last == NONE)
		return w->typed.n == 0;
	for (int i = 0; i < LQL_RANGE_OPS && pl->last == PAREN &&
	    pl->calls <= CALLS_MAX; i++)
		if (str_eq(pl->call[pl->calls - 1], str_of(
		    lql_range_name((enum lql_range_op)i))))
			return true;
	return false;
}

/* Where a metric query, or a function's argument, may begin. */
static void
add_functions(struct words *w, const struct place *pl)
{
	add(w, S("{"));
	if (wants_selector(w, pl))
		return;
	for (int i = 0; i < LQL_RANGE_OPS; i++)
		add(w, arena_printf(w->mem, "%s(",
		    lql_range_name((enum lql_range_op)i)));
	for (int i = 0; i < LQL_AGG_OPS; i++) {
		const char *name = lql_agg_name((enum lql_agg_op)i);

		add(w, arena_printf(w->mem, "%s(", name));
		if (i < LQL_A_APPROX_TOPK)
			add(w, arena_printf(w->mem, "%s by (", name));
	}
	add(w, S("label_replace("));
	add(w, S("vector("));
}

static void
in_selector(struct words *w, const struct lql_known *k,
    const struct place *pl)
{
	static const struct str compare[] = { S("="), S("!="), S("=~"),
		S("!~") };

	if (pl->last == COMPARISON)
		add_values(w, k, pl);
	else if (pl->last == WORD && w->typed.n == 0)
		ADD(w, compare);
	else if (pl->last == COMMA)
		add_labels(w, k->labels);
}

/* Behind the name of a stage, or a word in one. */
static void
behind_word(struct words *w, const struct lql_known *k,
    const struct place *pl)
{
	static const struct str compare[] = { S("="), S("!="), S("=~"),
		S("!~"), S("=="), S(">"), S(">="), S("<"), S("<=") };
	static const struct str named[] = { S("unwrap"), S("drop"), S("keep"),
		S("label_format"), S("and"), S("or") };
	static const struct str read_as[] = { S("bytes("), S("duration("),
		S("duration_seconds(") };
	static const struct str texts[] = { S("line_format"), S("regexp"),
		S("pattern") };

	if (ONE_OF(pl->word, named)) {
		add_names(w, k, pl);
		if (str_eq(pl->word, S("unwrap")))
			ADD(w, read_as);
	} else if (ONE_OF(pl->word, parsers) && str_eq(pl->word, pl->stage)) {
		add_labels(w, &k->parsed);
	} else if (w->typed.n == 0 && !ONE_OF(pl->word, texts)) {
		ADD(w, compare);
	}
}

static void
in_pipeline(struct words *w, const struct lql_known *k,
    const struct place *pl)
{
	static const struct str stages[] = { S("json"), S("logfmt"),
		S("regexp"), S("pattern"), S("unpack"), S("line_format"),
		S("label_format"), S("decolorize"), S("drop"), S("keep"),
		S("unwrap") };
	static const struct str go_on[] = { S("|"), S("|="), S("!="),
		S("|~"), S("!~") };
	static const struct str joins[] = { S("and"), S("or"), S("|") };

	switch (pl->last) {
	case PIPE:
		/* only a function unwraps */
		add_list(w, stages, sizeof stages / sizeof *stages -
		    (pl->calls == 0));
		add_names(w, k, pl);
		break;
	case SELECTOR_END: ADD(w, go_on); break;
	case STRING: case NUMBER:
		if (pl->filter)
			ADD(w, go_on);
		else
			ADD(w, joins);
		break;
	case COMPARISON: add_values(w, k, pl); break;
	case WORD: behind_word(w, k, pl); break;
	case COMMA: case PAREN: add_names(w, k, pl); break;
	case RANGE_END: add(w, S("offset ")); break;
	default: break;
	}
}

static bool
in_group(const struct place *pl)
{
	static const struct str group[] = { S("by"), S("without"), S("on"),
		S("ignoring"), S("group_left"), S("group_right") };

	return pl->calls > 0 && pl->calls <= CALLS_MAX &&
	    ONE_OF(pl->call[pl->calls - 1], group);
}

static void
add_words(struct words *w, const struct lql_known *k, const struct place *pl)
{
	static const struct str ranges[] = { S("1m]"), S("5m]"), S("15m]"),
		S("1h]"), S("1d]") };
	static const struct str group[] = { S("by ("), S("without (") };

	if (pl->quoted)
		add_values(w, k, pl);
	else if (pl->range)
		ADD(w, ranges);
	else if (pl->selector)
		in_selector(w, k, pl);
	else if (in_group(pl))
		add_names(w, k, pl);
	else if (pl->piped)
		in_pipeline(w, k, pl);
	else if (pl->last == PAREN_END || pl->last == WORD)
		ADD(w, group);
	else
		add_functions(w, pl);
}

/* Where the operand of a command begins: \values LABEL, \fields QUERY. */
static size_t
command_length(struct str s, bool *label)
{
	size_t n = str_find(s, S(" "));
	struct str word = str_mk(s.p, n < s.n ? n : 0);

	*label = str_eq(word, S("\\values")) || str_eq(word, S("\\volume"));
	if (!str_starts(word, S("\\")))
		return 0;
	return n + 1;
}

size_t
lql_complete(const struct lql_known *k, struct str before, size_t *from,
    struct arena *a, struct str **words)
{
	struct words w = { .mem = a };
	struct place pl;
	bool label;
	size_t command = command_length(before, &label);

	before = str_skip(before, command);
	locate(before, &pl);
	*from = command + pl.from;
	w.typed = str_skip(before, pl.from);
	if (label && pl.last == NONE)
		add_labels(&w, k->labels);
	else
		add_words(&w, k, &pl);
	*words = w.v;
	return prompt_sorted(w.v, w.n);
}
