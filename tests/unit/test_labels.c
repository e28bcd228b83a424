/* Names, values as text, and the labels of a resource. logql.md 14, 15. */
#include "unit.h"

#include "loki/labels.h"
#include "logdata.h"

static bool
named(const char *from, const char *to)
{
	struct buf b = { 0 };
	bool same;

	label_name(&b, str_of(from));
	same = str_eq(buf_str(&b), str_of(to));
	buf_free(&b);
	return same;
}

static void
test_names(void)
{
	CHECK(named("service.name", "service_name"));
	CHECK(named("a__b", "a_b"));
	CHECK(named("a.-/b", "a_b"));
	CHECK(named("1st", "key_1st"));
	CHECK(named("__x", "_x"));
	CHECK(named("__x__", "__x__"));
	CHECK(named("\xc3\xa9t", "_t"));
	CHECK(named("", ""));
}

/* A resource of text attributes: name, value, name, value ... NULL. */
static void
resource(struct buf *b, const char *const *v)
{
	buf_reset(b);
	for (; v[0]; v += 2)
		pb_attr(b, 1, v[0], v[1]);
}

static bool
labelled(const char *const *attrs, const char *promoted, const char *name,
    const char *value)
{
	struct buf raw = { 0 }, labels = { 0 }, meta = { 0 };
	struct arena mem = { 0 };
	bool same;

	resource(&raw, attrs);
	label_resource(buf_str(&raw), promoted ? str_of(promoted) :
	    (struct str){ NULL, 0 }, &mem, &labels, &meta);
	same = str_eq(pairs_get(buf_str(&labels), str_of(name)),
	    str_of(value));
	buf_free(&raw);
	buf_free(&labels);
	buf_free(&meta);
	arena_free(&mem);
	return same;
}

static void
test_resources(void)
{
	static const char *const full[] = { "service.name", "cart",
		"k8s.pod.name", "cart-1", "host.name", "h", NULL };
	static const char *const app[] = { "job", "j", "app", "a", NULL };
	static const char *const none[] = { "host.name", "h", NULL };

	CHECK(labelled(full, NULL, "service_name", "cart"));
	CHECK(labelled(full, NULL, "k8s_pod_name", "cart-1"));
	CHECK(labelled(full, NULL, "host_name", ""));
	CHECK(labelled(full, "host.name, service.name", "host_name", "h"));
	CHECK(labelled(full, "host.name, service.name", "k8s_pod_name", ""));
	CHECK(labelled(app, NULL, "service_name", "a"));
	CHECK(labelled(none, NULL, "service_name", "unknown_service"));
	CHECK(labelled(none, NULL, "host_name", ""));
}

static void
test_pairs(void)
{
	struct buf b = { 0 }, sorted = { 0 };
	struct arena mem = { 0 };
	struct log_pair *v;
	struct err e = { 0 };
	uint32_t n;

	pairs_put(&b, S("b"), S("2"));
	pairs_put(&b, S("a"), S("1"));
	pairs_put(&b, S("b"), S("3"));
	pairs_sorted(&sorted, buf_str(&b));
	CHECK(pairs_read(buf_str(&sorted), &mem, &v, &n,
	    &e) == 0 && n == 2);
	CHECK(str_eq(v[0].name, S("a")) && str_eq(v[1].value, S("2")));
	for (size_t cut = 1; cut < sorted.n; cut++)
		if (cut != 4)	/* the first pair alone is whole */
			CHECK(pairs_read(str_mk(sorted.p, cut), &mem, &v,
			    &n, &e) == -1 && e.kind == ERR_CORRUPT);
	buf_free(&b);
	buf_free(&sorted);
	arena_free(&mem);
}

/* {"m": {"k": "v"}, "l": [1, true]} as a body and as attributes. */
static void
count_pairs(void *arg, struct str name, struct str text)
{
	struct buf *b = arg;

	pairs_put(b, name, text);
}

static void
test_values(void)
{
	struct buf one = { 0 }, list = { 0 }, map = { 0 }, out = { 0 };
	struct arena mem = { 0 };
	struct attr a = { .key = S("m") };

	buf_varint(&one, 3 << 3);
	buf_varint(&one, 7);
	pb_bytes(&list, 1, buf_str(&one));
	buf_reset(&one);
	buf_varint(&one, 2 << 3);
	buf_varint(&one, 1);
	pb_bytes(&list, 1, buf_str(&one));
	a.value = (struct value){ .type = VALUE_ARRAY, .s = buf_str(&list) };
	label_text(&out, &a.value);
	CHECK(str_eq(buf_str(&out), S("[7,true]")));

	pb_attr(&map, 1, "k.x", "v\"w");
	a.value = (struct value){ .type = VALUE_MAP, .s = buf_str(&map) };
	buf_reset(&out);
	label_text(&out, &a.value);
	CHECK(str_eq(buf_str(&out), S("{\"k.x\":\"v\\\"w\"}")));
	buf_reset(&out);
	label_flatten(&mem, &a, count_pairs, &out);
	CHECK(str_eq(pairs_get(buf_str(&out), S("m_k_x")), S("v\"w")));
	buf_free(&one);
	buf_free(&list);
	buf_free(&map);
	buf_free(&out);
	arena_free(&mem);
}

int
main(void)
{
	test_names();
	test_resources();
	test_pairs();
	test_values();
	return unit_done();
}
