/* tmpl_eval: pipelines, commands and calls. The words of errors are Go's. */
#include "text/tmpl_run.h"

#include <assert.h>

/* An empty `final` is no argument; else the value of the stage before. */
struct call {
	const struct tmpl_value *dot;
	const struct tmpl_node *cmd;		/* for errors */
	const struct tmpl_node *args;		/* behind the function */
	const struct tmpl_value *final;
};

static int
node_fail(struct tmpl_state *s, const char *what, const struct tmpl_node *n,
    const char *more)
{
	struct buf b = { 0 };

	tmpl_node_print(&b, n);
	tmpl_state_fail(s, "%s%.*s%s", what, (int)(b.n > 200 ? 200 : b.n), b.p,
	    more);
	buf_free(&b);
	return -1;
}

/* ---- fields ---------------------------------------------------------------------- */

static int
field(struct tmpl_state *s, struct str name, bool args,
    const struct tmpl_value *of, struct tmpl_value *out)
{
	struct str text;

	*out = (struct tmpl_value){ .type = TMPL_NIL };
	if (of->type == TMPL_NIL)
		return 0;
	if (of->type != TMPL_MAP && of->type != TMPL_DATA)
		return tmpl_state_fail(s, "can't evaluate field %.*s in type "
		    "%s", PS(name), tmpl_type_name(of));
	if (args)
		return tmpl_state_fail(s, "%.*s is not a method but has "
		    "arguments", PS(name));
	if (of->type == TMPL_DATA) {
		text = s->data->get(s->env, name);
		*out = tmpl_str(text.p ? text : S(""));
		return 0;
	}
	for (size_t i = 0; i < of->n; i++)
		if (str_eq(of->key[i], name))
			*out = of->v[i];
	return 0;
}

static int
fields(struct tmpl_state *s, const struct call *c, const struct tmpl_node *n,
    struct tmpl_value of, struct tmpl_value *out)
{
	bool args = c->args || c->final;

	s->at = n;
	for (unsigned i = 0; i < n->fields; i++) {
		if (field(s, n->field[i], args && i + 1 == n->fields, &of,
		    out) == -1)
			return -1;
		of = *out;
	}
	return 0;
}

static int
variable(struct tmpl_state *s, const struct call *c,
    const struct tmpl_node *n, struct tmpl_value *out)
{
	struct tmpl_value of = { .type = TMPL_NIL };

	s->at = n;
	for (size_t i = s->nvar; i-- > 0;)
		if (str_eq(s->var[i].name, n->text)) {
			of = s->var[i].v;
			break;
		}
	if (n->fields > 0)
		return fields(s, c, n, of, out);
	if (c->args || c->final)
		return node_fail(s, "can't give argument to non-function ", n,
		    "");
	*out = of;
	return 0;
}

static int function(struct tmpl_state *, const struct call *,
    const struct tmpl_node *, struct tmpl_value *);

static int
chain(struct tmpl_state *s, const struct call *c, const struct tmpl_node *n,
    struct tmpl_value *out)
{
	const struct call alone = { c->dot, n->kid, NULL, NULL };
	struct tmpl_value of;
	int r;

	s->at = n;
	if (n->kid->kind == TN_PIPE)
		r = tmpl_eval(s, c->dot, n->kid, &of);
	else
		r = function(s, &alone, n->kid, &of);
	return r == -1 ? -1 : fields(s, c, n, of, out);
}

/* ---- arguments -------------------------------------------------------------------- */

static const char *
type_name(char letter)
{
	switch (letter) {
	case 's': return "string";
	case 'i': return "int";
	case 'f': return "float64";
	case 't': return "time.Time";
	default: return "interface {}";
	}
}

static bool
fits(char letter, enum tmpl_type t)
{
	return letter == 'a' || (letter == 's' && t == TMPL_STR) ||
	    (letter == 'i' && t == TMPL_INT) ||
	    (letter == 'f' && t == TMPL_F64) ||
	    (letter == 't' && t == TMPL_TIME);
}

