/* Manual pages and commented settings files, written from option tables when the programs are
 * built, so that neither can say other things than --help.
 *
 * A page is man(7), as groff and mandoc read it. Its words come from a template, in which the lines
 * @OPTIONS@ and @COMMANDS@ stand for what is written from the tables.
 */
#pragma once

#include "base/buffer.h"
#include "base/options.h"

/* One program, for which main() of manual.c writes what it is asked for. */
struct manual {
	const char *name;    /* "peerwarden-webhook" */
	const char *section; /* of the manual: "8" */
	/* Either of them: the one table of a program, or the tables of all commands, ended by NULL.
	 */
	const struct option_table *(*options)(void);
	const struct option_table *const *(*commands)(void);
};

extern const struct manual manual; /* each generator has one */
