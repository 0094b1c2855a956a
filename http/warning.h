/* The texts of Warning headers (RFC 7234 section 5.5): `299 - "text" "date"`, several of them
 * separated by commas.
 */
#pragma once

#include "base/arena.h"

/* In their order, ended by NULL, unquoted; in the arena. What is not well formed ends the list. */
const char *const *warning_texts(struct arena *arena, const char *header);
