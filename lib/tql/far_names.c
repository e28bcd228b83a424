/* Names and values that a Tempo far away has. */
#include "tql/far.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/time.h"

#define NAMES_MAX	1000000u

/* Names as they come: a scope or type, and a text. */
struct names {
	struct label *v;
	size_t n, cap;
	struct arena *mem;
};

static int
on_name(void *arg, const struct remote_answer *a, struct err *e)
{
	struct names *ns = arg;

	if (a->kind != ANSWER_NAME || a->labels.n != 1)
		return 0;
	if (ns->n == NAMES_MAX)
		return err_set(e, ERR_LIMIT, "over %u names", NAMES_MAX);
	if (ns->n == ns->cap) {
		ns->cap = ns->cap ? ns->cap * 2 : 64;
		ns->v = arena_grow(ns->mem, ns->v, ns->n, ns->cap,
		    sizeof *ns->v);
	}
	ns->v[ns->n++] = labels_copy(a->labels, ns->mem).v[0];
	return 0;
}

static int
ask_names(const struct far *f, const struct tql_ask *tql, struct question *qn,
    struct names *ns, struct err *e)
{
	qn->from = tql->o.from;
	qn->to = tql->o.to;
	remote_range(&qn->from, &qn->to);
	return remote_ask(f->to, qn, on_name, ns, e);
}

/* What is in no scope that attributes have is left out. */
static int
tags_of(const struct far *f, const struct tql_ask *tql, uint64_t wait,
    struct arena *mem, struct tql_tag **out, size_t *n, struct err *e)
{
	struct names ns = { .mem = mem };

	if (ask_names(f, tql, &(struct question){ .what = QUESTION_TAGS,
	    .wait = wait }, &ns, e) == -1)
		return -1;
	*out = arena_new(mem, struct tql_tag, ns.n + 1);
	*n = 0;
	for (size_t i = 0; i < ns.n; i++)
		for (enum tql_scope s = SCOPE_SPAN; s < SCOPES; s++)
			if (str_eq(ns.v[i].name, tql_scope_word(s)))
				(*out)[(*n)++] = (struct tql_tag){ s,
				    ns.v[i].value };
	tql_tags_sort(*out, *n);
	return 0;
}

int
far_tags(const struct far *f, const struct tql_ask *tql, struct arena *mem,
    struct tql_tag **out, size_t *n, struct err *e)
{
	return tags_of(f, tql, 0, mem, out, n, e);
}

static struct tql_val
value_of(const struct label *l)
{
	struct tql_val v = { .type = TQL_STR, .s = l->value };

	if (str_eq(l->name, S("int")) && num_i64(l->value, &v.i))
		v.type = TQL_INT;
	else if (str_eq(l->name, S("float")) && num_f64(l->value, &v.f))
		v.type = TQL_FLOAT;
	else if (str_eq(l->name, S("bool"))) {
		v.i = str_eq(l->value, S("true"));
		v.type = TQL_BOOL;
	}
	return v;
}

int
far_values(const struct far *f, const struct tql_ask *tql, struct str key,
    struct str filter, struct arena *mem, struct tql_val **out, size_t *n,
    struct err *e)
{
	struct names ns = { .mem = mem };

	if (ask_names(f, tql, &(struct question){ .what = QUESTION_VALUES,
	    .name = key, .text = filter }, &ns, e) == -1)
		return -1;
	*out = arena_new(mem, struct tql_val, ns.n + 1);
	for (size_t i = 0; i < ns.n; i++)
		(*out)[i] = value_of(&ns.v[i]);
	*n = ns.n;
	tql_values_sort(*out, *n);
	return 0;
}

/* ---- completion ----------------------------------------------------------- */

#define PATIENCE	(3 * NS_S)	/* of who pressed Tab */

struct lazy {
	const struct far *f;
	const struct tql_ask *tql;
	struct arena *mem;
};

/* Words on the screen would be in the way of what is typed: a fault is not
 * said, there are no values then. */
static void
load(void *arg, struct tql_key *key)
{
	const struct lazy *l = arg;
	struct names ns = { .mem = l->mem };
	struct err e = { 0 };

	if (ask_names(l->f, l->tql, &(struct question){ .what =
	    QUESTION_VALUES, .name = key->name, .wait = PATIENCE, .limit =
	    TQL_VALUES_MAX }, &ns, &e) == -1)
		return;
	key->value = arena_new(l->mem, struct str, ns.n);
	key->bare = arena_new(l->mem, struct str, ns.n);
	for (size_t i = 0; i < ns.n; i++)
		if (value_of(&ns.v[i]).type == TQL_STR)
			key->value[key->n++] = ns.v[i].value;
		else
			key->bare[key->nbare++] = ns.v[i].value;
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(((const struct tql_key *)a)->name,
	    ((const struct tql_key *)b)->name);
}

void
far_keys(struct far *f, const struct tql_ask *tql, struct arena *mem,
    struct tql_keys *out)
{
	static const struct str fixed[] = { S("name"), S("event:name"),
	    S("instrumentation:name") };
	const size_t fixes = sizeof fixed / sizeof *fixed;
	struct lazy *l = arena_new(mem, struct lazy, 1);
	struct err e = { 0 };
	struct tql_tag *tag = NULL;
	size_t tags = 0;

	*l = (struct lazy){ f, tql, mem };
	if (tags_of(f, tql, PATIENCE, mem, &tag, &tags, &e) == -1)
		tql->say(tql->say_arg, arena_printf(mem, "attributes are not "
		    "completed: %s", e.msg).p);
	*out = (struct tql_keys){ .load = load, .load_arg = l };
	out->key = arena_zero(mem, struct tql_key, tags + fixes);
	for (size_t i = 0; i < tags + fixes; i++) {
		struct buf b = { 0 };

		if (i < fixes)
			buf_adds(&b, fixed[i]);
		else
			tql_attr_print(&b, &(struct tql_attr){ .scope =
			    tag[i - fixes].scope, .name =
			    tag[i - fixes].name });
		out->key[out->n++].name = arena_str(mem, buf_str(&b));
		buf_free(&b);
	}
	qsort(out->key, out->n, sizeof *out->key, by_name);
}
