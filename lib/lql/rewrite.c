#include "lql/rewrite.h"

#include "base/reparse.h"

#define LEGS_MAX	64u

static bool simple(const struct re_node *);

static bool
is_dot_star(const struct re_node *n)
{
	return n->type == RE_REPEAT && n->min == 0 && n->max == -1 &&
	    (n->kid->type == RE_ANY || n->kid->type == RE_ANY_NOT_NL);
}

static bool
is_dot_plus(const struct re_node *n)
{
	return n->type == RE_REPEAT && n->min == 1 && n->max == -1 &&
	    (n->kid->type == RE_ANY || n->kid->type == RE_ANY_NOT_NL);
}

static size_t
one_rune(struct str s)
{
	unsigned n = str_utf8(s);

	return n > 0 ? n : 1;
}

/*
 * Texts side by side: those that begin alike become the beginning and what is
 * left, as Go's parser has it; characters alone become a class, which is none.
 */
static bool
texts_simple(const struct str *leg, size_t n)
{
	struct str rest[LEGS_MAX];
	bool single = false;

	for (size_t i = 0, k; i < n; i += k) {
		size_t same = leg[i].n;

		for (k = 1; i + k < n; k++) {
			size_t c = 0;

			while (c < same && c < leg[i + k].n &&
			    leg[i].p[c] == leg[i + k].p[c])
				c++;
			if (c == 0)
				break;
			same = c;
		}
		for (size_t j = 0; j < k && k > 1; j++)
			rest[j] = str_skip(leg[i + j], same);
		if (k > 1 && !texts_simple(rest, k))
			return false;
		bool one = k == 1 && leg[i].n > 0 &&
		    leg[i].n == one_rune(leg[i]);

		if (one && single)
			return false;
		single = one;
	}
	return true;
}

static bool
alternation(const struct re_node *n)
{
	struct str leg[LEGS_MAX];
	size_t legs = 0;
	bool texts = true;

	for (const struct re_node *k = n->kid; k; k = k->next) {
		texts &= k->type == RE_LIT || k->type == RE_EMPTY;
		if (!simple(k) || legs == LEGS_MAX)
			return false;
		leg[legs++] = k->type == RE_LIT ? k->text : S("");
	}
	return !texts || texts_simple(leg, legs);
}

/* At most three of: one text, .*, and alternations. */
static bool
sequence(const struct re_node *n)
{
	unsigned parts = 0, texts = 0, others = 0;

	for (const struct re_node *k = n->kid; k; k = k->next) {
		const struct re_node *in = k;

		while (in->type == RE_GROUP)
			in = in->kid;
		parts++;
		texts += in->type == RE_LIT;
		others += in->type == RE_ALT;
		if (in->type != RE_LIT && !is_dot_star(in) &&
		    (in->type != RE_ALT || !alternation(in)))
			return false;
	}
	return parts <= 3 && texts <= 1 && others <= 1 && texts + others > 0;
}

static bool
simple(const struct re_node *n)
{
	switch (n->type) {
	case RE_EMPTY: case RE_LIT: return true;
	case RE_GROUP: return n->kid && simple(n->kid);
	case RE_ALT: return alternation(n);
	case RE_CAT: return sequence(n);
	case RE_REPEAT: return is_dot_star(n) || is_dot_plus(n);
	default: return false;
	}
}

bool
rewritten(struct str pattern)
{
	struct arena a = { 0 };
	struct re_node *n = re_parse(pattern, false, false, &a, NULL);
	bool yes = n && simple(n);

	arena_free(&a);
	return yes;
}
