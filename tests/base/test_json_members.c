#include "base/json_members.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/metrics.h"

static struct buffer out;

static int
setup(void **state)
{
	(void)state;
	buffer_init(&out, SIZE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buffer_dispose(&out);
	return 0;
}

static void
commas_stand_between_members_and_nowhere_else(void **state)
{
	(void)state;
	json_members_open(&out, NULL);
	json_members_open(&out, "empty");
	json_members_close(&out);
	json_members_open_list(&out, "list");
	json_members_text(&out, NULL, "a");
	json_members_open(&out, NULL);
	json_members_flag(&out, "b", true);
	json_members_flag(&out, "c", false);
	json_members_close(&out);
	json_members_close_list(&out);
	json_members_number(&out, "d", 1);
	json_members_close(&out);
	assert_string_equal(buffer_text(&out),
		"{\"empty\":{},\"list\":[\"a\",{\"b\":true,\"c\":false}],\"d\":1}");
}

static void
a_text_is_escaped_and_none_is_empty(void **state)
{
	(void)state;
	json_members_open(&out, NULL);
	json_members_text(&out, "a\"", "{\n");
	json_members_text(&out, "b", NULL);
	json_members_close(&out);
	assert_string_equal(buffer_text(&out), "{\"a\\\"\":\"{\\n\",\"b\":\"\"}");
}

static void
numbers_are_whole_where_they_can_be_and_null_where_json_has_none(void **state)
{
	(void)state;
	json_members_open_list(&out, NULL);
	json_members_number(&out, NULL, 123456789012345.0);
	json_members_number(&out, NULL, 0.1);
	json_members_number(&out, NULL, -2);
	json_members_number(&out, NULL, (double)INFINITY);
	json_members_number(&out, NULL, (double)NAN);
	json_members_seconds(&out, NULL, 1500 * CLOCK_MILLISECOND);
	json_members_time(&out, NULL, 0);
	json_members_close_list(&out);
	assert_string_equal(buffer_text(&out),
		"[123456789012345,0.1,-2,null,null,1.5,\"1970-01-01T00:00:00.000Z\"]");
}

static void
metrics_come_with_their_labels(void **state)
{
	static const double bounds[] = {1, 0};
	static struct metric histogram =
		METRIC_HISTOGRAM("test_members_seconds", "Test.", bounds, "word");
	static struct metric counter = METRIC_COUNTER("test_members_total", "Test.", "word");

	(void)state;
	metric_observe(&histogram, 1.5, "a");
	metric_add(&counter, 3, "a");
	metric_add(&counter, 4, "b");
	json_members_open(&out, NULL);
	json_members_metrics(&out, "metrics");
	json_members_close(&out);
	assert_non_null(strstr(buffer_text(&out),
		"\"test_members_seconds\":[{\"word\":\"a\",\"count\":1,\"sum\":1.5}],"
		"\"test_members_total\":[{\"word\":\"a\",\"value\":3},{\"word\":\"b\",\"value\":4}]"
		"}}"));
	assert_true(strncmp(buffer_text(&out), "{\"metrics\":{\"", 13) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			commas_stand_between_members_and_nowhere_else, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_text_is_escaped_and_none_is_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(
			numbers_are_whole_where_they_can_be_and_null_where_json_has_none, setup,
			teardown),
		cmocka_unit_test_setup_teardown(metrics_come_with_their_labels, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
