#include "daemon/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/metrics.h"
#include "format/json.h"
#include "tests/daemon/status_fixture.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(SIZE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct json *
write_and_read(const struct status *status)
{
	struct json_limits limits = {.bytes = 1 << 24, .depth = 32, .values = 100000};
	struct buffer out;
	const struct json *page;
	struct error error;

	buffer_init(&out, SIZE_MAX);
	status_write(status, &out);
	page = json_parse(arena, arena_text(arena, buffer_text(&out)), out.length, &limits, &error);
	if (!page)
		fail_msg("%s in %s", error.message, buffer_text(&out));
	buffer_dispose(&out);
	return page;
}

static const char *
text_at(const struct json *page, const char *path)
{
	const char *text = json_text(json_nearest(page, path));

	return text ? text : "";
}

static int64_t
number_at(const struct json *page, const char *path)
{
	int64_t number = -1;

	json_integer(json_nearest(page, path), &number);
	return number;
}

static void
each_part_stands_in_it(void **state)
{
	struct status status = status_fixture();
	const struct json *page = write_and_read(&status);

	(void)state;
	assert_string_equal(text_at(page, "version"), PEERWARDEN_VERSION);
	assert_string_equal(text_at(page, "phase"), "running");
	assert_true(json_boolean(json_nearest(page, "leader.leads"), false));
	assert_string_equal(text_at(page, "leader.holder"), "daemon-1_aa");
	assert_int_equal(number_at(page, "leader.transitions"), 3);
	assert_true(json_boolean(json_nearest(page, "mirror.synced"), false));
	assert_int_equal(number_at(page, "mirror.ageSeconds"), 7);
	assert_int_equal(number_at(page, "mirror.objects"), 42);
	assert_int_equal(number_at(page, "queues.peering.worked"), 2);
	assert_int_equal(number_at(page, "queues.remote-network.waiting"), 5);
	assert_int_equal(number_at(page, "clouds.aws.answers"), 12);
	assert_string_equal(text_at(page, "clouds.aws.answered"), "2023-11-14T22:13:00.000Z");
	assert_int_equal(number_at(page, "audit.findings.deny"), 3);
	assert_int_equal(number_at(page, "audit.findings.report"), 1);
	assert_int_equal(number_at(page, "reports.behind"), 2);
	assert_string_equal(text_at(page, "reports.problem"), STATUS_FIXTURE_BAD);
	assert_string_equal(text_at(page, "registration.probed"), "2023-11-14T22:13:00.000Z");
	assert_string_equal(text_at(page, "registration.validating.name"), "peerwarden");
	assert_string_equal(text_at(page, "registration.validating.state"), "filled");
	assert_string_equal(text_at(page, "registration.validating.answer"), "silent");
	assert_string_equal(text_at(page, "registration.validating.problem"), STATUS_FIXTURE_BAD);
	assert_null(json_member(json_member(page, "registration"), "mutating"));
	assert_string_equal(text_at(page, "settings.policy"), "defaults");
	assert_string_equal(text_at(page, "settings.kinds"), "kube-ovn");
}

static void
each_peering_stands_in_it(void **state)
{
	struct status status = status_fixture();
	const struct json *page = write_and_read(&status);

	(void)state;
	assert_int_equal(json_count(json_nearest(page, "peerings")), 4);
	assert_string_equal(text_at(page, "peerings[0].key"), "awsvpcpeerings/active");
	assert_string_equal(text_at(page, "peerings[1].state"), "pending-acceptance");
	assert_int_equal(number_at(page, "peerings[2].drift"), 2);
	assert_string_equal(
		text_at(page, "peerings[2].firstDrift"), "route 10.3.0.0/16 is missing in rtb-1");
	assert_string_equal(text_at(page, "peerings[3].problem"), STATUS_FIXTURE_BAD);
	assert_true(json_is_null(json_nearest(page, "peerings[3].looked")));
}

static void
the_certificates_stand_in_it_where_they_are_kept(void **state)
{
	struct status status = status_fixture();
	const struct json *page;

	(void)state;
	status.certificates = (struct certificate_keeper_view){.is_kept = true,
		.looked = STATUS_FIXTURE_NOW,
		.next = "wait",
		.why = "nothing is due",
		.certificates = {[CERTIFICATE_LEAF] = {"abc", 1700000000, 1600000000}},
		.problems = {[CERTIFICATE_PROBLEM_CLOCK] = STATUS_FIXTURE_BAD}};
	page = write_and_read(&status);
	assert_string_equal(text_at(page, "certificates.next"), "wait");
	assert_string_equal(text_at(page, "certificates.looked"), "2023-11-14T22:13:20.000Z");
	assert_string_equal(text_at(page, "certificates.leaf.fingerprint"), "abc");
	assert_string_equal(text_at(page, "certificates.leaf.ends"), "2023-11-14T22:13:20.000Z");
	assert_null(json_member(json_member(page, "certificates"), "next-ca"));
	assert_int_equal(json_count(json_nearest(page, "certificates.problems")), 1);
	assert_string_equal(text_at(page, "certificates.problems.clock"), STATUS_FIXTURE_BAD);
	status.certificates.is_kept = false;
	assert_null(json_member(write_and_read(&status), "certificates"));
}

static void
a_daemon_that_has_just_started_has_a_page(void **state)
{
	struct status status = {.settings = &status_fixture_settings, .phase = "starting"};
	const struct json *page = write_and_read(&status);

	(void)state;
	assert_int_equal(json_count(json_nearest(page, "peerings")), 0);
	assert_int_equal(json_count(json_nearest(page, "queues")), 0);
	assert_true(json_is_null(json_nearest(page, "audit.audited")));
	assert_false(json_boolean(json_nearest(page, "mirror.synced"), true));
}

static void
the_metrics_stand_in_it(void **state)
{
	static struct metric counter = METRIC_COUNTER("test_status_total", "Test.", "word");
	struct status status = status_fixture();

	(void)state;
	metric_add(&counter, 3, "a");
	assert_int_equal(
		number_at(write_and_read(&status), "metrics.test_status_total[0].value"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_stands_in_it),
		cmocka_unit_test(each_peering_stands_in_it),
		cmocka_unit_test(the_certificates_stand_in_it_where_they_are_kept),
		cmocka_unit_test(a_daemon_that_has_just_started_has_a_page),
		cmocka_unit_test(the_metrics_stand_in_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
