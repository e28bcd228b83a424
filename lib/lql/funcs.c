#include "lql/funcs.h"

#include <stdlib.h>

const struct tmpl_func *const lql_funcs[] = { lql_text_funcs, lql_number_funcs,
	lql_time_funcs, lql_coding_funcs, lql_json_funcs, NULL };

static struct str
get(void *env, struct str name)
{
	const struct lql_scene *s = env;

	if (str_eq(name, S("__error_details__")))
		return s->en->details;
	return entry_get(s->en, name);
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(((const struct log_pair *)a)->name,
	    ((const struct log_pair *)b)->name);
}

static size_t
all(void *env, struct arena *a, const struct str **key,
    const struct tmpl_value **value)
{
	const struct lql_entry *en = ((struct lql_scene *)env)->en;
	struct log_pair *v = arena_new(a, struct log_pair, en->n + 2);
	struct str *k = arena_new(a, struct str, en->n + 2);
	struct tmpl_value *t = arena_new(a, struct tmpl_value, en->n + 2);
	size_t n = 0;

	for (uint32_t i = 0; i < en->n; i++)
		v[n++] = (struct log_pair){ en->label[i].name,
			en->label[i].value };
	if (en->error.n > 0)
		v[n++] = (struct log_pair){ S("__error__"), en->error };
	if (en->details.n > 0)
		v[n++] = (struct log_pair){ S("__error_details__"),
			en->details };
	qsort(v, n, sizeof *v, by_name);
	for (size_t i = 0; i < n; i++) {
		k[i] = v[i].name;
		t[i] = tmpl_str(v[i].value);
	}
	*key = k;
	*value = t;
	return n;
}

const struct tmpl_data lql_template_data = { get, all };
