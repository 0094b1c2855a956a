/* The limits of policy reports: size, characters, memory. */
#include "base/cleanup.h"
#include "base/text.h"
#include "tests/report/policy_report_bench.h"

static void
more_results_than_the_maximum_are_counted_and_noted(void **state)
{
	struct bench *bench = *state;
	const struct json *report;

	for (int i = 0; i < 9; i++)
		sample_finding(&bench->findings, "broad-prefix", ACTION_WARN, &sample_subnet,
			arena_printf(bench->arena, "10.%d.0.0/7", i));
	sample_conflict(&bench->findings, &sample_subnet);
	bench->findings.untold[ACTION_WARN] = 5;
	bench->report.maximum = 4;
	report = write_tree(bench);
	assert_int_equal(json_count(json_member(report, "results")), 4);
	assert_string_equal(at(bench, report, "results[0].rule"), "cidr-overlap");
	assert_string_equal(at(bench, report, "summary.warn"), "14");
	assert_string_equal(
		at(bench, report, "metadata.annotations[peerwarden.io/results-left-out]"), "11");
	assert_int_equal(bench->outcome.left_out, 11);
	assert_int_equal(bench->outcome.results, 4);
}

/* Message and hint of 2-byte characters after `shift` bytes, so that every limit falls inside one.
 */
static void
make_long(struct bench *bench, struct finding *finding, size_t shift)
{
	char *text = ARENA_ARRAY(bench->arena, char, 8001);

	memset(text, 'x', shift);
	for (size_t i = shift; i + 2 < 8000; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	finding->message = text;
	finding->subject.value = text;
}

static void
long_text_is_cut_between_characters(void **state)
{
	struct bench *bench = *state;
	struct finding *finding = sample_conflict(&bench->findings, &sample_subnet);

	for (size_t shift = 0; shift < 4; shift++) {
		const struct json *report;
		const char *message, *value;

		make_long(bench, finding, shift);
		report = write_tree(bench);
		message = at(bench, report, "results[0].message");
		value = at(bench, report, "results[0].properties.value");
		assert_in_range(strlen(message), 2047, 2048);
		assert_in_range(strlen(value), 511, 512);
		assert_true(text_ends_with(message, "\xc3\xa9..."));
		assert_true(text_ends_with(value, "\xc3\xa9..."));
	}
}

static void
the_largest_report_is_smaller_than_what_etcd_takes(void **state)
{
	struct bench *bench = *state;
	char name[254], quotes[513], text[4001];

	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = quotes[sizeof quotes - 1] = text[sizeof text - 1] = '\0';
	memset(quotes, '"', sizeof quotes - 1);
	memset(text, '"', sizeof text - 1);
	for (int i = 0; i < 150; i++) {
		struct finding *finding = sample_finding(&bench->findings, "cidr-overlap",
			ACTION_DENY, &sample_subnet, arena_printf(bench->arena, "%d", i));

		for (int j = 0; j < 20; j++) {
			name[0] = (char)('a' + j);
			finding_counterpart(&bench->findings, finding,
				&(struct object_id){KIND_AWS_VPC_PEERING, name, name},
				(struct field){"spec.remoteVpcId", 0}, quotes);
		}
		finding->subject.value = quotes;
		finding->message = text;
	}
	assert_in_range(strlen(write_text(bench)), 500000, 1400000);
	assert_int_equal(bench->outcome.results, POLICY_REPORT_RESULTS);
	assert_int_equal(bench->outcome.left_out, 50);
}

static void
control_characters_do_not_get_through(void **state)
{
	struct bench *bench = *state;
	struct finding *finding =
		sample_finding(&bench->findings, "quota", ACTION_WARN, &sample_subnet, "v");
	const struct json *report;

	finding->message = "a\nb\x1b[2J";
	finding->hint = "c\r\nd\x7f";
	report = write_tree(bench);
	assert_string_equal(at(bench, report, "results[0].message"), "a?b?[2J\nc?\nd?");
}

static void
a_uid_that_can_be_no_name_is_refused(void **state)
{
	static const char *const wrong[] = {NULL, "", "a/b", "../x", "A", "a b"};
	struct bench *bench = *state;
	struct error error;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		bench->report.uid = wrong[i];
		assert_false(policy_report_write(
			bench->arena, &bench->report, &bench->out, &bench->outcome, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	assert_int_equal(bench->out.length, 0);
}

static void
a_buffer_that_is_too_small_is_said(void **state)
{
	struct bench *bench = *state;
	struct buffer small CLEANUP(buffer_dispose);
	struct error error;

	buffer_init(&small, 300);
	sample_all(&bench->findings, &sample_subnet);
	assert_false(
		policy_report_write(bench->arena, &bench->report, &small, &bench->outcome, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
}

static bool
attempt(struct arena *arena, void *context, struct error *error)
{
	struct bench *bench = context;
	struct buffer out CLEANUP(buffer_dispose);
	struct policy_report_outcome outcome;

	buffer_init(&out, 1 << 20);
	if (!policy_report_write(arena, &bench->report, &out, &outcome, error))
		return false;
	assert_int_equal(outcome.content, bench->outcome.content);
	return true;
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	struct bench *bench = *state;

	sample_all(&bench->findings, &sample_subnet);
	bench->report.stored = write_tree(bench);
	assert_in_range(arena_limit_walk(attempt, bench), 1024, 1 << 18);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(more_results_than_the_maximum_are_counted_and_noted),
		BENCH_TEST(long_text_is_cut_between_characters),
		BENCH_TEST(the_largest_report_is_smaller_than_what_etcd_takes),
		BENCH_TEST(control_characters_do_not_get_through),
		BENCH_TEST(a_uid_that_can_be_no_name_is_refused),
		BENCH_TEST(a_buffer_that_is_too_small_is_said),
		BENCH_TEST(every_shortage_of_memory_is_a_clean_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
