#include "kube/leader.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/metrics.h"
#include "tests/http/fake_server.h"

#define LEASES "/apis/coordination.k8s.io/v1/namespaces/peerwarden-system/leases"
#define ABSENT                                                                                     \
	FAKE_HEAD("404 Not Found")                                                                 \
	"\r\n{\"kind\":\"Status\",\"reason\":\"NotFound\",\"code\":"                               \
	"404}"
#define GET     "GET " LEASES "/daemon HTTP"
#define PUT     "PUT " LEASES "/daemon HTTP"
#define CREATES "POST " LEASES " HTTP"

enum { REPLY_SIZE = 4096 };

/* Nothing is renewed while a test runs. */
static const struct election_rules slow = {
	300 * CLOCK_SECOND, 200 * CLOCK_SECOND, 100 * CLOCK_SECOND};

struct fixture {
	struct fake_server server;
	struct kube_config config;
	struct leader *leader;
	struct leader_view view; /* before it began */
	atomic_int begun;
	atomic_int ended;
};

static void
on_change(void *context, bool leads)
{
	struct fixture *fixture = context;

	atomic_fetch_add(leads ? &fixture->begun : &fixture->ended, 1);
}

static void
begin(struct fixture *fixture, const struct fake_step *steps, struct election_rules rules)
{
	struct leader_place place = {.namespace = "peerwarden-system",
		.name = "daemon",
		.instance = "pod",
		.rules = rules,
		.changed = on_change,
		.context = fixture};

	memset(fixture, 0, sizeof *fixture);
	fake_server_start(&fixture->server, steps);
	fixture->config.server.url = fixture->server.url;
	fixture->leader = leader_new(&fixture->config, &place, NULL);
	assert_non_null(fixture->leader);
	leader_look(fixture->leader, &fixture->view);
}

static void
end(struct fixture *fixture)
{
	leader_free(fixture->leader);
	fake_server_stop(&fixture->server);
	assert_int_equal(fixture->server.unexpected, 0);
	assert_null(fixture->server.steps[fixture->server.served].expects);
}

/* A Lease as the API server answers with it. */
static const char *
lease(char reply[REPLY_SIZE], const char *version, const char *holder)
{
	snprintf(reply, REPLY_SIZE,
		FAKE_OK "{\"metadata\":{\"name\":\"daemon\",\"resourceVersion\":\"%s\",\"labels\":{"
			"\"a\":\"b\"}},\"spec\":{\"holderIdentity\":\"%s\",\"leaseTransitions\":4,"
			"\"leaseDurationSeconds\":15,\"acquireTime\":\"2026-01-02T03:04:05.000000Z"
			"\"}}",
		version, holder);
	return reply;
}

static double status_seen;

static void
on_sample(void *context, const struct metric_sample *sample)
{
	(void)context;
	if (strcmp(sample->metric->name, "leader_election_master_status") == 0 &&
		strcmp(sample->values[0], "daemon") == 0)
		status_seen = sample->value;
}

static double
master_status(void)
{
	status_seen = -1;
	metrics_each(on_sample, NULL);
	return status_seen;
}

static void
the_first_makes_the_lease_leads_and_gives_it_back(void **state)
{
	char made[REPLY_SIZE], released[REPLY_SIZE];
	const struct fake_step steps[] = {{GET, ABSENT, FAKE_CLOSE, false},
		{CREATES, made, FAKE_CLOSE, false}, {PUT, released, FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps, slow);
	lease(made, "7", fixture.view.identity);
	lease(released, "8", "");
	assert_int_equal(strncmp(fixture.view.identity, "pod_", 4), 0);
	assert_false(leader_is_sure(fixture.leader));
	assert_true(master_status() == 0);
	leader_start(fixture.leader);
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.begun) == 1));
	assert_true(leader_is_sure(fixture.leader));
	assert_in_range(leader_time_left(fixture.leader), 1, 200 * CLOCK_SECOND);
	assert_int_equal(leader_longest_call(fixture.leader), 90 * CLOCK_SECOND);
	assert_true(master_status() == 1);
	leader_look(fixture.leader, &fixture.view);
	assert_true(fixture.view.is_sure);
	assert_string_equal(fixture.view.holder, fixture.view.identity);
	leader_finish(fixture.leader);
	assert_false(leader_is_sure(fixture.leader));
	assert_int_equal(atomic_load(&fixture.ended), 1);
	assert_true(master_status() == 0);
	end(&fixture);
	assert_non_null(strstr(fixture.server.last, "\"holderIdentity\":\"\","));
	assert_non_null(strstr(fixture.server.last, "\"leaseDurationSeconds\":1,"));
	assert_non_null(strstr(fixture.server.last, "\"resourceVersion\":\"7\""));
}

