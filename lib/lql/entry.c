#include "lql/entry.h"

#include <stdlib.h>

#include "lql/level.h"
#include "lql/pipe.h"

static struct lql_label_at *
find(const struct lql_entry *en, struct str name)
{
	for (uint32_t i = 0; i < en->n; i++)
		if (str_eq(en->label[i].name, name))
			return &en->label[i];
	return NULL;
}

static bool
of_stream(const struct lql_entry *en, struct str name)
{
	for (uint32_t i = 0; i < en->nbase; i++)
		if (str_eq(en->base[i].name, name))
			return true;
	return false;
}

static struct str
extracted(struct lql_entry *en, struct str name)
{
	return arena_printf(en->mem, "%.*s_extracted", PS(name));
}

void
entry_begin(struct lql_entry *en, struct str line,
    const struct log_pair *stream, uint32_t nstream,
    const struct log_pair *meta, uint32_t nmeta, struct arena *mem)
{
	*en = (struct lql_entry){ .mem = mem, .line = line, .base = stream,
		.nbase = nstream, .came = meta, .ncame = nmeta, .raw = line };
	for (uint32_t i = 0; i < nstream; i++)
		entry_set(en, stream[i].name, stream[i].value, LQL_STREAM);
	for (uint32_t i = 0; i < nmeta; i++) {
		struct str name = meta[i].name;

		if (str_eq(name, S("__error__")))
			en->error = meta[i].value;
		else if (str_eq(name, S("__error_details__")))
			en->details = meta[i].value;
		else
			entry_set(en, of_stream(en, name) ?
			    extracted(en, name) : name, str_eq(name,
			    LEVEL_NAME) ? level_normal(meta[i].value) :
			    meta[i].value, LQL_META);
	}
}

static struct str
hidden(const struct lql_entry *en, struct str name)
{
	struct str id = { NULL, 0 };
	char *hex;

	if (str_eq(name, S("trace_id")))
		id = en->trace;
	else if (str_eq(name, S("span_id")))
		id = en->span;
	else if (en->severity > 0 && str_eq(name, S("severity_number")))
		return arena_printf(en->mem, "%u", en->severity);
	if (id.n == 0)
		return (struct str){ NULL, 0 };
	hex = arena_new(en->mem, char, id.n * 2 + 1);
	str_hex(hex, id.p, id.n);
	return str_mk(hex, id.n * 2);
}

static struct str
level(const struct lql_entry *en)
{
	const struct level_line l = { en->base, en->came, en->nbase,
		en->ncame, hidden(en, S("severity_number")), en->raw };

	return level_detect(&l, en->mem);
}

struct str
entry_get(const struct lql_entry *en, struct str name)
{
	const struct lql_label_at *l;

	if (str_eq(name, S("__error__")))
		return en->error;
	l = find(en, name);
	if (l)
		return l->value;
	if (str_eq(name, LEVEL_NAME))
		return level(en);
	return hidden(en, name);
}

void
entry_set(struct lql_entry *en, struct str name, struct str value,
    enum lql_kind kind)
{
	struct lql_label_at *l = find(en, name);

	if (!l) {
		if (en->n == en->cap) {
			en->label = arena_grow(en->mem, en->label, en->n,
			    en->cap * 2 + 16, sizeof *en->label);
			en->cap = en->cap * 2 + 16;
		}
		l = &en->label[en->n++];
	}
	*l = (struct lql_label_at){ name, value.p ? value : S(""), kind };
}

void
entry_delete(struct lql_entry *en, struct str name)
{
	struct lql_label_at *l = find(en, name);

	if (l)
		*l = en->label[--en->n];
}

static bool
saw(const struct lql_entry *en, uint32_t n, struct str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(en->seen[i], name))
			return true;
	return false;
}

void
entry_saw(struct lql_entry *en, struct str name)
{
	if (en->nseen == en->cap_seen) {
		en->seen = arena_grow(en->mem, en->seen, en->nseen,
		    en->cap_seen * 2 + 16, sizeof *en->seen);
		en->cap_seen = en->cap_seen * 2 + 16;
	}
	en->seen[en->nseen++] = name;
}

void
entry_error(struct lql_entry *en, const char *error, struct str details)
{
	en->error = str_of(error);
	en->details = details;
}

void
entry_unparsed(struct lql_entry *en, const char *error, struct str details)
{
	entry_error(en, error, details);
	if (en->wants && en->wants->errors)
		entry_set(en, S("__preserve_error__"), S("true"), LQL_PARSED);
}

static bool
wanted(const struct lql_wants *w, struct str name)
{
	for (uint32_t i = 0; i < w->n; i++)
		if (str_eq(w->name[i], name))
			return true;
	return false;
}

bool
entry_enough(const struct lql_entry *en)
{
	return en->wants && !en->wants->all && en->nfound == en->wants->n;
}

bool
entry_extract_last(struct lql_entry *en, uint32_t nseen, struct str name,
    struct str value)
{
	struct lql_label_at *l = find(en, name);

	if (of_stream(en, name) || (l && l->kind == LQL_META))
		name = extracted(en, name);
	if ((en->wants && !en->wants->all && !wanted(en->wants, name)) ||
	    saw(en, nseen, name))
		return true;
	en->nfound += en->wants && !saw(en, en->nseen, name);
	entry_saw(en, name);
	entry_set(en, name, value, LQL_PARSED);
	return pipe_takes(en, name);
}

bool
entry_extract(struct lql_entry *en, struct str name, struct str value)
{
	return entry_extract_last(en, en->nseen, name, value);
}

void
entry_name(struct buf *b, struct str key, bool first)
{
	key = str_trim(key);
	if (first && key.n > 0 && key.p[0] >= '0' && key.p[0] <= '9')
		buf_u8(b, '_');
	for (size_t i = 0; i < key.n;) {
		char c = key.p[i];
		unsigned n = str_utf8(str_skip(key, i));

		if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' &&
		    (c | 32) <= 'z'))
			buf_u8(b, (uint8_t)c);
		else
			buf_u8(b, '_');
		i += n > 1 ? n : 1;
	}
}

struct str
entry_clean(struct lql_entry *en, struct str s)
{
	char *out = arena_new(en->mem, char, s.n);
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		unsigned k = str_utf8(str_skip(s, i));

		if (k == 0 || (k == 3 && memcmp(s.p + i, "\xef\xbf\xbd",
		    3) == 0))
			out[n++] = ' ';
		else
			for (unsigned j = 0; j < k; j++)
				out[n++] = s.p[i + j];
		i += k > 0 ? k : 1;
	}
	return str_mk(out, n);
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(((const struct log_pair *)a)->name,
	    ((const struct log_pair *)b)->name);
}

uint32_t
entry_labels(const struct lql_entry *en, enum lql_kind kind,
    struct log_pair **out)
{
	struct log_pair *v = arena_new(en->mem, struct log_pair, en->n + 2);
	uint32_t n = 0;

	for (uint32_t i = 0; i < en->n; i++)
		if (en->label[i].kind == kind)
			v[n++] = (struct log_pair){ en->label[i].name,
				en->label[i].value };
	/* details without an error show beside other labels: section 8 */
	if (kind == LQL_PARSED && en->details.n > 0 &&
	    (en->error.n > 0 || n > 0))
		v[n++] = (struct log_pair){ S("__error_details__"),
			en->details };
	if (kind == LQL_PARSED && en->error.n > 0)
		v[n++] = (struct log_pair){ S("__error__"), en->error };
	if (n > 1)
		qsort(v, n, sizeof *v, by_name);
	*out = v;
	return n;
}
