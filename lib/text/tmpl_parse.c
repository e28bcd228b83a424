#include "text/tmpl_parser.h"

struct tmpl_node *
tmpl_new(struct tmpl_parser *p, enum tmpl_kind kind, size_t pos)
{
	struct tmpl_node *n = arena_zero(p->a, struct tmpl_node, 1);

	n->kind = kind;
	n->pos = pos;
	return n;
}

void *
tmpl_fail(struct tmpl_parser *p, const char *what)
{
	tmpl_lex_fail(&p->l, "%s", what);
	return NULL;
}

void *
tmpl_unexpected(struct tmpl_parser *p, const char *context)
{
	if (p->l.type == TT_END)
		tmpl_lex_fail(&p->l, "unexpected EOF");
	else if (p->l.type == TT_CLOSE)
		tmpl_lex_fail(&p->l, "unexpected \"}}\" in %s", context);
	else
		tmpl_lex_fail(&p->l, "unexpected \"%.*s\" in %s",
		    (int)(p->l.s.n > 80 ? 80 : p->l.s.n), p->l.s.p, context);
	return NULL;
}

bool
tmpl_enter(struct tmpl_parser *p)
{
	if (++p->depth <= TMPL_DEPTH_MAX)
		return true;
	tmpl_fail(p, "nested too deeply");
	return false;
}

static bool list(struct tmpl_parser *, struct tmpl_node **);

static bool
is(const struct tmpl_parser *p, const char *word)
{
	return p->l.type == TT_WORD && str_eq(p->l.s, str_of(word));
}

static bool
closes(struct tmpl_parser *p, const char *context)
{
	if (tmpl_lex_word(&p->l) == -1)
		return false;
	if (p->l.type == TT_CLOSE)
		return true;
	tmpl_unexpected(p, context);
	return false;
}

static struct tmpl_node *branch(struct tmpl_parser *, enum tmpl_kind, size_t pos);

/* What stands between {{else and {{end}}. */
static bool
other(struct tmpl_parser *p, struct tmpl_node *n)
{
	static const char *const word[] = { [TN_IF] = "if", [TN_WITH] = "with" };

	if (tmpl_lex_word(&p->l) == -1)
		return false;
	if (n->kind != TN_RANGE && is(p, word[n->kind])) {
		if (!tmpl_enter(p))
			return false;
		n->other = branch(p, n->kind, p->l.pos);
		p->depth--;
		return n->other != NULL;
	}
	if (p->l.type != TT_CLOSE)
		return tmpl_unexpected(p, "else") != NULL;
	if (!list(p, &n->other))
		return false;
	if (!str_eq(p->ended, S("end")))
		return tmpl_fail(p, "expected end; found {{else}}") != NULL;
	return closes(p, "end");
}

/* {{if pipe}} list [{{else}} list] {{end}}; the word is current. */
static struct tmpl_node *
branch(struct tmpl_parser *p, enum tmpl_kind kind, size_t pos)
{
	static const char *const word[] = { [TN_IF] = "if",
		[TN_RANGE] = "range", [TN_WITH] = "with" };
	struct tmpl_node *n = tmpl_new(p, kind, pos);
	size_t vars = p->nvar;

	if (tmpl_lex_word(&p->l) == -1 ||
	    !(n->pipe = tmpl_pipeline(p, word[kind], TT_CLOSE)))
		return NULL;
	p->loops += kind == TN_RANGE;
	if (!list(p, &n->list))
		return NULL;
	p->loops -= kind == TN_RANGE;
	if (str_eq(p->ended, S("else")) ? !other(p, n) : !closes(p, "end"))
		return NULL;
	p->nvar = vars;
	return n;
}

static struct tmpl_node *
jump(struct tmpl_parser *p, enum tmpl_kind kind, const char *word)
{
	struct tmpl_node *n = tmpl_new(p, kind, p->l.pos);

	if (p->loops == 0) {
		tmpl_lex_fail(&p->l, "{{%s}} outside {{range}}", word);
		return NULL;
	}
	return closes(p, word) ? n : NULL;
}

static bool
template_name(struct tmpl_parser *p, const char *context, struct str *name)
{
	if (tmpl_lex_word(&p->l) == -1)
		return false;
	if (p->l.type != TT_STRING && p->l.type != TT_RAW)
		return tmpl_unexpected(p, context) != NULL;
	if (!tmpl_lex_string(p->l.s, p->a, name))
		return tmpl_fail(p, "invalid syntax") != NULL;
	return true;
}

