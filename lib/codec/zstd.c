#include "codec/zstd.h"

#include <zstd.h>
#include <zstd_errors.h>

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

static ZSTD_DCtx *
unpack_ctx(void)
{
	struct work *w = work();

	if (!w->unpack)
		w->unpack = ZSTD_createDCtx();
	if (!w->unpack)
		die("out of memory: zstd");
	return w->unpack;
}

int
zstd_unpack(void *out, size_t n, struct str in, struct err *e)
{
	size_t r;

	if (ZSTD_getFrameContentSize(in.p, in.n) != n)
		return err_set(e, ERR_CORRUPT, "zstd frame: not of %zu bytes",
		    n);
	r = ZSTD_decompressDCtx(unpack_ctx(), out, n, in.p, in.n);
	if (ZSTD_isError(r))
		return err_set(e, ERR_CORRUPT, "zstd frame: %s",
		    ZSTD_getErrorName(r));
	if (r != n)
		return err_set(e, ERR_CORRUPT, "zstd frame: %zu of %zu bytes",
		    r, n);
	return 0;
}

size_t
zstd_claim(struct str in)
{
	uint64_t n = ZSTD_getFrameContentSize(in.p, in.n);

	/* a block of four bytes can hold 128 KiB, and no more */
	if (n == ZSTD_CONTENTSIZE_UNKNOWN || n == ZSTD_CONTENTSIZE_ERROR ||
	    n >> 15 > in.n)
		return in.n * 4;
	return (size_t)n;
}

int
zstd_inflate(struct str in, struct buf *out, size_t max, struct err *e)
{
	size_t r;

	/* no frame at all is no empty message */
	if (in.n == 0)
		return err_set(e, ERR_CORRUPT, "zstd: cut short");
	buf_reserve(out, max);
	r = ZSTD_decompressDCtx(unpack_ctx(), out->p + out->n, max, in.p,
	    in.n);
	if (ZSTD_getErrorCode(r) == ZSTD_error_dstSize_tooSmall)
		return err_set(e, ERR_LIMIT, "inflates to more than %zu bytes",
		    max);
	if (ZSTD_isError(r))
		return err_set(e, ERR_CORRUPT, "zstd: %s",
		    ZSTD_getErrorName(r));
	out->n += r;
	return 0;
}
