#include "trace/cols.h"

const struct col_def col_defs[COLS] = {
	[SP_ID] = { TR_SPAN, VEC_FIX8, true, "id" },
	[SP_START] = { TR_SPAN, VEC_INT, true, "start" },
	[SP_DURATION] = { TR_SPAN, VEC_INT, false, "duration" },
	[SP_PARENT] = { TR_SPAN, VEC_INT, true, "parent" },
	[SP_PARENT_ID] = { TR_SPAN, VEC_FIX8, true, "parent_id" },
	[SP_NAME] = { TR_SPAN, VEC_STR, false, "name" },
	[SP_KIND] = { TR_SPAN, VEC_INT, true, "kind" },
	[SP_STATUS] = { TR_SPAN, VEC_INT, false, "status" },
	[SP_MESSAGE] = { TR_SPAN, VEC_STR, false, "message" },
	[SP_STATE] = { TR_SPAN, VEC_STR, false, "state" },
	[SP_FLAGS] = { TR_SPAN, VEC_INT, false, "flags" },
	[SP_END_OFF] = { TR_SPAN, VEC_INT, false, "end_off" },
	[SP_DROPPED_A] = { TR_SPAN, VEC_INT, false, "dropped_attributes" },
	[SP_DROPPED_E] = { TR_SPAN, VEC_INT, false, "dropped_events" },
	[SP_DROPPED_L] = { TR_SPAN, VEC_INT, false, "dropped_links" },
	[SP_RES] = { TR_SPAN, VEC_INT, true, "res" },
	[SP_SCOPE] = { TR_SPAN, VEC_INT, true, "scope" },
	[SP_RECEIVED] = { TR_SPAN, VEC_INT, false, "received" },
	[SP_X] = { TR_SPAN, VEC_ANY, false, "x" },
	[SP_MORE] = { TR_SPAN, VEC_ANY, false, "more" },
	[TC_ID] = { TR_TRACE, VEC_FIX16, true, "id" },
	[TC_FIRST] = { TR_TRACE, VEC_INT, true, "first" },
	[TC_SPANS] = { TR_TRACE, VEC_INT, true, "spans" },
	[TC_START] = { TR_TRACE, VEC_INT, true, "start" },
	[TC_END] = { TR_TRACE, VEC_INT, true, "end" },
	[TC_ROOT] = { TR_TRACE, VEC_INT, true, "root" },
	[TC_CUT] = { TR_TRACE, VEC_INT, false, "cut" },
	[RS_URL] = { TR_RES, VEC_STR, false, "url" },
	[RS_DROPPED] = { TR_RES, VEC_INT, false, "dropped" },
	[RS_X] = { TR_RES, VEC_ANY, false, "x" },
	[RS_RAW] = { TR_RES, VEC_ANY, false, "raw" },
	[SC_NAME] = { TR_SCOPE, VEC_STR, false, "name" },
	[SC_VERSION] = { TR_SCOPE, VEC_STR, false, "version" },
	[SC_URL] = { TR_SCOPE, VEC_STR, false, "url" },
	[SC_DROPPED] = { TR_SCOPE, VEC_INT, false, "dropped" },
	[SC_X] = { TR_SCOPE, VEC_ANY, false, "x" },
	[SC_RAW] = { TR_SCOPE, VEC_ANY, false, "raw" },
	[EV_SPAN] = { TR_EVENT, VEC_INT, true, "span" },
	[EV_TIME] = { TR_EVENT, VEC_INT, false, "time" },
	[EV_NAME] = { TR_EVENT, VEC_STR, false, "name" },
	[EV_DROPPED] = { TR_EVENT, VEC_INT, false, "dropped" },
	[EV_X] = { TR_EVENT, VEC_ANY, false, "x" },
	[EV_RAW] = { TR_EVENT, VEC_ANY, false, "raw" },
	[LK_SPAN] = { TR_LINK, VEC_INT, true, "span" },
	[LK_TRACE] = { TR_LINK, VEC_FIX16, false, "trace_id" },
	[LK_ID] = { TR_LINK, VEC_FIX8, false, "id" },
	[LK_STATE] = { TR_LINK, VEC_STR, false, "state" },
	[LK_FLAGS] = { TR_LINK, VEC_INT, false, "flags" },
	[LK_DROPPED] = { TR_LINK, VEC_INT, false, "dropped" },
	[LK_X] = { TR_LINK, VEC_ANY, false, "x" },
	[LK_RAW] = { TR_LINK, VEC_ANY, false, "raw" },
};

bool
needs_has(const struct needs *needs, unsigned table, struct str name)
{
	if (!needs->v)
		return true;
	for (size_t i = 0; i < needs->n; i++)
		if (needs->v[i].table == table &&
		    str_eq(needs->v[i].name, name))
			return true;
	return false;
}

void
cols_init(struct cols *c, struct frame *f, const struct needs *needs)
{
	c->f = f;
	c->needs = *needs;
	for (int i = 0; i < COLS; i++)
		c->h[i] = COL_NONE;
}

uint32_t
cols_make(struct cols *c, enum col no)
{
	const struct col_def *d = &col_defs[no];

	if (d->always || needs_has(&c->needs, d->table, str_of(d->name)))
		c->h[no] = frame_col(c->f, d->table, str_of(d->name), d->type);
	else
		c->h[no] = COL_SKIP;
	return c->h[no];
}

int
cols_find(const struct stripe *s, enum col no)
{
	const struct col_def *d = &col_defs[no];

	return stripe_find(s, d->table, str_of(d->name), d->type);
}
