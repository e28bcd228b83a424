#include "codec/zstd.h"

#include <zstd.h>

#include "codec/work.h"

static ZSTD_CCtx *
pack_ctx(void)
{
	struct work *w = work();

	if (!w->pack) {
		w->pack = ZSTD_createCCtx();
		if (!w->pack || ZSTD_isError(ZSTD_CCtx_setParameter(w->pack,
		    ZSTD_c_dictIDFlag, 0)))
			die("out of memory: zstd");
	}
	return w->pack;
}

bool
zstd_pack(struct buf *out, struct str in, int level)
{
	ZSTD_CCtx *c = pack_ctx();
	size_t keep = in.n - in.n / (level == ZSTD_SKEWED ? 10 : 32), r;

	if (in.n < 32)
		return false;
	buf_reserve(out, ZSTD_compressBound(in.n));
	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel,
	    level == ZSTD_SKEWED ? 1 : level);
	ZSTD_CCtx_setParameter(c, ZSTD_c_minMatch,
	    level == ZSTD_SKEWED ? 7 : 0);
	r = ZSTD_compress2(c, out->p + out->n, out->cap - out->n, in.p, in.n);
	if (ZSTD_isError(r) || r >= keep)
		return false;
	out->n += r;
	return true;
}

int
zstd_unpack(void *out, size_t n, struct str in, struct err *e)
{
	struct work *w = work();
	size_t r;

	if (!w->unpack)
		w->unpack = ZSTD_createDCtx();
	if (!w->unpack)
		die("out of memory: zstd");
	if (ZSTD_getFrameContentSize(in.p, in.n) != n)
		return err_set(e, ERR_CORRUPT, "zstd frame: not of %zu bytes",
		    n);
	r = ZSTD_decompressDCtx(w->unpack, out, n, in.p, in.n);
	if (ZSTD_isError(r))
		return err_set(e, ERR_CORRUPT, "zstd frame: %s",
		    ZSTD_getErrorName(r));
	if (r != n)
		return err_set(e, ERR_CORRUPT, "zstd frame: %zu of %zu bytes",
		    r, n);
	return 0;
}
