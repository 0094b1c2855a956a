#include "cloud/environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
a_variable_is_found_by_its_whole_name(void **state)
{
	static const char *const environment[] = {
		"AWS_REGIONS=no", "REGION=no", "AWS_REGION=eu=1", "AWS_REGION=later", NULL};

	(void)state;
	assert_string_equal(environment_get(environment, "AWS_REGION"), "eu=1");
	assert_null(environment_get(environment, "AWS_REG"));
}

static void
an_empty_variable_is_not_set(void **state)
{
	static const char *const environment[] = {"AWS_REGIONS=no", "AWS_REGION=", NULL};

	(void)state;
	assert_null(environment_get(environment, "AWS_REGION"));
	assert_null(environment_get(NULL, "AWS_REGION"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_variable_is_found_by_its_whole_name),
		cmocka_unit_test(an_empty_variable_is_not_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
