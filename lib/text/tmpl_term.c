/* tmpl_term: operands, commands and pipelines of templates. */
#include "base/num.h"
#include "text/tmpl_parser.h"

static bool
declared(const struct tmpl_parser *p, struct str name)
{
	for (size_t i = 0; i < p->nvar; i++)
		if (str_eq(p->var[i], name))
			return true;
	return false;
}

void
tmpl_declare(struct tmpl_parser *p, struct str name)
{
	if (p->nvar == p->capvar) {
		p->capvar = p->capvar * 2 + 8;
		p->var = arena_grow(p->a, p->var, p->nvar, p->capvar,
		    sizeof *p->var);
	}
	p->var[p->nvar++] = name;
}

static void
add_field(struct tmpl_parser *p, struct tmpl_node *n, struct str name)
{
	n->field = arena_grow(p->a, n->field, n->fields, n->fields + 1,
	    sizeof *n->field);
	n->field[n->fields++] = name;
}

static struct tmpl_node *
number(struct tmpl_parser *p)
{
	struct tmpl_node *n = tmpl_new(p, TN_NUMBER, p->l.pos);
	struct str s = n->text = p->l.s;
	bool hex = str_find(s, S("x")) <= s.n || str_find(s, S("X")) <= s.n;
	bool real = false;
	int64_t i;

	if (p->l.type == TT_CHAR) {
		if (!tmpl_lex_char(s, &i))
			return tmpl_fail(p, "malformed character constant");
		n->value = tmpl_int(i);
		n->whole = true;
		return n;
	}
	for (size_t k = 0; k < s.n; k++)
		real |= s.p[k] == '.' || (s.p[k] | 32) == 'p' ||
		    (!hex && (s.p[k] | 32) == 'e');
	n->whole = num_go_int(s, &i);
	if (n->whole) {
		n->value = tmpl_int(i);
		return n;
	}
	n->value = tmpl_f64(0);
	if (!real || !num_f64(s, &n->value.f)) {
		tmpl_lex_fail(&p->l, "bad number syntax: \"%.*s\"",
		    (int)(s.n > 80 ? 80 : s.n), s.p);
		return NULL;
	}
	/* 1.0 will do for an int, too */
	n->whole = n->value.f >= -1e18 && n->value.f <= 1e18 &&
	    n->value.f == (double)(int64_t)n->value.f;
	n->value.i = n->whole ? (int64_t)n->value.f : 0;
	return n;
}

static const struct tmpl_func *
find(const struct tmpl_func *f, struct str name)
{
	for (; f->name; f++)
		if (str_eq(str_of(f->name), name))
			return f;
	return NULL;
}

static struct tmpl_node *
word(struct tmpl_parser *p)
{
	struct str s = p->l.s;
	struct tmpl_node *n;

	if (str_eq(s, S("true")) || str_eq(s, S("false"))) {
		n = tmpl_new(p, TN_BOOL, p->l.pos);
		n->value = tmpl_bool(s.p[0] == 't');
		return n;
	}
	if (str_eq(s, S("nil")))
		return tmpl_new(p, TN_NIL, p->l.pos);
	n = tmpl_new(p, TN_FUNC, p->l.pos);
	n->text = s;
	for (size_t i = 0; p->tables[i] && !n->func; i++)
		n->func = find(p->tables[i], s);
	if (!n->func)
		n->func = find(tmpl_builtin, s);
	if (!n->func) {
		tmpl_lex_fail(&p->l, "function \"%.*s\" not defined",
		    (int)(s.n > 80 ? 80 : s.n), s.p);
		return NULL;
	}
	return n;
}

/* One thing: NULL without an error when the token begins none. */
static struct tmpl_node *
term(struct tmpl_parser *p, bool *error)
{
	struct tmpl_node *n = NULL;

	*error = true;
	switch (p->l.type) {
	case TT_WORD:
		return word(p);
	case TT_DOT:
		return tmpl_new(p, TN_DOT, p->l.pos);
	case TT_NUMBER: case TT_CHAR:
		return number(p);
	case TT_STRING: case TT_RAW:
		n = tmpl_new(p, TN_STRING, p->l.pos);
		n->text = p->l.s;
		n->value = tmpl_str(S(""));
		if (!tmpl_lex_string(p->l.s, p->a, &n->value.s))
			return tmpl_fail(p, "invalid syntax");
		return n;
	case TT_FIELD:
		n = tmpl_new(p, TN_FIELD, p->l.pos);
		add_field(p, n, str_skip(p->l.s, 1));
		return n;
	case TT_VAR:
		n = tmpl_new(p, TN_VAR, p->l.pos);
		n->text = p->l.s;
		if (!declared(p, n->text)) {
			tmpl_lex_fail(&p->l, "undefined variable \"%.*s\"",
			    (int)(n->text.n > 80 ? 80 : n->text.n), n->text.p);
			return NULL;
		}
		return n;
	case TT_PAREN:
		if (!tmpl_enter(p) || tmpl_lex_word(&p->l) == -1)
			return NULL;
		n = tmpl_pipeline(p, "parenthesized pipeline", TT_PAREN_CLOSE);
		p->depth--;
		return n;
	default:
		*error = false;
		return NULL;
	}
}

