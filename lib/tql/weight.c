/* How many spans one stands for, that was kept by sampling: extrapolate. */
#include "tql/part.h"

#define THRESHOLD_DIGITS	14u	/* of 56 bits, in hex */

/* The value of a key in a list: "a=1,b=2" or "a:1;b:2". */
static struct str
member(struct str list, struct str key, char between, char is)
{
	struct str rest = list, one;

	while (str_cut(&rest, between, &one)) {
		struct str value = str_trim(one), name;

		if (str_cut(&value, is, &name) && str_eq(name, key))
			return value;
	}
	return S("");
}

/*
 * 1 by the probability that a tracestate tells, "ot=th:T": T of 2^56 are
 * dropped, written without the zeros at its end. 1 when it tells none.
 */
static double
weight_of(struct str state)
{
	struct str th = member(member(state, S("ot"), ',', '='), S("th"), ';',
	    ':');
	uint64_t dropped = 0;

	if (th.n == 0 || th.n > THRESHOLD_DIGITS)
		return 1;
	for (size_t i = 0; i < THRESHOLD_DIGITS; i++) {
		char c = i < th.n ? th.p[i] : '0';
		const char *digits = "0123456789abcdef";
		const char *at = c ? strchr(digits, c) : NULL;

		if (!at)
			return 1;
		dropped = dropped << 4 | (uint64_t)(at - digits);
	}
	return 1 / (1 - (double)dropped / (double)(UINT64_C(1) << 56));
}

int
part_weigh(struct part *p, const uint64_t *sel, struct err *e)
{
	struct part_col *c = part_find(p, TR_SPAN, S("state"), VEC_STR);
	double *out, *by_code;

	if (!c)
		return 0;
	if (part_load(p, c, sel, NULL, e) == -1)
		return -1;
	out = arena_new(p->mem, double, p->rows[TR_SPAN]);
	by_code = arena_zero(p->mem, double, (size_t)c->vec.ndict + 1);
	for (uint32_t r = 0; r < p->rows[TR_SPAN]; r++) {
		uint32_t code = c->vec.code ? c->vec.code[r] : r;

		out[r] = 1;
		if (!bit_get(sel, r) || !vec_valid(&c->vec, r))
			continue;
		if (by_code[code] == 0)
			by_code[code] = weight_of(c->vec.dict[code]);
		out[r] = by_code[code];
	}
	p->weight = out;
	return 0;
}
