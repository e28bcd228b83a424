#include "loki/labels.h"

#include "base/num.h"
#include "loki/pairs.h"
#include "base/base64.h"
#include "otlp/walk.h"
#include "show/json.h"

/* A map under a longer name stays one value: each of its names would be it. */
#define FLATTEN_PREFIX_MAX 1024u

static const char promoted_default[] =
    "service.name,service.namespace,service.instance.id,"
    "deployment.environment,deployment.environment.name,cloud.region,"
    "cloud.availability_zone,k8s.cluster.name,k8s.namespace.name,"
    "k8s.pod.name,k8s.container.name,container.name,k8s.replicaset.name,"
    "k8s.deployment.name,k8s.statefulset.name,k8s.daemonset.name,"
    "k8s.cronjob.name,k8s.job.name";

/* Where service_name comes from when it is missing, first one wins. */
static const char *const service_names[] = {
	"service", "app", "application", "app_name", "name",
	"app_kubernetes_io_name", "container", "container_name",
	"k8s_container_name", "component", "workload", "job", "k8s_job_name",
};

static bool
alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

bool
label_name(struct buf *b, struct str name)
{
	bool usable = false;

	if (name.n > 4 && str_starts(name, S("__")) && str_ends(name, S("__")))
		buf_adds(b, S("_"));	/* its other _ comes below */
	if (name.n > 0 && name.p[0] >= '0' && name.p[0] <= '9')
		buf_adds(b, S("key_"));
	for (size_t i = 0; i < name.n; i++)
		if (alnum(name.p[i])) {
			buf_u8(b, (uint8_t)name.p[i]);
			usable = true;
		} else if (i == 0 || alnum(name.p[i - 1]))
			buf_u8(b, '_');
	if (name.n > 4 && str_starts(name, S("__")) && str_ends(name, S("__")))
		buf_adds(b, S("_"));
	return usable;
}

static void json_value(struct json *, const struct value *, unsigned depth);

static void
json_map(struct json *j, struct str raw, unsigned depth)
{
	struct cur c = cur_of(raw);
	struct attr a;

	json_open(j, '{');
	while (otlp_attr(&c, 1, &a) == 1) {
		json_key(j, a.key);
		json_value(j, &a.value, depth + 1);
	}
	json_close(j, '}');
}

static void
json_array(struct json *j, struct str raw, unsigned depth)
{
	struct cur c = cur_of(raw);
	struct value v;

	json_open(j, '[');
	while (otlp_element(&c, &v) == 1)
		json_value(j, &v, depth + 1);
	json_close(j, ']');
}

static void
json_value(struct json *j, const struct value *v, unsigned depth)
{
	struct buf b = { 0 };

	if (depth > VALUE_DEPTH_MAX) {
		json_null(j);
		return;
	}
	switch (v->type) {
	case VALUE_EMPTY:
		json_null(j);
		break;
	case VALUE_STR:
		json_str(j, v->s);
		break;
	case VALUE_BOOL:
		json_bool(j, v->i != 0);
		break;
	case VALUE_INT:
		json_i64(j, v->i);
		break;
	case VALUE_F64:
		json_f64(j, v->f);
		break;
	case VALUE_ARRAY:
		json_array(j, v->s, depth);
		break;
	case VALUE_MAP:
		json_map(j, v->s, depth);
		break;
	case VALUE_BYTES:
		base64_put(&b, v->s);
		json_str(j, buf_str(&b));
		buf_free(&b);
		break;
	}
}

void
label_text(struct buf *b, const struct value *v)
{
	struct json j = { .b = b };
	char num[32];

	switch (v->type) {
	case VALUE_EMPTY:
		break;
	case VALUE_STR:
		buf_adds(b, v->s);
		break;
	case VALUE_BOOL:
		buf_adds(b, v->i != 0 ? S("true") : S("false"));
		break;
	case VALUE_INT:
		if (v->i < 0)
			buf_u8(b, '-');
		buf_digits(b, v->i < 0 ? -(uint64_t)v->i : (uint64_t)v->i);
		break;
	case VALUE_F64:
		buf_adds(b, str_of(num_fmt_f64(num, v->f)));
		break;
	case VALUE_BYTES:
		base64_put(b, v->s);
		break;
	case VALUE_ARRAY:
	case VALUE_MAP:
		json_value(&j, v, 0);
		break;
	}
}