/* The lists of define and block have nothing of what is around them. */
static bool
define(struct tmpl_parser *p, struct str name)
{
	struct tmpl *t = p->t;
	size_t vars = p->nvar;
	unsigned loops = p->loops;
	struct str *var = p->var;
	size_t cap = p->capvar;
	struct tmpl_node *l;

	p->var = NULL;
	p->nvar = p->capvar = 0;
	p->loops = 0;
	tmpl_declare(p, S("$"));
	if (!list(p, &l))
		return false;
	if (!str_eq(p->ended, S("end")))
		return tmpl_unexpected(p, "define clause") != NULL;
	if (!closes(p, "end"))
		return false;
	p->var = var;
	p->nvar = vars;
	p->capvar = cap;
	p->loops = loops;
	t->define = arena_grow(p->a, t->define, t->defines, t->defines + 1,
	    sizeof *t->define);
	t->define[t->defines++] = (struct tmpl_define){ name, l };
	return true;
}

static struct tmpl_node *
call(struct tmpl_parser *p, bool block)
{
	const char *context = block ? "block clause" : "template clause";
	struct tmpl_node *n = tmpl_new(p, TN_TEMPLATE, p->l.pos);

	if (!template_name(p, context, &n->text))
		return NULL;
	n->pos = p->l.pos;	/* where Go sees it */
	if (tmpl_lex_word(&p->l) == -1)
		return NULL;
	if (p->l.type != TT_CLOSE || block) {
		n->pipe = tmpl_pipeline(p, context, TT_CLOSE);
		if (!n->pipe)
			return NULL;
	}
	return block && !define(p, n->text) ? NULL : n;
}

/* Behind {{, at its first word: NULL without an error at else and end. */
static struct tmpl_node *
action(struct tmpl_parser *p, bool *error)
{
	struct tmpl_node *n;

	*error = true;
	if (is(p, "if"))
		return branch(p, TN_IF, p->l.pos);
	if (is(p, "range"))
		return branch(p, TN_RANGE, p->l.pos);
	if (is(p, "with"))
		return branch(p, TN_WITH, p->l.pos);
	if (is(p, "break"))
		return jump(p, TN_BREAK, "break");
	if (is(p, "continue"))
		return jump(p, TN_CONTINUE, "continue");
	if (is(p, "template") || is(p, "block"))
		return call(p, is(p, "block"));
	if (is(p, "else") || is(p, "end")) {
		p->ended = p->l.s;
		*error = false;
		return NULL;
	}
	n = tmpl_new(p, TN_ACTION, p->l.pos);
	n->pipe = tmpl_pipeline(p, "command", TT_CLOSE);
	return n->pipe ? n : NULL;
}

/* Text and actions up to an {{else or {{end, or the end of all: then `ended`
 * is empty. */
static bool
list(struct tmpl_parser *p, struct tmpl_node **head)
{
	struct tmpl_node **tail = head, *n;
	bool error;

	*head = NULL;
	if (!tmpl_enter(p))
		return false;
	for (;;) {
		if (tmpl_lex_next(&p->l) == -1)
			return false;
		if (p->l.type == TT_END) {
			p->ended = S("");
			break;
		}
		if (p->l.type == TT_TEXT) {
			n = tmpl_new(p, TN_TEXT, p->l.pos);
			n->text = p->l.s;
		} else {
			if (tmpl_lex_word(&p->l) == -1)
				return false;
			if (p->depth == 1 && is(p, "define")) {
				struct str name;

				if (!template_name(p, "define clause", &name) ||
				    !closes(p, "define clause") ||
				    !define(p, name))
					return false;
				continue;
			}
			n = action(p, &error);
			if (!n && error)
				return false;
			if (!n)
				break;
		}
		*tail = n;
		tail = &n->next;
	}
	p->depth--;
	if (p->ended.n == 0 && p->depth > 0)
		return tmpl_unexpected(p, "list") != NULL;
	return true;
}

struct tmpl *
tmpl_parse(const char *name, struct str text,
    const struct tmpl_func *const *tables, struct arena *a, struct err *e)
{
	struct tmpl *t = arena_zero(a, struct tmpl, 1);
	struct tmpl_parser p = { .l = { .name = name, .text = text, .e = e },
		.t = t, .tables = tables, .a = a };

	t->name = name;
	t->text = text;
	tmpl_declare(&p, S("$"));
	if (!list(&p, &t->list)) {
		tmpl_free(t);
		return NULL;
	}
	if (p.ended.n > 0) {
		tmpl_lex_fail(&p.l, "unexpected {{%.*s}}", PS(p.ended));
		tmpl_free(t);
		return NULL;
	}
	return t;
}

void
tmpl_free(struct tmpl *t)
{
	for (size_t i = 0; t && i < t->nre; i++)
		re_free(t->re[i]);
}
