/* crc: CRC-32C (Castagnoli), in hardware where the processor has it. */
#ifndef CODEC_CRC_H
#define CODEC_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Start with 0; feed the result to go on. */
uint32_t crc32c(uint32_t crc, const void *p, size_t n);
/* The same without hardware. */
uint32_t crc32c_plain(uint32_t crc, const void *p, size_t n);

#endif
