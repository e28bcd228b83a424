/* metrics: the text of each kind. */
#include "unit.h"

#include "base/metrics.h"
#include "base/time.h"

static double
answer(void *arg)
{
	return *(double *)arg;
}

int
main(void)
{
	static const double bounds[] = { 0.001, 0.5 };
	static const char want[] =
	    "# HELP t_t_a_total As.\n# TYPE t_t_a_total counter\n"
	    "t_t_a_total{x=\"1\"} 5\nt_t_a_total{x=\"2\"} 0\n"
	    "# HELP t_t_b B.\n# TYPE t_t_b gauge\nt_t_b 7\n"
	    "# HELP t_t_c C.\n# TYPE t_t_c gauge\nt_t_c{y=\"\"} 1.5\n"
	    "# HELP t_t_d_seconds D.\n# TYPE t_t_d_seconds histogram\n"
	    "t_t_d_seconds_bucket{z=\"z\",le=\"0.001\"} 1\n"
	    "t_t_d_seconds_bucket{z=\"z\",le=\"0.5\"} 2\n"
	    "t_t_d_seconds_bucket{z=\"z\",le=\"+Inf\"} 3\n"
	    "t_t_d_seconds_sum{z=\"z\"} 2.251\nt_t_d_seconds_count{z=\"z\"} 3\n";
	struct metrics *m = metrics_new("t-t");
	struct metric *a = metrics_counter(m, "a_total", "As.", "x=\"1\"");
	struct metric *b, *d;
	struct buf text = { 0 };
	double half = 1.5;

	metrics_counter(m, "a_total", "As.", "x=\"2\"");
	b = metrics_gauge(m, "b", "B.", NULL);
	metrics_ask(m, "c", "C.", "y=\"\"", answer, &half);
	d = metrics_histogram(m, "d_seconds", "D.", "z=\"z\"", bounds, 2);
	metric_add(a, 2);
	metric_add(a, 3);
	metric_set(b, 9);
	metric_set(b, 7);
	metric_observe(d, NS_MS);
	metric_observe(d, 250 * NS_MS);
	metric_observe(d, 2 * NS_S);
	metrics_text(m, &text);
	CHECK(str_eq(buf_str(&text), S(want)));
	buf_free(&text);
	metrics_free(m);
	/* where nobody asks, nothing is counted */
	CHECK(metrics_counter(NULL, "a_total", "As.", "") == NULL);
	metric_add(NULL, 1);
	metric_set(NULL, 1);
	metric_observe(NULL, 1);
	metrics_free(NULL);
	return unit_done();
}
