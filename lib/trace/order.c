#include "trace/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"

#define NONE	UINT32_MAX
#define SERVER	2	/* enum span_kind, kept as a number in blocks */
#define CLIENT	3

/*
 * The spans being ordered, and a table of them by id (number + 1). They stay
 * where they are; `by` says in which order they are sorted.
 */
struct work {
	const struct order_span *s;
	uint32_t n, mask;
	uint32_t *slot, *by;
	uint32_t *par, *child, *next;	/* a tree over 0 .. n - 1; or the row of
					   the next child, spans below */
	uint32_t *row, *out;		/* where it went; who is at a row */
	bool distinct;			/* no two share an id */
};

static uint32_t
table_size(uint32_t n)
{
	uint32_t size = 8;

	while (size / 4 < n)
		size *= 2;
	return size;
}

/* Ids come from outside: where they meet is not for a sender to know. */
static uint32_t
slot_of(const struct work *w, uint64_t id)
{
	return (uint32_t)hash_u64(id ^ (uintptr_t)w->slot) & w->mask;
}

/* Fills the table. false: two spans share an id, and it is not whole. */
static bool
index_distinct(struct work *w)
{
	memset(w->slot, 0, ((size_t)w->mask + 1) * sizeof *w->slot);
	for (uint32_t k = 0; k < w->n; k++) {
		uint32_t i = slot_of(w, w->s[k].id);

		for (; w->slot[i] != 0; i = (i + 1) & w->mask)
			if (w->s[w->slot[i] - 1].id == w->s[k].id)
				return false;
		w->slot[i] = k + 1;
	}
	return true;
}

/* Keeps the first received of each (id, kind). */
static uint32_t
dedup(struct work *w, struct order_span *s, uint32_t n)
{
	uint32_t kept = 0;

	memset(w->slot, 0, ((size_t)w->mask + 1) * sizeof *w->slot);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = slot_of(w, s[k].id ^ hash_u64(s[k].kind)), j;

		for (; (j = w->slot[i]) != 0; i = (i + 1) & w->mask)
			if (s[j - 1].id == s[k].id &&
			    s[j - 1].kind == s[k].kind)
				break;
		if (j != 0) {
			if (s[k].received < s[j - 1].received)
				s[j - 1] = s[k];
			continue;
		}
		s[kept++] = s[k];
		w->slot[i] = kept;
	}
	return kept;
}

static int
by_receipt(const void *pa, const void *pb)
{
	const struct order_span *a = pa, *b = pb;
	const struct order_key ka = { a->received, a->id, a->kind };
	const struct order_key kb = { b->received, b->id, b->kind };

	return order_key_cmp(&ka, &kb);
}

/* Those within the limit; how many. */
static uint32_t
limit(struct order *o, struct order_span *s, uint32_t n)
{
	if (o->max == 0 || n <= o->max)
		return n;
	qsort(s, n, sizeof *s, by_receipt);
	o->cut = n - o->max;
	return o->max;
}

static int
compare(const struct order_span *a, const struct order_span *b)
{
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->kind > b->kind) - (a->kind < b->kind);
}

static int
compare_by(const void *pa, const void *pb, void *spans)
{
	const struct order_span *s = spans;
	const uint32_t *a = pa, *b = pb;

	return compare(&s[*a], &s[*b]);
}

static void
sort(struct work *w, struct order_span *s)
{
	for (uint32_t k = 0; k < w->n; k++)
		w->by[k] = k;
	if (w->n > 48) {
		qsort_r(w->by, w->n, sizeof *w->by, compare_by, s);
		return;
	}
	for (uint32_t i = 1; i < w->n; i++) {
		uint32_t k = i;

		for (; k > 0 && compare(&s[w->by[k - 1]], &s[i]) > 0; k--)
			w->by[k] = w->by[k - 1];
		w->by[k] = i;
	}
}

