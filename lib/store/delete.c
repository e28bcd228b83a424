/*
 * delete: taking a delete down, and carrying it out.
 *
 * Once it is in the manifest no reader gives its items out. It concerns what
 * was acknowledged before it was asked for, so all of that is sealed first.
 */
#include "base/err.h"
#include "store/deletes.h"
#include "store/writer.h"

const char *
store_delete_arg(const struct store_delete *d, struct arena *a)
{
	struct buf b = { 0 };
	char *hex;

	delete_put(&b, d);
	hex = arena_new(a, char, b.n * 2 + 1);
	str_hex(hex, b.p, b.n);
	buf_free(&b);
	return hex;
}

static int
parse(const struct store *st, const char *arg, struct arena *a,
    struct store_delete *d, struct err *e)
{
	size_t n = strlen(arg) / 2;
	char *bytes = arena_new(a, char, n + 1);
	struct cur c;

	if (str_unhex(bytes, n, str_of(arg)) != (ptrdiff_t)n)
		return err_set(e, ERR_QUERY, "delete: not in hex");
	c = cur_of(str_mk(bytes, n));
	if (delete_get(&c, a, d, e) == -1 || cur_left(&c) > 0)
		return err_set(e, ERR_QUERY, "delete: not well formed");
	if (!st->kind->delete_check)
		return err_set(e, ERR_QUERY, "%s cannot be deleted",
		    st->kind->name);
	return st->kind->delete_check(d->what, e);
}

/* The number follows from its place. */
static int
take_down(struct store *st, struct store_delete d, struct err *e)
{
	struct manifest next;

	if (st->man.deletes == MANIFEST_DELETES_MAX)
		return err_set(e, ERR_LIMIT, "%u deletes are not carried out "
		    "yet: no more", MANIFEST_DELETES_MAX);
	manifest_copy(&next, &st->man, 0);
	d.no = next.next_delete++;
	d.tenant = arena_str(&next.mem, d.tenant);
	d.what = arena_str(&next.mem, d.what);
	d.text = arena_str(&next.mem, d.text);
	next.delete[next.deletes++] = d;
	return store_commit(st, &next, e);
}

int
store_delete(struct store *st, const char *arg, struct err *e)
{
	struct arena a = { 0 };
	struct store_taken sum = { 0 };
	struct store_delete d;
	bool alone = !st->in.reader && !st->bulk;
	int r = parse(st, arg, &a, &d, e);

	if (r == 0)
		r = alone ? store_catch_up(st, e) : store_seal(st, &sum, e);
	if (r == 0)
		r = take_down(st, d, e);
	if (r == 0 && alone)
		r = store_clean(st, true, e);
	arena_free(&a);
	return r;
}

/* Whether the block has something that goes: 1, 0, -1; 2: it does not open. */
static int
has_any(struct store *st, const struct manifest_block *b, struct err *e)
{
	struct arena a = { 0 };
	struct store_block sb = { .block = store_live(st, b) };
	int r = 0;

	sb.del = deletes_of(&st->man, b, &a, &sb.ndel);
	if (sb.ndel > 0 && !sb.block) {
		r = 2;
	} else if (sb.ndel > 0) {
		sb.info = block_info(sb.block);
		r = st->kind->delete_any(&sb, e);
	}
	arena_free(&a);
	return r;
}

/*
 * Marks blocks that have nothing to lose as clean, and gives those that have
 * (copies of their entries, in the arena): all, or just the first.
 */
static int
find_dirty(struct store *st, bool all, struct arena *a,
    struct manifest_block **dirty, uint32_t *n, struct err *e)
{
	struct manifest next;
	bool marked = false;
	int r = 0;

	manifest_copy(&next, &st->man, 0);
	*dirty = arena_new(a, struct manifest_block, (size_t)next.blocks + 1);
	*n = 0;
	for (uint32_t i = 0; i < next.blocks && (all || *n == 0); i++) {
		struct manifest_block *b = &next.block[i];

		if (b->cleaned == next.next_delete)
			continue;
		if ((r = has_any(st, b, e)) == -1)
			break;
		if (r == 0) {
			b->cleaned = next.next_delete;
			marked = true;
		} else if (r == 1) {
			(*dirty)[*n] = *b;
			(*dirty)[(*n)++].tenant = arena_str(a, b->tenant);
		}
	}
	if (r != -1 && marked)
		return store_commit(st, &next, e);
	manifest_free(&next);
	return r == -1 ? -1 : 0;
}

int
store_clean(struct store *st, bool all, struct err *e)
{
	struct manifest_block *dirty;
	struct arena a = { 0 };
	uint32_t n;
	int r;

	if (st->man.deletes == 0)
		return store_sound(st, e);
	r = find_dirty(st, all, &a, &dirty, &n, e);
	for (uint32_t i = 0; r == 0 && i < n; i++)
		if (manifest_find(&st->man, dirty[i].id))	/* still */
			r = store_rewrite(st, &dirty[i], e);
	arena_free(&a);
	return r;
}
