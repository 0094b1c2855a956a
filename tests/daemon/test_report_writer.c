/* The writer of policy reports against an API server that keeps them, with a clock that is set and
 * a lead that comes and goes. */
#include "daemon/report_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "tests/daemon/fake_reports.h"
#include "tests/report/policy_report_samples.h"

#define CLUSTER  "wgpolicyk8s.io/v1alpha2/clusterpolicyreports"
#define IN_TEAM  "wgpolicyk8s.io/v1alpha2/policyreports"
#define OTHER    "openreports.io/v1alpha1/clusterreports"
#define INTERVAL (60 * CLOCK_SECOND)
#define OURS(name, version)                                                                        \
	"{\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version                      \
	"\",\"labels\":{\"" FAKE_LABEL "}}}"
#define THEIRS(name) "{\"metadata\":{\"name\":\"" name "\"},\"summary\":{\"fail\":7}}"

static _Atomic int64_t clock_offset;
static atomic_bool is_leader;
static atomic_int asked_until_loss; /* 0: the lead stays */

int64_t __real_clock_monotonic(void);
int64_t __wrap_clock_monotonic(void);
bool __wrap_leader_is_sure(const struct leader *leader);
int64_t __wrap_leader_longest_call(const struct leader *leader);

int64_t
__wrap_clock_monotonic(void)
{
	return __real_clock_monotonic() + atomic_load(&clock_offset);
}

bool
__wrap_leader_is_sure(const struct leader *leader)
{
	(void)leader;
	if (atomic_load(&asked_until_loss) > 0 && atomic_fetch_sub(&asked_until_loss, 1) == 1)
		atomic_store(&is_leader, false);
	return atomic_load(&is_leader);
}

int64_t
__wrap_leader_longest_call(const struct leader *leader)
{
	(void)leader;
	return 5 * CLOCK_SECOND;
}

struct fixture {
	struct fake_reports server;
	struct kube_config config;
	struct report_writer_settings settings;
	struct report_writer *writer;
	_Atomic int value; /* that the reports tell */
	atomic_bool nothing;
	atomic_int loss; /* the lead goes so many questions after a stored report was looked at */
};

/* One finding; "team-..." is the uid of an object in a namespace. */
static bool
make(void *context, struct arena *arena, const char *uid, const struct json *stored,
	struct buffer *out, uint64_t *content)
{
	struct fixture *fixture = context;
	struct findings findings = {.arena = arena};
	const struct object_id *object = uid[0] == 't' ? &sample_gateway : &sample_subnet;
	struct policy_report report = sample_report(&findings, object);
	struct policy_report_outcome outcome;

	if (atomic_load(&fixture->nothing))
		return false;
	if (stored)
		atomic_store(&asked_until_loss, atomic_exchange(&fixture->loss, 0));
	report.form = fixture->settings.form;
	report.uid = uid;
	report.stored = stored;
	sample_finding(&findings, "quota", ACTION_DENY, object,
		arena_printf(arena, "value-%d", atomic_load(&fixture->value)));
	assert_true(policy_report_write(arena, &report, out, &outcome, NULL));
	*content = outcome.content;
	return true;
}

static struct fixture *
set_up(void)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	atomic_store(&clock_offset, 0);
	atomic_store(&is_leader, true);
	fake_reports_start(&fixture->server);
	fixture->config.server.url = fixture->server.url;
	fixture->settings = (struct report_writer_settings){.config = &fixture->config,
		.leader = (struct leader *)(void *)fixture,
		.maximum = 100,
		.interval = INTERVAL,
		.make = make,
		.context = fixture};
	return fixture;
}

static void
start(struct fixture *fixture)
{
	fixture->writer = report_writer_start(&fixture->settings, NULL);
	assert_non_null(fixture->writer);
}

static void
tear_down(struct fixture *fixture)
{
	report_writer_stop(fixture->writer);
	fake_reports_stop(&fixture->server);
	free(fixture);
}

static void
want(struct fixture *fixture, const char *uid, int64_t created)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct buffer out CLEANUP(buffer_dispose);
	struct report_wish wish = {.uid = uid,
		.namespace = uid[0] == 't' ? "team-a" : "",
		.worst = ACTION_DENY,
		.created = created};

	buffer_init(&out, 1 << 20);
	assert_true(make(fixture, arena, uid, NULL, &out, &wish.content));
	report_writer_want(fixture->writer, &wish);
}

