/*
 * re: RE2's syntax on PCRE2.
 *
 * The pattern is read once as RE2 (Go's regexp/syntax): errors get Go's words,
 * what RE2 does not know (back-references, look-around,
 * possessive) is refused, and a PCRE2 text that means the same is compiled
 * (dollar, \s, \z, \C, classes, case folding, invalid UTF-8). Matching never
 * takes exponential time unseen: past a limit re_match fails with ERR_LIMIT.
 * A compiled re may be used by several threads at once.
 */
#ifndef BASE_RE_H
#define BASE_RE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum re_flags {
	RE_ANCHORED = 1,	/* ^(?:re)$ over the whole subject */
	RE_DOTALL = 2,		/* . matches newline */
	RE_ICASE = 4,
	RE_GROUPS = 8,	/* groups without a name count, too: $1 of re_replace */
};

struct re;

struct re *re_compile(struct str pattern, unsigned flags, struct err *);
void re_free(struct re *);
/* 1 matches, 0 does not, -1 failed. */
int re_match(struct re *, struct str subject, struct err *);

/* The names of its groups that have one, in order: how many. */
size_t re_names(const struct re *, struct arena *, struct str **names);
/*
 * As re_match; group[k] is what the k-th of these n groups took, a copy in the
 * arena, "" when it took no part.
 */
int re_groups(struct re *, struct str subject, struct str *group, size_t n,
    struct arena *, struct err *);

/*
 * Calls fn for each match, one behind the other; group k took the bytes at[2 *
 * k] to at[2 * k + 1] of the text (RE_UNSET: it took no part), 0 is the whole.
 * As in Go no empty match touches one before it. The text is the subject with
 * bad UTF-8 as U+FFFD. A last call without groups is for its end: there
 * at[0] and at[1] are. 0, or -1.
 */
#define RE_UNSET	SIZE_MAX
typedef void re_match_fn(void *arg, struct str text, const size_t *at,
    uint32_t groups);
int re_each(struct re *, struct str subject, re_match_fn *, void *arg,
    struct err *);
/* The number of the group with a name; 0: none has it. */
uint32_t re_group(const struct re *, struct str name);

int re_count(struct re *, struct str subject, uint64_t *n, struct err *);
/*
 * Appends the subject with `by` for each match; unless `literal`, $1, $name
 * and ${name} in it are what the group took, and $$ is a $.
 */
int re_replace(struct re *, struct str subject, struct str by, bool literal,
    struct buf *, struct err *);

/*
 * Literals every match must contain: *lit is a set of alternatives in the
 * arena, one of which occurs in each matching subject (n = 0: none known).
 * When `whole` comes back true the pattern is nothing but those literals
 * (anchored: equality; else: contains), so no regex need run. Case-folded
 * patterns give lower-case literals with *icase set.
 */
struct re_lits {
	struct str *lit;
	size_t n;
	bool whole, icase;
};
void re_literals(const struct re *, struct arena *, struct re_lits *);

#endif
