#include "line/shell.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "show/flow.h"

bool
shell_whole(struct str text)
{
	struct str s = str_trim(text);
	char quote = 0, last = s.n > 0 ? s.p[s.n - 1] : 0;
	int open = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quote) {
			if (c == '\\' && quote == '"')
				i++;
			else if (c == quote)
				quote = 0;
		} else if (c == '"' || c == '`')
			quote = c;
		else if (c == '{' || c == '(')
			open++;
		else if (c == '}' || c == ')')
			open--;
	}
	return quote != '`' && open <= 0 && (last == 0 ||
	    !strchr("&|>~!<=+-*/", last));
}

static bool
whole(void *arg, struct str text)
{
	(void)arg;
	return text.n == 0 || text.p[0] == '\\' || shell_whole(text);
}

/* The commands that begin with the text, a backslash and no blank. */
static size_t
complete_command(const struct shell *sh, struct str before, struct arena *a,
    struct str **words)
{
	size_t n = 0, got = 0;

	while (sh->commands[n].name)
		n++;
	*words = arena_new(a, struct str, n);
	for (size_t i = 0; i < n; i++) {
		struct str word = arena_printf(a, "\\%s",
		    sh->commands[i].name);

		if (str_starts(word, before))
			(*words)[got++] = word;
	}
	return prompt_sorted(*words, got);
}

static size_t
complete(void *arg, struct str before, size_t *from, struct arena *a,
    struct str **words)
{
	const struct shell *sh = arg;

	if (str_starts(before, S("\\")) && !memchr(before.p, ' ', before.n)) {
		*from = 0;
		return complete_command(sh, before, a, words);
	}
	return sh->complete.complete(sh->complete.arg, before, from, a,
	    words);
}

/* "\NAME OPERAND" */
static int
usage(char *out, size_t n, const struct shell_command *c)
{
	return snprintf(out, n, "\\%s%s%s", c->name, c->operand ? " " : "",
	    c->operand ? c->operand : "");
}

/* "  LEFT  what it is, in lines that fit" */
static void
help_line(const struct show *show, const char *left, int wide, const char *what,
    struct buf *b)
{
	struct flow f = { .show = show, .b = b, .used = (unsigned)wide + 3,
		.indent = (unsigned)wide + 4 };

	buf_addf(b, "  %-*s ", wide, left);
	flow_words(&f, str_of(what));
	buf_u8(b, '\n');
}

static void
help(const struct shell *sh)
{
	struct show show = show_for(STDOUT_FILENO, NULL);
	struct buf b = { 0 };
	struct flow f = { .show = &show, .b = &b, .used = 1, .indent = 4 };
	char left[64];
	int wide = 2;

	for (const struct shell_command *c = sh->commands; c->name; c++) {
		int n = usage(left, sizeof left, c);

		wide = n > wide ? n : wide;
	}
	buf_u8(&b, ' ');
	flow_words(&f, str_of(sh->example));
	buf_u8(&b, '\n');
	for (const struct shell_command *c = sh->commands; c->name; c++) {
		usage(left, sizeof left, c);
		help_line(&show, left, wide, c->what, &b);
	}
	help_line(&show, "\\h", wide, "this help", &b);
	help_line(&show, "\\q", wide, "leave, as ^D does", &b);
	fwrite(b.p, 1, b.n, stdout);
	buf_free(&b);
}

static bool
needed(const struct shell_command *c)
{
	return c->operand && c->operand[0] != '[';
}

/* A line that begins with a backslash: its status, or -1 to leave. */
static int
command(const struct shell *sh, struct str line, struct arena *a)
{
	struct str rest = str_skip(line, 1), word = { 0 };
	struct err e = { 0 };

	str_cut(&rest, ' ', &word);
	rest = str_trim(rest);
	if (word.n == 0 || str_eq(word, S("h")) || str_eq(word, S("help"))) {
		help(sh);
		return 0;
	}
	if (str_eq(word, S("q")))
		return -1;
	for (const struct shell_command *c = sh->commands; c->name; c++)
		if (str_eq(word, str_of(c->name))) {
			if (needed(c) && rest.n == 0)
				err_set(&e, ERR_QUERY, "\\%s %s: %s", c->name,
				    c->operand, c->what);
			else if (c->run(sh->arg, arena_str(a, rest).p,
			    &e) == 0)
				return 0;
			return tool_fail(sh->tool, &e);
		}
	err_set(&e, ERR_QUERY, "\\%.*s: unknown, \\h helps", PS(word));
	return tool_fail(sh->tool, &e);
}

int
shell_run(const struct shell *sh)
{
	struct prompt_ops ops = { complete, whole, (void *)sh };
	bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	struct arena a = { 0 };
	struct err e = { 0 };
	struct str text;
	char ask[32];
	int status = 0;

	if (prompt_open(sh->tool->name, &ops, &e) == -1)
		return tool_fail(sh->tool, &e);
	tool_stop_fd();
	if (tty)
		printf("%s: \\h helps, Tab completes, ^D leaves\n",
		    sh->tool->name);
	snprintf(ask, sizeof ask, "%s> ", sh->tool->name);
	while (prompt_read(ask, &a, &text) == 1) {
		int r = 0;

		if (text.n > 0 && text.p[0] == '\\')
			r = command(sh, text, &a);
		else if (text.n > 0)
			r = sh->query(sh->arg, text);
		if (r == -1)
			break;
		if (tty && r == 0 && tool_stopped())
			putchar('\n');	/* behind the ^C */
		if (!tty && r > 0)
			status = r;
		tool_stop_clear();
		arena_reset(&a);
	}
	prompt_close();
	arena_free(&a);
	return status;
}
