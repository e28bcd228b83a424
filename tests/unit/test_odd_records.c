/*
 * Records that nobody sends, but anybody can: each is taken in, sealed, found
 * again, merged, and the store is whole. What is acknowledged must never stop
 * a store.
 */
#include <unistd.h>

#include "base/hash.h"
#include "base/io.h"
#include "log/scan.h"
#include "trace/scan.h"

#include "folder.h"
#include "pb.h"
#include "unit.h"

#define T0	UINT64_C(1763800000000000000)

static char root[FOLDER_PATH];

/* The records of a case, and how many items must be found. */
struct odd {
	const struct store_kind *kind;
	struct buf recs;	/* frames */
	struct buf item, res, items;
	struct str tenant;
	uint64_t received;
	uint64_t want;
};

static struct str
repeat(struct arena *a, char c, size_t n)
{
	char *p = arena_new(a, char, n + 1);

	memset(p, c, n);
	return str_mk(p, n);
}

static bool
is_traces(const struct odd *o)
{
	return o->kind == &trace_kind;
}

/* An attribute of the item in hand. */
static void
attr(struct odd *o, struct str key, struct str text)
{
	pb_text(&o->item, is_traces(o) ? 9 : 6, key, text);
}

static void
add_span(struct odd *o, uint64_t id, uint32_t kind, uint64_t start,
    uint64_t end)
{
	uint64_t ids[2] = { 77, id };
	struct buf s = { 0 };

	pb_bytes(&s, 1, str_mk(ids, 16));
	pb_bytes(&s, 2, str_mk(&ids[1], 8));
	pb_bytes(&s, 5, S("name"));
	pb_varint(&s, 6, kind);
	pb_fixed64(&s, 7, start);
	pb_fixed64(&s, 8, end);
	buf_adds(&s, buf_str(&o->item));
	pb_bytes(&o->items, 2, buf_str(&s));
	buf_free(&s);
}

static void
add_line(struct odd *o, uint64_t time)
{
	struct buf l = { 0 };

	pb_fixed64(&l, 1, time);
	pb_bytes(&l, 5, S("\x0a\x04line"));
	buf_adds(&l, buf_str(&o->item));
	pb_bytes(&o->items, 2, buf_str(&l));
	buf_free(&l);
}

/* The item in hand is done. */
static void
add(struct odd *o)
{
	o->want++;
	if (is_traces(o))
		add_span(o, o->want, 1, T0 + o->want, T0 + o->want + 5);
	else
		add_line(o, T0 + o->want);
	buf_reset(&o->item);
}

/* All items since the last record become one. */
static void
record(struct odd *o)
{
	struct buf all = { 0 }, payload = { 0 };
	struct rec rec = { .signal = o->kind->signal, .tenant = o->tenant,
		.received = o->received };

	pb_bytes(&all, 1, buf_str(&o->res));
	pb_bytes(&all, 2, buf_str(&o->items));
	pb_bytes(&payload, 1, buf_str(&all));
	rec.payload = buf_str(&payload);
	rec_put(&o->recs, &rec, true);
	buf_reset(&o->items);
	buf_reset(&o->res);
	buf_free(&all);
	buf_free(&payload);
}

/* ---- the store ----------------------------------------------------------- */

static void
say(void *arg, const char *msg)
{
	unsigned *faults = arg;

	fprintf(stderr, "said: %.300s\n", msg);
	(*faults)++;
}

static void
take(const struct odd *o, const char *dir, const char *path)
{
	unsigned said = 0;
	struct store_writer_opts opts = { .say = say, .say_arg = &said };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct store *st = store_open(dir, o->kind, &opts, &e);

	CHECK(st && store_take(st, path, -1, &sum, &e) == 0);
	CHECK(sum.bad == 0 && said == 0);
	CHECK(store_close(st, &e) == 0);
	if (e.kind)
		fprintf(stderr, "%s\n", e.msg);
}

static uint64_t
count(const struct odd *o, const char *dir)
{
	unsigned said = 0;
	struct store_view_opts vo = { .tenant = o->tenant,
		.kind = o->kind->name, .say = say, .say_arg = &said };
	struct err e = { 0 };
	struct store_view *v = store_view(dir, &vo, &e);
	uint64_t rows = 0;
	size_t n = 0;

	CHECK(v != NULL);
	if (!v)
		return 0;
	const struct store_block *b = store_view_blocks(v, &n);

	for (size_t i = 0; i < n; i++)
		rows += b[i].info->rows;
	CHECK(store_view_missing(v) == 0 && said == 0);
	store_view_close(v);
	return rows;
}

