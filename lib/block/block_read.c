#include <fcntl.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/io.h"
#include "block/block.h"
#include "block/blockfile.h"
#include "block/stripefile.h"
#include "codec/crc.h"

#define BLOCK_END	4096u	/* read at opening */
#define UNIT_ROOM	(4096u + 4)	/* larger units are allocated */

/* What the tail says: where the footer is. */
static int
read_tail(struct block *b, const uint8_t *t, uint32_t *n, struct err *e)
{
	if (memcmp(t + 24, BLOCK_MAGIC, 8) != 0)
		return err_set(e, ERR_CORRUPT, "not a block, or cut short");
	if (crc32c(0, t, 20) != load32(t + 20))
		return err_set(e, ERR_CORRUPT, "tail: checksum does not "
		    "match");
	b->version = load32(t + 16);
	if (b->version < 1 || b->version > BLOCK_VERSION)
		return err_set(e, ERR_CORRUPT, "version %u: not known here",
		    b->version);
	b->footer_at = load64(t);
	*n = load32(t + 8);
	if (b->footer_at < BLOCK_HEAD || *n > FOOTER_MAX || *n > b->size ||
	    b->footer_at != b->size - BLOCK_TAIL - *n)
		return err_set(e, ERR_CORRUPT, "footer: not where it should "
		    "be");
	return 0;
}

/* The end of the file at once: mostly it holds the footer, too. */
static int
read_footer(struct block *b, size_t have, struct err *e)
{
	uint8_t *tail;
	uint32_t n = 0;
	char *p, *end;

	if (b->size < BLOCK_HEAD + BLOCK_TAIL)
		return err_set(e, ERR_CORRUPT, "cut short: %llu bytes",
		    (unsigned long long)b->size);
	if (have > b->size)
		have = (size_t)b->size;
	end = arena_new(&b->mem, char, have);
	tail = (uint8_t *)end + have - BLOCK_TAIL;
	if (io_pread(b->fd, end, have, b->size - have, e) == -1 ||
	    read_tail(b, tail, &n, e) == -1)
		return -1;
	p = (char *)tail - n;
	if (n > have - BLOCK_TAIL) {
		p = arena_new(&b->mem, char, (size_t)n + 1);
		if (io_pread(b->fd, p, n, b->footer_at, e) == -1)
			return -1;
	}
	if (crc32c(0, p, n) != load32(tail + 12))
		return err_set(e, ERR_CORRUPT, "footer: checksum does not "
		    "match");
	return footer_get(str_mk(p, n), b->footer_at, &b->mem, &b->foot, e);
}

/* Where it is said to be; if it is not, as whoever knows nothing. */
static int
read_end(struct block *b, uint64_t footer_at, uint64_t size, struct err *e)
{
	b->size = size;
	if (footer_at < size && size - footer_at <= FOOTER_MAX &&
	    size - footer_at >= BLOCK_TAIL &&
	    read_footer(b, (size_t)(size - footer_at), NULL) == 0)
		return 0;
	memset(&b->foot, 0, sizeof b->foot);
	if (io_size(b->fd, &b->size, e) == -1)
		return -1;
	return read_footer(b, BLOCK_END, e);
}

struct block *
block_open(const char *path, struct err *e)
{
	return block_open_at(path, 0, 0, e);
}

struct block *
block_open_at(const char *path, uint64_t footer_at, uint64_t size,
    struct err *e)
{
	struct block *b = xcalloc(1, sizeof *b);

	b->mem.grain = BLOCK_END;	/* a store may have thousands open */
	b->path = (char *)arena_str(&b->mem, str_of(path)).p;
	b->fd = io_open(path, O_RDONLY, e);
	if (b->fd != -1 && read_end(b, footer_at, size, e) == -1) {
		err_in(e, "%s", path);
		io_close(b->fd, NULL);
		b->fd = -1;
	}
	if (b->fd == -1) {
		arena_free(&b->mem);
		free(b);
		return NULL;
	}
	return b;
}

void
block_close(struct block *b)
{
	if (!b)
		return;
	io_close(b->fd, NULL);
	arena_free(&b->mem);
	free(b);
}

const struct block_info *
block_info(const struct block *b)
{
	return &b->foot.info;
}

const char *
block_path(const struct block *b)
{
	return b->path;
}

uint64_t
block_footer_at(const struct block *b)
{
	return b->footer_at;
}

uint32_t
block_stripes(const struct block *b)
{
	return b->foot.stripes;
}

int
block_pread(struct block *b, void *p, size_t n, uint64_t at, struct err *e)
{
	return io_pread(b->fd, p, n, at, e);
}

