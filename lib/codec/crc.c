#include "codec/crc.h"

#include <stdbool.h>
#include <string.h>

/* the polynomial 0x82f63b78 (reflected), four bits at a time */
static const uint32_t table[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
	0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

static uint32_t
crc_plain(uint32_t crc, const uint8_t *p, size_t n)
{
	for (; n > 0; n--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
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

uint32_t
crc32c_plain(uint32_t crc, const void *p, size_t n)
{
	return ~crc_plain(~crc, p, n);
}
