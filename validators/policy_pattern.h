/* Patterns over the names of objects: PCRE2 expressions that are compiled once and matched under
 * fixed limits, so that no pattern and no name can make a decision slow. The only user of PCRE2.
 *
 * A pattern matches anywhere in a name unless it is anchored with ^ and $. Names are bytes; there
 * is no Unicode mode. Patterns live in the arena that they were compiled into, and need no other
 * release. Matching is safe from several threads.
 *
 * Source: pcre2api(3).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/* The longest expression, in bytes, and the most in one policy. */
enum { POLICY_PATTERN_LENGTH = 1024, POLICY_PATTERNS = 1000 };

struct policy_patterns; /* what the patterns of one policy share */
struct policy_pattern;

struct policy_patterns *policy_patterns_new(struct arena *arena);

/* ERROR_INVALID says what is wrong and at which offset, from 0; ERROR_EXHAUSTED when the arena is
 * full. */
const struct policy_pattern *policy_pattern_compile(
	struct policy_patterns *patterns, const char *text, struct error *error);

/* A match that runs into a limit counts as none. */
bool policy_pattern_matches(const struct policy_pattern *pattern, const char *name);
const char *policy_pattern_text(const struct policy_pattern *pattern);

/* How often a limit was met so far. `patterns` may be NULL. */
unsigned policy_patterns_given_up(const struct policy_patterns *patterns);
