/* relits: texts of which every match has one, for who searches for those first. */
#include "base/re.h"
#include "base/reparse.h"

#define LITS_MAX	64u	/* made by putting literals together */

/* 's' and 'k' fold to characters beyond ASCII: no plain search finds those. */
static bool
folds_plainly(char c)
{
	return (uint8_t)c < 0x80 && (c | 32) != 's' && (c | 32) != 'k';
}

/* The longest stretch of an icase literal that ASCII folding finds. */
static struct str
plain_part(struct str s)
{
	struct str best = { s.p, 0 };

	for (size_t i = 0, from = 0; i <= s.n; i++) {
		if (i < s.n && folds_plainly(s.p[i]))
			continue;
		if (i - from > best.n)
			best = str_mk(s.p + from, i - from);
		from = i + 1;
	}
	return best;
}

static struct str
lower(struct arena *a, struct str s)
{
	char *p = arena_new(a, char, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] | 32 :
		    s.p[i]);
	return str_mk(p, s.n);
}

static size_t
shortest(const struct re_lits *l)
{
	size_t n = SIZE_MAX;

	for (size_t i = 0; i < l->n; i++)
		if (l->lit[i].n < n)
			n = l->lit[i].n;
	return l->n > 0 ? n : 0;
}

static void literals(const struct re_node *, struct arena *, struct re_lits *);

static void
literal(const struct re_node *n, struct arena *a, struct re_lits *l)
{
	struct str part = n->icase ? plain_part(n->text) : n->text;

	/* what matches a bad byte does not stand in the text */
	if (str_find(part, S("\xef\xbf\xbd")) <= part.n)
		return;
	l->whole = part.n == n->text.n;
	l->icase = n->icase;
	if (part.n == 0)
		return;
	l->lit = arena_new(a, struct str, 1);
	l->lit[0] = n->icase ? lower(a, part) : part;
	l->n = 1;
}

/* All legs must have literals; one folding leg folds all. */
static void
alternatives(const struct re_node *n, struct arena *a, struct re_lits *l)
{
	size_t legs = 0;

	l->whole = true;
	for (const struct re_node *k = n->kid; k; k = k->next, legs++) {
		struct re_lits leg = { 0 };

		literals(k, a, &leg);
		if (leg.n == 0) {
			*l = (struct re_lits){ 0 };
			return;
		}
		if (legs > 0 && leg.icase != l->icase)
			l->whole = false;
		l->whole &= leg.whole;
		l->icase |= leg.icase;
		l->lit = arena_grow(a, l->lit, l->n, l->n + leg.n,
		    sizeof *l->lit);
		memcpy(l->lit + l->n, leg.lit, leg.n * sizeof *l->lit);
		l->n += leg.n;
	}
	for (size_t i = 0; l->icase && i < l->n; i++) {
		struct str part = plain_part(l->lit[i]);

		l->whole &= part.n == l->lit[i].n;
		l->lit[i] = lower(a, part);
		if (part.n == 0) {
			*l = (struct re_lits){ 0 };
			return;
		}
	}
}

static struct str
joined(struct str x, struct str y, struct arena *a)
{
	char *p = arena_new(a, char, x.n + y.n);

	memcpy(p, x.p, x.n);
	memcpy(p + x.n, y.p, y.n);
	return str_mk(p, x.n + y.n);
}

/* Every text of *l followed by every one of `by`, when those are not many. */
static bool
append(struct re_lits *l, const struct re_lits *by, struct arena *a)
{
	struct str *v;
	size_t n = 0;

	if (l->n * by->n > LITS_MAX || l->icase != by->icase)
		return false;
	v = arena_new(a, struct str, l->n * by->n);
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < by->n; k++)
			v[n++] = joined(l->lit[i], by->lit[k], a);
	l->lit = v;
	l->n = n;
	return true;
}

/* Keeps what says most: long literals, few of them. */
static void
better(struct re_lits *best, const struct re_lits *l)
{
	if (l->n > 0 && (best->n == 0 || shortest(l) > shortest(best)))
		*best = *l;
}

/* Neighbours that are nothing but literals make longer ones. */
static void
sequence(const struct re_node *n, struct arena *a, struct re_lits *best)
{
	struct re_lits run = { 0 };
	bool all = true;

	for (const struct re_node *k = n->kid; k; k = k->next) {
		struct re_lits one;

		literals(k, a, &one);
		if (run.n > 0 && one.whole && one.n > 0 &&
		    append(&run, &one, a))
			continue;
		all &= k == n->kid && one.whole;
		better(best, &run);
		if (one.whole) {
			run = one;
		} else {
			run.n = 0;
			better(best, &one);
		}
	}
	better(best, &run);
	best->whole = all;
}

static void
literals(const struct re_node *n, struct arena *a, struct re_lits *l)
{
	*l = (struct re_lits){ 0 };
	switch (n->type) {
	case RE_LIT:
		literal(n, a, l);
		break;
	case RE_GROUP:
		literals(n->kid, a, l);
		break;
	case RE_ALT:
		alternatives(n, a, l);
		break;
	case RE_REPEAT:
		if (n->min > 0)
			literals(n->kid, a, l);
		l->whole = false;
		break;
	case RE_CAT:
		sequence(n, a, l);
		break;
	default:
		break;
	}
}

void
re_tree_literals(const struct re_node *tree, struct arena *a,
    struct re_lits *l)
{
	literals(tree, a, l);
	if (l->n == 0)
		*l = (struct re_lits){ 0 };
}