/* The table again, in sorted order. false: three spans share an id. */
static bool
index_sorted(struct work *w)
{
	memset(w->slot, 0, ((size_t)w->mask + 1) * sizeof *w->slot);
	for (uint32_t k = 0; k < w->n; k++) {
		uint64_t id = w->s[w->by[k]].id;
		uint32_t i = slot_of(w, id), same = 0;

		for (; w->slot[i] != 0; i = (i + 1) & w->mask)
			same += w->s[w->slot[i] - 1].id == id;
		if (same >= 2)
			return false;
		w->slot[i] = w->by[k] + 1;
	}
	return true;
}

/*
 * Where two spans share the parent's id (a Zipkin client and server), a server
 * hangs below the client, all others below the server.
 */
static uint32_t
find_parent(const struct work *w, uint32_t k)
{
	const struct order_span *c = &w->s[k];
	uint32_t want = c->kind == SERVER ? CLIENT : SERVER;
	uint32_t found = NONE;

	for (uint32_t i = slot_of(w, c->parent); w->slot[i] != 0;
	    i = (i + 1) & w->mask) {
		uint32_t p = w->slot[i] - 1;

		if (w->s[p].id != c->parent || p == k)
			continue;
		if (found == NONE || w->s[p].kind == want)
			found = p;
		if (w->distinct)
			break;
	}
	return found;
}

/*
 * Parents (those known, and by the table if it is usable), and how many spans
 * are from each down, in `next`. false: a parent is not before its children in
 * the order of start.
 */
static bool
find_parents(struct work *w, bool known, bool usable)
{
	bool before = true;

	for (uint32_t k = 0; k < w->n; k++) {
		w->row[k] = NONE;
		w->next[k] = 1;		/* with itself */
	}
	for (uint32_t at = w->n; at-- > 0;) {
		uint32_t k = w->by[at], p = NONE;

		if (known && w->s[k].up != 0)
			p = w->s[k].up - 1;
		else if (!w->s[k].root && usable)
			p = find_parent(w, k);
		w->par[k] = p;
		w->row[k] = 0;
		if (p != NONE) {
			before &= w->row[p] == NONE;
			w->next[p] += w->next[k];
		}
	}
	return before;
}

static void
put_at(struct work *w, uint32_t k, uint32_t *at)
{
	w->row[k] = *at;
	w->child[k] = *at + 1;
	w->out[*at] = k;
	*at += w->next[k];
}

/*
 * Each span comes behind those of its parent's children that are before it, and
 * all below them. Roots first, then what hangs nowhere.
 */
static void
place_sizes(struct work *w)
{
	uint32_t root = 0, cut = 0;

	for (uint32_t k = 0; k < w->n; k++)
		if (w->s[k].root)
			cut += w->next[k];
	for (uint32_t i = 0; i < w->n; i++) {
		uint32_t k = w->by[i];

		put_at(w, k, w->par[k] != NONE ? &w->child[w->par[k]] :
		    w->s[k].root ? &root : &cut);
	}
}

/* Children in order of start: from the last span to the first. */
static void
link_tree(struct work *w)
{
	for (uint32_t k = 0; k < w->n; k++)
		w->child[k] = w->row[k] = NONE;
	for (uint32_t at = w->n; at-- > 0;) {
		uint32_t k = w->by[at], p = w->par[k];

		w->next[k] = NONE;
		if (p != NONE) {
			w->next[k] = w->child[p];
			w->child[p] = k;
		}
	}
}

static uint32_t
unplaced(const struct work *w, uint32_t k)
{
	while (k != NONE && w->row[k] != NONE)
		k = w->next[k];
	return k;
}

/* The tree below `top`, from row `at` on; the row after it. */
static uint32_t
place(struct work *w, uint32_t top, uint32_t at)
{
	for (uint32_t k = top;;) {
		w->row[k] = at;
		w->out[at++] = k;

		uint32_t to = unplaced(w, w->child[k]);

		while (to == NONE && k != top) {
			to = unplaced(w, w->next[k]);
			k = w->par[k];
		}
		if (to == NONE)
			return at;
		k = to;
	}
}

