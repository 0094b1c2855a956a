/* Any expression over any names: it is compiled or refused with words, and every match ends.
 *
 * Input: the expression, then names, a line each. */
#include "base/cleanup.h"
#include "base/text.h"
#include "tests/support/fuzz.h"
#include "validators/policy_pattern.h"

enum { MEMORY = 4 << 20 };

static void
match(const struct policy_patterns *patterns, const struct policy_pattern *pattern, char *names)
{
	unsigned before = policy_patterns_given_up(patterns);
	unsigned asked = 0;

	for (char *name = names; name; asked++) {
		char *end = strchr(name, '\n');

		if (end)
			*end++ = '\0';
		policy_pattern_matches(pattern, name);
		name = end;
	}
	FUZZ_CHECK(policy_patterns_given_up(patterns) - before <= asked);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct policy_patterns *patterns = policy_patterns_new(arena);
	const struct policy_pattern *pattern;
	char *names = strchr(text, '\n');
	struct error error = FUZZ_ERROR;

	if (names)
		*names++ = '\0';
	pattern = policy_pattern_compile(patterns, text, &error);
	if (!pattern) {
		FUZZ_CHECK(error.kind == ERROR_INVALID || error.kind == ERROR_EXHAUSTED);
		FUZZ_CHECK(*error.message);
		return 0;
	}
	FUZZ_CHECK(strlen(text) <= POLICY_PATTERN_LENGTH);
	FUZZ_CHECK(text_equal(policy_pattern_text(pattern), text));
	match(patterns, pattern, names);
	return 0;
}