static void
sound(const struct odd *o, const char *dir)
{
	unsigned faults = 0;
	struct err e = { 0 };

	CHECK(store_check(dir, o->kind, say, &faults, &e) == 0);
	CHECK(faults == 0);
	if (e.kind)
		fprintf(stderr, "%s\n", e.msg);
}

/*
 * Takes the records in twice, as two blocks, merges them, makes the manifest
 * anew; each item is there, and once in the end. The store's folder is `dir`.
 */
static void
run(struct odd *o, const char *name, char dir[64])
{
	struct store_writer_opts opts = { 0 };
	char path[64], manifest[80];
	struct err e = { 0 };

	snprintf(dir, 64, "%s/%s-%s", root, name, o->kind->name);
	snprintf(path, sizeof path, "%s/in.rec", root);
	snprintf(manifest, sizeof manifest, "%s/MANIFEST", dir);
	CHECK(io_replace(path, buf_str(&o->recs), NULL) == 0);
	take(o, dir, path);
	sound(o, dir);
	CHECK(count(o, dir) == o->want);
	take(o, dir, path);
	CHECK(store_ask(dir, o->kind, STORE_COMPACT, NULL, &opts, &e) == 0);
	sound(o, dir);
	CHECK(count(o, dir) == o->want);
	CHECK(unlink(manifest) == 0);
	CHECK(store_repair(dir, o->kind, NULL, NULL, &e) == 0);
	sound(o, dir);
	CHECK(count(o, dir) == o->want);
	if (unit_failed > 0)
		fprintf(stderr, "in %s\n", dir);
}

static void
done(struct odd *o)
{
	buf_free(&o->recs);
	buf_free(&o->item);
	buf_free(&o->res);
	buf_free(&o->items);
}

static struct odd
begin(const struct store_kind *kind)
{
	return (struct odd){ .kind = kind, .received = T0 };
}

/* ---- cases --------------------------------------------------------------- */

/* Keys no column can have; two that begin alike. */
static void
test_long_keys(const struct store_kind *kind)
{
	struct odd o = begin(kind);
	struct arena a = { 0 };
	struct str keys[] = { repeat(&a, 'k', 70000), repeat(&a, 'k', 600),
		repeat(&a, 'k', 601), repeat(&a, 'z', 512),
		repeat(&a, 'z', 513), repeat(&a, 'q', 65535), S(""),
		S("a\0b") };
	size_t n = sizeof keys / sizeof *keys;
	char dir[64];

	for (size_t i = 0; i < n; i++) {
		pb_text(&o.res, 1, keys[i], S("of the resource"));
		attr(&o, keys[i], S("value"));
		add(&o);
	}
	for (size_t i = 0; i < n; i++)
		attr(&o, keys[i], S("all of them"));
	add(&o);
	record(&o);
	run(&o, "keys", dir);
	done(&o);
	arena_free(&a);
}

/* Times a signed number of nanoseconds cannot hold, and back again. */
static void
test_times(void)
{
	static const uint64_t at[] = { 0, 1, T0, INT64_MAX,
		(uint64_t)1 << 63, UINT64_MAX };
	struct odd o = begin(&trace_kind);
	size_t n = sizeof at / sizeof *at;
	char dir[64];

	for (size_t i = 0; i < n * n; i++)
		add_span(&o, ++o.want, 1, at[i / n], at[i % n]);
	record(&o);
	run(&o, "times", dir);
	done(&o);
}

static void
test_received(const struct store_kind *kind)
{
	static const uint64_t at[] = { 0, 1, T0, INT64_MAX,
		(uint64_t)1 << 63, UINT64_MAX };
	struct odd o = begin(kind);
	char dir[64];

	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		o.received = at[i];
		add(&o);
		record(&o);
	}
	run(&o, "received", dir);
	done(&o);
}

/* As long as the wrapper of a record can hold. */
static void
test_tenant(const struct store_kind *kind)
{
	struct odd o = begin(kind);
	struct arena a = { 0 };
	char dir[64];

	o.tenant = repeat(&a, 't', 65400);
	add(&o);
	record(&o);
	run(&o, "tenant", dir);
	done(&o);
	arena_free(&a);
}

