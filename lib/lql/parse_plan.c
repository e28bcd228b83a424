/* What of a pipeline the scan does, or can help with. logql.md 5 to 7. */
#include "lql/hint.h"
#include "lql/level.h"
#include "lql/parser.h"

/* Whether a line filter behind it may as well stand before it: section 5. */
static bool
lets_by(enum lql_step_type t)
{
	return t != LQL_S_LINE && t != LQL_S_LABEL &&
	    t != LQL_S_LINE_FORMAT && t != LQL_S_UNPACK;
}

static bool
for_scan(const struct lql_step *st)
{
	for (size_t i = 0; i < st->alts; i++)
		if (st->alt[i].how > LQL_L_RE)
			return false;
	return true;
}

/* Errors are known here only, and the level with the line. */
static bool
for_pipe(const struct lql_stage *st)
{
	return lql_asks(st, S("__error__")) ||
	    lql_asks(st, S("__error_details__")) || lql_asks(st, LEVEL_NAME);
}

void
parser_plan(struct lql_log *q)
{
	bool line = true, labels = true;

	for (size_t i = 1; i < q->nsteps; i++)
		for (size_t k = i; k > 0 && q->step[k].type == LQL_S_LINE &&
		    lets_by(q->step[k - 1].type); k--) {
			struct lql_step t = q->step[k];

			q->step[k] = q->step[k - 1];
			q->step[k - 1] = t;
		}
	for (size_t i = 0; i < q->nsteps; i++) {
		struct lql_step *st = &q->step[i];

		if (st->type == LQL_S_LINE)
			st->pushed = line && for_scan(st);
		else if (st->type == LQL_S_LABEL)
			st->pushed = labels && !for_pipe(st->label);
		else
			labels = false;
		st->hint = st->type == LQL_S_LABEL && labels && !st->pushed &&
		    lql_asks(st->label, LEVEL_NAME) &&
		    !lql_asks(st->label, S("__error__"));
		st->again = st->type == LQL_S_LABEL && st->label->typed;
		if (!lets_by(st->type) && st->type > LQL_S_LABEL)
			line = false;
		if (st->type == LQL_S_DECOLORIZE)
			line = false;
	}
}