static int
validate(struct tmpl_state *s, char letter, const struct tmpl_value *v)
{
	if (fits(letter, v->type))
		return 0;
	if (v->type == TMPL_NIL)
		return tmpl_state_fail(s, "invalid value; expected %s",
		    type_name(letter));
	return tmpl_state_fail(s, "wrong type for value; expected %s; got %s",
	    type_name(letter), tmpl_type_name(v));
}

/* A constant as an argument of that type. */
static int
constant(struct tmpl_state *s, char letter, const struct tmpl_node *n,
    struct tmpl_value *out)
{
	bool number = n->kind == TN_NUMBER;

	*out = n->value;
	switch (letter) {
	case 'a':
		return 0;
	case 's':
		return n->kind == TN_STRING ? 0 : node_fail(s,
		    "expected string; found ", n, "");
	case 'i':
		*out = tmpl_int(n->value.i);
		return number && n->whole ? 0 : node_fail(s,
		    "expected integer; found ", n, "");
	case 'f':
		*out = tmpl_f64(n->value.type == TMPL_F64 ? n->value.f :
		    (double)n->value.i);
		return number ? 0 : node_fail(s, "expected float; found ", n,
		    "");
	default:
		return node_fail(s, "can't handle ", n,
		    " for arg of type time.Time");
	}
}

static int
argument(struct tmpl_state *s, const struct tmpl_value *dot, char letter,
    const struct tmpl_node *n, struct tmpl_value *out)
{
	const struct call alone = { dot, n, NULL, NULL };
	int r;

	s->at = n;
	switch (n->kind) {
	case TN_DOT: *out = *dot; r = 0; break;
	case TN_NIL:
		*out = (struct tmpl_value){ .type = TMPL_NIL };
		return letter == 'a' ? 0 : tmpl_state_fail(s,
		    "cannot assign nil to %s", type_name(letter));
	case TN_FIELD: r = fields(s, &alone, n, *dot, out); break;
	case TN_VAR: r = variable(s, &alone, n, out); break;
	case TN_CHAIN: r = chain(s, &alone, n, out); break;
	case TN_PIPE: r = tmpl_eval(s, dot, n, out); break;
	case TN_FUNC: r = function(s, &alone, n, out); break;
	default: return constant(s, letter, n, out);
	}
	return r == -1 ? -1 : validate(s, letter, out);
}

/* ---- functions --------------------------------------------------------------------- */

/* The letter of argument i: the last one before a + repeats. */
static char
letter_of(struct str args, size_t i)
{
	size_t fixed = args.n - str_ends(args, S("+"));

	return args.p[i < fixed ? i : fixed - 1];
}

static int
arity(struct tmpl_state *s, const struct tmpl_func *f, size_t n)
{
	struct str args = str_of(f->args);
	bool more = str_ends(args, S("+"));
	size_t fixed = args.n - 2 * more;

	if (more && n < fixed)
		return tmpl_state_fail(s, "wrong number of args for %s: want "
		    "at least %zu got %zu", f->name, fixed, n);
	if (!more && n != fixed)
		return tmpl_state_fail(s, "wrong number of args for %s: want "
		    "%zu got %zu", f->name, fixed, n);
	return 0;
}

/* and, or: the first argument that decides, the others are not looked at. */
static int
decide(struct tmpl_state *s, const struct call *c, bool until,
    struct tmpl_value *out)
{
	for (const struct tmpl_node *n = c->args; n; n = n->next) {
		if (argument(s, c->dot, 'a', n, out) == -1)
			return -1;
		struct tmpl_value whole = tmpl_whole(s, out);

		if (tmpl_truth(&whole) == until)
			return 0;
	}
	if (c->final)
		*out = *c->final;
	return 0;
}

static int
no_function(struct tmpl_state *s, const struct call *c,
    const struct tmpl_value *v)
{
	struct buf b = { 0 };

	s->at = c->cmd;
	if (v->type == TMPL_NIL)
		return tmpl_state_fail(s, "error calling call: call of nil");
	if (c->args)
		tmpl_node_print(&b, c->args);
	tmpl_state_fail(s, "error calling call: non-function %.*s of type %s",
	    (int)(b.n > 200 ? 200 : b.n), b.p ? b.p : "", tmpl_type_name(v));
	buf_free(&b);
	return -1;
}

