/* Checks a JSON text before anything is built from it: RFC 8259 grammar, UTF-8 (RFC 3629), limits.
 *
 * The parser behind it takes more than RFC 8259 allows (leading zeros, any byte below 0x21 as white
 * space, raw control characters, invalid UTF-8, names cut at U+0000); this scan is what makes
 * json_parse strict.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "format/json_limits.h"

struct json_scan {
	size_t values;
	/* True when a number is more than an integer of at most 15 digits, so that a double alone
	 * could not give its text back. */
	bool long_numbers;
};

/* `text[length]` must be NUL. Fails as json_parse does. */
bool json_scan(const char *text, size_t length, const struct json_limits *limits,
	struct json_scan *result, struct error *error);
