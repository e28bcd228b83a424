#include "trace/keys.h"

#include <stdlib.h>

#define NAME_MAX_BYTES	512u	/* a longer key gets no column */
#define NAMES_MAX	(8 * TRACE_KEYS_MAX)

void
keys_init(struct keys *k, unsigned table, char prefix)
{
	*k = (struct keys){ .table = table, .prefix = prefix, .cap = 64 };
	k->key = xcalloc(k->cap, sizeof *k->key);
}

static void
key_clear(struct key *key)
{
	for (unsigned t = 0; t <= VEC_FIX16; t++)
		key->col[t] = COL_NONE;
	key->row = 0;
}

void
keys_block(struct keys *k)
{
	if (k->names.n >= NAMES_MAX) {
		map_reset(&k->names);
		k->key[0] = (struct key){ .row = 0 };
	}
	for (uint32_t i = 0; i <= k->names.n; i++)
		k->key[i].had = 0;
	k->block = 0;
}

void
keys_frame(struct keys *k)
{
	for (uint32_t i = 0; i <= k->names.n; i++)
		key_clear(&k->key[i]);
	k->made = 0;
	k->at = 0;
}

void
keys_row(struct keys *k)
{
	k->at = 0;
}

/* The key's number, or 0 when there are too many. */
static uint32_t
look_up(struct keys *k, struct str name)
{
	bool fresh = false;
	uint32_t no;

	if (name.n > NAME_MAX_BYTES)
		return 0;
	if (k->names.n >= NAMES_MAX) {
		no = map_find(&k->names, name);
		return no == MAP_NONE ? 0 : no + 1;
	}
	no = map_add(&k->names, name, &fresh) + 1;
	if (no >= k->cap) {
		k->key = xrealloc(k->key, k->cap * 2, sizeof *k->key);
		k->cap *= 2;
	}
	if (fresh) {
		k->key[no] = (struct key){ .row = 0 };
		key_clear(&k->key[no]);
	}
	return no;
}

static bool
is_name(const struct keys *k, uint32_t no, struct str name)
{
	return no != 0 && str_eq(k->names.key[no - 1], name);
}

static uint32_t
find(struct keys *k, struct str name)
{
	uint32_t no = k->key[k->at].next[0];

	if (!is_name(k, no, name)) {
		no = k->key[k->at].next[1];
		if (!is_name(k, no, name))
			no = look_up(k, name);
		if (no != 0) {
			struct key *at = &k->key[k->at];

			at->next[1] = at->next[0];
			at->next[0] = no;
		}
	}
	k->at = no;
	return no;
}

static enum vec_type
type_of(const struct value *v)
{
	switch (v->type) {
	case VALUE_STR: return VEC_STR;
	case VALUE_BOOL: return VEC_BOOL;
	case VALUE_INT: return VEC_INT;
	case VALUE_F64: return VEC_F64;
	default: return VEC_ANY;
	}
}

static uint32_t
make(struct keys *k, struct cols *c, struct key *key, struct str name,
    enum vec_type type)
{
	char full[NAME_MAX_BYTES + 2] = { k->prefix, '.' };

	if (name.n > 0)		/* an empty one may be NULL */
		memcpy(full + 2, name.p, name.n);
	if (!needs_has(&c->needs, k->table, str_mk(full, name.n + 2)))
		return COL_SKIP;
	if (!(key->had & 1u << type)) {
		if (k->block >= TRACE_KEYS_MAX)
			return COL_NONE;
		key->had |= 1u << type;
		k->block++;
	}
	k->made++;
	return frame_col(c->f, k->table, str_mk(full, name.n + 2), type);
}

enum keys_put
keys_put(struct keys *k, struct cols *c, uint32_t row, const struct attr *a)
{
	uint32_t no = find(k, a->key), h;
	enum vec_type type = type_of(&a->value);
	struct key *key = &k->key[no];

	if (no == 0)
		return KEYS_OVER;
	if (key->row == row + 1)
		return KEYS_TWICE;
	h = key->col[type];
	if (h == COL_NONE)
		h = key->col[type] = make(k, c, key, a->key,
		    type);
	if (h == COL_NONE)
		return KEYS_OVER;
	key->row = row + 1;
	if (h == COL_SKIP)
		return KEYS_KEPT;
	switch (type) {
	case VEC_STR: frame_str(c->f, h, row, a->value.s); break;
	case VEC_BOOL:
	case VEC_INT: frame_int(c->f, h, row, a->value.i); break;
	case VEC_F64: frame_f64(c->f, h, row, a->value.f); break;
	default: frame_str(c->f, h, row, a->any); break;
	}
	return KEYS_KEPT;
}

void
keys_free(struct keys *k)
{
	map_free(&k->names);
	free(k->key);
	*k = (struct keys){ .table = k->table };
}
