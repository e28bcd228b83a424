/* tqlask: random queries of the grammar, about tqldata's traces. */
#ifndef TESTS_TQLASK_H
#define TESTS_TQLASK_H

#include "tqldata.h"

#define PICK(list)	(list)[roll(sizeof (list) / sizeof *(list))]

static inline const char *
some_attr(void)
{
	static const char *const all[] = { ".i", "span.i", "resource.i", ".f",
	    "span.f", ".s", "resource.s", ".m", "span.m", ".b",
	    "instrumentation.ni", "name", "duration", "status", "kind",
	    "statusMessage", "rootName", "rootServiceName", "traceDuration",
	    "nestedSetLeft", "nestedSetRight", "nestedSetParent",
	    "span:childCount", "span:id", "span:parentID",
	    "instrumentation:name", "resource.service.name", ".none" };

	return PICK(all);
}

static inline const char *
some_number(void)
{
	static const char *const all[] = { ".i", "span.i", ".f", "resource.f",
	    "duration", "traceDuration", "span:childCount", "nestedSetLeft",
	    "event.ei", "event:timeSinceStart" };

	return PICK(all);
}

static inline const char *
some_literal(void)
{
	static const char *const all[] = { "0", "1", "2", "-1", "1.5", "0.0",
	    "100ns", "200ns", "\"a\"", "\"b\"", "`GET /x`", "\"\"", "true",
	    "false", "error", "ok", "unset", "server", "client",
	    "\"5a00000000000001\"" };

	return PICK(all);
}

/* Calculation: with what may be no number, and by zero. */
static inline void
some_sum(struct buf *b, unsigned deep)
{
	static const char *const atoms[] = { "0", "1", "2", "0.5", "100ns",
	    "-.f", "(-span.i)", ".s", ".i", "resource.f", "duration",
	    "traceDuration", "span:childCount" };

	if (deep == 0 || roll(3) == 0) {
		buf_adds(b, str_of(PICK(atoms)));
		return;
	}
	buf_u8(b, '(');
	some_sum(b, deep - 1);
	buf_addf(b, " %c ", "+-*/%^"[roll(6)]);
	some_sum(b, deep - 1);
	buf_u8(b, ')');
}

static inline void
some_condition(struct buf *b)
{
	static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=" };
	static const char *const res[] = { "\"a\"", "\"a|b\"", "\"GET.*\"",
	    "\".*\"", "\"\"", "\"(?i)A\"" };
	static const char *const kids[] = { "event.ei", "event.ef",
	    "event.es", "event.em", "event:name", "event:timeSinceStart",
	    "link.li", "link.ls" };
	const char *left = roll(4) == 0 ? PICK(kids) : some_attr();

	switch (roll(13)) {
	case 0: case 1:
		buf_addf(b, "%s %s %s", left, roll(2) ? "=~" : "!~",
		    PICK(res));
		break;
	case 2: buf_addf(b, "%s %s nil", left, roll(2) ? "=" : "!="); break;
	case 3: buf_addf(b, "%s %s %s", some_attr(), PICK(ops),
	    some_number()); break;	/* an array against an array fails */
	case 4: buf_addf(b, "%s %s %s", some_literal(), PICK(ops), left);
		break;
	case 5: buf_addf(b, "%s %c %s %s %s", some_number(), "+-*"[roll(3)],
	    some_number(), PICK(ops), some_literal()); break;
	case 6: buf_adds(b, S(".b")); break;
	case 7:
		some_sum(b, 2);
		buf_addf(b, " %s ", PICK(ops));
		some_sum(b, 1);
		break;
	default: buf_addf(b, "%s %s %s", left, PICK(ops), some_literal());
	}
}

static inline void
some_field(struct buf *b, unsigned deep)
{
	switch (deep > 0 ? roll(7) : 9) {
	case 0: case 1: case 2:
		some_field(b, deep - 1);
		buf_adds(b, S(" && "));
		some_field(b, deep - 1);
		break;
	case 3:
		buf_u8(b, '(');
		some_field(b, deep - 1);
		buf_adds(b, S(") || ("));
		some_field(b, deep - 1);
		buf_u8(b, ')');
		break;
	case 4:
		buf_adds(b, S("!("));
		some_field(b, deep - 1);
		buf_adds(b, S(" && true)"));	/* surely a bool */
		break;
	default: some_condition(b);
	}
}

static inline void
some_filter(struct buf *b)
{
	buf_adds(b, S("{ "));
	if (roll(4) > 0)
		some_field(b, 2);
	buf_adds(b, S(" }"));
}

static inline const char *
some_setop(void)
{
	static const char *const ops[] = { "&&", "||", ">", "<", ">>", "<<",
	    "~", "!>", "!<", "!>>", "!<<", "!~", "&>", "&<", "&>>", "&<<",
	    "&~" };

	return PICK(ops);
}

static inline void
some_set(struct buf *b, unsigned deep)
{
	if (deep == 0 || roll(3) == 0) {
		some_filter(b);
		return;
	}
	buf_u8(b, '(');
	some_set(b, deep - 1);
	buf_addf(b, ") %s (", some_setop());
	some_set(b, deep - 1);
	buf_u8(b, ')');
}

static inline void
some_stage(struct buf *b)
{
	static const char *const aggs[] = { "avg", "min", "max", "sum" };
	static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=" };

	switch (roll(10)) {
	case 0: buf_addf(b, "count() %s %u", PICK(ops), roll(5)); break;
	case 1:
		buf_addf(b, "%s(%s) %s %u", PICK(aggs), some_number(),
		    PICK(ops), roll(3) * 50);
		break;
	case 2:
		buf_addf(b, "%s(", PICK(aggs));
		some_sum(b, 2);
		buf_addf(b, ") %s %u", PICK(ops), roll(3));
		break;
	case 3: buf_addf(b, "by(%s)", some_attr()); break;
	case 4:
		buf_adds(b, S("by("));
		if (roll(2))
			some_sum(b, 2);
		else
			buf_addf(b, "%s %s %s", some_attr(), PICK(ops),
			    some_literal());
		buf_u8(b, ')');
		break;
	case 5: buf_adds(b, S("coalesce()")); break;
	case 6: buf_addf(b, "select(%s)", some_attr()); break;
	default: some_set(b, 1 + roll(2));
	}
}

static inline void
some_pipeline(struct buf *b)
{
	some_set(b, roll(3));
	for (uint32_t n = roll(5); n > 0; n--) {
		buf_adds(b, S(" | "));
		some_stage(b);
	}
}

static inline void
some_metric(struct buf *b)
{
	static const char *const fns[] = { "rate()", "count_over_time()",
	    "min_over_time(%s)", "max_over_time(%s)", "sum_over_time(%s)",
	    "avg_over_time(%s)", "histogram_over_time(%s)" };

	some_pipeline(b);
	buf_adds(b, S(" | "));
	buf_addf(b, PICK(fns), some_number());
	if (roll(2) == 0)
		buf_addf(b, " by (%s)", some_attr());
	else if (roll(2) == 0)
		buf_addf(b, " by (%s, %s)", some_attr(), some_attr());
}

static inline void
some_query(struct buf *b)
{
	buf_reset(b);
	switch (roll(6)) {
	case 0:
		buf_u8(b, '(');
		some_pipeline(b);
		buf_addf(b, ") %s (", some_setop());
		some_pipeline(b);
		buf_u8(b, ')');
		break;
	case 1: some_metric(b); break;
	default: some_pipeline(b);
	}
}

#endif
