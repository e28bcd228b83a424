/* vecsame: do two columns have the same in these rows? */
#ifndef TESTS_VECSAME_H
#define TESTS_VECSAME_H

#include "block/vec.h"

static inline bool
vec_same(const struct vec *a, uint32_t at, const struct vec *b, uint32_t bt)
{
	if (vec_valid(a, at) != vec_valid(b, bt))
		return false;
	if (!vec_valid(a, at))
		return !a->i || a->i[at] == 0;
	switch (a->type) {
	case VEC_INT: case VEC_BOOL: return a->i[at] == b->i[bt];
	case VEC_F64: return memcmp(&a->f[at], &b->f[bt], 8) == 0;
	case VEC_FIX8: return memcmp(a->fix + at * 8, b->fix + bt * 8, 8) == 0;
	case VEC_FIX16:
		return memcmp(a->fix + at * 16, b->fix + bt * 16, 16) == 0;
	default: return str_eq(vec_str(a, at), vec_str(b, bt));
	}
}

#endif
