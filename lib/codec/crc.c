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
#define FAST	__attribute__((target("sse4.2,pclmul")))

/*
 * The instruction takes three cycles and may begin every one: three lanes of
 * so many bytes side by side. A lane's checksum counts for the bytes behind
 * it by a product with x^(8 * bytes - 33) modulo the polynomial, of which the
 * instruction itself does the last step.
 */
#define LANE		1024u
#define BEHIND_ONE	INT64_C(0x170076fa)	/* x^(8 * LANE - 33) */
#define BEHIND_TWO	INT64_C(0xa51b6135)	/* x^(16 * LANE - 33) */

FAST static uint64_t
crc_word(uint64_t crc, const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, 8);
	return __builtin_ia32_crc32di(crc, w);
}

FAST static uint64_t
crc_behind(uint64_t crc, int64_t x)
{
	typedef long long pair __attribute__((vector_size(16)));
	pair product = __builtin_ia32_pclmulqdq128((pair){ (long long)crc },
	    (pair){ x }, 0);

	return __builtin_ia32_crc32di(0, (uint64_t)product[0]);
}

FAST static uint32_t
crc_fast(uint32_t crc, const uint8_t *p, size_t n)
{
	uint64_t a = crc, b, c;

	for (; n >= 3 * LANE; n -= 3 * LANE, p += 2 * LANE) {
		b = c = 0;
		for (const uint8_t *end = p + LANE; p < end; p += 8) {
			a = crc_word(a, p);
			b = crc_word(b, p + LANE);
			c = crc_word(c, p + 2 * LANE);
		}
		a = crc_behind(a, BEHIND_TWO) ^ crc_behind(b, BEHIND_ONE) ^ c;
	}
	for (; n >= 8; n -= 8, p += 8)
		a = crc_word(a, p);
	for (; n > 0; n--)
		a = __builtin_ia32_crc32qi((uint32_t)a, *p++);
	return (uint32_t)a;
}

static bool
have_fast(void)
{
	return __builtin_cpu_supports("sse4.2") &&
	    __builtin_cpu_supports("pclmul");
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
