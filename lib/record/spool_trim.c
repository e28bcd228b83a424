/* spool_trim: what may go, and the cursors that say so. */
#include "record/spoolint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>

#include "base/io.h"
#include "base/num.h"
#include "base/sys.h"
#include "base/time.h"
#include "codec/crc.h"

#define CURSOR_MAX	256	/* bytes of a cursor's file */
#define CURSOR_NAME_MAX	64

static bool
name_ok(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= CURSOR_NAME_MAX && name[0] != '.' &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0' &&
	    !str_ends(str_of(name), S(".tmp"));
}

static char *
cursor_path(struct arena *a, const char *dir, const char *name,
    struct err *e)
{
	if (!name_ok(name)) {
		err_set(e, ERR_QUERY, "cursor name \"%s\": letters, digits, "
		    "'.', '_' and '-', at most %d", name, CURSOR_NAME_MAX);
		return NULL;
	}
	return (char *)arena_printf(a, "%s/cursors/%s", dir, name).p;
}

/* "ID SEGMENT OFFSET CRC\n": hex, decimal, decimal, hex. */
static int
parse_cursor(struct str b, struct spool_cursor *c, struct err *e)
{
	struct str line = b, id, seg, off, crc;
	uint8_t sum[4];

	if (!str_cut(&line, ' ', &id) || !str_cut(&line, ' ', &seg) ||
	    !str_cut(&line, ' ', &off) || !str_cut(&line, '\n', &crc) ||
	    line.n != 0 || str_unhex(c->id, 16, id) != 16 || id.n != 32 ||
	    !num_u64(seg, &c->segment) || !num_u64(off, &c->offset) ||
	    str_unhex(sum, 4, crc) != 4 || crc32c(0, b.p,
	    (size_t)(crc.p - b.p)) != ((uint32_t)sum[0] << 24 |
	    (uint32_t)sum[1] << 16 | (uint32_t)sum[2] << 8 | sum[3]))
		return err_set(e, ERR_CORRUPT, "damaged cursor");
	return 1;
}

int
spool_cursor_get(const char *dir, const char *name, struct spool_cursor *c,
    struct err *e)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	struct stat st;
	char *path = cursor_path(&a, dir, name, e);
	int r;

	if (!path)
		r = -1;
	else if (sys_stat(path, &st) == -1)
		r = errno == ENOENT ? 0 : err_sys(e, "%s", path);
	else if ((r = io_slurp(path, &b, CURSOR_MAX, e)) == 0 &&
	    (r = parse_cursor(buf_str(&b), c, e)) == -1)
		err_in(e, "%s", path);
	buf_free(&b);
	arena_free(&a);
	return r;
}

int
spool_cursor_set(const char *dir, const char *name,
    const struct spool_cursor *c, struct err *e)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	char *path = cursor_path(&a, dir, name, e), id[33];
	struct stat st;
	int r = path ? 0 : -1;
	char *folder = io_path(&a, dir, "cursors");

	if (r == 0 && sys_stat(folder, &st) == -1)
		r = io_mkdir(folder, e) == -1 ? -1 : io_sync_dir(dir, e);
	if (r == 0) {
		str_hex(id, c->id, 16);
		buf_addf(&b, "%s %" PRIu64 " %" PRIu64 " ", id, c->segment,
		    c->offset);
		buf_addf(&b, "%08" PRIx32 "\n", crc32c(0, b.p, b.n));
		r = io_replace(path, buf_str(&b), e);
	}
	buf_free(&b);
	arena_free(&a);
	return r;
}

int
spool_unregister(const char *dir, const char *name, struct err *e)
{
	struct arena a = { 0 };
	char *path = cursor_path(&a, dir, name, e);
	int r = path ? io_unlink(path, e) : -1;

	arena_free(&a);
	return r;
}

