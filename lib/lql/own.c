#include "lql/own.h"

#include "base/num.h"
#include "lql/level.h"

static struct str
id_of(struct str hex, size_t n, struct arena *mem)
{
	char *raw = arena_new(mem, char, n);

	return hex.n == 2 * n && str_unhex(raw, n, hex) == (ptrdiff_t)n ?
	    str_mk(raw, n) : S("");
}

void
own_take(struct log_line *l, struct log_pair *v, struct arena *mem)
{
	uint32_t n = 0;
	uint64_t no;

	for (uint32_t i = 0; i < l->nmeta; i++) {
		struct str name = v[i].name, value = v[i].value;

		if (str_eq(name, S("trace_id")) && value.n == 32)
			l->trace_id = id_of(value, 16, mem);
		else if (str_eq(name, S("span_id")) && value.n == 16)
			l->span_id = id_of(value, 8, mem);
		else if (str_eq(name, S("severity_number")) &&
		    num_u64(value, &no) && no <= 24)
			l->severity = (uint32_t)no;
		else if (!str_eq(name, LEVEL_NAME))
			v[n++] = v[i];
	}
	l->meta = v;
	l->nmeta = n;
}

static void
insert(struct log_pair *v, uint32_t *n, struct str name, struct str value)
{
	uint32_t at = *n;

	for (uint32_t i = 0; i < *n; i++)
		if (str_eq(v[i].name, name))
			return;
	for (; at > 0 && str_cmp(v[at - 1].name, name) > 0; at--)
		v[at] = v[at - 1];
	v[at] = (struct log_pair){ name, value };
	++*n;
}

static struct str
hex_of(struct str id, struct arena *mem)
{
	char *hex = arena_new(mem, char, 2 * id.n + 1);

	str_hex(hex, id.p, id.n);
	return str_mk(hex, 2 * id.n);
}

const struct log_pair *
own_put(const struct log_line *l, struct arena *mem, uint32_t *n)
{
	struct log_pair *v = arena_new(mem, struct log_pair, l->nmeta + 3);

	for (*n = 0; *n < l->nmeta; ++*n)
		v[*n] = l->meta[*n];
	if (l->severity > 0)
		insert(v, n, S("severity_number"), arena_printf(mem, "%u",
		    l->severity));
	if (l->span_id.n > 0)
		insert(v, n, S("span_id"), hex_of(l->span_id, mem));
	if (l->trace_id.n > 0)
		insert(v, n, S("trace_id"), hex_of(l->trace_id, mem));
	return v;
}
