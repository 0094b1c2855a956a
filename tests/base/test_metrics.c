#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <math.h>
#include <pthread.h>

#include "base/cleanup.h"
#include "base/metrics.h"

static struct buffer page;

static const char *
read_page(void)
{
	buffer_dispose(&page);
	buffer_init(&page, 4 << 20);
	metrics_write(&page);
	return buffer_text(&page);
}

static int
dispose_page(void **state)
{
	(void)state;
	buffer_dispose(&page);
	return 0;
}

static void
assert_has(const char *line)
{
	if (!strstr(read_page(), line))
		fail_msg("no \"%s\" in:\n%s", line, buffer_text(&page));
}

static void
counters_add_up_per_combination_of_labels(void **state)
{
	static struct metric decisions =
		METRIC_COUNTER("test_decisions_total", "Decisions.", "verdict", "kind");
	char copied[] = "deny";

	(void)state;
	metric_add(&decisions, 1, "deny", "Subnet");
	metric_add(&decisions, 1, "allow", "Vpc");
	metric_add(&decisions, 2, copied, "Subnet");
	copied[0] = 'D'; /* the same address, another value */
	metric_add(&decisions, 1, copied, "Subnet");
	assert_has("# HELP test_decisions_total Decisions.\n"
		   "# TYPE test_decisions_total counter\n"
		   "test_decisions_total{verdict=\"Deny\",kind=\"Subnet\"} 1\n"
		   "test_decisions_total{verdict=\"allow\",kind=\"Vpc\"} 1\n"
		   "test_decisions_total{verdict=\"deny\",kind=\"Subnet\"} 3\n");
}

static void
gauges_keep_the_last_value(void **state)
{
	static struct metric age = METRIC_GAUGE("test_age_seconds", "Age.");

	(void)state;
	metric_set(&age, 7);
	metric_set(&age, 0.1);
	assert_has("\n# HELP test_age_seconds Age.\n# TYPE test_age_seconds gauge\n"
		   "test_age_seconds 0.1\n");
	metric_add(&age, -1.1);
	assert_has("\ntest_age_seconds -1\n");
}

static void
numbers_are_written_so_that_they_read_back(void **state)
{
	static struct metric number = METRIC_GAUGE("test_number", "Number.");

	(void)state;
	metric_set(&number, 123456789012345);
	assert_has("\ntest_number 123456789012345\n");
	metric_set(&number, 1.0 / 3);
	assert_has("\ntest_number 0.3333333333333333");
	assert_true(strtod(strstr(buffer_text(&page), "\ntest_number ") + 13, NULL) == 1.0 / 3);
	metric_set(&number, INFINITY);
	assert_has("\ntest_number +Inf\n");
	metric_set(&number, -INFINITY);
	assert_has("\ntest_number -Inf\n");
	metric_set(&number, NAN);
	assert_has("\ntest_number NaN\n");
}

static void
histograms_have_cumulative_buckets(void **state)
{
	static const double bounds[] = {0.005, 0.25, 1, 0};
	static struct metric duration =
		METRIC_HISTOGRAM("test_duration_seconds", "Duration.", bounds, "path");

	(void)state;
	metric_observe(&duration, 0.001, "/validate");
	metric_observe(&duration, 0.25, "/validate"); /* a bound belongs to its bucket */
	metric_observe(&duration, 0.5, "/validate");
	metric_observe(&duration, 2, "/validate");
	assert_has("# TYPE test_duration_seconds histogram\n"
		   "test_duration_seconds_bucket{path=\"/validate\",le=\"0.005\"} 1\n"
		   "test_duration_seconds_bucket{path=\"/validate\",le=\"0.25\"} 2\n"
		   "test_duration_seconds_bucket{path=\"/validate\",le=\"1\"} 3\n"
		   "test_duration_seconds_bucket{path=\"/validate\",le=\"+Inf\"} 4\n"
		   "test_duration_seconds_sum{path=\"/validate\"} 2.751\n"
		   "test_duration_seconds_count{path=\"/validate\"} 4\n");
}

static void
histograms_may_have_no_label(void **state)
{
	static const double bounds[] = {1, 0};
	static struct metric bare = METRIC_HISTOGRAM("test_bare_seconds", "Bare.", bounds);

	(void)state;
	metric_observe(&bare, 1);
	assert_has("\ntest_bare_seconds_bucket{le=\"1\"} 1\n"
		   "test_bare_seconds_bucket{le=\"+Inf\"} 1\n"
		   "test_bare_seconds_sum 1\ntest_bare_seconds_count 1\n");
}

