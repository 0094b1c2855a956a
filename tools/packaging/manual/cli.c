#include "cli/command.h"
#include "tools/packaging/manual/manual.h"

enum { MOST_COMMANDS = 64 };

static const struct option_table *const *
tables(void)
{
	static const struct option_table *all[MOST_COMMANDS];

	for (size_t i = 0; commands[i] && i < MOST_COMMANDS - 1; i++)
		all[i] = commands[i]->options;
	return all;
}

const struct manual manual = {.name = "peerwarden", .section = "1", .commands = tables};
