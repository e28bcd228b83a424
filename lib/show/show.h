/*
 * show: how results look on a terminal, in the tools that print them.
 *
 * Everything appends to a buf that the tool writes; nothing here prints.
 * Telemetry is untrusted: show_text makes control characters and broken UTF-8
 * visible instead of passing them to a terminal.
 */
#ifndef SHOW_SHOW_H
#define SHOW_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/zone.h"

struct show {
	bool colour;
	unsigned width;		/* columns of the terminal */
	const struct zone *zone;	/* of times for people; NULL: UTC */
};

/* For a descriptor: colour when it is a terminal, not a dumb one, and NO_COLOR is
 * unset (or when `when` is "always"; "never"), width from it, COLUMNS, or 80 (a
 * file: no limit, 0). */
struct show show_for(int fd, const char *when);

enum show_style { SHOW_PLAIN, SHOW_BOLD, SHOW_DIM, SHOW_RED, SHOW_GREEN,
	SHOW_YELLOW, SHOW_BLUE, SHOW_MAGENTA, SHOW_CYAN,
	/* more, for names */
	SHOW_LIME, SHOW_SKY, SHOW_PINK, SHOW_AQUA, SHOW_ORANGE, SHOW_VIOLET,
	SHOW_OLIVE, SHOW_STYLES };

/* "2026-01-01 13:00:00.5", with `digits` (0 to 9) of the second, in the zone. */
char *show_time(const struct show *, char out[40], uint64_t ns,
    unsigned digits);
/* The same, and how far that is from UTC: RFC 3339. */
char *show_stamp(const struct show *, char out[40], uint64_t ns,
    unsigned digits);
/* How far the zone is ahead of UTC at that time: ns. */
int64_t show_ahead(const struct show *, uint64_t ns);

void show_on(const struct show *, struct buf *, enum show_style);
void show_off(const struct show *, struct buf *);
/* A colour that always goes with this name (services, streams). */
enum show_style show_style_of(struct str name);
/* For a log severity 0 .. 24. */
enum show_style show_style_level(uint32_t severity);

/* Safe text: C0/C1 controls as \n \t \x1b, bad UTF-8 as U+FFFD. */
void show_text(struct buf *, struct str);
/* The same of lines: newlines and tabs are as they were. */
void show_lines(struct buf *, struct str);
/* Columns the text takes (wide characters two, combining none). */
unsigned show_width(struct str);
/* At most `cols` columns of safe text, an ellipsis when cut; returns columns
 * used; pads with blanks up to `cols` when `pad`. */
unsigned show_fit(struct buf *, struct str, unsigned cols, bool pad);

/*
 * table: rows of cells, aligned when printed; columns that are right-aligned
 * are numbers. Too wide for the terminal: the widest left-aligned columns are
 * cut, and when they are short the spare columns are left out, from the right.
 */
struct show_table {
	unsigned cols;
	const char *const *head;
	uint64_t right;			/* bit per column */
	uint64_t keep;			/* never cut: of no use then */
	uint64_t spare;			/* left out where there is no room */
	struct arena mem;
	struct show_cell {
		struct str text;
		enum show_style style;
		struct str exact;	/* for programs; NULL: the text */
	} *cell;
	size_t cells, cap;
};
void show_cell(struct show_table *, struct str text, enum show_style);
void show_table(const struct show *, struct show_table *, struct buf *);

#define SHOW_COLS	64u	/* of a table */

/*
 * How the columns of a table lie, for those that come below it. Zeroed, but for
 * the least widths, it is the first one's; then it stays as it is while the
 * terminal does, or, where there is none, grows.
 */
struct show_layout {
	bool set;
	unsigned width;			/* of the terminal */
	unsigned w[SHOW_COLS];
	uint64_t gone;			/* left out */
	unsigned last;			/* the column that is not padded */
};
void show_table_below(const struct show *, struct show_table *,
    struct show_layout *, struct buf *);
void show_table_free(struct show_table *);
/* A number, which a person sees as `text`. */
void show_cell_number(struct show_table *, uint64_t n, struct str text,
    enum show_style);

/*
 * The same for programs: an object a line, the heads in small letters its keys,
 * and numbers where columns are right-aligned; RFC 4180; the first column.
 */
void show_table_json(const struct show_table *, struct buf *);
void show_table_csv(const struct show_table *, struct buf *);
void show_table_raw(const struct show_table *, struct buf *);

#endif
