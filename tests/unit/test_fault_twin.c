/* The twin forgets what was not synced, and nothing else. */
#include "fault/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "base/sys.h"
#include "folder.h"
#include "unit.h"

static char root[FOLDER_PATH];
static char path[3][64];

static char *
at(int i, const char *name)
{
	snprintf(path[i], sizeof path[i], "%s/%s", root, name);
	return path[i];
}

static int
put(const char *name, const char *text, bool sync)
{
	int fd = sys_open(at(0, name), O_RDWR | O_CREAT, 0666);
	int r = fd == -1 ? -1 : (int)sys_write(fd, text, strlen(text));

	if (fd != -1 && sync)
		r = sys_fsync(fd) == -1 ? -1 : r;
	if (fd != -1)
		sys_close(fd);
	return r;
}

static bool
holds(const char *name, const char *text)
{
	struct buf b = { 0 };
	bool same = io_slurp(at(0, name), &b, 1000, NULL) == 0 &&
	    str_eq(buf_str(&b), str_of(text));

	buf_free(&b);
	return same;
}

static void
cut(void)
{
	fault_cut(1, 0);
	CHECK(put("late", "x", false) == -1 && errno == EIO);
	CHECK(fault_off());
	fault_power();
	CHECK(!fault_off());
}

static void
test_files(void)
{
	fault_clear();
	CHECK(put("synced", "abc", true) == 3);
	CHECK(put("unsynced", "abc", false) == 3);
	CHECK(io_sync_dir(root, NULL) == 0);
	CHECK(put("nameless", "abc", true) == 3);
	CHECK(put("synced", "xyz", false) == 3);
	CHECK(holds("synced", "xyz"));
	cut();
	CHECK(holds("synced", "abc"));
	CHECK(holds("unsynced", ""));
	CHECK(access(at(0, "nameless"), F_OK) == -1);
	CHECK(put("synced", "XYZ", true) == 3);
	cut();
	CHECK(holds("synced", "XYZ"));
}

static void
test_names(void)
{
	fault_clear();
	CHECK(put("a", "1", true) == 1 && put("b", "2", true) == 1);
	CHECK(sys_mkdir(at(0, "d"), 0777) == 0);
	CHECK(sys_mkdir(at(0, "e"), 0777) == 0);
	CHECK(io_sync_dir(root, NULL) == 0);
	CHECK(sys_rename(at(0, "a"), at(1, "b")) == 0);
	CHECK(sys_link(at(0, "b"), at(1, "d/link")) == 0);
	CHECK(io_sync_dir(at(0, "d"), NULL) == 0);
	CHECK(sys_link(at(0, "b"), at(1, "e/link")) == 0);
	CHECK(sys_unlink(at(0, "b")) == 0);
	CHECK(sys_mkdir(at(0, "f"), 0777) == 0);
	cut();
	CHECK(holds("a", "1") && holds("b", "2") && holds("d/link", "1"));
	CHECK(access(at(0, "e"), F_OK) == 0);
	CHECK(access(at(0, "e/link"), F_OK) == -1);
	CHECK(access(at(0, "f"), F_OK) == -1);
	CHECK(io_replace(at(1, "b"), S("new"), NULL) == 0);
	cut();
	CHECK(holds("b", "new"));
}

static void
test_failures(void)
{
	unsigned long n;

	fault_clear();
	CHECK(put("a", "1", true) == 1);
	n = fault_calls();
	CHECK(n == 3);			/* open, write, fsync */
	CHECK(io_sync_dir(root, NULL) == 0);
	for (unsigned long i = 1; i <= n; i++) {
		fault_fail(i, ENOSPC);
		CHECK(put("a", "2", true) == -1 && errno == ENOSPC);
		CHECK(put("b", "2", false) == 1);	/* once only */
	}
	/* what a failed sync lost is lost, whatever a later one says */
	CHECK(holds("a", "2"));
	int fd = sys_open(at(0, "a"), O_RDWR, 0);
	CHECK(sys_fsync(fd) == 0);
	sys_close(fd);
	cut();
	CHECK(holds("a", "1"));
	fault_short(2);
	CHECK(put("a", "12345678", true) == 4);
	fault_fail_on(1, EROFS);
	CHECK(put("a", "2", true) == -1 && put("a", "2", true) == -1);
	fault_fail(0, 0);
	CHECK(put("a", "2", true) == 1);
}

/* With a seed, some of it is kept: over many, both are seen. */
static void
test_some(void)
{
	unsigned kept = 0, named = 0;

	for (unsigned seed = 1; seed <= 50; seed++) {
		fault_clear();
		CHECK(put("a", "1", true) == 1);
		CHECK(io_sync_dir(root, NULL) == 0);
		CHECK(put("a", "2", false) == 1);
		CHECK(put("b", "2", true) == 1);
		fault_cut(1, seed);
		CHECK(put("c", "", false) == -1);
		fault_power();
		CHECK(holds("a", "1") || holds("a", "2"));
		kept += holds("a", "2");
		named += access(at(0, "b"), F_OK) == 0;
	}
	CHECK(kept > 5 && kept < 45 && named > 5 && named < 45);
}

int
main(void)
{
	folder_new(root, "fault_twin");
	fault_root(root);
	test_files();
	test_names();
	test_failures();
	test_some();
	fault_clear();
	CHECK(rmdir(root) == 0);
	return unit_done();
}
