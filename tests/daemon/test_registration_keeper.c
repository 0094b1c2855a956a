/* The keeper against a scripted API server, with a lead that comes and goes and a probe whose word
 * is known. */
#include "daemon/registration_keeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/metrics.h"
#include "base/text.h"
#include "tests/http/fake_server.h"

#define NAME  "/validatingwebhookconfigurations/peerwarden"
#define WORD  "00000000000000000000000000000000"
#define EVERY (3600 * CLOCK_SECOND)
#define CONFIGURATION(webhooks)                                                                    \
	"{\"apiVersion\":\"admissionregistration.k8s.io/v1\",\"kind\":"                            \
	"\"ValidatingWebhookConfiguration\",\"metadata\":{\"name\":\"peerwarden\","                \
	"\"resourceVersion\":\"7\"}" webhooks "}"
#define FILLED(policy)                                                                             \
	CONFIGURATION(",\"webhooks\":[{\"name\":\"v.peerwarden.io\",\"clientConfig\":{\"url\":"    \
		      "\"https://a/validate\"},\"failurePolicy\":\"" policy                        \
		      "\",\"rules\":[{\"operations\":[\"CREATE\"],\"apiGroups\":["                 \
		      "\"peerwarden.io\"],\"apiVersions\":[\"v1alpha1\"],\"resources\":["          \
		      "\"remotenetworks\"]}]}]")
#define GET(object)                                                                                \
	{                                                                                          \
		"GET /apis/admissionregistration.k8s.io/v1" NAME, FAKE_OK object, FAKE_CLOSE,      \
			false                                                                      \
	}
#define PUT(policy)                                                                                \
	{                                                                                          \
		"\"failurePolicy\":\"" policy "\"", FAKE_OK FILLED(policy), FAKE_CLOSE, false      \
	}
#define PROBE(warning)                                                                             \
	{                                                                                          \
		"POST /apis/peerwarden.io/v1alpha1/remotenetworks?dryRun=All",                     \
			FAKE_HEAD("201 Created") warning "\r\n{}", FAKE_CLOSE, false               \
	}
#define ANSWER                                                                                     \
	"Warning: 299 - \"peerwarden mutate answers probe " WORD "\"\r\n"                          \
	"Warning: 299 - \"peerwarden validate answers probe " WORD "\"\r\n"

static atomic_bool is_leader;

bool __wrap_leader_is_sure(const struct leader *leader);
int64_t __wrap_leader_longest_call(const struct leader *leader);
int64_t __wrap_jitter_between(int64_t lowest, int64_t highest);

bool
__wrap_leader_is_sure(const struct leader *leader)
{
	(void)leader;
	return atomic_load(&is_leader);
}

int64_t
__wrap_leader_longest_call(const struct leader *leader)
{
	(void)leader;
	return 5 * CLOCK_SECOND;
}

int64_t
__wrap_jitter_between(int64_t lowest, int64_t highest)
{
	(void)highest;
	return lowest;
}

struct fixture {
	struct fake_server server;
	struct kube_config config;
	struct registration_keeper *keeper;
	char file[64];
	atomic_int wrote;
};

static void
on_written(void *context)
{
	struct fixture *fixture = context;

	atomic_fetch_add(&fixture->wrote, 1);
}

static void
write_file(const struct fixture *fixture, const char *text)
{
	FILE *file = fopen(fixture->file, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
begin(struct fixture *fixture, const struct fake_step *steps)
{
	static struct leader *const some = (struct leader *)8; /* only asked by name */
	struct registration_keeper_settings settings = {.config = &fixture->config,
		.leader = some,
		.file = fixture->file,
		.every = EVERY,
		.wrote = on_written,
		.context = fixture};
	struct error error = {0};
	int file;

	*fixture = (struct fixture){.file = "/tmp/test_registration_keeper.XXXXXX"};
	file = mkstemp(fixture->file);
	assert_true(file >= 0);
	close(file);
	write_file(fixture, FILLED("Fail"));
	fake_server_start(&fixture->server, steps);
	fixture->config.server.url = fixture->server.url;
	fixture->keeper = registration_keeper_start(&settings, &error);
	if (!fixture->keeper)
		fail_msg("%s", error.message);
}

static void
end(struct fixture *fixture)
{
	registration_keeper_stop(fixture->keeper, CLOCK_SECOND);
	fake_server_stop(&fixture->server);
	assert_int_equal(fixture->server.unexpected, 0);
	assert_null(fixture->server.steps[atomic_load(&fixture->server.served)].expects);
	unlink(fixture->file);
}

static struct registration_keeper_view
view_of(const struct fixture *fixture)
{
	struct registration_keeper_view view;

	registration_keeper_look(fixture->keeper, &view);
	return view;
}

#define VALIDATING(fixture) view_of(fixture).configurations[REGISTRATION_VALIDATING]

static bool
is_waiting(const struct fixture *fixture)
{
	return strstr(VALIDATING(fixture).problem, "it waits until the webhook answers") != NULL;
}

static bool
is_armed(const struct fixture *fixture)
{
	return VALIDATING(fixture).state == ACTIVATION_ARMED && !*VALIDATING(fixture).problem;
}

static void
it_fills_waits_for_an_answer_and_arms(void **state)
{
	static const struct fake_step steps[] = {GET(CONFIGURATION("")), PUT("Ignore"),
		GET(FILLED("Ignore")), PROBE(""), GET(FILLED("Ignore")), PROBE(ANSWER), PUT("Fail"),
		GET(FILLED("Fail")), {0}};
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, true);
	begin(&fixture, steps);
	assert_true(FAKE_EVENTUALLY(is_waiting(&fixture)));
	assert_string_equal(VALIDATING(&fixture).name, "peerwarden");
	assert_int_equal(VALIDATING(&fixture).state, ACTIVATION_FILLED);
	assert_int_equal(view_of(&fixture).answers[REGISTRATION_VALIDATING], PROBE_SILENT);
	assert_int_equal(atomic_load(&fixture.wrote), 1);
	registration_keeper_wake(fixture.keeper);
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.server.served) == 8));
	assert_true(FAKE_EVENTUALLY(is_armed(&fixture)));
	assert_true(view_of(&fixture).probed > 0);
	assert_int_equal(atomic_load(&fixture.wrote), 2);
	end(&fixture);
}

