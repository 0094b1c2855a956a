#include "validators/policy_pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"

static void
a_pattern_fits_anywhere_in_a_name_unless_it_is_anchored(void **state)
{
	static const struct {
		const char *pattern;
		const char *name;
		bool fits;
	} cases[] = {
		{"lab", "my-lab-1", true},
		{"^lab-", "my-lab-1", false},
		{"^lab-", "lab-1", true},
		{"^lab-\\d+$", "lab-12", true},
		{"^lab-\\d+$", "lab-12a", false},
		{"^(?!prod-)", "prod-1", false},
		{"^(?!prod-)", "test-1", true},
		{"(a)(b)(c)", "abc", true},
		{"a|b", "xb", true},
		{"LAB", "lab", false},
		{"(?i)LAB", "lab", true},
		{"^$", "", true},
	};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct policy_patterns *patterns = policy_patterns_new(arena);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct policy_pattern *pattern =
			policy_pattern_compile(patterns, cases[i].pattern, NULL);

		assert_non_null(pattern);
		assert_string_equal(policy_pattern_text(pattern), cases[i].pattern);
		if (policy_pattern_matches(pattern, cases[i].name) != cases[i].fits)
			fail_msg("%s with %s", cases[i].pattern, cases[i].name);
	}
	assert_int_equal(policy_patterns_given_up(patterns), 0);
	assert_int_equal(policy_patterns_given_up(NULL), 0);
}

static void
what_does_not_compile_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *pattern;
		const char *message;
	} cases[] = {
		{"a(b", "missing closing parenthesis at offset 3"},
		{"*a", "quantifier does not follow a repeatable item at offset 0"},
		{"(*UTF)a", "using UTF is disabled by the application at offset 6"},
	};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct policy_patterns *patterns = policy_patterns_new(arena);
	char longest[POLICY_PATTERN_LENGTH + 2];
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(policy_pattern_compile(patterns, cases[i].pattern, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_string_equal(error.message, cases[i].message);
	}
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_null(policy_pattern_compile(patterns, longest, &error));
	longest[sizeof longest - 2] = '\0';
	assert_non_null(policy_pattern_compile(patterns, longest, &error));
}

static void
a_match_that_takes_too_long_is_none_and_counted(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct policy_patterns *patterns = policy_patterns_new(arena);
	const struct policy_pattern *pattern =
		policy_pattern_compile(patterns, "^(a+)+(b|c)$", NULL);
	char name[18];

	(void)state;
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_false(policy_pattern_matches(pattern, name));
	assert_int_equal(policy_patterns_given_up(patterns), 1);
	name[sizeof name - 2] = 'c';
	assert_true(policy_pattern_matches(pattern, name));
	assert_int_equal(policy_patterns_given_up(patterns), 1);
}

static void
matching_takes_nothing_from_the_arena(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	const struct policy_pattern *pattern =
		policy_pattern_compile(policy_patterns_new(arena), "^(a+)+(b|c)$", NULL);
	size_t used = arena_used(arena);

	(void)state;
	for (int i = 0; i < 10; i++)
		policy_pattern_matches(
			pattern, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	assert_int_equal(arena_used(arena), used);
}

static void
there_is_a_most_of_patterns(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(SIZE_MAX);
	struct policy_patterns *patterns = policy_patterns_new(arena);
	struct error error;

	(void)state;
	for (int i = 0; i < POLICY_PATTERNS; i++)
		assert_non_null(policy_pattern_compile(patterns, "a", &error));
	assert_null(policy_pattern_compile(patterns, "a", &error));
	assert_string_equal(error.message, "there are more than 1000");
}

static void
a_full_arena_is_said_as_such(void **state)
{
	size_t needed = 0;

	(void)state;
	for (size_t cap = 0; needed == 0; cap += 16) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(cap);
		struct error error;

		if (policy_pattern_compile(policy_patterns_new(arena), "^lab-(a|b)+$", &error))
			needed = cap;
		else
			assert_int_equal(error.kind, ERROR_EXHAUSTED);
	}
	assert_true(needed > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pattern_fits_anywhere_in_a_name_unless_it_is_anchored),
		cmocka_unit_test(what_does_not_compile_is_refused_with_its_place),
		cmocka_unit_test(a_match_that_takes_too_long_is_none_and_counted),
		cmocka_unit_test(matching_takes_nothing_from_the_arena),
		cmocka_unit_test(there_is_a_most_of_patterns),
		cmocka_unit_test(a_full_arena_is_said_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
