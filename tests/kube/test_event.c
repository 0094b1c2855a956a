#include "kube/event.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/metrics.h"
#include "tests/http/fake_server.h"

#define CREATED FAKE_HEAD("201 Created") "\r\n{}"
#define GONE    FAKE_STATUS("404 Not Found", "404", "no")
#define EVENTS  "/apis/events.k8s.io/v1/namespaces/team/events"

struct fixture {
	struct fake_server server;
	struct kube_config config;
	struct event_recorder *recorder;
};

static const struct event example = {
	.regarding = {"cloud.example.org/v1", "Peering", "team", "blue", "u-1"},
	.type = EVENT_WARNING,
	.reason = "RouteMissing",
	.action = "Reconcile",
	.note = "the route to \"10.0.0.0/16\" is gone",
};

static void
begin(struct fixture *fixture, const struct fake_step *steps)
{
	memset(fixture, 0, sizeof *fixture);
	fake_server_start(&fixture->server, steps);
	fixture->config.server.url = fixture->server.url;
	fixture->recorder =
		event_recorder_new(&fixture->config, "peerwarden.io/daemon", "pod-1", NULL);
	assert_non_null(fixture->recorder);
	event_recorder_start(fixture->recorder);
}

static void
end(struct fixture *fixture)
{
	event_recorder_finish(fixture->recorder);
	event_recorder_free(fixture->recorder);
	fake_server_stop(&fixture->server);
	assert_int_equal(fixture->server.unexpected, 0);
	assert_null(fixture->server.steps[fixture->server.served].expects);
}

static struct {
	const char *result;
	double value;
} wanted;

static void
on_sample(void *context, const struct metric_sample *sample)
{
	(void)context;
	if (strcmp(sample->metric->name, "peerwarden_events_total") == 0 &&
		strcmp(sample->values[0], wanted.result) == 0)
		wanted.value = sample->value;
}

static int
counted(const char *result)
{
	wanted.result = result;
	wanted.value = 0;
	metrics_each(on_sample, NULL);
	return (int)wanted.value;
}

static void
an_event_says_what_happened_to_which_object(void **state)
{
	static const struct fake_step steps[] = {
		{"POST " EVENTS " HTTP", CREATED, FAKE_CLOSE, false}, {0}};
	static const char *const parts[] = {
		"{\"apiVersion\":\"events.k8s.io/v1\",\"kind\":\"Event\",\"metadata\":{\"name\":"
		"\"blue.",
		"\"namespace\":\"team\"},\"eventTime\":\"20",
		"\"regarding\":{\"apiVersion\":\"cloud.example.org/v1\",\"kind\":\"Peering\","
		"\"name\":\"blue\",\"namespace\":\"team\",\"uid\":\"u-1\"}",
		"\"type\":\"Warning\",\"reason\":\"RouteMissing\",\"action\":\"Reconcile\","
		"\"note\":\"the route to \\\"10.0.0.0/16\\\" is gone\"",
		"\"reportingController\":\"peerwarden.io/daemon\",\"reportingInstance\":\"pod-1\"}",
	};
	int before = counted("created");
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	event_record(fixture.recorder, &example);
	end(&fixture);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!strstr(fixture.server.last, parts[i]))
			fail_msg("%s\nis not in\n%s", parts[i], fixture.server.last);
	assert_int_equal(counted("created"), before + 1);
}

