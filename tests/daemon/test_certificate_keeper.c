/* The keeper's thread with a played API server and a played leader. */
#include "daemon/certificate_keeper.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/metrics.h"
#include "tests/certs/played_api.h"

#define SECRET   "/api/v1/namespaces/net/secrets/hook-tls"
#define MUTATING "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/ours"
#define CONFIGURATION                                                                              \
	"{\"kind\":\"MutatingWebhookConfiguration\",\"metadata\":{\"name\":\"ours\"},"             \
	"\"webhooks\":[{\"name\":\"mutate.peerwarden.io\",\"clientConfig\":{\"service\":{"         \
	"\"name\":\"hook\",\"namespace\":\"net\"}}}]}"
#define EMPTY_SECRET "{\"kind\":\"Secret\",\"metadata\":{}}"

enum { MEMORY = 1 << 22 };

static atomic_bool leads;

bool __wrap_leader_is_sure(const struct leader *leader);
bool
__wrap_leader_is_sure(const struct leader *leader)
{
	(void)leader;
	return leads;
}

int64_t __wrap_leader_longest_call(const struct leader *leader);
int64_t
__wrap_leader_longest_call(const struct leader *leader)
{
	(void)leader;
	return CLOCK_SECOND;
}

struct fixture {
	char file[64];
	struct kube_config config;
	struct certificate_keeper *keeper;
};

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Waits until the condition holds; false after 20 seconds. */
#define EVENTUALLY(condition)                                                                      \
	({                                                                                         \
		int64_t until_ = clock_monotonic() + 20 * CLOCK_SECOND;                            \
		while (!(condition) && clock_monotonic() < until_)                                 \
			usleep(2000);                                                              \
		(condition);                                                                       \
	})

static void
prepare(struct fixture *fixture)
{
	int file;

	*fixture = (struct fixture){.config.server.url = "http://127.0.0.1:1"};
	snprintf(fixture->file, sizeof fixture->file, "/tmp/registration-XXXXXX");
	file = mkstemp(fixture->file);
	assert_true(file >= 0);
	close(file);
	write_file(fixture->file, CONFIGURATION);
	played_put(SECRET, EMPTY_SECRET);
	played_put(MUTATING, CONFIGURATION);
	log_set_level(LOG_ERROR);
	leads = true;
}

static void
start(struct fixture *fixture)
{
	struct certificate_keeper_settings settings = {
		.config = &fixture->config,
		.leader = (struct leader *)fixture, /* nobody looks into it */
		.registration = fixture->file,
		.namespace = "net",
		.secret = "hook-tls",
		.policy = rotation_default_policy,
		.check = CLOCK_SECOND,
	};

	settings.policy.settling = settings.policy.propagation = 0;
	fixture->keeper = certificate_keeper_start(&settings, NULL);
	assert_non_null(fixture->keeper);
}

static void
finish(struct fixture *fixture)
{
	certificate_keeper_stop(fixture->keeper, CLOCK_SECOND);
	unlink(fixture->file);
	played_clear();
}

static struct certificate_keeper_view
look(struct fixture *fixture)
{
	struct certificate_keeper_view view;

	certificate_keeper_look(fixture->keeper, &view);
	return view;
}

static bool
has_problem(struct fixture *fixture, enum certificate_problem problem)
{
	return *look(fixture).problems[problem];
}

/* Whether the entry shows the CA of the Secret. */
static bool
in_order(void)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);
	const char *ca = played_text(arena, SECRET, "data", "ca.crt");

	return ca &&
	       text_equal(ca, played_text(arena, MUTATING, "webhooks[0].clientConfig", "caBundle"));
}

static bool
metrics_say(const char *line)
{
	struct buffer text CLEANUP(buffer_dispose);

	buffer_init(&text, 1 << 20);
	metrics_write(&text);
	return strstr(buffer_text(&text), line);
}

static void
certificates_are_made_shown_and_told_of(void **state)
{
	struct fixture fixture;
	struct certificate_keeper_view view;

	(void)state;
	prepare(&fixture);
	start(&fixture);
	assert_true(EVENTUALLY(in_order()));
	assert_true(EVENTUALLY(text_equal(look(&fixture).next, "wait")));
	view = look(&fixture);
	assert_true(view.is_kept);
	assert_int_equal(strlen(view.certificates[CERTIFICATE_LEAF].fingerprint), 64);
	assert_string_equal(view.certificates[CERTIFICATE_NEXT_AUTHORITY].fingerprint, "");
	assert_true(view.certificates[CERTIFICATE_LEAF].renewal <
		    view.certificates[CERTIFICATE_LEAF].ends);
	assert_true(view.certificates[CERTIFICATE_LEAF].ends <
		    view.certificates[CERTIFICATE_AUTHORITY].ends);
	for (int i = 0; i < CERTIFICATE_PROBLEMS; i++)
		assert_string_equal(view.problems[i], "");
	assert_true(metrics_say("peerwarden_certificate_steps_total{step=\"publish\"} "));
	assert_true(metrics_say("peerwarden_certificate_problems{problem=\"read\"} 0"));
	assert_true(metrics_say(
		"peerwarden_certificate_expiry_timestamp_seconds{certificate=\"next-ca\"} 0"));
	finish(&fixture);
}

static void
a_replica_that_does_not_lead_looks_and_changes_nothing(void **state)
{
	struct fixture fixture;

	(void)state;
	prepare(&fixture);
	leads = false;
	start(&fixture);
	assert_true(EVENTUALLY(look(&fixture).looked > 0));
	assert_string_not_equal(look(&fixture).next, "wait");
	for (int64_t looked = look(&fixture).looked; look(&fixture).looked == looked;)
		certificate_keeper_wake(fixture.keeper);
	assert_int_equal(played_api.writes, 0);
	leads = true;
	certificate_keeper_wake(fixture.keeper);
	assert_true(EVENTUALLY(in_order()));
	finish(&fixture);
}

