#include "codec/snappy.h"

#include <assert.h>
#include <snappy-c.h>

/* A copy of 64 bytes takes three: nothing is packed denser. */
#define DENSEST 22u

void
snappy_pack(struct buf *out, struct str in)
{
	size_t n = snappy_max_compressed_length(in.n);

	assert(in.n <= UINT32_MAX);
	buf_reserve(out, n);
	if (snappy_compress(in.p, in.n, out->p + out->n, &n) != SNAPPY_OK)
		die("snappy: no room");
	out->n += n;
}

int
snappy_unpack(struct str in, struct buf *out, size_t max, struct err *e)
{
	size_t n;

	if (snappy_uncompressed_length(in.p, in.n, &n) != SNAPPY_OK)
		return err_set(e, ERR_CORRUPT, "snappy: no length");
	if (n > max)
		return err_set(e, ERR_LIMIT,
		    "snappy: unpacks to more than %zu bytes", max);
	if (n / DENSEST > in.n)
		return err_set(e, ERR_CORRUPT,
		    "snappy: %zu bytes out of %zu", n, in.n);
	buf_reserve(out, n);
	if (snappy_uncompress(in.p, in.n, out->p + out->n, &n) != SNAPPY_OK)
		return err_set(e, ERR_CORRUPT, "snappy: damaged");
	out->n += n;
	return 0;
}