static void
flatten(struct arena *mem, struct str prefix, const struct attr *a,
    label_fn *fn, void *arg, unsigned depth)
{
	struct buf name = { 0 }, text = { 0 };
	struct cur c;
	struct attr in;

	if (prefix.n > 0) {
		buf_adds(&name, prefix);
		buf_u8(&name, '_');
	}
	buf_adds(&name, a->key);
	if (a->value.type == VALUE_MAP && depth < VALUE_DEPTH_MAX &&
	    name.n <= FLATTEN_PREFIX_MAX) {
		struct str all = arena_str(mem, buf_str(&name));

		c = cur_of(a->value.s);
		while (otlp_attr(&c, 1, &in) == 1)
			flatten(mem, all, &in, fn, arg, depth + 1);
	} else {
		struct buf norm = { 0 };

		label_name(&norm, buf_str(&name));
		label_text(&text, &a->value);
		if (norm.n > 0 && text.n > 0)
			fn(arg, buf_str(&norm), buf_str(&text));
		buf_free(&norm);
	}
	buf_free(&name);
	buf_free(&text);
}

void
label_flatten(struct arena *mem, const struct attr *a, label_fn *fn,
    void *arg)
{
	flatten(mem, (struct str){ NULL, 0 }, a, fn, arg, 0);
}

static void
add_pair(void *arg, struct str name, struct str text)
{
	pairs_put(arg, name, text);
}

static bool
listed(struct str list, struct str key)
{
	struct str one;

	while (str_cut(&list, ',', &one))
		if (str_eq(str_trim(one), key))
			return true;
	return false;
}

void
label_service(struct buf *labels, const struct buf *meta)
{
	if (pairs_get(buf_str(labels), S("service_name")).n > 0)
		return;
	for (size_t i = 0; i < sizeof service_names / sizeof *service_names;
	    i++) {
		struct str name = str_of(service_names[i]);
		struct str v = pairs_get(buf_str(labels), name);

		if (v.n == 0)
			v = pairs_get(buf_str(meta), name);
		if (v.n > 0) {
			struct buf copy = { 0 };

			buf_adds(&copy, v);	/* it may lie in labels */
			pairs_put(labels, S("service_name"), buf_str(&copy));
			buf_free(&copy);
			return;
		}
	}
	pairs_put(labels, S("service_name"), S("unknown_service"));
}

void
label_resource(struct str raw, struct str promoted, struct arena *mem,
    struct buf *labels, struct buf *meta)
{
	struct buf unsorted = { 0 };
	struct cur c = cur_of(raw);
	struct attr a;

	if (!promoted.p)
		promoted = str_of(promoted_default);
	while (otlp_attr(&c, 1, &a) == 1)
		label_flatten(mem, &a, add_pair,
		    listed(promoted, a.key) ? &unsorted : meta);
	label_service(&unsorted, meta);
	pairs_sorted(labels, buf_str(&unsorted));
	buf_free(&unsorted);
}

void
label_scope(struct str raw, struct arena *mem, struct buf *meta)
{
	struct otlp_scope scope = { 0 };
	struct cur c = cur_of(raw);
	struct attr a;

	if (raw.n == 0 || otlp_scope(raw, &scope) == -1)
		return;
	while (otlp_attr(&c, 3, &a) == 1)
		label_flatten(mem, &a, add_pair, meta);
	if (scope.name.n > 0)
		pairs_put(meta, S("scope_name"), scope.name);
	if (scope.version.n > 0)
		pairs_put(meta, S("scope_version"), scope.version);
	if (scope.dropped > 0) {
		struct buf n = { 0 };

		buf_digits(&n, scope.dropped);
		pairs_put(meta, S("scope_dropped_attributes_count"),
		    buf_str(&n));
		buf_free(&n);
	}
}
