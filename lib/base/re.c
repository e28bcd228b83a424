#include "base/re.h"

#include <stdatomic.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"
#include "base/pool.h"
#include "base/reparse.h"

#define MATCH_LIMIT	5000000u	/* PCRE2's steps for one subject */
#define STACK_MAX	(1u << 20)	/* of JIT code, a thread */

/* What one thread needs while it matches; taken and given back by a flag. */
struct scratch {
	atomic_flag busy;
	pcre2_match_data *md;
	pcre2_match_context *mc;
	pcre2_jit_stack *stack;
	struct buf clean;
};

struct re {
	pcre2_code *code;
	struct re_node *tree;
	unsigned flags;
	struct arena mem;
	struct scratch scratch[POOL_WORKERS_MAX];
};

static pcre2_code *
compile(struct str text, struct str pattern, struct err *e)
{
	pcre2_compile_context *cc = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR why[128];
	PCRE2_SIZE at;
	pcre2_code *code;
	int no;

	if (!cc)
		die("out of memory: pcre2");
	pcre2_set_newline(cc, PCRE2_NEWLINE_LF);
	code = pcre2_compile((PCRE2_SPTR)text.p, text.n, PCRE2_UTF |
	    PCRE2_ALT_CIRCUMFLEX | PCRE2_NEVER_BACKSLASH_C |
	    PCRE2_DOLLAR_ENDONLY, &no, &at, cc);
	pcre2_compile_context_free(cc);
	if (code) {
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
		return code;
	}
	pcre2_get_error_message(no, why, sizeof why);
	err_set(e, ERR_QUERY, "error parsing regexp: %s: `%.*s`",
	    (char *)why, (int)(pattern.n > 200 ? 200 : pattern.n), pattern.p);
	return NULL;
}

static void
count_groups(struct re_node *n)
{
	n->counted = n->type == RE_GROUP;
	for (struct re_node *kid = n->kid; kid; kid = kid->next)
		count_groups(kid);
}

struct re *
re_compile(struct str pattern, unsigned flags, struct err *e)
{
	struct re *re = xcalloc(1, sizeof *re);
	struct buf b = { 0 };

	re->flags = flags;
	re->tree = re_parse(pattern, flags & RE_ICASE, flags & RE_DOTALL,
	    &re->mem, e);
	if (re->tree) {
		if (flags & RE_GROUPS)
			count_groups(re->tree);
		buf_addf(&b, flags & RE_ANCHORED ? "\\A(?:" : "(?:");
		re_emit(re->tree, &b);
		buf_addf(&b, flags & RE_ANCHORED ? ")\\z" : ")");
		re->code = compile(buf_str(&b), pattern, e);
		buf_free(&b);
	}
	if (re->code)
		return re;
	re_free(re);
	return NULL;
}

void
re_free(struct re *re)
{
	if (!re)
		return;
	for (unsigned i = 0; i < POOL_WORKERS_MAX; i++) {
		struct scratch *s = &re->scratch[i];

		pcre2_match_data_free(s->md);
		pcre2_match_context_free(s->mc);
		pcre2_jit_stack_free(s->stack);
		buf_free(&s->clean);
	}
	pcre2_code_free(re->code);
	arena_free(&re->mem);
	free(re);
}

static struct scratch *
scratch_take(struct re *re)
{
	unsigned i = 0;

	while (atomic_flag_test_and_set_explicit(&re->scratch[i].busy,
	    memory_order_acquire))
		i = (i + 1) % POOL_WORKERS_MAX;
	struct scratch *s = &re->scratch[i];

	if (s->md)
		return s;
	s->md = pcre2_match_data_create(1, NULL);
	s->mc = pcre2_match_context_create(NULL);
	s->stack = pcre2_jit_stack_create(32 << 10, STACK_MAX, NULL);
	if (!s->md || !s->mc || !s->stack)
		die("out of memory: pcre2");
	pcre2_set_match_limit(s->mc, MATCH_LIMIT);
	pcre2_jit_stack_assign(s->mc, NULL, s->stack);
	return s;
}

/* Length of the front of s that is ASCII; bytes are looked at by eights. */
static size_t
ascii_front(struct str s)
{
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8)
		if (load64(s.p + i) & UINT64_C(0x8080808080808080))
			break;
	while (i < s.n && (uint8_t)s.p[i] < 0x80)
		i++;
	return i;
}

/* RE2 takes each bad byte for U+FFFD: so does the text we match. */
static struct str
clean(struct str s, struct buf *b)
{
	size_t i = ascii_front(s), n;

	while (i < s.n && (n = str_utf8(str_skip(s, i))) > 0)
		i += n;
	if (i == s.n)
		return s;
	buf_reset(b);
	buf_add(b, s.p, i);
	for (; i < s.n; i += n) {
		n = str_utf8(str_skip(s, i));
		if (n > 0)
			buf_add(b, s.p + i, n);
		else {
			buf_add(b, "\xef\xbf\xbd", 3);
			n = 1;
		}
	}
	return buf_str(b);
}