/* A thousand new keys of each scope in every stripe, and very many stripes. */
static void
test_new_keys(void)
{
	struct odd o = begin(&trace_kind);
	char dir[64], key[32];

	for (int stripe = 0; stripe < 20; stripe++) {
		for (int k = 0; k < 1000; k++) {
			struct buf in = { 0 };

			snprintf(key, sizeof key, "k%d.%d", stripe, k);
			pb_text(&o.res, 1, str_of(key), S(""));
			attr(&o, str_of(key), S(""));
			pb_text(&in, 3, str_of(key), S(""));
			pb_bytes(&o.item, 11, buf_str(&in));
			buf_reset(&in);
			pb_text(&in, 4, str_of(key), S(""));
			pb_bytes(&o.item, 13, buf_str(&in));
			buf_free(&in);
		}
		add(&o);
		for (int span = 0; span < 20; span++) {
			for (int k = 0; k < 4000; k++)
				pb_bytes(&o.item, 11, S(""));
			add(&o);
		}
		record(&o);
	}
	run(&o, "new-keys", dir);
	done(&o);
}

/* One id, 100,000 kinds: none is a duplicate, and time stays linear. */
static void
test_one_id(void)
{
	struct odd o = begin(&trace_kind);
	char dir[64];

	for (o.want = 0; o.want < 100000; o.want++)
		add_span(&o, 5, (uint32_t)o.want, T0, T0 + 1);
	record(&o);
	run(&o, "one-id", dir);
	done(&o);
}

/* Long values that come with every line: gigabytes, were they written out. */
static void
test_long_context(void)
{
	struct odd o = begin(&log_kind);
	struct arena a = { 0 };
	char dir[64];

	for (int k = 0; k < 2; k++) {
		pb_text(&o.res, 1, S("blob"), repeat(&a, (char)('a' + k),
		    700000));
		for (int i = 0; i < 17000; i++)
			add(&o);
		record(&o);
	}
	run(&o, "context", dir);
	done(&o);
	arena_free(&a);
}

struct pairs { uint64_t meta, labels, lines; };

static int
on_line(void *arg, const struct log_line *l, struct err *e)
{
	struct pairs *p = arg;

	(void)e;
	p->meta += l->nmeta;
	p->labels += l->nlabels;
	p->lines++;
	return 0;
}

static struct pairs
scan(const char *dir)
{
	struct log_scan_opts so = { .want_line = true, .want_meta = true };
	struct store_view_opts vo = { .kind = "logs" };
	struct store_view *v = store_view(dir, &vo, NULL);
	struct pairs p = { 0 };

	CHECK(v && log_scan(v, &so, on_line, &p, NULL) == 0);
	CHECK(v && store_view_missing(v) == 0);
	if (v)
		store_view_close(v);
	return p;
}

/* More metadata and labels than anybody has: all of it is answered. */
static void
test_pairs(void)
{
	struct odd o = begin(&log_kind);
	struct buf map = { 0 }, any = { 0 };
	char dir[64], key[16];

	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof key, "k%d", i);
		attr(&o, str_of(key), S("v"));
		pb_text(&map, 1, str_of(key), S("v"));
	}
	pb_bytes(&any, 6, buf_str(&map));
	pb_kv(&o.res, 1, S("service.name"), buf_str(&any));
	add(&o);
	record(&o);
	run(&o, "pairs", dir);

	struct pairs p = scan(dir);

	CHECK(p.lines == 1 && p.meta == 5000);
	CHECK(p.labels == 5001);	/* and service_name */
	buf_free(&map);
	buf_free(&any);
	done(&o);
}

/* A long name above very many: as one value, not as many long names. */
static void
test_flatten(void)
{
	struct odd o = begin(&log_kind);
	struct buf map = { 0 }, any = { 0 };
	struct arena a = { 0 };
	char dir[64], key[16];

	for (int i = 0; i < 100000; i++) {
		snprintf(key, sizeof key, "%d", i);
		pb_text(&map, 1, str_of(key), S("v"));
	}
	pb_bytes(&any, 6, buf_str(&map));
	pb_kv(&o.item, 6, repeat(&a, 'p', 1000000), buf_str(&any));
	pb_kv(&o.item, 6, S("short"), buf_str(&any));
	add(&o);
	record(&o);
	run(&o, "flatten", dir);
	CHECK(scan(dir).meta == 100001);
	buf_free(&map);
	buf_free(&any);
	arena_free(&a);
	done(&o);
}

int
main(void)
{
	folder_new(root, "odd_records");
	test_long_keys(&trace_kind);
	test_long_keys(&log_kind);
	test_times();
	test_received(&trace_kind);
	test_received(&log_kind);
	test_tenant(&trace_kind);
	test_tenant(&log_kind);
	test_new_keys();
	test_one_id();
	test_long_context();
	test_pairs();
	test_flatten();
	folder_wipe(root);
	return unit_done();
}
