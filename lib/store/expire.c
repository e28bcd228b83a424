/* expire: whole blocks that are too old, or too much. */
#include "base/num.h"
#include "base/time.h"
#include "store/writer.h"

int
store_keep_parse(const char *arg, uint64_t *ns, uint64_t *bytes,
    struct err *e)
{
	int64_t age;

	*ns = *bytes = 0;
	if (num_prom_duration(str_of(arg), &age) && age > 0) {
		*ns = (uint64_t)age;
		return 0;
	}
	if (num_size(str_of(arg), bytes) && *bytes > 0)
		return 0;
	return err_set(e, ERR_QUERY, "%s: neither an age (30d) nor a size "
	    "(20GiB)", arg);
}

static bool
too_old(const struct manifest_block *b, uint64_t now, uint64_t keep_ns)
{
	return keep_ns > 0 && b->max_received < now &&
	    now - b->max_received > keep_ns;
}

int
store_expire(struct store *st, uint64_t keep_ns, uint64_t keep_bytes,
    struct err *e)
{
	uint64_t now = time_now(), bytes = 0;
	struct manifest next;
	uint32_t had = st->man.blocks;

	if (keep_ns == 0 && keep_bytes == 0)
		return 0;
	for (uint32_t i = 0; i < had; i++)
		if (!too_old(&st->man.block[i], now, keep_ns))
			bytes += st->man.block[i].bytes;
	manifest_copy(&next, &st->man, 0);
	for (uint32_t i = 0; i < had; i++) {
		const struct manifest_block *b = &st->man.block[i];

		if (too_old(b, now, keep_ns))
			manifest_drop(&next, b->id);
		else if (keep_bytes > 0 && bytes > keep_bytes) {
			bytes -= b->bytes;
			manifest_drop(&next, b->id);
		}
	}
	if (next.blocks == had) {
		manifest_free(&next);
		return 0;
	}
	return store_commit(st, &next, e);
}
