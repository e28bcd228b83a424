/* rows: a table for programs: what show_table prints, as JSON, CSV or text. */
#include "show/json.h"
#include "show/lines.h"

static struct str
exact(const struct show_cell *c)
{
	return c->exact.p ? c->exact : c->text;
}

/* Heads are in capitals: keys and columns are not. */
static struct str
key_of(const struct show_table *t, unsigned col, char key[32])
{
	size_t n = 0;

	for (const char *p = t->head[col]; *p && n < 31; p++)
		key[n++] = *p >= 'A' && *p <= 'Z' ? (char)(*p | 32) : *p;
	return str_mk(key, n);
}

void
show_table_json(const struct show_table *t, struct buf *b)
{
	char key[32];

	for (size_t i = 0; i + t->cols <= t->cells; i += t->cols) {
		struct json j = { .b = b };

		json_open(&j, '{');
		for (unsigned c = 0; c < t->cols; c++) {
			struct str v = exact(&t->cell[i + c]);

			json_key(&j, key_of(t, c, key));
			if (t->right >> c & 1)
				json_raw(&j, v);
			else
				json_str(&j, v);
		}
		json_close(&j, '}');
		buf_u8(b, '\n');
	}
}

void
show_table_csv(const struct show_table *t, struct buf *b)
{
	char key[32];

	for (unsigned c = 0; c < t->cols; c++) {
		buf_adds(b, c > 0 ? S(",") : S(""));
		buf_adds(b, key_of(t, c, key));
	}
	buf_u8(b, '\n');
	for (size_t i = 0; i < t->cells; i += t->cols) {
		for (unsigned c = 0; c < t->cols; c++) {
			buf_adds(b, c > 0 ? S(",") : S(""));
			show_csv(b, exact(&t->cell[i + c]));
		}
		buf_u8(b, '\n');
	}
}

void
show_table_raw(const struct show_table *t, struct buf *b)
{
	for (size_t i = 0; i < t->cells; i += t->cols) {
		buf_adds(b, exact(&t->cell[i]));
		buf_u8(b, '\n');
	}
}
