#include "block/format.h"
#include "codec/crc.h"
#include "codec/work.h"
#include "codec/zstd.h"

uint32_t
item_put(struct buf *out, struct str payload, int level)
{
	size_t from = out->n;

	if (level > 0) {
		buf_u8(out, ITEM_ZSTD);
		buf_varint(out, payload.n);
	}
	if (level == 0 || !zstd_pack(out, payload, level)) {
		out->n = from;
		buf_u8(out, ITEM_PLAIN);
		buf_adds(out, payload);
	}
	buf_u32(out, crc32c(0, out->p + from, out->n - from));
	return (uint32_t)(out->n - from);
}

int
item_get(struct str in, struct arena *a, struct buf *room, struct str *payload,
    struct err *e)
{
	struct cur c;
	uint8_t mode;

	if (in.n < 5)
		return err_set(e, ERR_CORRUPT, "cut short");
	c = cur_of(str_mk(in.p, in.n - 4));
	if (crc32c(0, in.p, in.n - 4) != load32(in.p + in.n - 4))
		return err_set(e, ERR_CORRUPT, "checksum does not match");
	mode = cur_u8(&c);
	if (mode >= ITEM_MODES)
		return err_set(e, ERR_CORRUPT, "mode %u: unknown", mode);
	if (mode == ITEM_ZSTD) {
		uint64_t n = cur_varint(&c);

		if (c.bad || n > ITEM_MAX)
			return err_set(e, ERR_LIMIT, "%llu bytes: over the "
			    "limit", (unsigned long long)n);
		char *p = a ? arena_new(a, char, (size_t)n) :
		    work_room(room, (size_t)n);

		*payload = str_mk(p, (size_t)n);
		return zstd_unpack(p, (size_t)n,
		    cur_bytes(&c, cur_left(&c)), e);
	}
	*payload = cur_bytes(&c, cur_left(&c));
	return 0;
}
