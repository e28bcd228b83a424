#include "log/scan.h"

#include "log/parts.h"
#include "log/view.h"

static void
on_fault(void *arg, const struct err *e)
{
	store_view_fault(arg, e);
}

int
log_scan(struct store_view *v, const struct log_scan_opts *o, log_line_fn *fn,
    void *arg, struct err *e)
{
	struct log_view w;
	int r;

	if (log_view_open(&w, v, o, e) == -1)
		return -1;
	r = parts_scan(w.part, w.n, o, on_fault, v, fn, arg, e);
	log_view_close(&w);
	return r;
}
