#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* macros where a checker reads them; see err.h */
#undef err_set
#undef err_sys
#undef err_in

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	e->kind = kind;
	e->sys = 0;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_sys(struct err *e, const char *fmt, ...)
{
	int sys = errno;
	va_list ap;
	size_t n;

	if (!e)
		return -1;
	e->kind = ERR_SYS;
	e->sys = sys;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	snprintf(e->msg + n, sizeof e->msg - n, ": %s", strerror(sys));
	errno = sys;
	return -1;
}

int
err_in(struct err *e, const char *fmt, ...)
{
	char where[sizeof e->msg], all[2 * sizeof e->msg + 3];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	vsnprintf(where, sizeof where, fmt, ap);
	va_end(ap);
	snprintf(all, sizeof all, "%s: %s", where, e->msg);
	memcpy(e->msg, all, sizeof e->msg);
	e->msg[sizeof e->msg - 1] = '\0';
	return -1;
}

int
err_status(const struct err *e)
{
	switch (e->kind) {
	case ERR_QUERY: return 2;
	case ERR_AGAIN: return 75;
	case ERR_CANCEL: return 130;
	default: return 1;
	}
}

void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("fatal: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	_exit(1);
}

void *
xmalloc(size_t n)
{
	void *p = malloc(n > 0 ? n : 1);

	if (!p)
		die("out of memory: %zu bytes", n);
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);

	if (!p)
		die("out of memory: %zu times %zu bytes", n, size);
	return p;
}

void *
xrealloc(void *p, size_t n, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(n, size, &all))
		die("out of memory: %zu times %zu bytes", n, size);
	p = realloc(p, all > 0 ? all : 1);
	if (!p)
		die("out of memory: %zu bytes", all);
	return p;
}
