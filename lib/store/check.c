/* check: reads everything there is, and names what is wrong. */
#include "store/blocks.h"
#include "store/tail.h"

int
store_check(const char *dir, const struct store_kind *kind,
    void (*say)(void *, const char *), void *arg, struct err *e)
{
	struct tail t = { .say = say, .say_arg = arg };
	struct blocks b;
	unsigned faults = 0;

	if (blocks_open(&b, dir, kind->name, NULL, say, arg, e) == -1)
		return -1;
	faults += b.faults;
	for (size_t i = 0; i < b.n; i++) {
		unsigned bad = block_check(b.v[i].block, say, arg);

		/* what cannot be read keeps no promise either */
		if (bad == 0 && kind->check)
			bad = kind->check(b.v[i].block, say, arg);
		faults += bad;
	}
	tail_open(&t, dir, &b.man, kind->signal, NULL, NULL);
	faults += t.faults;
	tail_close(&t);
	blocks_close(&b);
	return faults > INT32_MAX ? INT32_MAX : (int)faults;
}
