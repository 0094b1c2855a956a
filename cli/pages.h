/* The pages of docs/rules, built into the program (cmake/EmbedPages.cmake). */
#pragma once

#include <stddef.h>

struct page {
	const char *name; /* of the rule; NULL ends the table */
	const char *text; /* Markdown */
};

extern const struct page pages[];
