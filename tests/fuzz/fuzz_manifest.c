/* What decodes encodes to the same bytes, of a former version to others. */
#include <stdlib.h>
#include <string.h>

#include "codec/crc.h"
#include "store/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
one(const char *p, size_t n)
{
	struct manifest m;
	struct buf b = { 0 };

	if (manifest_decode(&m, str_mk(p, n), NULL) == -1)
		return;
	manifest_encode(&m, &b);
	if (load32(p + 8) != MANIFEST_VERSION)
		b.n = 0;
	/* a varint may be longer than it need be: then all else is the same */
	if (b.n > n || (b.n == n && memcmp(b.p, p, n) != 0))
		die("another manifest comes back");
	manifest_free(&m);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	one((const char *)p, n);
	if (n < 16)
		return 0;
	/* and with the checksum right, so that the rest is reached */
	char *c = xmalloc(n);
	uint32_t crc = crc32c(0, p, n - 4);

	memcpy(c, p, n - 4);
	for (size_t i = 0; i < 4; i++)
		c[n - 4 + i] = (char)(crc >> (8 * i));
	one(c, n);
	free(c);
	return 0;
}