static void
put(struct fixture *fixture, const char *collection, const char *name, const char *text)
{
	pthread_mutex_lock(&fixture->server.mutex);
	fake_put(&fixture->server, collection, "", name, text);
	pthread_mutex_unlock(&fixture->server.mutex);
}

static bool
stands(struct fixture *fixture, const char *uid, const char *part)
{
	char name[100];

	snprintf(name, sizeof name, "peerwarden-%s", uid);
	return uid[0] == 't' ? fake_reports_has(&fixture->server, IN_TEAM, "team-a", name, part)
			     : fake_reports_has(&fixture->server, CLUSTER, "", name, part);
}

static struct report_writer_view
look(struct fixture *fixture)
{
	struct report_writer_view view;

	report_writer_look(fixture->writer, &view);
	return view;
}

static void
pass_interval(struct fixture *fixture)
{
	atomic_fetch_add(&clock_offset, INTERVAL);
	report_writer_wake(fixture->writer);
}

static int
number(struct fixture *fixture, const int *place)
{
	return fake_reports_number(&fixture->server, place);
}

static void
what_is_wished_is_created_in_its_place(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	want(fixture, "a", 1);
	want(fixture, "t", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-0")));
	assert_true(FAKE_EVENTUALLY(stands(fixture, "t", "\"namespace\":\"team-a\"")));
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.behind == 0));
	assert_int_equal(look(fixture).figures.stored, 2);
	assert_string_equal(look(fixture).problem, "");
	tear_down(fixture);
}

static void
nothing_is_written_or_deleted_before_the_beginning(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	put(fixture, CLUSTER, "peerwarden-old", OURS("peerwarden-old", "1"));
	start(fixture);
	want(fixture, "a", 1);
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.stored == 1));
	report_writer_wake(fixture->writer);
	assert_true(FAKE_EVENTUALLY(number(fixture, &fixture->server.lists) >= 4));
	assert_int_equal(number(fixture, &fixture->server.posts), 0);
	assert_int_equal(number(fixture, &fixture->server.deletes), 0);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-0")));
	assert_true(FAKE_EVENTUALLY(!stands(fixture, "old", "")));
	tear_down(fixture);
}

static void
a_change_is_written_once_in_an_interval(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-0")));
	for (int i = 1; i <= 5; i++) {
		atomic_store(&fixture->value, i);
		want(fixture, "a", 1);
		report_writer_begin(fixture->writer);
	}
	/* Another object's report is written meanwhile. */
	want(fixture, "b", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "b", "value-5")));
	assert_true(stands(fixture, "a", "value-0"));
	pass_interval(fixture);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-5")));
	assert_int_equal(number(fixture, &fixture->server.puts), 1);
	tear_down(fixture);
}

static void
what_has_not_changed_is_not_written(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.stored == 1));
	report_writer_stop(fixture->writer);
	start(fixture);
	want(fixture, "a", 1);
	want(fixture, "b", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "b", "value-0")));
	pass_interval(fixture);
	want(fixture, "c", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "c", "value-0")));
	assert_int_equal(number(fixture, &fixture->server.posts), 3);
	assert_int_equal(number(fixture, &fixture->server.puts), 0);
	assert_int_equal(number(fixture, &fixture->server.deletes), 0);
	tear_down(fixture);
}

static void
what_is_not_wished_any_more_is_deleted(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.stored == 1));
	report_writer_unwant(fixture->writer, "a");
	pass_interval(fixture);
	assert_true(FAKE_EVENTUALLY(fake_reports_count(&fixture->server, CLUSTER) == 0));
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.stored == 0));
	tear_down(fixture);
}

static void
a_report_that_somebody_deletes_or_changes_is_put_right(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	want(fixture, "a", 1);
	want(fixture, "b", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.behind == 0));
	pthread_mutex_lock(&fixture->server.mutex);
	fake_delete(&fixture->server, fake_find(&fixture->server, CLUSTER, "", "peerwarden-a"));
	pthread_mutex_unlock(&fixture->server.mutex);
	put(fixture, CLUSTER, "peerwarden-b", OURS("peerwarden-b", "1"));
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.behind == 2));
	pass_interval(fixture);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-0")));
	assert_true(FAKE_EVENTUALLY(stands(fixture, "b", "value-0")));
	tear_down(fixture);
}

