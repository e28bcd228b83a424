/*
 * match: where in a template a literal can lie.
 *
 * A line is its template with the holes filled, and holes are maximal runs
 * (log/split.h). So where a literal is cut into runs the same way, each run
 * that ends inside the literal is wholly text of the template or wholly one
 * hole: with a digit it is a hole's whole value, without it is text. Only the
 * runs at the literal's two ends, which may go on outside, leave a choice: at
 * most four alternatives. Each is a piece of template text, found by memmem,
 * and what the holes in it need to hold. A line contains the literal exactly
 * when for one place of one alternative all needs are met.
 */
#ifndef LOG_MATCH_H
#define LOG_MATCH_H

#include "base/arena.h"
#include "log/vars.h"

enum match_how { HOLE_IS, HOLE_STARTS, HOLE_ENDS, HOLE_HAS };

struct match_need {
	uint32_t hole;		/* counted within the alternative */
	enum match_how how;
	bool icase;		/* text is lower case; so is what it meets */
	struct str text;
};

struct match_alt {
	struct str text;	/* of the template, marks as 1 */
	const struct match_need *need;
	uint32_t n;
};

struct match {			/* a literal, prepared */
	struct str lit;
	bool icase;
	struct match_alt alt[4];
	unsigned alts;
	struct match_alt plain;	/* what a plain line needs */
};

struct match_place {
	const struct match_alt *alt;
	uint32_t hole;		/* of the template, where the need's count 0 */
};

/* icase: the literal is lower case, and letters A-Z match theirs. */
void match_init(struct match *, struct str lit, bool icase, struct arena *);

/*
 * The places in a template (its marks all 1). Gives the number: 0 is no line
 * of it; *sure: the text alone holds the literal, in every line. The list is
 * in the arena.
 */
uint32_t match_places(const struct match *, struct str template,
    struct arena *, struct match_place **, bool *sure);

/* Whether any value of the column may meet the need. Never false wrongly. */
bool match_may(const struct vars_col *, const struct match_need *);
/* Whether this value does (lower-cased before, for icase). */
bool match_value(struct str value, const struct match_need *);
/* Makes A-Z lower case. */
void match_lower(char *, size_t);

#endif
