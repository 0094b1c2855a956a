#include "kube/pod.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(SIZE_MAX);
	unsetenv("POD_NAME");
	unsetenv("POD_NAMESPACE");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
what_is_given_goes_before_the_environment(void **state)
{
	(void)state;
	setenv("POD_NAME", "replica-1", 1);
	setenv("POD_NAMESPACE", "system", 1);
	assert_string_equal(pod_name(arena, "given"), "given");
	assert_string_equal(pod_name(arena, NULL), "replica-1");
	assert_string_equal(pod_namespace(arena, "given"), "given");
	assert_string_equal(pod_namespace(arena, NULL), "system");
}

static void
without_both_the_host_is_the_name_and_there_is_no_namespace(void **state)
{
	(void)state;
	assert_non_null(pod_name(arena, NULL));
	assert_null(pod_namespace(arena, NULL));
}

static void
a_name_needs_no_escape_in_a_path(void **state)
{
	(void)state;
	assert_true(pod_is_name("a-1.b"));
	assert_true(pod_is_name(""));
	assert_false(pod_is_name("a/b"));
	assert_false(pod_is_name("A"));
	assert_false(pod_is_name("a%2f"));
}

static void
both_have_to_be_there_and_names(void **state)
{
	static const struct {
		const char *name, *namespace, *message;
	} cases[] = {
		{NULL, "system", "are required: they say why"},
		{"", "system", "are required: they say why"},
		{"replica-1", NULL, "are required: they say why"},
		{"replica/1", "system", "take a name"},
		{"replica-1", "System", "take a name"},
	};
	struct error error;

	(void)state;
	assert_true(pod_check("replica-1", "system", "they say why", &error));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_false(pod_check(cases[i].name, cases[i].namespace, "they say why", &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_non_null(strstr(error.message, cases[i].message));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_given_goes_before_the_environment, setup, teardown),
		cmocka_unit_test_setup_teardown(
			without_both_the_host_is_the_name_and_there_is_no_namespace, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_name_needs_no_escape_in_a_path, setup, teardown),
		cmocka_unit_test(both_have_to_be_there_and_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
