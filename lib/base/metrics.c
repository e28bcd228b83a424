#include "base/metrics.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/time.h"

enum type { COUNTER, GAUGE, HISTOGRAM };

struct metric {
	enum type type;
	const char *help;
	char *name, *labels;
	atomic_ullong v;		/* HISTOGRAM: the sum, in ns */
	double (*ask)(void *);		/* GAUGE, or NULL: v */
	void *arg;
	const double *bounds;
	size_t n;
	atomic_ullong *bucket;		/* n + 1 of them */
	struct metric *next;
};

struct metrics {
	const char *program;
	struct metric *first, **last;
};

struct metrics *
metrics_new(const char *program)
{
	struct metrics *m = xcalloc(1, sizeof *m);

	m->program = program;
	m->last = &m->first;
	return m;
}

void
metrics_free(struct metrics *m)
{
	struct metric *next;

	if (!m)
		return;
	for (struct metric *x = m->first; x; x = next) {
		next = x->next;
		free(x->name);
		free(x->labels);
		free(x->bucket);
		free(x);
	}
	free(m);
}

/* "otlp-recv" and "items" is otlp_recv_items. */
static char *
full_name(const char *program, const char *name)
{
	size_t n = strlen(program), m = strlen(name);
	char *full = xmalloc(n + m + 2);

	for (size_t i = 0; i < n; i++)
		full[i] = program[i] == '-' ? '_' : program[i];
	full[n] = '_';
	memcpy(full + n + 1, name, m + 1);
	return full;
}

static struct metric *
add(struct metrics *m, enum type type, const char *name, const char *help,
    const char *labels)
{
	struct metric *x;
	size_t n = labels ? strlen(labels) : 0;

	if (!m)
		return NULL;
	x = xcalloc(1, sizeof *x);
	x->type = type;
	x->name = full_name(m->program, name);
	x->help = help;
	x->labels = memcpy(xcalloc(1, n + 1), labels ? labels : "", n);
	*m->last = x;
	m->last = &x->next;
	return x;
}

struct metric *
metrics_counter(struct metrics *m, const char *name, const char *help,
    const char *labels)
{
	return add(m, COUNTER, name, help, labels);
}

struct metric *
metrics_gauge(struct metrics *m, const char *name, const char *help,
    const char *labels)
{
	return add(m, GAUGE, name, help, labels);
}

void
metrics_ask(struct metrics *m, const char *name, const char *help,
    const char *labels, double (*ask)(void *), void *arg)
{
	struct metric *x = add(m, GAUGE, name, help, labels);

	if (!x)
		return;
	x->ask = ask;
	x->arg = arg;
}

struct metric *
metrics_histogram(struct metrics *m, const char *name, const char *help,
    const char *labels, const double bounds[], size_t n)
{
	struct metric *x = add(m, HISTOGRAM, name, help, labels);

	if (!x)
		return NULL;
	if (n > METRIC_BOUNDS_MAX)
		die("metrics: %s: too many bounds", name);
	x->bounds = bounds;
	x->n = n;
	x->bucket = xcalloc(n + 1, sizeof *x->bucket);
	return x;
}

void
metric_add(struct metric *x, uint64_t n)
{
	if (x)
		atomic_fetch_add_explicit(&x->v, n, memory_order_relaxed);
}

void
metric_set(struct metric *x, uint64_t n)
{
	if (x)
		atomic_store_explicit(&x->v, n, memory_order_relaxed);
}

void
metric_observe(struct metric *x, uint64_t ns)
{
	double seconds = (double)ns / (double)NS_S;
	size_t i = 0;

	if (!x)
		return;
	while (i < x->n && seconds > x->bounds[i])
		i++;
	atomic_fetch_add_explicit(&x->bucket[i], 1, memory_order_relaxed);
	metric_add(x, ns);
}

static void
put_double(struct buf *b, double v)
{
	char text[32];

	buf_adds(b, str_of(num_fmt_f64(text, v)));
	buf_u8(b, '\n');
}

static void
put_name(struct buf *b, const struct metric *x, const char *suffix)
{
	buf_addf(b, "%s%s", x->name, suffix);
	if (*x->labels)
		buf_addf(b, "{%s}", x->labels);
	buf_u8(b, ' ');
}

static void
put_histogram(struct buf *b, const struct metric *x)
{
	const char *comma = *x->labels ? "," : "";
	unsigned long long all = 0;
	char text[32];

	for (size_t i = 0; i <= x->n; i++) {
		all += atomic_load(&x->bucket[i]);
		buf_addf(b, "%s_bucket{%s%sle=\"%s\"} %llu\n", x->name,
		    x->labels, comma, i < x->n ?
		    num_fmt_f64(text, x->bounds[i]) : "+Inf", all);
	}
	put_name(b, x, "_sum");
	put_double(b, (double)atomic_load(&x->v) / (double)NS_S);
	put_name(b, x, "_count");
	buf_addf(b, "%llu\n", all);
}

static void
put(struct buf *b, const struct metric *x)
{
	if (x->type == HISTOGRAM) {
		put_histogram(b, x);
		return;
	}
	put_name(b, x, "");
	if (x->ask)
		put_double(b, x->ask(x->arg));
	else
		buf_addf(b, "%llu\n", (unsigned long long)
		    atomic_load(&x->v));
}

void
metrics_text(const struct metrics *m, struct buf *b)
{
	static const char *const types[] = { "counter", "gauge",
	    "histogram" };
	const char *name = "";

	for (const struct metric *x = m->first; x; x = x->next) {
		if (strcmp(name, x->name) != 0)
			buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", x->name,
			    x->help, x->name, types[x->type]);
		name = x->name;
		put(b, x);
	}
}