struct stripe *
block_stripe(struct block *b, uint32_t no, struct arena *a, struct err *e)
{
	struct stripe *s;

	if (no >= b->foot.stripes) {
		err_set(e, ERR_CORRUPT, "%s: stripe %u of %u", b->path, no,
		    b->foot.stripes);
		return NULL;
	}
	s = arena_zero(a, struct stripe, 1);
	s->mem = a;
	s->block = b;
	s->no = no;
	s->at = b->foot.stripe[no].at;
	s->size = b->foot.stripe[no].size;
	if (dir_get(b->foot.stripe[no].dir, &b->foot, s->size, a, &s->dir,
	    e) == -1) {
		err_in(e, "%s: stripe %u", b->path, no);
		return NULL;
	}
	s->ncols = s->dir.cols;
	s->col = arena_new(a, const struct stripe_col *, s->ncols);
	for (uint32_t k = 0; k < s->ncols; k++)
		s->col[k] = &s->dir.col[k].col;
	return s;
}

int
stripe_bytes(struct stripe *s, struct buf *out, struct err *e)
{
	if (block_pread(s->block, buf_extend(out, s->size), s->size, s->at,
	    e) == -1)
		return err_in(e, "%s: stripe %u", s->block->path, s->no);
	return 0;
}

static const struct section_entry *
find_section(const struct block *b, struct str name)
{
	for (uint32_t k = 0; k < b->foot.sections; k++)
		if (str_eq(b->foot.section[k].name, name))
			return &b->foot.section[k];
	return NULL;
}

static int
read_range(struct block *b, const struct section_entry *s, uint64_t from,
    size_t n, char *out, struct err *e)
{
	char room[UNIT_ROOM], *unit = room;

	if (s->unit > sizeof room - 4 && s->size > sizeof room - 4)
		unit = xmalloc((size_t)(s->size < s->unit ? s->size :
		    s->unit) + 4);
	while (n > 0) {
		uint64_t no = from / s->unit, start = no * s->unit;
		size_t skip = (size_t)(from - start), all =
		    s->size - start < s->unit ? (size_t)(s->size - start) :
		    s->unit, take = n < all - skip ? n : all - skip;

		if (io_pread(b->fd, unit, all + 4, s->at + no *
		    ((uint64_t)s->unit + 4), e) == -1)
			break;
		if (crc32c(0, unit, all) != load32(unit + all)) {
			err_set(e, ERR_CORRUPT, "unit %llu: checksum does not "
			    "match", (unsigned long long)no);
			break;
		}
		memcpy(out, unit + skip, take);
		out += take;
		from += take;
		n -= take;
	}
	if (unit != room)
		free(unit);
	return n == 0 ? 0 : -1;
}

static int
in_section(const struct block *b, struct str name, struct err *e)
{
	return err_in(e, "%s: section %.*s", b->path, (int)(name.n < 100 ?
	    name.n : 100), name.p);
}

int
block_read_range(struct block *b, struct str name, uint64_t from, size_t n,
    void *out, struct err *e)
{
	const struct section_entry *s = find_section(b, name);

	if (!s)
		return 0;
	if (!s->raw || from > s->size || n > s->size - from) {
		err_set(e, ERR_CORRUPT, "%zu bytes at %llu: not there", n,
		    (unsigned long long)from);
		return in_section(b, name, e);
	}
	if (read_range(b, s, from, n, out, e) == -1)
		return in_section(b, name, e);
	return 1;
}

int
block_section_size(struct block *b, struct str name, uint64_t *size)
{
	const struct section_entry *s = find_section(b, name);

	if (!s)
		return 0;
	*size = s->size;
	return 1;
}

static int
read_item(struct block *b, const struct section_entry *s, struct arena *a,
    struct str *bytes, struct err *e)
{
	char *p = arena_new(a, char, s->stored);

	if (io_pread(b->fd, p, s->stored, s->at, e) == -1 ||
	    item_get(str_mk(p, s->stored), a, NULL, bytes, e) == -1)
		return -1;
	if (bytes->n != s->size)
		return err_set(e, ERR_CORRUPT, "%zu bytes, not %llu",
		    bytes->n, (unsigned long long)s->size);
	return 1;
}

int
block_read_section(struct block *b, struct str name, struct arena *a,
    struct str *bytes, struct err *e)
{
	const struct section_entry *s = find_section(b, name);
	int r;

	if (!s)
		return 0;
	if (s->raw) {
		char *p = arena_new(a, char, s->size + 1);

		*bytes = str_mk(p, s->size);
		r = read_range(b, s, 0, s->size, p, e) == -1 ? -1 : 1;
	} else
		r = read_item(b, s, a, bytes, e);
	return r == -1 ? in_section(b, name, e) : r;
}
