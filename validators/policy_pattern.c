#include "validators/policy_pattern.h"

#include <stdatomic.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* A name has at most 253 bytes: an expression without nested repetitions needs a few thousand steps
 * for it. Heap in KiB. */
enum { MATCH_STEPS = 20000, MATCH_DEPTH = 1000, MATCH_HEAP = 256 };

struct policy_patterns {
	struct arena *arena;
	pcre2_compile_context *compiling;
	pcre2_match_context *matching;
	size_t count;
	atomic_uint given_up;
};

struct policy_pattern {
	const char *text;
	pcre2_code *code;
	struct policy_patterns *patterns;
};

static void *
allocate(size_t size, void *arena)
{
	return arena_try(arena, size);
}

/* The arena goes as a whole. */
static void
release(void *memory, void *arena)
{
	(void)memory;
	(void)arena;
}

/* Without contexts when the arena is full: then nothing compiles. */
struct policy_patterns *
policy_patterns_new(struct arena *arena)
{
	struct policy_patterns *patterns = ARENA_NEW(arena, struct policy_patterns);
	pcre2_general_context *general = pcre2_general_context_create(allocate, release, arena);

	patterns->arena = arena;
	if (!general)
		return patterns;
	patterns->matching = pcre2_match_context_create(general);
	if (!patterns->matching)
		return patterns;
	pcre2_set_match_limit(patterns->matching, MATCH_STEPS);
	pcre2_set_depth_limit(patterns->matching, MATCH_DEPTH);
	pcre2_set_heap_limit(patterns->matching, MATCH_HEAP);
	patterns->compiling = pcre2_compile_context_create(general);
	if (patterns->compiling)
		pcre2_set_max_pattern_length(patterns->compiling, POLICY_PATTERN_LENGTH);
	return patterns;
}

static const struct policy_pattern *
fail(int code, size_t offset, struct error *error)
{
	char reason[256] = "unknown error";

	pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof reason);
	error_set(error, ERROR_INVALID, "%s at offset %zu", reason, offset);
	return NULL;
}

const struct policy_pattern *
policy_pattern_compile(struct policy_patterns *patterns, const char *text, struct error *error)
{
	struct policy_pattern *pattern;
	pcre2_code *code = NULL;
	PCRE2_SIZE offset = 0;
	int reason = PCRE2_ERROR_NOMEMORY;

	if (patterns->count++ == POLICY_PATTERNS) {
		error_set(error, ERROR_INVALID, "there are more than %d", POLICY_PATTERNS);
		return NULL;
	}
	if (patterns->compiling)
		code = pcre2_compile((PCRE2_SPTR)text, strlen(text), PCRE2_NEVER_UTF, &reason,
			&offset, patterns->compiling);
	if (!code && arena_exhausted(patterns->arena)) {
		error_set(error, ERROR_EXHAUSTED, "the patterns are too large");
		return NULL;
	}
	if (!code)
		return fail(reason, offset, error);
	pattern = ARENA_NEW(patterns->arena, struct policy_pattern);
	*pattern = (struct policy_pattern){arena_text(patterns->arena, text), code, patterns};
	return pattern;
}

/* The memory of a match is of the heap, so that threads do not share it and a policy that is asked
 * for a year does not grow. */
bool
policy_pattern_matches(const struct policy_pattern *pattern, const char *name)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int matches;

	if (!data)
		return false;
	matches = pcre2_match(pattern->code, (PCRE2_SPTR)name, strlen(name), 0, 0, data,
		pattern->patterns->matching);
	pcre2_match_data_free(data);
	if (matches < PCRE2_ERROR_NOMATCH)
		atomic_fetch_add_explicit(&pattern->patterns->given_up, 1, memory_order_relaxed);
	return matches >= 0;
}

const char *
policy_pattern_text(const struct policy_pattern *pattern)
{
	return pattern->text;
}

unsigned
policy_patterns_given_up(const struct policy_patterns *patterns)
{
	return patterns ? atomic_load_explicit(&patterns->given_up, memory_order_relaxed) : 0;
}
