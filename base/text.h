/* Small questions about NUL-terminated text. All are ASCII-only and independent of the locale. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool text_equal(const char *a, const char *b); /* NULL equals NULL only */
bool text_equal_ignoring_case(const char *a, const char *b);
bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);
bool text_is_blank(const char *text); /* NULL, empty or only white space */

/* True when every character of a non-empty `text` is in `allowed`, which may hold ranges: "a-z0-9-"
 * with the hyphen last. */
bool text_only_has(const char *text, const char *allowed);

/* The part of `text` without leading and trailing blanks (space, tab, CR, LF). */
const char *text_trim(const char *text, size_t *length);

/* Decimal digits only, no sign, no blanks, at most `maximum`. */
bool text_to_number(const char *text, uint64_t maximum, uint64_t *number);

/* The number of bytes of `text` up to the first that is not valid UTF-8 (RFC 3629), or `length`. */
size_t text_valid_utf8(const char *text, size_t length);