static void
beyond_the_maximum_the_youngest_is_left_out_and_that_is_said(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	fixture->settings.maximum = 1;
	start(fixture);
	want(fixture, "young", 2);
	want(fixture, "old", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "old", "value-0")));
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.behind == 0));
	assert_int_equal(fake_reports_count(&fixture->server, CLUSTER), 1);
	assert_int_equal(look(fixture).figures.left_out, 1);
	assert_string_equal(
		look(fixture).problem, "1 reports are left out: there may be 1 at most");
	tear_down(fixture);
}

static void
a_report_that_is_not_ours_stays_as_it_is(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	put(fixture, CLUSTER, "peerwarden-a", THEIRS("peerwarden-a"));
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.blocked == 1));
	assert_true(stands(fixture, "a", "\"fail\":7"));
	assert_non_null(strstr(look(fixture).problem, "not ours"));
	assert_int_equal(number(fixture, &fixture->server.posts), 1);
	tear_down(fixture);
}

static void
a_report_that_has_lost_our_label_is_not_touched(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.behind == 0));
	put(fixture, CLUSTER, "peerwarden-a", THEIRS("peerwarden-a"));
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.stored == 0));
	pass_interval(fixture);
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.blocked == 1));
	assert_true(stands(fixture, "a", "\"fail\":7"));
	tear_down(fixture);
}

static void
a_form_that_is_not_installed_is_said_and_waited_for(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	fake_reports_set(&fixture->server, &fixture->server.installed[0], false);
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(
		strstr(look(fixture).problem, "wgpolicyk8s.io/v1alpha2 is not installed")));
	assert_int_equal(number(fixture, &fixture->server.posts), 0);
	fake_reports_set(&fixture->server, &fixture->server.installed[0], true);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-0")));
	assert_true(FAKE_EVENTUALLY(!*look(fixture).problem));
	tear_down(fixture);
}

static void
a_list_that_makes_no_sense_is_said(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	fake_reports_set(&fixture->server, &fixture->server.garbles, true);
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(strstr(look(fixture).problem, "cannot be watched")));
	fake_reports_set(&fixture->server, &fixture->server.garbles, false);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-0")));
	assert_true(FAKE_EVENTUALLY(!*look(fixture).problem));
	tear_down(fixture);
}

static void
a_form_that_goes_and_comes_back_is_filled_anew(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.stored == 1));
	pthread_mutex_lock(&fixture->server.mutex);
	fixture->server.installed[0] = false;
	fake_delete(&fixture->server, &fixture->server.objects[0]);
	pthread_mutex_unlock(&fixture->server.mutex);
	assert_true(FAKE_EVENTUALLY(strstr(look(fixture).problem, "is not installed")));
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.stored == 0));
	fake_reports_set(&fixture->server, &fixture->server.installed[0], true);
	pass_interval(fixture);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-0")));
	assert_int_equal(number(fixture, &fixture->server.posts), 2);
	tear_down(fixture);
}

static void
without_the_lead_nothing_is_written(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	atomic_store(&is_leader, false);
	put(fixture, OTHER, "peerwarden-x", OURS("peerwarden-x", "1"));
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(number(fixture, &fixture->server.lists) == 2));
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.behind == 1));
	assert_int_equal(number(fixture, &fixture->server.posts), 0);
	assert_int_equal(number(fixture, &fixture->server.deletes), 0);
	atomic_store(&is_leader, true);
	report_writer_wake(fixture->writer);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-0")));
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.behind == 0));
	atomic_store(&is_leader, false);
	atomic_store(&fixture->value, 1);
	want(fixture, "a", 1);
	pass_interval(fixture);
	/* It has looked at the plan since, as a further look at the lead shows. */
	assert_true(FAKE_EVENTUALLY(look(fixture).figures.behind == 1));
	assert_int_equal(number(fixture, &fixture->server.puts), 0);
	atomic_store(&is_leader, true);
	report_writer_wake(fixture->writer);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-1")));
	tear_down(fixture);
}