static int
call(struct tmpl_state *s, const struct call *c, const struct tmpl_func *f,
    struct tmpl_value *arg, size_t n, struct tmpl_value *out)
{
	struct err why = { 0 };
	struct tmpl_call k = { .arg = arg, .n = n, .out = out, .env = s->env,
		.re = c->cmd->re, .mem = s->mem, .e = &why };

	*out = (struct tmpl_value){ .type = TMPL_NIL };
	if (str_eq(str_of(f->name), S("call")))
		return no_function(s, c, &arg[0]);
	if (f->fn(&k) == 0)
		return 0;
	s->at = c->cmd;
	return tmpl_state_fail(s, "error calling %s: %s", f->name, why.msg);
}

static int
function(struct tmpl_state *s, const struct call *c,
    const struct tmpl_node *name, struct tmpl_value *out)
{
	const struct tmpl_func *f = name->func;
	struct str letters = str_of(f->args);
	size_t n = c->final != NULL, i = 0;

	s->at = name;
	for (const struct tmpl_node *a = c->args; a; a = a->next)
		n++;
	if (arity(s, f, n) == -1)
		return -1;
	if (!f->fn)
		return decide(s, c, f->name[0] == 'o', out);
	struct tmpl_value *arg = arena_new(s->mem, struct tmpl_value, n + 1);

	for (const struct tmpl_node *a = c->args; a; a = a->next, i++) {
		if (argument(s, c->dot, letter_of(letters, i), a,
		    &arg[i]) == -1)
			return -1;
		arg[i] = tmpl_whole(s, &arg[i]);
	}
	if (c->final) {
		if (validate(s, letter_of(letters, i), c->final) == -1)
			return -1;
		arg[i] = tmpl_whole(s, c->final);
	}
	return call(s, c, f, arg, n, out);
}

/* ---- pipelines ----------------------------------------------------------------------- */

static int
command(struct tmpl_state *s, const struct tmpl_value *dot,
    const struct tmpl_node *cmd, const struct tmpl_value *final,
    struct tmpl_value *out)
{
	const struct tmpl_node *first = cmd->kid;
	const struct call c = { dot, cmd, first->next, final };

	switch (first->kind) {
	case TN_FIELD: return fields(s, &c, first, *dot, out);
	case TN_CHAIN: return chain(s, &c, first, out);
	case TN_FUNC: return function(s, &c, first, out);
	case TN_VAR: return variable(s, &c, first, out);
	default: break;
	}
	if (first->kind != TN_PIPE)
		s->at = first;
	if (c.args || c.final)
		return node_fail(s, "can't give argument to non-function ",
		    first, "");
	switch (first->kind) {
	case TN_PIPE: return tmpl_eval(s, dot, first, out);
	case TN_DOT: *out = *dot; return 0;
	case TN_NIL: return tmpl_state_fail(s, "nil is not a command");
	default: *out = first->value; return 0;
	}
}

int
tmpl_eval(struct tmpl_state *s, const struct tmpl_value *dot,
    const struct tmpl_node *pipe, struct tmpl_value *out)
{
	struct tmpl_value v[2] = { 0 };
	const struct tmpl_value *final = NULL;
	unsigned k = 0;

	s->at = pipe;
	if (tmpl_state_enter(s) == -1)
		return -1;
	for (const struct tmpl_node *cmd = pipe->kid; cmd; cmd = cmd->next) {
		if (command(s, dot, cmd, final, &v[k]) == -1)
			return -1;
		final = &v[k];
		k = !k;
	}
	assert(final);		/* the parser makes no empty pipe */
	*out = *final;
	for (unsigned i = 0; i < pipe->decls; i++) {
		if (pipe->assign)
			tmpl_set(s, pipe->decl[i], *out);
		else
			tmpl_push(s, pipe->decl[i], *out);
	}
	s->depth--;
	return 0;
}