static int
run_at(struct re *re, struct str text, size_t from, pcre2_match_data *md,
    pcre2_match_context *mc)
{
	int r = pcre2_match(re->code, (PCRE2_SPTR)text.p, text.n, from,
	    PCRE2_NO_UTF_CHECK, md, mc);

	if (r == PCRE2_ERROR_JIT_STACKLIMIT)
		r = pcre2_match(re->code, (PCRE2_SPTR)text.p, text.n, from,
		    PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, md, mc);
	return r;
}

static int
run(struct re *re, struct str text, pcre2_match_data *md,
    pcre2_match_context *mc)
{
	return run_at(re, text, 0, md, mc);
}

/* What pcre2_match gave, as ours. */
static int
answer(int r, struct err *e)
{
	if (r >= 0)
		return 1;
	if (r == PCRE2_ERROR_NOMATCH)
		return 0;
	return err_set(e, ERR_LIMIT, "regular expression: %s",
	    r == PCRE2_ERROR_MATCHLIMIT || r == PCRE2_ERROR_HEAPLIMIT ||
	    r == PCRE2_ERROR_DEPTHLIMIT ? "takes too many steps" :
	    "cannot be run");
}

int
re_match(struct re *re, struct str subject, struct err *e)
{
	struct scratch *s = scratch_take(re);
	struct str text = clean(subject, &s->clean);
	int r;

	if (!text.p)
		text.p = "";
	r = run(re, text, s->md, s->mc);
	atomic_flag_clear_explicit(&s->busy, memory_order_release);
	return answer(r, e);
}

/* ---- groups -------------------------------------------------------------- */

static size_t
names_in(const struct re_node *n, struct arena *a, struct str **v, size_t k)
{
	if (n->type == RE_GROUP && n->text.n > 0) {
		*v = arena_grow(a, *v, k, k + 1, sizeof **v);
		(*v)[k++] = n->text;
	}
	for (const struct re_node *kid = n->kid; kid; kid = kid->next)
		k = names_in(kid, a, v, k);
	return k;
}

size_t
re_names(const struct re *re, struct arena *a, struct str **names)
{
	*names = NULL;
	return names_in(re->tree, a, names, 0);
}

int
re_groups(struct re *re, struct str subject, struct str *group, size_t n,
    struct arena *a, struct err *e)
{
	struct scratch *s = scratch_take(re);
	struct str text = clean(subject, &s->clean);
	pcre2_match_data *md = pcre2_match_data_create_from_pattern(re->code,
	    NULL);
	PCRE2_SIZE *at;
	int r;

	if (!md)
		die("out of memory: pcre2");
	if (!text.p)
		text.p = "";
	r = run(re, text, md, s->mc);
	at = pcre2_get_ovector_pointer(md);
	for (size_t k = 0; r > 0 && k < n; k++)
		group[k] = k + 1 < (size_t)r && at[2 * k + 2] != PCRE2_UNSET ?
		    arena_str(a, str_mk(text.p + at[2 * k + 2],
		    at[2 * k + 3] - at[2 * k + 2])) : S("");
	pcre2_match_data_free(md);
	atomic_flag_clear_explicit(&s->busy, memory_order_release);
	return answer(r, e);
}

int
re_each(struct re *re, struct str subject, re_match_fn *fn, void *arg,
    struct err *e)
{
	struct scratch *s = scratch_take(re);
	struct str text = clean(subject, &s->clean);
	pcre2_match_data *md = pcre2_match_data_create_from_pattern(re->code,
	    NULL);
	size_t from = 0, before = RE_UNSET;
	int r = 0;

	if (!md)
		die("out of memory: pcre2");
	if (!text.p)
		text.p = "";
	while (from <= text.n && (r = run_at(re, text, from, md, s->mc)) > 0) {
		const PCRE2_SIZE *at = pcre2_get_ovector_pointer(md);
		unsigned u = str_utf8(str_skip(text, at[1]));
		bool empty = at[1] == from;

		if (!empty || at[0] != before)
			fn(arg, text, at, pcre2_get_ovector_count(md));
		before = at[1];
		from = empty ? at[1] + (u > 0 ? u : 1) : at[1];
	}
	fn(arg, text, (size_t[]){ text.n, text.n }, 0);
	pcre2_match_data_free(md);
	atomic_flag_clear_explicit(&s->busy, memory_order_release);
	return answer(r, e) == -1 ? -1 : 0;
}

static uint32_t
group_in(const struct re_node *n, struct str name, uint32_t *no)
{
	uint32_t r = 0;

	if (n->type == RE_GROUP && n->counted) {
		++*no;
		if (str_eq(n->text, name))
			return *no;
	}
	for (const struct re_node *kid = n->kid; kid && r == 0;
	    kid = kid->next)
		r = group_in(kid, name, no);
	return r;
}

uint32_t
re_group(const struct re *re, struct str name)
{
	uint32_t no = 0;

	return name.n > 0 ? group_in(re->tree, name, &no) : 0;
}

void
re_literals(const struct re *re, struct arena *a, struct re_lits *l)
{
	re_tree_literals(re->tree, a, l);
}