static void
label_values_and_help_are_escaped(void **state)
{
	static struct metric odd = METRIC_COUNTER("test_odd_total", "A \\ and a\nline.", "name");

	(void)state;
	metric_add(&odd, 1, "a\"b\\c\nd\xFF\xC3\xBC");
	assert_has("\n# HELP test_odd_total A \\\\ and a\\nline.\n");
	assert_has("\ntest_odd_total{name=\"a\\\"b\\\\c\\nd\xEF\xBF\xBD\xC3\xBC\"} 1\n");
}

static void
combinations_beyond_the_limit_are_counted_as_other(void **state)
{
	static struct metric wide = METRIC_COUNTER("test_wide_total", "Wide.", "name", "kind");
	char name[] = "000";
	size_t lines = 0;

	(void)state;
	for (int i = 0; i < METRIC_SERIES + 50; i++) {
		name[0] = (char)('0' + i / 100);
		name[1] = (char)('0' + i / 10 % 10);
		name[2] = (char)('0' + i % 10);
		metric_add(&wide, 1, name, "Vpc");
	}
	metric_add(&wide, 1, "000", "Vpc");
	assert_has("\ntest_wide_total{name=\"other\",kind=\"other\"} 50\n");
	assert_has("\ntest_wide_total{name=\"000\",kind=\"Vpc\"} 2\n");
	assert_has("\ntest_wide_total{name=\"127\",kind=\"Vpc\"} 1\n");
	for (const char *at = buffer_text(&page); (at = strstr(at, "\ntest_wide_total{")); at++)
		lines++;
	assert_int_equal(lines, METRIC_SERIES + 1);
}

static void
metrics_are_ordered_by_name_and_unused_ones_are_absent(void **state)
{
	static struct metric last = METRIC_GAUGE("zz_last", "Last.");
	static struct metric first = METRIC_GAUGE("aa_first", "First.");
	char before[256] = "";
	size_t metrics = 0;

	(void)state;
	metric_set(&last, 1);
	metric_set(&first, 1);
	for (const char *at = read_page(); (at = strstr(at, "# TYPE ")); metrics++) {
		char name[256];
		size_t length = strcspn(at + 7, " ");

		memcpy(name, at + 7, length);
		name[length] = '\0';
		assert_true(strcmp(before, name) < 0);
		memcpy(before, name, sizeof before);
		at += 7;
	}
	assert_string_equal(before, "zz_last");
	assert_in_range(metrics, 6, 100);
	assert_null(strstr(buffer_text(&page), "test_raced"));
}

static double
sample(const char *line)
{
	const char *at = strstr(read_page(), line);

	assert_non_null(at);
	return strtod(at + strlen(line), NULL);
}

static void
the_process_is_measured(void **state)
{
	double start = sample("\nprocess_start_time_seconds ");

	(void)state;
	assert_true(sample("\nprocess_cpu_seconds_total ") >= 0);
	assert_true(sample("\nprocess_resident_memory_bytes ") > 100000);
	assert_true(sample("\nprocess_open_fds ") >= 3);
	assert_true(start > (double)time(NULL) - 3600 && start < (double)time(NULL) + 2);
	assert_has("# TYPE process_cpu_seconds_total counter\n");
}

enum { THREADS = 4, ROUNDS = 5000 };

static struct metric raced = METRIC_COUNTER("test_raced_total", "Raced.", "name");
static pthread_barrier_t together;

static void *
race(void *unused)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

	pthread_barrier_wait(&together);
	for (int i = 0; i < ROUNDS; i++)
		metric_add(&raced, 1, names[i % 8]);
	return unused;
}

static void
threads_lose_no_count_and_make_no_series_twice(void **state)
{
	pthread_t threads[THREADS];
	const char *at;

	(void)state;
	pthread_barrier_init(&together, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, race, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&together);
	assert_true(sample("\ntest_raced_total{name=\"a\"} ") == THREADS * ROUNDS / 8);
	assert_true(sample("\ntest_raced_total{name=\"h\"} ") == THREADS * ROUNDS / 8);
	at = strstr(buffer_text(&page), "test_raced_total{name=\"a\"}");
	assert_null(strstr(at + 1, "test_raced_total{name=\"a\"}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_add_up_per_combination_of_labels),
		cmocka_unit_test(gauges_keep_the_last_value),
		cmocka_unit_test(numbers_are_written_so_that_they_read_back),
		cmocka_unit_test(histograms_have_cumulative_buckets),
		cmocka_unit_test(histograms_may_have_no_label),
		cmocka_unit_test(label_values_and_help_are_escaped),
		cmocka_unit_test(combinations_beyond_the_limit_are_counted_as_other),
		cmocka_unit_test(metrics_are_ordered_by_name_and_unused_ones_are_absent),
		cmocka_unit_test(the_process_is_measured),
		cmocka_unit_test(threads_lose_no_count_and_make_no_series_twice),
	};

	return cmocka_run_group_tests(tests, NULL, dispose_page);
}
