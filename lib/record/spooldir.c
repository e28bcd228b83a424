#include "record/spooldir.h"

#include <errno.h>

#include "base/cur.h"
#include "base/io.h"
#include "base/num.h"
#include "base/sys.h"
#include "codec/crc.h"

#define DIGITS	16	/* of a segment's name */
#define MAGIC	UINT32_C(0x31534f01)	/* 01 "OS1" */

char *
spool_path(struct arena *a, const char *dir, uint64_t segment)
{
	return (char *)arena_printf(a, "%s/%0*llu.rec", dir, DIGITS,
	    (unsigned long long)segment).p;
}

/* The number in a segment's name, 0 when it is none. */
static uint64_t
number(struct str name)
{
	uint64_t no;

	if (name.n != DIGITS + 4 || !str_ends(name, S(".rec")) ||
	    !num_u64(str_mk(name.p, DIGITS), &no))
		return 0;
	return no;
}

int
spool_segments(const char *dir, struct arena *a, struct spool_segment **v,
    size_t *n, struct err *e)
{
	struct str *names;
	size_t count;

	*n = 0;
	if (io_list(dir, a, &names, &count, e) == -1)
		return -1;
	*v = arena_new(a, struct spool_segment, count + 1);
	for (size_t i = 0; i < count; i++) {
		uint64_t no = number(names[i]);
		struct stat st;

		if (no == 0)
			continue;
		if (sys_stat(spool_path(a, dir, no), &st) == -1) {
			if (errno == ENOENT)
				continue;	/* trimmed meanwhile */
			return err_sys(e, "%s", names[i].p);
		}
		(*v)[(*n)++] = (struct spool_segment){ no,
		    (uint64_t)st.st_size,
		    (uint64_t)st.st_mtim.tv_sec * UINT64_C(1000000000) +
		    (uint64_t)st.st_mtim.tv_nsec };
	}
	return 0;
}

int
spool_newest(const char *dir, uint64_t *newest, struct err *e)
{
	struct arena a = { 0 };
	struct str *names;
	size_t n;
	int r = io_list(dir, &a, &names, &n, e);

	*newest = 0;
	for (size_t i = 0; r == 0 && i < n; i++)
		if (number(names[i]) > *newest)
			*newest = number(names[i]);
	arena_free(&a);
	return r;
}

int
spool_following(const char *dir, uint64_t after, uint64_t *no, struct err *e)
{
	struct arena a = { 0 };
	struct str *names;
	struct stat st;
	size_t n;
	int r = 0;

	*no = after + 1;
	if (after > 0 && sys_stat(spool_path(&a, dir, *no), &st) == 0)
		goto out;
	*no = 0;
	r = io_list(dir, &a, &names, &n, e);
	for (size_t i = 0; r == 0 && i < n && *no == 0; i++)
		if (number(names[i]) > after)
			*no = number(names[i]);	/* they are sorted */
out:
	arena_free(&a);
	return r;
}

int
spool_head_read(int fd, struct spool_head *h, struct err *e)
{
	uint8_t b[SPOOL_LOCK_SIZE];
	struct cur c = cur_of(str_mk(b, sizeof b));
	ssize_t r;

	do
		r = sys_pread(fd, b, sizeof b, 0);
	while (r == -1 && errno == EINTR);
	if (r == -1)
		return err_sys(e, "lock: read");
	if (r < 4)
		return 0;
	if (load32(b) != MAGIC && (load32(b) & 0xffffff) ==
	    (MAGIC & 0xffffff) && b[3] > '1' && b[3] <= '9')
		return err_set(e, ERR_CORRUPT,
		    "lock: version %c of the spool is newer than this program",
		    b[3]);
	if (r != sizeof b || cur_u32(&c) != MAGIC)
		return 0;
	h->segment = cur_u64(&c);
	h->valid = cur_u64(&c);
	memcpy(h->boot, cur_bytes(&c, sizeof h->boot).p, sizeof h->boot);
	return cur_u32(&c) == crc32c(0, b, sizeof b - 4);
}

int
spool_head_write(int fd, const struct spool_head *h, struct err *e)
{
	char bytes[SPOOL_LOCK_SIZE + 32];	/* buf keeps to what it has */
	struct buf b = { bytes, 0, sizeof bytes };

	buf_u32(&b, MAGIC);
	buf_u64(&b, h->segment);
	buf_u64(&b, h->valid);
	buf_add(&b, h->boot, sizeof h->boot);
	buf_u32(&b, crc32c(0, b.p, b.n));
	return io_pwrite(fd, b.p, b.n, 0, e) == -1 ? err_in(e, "lock") : 0;
}

void
spool_boot(uint8_t boot[16])
{
	struct buf b = { 0 };
	char hex[32];
	size_t n = 0;

	memset(boot, 0, 16);
	if (io_slurp("/proc/sys/kernel/random/boot_id", &b, 64, NULL) == 0)
		for (size_t i = 0; i < b.n && n < sizeof hex; i++)
			if (b.p[i] != '-')
				hex[n++] = b.p[i];
	str_unhex(boot, 16, str_mk(hex, n));
	buf_free(&b);
}

int
spool_id_read(const char *dir, uint8_t id[16], struct err *e)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	struct stat st;
	char *path = io_path(&a, dir, "ID");
	int r = 1;

	if (sys_stat(path, &st) == -1)
		r = errno == ENOENT || errno == ENOTDIR ? 0 :
		    err_sys(e, "%s", path);
	else if (io_slurp(path, &b, 64, e) == -1)
		r = -1;
	else if (b.n != 16)
		r = err_set(e, ERR_CORRUPT, "%s: %zu bytes, not 16", path,
		    b.n);
	else
		memcpy(id, b.p, 16);
	buf_free(&b);
	arena_free(&a);
	return r;
}

bool
spool_is(const char *path)
{
	uint8_t id[16];

	return spool_id_read(path, id, NULL) == 1;
}
