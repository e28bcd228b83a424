/*
 * err: what went wrong, for a person, and of which kind, for the exit status.
 *
 * Who sees the fault says what and why with err_set or err_sys; a caller on
 * the way out may put where in front with err_in. All return -1, so that
 * `return err_set(...)` reads well. A NULL err is allowed and keeps nothing.
 * Messages are lower case, without a full stop.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

enum err_kind {
	ERR_NONE,
	ERR_SYS,	/* a system call failed: sys holds errno; exit 1 */
	ERR_CORRUPT,	/* the bytes are not what they should be; exit 1 */
	ERR_LIMIT,	/* over a named limit; exit 1 */
	ERR_QUERY,	/* asked wrongly; exit 2 */
	ERR_AGAIN,	/* not now: locked, full, far side away; exit 75 */
	ERR_CANCEL,	/* the user interrupted; exit 130 */
};

struct err {
	enum err_kind kind;
	int sys;
	char msg[512];
};

int err_set(struct err *, enum err_kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "WHAT: strerror(errno)", keeps errno. */
int err_sys(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Puts "WHERE: " in front of the message. */
int err_in(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
#ifdef __clang_analyzer__	/* which does not look into err.c */
#define err_set(...)	((err_set)(__VA_ARGS__), -1)
#define err_sys(...)	((err_sys)(__VA_ARGS__), -1)
#define err_in(...)	((err_in)(__VA_ARGS__), -1)
#endif
/* The exit status that goes with the kind: 1, 2, 75 or 130. */
int err_status(const struct err *);

/* Memory is out, or we broke our own promise: says so and stops (status 1). */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);	/* n * size, checked */

#endif