static void
what_became_of_a_write_without_an_answer_is_read(void **state)
{
	char read[REPLY_SIZE], written[REPLY_SIZE];
	const struct fake_step steps[] = {{GET, ABSENT, FAKE_CLOSE, false},
		{CREATES, "", FAKE_RESET, false}, {GET, read, FAKE_CLOSE, false},
		{PUT, written, FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps, slow);
	lease(read, "7", fixture.view.identity);
	lease(written, "8", fixture.view.identity);
	leader_start(fixture.leader);
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.begun) == 1));
	end(&fixture);
	assert_non_null(strstr(fixture.server.last, "\"resourceVersion\":\"7\""));
	assert_non_null(strstr(fixture.server.last, "\"leaseTransitions\":4,"));
	assert_non_null(
		strstr(fixture.server.last, "\"acquireTime\":\"2026-01-02T03:04:05.000000Z\""));
}

static void
after_a_conflict_it_looks_again(void **state)
{
	char read[REPLY_SIZE], other[REPLY_SIZE];
	const struct fake_step steps[] = {{GET, read, FAKE_CLOSE, false},
		{PUT, FAKE_STATUS("409 Conflict", "409", "changed"), FAKE_CLOSE, false},
		{GET, other, FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps, slow);
	lease(read, "7", "");
	lease(other, "8", "another");
	leader_start(fixture.leader);
	assert_true(FAKE_EVENTUALLY((leader_look(fixture.leader, &fixture.view),
		strcmp(fixture.view.holder, "another") == 0)));
	leader_finish(fixture.leader); /* nothing to give back */
	assert_int_equal(atomic_load(&fixture.begun), 0);
	end(&fixture);
}

static void
what_others_have_put_on_the_lease_stays(void **state)
{
	char read[REPLY_SIZE], written[REPLY_SIZE];
	const struct fake_step steps[] = {
		{GET, read, FAKE_CLOSE, false}, {PUT, written, FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps, slow);
	lease(read, "7", "");
	lease(written, "8", fixture.view.identity);
	leader_start(fixture.leader);
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.begun) == 1));
	end(&fixture);
	assert_non_null(strstr(fixture.server.last, "\"labels\":{\"a\":\"b\"}"));
	assert_non_null(strstr(fixture.server.last, "\"leaseTransitions\":5,"));
	assert_non_null(strstr(fixture.server.last, "\"leaseDurationSeconds\":300,"));
	assert_non_null(strstr(fixture.server.last, fixture.view.identity));
}

static void
an_api_that_is_not_served_is_not_an_absent_lease(void **state)
{
	static const struct fake_step steps[] = {
		{GET, FAKE_HEAD("404 Not Found") "\r\n404 page not found\n", FAKE_CLOSE, false},
		{GET, "", FAKE_HOLD, false}, {0}};
	struct election_rules rules = slow;
	struct fixture fixture;

	(void)state;
	rules.retry_period = 10 * CLOCK_MILLISECOND;
	begin(&fixture, steps, rules);
	leader_start(fixture.leader);
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.server.served) == 2));
	end(&fixture);
	assert_int_equal(atomic_load(&fixture.begun), 0);
}

