/* The keeper against a scripted API server, with a lead that comes and goes and a probe whose word
 * is known. */
#include "daemon/registration_keeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/metrics.h"
#include "base/text.h"
#include "tests/http/fake_server.h"

#define NAME                    "/validatingwebhookconfigurations/peerwarden"
#define WORD                    "00000000000000000000000000000000"
#define EVERY                   (3600 * CLOCK_SECOND)
#define CONFIGURATION(webhooks) CONFIGURATION_AT("7", webhooks)
#define CONFIGURATION_AT(version, webhooks)                                                        \
	"{\"apiVersion\":\"admissionregistration.k8s.io/v1\",\"kind\":"                            \
	"\"ValidatingWebhookConfiguration\",\"metadata\":{\"name\":\"peerwarden\","                \
	"\"resourceVersion\":\"" version "\"}" webhooks "}"
#define FILLED(policy) FILLED_AT("7", policy)
#define FILLED_AT(version, policy)                                                                 \
	CONFIGURATION_AT(version,                                                                  \
		",\"webhooks\":[{\"name\":\"v.peerwarden.io\",\"clientConfig\":{\"url\":"          \
		"\"https://a/validate\"},\"failurePolicy\":\"" policy                              \
		"\",\"rules\":[{\"operations\":[\"CREATE\"],\"apiGroups\":["                       \
		"\"peerwarden.io\"],\"apiVersions\":[\"v1alpha1\"],\"resources\":["                \
		"\"remotenetworks\"]}]}]")
#define GET(object)                                                                                \
	{                                                                                          \
		"GET /apis/admissionregistration.k8s.io/v1" NAME, FAKE_OK object, FAKE_CLOSE,      \
			false                                                                      \
	}
#define PUT(policy)                                                                                \
	{                                                                                          \
		"\"failurePolicy\":\"" policy "\"", FAKE_OK FILLED_AT("8", policy), FAKE_CLOSE,    \
			false                                                                      \
	}
#define PROBE(warning)                                                                             \
	{                                                                                          \
		"POST /apis/peerwarden.io/v1alpha1/remotenetworks?dryRun=All",                     \
			FAKE_HEAD("201 Created") warning "\r\n{}", FAKE_CLOSE, false               \
	}
#define ANSWER ANSWER_AT("a")
#define ANSWER_AT(host)                                                                            \
	"Warning: 299 - \"peerwarden mutate answers probe " WORD " at " host "\"\r\n"              \
	"Warning: 299 - \"peerwarden validate answers probe " WORD " at " host "\"\r\n"

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
begin_settling(struct fixture *fixture, const struct fake_step *steps, int64_t settling)
{
	static struct leader *const some = (struct leader *)8; /* only asked by name */
	struct registration_keeper_settings settings = {.config = &fixture->config,
		.leader = some,
		.file = fixture->file,
		.every = EVERY,
		.settling = settling,
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
begin(struct fixture *fixture, const struct fake_step *steps)
{
	begin_settling(fixture, steps, 0);
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

/* The API server might still ask those to whom it led before. */
static void
nobody_is_asked_right_after_a_change(void **state)
{
	static const struct fake_step steps[] = {GET(CONFIGURATION("")), PUT("Ignore"),
		GET(FILLED_AT("8", "Ignore")), GET(FILLED_AT("9", "Ignore")), {0}};
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, true);
	begin_settling(&fixture, steps, EVERY);
	assert_true(FAKE_EVENTUALLY(VALIDATING(&fixture).state == ACTIVATION_FILLED));
	assert_string_equal(VALIDATING(&fixture).problem, "");
	registration_keeper_wake(fixture.keeper);
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.server.served) == 4));
	assert_string_equal(VALIDATING(&fixture).problem, "");
	end(&fixture);
}

