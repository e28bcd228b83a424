#include "record/foreign.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/sys.h"

#define CHUNK ((size_t)256 << 10)
#define PROFILES S("{\"profilesData\"")

struct foreign {
	int fd;
	bool own, eof, failed;
	enum framing framing;
	char *name;
	struct buf b;
	size_t at;		/* unread: b.p[at .. b.n) */
	size_t looked;		/* of those, without a newline */
	uint64_t off;		/* of b.p[at] */
};

struct foreign *
foreign_open(const char *path, enum framing framing, struct err *e)
{
	struct foreign *f = xcalloc(1, sizeof *f);
	const char *name = strcmp(path, "-") == 0 ? "stdin" : path;

	f->framing = framing;
	f->name = strcpy(xmalloc(strlen(name) + 1), name);
	f->own = name == path;
	f->fd = f->own ? io_open(path, O_RDONLY, e) : STDIN_FILENO;
	if (f->fd != -1)
		return f;
	f->own = false;
	foreign_close(f);
	return NULL;
}

void
foreign_close(struct foreign *f)
{
	if (!f)
		return;
	if (f->own)
		sys_close(f->fd);
	buf_free(&f->b);
	free(f->name);
	free(f);
}

const char *
foreign_name(const struct foreign *f)
{
	return f->name;
}

static struct str
unread(const struct foreign *f)
{
	return str_mk(f->b.p + f->at, f->b.n - f->at);
}

/* More bytes, or the end of the file. */
static int
fill(struct foreign *f, struct err *e)
{
	struct str left = unread(f);
	ptrdiff_t r;

	if (f->at > 0) {
		memmove(f->b.p, left.p, left.n);
		f->b.n = left.n;
		f->at = 0;
	}
	buf_reserve(&f->b, CHUNK);
	r = io_read(f->fd, f->b.p + f->b.n, CHUNK, e);
	if (r == -1)
		return -1;
	f->b.n += (size_t)r;
	f->eof = r == 0;
	return 0;
}

/* Decided by the first bytes; FRAMING_AUTO: too few yet. */
static enum framing
tell(const struct foreign *f)
{
	struct str s = unread(f);

	if (s.n > 0 && s.p[0] == 0)
		return FRAMING_BE32;
	if (str_starts(s, S("{\"r")) || str_starts(s, PROFILES))
		return FRAMING_JSON;
	if (f->eof || s.n >= PROFILES.n ||
	    !str_starts(PROFILES, str_mk(s.p, s.n > 2 ? 2 : s.n)))
		return FRAMING_RECORD;
	return FRAMING_AUTO;
}

/*
 * Each gives 1 with the piece at the front of the unread bytes and its size
 * there, 0 when it needs more, -1.
 */
static int
line(struct foreign *f, struct str *bytes, size_t *size, struct err *e)
{
	struct str s = unread(f);
	const char *nl = s.n > f->looked ?
	    memchr(s.p + f->looked, '\n', s.n - f->looked) : NULL;

	if (!nl && s.n > FOREIGN_LINE_MAX)
		return err_set(e, ERR_LIMIT, "line over the limit of %zu bytes",
		    FOREIGN_LINE_MAX);
	f->looked = s.n;
	if (!nl && (!f->eof || s.n == 0))
		return 0;
	*bytes = str_mk(s.p, nl ? (size_t)(nl - s.p) : s.n);
	*size = bytes->n + (nl != NULL);
	f->looked = 0;
	return 1;
}

static int
be32(struct foreign *f, struct str *bytes, size_t *size, struct err *e)
{
	struct str s = unread(f);
	const uint8_t *p = (const uint8_t *)s.p;
	size_t n;

	if (s.n < 4)
		return 0;
	n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (n > REC_PAYLOAD_MAX)
		return err_set(e, ERR_LIMIT,
		    "payload of %zu bytes: over the limit of %zu", n,
		    REC_PAYLOAD_MAX);
	if (n > s.n - 4)
		return 0;
	*bytes = str_mk(s.p + 4, n);
	*size = n + 4;
	return 1;
}

static int
take(struct foreign *f, struct str *bytes, size_t *size, struct err *e)
{
	if (f->framing == FRAMING_AUTO)
		f->framing = tell(f);
	switch (f->framing) {
	case FRAMING_JSON: return line(f, bytes, size, e);
	case FRAMING_BE32: return be32(f, bytes, size, e);
	case FRAMING_RECORD:
		return unread(f).n == 0 ? 0 :
		    rec_frame(unread(f), bytes, size, e);
	default: return 0;
	}
}

static int
fail(struct foreign *f, struct err *e)
{
	f->failed = true;
	return err_in(e, "%s:%llu", f->name, (unsigned long long)f->off);
}

int
foreign_next(struct foreign *f, struct piece *piece, struct err *e)
{
	size_t size;
	int r;

	if (f->failed)
		return err_set(e, ERR_CORRUPT, "%s: unreadable from here on",
		    f->name);
	while ((r = take(f, &piece->bytes, &size, e)) == 0) {
		if (f->eof && unread(f).n == 0)
			return 0;
		if (f->eof) {
			err_set(e, ERR_CORRUPT, "cut short: %zu bytes are left",
			    unread(f).n);
			return fail(f, e);
		}
		if (fill(f, e) == -1)
			return fail(f, e);
	}
	if (r == -1)
		return fail(f, e);
	piece->framing = f->framing;
	piece->off = f->off;
	f->at += size;
	f->off += size;
	return 1;
}