static void
a_lead_that_goes_right_before_a_write_leaves_it_to_be_done(void **state)
{
	(void)state;
	for (int asked = 1; asked <= 2; asked++) {
		struct fixture *fixture = set_up();

		start(fixture);
		want(fixture, "a", 1);
		report_writer_begin(fixture->writer);
		assert_true(FAKE_EVENTUALLY(look(fixture).figures.stored == 1));
		atomic_store(&fixture->value, 1);
		atomic_store(&fixture->loss, asked);
		want(fixture, "a", 1);
		pass_interval(fixture);
		assert_true(FAKE_EVENTUALLY(
			!atomic_load(&is_leader) || stands(fixture, "a", "value-1")));
		atomic_store(&asked_until_loss, 0);
		atomic_store(&is_leader, true);
		pass_interval(fixture);
		assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-1")));
		tear_down(fixture);
	}
}

static void
reports_of_ours_in_the_other_form_go(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	put(fixture, OTHER, "peerwarden-x", OURS("peerwarden-x", "1"));
	put(fixture, OTHER, "by-hand", OURS("by-hand", "1"));
	put(fixture, OTHER, "peerwarden-y", THEIRS("peerwarden-y"));
	start(fixture);
	assert_true(FAKE_EVENTUALLY(fake_reports_count(&fixture->server, OTHER) == 2));
	assert_true(fake_reports_has(&fixture->server, OTHER, "", "by-hand", ""));
	assert_true(fake_reports_has(&fixture->server, OTHER, "", "peerwarden-y", ""));
	tear_down(fixture);
}

static void
the_other_form_need_not_be_installed(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	fixture->settings.form = POLICY_REPORT_OPENREPORTS;
	fake_reports_set(&fixture->server, &fixture->server.installed[0], false);
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(fake_reports_has(
		&fixture->server, OTHER, "", "peerwarden-a", "openreports.io/v1alpha1")));
	assert_string_equal(look(fixture).problem, "");
	tear_down(fixture);
}

static void
a_write_that_is_refused_is_said_and_tried_again(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	fake_reports_set(&fixture->server, &fixture->server.refuses, true);
	start(fixture);
	want(fixture, "a", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(strstr(look(fixture).problem, "403")));
	assert_int_equal(number(fixture, &fixture->server.posts), 1);
	fake_reports_set(&fixture->server, &fixture->server.refuses, false);
	pass_interval(fixture);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "value-0")));
	assert_true(FAKE_EVENTUALLY(!*look(fixture).problem));
	tear_down(fixture);
}

static void
what_has_become_needless_is_not_created(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	want(fixture, "a", 1);
	atomic_store(&fixture->nothing, true);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(number(fixture, &fixture->server.lists) >= 4));
	atomic_store(&fixture->nothing, false);
	want(fixture, "b", 1);
	report_writer_begin(fixture->writer);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "b", "value-0")));
	tear_down(fixture);
}

static void
a_configuration_that_cannot_be_used_is_said_at_once(void **state)
{
	struct fixture *fixture = set_up();
	struct error error = {0};

	(void)state;
	fixture->config.server.url = "http://not-loopback.example.com";
	assert_null(report_writer_start(&fixture->settings, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	tear_down(fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wished_is_created_in_its_place),
		cmocka_unit_test(nothing_is_written_or_deleted_before_the_beginning),
		cmocka_unit_test(a_change_is_written_once_in_an_interval),
		cmocka_unit_test(what_has_not_changed_is_not_written),
		cmocka_unit_test(what_is_not_wished_any_more_is_deleted),
		cmocka_unit_test(a_report_that_somebody_deletes_or_changes_is_put_right),
		cmocka_unit_test(beyond_the_maximum_the_youngest_is_left_out_and_that_is_said),
		cmocka_unit_test(a_report_that_is_not_ours_stays_as_it_is),
		cmocka_unit_test(a_report_that_has_lost_our_label_is_not_touched),
		cmocka_unit_test(a_form_that_is_not_installed_is_said_and_waited_for),
		cmocka_unit_test(a_list_that_makes_no_sense_is_said),
		cmocka_unit_test(a_form_that_goes_and_comes_back_is_filled_anew),
		cmocka_unit_test(without_the_lead_nothing_is_written),
		cmocka_unit_test(a_lead_that_goes_right_before_a_write_leaves_it_to_be_done),
		cmocka_unit_test(reports_of_ours_in_the_other_form_go),
		cmocka_unit_test(the_other_form_need_not_be_installed),
		cmocka_unit_test(a_write_that_is_refused_is_said_and_tried_again),
		cmocka_unit_test(what_has_become_needless_is_not_created),
		cmocka_unit_test(a_configuration_that_cannot_be_used_is_said_at_once),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