static void
a_write_that_changes_nothing_is_a_problem_and_not_done_again_at_once(void **state)
{
	static const struct fake_step steps[] = {GET(FILLED("Ignore")), PROBE(ANSWER),
		{"\"failurePolicy\":\"Fail\"", FAKE_OK FILLED("Ignore"), FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, true);
	begin(&fixture, steps);
	assert_true(FAKE_EVENTUALLY(strstr(VALIDATING(&fixture).problem, "undoes it")));
	assert_non_null(strstr(VALIDATING(&fixture).problem, "v.peerwarden.io: failurePolicy"));
	assert_int_equal(atomic_load(&fixture.wrote), 0);
	end(&fixture);
}

/* Of another installation, or of what the entry led to before. */
static void
an_answer_of_another_host_is_none(void **state)
{
	static const struct fake_step steps[] = {
		GET(FILLED("Ignore")), PROBE(ANSWER_AT("another")), {0}};
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, true);
	begin(&fixture, steps);
	assert_true(FAKE_EVENTUALLY(is_waiting(&fixture)));
	assert_int_equal(view_of(&fixture).answers[REGISTRATION_VALIDATING], PROBE_SILENT);
	assert_int_equal(view_of(&fixture).answers[REGISTRATION_MUTATING], PROBE_ANSWERED);
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

static bool
is_measured(const char *line)
{
	CLEANUP(buffer_dispose) struct buffer metrics;

	buffer_init(&metrics, 1024 * 1024);
	metrics_write(&metrics);
	return strstr(buffer_text(&metrics), line) != NULL;
}

static void
when_the_lead_goes_it_forgets_what_it_found(void **state)
{
	static const struct fake_step steps[] = {GET(FILLED("Ignore")), PROBE(ANSWER), PUT("Fail"),
		GET(FILLED("Fail")), GET(FILLED("Fail")), {0}};
	static const char answered[] =
		"peerwarden_registration_probe_answered{configuration=\"validating\"} 1\n";
	static const char armed[] =
		"peerwarden_registration_state{configuration=\"validating\",state=\"armed\"} 1\n";
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, true);
	begin(&fixture, steps);
	assert_true(FAKE_EVENTUALLY(atomic_load(&fixture.server.served) == 4));
	assert_true(FAKE_EVENTUALLY(is_armed(&fixture)));
	assert_true(is_measured(answered) && is_measured(armed));
	atomic_store(&is_leader, false);
	registration_keeper_wake(fixture.keeper);
	assert_true(FAKE_EVENTUALLY(!*VALIDATING(&fixture).name));
	assert_true(FAKE_EVENTUALLY(!is_measured(answered) && !is_measured(armed)));
	assert_true(view_of(&fixture).is_wanted);
	atomic_store(&is_leader, true);
	registration_keeper_wake(fixture.keeper);
	assert_true(FAKE_EVENTUALLY(is_armed(&fixture)));
	end(&fixture);
}

static void
what_the_file_does_not_name_any_more_is_forgotten(void **state)
{
	static const struct fake_step steps[] = {GET(FILLED("Fail")),
		{"/mutatingwebhookconfigurations/peerwarden",
			FAKE_STATUS("404 Not Found", "404", "there is none"), FAKE_CLOSE, false},
		{0}};
	static const char text[] = FILLED("Fail"), old[] = "Validating";
	const char *kind = strstr(text, old);
	CLEANUP(buffer_dispose) struct buffer mutating;
	struct fixture fixture;

	(void)state;
	atomic_store(&is_leader, true);
	begin(&fixture, steps);
	assert_true(FAKE_EVENTUALLY(is_armed(&fixture)));
	buffer_init(&mutating, sizeof text);
	buffer_printf(&mutating, "%.*sMutating%s", (int)(kind - text), text, kind + strlen(old));
	write_file(&fixture, buffer_text(&mutating));
	registration_keeper_wake(fixture.keeper);
	assert_true(FAKE_EVENTUALLY(!*VALIDATING(&fixture).name));
	assert_true(FAKE_EVENTUALLY(!is_measured("peerwarden_registration_state{configuration="
						 "\"validating\",state=\"armed\"} 1\n")));
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
		cmocka_unit_test(an_answer_of_another_host_is_none),
		cmocka_unit_test(nobody_is_asked_right_after_a_change),
		cmocka_unit_test(
			a_write_that_changes_nothing_is_a_problem_and_not_done_again_at_once),
		cmocka_unit_test(a_conflict_is_looked_at_again_at_once_and_is_no_problem),
		cmocka_unit_test(without_the_lead_it_asks_nothing),
		cmocka_unit_test(when_the_lead_goes_it_forgets_what_it_found),
		cmocka_unit_test(what_the_file_does_not_name_any_more_is_forgotten),
		cmocka_unit_test(a_right_that_is_missing_is_told),
		cmocka_unit_test(what_the_file_said_before_counts_while_it_cannot_be_used),
		cmocka_unit_test(without_a_file_that_can_be_used_it_does_not_start),
		cmocka_unit_test(no_keeper_is_a_keeper_that_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
