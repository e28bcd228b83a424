#include "record/ack.h"

#include <stdlib.h>

#include "record/spool.h"

struct ack {
	char *dir, *name;
	uint8_t id[16];
	struct spool_reader *reader;
	struct spool_cursor at;		/* of the cursor */
};

struct ack *
ack_open(const char *dir, const char *name, struct err *e)
{
	struct ack *a = xcalloc(1, sizeof *a);

	a->dir = strcpy(xmalloc(strlen(dir) + 1), dir);
	a->name = strcpy(xmalloc(strlen(name) + 1), name);
	a->reader = spool_read(dir, e);
	if (a->reader && spool_reader_id(a->reader, a->id, e) == 0 &&
	    spool_register(dir, name, e) == 0 &&
	    spool_cursor_get(dir, name, &a->at, e) == 1)
		return a;
	ack_close(a);
	return NULL;
}

struct ack *
ack_open_word(const char *word, struct err *e)
{
	const char *colon = strrchr(word, ':');
	struct arena mem = { 0 };
	struct ack *a = NULL;

	if (!colon || colon == word || colon[1] == '\0')
		err_set(e, ERR_QUERY, "\"%s\": not a SPOOL:NAME", word);
	else
		a = ack_open(arena_str(&mem, str_mk(word,
		    (size_t)(colon - word))).p, colon + 1, e);
	arena_free(&mem);
	return a;
}

static bool
passed(const struct spool_cursor *at, const struct origin *o)
{
	return at->segment != o->segment ? at->segment > o->segment :
	    at->offset > o->offset;
}

int
ack_move(struct ack *a, const struct origin *o, struct err *e)
{
	struct spool_cursor to = { .segment = o->segment,
	    .offset = o->offset };
	struct rec rec;
	int r;

	if (memcmp(o->spool, a->id, sizeof a->id) != 0 || passed(&a->at, o))
		return 0;
	memcpy(to.id, a->id, sizeof to.id);
	if (spool_seek(a->reader, &to, e) == -1)
		return -1;
	r = spool_next(a->reader, &rec, e);
	if (r == 1)
		spool_tell(a->reader, &to);
	if (r == 0 || (r == 1 && (to.segment != o->segment ||
	    rec.off != o->offset)))
		return 0;	/* dropped at the spool's bound, by now */
	if (r == -1 || spool_reader_sync(a->reader, e) == -1 ||
	    spool_cursor_set(a->dir, a->name, &to, e) == -1)
		return -1;
	a->at = to;
	return 0;
}

void
ack_close(struct ack *a)
{
	if (!a)
		return;
	spool_reader_close(a->reader);
	free(a->dir);
	free(a->name);
	free(a);
}