static void
a_secret_that_goes_while_another_leads_is_known_to_the_next_leader(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);
	struct fixture fixture;
	const char *key;
	int64_t looked;

	(void)state;
	prepare(&fixture);
	start(&fixture);
	assert_true(EVENTUALLY(in_order() && text_equal(look(&fixture).next, "wait")));
	leads = false;
	key = played_text(arena, SECRET, "data", "tls.key");
	played_put(SECRET, NULL);
	looked = look(&fixture).looked;
	certificate_keeper_wake(fixture.keeper);
	assert_true(EVENTUALLY(look(&fixture).looked != looked));
	assert_null(played_text(arena, SECRET, "data", "tls.key"));
	leads = true;
	certificate_keeper_wake(fixture.keeper);
	assert_true(EVENTUALLY(in_order()));
	assert_string_equal(played_text(arena, SECRET, "data", "tls.key"), key);
	finish(&fixture);
}

static void
a_problem_is_told_while_it_lasts(void **state)
{
	struct fixture fixture;

	(void)state;
	prepare(&fixture);
	write_file(fixture.file, "kind: Secret");
	start(&fixture);
	assert_true(EVENTUALLY(has_problem(&fixture, CERTIFICATE_PROBLEM_REGISTRATION)));
	assert_non_null(strstr(
		look(&fixture).problems[CERTIFICATE_PROBLEM_REGISTRATION], "/tmp/registration-"));
	assert_true(metrics_say("peerwarden_certificate_problems{problem=\"registration\"} 1"));
	write_file(fixture.file, CONFIGURATION);
	assert_true(EVENTUALLY(in_order()));
	assert_true(EVENTUALLY(!has_problem(&fixture, CERTIFICATE_PROBLEM_REGISTRATION)));
	write_file(fixture.file, "");
	certificate_keeper_wake(fixture.keeper);
	assert_true(EVENTUALLY(has_problem(&fixture, CERTIFICATE_PROBLEM_REGISTRATION)));
	played_set(MUTATING, "webhooks[0].clientConfig.caBundle", NULL);
	certificate_keeper_wake(fixture.keeper);
	assert_true(EVENTUALLY(in_order()));
	played_api.refuse = 403;
	certificate_keeper_wake(fixture.keeper);
	assert_true(EVENTUALLY(has_problem(&fixture, CERTIFICATE_PROBLEM_READ)));
	played_api.refuse = 0;
	assert_true(EVENTUALLY(!has_problem(&fixture, CERTIFICATE_PROBLEM_READ)));
	finish(&fixture);
}

static void
a_clock_that_differs_and_a_bundle_of_others_are_told(void **state)
{
	struct fixture fixture;

	(void)state;
	prepare(&fixture);
	start(&fixture);
	assert_true(EVENTUALLY(in_order() && text_equal(look(&fixture).next, "wait")));
	leads = false;
	played_set(MUTATING, "webhooks[0].clientConfig.caBundle", "Z2FyYmFnZQ==");
	played_api.date = 1000;
	certificate_keeper_wake(fixture.keeper);
	assert_true(EVENTUALLY(has_problem(&fixture, CERTIFICATE_PROBLEM_CLOCK)));
	assert_true(EVENTUALLY(has_problem(&fixture, CERTIFICATE_PROBLEM_UNTRUSTED)));
	leads = true;
	certificate_keeper_wake(fixture.keeper);
	assert_true(EVENTUALLY(in_order()));
	assert_true(EVENTUALLY(!has_problem(&fixture, CERTIFICATE_PROBLEM_UNTRUSTED)));
	assert_true(has_problem(&fixture, CERTIFICATE_PROBLEM_CLOCK));
	finish(&fixture);
}

static void
somebody_who_undoes_every_step_is_met_with_patience(void **state)
{
	struct fixture fixture;
	int writes;

	(void)state;
	prepare(&fixture);
	start(&fixture);
	for (int i = 0; i < 100 && !has_problem(&fixture, CERTIFICATE_PROBLEM_UNSTEADY); i++) {
		assert_true(EVENTUALLY(in_order()));
		played_set(MUTATING, "webhooks[0].clientConfig.caBundle", NULL);
		certificate_keeper_wake(fixture.keeper);
	}
	writes = played_api.writes;
	assert_true(has_problem(&fixture, CERTIFICATE_PROBLEM_UNSTEADY));
	assert_in_range(writes, 20, 40);
	assert_true(EVENTUALLY(in_order()));
	finish(&fixture);
}

static void
without_a_keeper_there_is_nothing_to_see(void **state)
{
	struct certificate_keeper_view view;

	(void)state;
	certificate_keeper_look(NULL, &view);
	assert_false(view.is_kept);
	certificate_keeper_wake(NULL);
	certificate_keeper_stop(NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_are_made_shown_and_told_of),
		cmocka_unit_test(a_replica_that_does_not_lead_looks_and_changes_nothing),
		cmocka_unit_test(
			a_secret_that_goes_while_another_leads_is_known_to_the_next_leader),
		cmocka_unit_test(a_problem_is_told_while_it_lasts),
		cmocka_unit_test(a_clock_that_differs_and_a_bundle_of_others_are_told),
		cmocka_unit_test(somebody_who_undoes_every_step_is_met_with_patience),
		cmocka_unit_test(without_a_keeper_there_is_nothing_to_see),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
