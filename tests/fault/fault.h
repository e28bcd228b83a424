/*
 * fault: the twin of lib/base/sys.c, which fails and forgets.
 *
 * A test links tests/fault/sys.c in place of base/sys.c and names a folder of
 * its own (an absolute path). Calls on files in it go through to the real
 * ones, and beside them the twin keeps what a disk would have after a power
 * cut: file contents as of their last fsync or fdatasync, names as of the last
 * fsync of their folder. Files elsewhere are left alone, and not counted.
 *
 *	fault_root(dir);
 *	run();
 *	n = fault_calls();
 *	for (i = 1; i <= n; i++) {
 *		fault_clear();			// the folder empty again
 *		fault_cut(i, seed);
 *		run();				// fails somewhere on its way
 *		fault_power();			// now only what was durable
 *		check();
 *	}
 *
 * A failed fsync behaves as Linux's does: what it should have written is
 * never written by a later one, though reads still see it.
 */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

#include <stdbool.h>

/* Begin: what is in the folder now is durable, nothing fails, 0 calls. */
void fault_root(const char *dir);
/* Empties the folder, durably; then as fault_root. */
void fault_clear(void);
/* The n-th call from now on (1: the next) fails with err, once. 0: none. */
void fault_fail(unsigned long n, int err);
/* As fault_fail, and all calls after it fail, too (a disk gone, or full). */
void fault_fail_on(unsigned long n, int err);
/* The n-th call from now on writes half, if it is a write at all. */
void fault_short(unsigned long n);
/*
 * The n-th call from now on does not happen, nor does any after it: they fail
 * with EIO. Seed 0: all that was not synced is lost. Else of what was not
 * synced some is kept, as the seed says: names, writes, parts of writes.
 */
void fault_cut(unsigned long n, unsigned seed);
bool fault_off(void);		/* the power is cut */
/* The folder becomes what a machine coming up again finds: another boot. */
void fault_power(void);
unsigned long fault_calls(void);	/* since fault_root, _clear, _power */
const char *fault_what(void);	/* the call that failed last, for messages */

#endif
