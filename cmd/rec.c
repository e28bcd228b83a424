/* rec: records as text, and text as records. See rec(1). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "base/time.h"
#include "base/tool.h"
#include "otlp/json.h"
#include "otlp/listing.h"
#include "record/foreign.h"
#include "record/source.h"
#include "show/show.h"

#define TABLE_ROWS	1000	/* aligned together */

static const struct tool tool = {
	.name = "rec",
	.args = "[-crv] [-i FORMAT] [-o FORMAT] [-s SIGNAL] [-n N] [FILE ...]",
	.what = "print records as text, and read text back into records",
	.opts = {
		{ 'o', "output", "FORMAT", "what to print: JSON lines by default",
		    "json|table|summary|rec" },
		{ 'i', "input", "FORMAT", "what is read: by default, told by "
		    "its first bytes", "auto|rec|json|collector" },
		{ 'r', "read-json", NULL, "read JSON lines, write records: "
		    "-i json -o rec" },
		{ 's', "signal", "SIGNAL", "only this one; files of the "
		    "collector need it", "traces|metrics|logs|profiles" },
		{ 'n', "number", "N", "stop after N records" },
		{ 'c', "count", NULL, "print records and items by signal" },
		{ 'v', "verify", NULL, "print nothing, but check everything" },
		{ 't', "tenant", "NAME", "whose the records made of text are" },
	},
};

enum form { JSON, TABLE, SUMMARY, RECORDS, COUNT, VERIFY };

struct job {
	enum form form;
	enum framing framing;
	enum signal only;
	uint64_t left;			/* records still to take */
	struct str tenant;
	int status;
	struct buf out, payload;	/* scratch of a record */
	struct show show;
	struct show_table table;
	struct tally tally[SIGNALS];
};

