/*
 * tool: what every program shares: one option table, --help, --version, exit
 * statuses, messages, and stopping on a signal.
 *
 * The table is the only description of a tool's options: getopt_long, --help,
 * the completions and the OPTIONS section of the manual page are made from it
 * (--help=man, --help=bash, --help=zsh and --help=fish print those), and
 * tests hold them together. Of lib/, only this module prints or exits.
 */
#ifndef BASE_TOOL_H
#define BASE_TOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

#define TOOL_VERSION	"0.1.0"
#define TOOL_OPTS_MAX	40

struct tool_opt {
	int c;			/* short letter, or a code from 256 up */
	const char *name;	/* long name; NULL: none */
	const char *arg;	/* what its argument is called; NULL: none */
	const char *what;	/* a line for --help, lower case */
	const char *complete;	/* "file", "dir", "a|b|c" or NULL */
};

struct tool {
	const char *name;
	const char *args;	/* after NAME in the usage line */
	const char *what;	/* a line */
	struct tool_opt opts[TOOL_OPTS_MAX];	/* -h and -V are added */
};

/*
 * Like getopt_long: the option's code, or -1 at the operands (optind is set).
 * To be called before any file is opened: standard streams that are closed
 * are held so.
 * Answers -h and -V on stdout with status 0; says what is wrong with a bad
 * option on stderr and exits with 2.
 */
int tool_opt(const struct tool *, int argc, char *const argv[]);
/* The operands, NULL-terminated; {"-", NULL} when there are none. */
char **tool_files(int argc, char *argv[]);

/* "NAME: MSG" on stderr; the status that goes with it. Clears e. */
int tool_fail(const struct tool *, struct err *e);
/* A word for a person on stderr: "NAME: ...". */
void tool_say(const struct tool *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* "NAME: ... (try NAME --help)" on stderr and exit 2. */
_Noreturn void tool_usage(const struct tool *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* An option's value; asked wrongly if it is none. A size is not 0. */
uint64_t tool_number(const struct tool *, const char *text);
uint64_t tool_size(const struct tool *, const char *text);	/* "64M" */
uint64_t tool_age(const struct tool *, const char *text);	/* "10m"; ns */
/*
 * Writes to stdout: through its buffer, or at once (the `write` that libraries
 * are handed). A failure is the caller's to say, and then not tool_exit's.
 */
int tool_put(struct str, struct err *);
int tool_flush(struct err *);
int tool_write(void *arg, struct str, struct err *);
/* Ends as a filter does whose reader has gone: by SIGPIPE, without a word. */
_Noreturn void tool_no_reader(void);
/* Flushes stdout; a failure there, or one of a write that nobody looked at, is
 * status 1 and said. Gives the status. */
int tool_exit(const struct tool *, int status);

/*
 * From now on INT and TERM do not kill but make the descriptor readable (for
 * poll) and tool_stopped true; PIPE is ignored. tool_stop_restore puts the
 * default actions back (a second ^C then kills).
 */
int tool_stop_fd(void);
bool tool_stopped(void);
void tool_stop_restore(void);
/* Forget a stop that was dealt with (prompts: ^C ends the query only). */
void tool_stop_clear(void);

/*
 * Runs another of our programs, from the folder this one was started from
 * (else by PATH), with these arguments, and waits: its exit status, or -1.
 * argv ends with NULL and begins with the program's name.
 */
int tool_run(const char *const argv[], struct err *);
/* The same without waiting: its pid, or -1. Its stdin and stdout are a socket,
 * of which *fd is our end. */
pid_t tool_start(const char *const argv[], int *fd, struct err *);
int tool_wait(pid_t, const char *name, struct err *);

#endif
