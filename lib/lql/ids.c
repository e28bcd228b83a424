#include "lql/ids.h"

#include <stdlib.h>

#include "base/io.h"

#define IDS_MAX	((size_t)256 << 20)	/* bytes of a list */

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static int
parse(struct str text, const char *where, struct arena *a,
    uint8_t (**ids)[16], size_t *n, struct err *e)
{
	struct str rest = text, line;
	size_t cap = 0, no = 0, k = 0;

	*ids = NULL;
	*n = 0;
	while (str_cut(&rest, '\n', &line)) {
		no++;
		line = str_trim(line);
		if (line.n == 0)
			continue;
		if (*n == cap) {
			cap = cap * 2 + 16;
			*ids = arena_grow(a, *ids, *n, cap, sizeof **ids);
		}
		if (str_unhex((*ids)[*n], 16, line) != 16)
			return err_set(e, ERR_QUERY, "%s:%zu: \"%.*s\" is not "
			    "a trace id of 32 hex digits", where, no,
			    (int)(line.n > 64 ? 64 : line.n), line.p);
		(*n)++;
	}
	if (*n > 1)
		qsort(*ids, *n, sizeof **ids, by_id);
	for (size_t i = 0; i < *n; i++)
		if (i == 0 || memcmp((*ids)[i], (*ids)[k - 1], 16) != 0)
			memmove((*ids)[k++], (*ids)[i], 16);
	*n = k;
	return 0;
}

int
lql_read_ids(struct lql_opts *o, const char *id, const char *file,
    struct arena *a, struct err *e)
{
	static const uint8_t none[1][16];
	struct str text = str_of(id ? id : "");
	const char *where = "--trace";
	struct buf b = { 0 };
	uint8_t (*ids)[16];
	int r = 0;

	if (!id && !file)
		return 0;
	if (file) {
		bool in = strcmp(file, "-") == 0;

		where = in ? "stdin" : file;
		r = io_slurp(in ? "/dev/stdin" : file, &b, IDS_MAX, e);
		text = buf_str(&b);
	}
	if (r == 0)
		r = parse(text, where, a, &ids, &o->ntrace_ids, e);
	if (r == 0)
		o->trace_ids = ids ? (const uint8_t (*)[16])ids : none;
	buf_free(&b);
	return r;
}
