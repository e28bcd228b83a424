#include "line/prompt.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/io.h"
#include "base/tool.h"

#define HISTORY_MAX	10000
#define LINE_MAX_BYTES	(1u << 20)
#define LIST_ASK	200	/* more candidates than this are not listed */

/*
 * readline's state is the process's, so what its callbacks need is, too: the
 * one place in lib/ with variables that change.
 */
static struct {
	const struct prompt_ops *ops;
	char *history;		/* file; NULL: none is kept */
	bool tty;
} prompt;

/* readline keeps signals back till it is asked. */
static bool
interrupted(void)
{
	rl_check_signals();
	return tool_stopped();
}

/*
 * A key, or ^C: that ends the line as Enter does, but there is nothing in it.
 * (readline's own way to read goes on after a signal until the next key, which
 * would be lost.)
 */
static int
on_key(FILE *in)
{
	struct pollfd p[2] = { { .fd = fileno(in), .events = POLLIN },
		{ .fd = tool_stop_fd(), .events = POLLIN } };

	while (!interrupted())
		/* a key behind the ^C is of the next line */
		if (poll(p, 2, -1) > 0 && p[0].revents != 0 && !interrupted())
			return rl_getc(in);
	fputs("^C", rl_outstream);
	rl_replace_line("", 0);
	return '\n';
}

/* How many bytes all n words share at their front. */
static size_t
common(const struct str *w, size_t n)
{
	size_t c = n > 0 ? w[0].n : 0;

	for (size_t i = 1; i < n; i++) {
		size_t k = 0;

		while (k < c && k < w[i].n && w[i].p[k] == w[0].p[k])
			k++;
		c = k;
	}
	return c;
}

/* Candidates under the line, by readline, which owns and frees nothing. */
static void
list(const struct str *w, size_t n)
{
	char **m = xcalloc(n + 2, sizeof *m);
	int longest = 0;

	for (size_t i = 0; i <= n; i++) {
		struct str s = i == 0 ? S("") : w[i - 1];

		m[i] = strndup(s.p, s.n);
		if ((int)s.n > longest)
			longest = (int)s.n;
	}
	rl_display_match_list(m, (int)n, longest);
	for (size_t i = 0; i <= n; i++)
		free(m[i]);
	free(m);
	rl_forced_update_display();
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

size_t
prompt_sorted(struct str *v, size_t n)
{
	size_t left = 0;

	if (n > 1)
		qsort(v, n, sizeof *v, by_text);
	for (size_t i = 0; i < n; i++)
		if (left == 0 || !str_eq(v[left - 1], v[i]))
			v[left++] = v[i];
	return left;
}

static int
on_tab(int count, int key)
{
	struct arena a = { 0 };
	struct str *words = NULL;
	size_t from = (size_t)rl_point, n, same;

	(void)count;
	(void)key;
	n = prompt.ops->complete(prompt.ops->arg,
	    str_mk(rl_line_buffer, (size_t)rl_point), &from, &a, &words);
	same = common(words, n);
	if (n == 0 || from > (size_t)rl_point)
		rl_ding();
	else if (same > (size_t)rl_point - from || n == 1) {
		rl_begin_undo_group();
		rl_delete_text((int)from, rl_point);
		rl_point = (int)from;
		rl_insert_text(arena_str(&a, str_mk(words[0].p, same)).p);
		rl_end_undo_group();
	} else if (rl_last_func == on_tab && n <= LIST_ASK)
		list(words, n);
	else
		rl_ding();
	arena_free(&a);
	return 0;
}

/* ~/.local/state/otelutils/NAME_history; no home, no history. */
static char *
history_file(const char *name)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct arena a = { 0 };
	const char *dir;
	char *path = NULL;

	if (state && *state)
		dir = state;
	else if (home && *home) {
		io_mkdir(io_path(&a, home, ".local"), NULL);
		dir = io_path(&a, home, ".local/state");
	} else
		return NULL;
	io_mkdir(dir, NULL);
	dir = io_path(&a, dir, "otelutils");
	if (io_mkdir(dir, NULL) == 0)
		path = strdup(arena_printf(&a, "%s/%s_history", dir, name).p);
	arena_free(&a);
	return path;
}

int
prompt_open(const char *name, const struct prompt_ops *ops, struct err *e)
{
	prompt.ops = ops;
	prompt.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (!prompt.tty)
		return 0;
	if (!getenv("TERM"))
		return err_set(e, ERR_SYS, "prompt: TERM is not set");
	rl_readline_name = name;
	rl_getc_function = on_key;
	rl_bind_key('\t', on_tab);
	using_history();
	stifle_history(HISTORY_MAX);
	prompt.history = history_file(name);
	if (prompt.history)
		read_history(prompt.history);
	return 0;
}

/* One line in malloc's memory, or NULL at the end. */
static char *
one_line(const char *ask)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (prompt.tty)
		return readline(ask);
	n = getline(&line, &cap, stdin);
	if (n <= 0 || (size_t)n > LINE_MAX_BYTES) {
		free(line);
		return NULL;
	}
	if (line[n - 1] == '\n')
		line[n - 1] = '\0';
	return line;
}

static void
remember(struct str text)
{
	HIST_ENTRY *last = history_length > 0 ?
	    history_get(history_base + history_length - 1) : NULL;

	if (!prompt.tty || text.n == 0 ||
	    (last && str_eq(str_of(last->line), text)))
		return;
	/* an entry is a line of the file: a query over lines becomes one */
	char *line = xmalloc(text.n + 1);

	for (size_t i = 0; i <= text.n; i++)
		line[i] = (char)(text.p[i] == '\n' ? ' ' : text.p[i]);
	add_history(line);
	free(line);
	if (prompt.history && append_history(1, prompt.history) != 0)
		write_history(prompt.history);
}

int
prompt_read(const char *ask, struct arena *a, struct str *text)
{
	struct str all = { "", 0 };
	const char *more = arena_printf(a, "%*s", (int)strlen(ask),
	    "> ").p;

	for (;;) {
		char *line = one_line(all.n > 0 ? more : ask);

		if (tool_stopped()) {	/* ^C: start again */
			tool_stop_clear();
			free(line);
			all.n = 0;
			continue;
		}
		if (!line) {
			if (prompt.tty)
				puts("");
			*text = str_trim(all);
			return all.n > 0;
		}
		all = arena_printf(a, "%.*s%s%s", PS(all),
		    all.n > 0 ? "\n" : "", line);
		free(line);
		*text = str_trim(all);
		if (prompt.ops->whole(prompt.ops->arg, *text))
			break;
	}
	*text = arena_str(a, *text);
	remember(*text);
	return 1;
}

void
prompt_close(void)
{
	free(prompt.history);
	prompt.history = NULL;
	if (prompt.tty)
		clear_history();
}
