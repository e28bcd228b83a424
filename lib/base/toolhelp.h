/* toolhelp: base/tool's other half: the option table in five forms. */
#ifndef BASE_TOOLHELP_H
#define BASE_TOOLHELP_H

#include <stdio.h>

#include "base/tool.h"

/*
 * `form`: NULL the usage for a person; "man" the OPTIONS list in mdoc; "bash",
 * "zsh", "fish" a completion script. Gives the status: 2 for another form.
 */
int tool_help(const struct tool *, const char *form, FILE *);

#endif
