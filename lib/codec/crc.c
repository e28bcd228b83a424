#include "codec/crc.h"

#include <stdbool.h>
#include <string.h>

#define POLY UINT32_C(0x82f63b78)

static uint32_t
table_entry(uint32_t i)
{
	for (int k = 0; k < 8; k++)
		i = i & 1 ? i >> 1 ^ POLY : i >> 1;
	return i;
}

static uint32_t
crc_plain(uint32_t crc, const uint8_t *p, size_t n)
{
	for (; n > 0; n--)
		crc = crc >> 8 ^ table_entry((crc ^ *p++) & 0xff);
	return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
crc_fast(uint32_t crc, const uint8_t *p, size_t n)
{
	uint64_t c = crc, w;

	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&w, p, 8);
		c = __builtin_ia32_crc32di(c, w);
	}
	for (; n > 0; n--)
		c = __builtin_ia32_crc32qi((uint32_t)c, *p++);
	return (uint32_t)c;
}

static bool
have_fast(void)
{
	return __builtin_cpu_supports("sse4.2");
}
#else
static uint32_t
crc_fast(uint32_t crc, const uint8_t *p, size_t n)
{
	return crc_plain(crc, p, n);
}

static bool
have_fast(void)
{
	return false;
}
#endif

uint32_t
crc32c(uint32_t crc, const void *p, size_t n)
{
	return ~(have_fast() ? crc_fast(~crc, p, n) : crc_plain(~crc, p, n));
}
