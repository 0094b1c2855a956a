#include "daemon/peering_problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct cloud_words words = {
	.create = "FailedCreating",
	.accept = "FailedAccepting",
	.routes = "FailedRouting",
	.options = "FailedSetting",
	.gone = "NotFound",
};

static const char *
reason(bool by_code, enum cloud_failure failure, const char *code, const struct cloud_step *step)
{
	const struct cloud_fault fault = {failure, "", code, "", ""};
	struct cloud_words own = words;
	struct arena *arena = arena_new(4096);
	const char *found;

	own.by_code = by_code;
	found = peering_problem_of_fault(arena, &own, &fault, step).reason;
	arena_free(arena);
	return found;
}

static void
a_step_that_failed_is_told_by_what_it_was(void **state)
{
	static const struct {
		enum cloud_verb verb;
		const char *reason;
	} rows[] = {
		{CLOUD_STEP_CREATE, "FailedCreating"},
		{CLOUD_STEP_ACCEPT, "FailedAccepting"},
		{CLOUD_STEP_ADD_ROUTE, "FailedRouting"},
		{CLOUD_STEP_OPTIONS, "FailedSetting"},
		{CLOUD_STEP_SYNCHRONIZE, "FailedSetting"},
		{CLOUD_STEP_DELETE, "CloudProviderError"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct cloud_step step = {.verb = rows[i].verb};

		assert_string_equal(
			reason(false, CLOUD_WAIT_FOR_USER, "forbidden", &step), rows[i].reason);
		assert_string_equal(
			reason(true, CLOUD_WAIT_FOR_USER, "invalid", &step), rows[i].reason);
	}
}

static void
reading_that_failed_is_told_by_what_it_calls_for(void **state)
{
	(void)state;
	assert_string_equal(reason(false, CLOUD_GONE, "", NULL), "NotFound");
	assert_string_equal(reason(false, CLOUD_CREDENTIALS, "", NULL), "Unauthenticated");
	assert_string_equal(reason(false, CLOUD_WAIT_FOR_USER, "", NULL), "CloudProviderError");
}

static void
where_kyma_does_so_a_denial_or_a_quota_is_told_by_its_own_reason(void **state)
{
	const struct cloud_step create = {.verb = CLOUD_STEP_CREATE};

	(void)state;
	assert_string_equal(
		reason(true, CLOUD_WAIT_FOR_USER, "forbidden", &create), "Unauthorized");
	assert_string_equal(
		reason(true, CLOUD_WAIT_FOR_USER, "AuthorizationFailed", NULL), "Unauthorized");
	assert_string_equal(
		reason(true, CLOUD_WAIT_FOR_USER, "QUOTA_EXCEEDED", &create), "QuotaExceeded");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_that_failed_is_told_by_what_it_was),
		cmocka_unit_test(reading_that_failed_is_told_by_what_it_calls_for),
		cmocka_unit_test(where_kyma_does_so_a_denial_or_a_quota_is_told_by_its_own_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
