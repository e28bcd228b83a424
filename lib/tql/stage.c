/* Stages: by(), select(), coalesce(), and aggregates. Section 7. */
#include "tql/parse.h"

static const char *
agg_name(enum tql_agg agg)
{
	static const char *const name[TQL_AGGS] = { "count", "avg", "max",
	    "min", "sum" };

	return name[agg];
}

static bool
agg_of(const struct parse *p, enum tql_agg *agg)
{
	for (*agg = TQL_COUNT; *agg < TQL_AGGS; ++*agg)
		if (parse_word(p, str_of(agg_name(*agg))))
			return true;
	return false;
}

static int
arguments(struct parse *p, struct tql_stage *s, struct err *e)
{
	switch (s->kind) {
	case STAGE_SELECT: return parse_attrs(p, &s->attr, &s->nattr, e);
	case STAGE_COALESCE: return 0;
	default: break;
	}
	if (s->kind == STAGE_AGG && s->agg == TQL_COUNT)
		return 0;
	return (s->expr = parse_field(p, 0, e)) ? 0 : -1;
}

int
parse_stage(struct parse *p, struct item *it, struct err *e)
{
	struct tql_stage *s;
	size_t from = p->lex.t.at.at;
	enum tql_stage_kind kind;
	enum tql_agg agg;

	if (agg_of(p, &agg))
		kind = STAGE_AGG;
	else if (parse_word(p, S("by")))
		kind = STAGE_BY;
	else if (parse_word(p, S("coalesce")))
		kind = STAGE_COALESCE;
	else if (parse_word(p, S("select")))
		kind = STAGE_SELECT;
	else
		return 0;
	s = arena_zero(p->lex.mem, struct tql_stage, 1);
	s->kind = kind;
	s->agg = agg;
	if (lex_next(&p->lex, e) == -1 || parse_take(p, '(', e, "(") == -1 ||
	    arguments(p, s, e) == -1 ||
	    parse_take(p, ')', e, kind == STAGE_SELECT ? ", or )" :
	    kind == STAGE_COALESCE || !s->expr ? ")" :
	    "an operator or )") == -1)
		return -1;
	s->at = parse_upto(p, from);
	*it = (struct item){ .kind = kind == STAGE_AGG ? ITEM_AGG :
	    ITEM_STAGE, .stage = s };
	return 1;
}

/* ---- printing ------------------------------------------------------------ */

static void
print_attrs(struct buf *b, const struct tql_stage *s)
{
	for (uint32_t i = 0; i < s->nattr; i++) {
		buf_adds(b, i > 0 ? S(", ") : S(""));
		tql_attr_print(b, s->attr[i]);
	}
}

/* "avg(duration)", "by(name)": as attributes of spansets are called, too. */
void
tql_stage_print(struct buf *b, const struct tql_stage *s)
{
	switch (s->kind) {
	case STAGE_AGG: buf_adds(b, str_of(agg_name(s->agg))); break;
	case STAGE_BY: buf_adds(b, S("by")); break;
	case STAGE_COALESCE: buf_adds(b, S("coalesce")); break;
	default: buf_adds(b, S("select"));
	}
	buf_u8(b, '(');
	if (s->expr)
		tql_expr_print(b, s->expr);
	print_attrs(b, s);
	buf_u8(b, ')');
}
