/* Checks a JSON text before anything is built from it: RFC 8259 grammar, UTF-8 (RFC 3629), limits.
 *
 * What builds the tree afterwards checks nothing; this scan is what makes json_parse strict.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "format/json_limits.h"

enum { JSON_SCAN_CUTS = 16 };

struct json_scan {
	size_t values;
	size_t values_kept; /* what is cut counts as one */
	bool names_differ;  /* in every object; when false, the tree has the last word */
	/* Where the values stand that are to be passed over, in the order of the text. A value is
	 * not among them when it may hold two members of one name, when it is shorter than "null",
	 * or when there is no room left here. */
	size_t cut_count;
	struct {
		size_t start, end;
	} cuts[JSON_SCAN_CUTS];
};

/* `text[length]` must be NUL; `passed_over` may be NULL. Fails as json_parse does. */
bool json_scan(const char *text, size_t length, const struct json_limits *limits,
	const struct json_passed_over *passed_over, struct json_scan *result, struct error *error);
