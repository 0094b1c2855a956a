#include "format/json_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The steps of `path`, each followed by a bar. */
static void
assert_steps(const char *path, const char *want)
{
	struct json_path_step step;
	char steps[128] = "";

	while (json_path_next(&path, &step)) {
		strncat(steps, step.text, step.length);
		strncat(steps, "|", 2);
	}
	assert_string_equal(steps, want);
}

static void
names_and_indexes_are_steps(void **state)
{
	(void)state;
	assert_steps("", "");
	assert_steps("spec", "spec|");
	assert_steps("spec.vpcPeerings[12].remoteVpc", "spec|vpcPeerings|12|remoteVpc|");
	assert_steps("[0][1].a", "0|1|a|");
	assert_steps("spec.staticRoutes[-]", "spec|staticRoutes|-|");
}

static void
brackets_hold_names_with_dots(void **state)
{
	(void)state;
	assert_steps("metadata.labels[a.b/c].d", "metadata|labels|a.b/c|d|");
	assert_steps("labels[a[b]", "labels|a[b|");
}

static void
a_path_that_is_cut_ends_where_its_text_ends(void **state)
{
	(void)state;
	assert_steps("a.", "a|");
	assert_steps("a[b.c", "a|b.c|");
	assert_steps("a[", "a||");
	assert_steps("a[]", "a||");
}

static struct json_path_step
step_of(const char *text)
{
	struct json_path_step step;

	assert_true(json_path_next(&text, &step));
	return step;
}

static void
digits_alone_are_an_index(void **state)
{
	size_t index;

	(void)state;
	assert_true(json_path_index(step_of("[0]"), &index));
	assert_int_equal(index, 0);
	assert_true(json_path_index(step_of("[0000000000012]"), &index));
	assert_int_equal(index, 12);
	assert_true(json_path_index(step_of("[99999999999999999999999]"), &index));
	assert_int_equal(index, JSON_PATH_INDEX_MAX);
	assert_false(json_path_index(step_of("[1a]"), &index));
	assert_false(json_path_index(step_of("[-]"), &index));
	assert_false(json_path_index(step_of("[]"), &index));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_indexes_are_steps),
		cmocka_unit_test(brackets_hold_names_with_dots),
		cmocka_unit_test(a_path_that_is_cut_ends_where_its_text_ends),
		cmocka_unit_test(digits_alone_are_an_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
