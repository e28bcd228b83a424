#include "net/fresh.h"

#include <string.h>

#include "base/io.h"
#include "base/sys.h"
#include "base/time.h"

#define FILE_MAX	((size_t)1 << 20)
#define NS(t)		((long long)(t).tv_sec * 1000000000 + (t).tv_nsec)

bool
fresh_due(uint64_t *looked)
{
	uint64_t now = time_mono();

	if (*looked > 0 && now - *looked < NS_S)
		return false;
	*looked = now;
	return true;
}

bool
fresh_changed(struct fresh *f)
{
	long long now[5] = { 0 };
	struct stat st;
	bool changed;

	if (!f->path)
		return false;
	if (sys_stat(f->path, &st) == 0) {
		now[0] = (long long)st.st_dev;
		now[1] = (long long)st.st_ino;
		now[2] = (long long)st.st_size;
		now[3] = NS(st.st_mtim);
		now[4] = NS(st.st_ctim);
	}
	changed = memcmp(now, f->seen, sizeof now) != 0;
	memcpy(f->seen, now, sizeof now);
	return changed;
}

int
fresh_read(const struct fresh *f, struct buf *b, struct err *e)
{
	return io_slurp(f->path, b, FILE_MAX, e);
}
