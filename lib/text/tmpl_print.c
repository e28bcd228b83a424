/* tmpl_print: values and nodes as text. */
#include "base/num.h"
#include "text/tmpl_node.h"

/* ---- values -------------------------------------------------------------------- */

struct tmpl_value
tmpl_str(struct str s)
{
	return (struct tmpl_value){ .type = TMPL_STR, .s = s };
}

struct tmpl_value
tmpl_int(int64_t i)
{
	return (struct tmpl_value){ .type = TMPL_INT, .i = i };
}

struct tmpl_value
tmpl_int64(int64_t i)
{
	return (struct tmpl_value){ .type = TMPL_INT64, .i = i };
}

struct tmpl_value
tmpl_f64(double f)
{
	return (struct tmpl_value){ .type = TMPL_F64, .f = f };
}

struct tmpl_value
tmpl_bool(bool b)
{
	return (struct tmpl_value){ .type = TMPL_BOOL, .b = b };
}

struct tmpl_value
tmpl_time(struct gotime t)
{
	return (struct tmpl_value){ .type = TMPL_TIME, .t = t };
}

int
tmpl_return(struct tmpl_call *c, struct buf *b)
{
	*c->out = tmpl_str(arena_str(c->mem, buf_str(b)));
	buf_free(b);
	return 0;
}

const char *
tmpl_type_name(const struct tmpl_value *v)
{
	static const char *const name[] = { "<nil>", "bool", "int", "int64",
		"uint8", "float64", "string", "time.Time", "[]interface {}",
		"map[string]interface {}", "map[string]string" };

	return name[v->type];
}

bool
tmpl_truth(const struct tmpl_value *v)
{
	switch (v->type) {
	case TMPL_NIL: return false;
	case TMPL_BOOL: return v->b;
	case TMPL_INT: case TMPL_INT64: case TMPL_BYTE: return v->i != 0;
	case TMPL_F64: return v->f < 0 || v->f > 0 || v->f != v->f;
	case TMPL_STR: return v->s.n > 0;
	case TMPL_TIME: return true;
	default: return v->n > 0;
	}
}

void
tmpl_print(struct buf *b, const struct tmpl_value *v)
{
	char t[32];

	switch (v->type) {
	case TMPL_NIL: buf_adds(b, S("<nil>")); return;
	case TMPL_BOOL: buf_adds(b, v->b ? S("true") : S("false")); return;
	case TMPL_INT: case TMPL_INT64: case TMPL_BYTE:
		buf_addf(b, "%lld", (long long)v->i);
		return;
	case TMPL_F64: buf_adds(b, str_of(num_fmt_f64(t, v->f))); return;
	case TMPL_STR: buf_adds(b, v->s); return;
	case TMPL_TIME: gotime_print(b, &v->t); return;
	default: break;
	}
	buf_adds(b, v->type == TMPL_LIST ? S("[") : S("map["));
	for (size_t i = 0; i < v->n; i++) {
		if (i > 0)
			buf_u8(b, ' ');
		if (v->key) {
			buf_adds(b, v->key[i]);
			buf_u8(b, ':');
		}
		tmpl_print(b, &v->v[i]);
	}
	buf_u8(b, ']');
}

/* ---- nodes -------------------------------------------------------------------- */

static void
print_pipe(struct buf *b, const struct tmpl_node *n)
{
	for (unsigned i = 0; i < n->decls; i++) {
		buf_adds(b, i > 0 ? S(", ") : S(""));
		buf_adds(b, n->decl[i]);
	}
	if (n->decls > 0)
		buf_adds(b, n->assign ? S(" = ") : S(" := "));
	for (const struct tmpl_node *k = n->kid; k; k = k->next) {
		tmpl_node_print(b, k);
		buf_adds(b, k->next ? S(" | ") : S(""));
	}
}

static void
print_operand(struct buf *b, const struct tmpl_node *n)
{
	bool pipe = n->kind == TN_PIPE;

	buf_adds(b, pipe ? S("(") : S(""));
	tmpl_node_print(b, n);
	buf_adds(b, pipe ? S(")") : S(""));
}

static void
print_action(struct buf *b, const struct tmpl_node *n)
{
	static const char *const word[] = { [TN_ACTION] = "", [TN_IF] = "if ",
		[TN_RANGE] = "range ", [TN_WITH] = "with " };

	if (n->kind == TN_TEMPLATE)
		buf_addf(b, "{{template \"%.*s\"%s", PS(n->text),
		    n->pipe ? " " : "");
	else
		buf_addf(b, "{{%s", word[n->kind]);
	if (n->pipe)
		print_pipe(b, n->pipe);
	buf_adds(b, S("}}"));
}

void
tmpl_node_print(struct buf *b, const struct tmpl_node *n)
{
	switch (n->kind) {
	case TN_PIPE:
		print_pipe(b, n);
		return;
	case TN_COMMAND:
		for (const struct tmpl_node *k = n->kid; k; k = k->next) {
			print_operand(b, k);
			buf_adds(b, k->next ? S(" ") : S(""));
		}
		return;
	case TN_DOT: buf_u8(b, '.'); return;
	case TN_NIL: buf_adds(b, S("nil")); return;
	case TN_BOOL: tmpl_print(b, &n->value); return;
	case TN_ACTION: case TN_IF: case TN_RANGE: case TN_WITH:
	case TN_TEMPLATE:
		print_action(b, n);
		return;
	case TN_BREAK: buf_adds(b, S("{{break}}")); return;
	case TN_CONTINUE: buf_adds(b, S("{{continue}}")); return;
	case TN_CHAIN: print_operand(b, n->kid); break;
	default: buf_adds(b, n->text);
	}
	for (unsigned i = 0; i < n->fields; i++)
		buf_addf(b, ".%.*s", PS(n->field[i]));
}