static void
what_happens_again_is_a_series_of_the_same_name(void **state)
{
	static const struct fake_step steps[] = {
		{"POST " EVENTS " HTTP", CREATED, FAKE_CLOSE, false},
		{"PUT " EVENTS "/blue.", FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	event_record(fixture.recorder, &example);
	event_record(fixture.recorder, &example);
	end(&fixture);
	assert_non_null(
		strstr(fixture.server.last, "\"series\":{\"count\":2,\"lastObservedTime\":\"20"));
}

static void
a_series_goes_on_in_a_new_event_when_the_old_one_is_forgotten(void **state)
{
	static const struct fake_step steps[] = {
		{"POST " EVENTS " HTTP", CREATED, FAKE_CLOSE, false},
		{"PUT " EVENTS "/blue.", GONE, FAKE_CLOSE, false},
		{"POST " EVENTS " HTTP", CREATED, FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	event_record(fixture.recorder, &example);
	event_record(fixture.recorder, &example);
	end(&fixture);
	assert_non_null(strstr(fixture.server.last, "\"series\":{\"count\":2,"));
}

static void
an_event_without_an_answer_is_sent_again_under_its_name(void **state)
{
	static const struct fake_step steps[] = {{"POST " EVENTS " HTTP", "", FAKE_RESET, false},
		{"POST " EVENTS " HTTP", FAKE_STATUS("409 Conflict", "409", "exists"), FAKE_CLOSE,
			false},
		{0}};
	int before = counted("created");
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	event_record(fixture.recorder, &example);
	end(&fixture);
	assert_int_equal(counted("created"), before + 1);
}

static void
an_event_that_is_refused_is_counted_and_given_up(void **state)
{
	static const struct fake_step steps[] = {
		{"POST " EVENTS " HTTP", FAKE_STATUS("403 Forbidden", "403", "no"), FAKE_CLOSE,
			false},
		{0}};
	int before = counted("failed");
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	event_record(fixture.recorder, &example);
	end(&fixture);
	assert_int_equal(counted("failed"), before + 1);
}

static void
events_of_objects_without_a_namespace_are_in_default(void **state)
{
	static const struct fake_step steps[] = {
		{"POST /apis/events.k8s.io/v1/namespaces/default/events HTTP", CREATED, FAKE_CLOSE,
			false},
		{0}};
	struct event event = example;
	struct fixture fixture;

	(void)state;
	event.regarding.namespace = NULL;
	event.regarding.uid = NULL;
	begin(&fixture, steps);
	event_record(fixture.recorder, &event);
	end(&fixture);
	assert_non_null(strstr(fixture.server.last, "\"name\":\"blue\"},\"type\""));
	assert_non_null(strstr(fixture.server.last, "\"namespace\":\"default\"}"));
}

/* A note of `length` bytes 'x' and `tail`, as it is sent. */
static void
check_note(int length, const char *tail, const char *sent)
{
	static const struct fake_step steps[] = {{"POST", CREATED, FAKE_CLOSE, false}, {0}};
	char note[2 * EVENT_NOTE_SIZE];
	struct event event = example;
	struct fixture fixture;
	const char *begins;

	memset(note, 'x', (size_t)length);
	snprintf(note + length, sizeof note - (size_t)length, "%s", tail);
	event.note = note;
	begin(&fixture, steps);
	event_record(fixture.recorder, &event);
	end(&fixture);
	begins = strstr(fixture.server.last, "\"note\":\"");
	assert_non_null(begins);
	begins += strlen("\"note\":\"");
	assert_int_equal(strspn(begins, "x"), length);
	if (strncmp(begins + length, sent, strlen(sent)) != 0)
		fail_msg("%d %s: %.20s", length, tail, begins + length);
}

static void
a_note_is_cut_between_two_characters(void **state)
{
	(void)state;
	check_note(0, "", "\",");
	check_note(1023, "yz", "y\",");
	check_note(1022, "\xc3\xa9z", "\xc3\xa9\",");
	check_note(1023, "\xc3\xa9z", "\",");
	check_note(1021, "\xf0\x9f\x98\x80", "\",");
	check_note(1020, "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80\",");
	check_note(5, "\xff\xc3_\xc3\xa9", "??_\xc3\xa9\",");
	check_note(1022, "\xff\xff\xff", "??\",");
}

static void
a_broken_object_cannot_flood(void **state)
{
	static struct fake_step steps[25 + 1];
	int before = counted("filtered");
	struct fixture fixture;

	(void)state;
	for (int i = 0; i < 25; i++)
		steps[i] = (struct fake_step){EVENTS, CREATED, FAKE_CLOSE, false};
	begin(&fixture, steps);
	for (int i = 0; i < 100; i++)
		event_record(fixture.recorder, &example);
	end(&fixture);
	assert_int_equal(fixture.server.served, 25);
	assert_int_equal(counted("filtered"), before + 75);
}

static void
what_the_queue_has_no_room_for_is_counted(void **state)
{
	struct kube_config config = {.server.url = "http://127.0.0.1:1"};
	struct event_recorder *recorder = event_recorder_new(&config, "a/b", "c", NULL);
	int before = counted("lost");

	(void)state;
	assert_non_null(recorder);
	for (int i = 0; i < EVENT_QUEUE + 7; i++) {
		struct event event = example;
		char name[16];

		snprintf(name, sizeof name, "o-%d", i);
		event.regarding.name = name;
		event_record(recorder, &event);
	}
	assert_int_equal(counted("lost"), before + 7);
	event_recorder_finish(recorder); /* never started: nothing to wait for */
	event_recorder_free(recorder);
	assert_int_equal(counted("lost"), before + 7 + EVENT_QUEUE);
	event_record(NULL, &example);
	assert_int_equal(counted("lost"), before + 8 + EVENT_QUEUE);
	event_recorder_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_says_what_happened_to_which_object),
		cmocka_unit_test(what_happens_again_is_a_series_of_the_same_name),
		cmocka_unit_test(a_series_goes_on_in_a_new_event_when_the_old_one_is_forgotten),
		cmocka_unit_test(an_event_without_an_answer_is_sent_again_under_its_name),
		cmocka_unit_test(an_event_that_is_refused_is_counted_and_given_up),
		cmocka_unit_test(events_of_objects_without_a_namespace_are_in_default),
		cmocka_unit_test(a_note_is_cut_between_two_characters),
		cmocka_unit_test(a_broken_object_cannot_flood),
		cmocka_unit_test(what_the_queue_has_no_room_for_is_counted),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