/* The earliest span of the ring that k, who has no top, hangs below. */
static uint32_t
ring_start(const struct work *w, uint32_t k)
{
	uint32_t slow = w->par[k], fast = w->par[w->par[k]], first;

	while (slow != fast) {
		slow = w->par[slow];
		fast = w->par[w->par[fast]];
	}
	first = slow;
	for (k = w->par[slow]; k != slow; k = w->par[k])
		if (compare(&w->s[k], &w->s[first]) < 0)
			first = k;
	return first;
}

/* Roots first, then what hangs nowhere, then rings (cut at their earliest). */
static void
place_all(struct work *w)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < w->n; i++)
		if (w->s[w->by[i]].root)
			at = place(w, w->by[i], at);
	for (uint32_t i = 0; i < w->n && at < w->n; i++) {
		uint32_t k = w->by[i];

		if (!w->s[k].root && w->par[k] == NONE)
			at = place(w, k, at);
	}
	for (uint32_t i = 0; i < w->n && at < w->n; i++)
		if (w->row[w->by[i]] == NONE) {
			uint32_t top = ring_start(w, w->by[i]);

			w->par[top] = NONE;
			at = place(w, top, at);
		}
}

/* What was in it is lost. */
static uint32_t *
reserve(struct order *o, size_t need)
{
	if (need > o->cap) {
		free(o->mem);
		o->cap = need + need / 2;
		o->mem = xcalloc(o->cap, sizeof *o->mem);
	}
	return o->mem;
}

static void
reserve_all(struct order *o, struct work *w, uint32_t n)
{
	uint32_t slots = table_size(n);
	size_t spans = ((size_t)n * sizeof(struct order_span) + 3) / 4;

	w->slot = reserve(o, slots + 6 * (size_t)n + spans + 2);
	w->mask = slots - 1;
	w->by = w->slot + slots;
	w->par = w->by + n;
	w->child = w->par + n;
	w->next = w->child + n;
	w->row = w->next + n;
	w->out = w->row + n;
}

/* Room for a copy of the spans behind the rest, aligned. */
static struct order_span *
copy_room(const struct work *w, uint32_t n)
{
	uint32_t *p = w->out + n;

	return (struct order_span *)(void *)(p + ((uintptr_t)p % 8 != 0));
}

uint32_t
order_trace(struct order *o, struct order_span *s, uint32_t n, int64_t *dist)
{
	struct work w = { .s = s, .n = n };
	struct order_span *copy;
	bool as_they_came;	/* the table and what is known of parents hold */

	o->cut = 0;
	if (n == 0)
		return 0;
	reserve_all(o, &w, n);
	copy = copy_room(&w, n);
	w.distinct = index_distinct(&w);
	if (o->bare && (!w.distinct || (o->max > 0 && n > o->max)))
		return ORDER_BARE;
	if (!w.distinct)
		w.n = dedup(&w, s, n);
	w.n = n = limit(o, s, w.n);
	as_they_came = w.distinct && o->cut == 0;
	sort(&w, s);
	if (find_parents(&w, as_they_came, as_they_came || index_sorted(&w)))
		place_sizes(&w);
	else {
		link_tree(&w);
		place_all(&w);
	}
	memcpy(copy, s, n * sizeof *s);
	for (uint32_t r = 0; r < n; r++) {
		uint32_t k = w.out[r];

		s[r] = copy[k];
		dist[r] = copy[k].root ? ORDER_ROOT : w.par[k] == NONE ?
		    ORDER_CUT : (int64_t)r - w.row[w.par[k]];
	}
	return n;
}

void
order_free(struct order *o)
{
	free(o->mem);
	*o = (struct order){ .max = o->max };
}
