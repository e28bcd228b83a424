/* frames: rows for a block, made up. */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include <stdio.h>

#include "block/block.h"

static inline uint64_t
rnd(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	return *s ^= *s << 17;
}

/* Columns of every type and of many shapes, with and without nulls. */
static inline void
fill(struct frame *f, unsigned table, uint32_t rows, uint64_t seed)
{
	struct { const char *name; enum vec_type t; } kind[] = {
		{ "int", VEC_INT }, { "time", VEC_INT }, { "f", VEC_F64 },
		{ "bool", VEC_BOOL }, { "few", VEC_STR }, { "many", VEC_STR },
		{ "any", VEC_ANY }, { "id8", VEC_FIX8 }, { "id16", VEC_FIX16 },
		{ "big", VEC_STR }, { "dec", VEC_F64 },
	};

	for (unsigned k = 0; k < sizeof kind / sizeof *kind; k++)
		for (unsigned sparse = 0; sparse < 3; sparse++) {
			char name[32], text[600];
			uint32_t c;

			sprintf(name, "%s%u", kind[k].name, sparse);
			c = frame_col(f, table, str_of(name), kind[k].t);
			for (uint32_t r = 0; r < rows; r++) {
				uint64_t x = rnd(&seed);
				double d = (double)(x % 1000000) / 7;
				uint8_t id[16];

				if ((sparse == 1 && x % 8 == 0) ||
				    (sparse == 2 && x % 200 != 0))
					continue;
				x = rnd(&seed);
				memcpy(id, &x, 8);
				memcpy(id + 8, &x, 8);
				switch (kind[k].t) {
				case VEC_INT:
					frame_int(f, c, r, k == 1 ?
					    (int64_t)(r * 1000 + x % 900) :
					    (int64_t)(x >> x % 64));
					break;
				case VEC_BOOL: frame_int(f, c, r, x & 1); break;
				case VEC_F64:
					frame_f64(f, c, r, k == 10 ?
					    (double)(x % 5000) / 100 : d);
					break;
				case VEC_FIX8: case VEC_FIX16:
					frame_fix(f, c, r, id);
					break;
				default:
					sprintf(text, k == 4 ? "few-%02u" :
					    k == 9 ? "a longer one %040u" :
					    "%u", (unsigned)(x % (k == 4 ? 20 :
					    100000)));
					frame_str(f, c, r, str_of(text));
				}
			}
		}
	frame_rows(f, table, rows);
}

#endif
