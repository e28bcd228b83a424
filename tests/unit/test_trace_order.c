/* The order of a trace's spans: trees, shared ids, rings, duplicates. */
#include "trace/order.h"

#include "unit.h"

#define SERVER	2
#define CLIENT	3

static struct order order;

static struct order_span
span(uint64_t id, uint64_t parent, int64_t start, uint32_t kind)
{
	return (struct order_span){ .id = id, .parent = parent,
	    .start = start, .kind = kind, .root = parent == 0,
	    .received = 1 };
}

/* Whether the spans come out with these ids and distances. */
static bool
comes_as(struct order_span *s, uint32_t n, const uint64_t *id,
    const int64_t *dist, uint32_t want)
{
	int64_t got[64];
	uint32_t kept = order_trace(&order, s, n, got);

	if (kept != want)
		return false;
	for (uint32_t k = 0; k < kept; k++)
		if (s[k].id != id[k] || got[k] != dist[k])
			return false;
	return true;
}

static void
test_tree(void)
{
	/* 1 has 2 and 3; 2 has 4; 9 hangs below what is not here, 10 below 9 */
	struct order_span s[] = {
		span(10, 9, 1, 1), span(4, 2, 30, 1), span(3, 1, 25, 1),
		span(9, 8, 5, 1), span(2, 1, 20, 1), span(1, 0, 10, 1),
	};
	const uint64_t id[] = { 1, 2, 4, 3, 9, 10 };
	const int64_t dist[] = { 0, 1, 1, 3, -1, 1 };

	CHECK(comes_as(s, 6, id, dist, 6));
	CHECK(order_trace(&order, s, 0, NULL) == 0);
}

static void
test_duplicates(void)
{
	struct order_span s[] = {
		span(1, 0, 10, 1), span(2, 1, 20, 1), span(2, 1, 5, 1),
		span(2, 1, 30, SERVER),
	};
	const uint64_t id[] = { 1, 2, 2 };
	const int64_t dist[] = { 0, 1, 2 };

	CHECK(comes_as(s, 4, id, dist, 3));
	CHECK(s[1].start == 20);	/* the first of the two */

	struct order_span late[] = { span(1, 0, 10, 1), span(1, 0, 99, 1) };

	late[1].received = 0;		/* it was received before */
	CHECK(comes_as(late, 2, id, dist, 1));
	CHECK(late[0].start == 99);
}

static void
test_shared_ids(void)
{
	/* a client and a server share id 2: a server hangs below the client */
	struct order_span s[] = {
		span(1, 0, 10, SERVER), span(2, 1, 20, CLIENT),
		span(2, 1, 21, SERVER), span(3, 2, 30, SERVER),
		span(4, 2, 31, CLIENT),
	};
	const uint64_t id[] = { 1, 2, 3, 2, 4 };
	const int64_t dist[] = { 0, 1, 1, 3, 1 };

	CHECK(comes_as(s, 5, id, dist, 5));

	/* three of an id: no tree */
	struct order_span three[] = {
		span(1, 0, 10, 1), span(2, 1, 20, 1), span(2, 1, 21, 2),
		span(2, 1, 22, 3),
	};
	const uint64_t flat_id[] = { 1, 2, 2, 2 };
	const int64_t flat[] = { 0, -1, -1, -1 };

	CHECK(comes_as(three, 4, flat_id, flat, 4));
}

static void
test_rings(void)
{
	struct order_span self[] = { span(1, 1, 10, 1), span(2, 1, 20, 1) };
	const uint64_t id[] = { 1, 2 };
	const int64_t dist[] = { -1, 1 };

	CHECK(comes_as(self, 2, id, dist, 2));

	struct order_span ring[] = {
		span(1, 3, 10, 1), span(2, 1, 20, 1), span(3, 2, 30, 1),
		span(4, 3, 5, 1), span(7, 0, 50, 1),
	};
	const uint64_t ring_id[] = { 7, 1, 2, 3, 4 };
	const int64_t ring_dist[] = { 0, -1, 1, 1, 1 };

	/* the root; then the ring, cut at its earliest, and what is below */
	CHECK(comes_as(ring, 5, ring_id, ring_dist, 5));
}

/* The order in which spans come makes no difference, at any size. */
static void
test_shuffled(void)
{
	enum { N = 300 };
	struct order_span a[N], b[N];
	int64_t da[N], db[N];
	uint32_t seed = 7;

	for (uint32_t k = 0; k < N; k++)
		a[k] = b[k] = span(k + 1, k == 0 ? 0 : k / 3 + (k % 17 == 0 ?
		    1000 : 1), (int64_t)(k * 7919 % 101), 1);
	for (uint32_t k = N - 1; k > 0; k--) {
		seed = seed * 1664525 + 1013904223;
		uint32_t at = seed % (k + 1);
		struct order_span t = b[k];

		b[k] = b[at];
		b[at] = t;
	}
	CHECK(order_trace(&order, a, N, da) == N);
	CHECK(order_trace(&order, b, N, db) == N);
	for (uint32_t k = 0; k < N; k++) {
		CHECK(a[k].id == b[k].id && da[k] == db[k]);
		if (da[k] > 0)
			CHECK(a[k - da[k]].id == a[k].parent);
	}
}

/* A child that begins before its parent comes behind it all the same. */
static void
test_early_child(void)
{
	struct order_span s[] = {
		span(1, 0, 10, 1), span(2, 1, 30, 1), span(3, 2, 5, 1),
		span(4, 1, 20, 1), span(5, 0, 1, 1),
	};
	const uint64_t id[] = { 5, 1, 4, 2, 3 };
	const int64_t dist[] = { 0, 0, 1, 2, 1 };

	CHECK(comes_as(s, 5, id, dist, 5));
}

/* Parents known beforehand, kinds and times of receipt only where needed. */
static void
test_bare(void)
{
	const struct order_span a[] = {
		span(1, 0, 10, 0), span(2, 1, 20, 0), span(3, 2, 30, 0),
		span(4, 2, 25, 0), span(5, 4, 40, 0),
	};
	const uint64_t id[] = { 1, 2, 4, 5, 3 };
	const int64_t dist[] = { 0, 1, 1, 1, 3 };
	struct order_span s[5], same[5];
	int64_t got[5];

	memcpy(s, a, sizeof a);
	s[1].up = 1;		/* two pieces: 1 2, and 3 4 5 */
	s[4].up = 4;
	order.bare = true;
	CHECK(comes_as(s, 5, id, dist, 5));
	memcpy(s, a, sizeof a);
	s[3].id = 2;
	memcpy(same, s, sizeof s);
	CHECK(order_trace(&order, s, 5, got) == ORDER_BARE);
	CHECK(memcmp(s, same, sizeof s) == 0);
	memcpy(s, a, sizeof a);
	order.max = 4;
	CHECK(order_trace(&order, s, 5, got) == ORDER_BARE);
	CHECK(memcmp(s, a, sizeof s) == 0);
	order.bare = false;
	CHECK(order_trace(&order, s, 5, got) == 4 && order.cut == 1);
	order.max = 0;
}

int
main(void)
{
	test_tree();
	test_duplicates();
	test_shared_ids();
	test_rings();
	test_shuffled();
	test_early_child();
	test_bare();
	order_free(&order);
	return unit_done();
}
