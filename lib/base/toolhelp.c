#include "base/toolhelp.h"

#include <ctype.h>
#include <string.h>

#define WIDTH	79	/* of --help */
#define COLUMN	29	/* where it says what an option does */

static const struct tool_opt common[] = {
	{ 'h', "help", NULL, "print this help and exit", NULL },
	{ 'V', "version", NULL, "print the version and exit", NULL },
	{ 0 },
};

static void
each_opt(const struct tool *tool, void (*fn)(const struct tool *,
    const struct tool_opt *, FILE *), FILE *f)
{
	for (const struct tool_opt *o = tool->opts; o->what; o++)
		fn(tool, o, f);
	for (const struct tool_opt *o = common; o->what; o++)
		fn(tool, o, f);
}

/* The rest of a line from this column on, and the lines it needs below. */
static void
fill(FILE *f, int column, const char *text)
{
	const int room = WIDTH - column;

	while (strlen(text) > (size_t)room) {
		int n = room;

		while (n > 0 && text[n] != ' ')
			n--;
		if (n == 0)
			break;
		fprintf(f, "%.*s\n%*s", n, text, column, "");
		text += n + 1;
	}
	fprintf(f, "%s\n", text);
}

static void
plain_opt(const struct tool *tool, const struct tool_opt *o, FILE *f)
{
	char left[80] = "      ";

	(void)tool;
	if (o->c < 256)
		snprintf(left, sizeof left, "  -%c%s", o->c,
		    o->name ? ", " : "");
	if (o->name)
		snprintf(left + strlen(left), sizeof left - strlen(left),
		    "--%s", o->name);
	if (o->arg)
		snprintf(left + strlen(left), sizeof left - strlen(left),
		    " %s", o->arg);
	if (strlen(left) > COLUMN - 2)
		fprintf(f, "%s\n%*s", left, COLUMN, "");
	else
		fprintf(f, "%-*s", COLUMN, left);
	fill(f, COLUMN, o->what);
}

static void
man_opt(const struct tool *tool, const struct tool_opt *o, FILE *f)
{
	(void)tool;
	fputs(".It ", f);
	if (o->c < 256)
		fprintf(f, "Fl %c", o->c);
	if (o->c < 256 && o->name)
		fputs(" , ", f);
	if (o->name) {
		fputs("Fl Fl ", f);
		for (const char *p = o->name; *p; p++)
			fputs(*p == '-' ? "\\-" : (char[]){ *p, 0 }, f);
	}
	if (o->arg)
		fprintf(f, " Ar %s", o->arg);
	fprintf(f, "\n%c", toupper((unsigned char)o->what[0]));
	for (const char *p = o->what + 1; *p; p++)
		fputs(*p == '\\' ? "\\e" : (char[]){ *p, 0 }, f);
	fputs(".\n", f);
}

static void
bash_words(const struct tool *tool, const struct tool_opt *o, FILE *f)
{
	(void)tool;
	if (o->c < 256)
		fprintf(f, " -%c", o->c);
	if (o->name)
		fprintf(f, " --%s", o->name);
}

static void
bash_case(const struct tool *tool, const struct tool_opt *o, FILE *f)
{
	(void)tool;
	if (!o->arg)
		return;
	fputs("\t", f);
	if (o->c < 256)
		fprintf(f, "-%c%s", o->c, o->name ? "|" : "");
	if (o->name)
		fprintf(f, "--%s", o->name);
	if (!o->complete)
		fputs(") return ;;\n", f);
	else if (strcmp(o->complete, "file") == 0)
		fputs(") compopt -o filenames; "
		    "COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", f);
	else if (strcmp(o->complete, "dir") == 0)
		fputs(") compopt -o filenames; "
		    "COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n", f);
	else {
		fputs(") COMPREPLY=($(compgen -W \"", f);
		for (const char *p = o->complete; *p; p++)
			fputc(*p == '|' ? ' ' : *p, f);
		fputs("\" -- \"$cur\")); return ;;\n", f);
	}
}

/* foo-bar -> foo_bar */
static void
ident(const char *name, FILE *f)
{
	for (; *name; name++)
		fputc(*name == '-' ? '_' : *name, f);
}