int
spool_cursors(const char *dir, struct arena *a, struct str **names,
    size_t *n, struct err *e)
{
	char *folder = io_path(a, dir, "cursors");
	struct stat st;
	size_t all, kept = 0;

	*n = 0;
	if (sys_stat(folder, &st) == -1)
		return errno == ENOENT ? 0 : err_sys(e, "%s", folder);
	if (io_list(folder, a, names, &all, e) == -1)
		return -1;
	for (size_t i = 0; i < all; i++)
		if (name_ok((*names)[i].p))
			(*names)[kept++] = (*names)[i];
	*n = kept;
	return 0;
}

/*
 * The segment that the slowest cursor is in: all before it are passed. 0 when
 * there is no cursor: then nobody has read anything.
 */
static int
slowest(const char *dir, uint64_t *segment, struct err *e)
{
	struct arena a = { 0 };
	struct str *names;
	size_t n;
	int r = spool_cursors(dir, &a, &names, &n, e);

	*segment = UINT64_MAX;
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct spool_cursor c = { 0 };
		int there = spool_cursor_get(dir, names[i].p, &c, e);

		if (there == -1)
			r = -1;
		else if (there == 1 && c.segment < *segment)
			*segment = c.segment;	/* 0: gone meanwhile */
	}
	if (*segment == UINT64_MAX)
		*segment = 0;
	arena_free(&a);
	return r;
}

/* Oldest first, so that what is left is always the newest. */
static int
remove_upto(const char *dir, struct spool_segment *v, size_t n,
    uint64_t *freed, struct err *e)
{
	struct arena a = { 0 };
	int r = 0;

	struct stat st;
	char *cursors = io_path(&a, dir, "cursors");

	/* a cursor's rename may not have been synced; and origins are kept */
	if (n > 0 && sys_stat(cursors, &st) == 0)
		r = io_sync_dir(cursors, e);
	if (n > 0 && r == 0)
		r = spool_origin_keep(dir, v[n - 1].no + 1, e);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = io_unlink(spool_path(&a, dir, v[i].no), e);
		if (r == 0)
			*freed += v[i].bytes;
	}
	arena_free(&a);
	return r;
}

int
spool_trim_passed(const char *dir, uint64_t newest, uint64_t min_age_ns,
    uint64_t *freed, struct err *e)
{
	struct arena a = { 0 };
	struct spool_segment *v;
	uint64_t limit, now = time_now();
	size_t n, go = 0;
	int r;

	*freed = 0;
	if (slowest(dir, &limit, e) == -1)
		return -1;
	if (limit > newest)
		limit = newest;
	r = spool_segments(dir, &a, &v, &n, e);
	while (r == 0 && go < n && v[go].no < limit &&
	    v[go].mtime <= now && now - v[go].mtime >= min_age_ns)
		go++;
	if (r == 0)
		r = remove_upto(dir, v, go, freed, e);
	arena_free(&a);
	return r;
}

int
spool_trim_oldest(const char *dir, uint64_t newest, uint64_t bytes,
    uint64_t *freed, struct err *e)
{
	struct arena a = { 0 };
	struct spool_segment *v;
	uint64_t sum = 0;
	size_t n, go = 0;
	int r = spool_segments(dir, &a, &v, &n, e);

	*freed = 0;
	while (r == 0 && go < n && v[go].no < newest && sum < bytes)
		sum += v[go++].bytes;
	if (r == 0)
		r = remove_upto(dir, v, go, freed, e);
	arena_free(&a);
	return r;
}

int
spool_trim(const char *dir, uint64_t min_age_ns, uint64_t *freed,
    struct err *e)
{
	struct arena a = { 0 };
	uint64_t newest;
	int fd = io_open(io_path(&a, dir, "lock"), O_RDWR, e), r = -1;

	*freed = 0;
	if (fd != -1 && io_lock(fd, true, e) == 0) {
		r = spool_newest(dir, &newest, e);
		if (r == 0)
			r = spool_trim_passed(dir, newest, min_age_ns, freed,
			    e);
	}
	if (fd != -1)
		sys_close(fd);
	arena_free(&a);
	return r;
}