static int
word_in(const char *word, const char *const *words, int n, const char *what)
{
	for (int i = 0; i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	tool_usage(&tool, "%s: unknown %s", word, what);
}

static void
flush(struct job *j)
{
	if (j->out.n > 0)
		fwrite(j->out.p, 1, j->out.n, stdout);
	buf_reset(&j->out);
	if (ferror(stdout))
		exit(tool_exit(&tool, 1));
}

static void
table_flush(struct job *j)
{
	show_table(&j->show, &j->table, &j->out);
	show_table_free(&j->table);
	j->table.head = NULL;	/* said once */
	flush(j);
}

/* What -v asks of a record beyond its CRC, which the reader checked. */
static int
verify(const struct rec *rec, struct err *e)
{
	struct otlp_sum sum;

	if (otlp_check(rec->signal, rec->payload, &sum, e) == -1)
		return -1;
	if (sum.invalid > 0)
		return err_set(e, ERR_CORRUPT, "%u of %u items invalid: %s",
		    sum.invalid, sum.items, sum.why);
	if (rec->items != 0 && rec->items != sum.items)
		return err_set(e, ERR_CORRUPT, "%u items, the header says %u",
		    sum.items, rec->items);
	if (rec->min_time != 0 && sum.min_time != 0 &&
	    (rec->min_time > sum.min_time || rec->max_time < sum.max_time))
		return err_set(e, ERR_CORRUPT,
		    "items outside the header's time range");
	return 0;
}

static int
print(struct job *j, const struct rec *rec, struct err *e)
{
	int r = 0;

	if (j->form == RECORDS) {
		rec_put(&j->out, rec, rec->has_crc);
	} else if (rec->signal == SIGNAL_NONE) {
		j->tally[SIGNAL_NONE].records++;
	} else if (j->form == JSON) {
		r = otlp_to_json(rec->signal, rec->payload, &j->out, e);
		if (r == 0)
			buf_u8(&j->out, '\n');
		else
			buf_reset(&j->out);
	} else if (j->form == TABLE) {
		r = listing_payload(&j->table, signal_name(rec->signal),
		    rec->signal, rec->payload, e);
		if (j->table.cells >= TABLE_ROWS * j->table.cols)
			table_flush(j);
	} else if (j->form == VERIFY) {
		r = verify(rec, e);
	} else {
		r = tally_add(&j->tally[rec->signal], rec->signal,
		    rec->payload, j->form == SUMMARY, e);
	}
	flush(j);
	return r;
}

/* A record that is broken inside is said; the stream goes on. */
static void
take(struct job *j, const struct rec *rec, const char *name)
{
	struct err e = { 0 };

	if (j->only != SIGNAL_NONE && rec->signal != j->only)
		return;
	j->left--;
	if (print(j, rec, &e) == 0)
		return;
	err_in(&e, "%s:%llu", name, (unsigned long long)rec->off);
	j->status = tool_fail(&tool, &e);
}

/* A record around a payload that came in another framing. */
static int
wrap(struct job *j, const struct piece *piece, struct rec *rec, struct err *e)
{
	struct otlp_sum sum;
	unsigned signal = j->only;

	*rec = (struct rec){ .tenant = j->tenant, .received = time_now(),
	    .payload = piece->bytes, .off = piece->off };
	if (piece->framing == FRAMING_JSON) {
		signal = 0;
		buf_reset(&j->payload);
		if (otlp_from_json(&signal, piece->bytes, &j->payload, e) ==
		    -1)
			return -1;
		rec->payload = buf_str(&j->payload);
	} else if (signal == SIGNAL_NONE) {
		return err_set(e, ERR_QUERY, "collector files do not tell "
		    "their signal: -s does");
	}
	if (otlp_check(signal, rec->payload, &sum, e) == -1)
		return -1;
	rec->signal = (enum signal)signal;
	rec->items = sum.items;
	rec->min_time = sum.min_time;
	rec->max_time = sum.max_time;
	return 0;
}

static int
each_in_file(struct job *j, const char *path, struct err *e)
{
	struct foreign *f = foreign_open(path, j->framing, e);
	struct piece piece;
	struct rec rec;
	int r = f ? 0 : -1;

	while (f && j->left > 0 && (r = foreign_next(f, &piece, e)) == 1) {
		bool ours = piece.framing == FRAMING_RECORD;

		if (!ours && str_trim(piece.bytes).n == 0)
			continue;	/* an empty line, an empty payload */
		r = ours ? rec_parse(&rec, piece.bytes, e) :
		    wrap(j, &piece, &rec, e);
		rec.off = piece.off;
		if (r == 0) {
			take(j, &rec, foreign_name(f));
			continue;
		}
		err_in(e, "%s:%llu", foreign_name(f),
		    (unsigned long long)piece.off);
		if (piece.framing != FRAMING_JSON)
			break;
		j->status = tool_fail(&tool, e);
		r = 0;			/* the next line may do */
	}
	foreign_close(f);
	return r;
}

static int
each_in_spool(struct job *j, const char *path, struct err *e)
{
	struct source *s = source_open(path, NULL, false, e);
	const char *damage = NULL;
	struct rec rec;
	int r = s ? 0 : -1;

	while (s && j->left > 0 && (r = source_next(s, &rec, -1, -1, e)) == 1)
		take(j, &rec, path);
	if (s && spool_reader_damage(source_spool(s), &damage) > 0) {
		tool_say(&tool, "%s", damage);
		j->status = 1;
	}
	source_close(s);
	return r;
}

static void
finish(struct job *j)
{
	for (enum signal s = 0; s < SIGNALS; s++) {
		const struct tally *t = &j->tally[s];
		if (t->records == 0)
			continue;
		if (j->form == SUMMARY)
			listing_tally(&j->table, signal_name(s), t);
		else if (j->form == COUNT)
			buf_addf(&j->out, "%s\t%llu\t%llu\n", signal_name(s),
			    (unsigned long long)t->records,
			    (unsigned long long)t->items);
		tally_free(&j->tally[s]);
	}
	if (j->table.cells > 0)
		table_flush(j);
	flush(j);
	buf_free(&j->out);
	buf_free(&j->payload);
}

static void
options(struct job *j, int argc, char *argv[])
{
	static const char *const forms[] = { "json", "table", "summary", "rec" };
	static const char *const framings[FRAMINGS] = { "auto", "rec", "json",
	    "collector" };
	int c;

	while ((c = tool_opt(&tool, argc, argv)) != -1)
		switch (c) {
		case 'o':
			j->form = (enum form)word_in(optarg, forms, 4, "output");
			break;
		case 'i':
			j->framing = (enum framing)word_in(optarg, framings,
			    FRAMINGS, "input");
			break;
		case 'r':
			j->framing = FRAMING_JSON;
			j->form = RECORDS;
			break;
		case 's':
			j->only = signal_of_name(str_of(optarg));
			if (j->only == SIGNAL_NONE)
				tool_usage(&tool, "%s: unknown signal", optarg);
			break;
		case 'n':
			if (!num_u64(str_of(optarg), &j->left))
				tool_usage(&tool, "%s: not a number", optarg);
			break;
		case 'c': j->form = COUNT; break;
		case 'v': j->form = VERIFY; break;
		case 't': j->tenant = str_of(optarg); break;
		}
}

int
main(int argc, char *argv[])
{
	struct job j = { .left = UINT64_MAX };
	struct err e = { 0 };

	options(&j, argc, argv);
	j.table = j.form == TABLE ? listing_rows() : listing_tallies();
	j.show = show_for(STDOUT_FILENO, NULL);
	if (j.form == RECORDS && isatty(STDOUT_FILENO))
		tool_usage(&tool, "records are not for a terminal");
	for (char **path = tool_files(argc, argv); *path && j.left > 0; path++)
		if ((spool_is(*path) ? each_in_spool(&j, *path, &e) :
		    each_in_file(&j, *path, &e)) == -1)
			j.status = tool_fail(&tool, &e);
	finish(&j);
	return tool_exit(&tool, j.status);
}