static void
a_conflict_is_looked_at_again_at_once_and_is_no_problem(void **state)
{
	static const struct fake_step steps[] = {GET(CONFIGURATION("")),
		{"PUT ", FAKE_STATUS("409 Conflict", "409", "changed"), FAKE_CLOSE, false},
		GET(FILLED("Fail")), {0}};
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, true);
	begin(&fixture, steps);
	assert_true(FAKE_EVENTUALLY(is_armed(&fixture)));
	assert_int_equal(atomic_load(&fixture.wrote), 0);
	end(&fixture);
}

static void
without_the_lead_it_asks_nothing(void **state)
{
	static const struct fake_step steps[] = {{0}};
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, false);
	begin(&fixture, steps);
	registration_keeper_wake(fixture.keeper);
	end(&fixture);
}

static void
when_the_lead_goes_it_forgets_what_it_found(void **state)
{
	static const struct fake_step steps[] = {GET(FILLED("Fail")), GET(FILLED("Fail")), {0}};
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, true);
	begin(&fixture, steps);
	assert_true(FAKE_EVENTUALLY(is_armed(&fixture)));
	atomic_store(&is_leader, false);
	registration_keeper_wake(fixture.keeper);
	assert_true(FAKE_EVENTUALLY(!*VALIDATING(&fixture).name));
	assert_true(view_of(&fixture).is_wanted);
	atomic_store(&is_leader, true);
	registration_keeper_wake(fixture.keeper);
	assert_true(FAKE_EVENTUALLY(is_armed(&fixture)));
	end(&fixture);
}

static void
a_right_that_is_missing_is_told(void **state)
{
	static const struct fake_step steps[] = {
		{"GET ", FAKE_STATUS("403 Forbidden", "403", "may not get"), FAKE_CLOSE, false},
		{0}};
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, true);
	begin(&fixture, steps);
	assert_true(FAKE_EVENTUALLY(strstr(VALIDATING(&fixture).problem, "may not get")));
	end(&fixture);
}

static void
what_the_file_said_before_counts_while_it_cannot_be_used(void **state)
{
	static const struct fake_step steps[] = {GET(FILLED("Fail")), GET(CONFIGURATION("")),
		PUT("Ignore"), GET(FILLED("Fail")), {0}};
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, true);
	begin(&fixture, steps);
	assert_true(FAKE_EVENTUALLY(is_armed(&fixture)));
	write_file(&fixture, "nothing: useful");
	registration_keeper_wake(fixture.keeper);
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.server.served) == 4));
	end(&fixture);
}

static void
without_a_file_that_can_be_used_it_does_not_start(void **state)
{
	struct kube_config config = {.server.url = "http://127.0.0.1:1"};
	struct registration_keeper_settings settings = {
		.config = &config, .file = "tests/daemon/no-such-file", .every = EVERY};
	struct error error = {0};

	(void)state;
	assert_null(registration_keeper_start(&settings, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	settings.file = "CMakeLists.txt";
	assert_null(registration_keeper_start(&settings, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

static void
no_keeper_is_a_keeper_that_does_nothing(void **state)
{
	struct registration_keeper_view view;

	(void)state;
	registration_keeper_wake(NULL);
	registration_keeper_look(NULL, &view);
	assert_false(view.is_wanted);
	registration_keeper_stop(NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_fills_waits_for_an_answer_and_arms),
		cmocka_unit_test(a_conflict_is_looked_at_again_at_once_and_is_no_problem),
		cmocka_unit_test(without_the_lead_it_asks_nothing),
		cmocka_unit_test(when_the_lead_goes_it_forgets_what_it_found),
		cmocka_unit_test(a_right_that_is_missing_is_told),
		cmocka_unit_test(what_the_file_said_before_counts_while_it_cannot_be_used),
		cmocka_unit_test(without_a_file_that_can_be_used_it_does_not_start),
		cmocka_unit_test(no_keeper_is_a_keeper_that_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