static void
bash(const struct tool *tool, FILE *f)
{
	fprintf(f, "# bash completion for %s\n_", tool->name);
	ident(tool->name, f);
	fputs("()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
	    "prev=${COMP_WORDS[COMP_CWORD-1]}\n\n\tCOMPREPLY=()\n"
	    "\tcase $prev in\n", f);
	each_opt(tool, bash_case, f);
	fputs("\tesac\n\tcase $cur in\n\t-*) COMPREPLY=($(compgen -W \"", f);
	each_opt(tool, bash_words, f);
	fputs("\" -- \"$cur\")) ;;\n\t*) compopt -o filenames; "
	    "COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n\tesac\n}\n"
	    "complete -F _", f);
	ident(tool->name, f);
	fprintf(f, " %s\n", tool->name);
}

/* Text within single quotes of a shell, and of zsh's brackets. */
static void
quoted(const char *s, const char *escape, FILE *f)
{
	for (; *s; s++) {
		if (*s == '\'')
			fputs("'\\''", f);
		else {
			if (strchr(escape, *s))
				fputc('\\', f);
			fputc(*s, f);
		}
	}
}

static void
zsh_one(const struct tool_opt *o, const char *dash, const char *name, int c,
    FILE *f)
{
	fputs(" \\\n\t'", f);
	if (name)
		fprintf(f, "%s%s", dash, name);
	else
		fprintf(f, "-%c", c);
	fputs(!o->arg ? "[" : name ? "=[" : "+[", f);
	quoted(o->what, "[]:\\", f);
	fputc(']', f);
	if (o->arg) {
		fputs(":", f);
		quoted(o->arg, ":\\", f);
		fputs(":", f);
		if (o->complete && strcmp(o->complete, "file") == 0)
			fputs("_files", f);
		else if (o->complete && strcmp(o->complete, "dir") == 0)
			fputs("_files -/", f);
		else if (o->complete) {
			fputc('(', f);
			for (const char *p = o->complete; *p; p++)
				fputc(*p == '|' ? ' ' : *p, f);
			fputc(')', f);
		}
	}
	fputc('\'', f);
}

static void
zsh_opt(const struct tool *tool, const struct tool_opt *o, FILE *f)
{
	(void)tool;
	if (o->c < 256)
		zsh_one(o, NULL, NULL, o->c, f);
	if (o->name)
		zsh_one(o, "--", o->name, 0, f);
}

static void
zsh(const struct tool *tool, FILE *f)
{
	fprintf(f, "#compdef %s\n_arguments -s", tool->name);
	each_opt(tool, zsh_opt, f);
	fputs(" \\\n\t'*:file:_files'\n", f);
}

static void
fish_opt(const struct tool *tool, const struct tool_opt *o, FILE *f)
{
	fprintf(f, "complete -c %s", tool->name);
	if (o->c < 256)
		fprintf(f, " -s %c", o->c);
	if (o->name)
		fprintf(f, " -l %s", o->name);
	if (o->arg && o->complete && strcmp(o->complete, "file") == 0)
		fputs(" -r -F", f);
	else if (o->arg && o->complete && strcmp(o->complete, "dir") == 0)
		fputs(" -x -a '(__fish_complete_directories)'", f);
	else if (o->arg && o->complete) {
		fputs(" -x -a '", f);
		for (const char *p = o->complete; *p; p++)
			fputc(*p == '|' ? ' ' : *p, f);
		fputc('\'', f);
	} else if (o->arg)
		fputs(" -x", f);
	fputs(" -d '", f);
	for (const char *p = o->what; *p; p++) {
		if (*p == '\'' || *p == '\\')
			fputc('\\', f);
		fputc(*p, f);
	}
	fputs("'\n", f);
}

int
tool_help(const struct tool *tool, const char *form, FILE *f)
{
	if (!form) {
		fprintf(f, "usage: %s %s\n%s\n\n", tool->name, tool->args,
		    tool->what);
		each_opt(tool, plain_opt, f);
	} else if (strcmp(form, "man") == 0) {
		fputs(".Bl -tag -width Ds\n", f);
		each_opt(tool, man_opt, f);
		fputs(".El\n", f);
	} else if (strcmp(form, "bash") == 0)
		bash(tool, f);
	else if (strcmp(form, "zsh") == 0)
		zsh(tool, f);
	else if (strcmp(form, "fish") == 0) {
		fprintf(f, "# fish completion for %s\n", tool->name);
		each_opt(tool, fish_opt, f);
	} else {
		fprintf(stderr, "%s: --help=%s: man, bash, zsh or fish\n",
		    tool->name, form);
		return 2;
	}
	return 0;
}
