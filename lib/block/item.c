#include "block/format.h"
#include "codec/crc.h"
#include "codec/work.h"
#include "codec/zstd.h"

/* One piece: its sizes in the head, its bytes in the body. level 0: plain. */
static void
put_piece(struct buf *head, struct buf *body, struct str piece, int level)
{
	size_t was = body->n;
	bool packed = level != 0 && zstd_pack(body, piece, level);

	buf_varint(head, (uint64_t)piece.n << 1 | packed);
	if (packed)
		buf_varint(head, body->n - was);
	else
		buf_adds(body, piece);
}

/*
 * Pieces by the cuts; false when none of them got shorter. Their bytes are in
 * *packed, which is this thread's.
 */
static bool
put_pieces(struct buf *out, struct str payload, const struct cuts *cuts,
    int level, struct str *packed)
{
	struct buf *head = &work()->raw, *body = &work()->text;
	uint32_t n = cuts ? cuts->n : 0, pieces = 0;

	/* planes and lengths: several cuts */
	if (n > 2)
		level = ZSTD_SKEWED;

	buf_reset(head);
	buf_reset(body);
	for (size_t k = 0, at = 0; k <= n; k++) {
		size_t end = k < n ? cuts->at[k] : payload.n;
		bool dense = k < n && cuts->dense >> k & 1;

		if (end > at || (k == n && pieces == 0)) {
			put_piece(head, body, str_mk(payload.p + at,
			    end - at), dense ? 0 : level);
			pieces++;
		}
		at = end;
	}
	if (head->n + body->n + 1 >= payload.n)
		return false;
	buf_u8(out, ITEM_PIECES);
	buf_varint(out, pieces);
	buf_adds(out, buf_str(head));
	*packed = buf_str(body);
	return true;
}

uint32_t
item_begin(struct buf *out, struct str payload, const struct cuts *cuts,
    int level, struct str *body)
{
	size_t from = out->n;

	if (level == 0 || !put_pieces(out, payload, cuts, level, body)) {
		buf_u8(out, ITEM_PLAIN);
		*body = payload;
	}
	return crc32c(crc32c(0, out->p + from, out->n - from), body->p,
	    body->n);
}

uint32_t
item_put(struct buf *out, struct str payload, const struct cuts *cuts,
    int level)
{
	size_t from = out->n;
	struct str body;
	uint32_t crc = item_begin(out, payload, cuts, level, &body);

	buf_adds(out, body);
	buf_u32(out, crc);
	return (uint32_t)(out->n - from);
}

struct piece {
	size_t raw, stored;
	bool packed;
};

/* The sizes; *all is what they come to, at most ITEM_MAX. */
static int
get_head(struct cur *c, struct piece piece[CUTS_MAX + 1], uint32_t *n,
    size_t *all, struct err *e)
{
	uint64_t count = cur_varint(c);

	*all = 0;
	*n = 0;
	if (c->bad || count == 0 || count > CUTS_MAX + 1)
		return err_set(e, ERR_CORRUPT, "%llu pieces",
		    (unsigned long long)count);
	for (; *n < count; ++*n) {
		struct piece *p = &piece[*n];
		uint64_t v = cur_varint(c), stored;

		p->packed = v & 1;
		stored = p->packed ? cur_varint(c) : v >> 1;
		if (c->bad || v >> 1 > ITEM_MAX - *all || stored > ITEM_MAX)
			return err_set(e, ERR_LIMIT, "%llu bytes: over the "
			    "limit", (unsigned long long)(v >> 1));
		p->raw = (size_t)(v >> 1);
		p->stored = (size_t)stored;
		*all += p->raw;
	}
	return 0;
}

/* Whether all lie there as they are, one after the other. */
static bool
none_packed(const struct piece *piece, uint32_t n)
{
	while (n > 0 && !piece[n - 1].packed)
		n--;
	return n == 0;
}

static int
get_pieces(struct cur *c, struct arena *a, struct buf *room,
    struct str *payload, struct err *e)
{
	struct piece piece[CUTS_MAX + 1];
	uint32_t n;
	size_t all;
	char *p;

	if (get_head(c, piece, &n, &all, e) == -1)
		return -1;
	if (none_packed(piece, n) && all == cur_left(c)) {
		*payload = cur_bytes(c, all);
		return 0;
	}
	p = a ? arena_new(a, char, all) : work_room(room, all);
	*payload = str_mk(p, all);
	for (uint32_t k = 0; k < n; k++) {
		struct str s = cur_bytes(c, piece[k].stored);

		if (c->bad)
			return err_set(e, ERR_CORRUPT, "pieces: cut short");
		if (!piece[k].packed && s.n > 0)
			memcpy(p, s.p, s.n);
		else if (piece[k].packed &&
		    zstd_unpack(p, piece[k].raw, s, e) == -1)
			return -1;
		p += piece[k].raw;
	}
	if (cur_left(c) > 0)
		return err_set(e, ERR_CORRUPT, "pieces: more than there "
		    "should be");
	return 0;
}

int
item_get(struct str in, struct arena *a, struct buf *room,
    struct str *payload, struct err *e)
{
	struct cur c;
	uint8_t mode;

	if (in.n < 5)
		return err_set(e, ERR_CORRUPT, "cut short");
	if (crc32c(0, in.p, in.n - 4) != load32(in.p + in.n - 4))
		return err_set(e, ERR_CORRUPT, "checksum does not match");
	c = cur_of(str_mk(in.p, in.n - 4));
	mode = cur_u8(&c);
	if (mode == ITEM_PIECES)
		return get_pieces(&c, a, room, payload, e);
	if (mode != ITEM_PLAIN)
		return err_set(e, ERR_CORRUPT, "mode %u: unknown", mode);
	*payload = cur_bytes(&c, cur_left(&c));
	return 0;
}