/* A term and the fields behind it; the next token is current then. */
static struct tmpl_node *
operand(struct tmpl_parser *p, bool *error)
{
	struct tmpl_node *n = term(p, error), *chain;
	bool plain;

	if (!n || tmpl_lex_next(&p->l) == -1) {
		*error |= n != NULL;
		return NULL;
	}
	if (p->l.type != TT_FIELD)
		return n;
	*error = true;
	if (n->kind >= TN_NIL || n->kind == TN_DOT)
		return tmpl_unexpected(p, "operand");
	plain = n->kind == TN_FIELD || n->kind == TN_VAR;
	chain = plain ? n : tmpl_new(p, TN_CHAIN, 0);
	if (!plain)
		chain->kid = n;
	chain->pos = p->l.pos;		/* where Go sees it */
	for (; p->l.type == TT_FIELD;) {
		add_field(p, chain, str_skip(p->l.s, 1));
		if (tmpl_lex_next(&p->l) == -1)
			return NULL;
	}
	return chain;
}

static void
constant_regex(struct tmpl_parser *p, struct tmpl_node *cmd)
{
	struct tmpl_node *f = cmd->kid, *arg = f->next;
	struct tmpl *t = p->t;

	if (f->kind != TN_FUNC || !f->func->regex || !arg ||
	    arg->kind != TN_STRING)
		return;
	cmd->re = re_compile(arg->value.s, RE_GROUPS, NULL);
	if (!cmd->re)
		return;		/* which is an error of the run */
	t->re = arena_grow(p->a, t->re, t->nre, t->nre + 1, sizeof *t->re);
	t->re[t->nre++] = cmd->re;
}

/* Operands up to a | or the end. */
static struct tmpl_node *
command(struct tmpl_parser *p)
{
	struct tmpl_node *cmd = tmpl_new(p, TN_COMMAND, p->l.pos);
	struct tmpl_node **tail = &cmd->kid;
	bool error;

	for (;;) {
		while (p->l.type == TT_SPACE)
			if (tmpl_lex_next(&p->l) == -1)
				return NULL;
		struct tmpl_node *n = operand(p, &error);

		if (!n && error)
			return NULL;
		if (n) {
			*tail = n;
			tail = &n->next;
		}
		if (n && p->l.type == TT_SPACE)
			continue;
		break;
	}
	if (p->l.type != TT_PIPE && p->l.type != TT_CLOSE &&
	    p->l.type != TT_PAREN_CLOSE)
		return tmpl_unexpected(p, "operand");
	if (!cmd->kid)
		return tmpl_fail(p, "empty command");
	constant_regex(p, cmd);
	return cmd;
}

/* [$a[, $b]] := or =, if that stands there. */
static int
declarations(struct tmpl_parser *p, struct tmpl_node *pipe, bool range)
{
	struct tmpl_lex back;
	struct str name[2];
	unsigned n = 0;

	for (;; ) {
		if (p->l.type != TT_VAR)
			break;
		back = p->l;
		name[n++] = p->l.s;
		if (tmpl_lex_word(&p->l) == -1)
			return -1;
		if (p->l.type == TT_COMMA && range && n < 2) {
			if (tmpl_lex_word(&p->l) == -1)
				return -1;
			continue;
		}
		if (p->l.type == TT_COMMA)
			return tmpl_lex_fail(&p->l, "too many declarations in "
			    "%s", range ? "range" : "command");
		if (p->l.type != TT_DECLARE && p->l.type != TT_ASSIGN) {
			p->l = back;
			return 0;
		}
		pipe->assign = p->l.type == TT_ASSIGN;
		pipe->decls = n;
		for (unsigned i = 0; i < n; i++) {
			pipe->decl[i] = name[i];
			if (pipe->assign && !declared(p, name[i]))
				return tmpl_lex_fail(&p->l, "undefined variable"
				    " \"%.*s\"", (int)(name[i].n > 80 ? 80 :
				    name[i].n), name[i].p);
		}
		return tmpl_lex_word(&p->l);
	}
	if (n > 0)	/* $a, and no $b */
		tmpl_unexpected(p, "range");
	return n > 0 ? -1 : 0;
}

/* The first token is current; at the end that which ended it. */
struct tmpl_node *
tmpl_pipeline(struct tmpl_parser *p, const char *context, enum tmpl_token end)
{
	struct tmpl_node *pipe = tmpl_new(p, TN_PIPE, p->l.pos);
	struct tmpl_node **tail = &pipe->kid;
	unsigned stage = 1;

	if (declarations(p, pipe, str_eq(str_of(context), S("range"))) == -1)
		return NULL;
	for (;; stage++) {
		while (p->l.type == TT_SPACE)
			if (tmpl_lex_next(&p->l) == -1)
				return NULL;
		if (p->l.type == end && stage == 1) {
			tmpl_lex_fail(&p->l, "missing value for %s", context);
			return NULL;
		}
		struct tmpl_node *cmd = command(p);

		if (!cmd)
			return NULL;
		if (stage > 1 && (cmd->kid->kind >= TN_NIL ||
		    cmd->kid->kind == TN_DOT)) {
			tmpl_lex_fail(&p->l, "non executable command in "
			    "pipeline stage %u", stage);
			return NULL;
		}
		*tail = cmd;
		tail = &cmd->next;
		if (p->l.type == end)
			break;
		if (p->l.type != TT_PIPE)
			return tmpl_unexpected(p, context);
		if (tmpl_lex_next(&p->l) == -1)
			return NULL;
	}
	if (!pipe->assign)
		for (unsigned i = 0; i < pipe->decls; i++)
			tmpl_declare(p, pipe->decl[i]);
	return pipe;
}