static void
a_leader_that_gets_no_answer_is_not_sure_any_more_and_says_so(void **state)
{
	char made[REPLY_SIZE];
	const struct fake_step steps[] = {{GET, ABSENT, FAKE_CLOSE, false},
		{CREATES, made, FAKE_CLOSE, false}, {PUT, "", FAKE_HOLD, false},
		{GET, "", FAKE_HOLD, false}, {GET, "", FAKE_HOLD, false},
		{GET, "", FAKE_HOLD, false}, {GET, "", FAKE_HOLD, false}, {0}};
	struct election_rules rules = {
		20 * CLOCK_SECOND, 400 * CLOCK_MILLISECOND, 100 * CLOCK_MILLISECOND};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps, rules);
	lease(made, "7", fixture.view.identity);
	leader_start(fixture.leader);
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.begun) == 1));
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.ended) == 1));
	assert_false(leader_is_sure(fixture.leader));
	leader_free(fixture.leader);
	fake_server_stop(&fixture.server);
}

static void
rules_that_promise_nothing_are_refused(void **state)
{
	struct leader_place place = {.namespace = "n",
		.name = "l",
		.instance = "i",
		.rules = {CLOCK_SECOND, CLOCK_SECOND, CLOCK_MILLISECOND}};
	struct kube_config config = {.server.url = "http://127.0.0.1:1"};
	struct error error = {0};

	(void)state;
	assert_null(leader_new(&config, &place, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	leader_free(NULL);
}

static void
a_lease_is_read_whatever_it_lacks_but_its_version(void **state)
{
	static const struct {
		const char *text;
		bool good;
		const char *holder;
		int64_t duration;
		int64_t transitions;
	} rows[] = {
		{"{\"metadata\":{\"resourceVersion\":\"7\"},\"spec\":{\"holderIdentity\":\"x\","
		 "\"leaseDurationSeconds\":9,\"leaseTransitions\":2}}",
			true, "x", 9, 2},
		{"{\"metadata\":{\"resourceVersion\":\"7\"}}", true, "", 0, 0},
		{"{\"metadata\":{\"resourceVersion\":\"7\"},\"spec\":{\"holderIdentity\":null,"
		 "\"leaseDurationSeconds\":-9,\"leaseTransitions\":-2}}",
			true, "", 0, 0},
		{"{\"metadata\":{\"resourceVersion\":\"7\"},\"spec\":{\"leaseDurationSeconds\":"
		 "9007199254740991,\"leaseTransitions\":9007199254740991}}",
			true, "", 1000000000, 0},
		{"{\"metadata\":{\"resourceVersion\":\"\"}}", false, "", 0, 0},
		{"{\"metadata\":{}}", false, "", 0, 0},
		{"[]", false, "", 0, 0},
	};
	static const struct json_limits limits = {.bytes = 1000, .depth = 9, .values = 99};
	struct arena *arena = arena_new(100000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct election_lease lease;
		bool good = leader_decode(
			json_parse(arena, rows[i].text, strlen(rows[i].text), &limits, NULL),
			&lease, NULL);

		if (good != rows[i].good || strcmp(lease.holder, rows[i].holder) != 0 ||
			lease.duration != rows[i].duration * CLOCK_SECOND ||
			lease.transitions != rows[i].transitions)
			fail_msg("row %zu", i);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_makes_the_lease_leads_and_gives_it_back),
		cmocka_unit_test(what_became_of_a_write_without_an_answer_is_read),
		cmocka_unit_test(after_a_conflict_it_looks_again),
		cmocka_unit_test(what_others_have_put_on_the_lease_stays),
		cmocka_unit_test(an_api_that_is_not_served_is_not_an_absent_lease),
		cmocka_unit_test(a_leader_that_gets_no_answer_is_not_sure_any_more_and_says_so),
		cmocka_unit_test(rules_that_promise_nothing_are_refused),
		cmocka_unit_test(a_lease_is_read_whatever_it_lacks_but_its_version),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
