#include "webhook/registration_watch.h"

#include "base/log.h"
#include "base/metrics.h"
#include "tests/http/fake_server.h"
#include "tests/serving/key_pair.h"

#define VALIDATING                                                                                 \
	"GET /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/one HTTP"
#define MUTATING "GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/two HTTP"
#define EMPTY    FAKE_OK "{\"webhooks\":[]}"
#define DENIED   FAKE_STATUS("403 Forbidden", "403", "you may not")
#define MISSING  FAKE_STATUS("404 Not Found", "404", "there is none")
#define BUSY     FAKE_STATUS("503 Service Unavailable", "503", "busy")

static char folder[] = "/tmp/peerwarden-watch-XXXXXX";
static struct tls_identity *identity;
static struct key_pair pair;
static int standard_error;

static int
setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	key_pair_make(&pair, &(struct key_pair_wish){.name = "one"});
	key_pair_write("tls.crt", pair.pem);
	key_pair_write("tls.key", pair.key_pem);
	identity = tls_identity_open("tls.crt", "tls.key", NULL, NULL);
	return identity ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	tls_identity_close(identity);
	key_pair_free(&pair);
	unlink("tls.crt");
	unlink("tls.key");
	unlink("config");
	unlink("log");
	return rmdir(folder);
}

static void
write_kubeconfig(const char *server)
{
	char text[512];

	snprintf(text, sizeof text,
		"current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\n"
		"clusters: [{name: b, cluster: {server: '%s'}}]\n",
		server);
	key_pair_write("config", text);
}

static struct registration_watch *
start(const struct fake_server *server, const char *mutating)
{
	struct registration_watch_settings settings = {.kubeconfig = "config",
		.validating = "one",
		.mutating = mutating,
		.every = CLOCK_MILLISECOND,
		.identity = identity};
	struct registration_watch *watch;

	write_kubeconfig(server->url);
	watch = registration_watch_start(&settings, NULL);
	assert_non_null(watch);
	return watch;
}

/* Standard error goes to the file "log" from here on. */
static void
begin_log(void)
{
	fflush(stderr);
	standard_error = dup(2);
	assert_non_null(freopen("log", "w", stderr));
}

static size_t
end_log(const char *part)
{
	char line[16384];
	size_t count = 0;
	FILE *file;

	fflush(stderr);
	dup2(standard_error, 2);
	close(standard_error);
	file = fopen("log", "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		count += strstr(line, part) != NULL;
	fclose(file);
	return count;
}

static bool
shows(struct registration_watch *watch, const char *part)
{
	struct buffer text;
	bool found;

	buffer_init(&text, SIZE_MAX);
	registration_watch_write(watch, &text);
	found = strstr(buffer_text(&text), part) != NULL;
	buffer_dispose(&text);
	return found;
}

static bool
measures(const char *line)
{
	struct buffer text;
	bool found;

	buffer_init(&text, SIZE_MAX);
	metrics_write(&text);
	found = strstr(buffer_text(&text), line) != NULL;
	buffer_dispose(&text);
	return found;
}

#define PROBLEMS(type, check, count)                                                               \
	"peerwarden_registration_problems{configuration=\"" type "\",check=\"" check "\"} " count  \
	"\n"

static void
differences_show_until_they_are_put_right(void **state)
{
	static const struct fake_step steps[] = {{VALIDATING, EMPTY, FAKE_CLOSE, false},
		{VALIDATING, BUSY, FAKE_CLOSE, false}, {VALIDATING, "", FAKE_HOLD, false},
		{VALIDATING, MISSING, FAKE_CLOSE, false}, {VALIDATING, "", FAKE_HOLD, false}, {0}};
	struct fake_server server;
	struct registration_watch *watch;

	(void)state;
	begin_log();
	fake_server_start(&server, steps);
	watch = start(&server, "");
	assert_true(FAKE_EVENTUALLY(shows(watch, "\"state\":\"wrong\",\"problems\":[{\"check\":"
						 "\"endpoint\",\"field\":\"webhooks\"")));
	assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == 3));
	assert_true(FAKE_EVENTUALLY(measures(PROBLEMS("validating", "endpoint", "1"))));
	atomic_fetch_add(&server.released, 1);
	assert_true(FAKE_EVENTUALLY(measures(PROBLEMS("validating", "exists", "1"))));
	assert_true(measures(PROBLEMS("validating", "endpoint", "0")));
	assert_true(shows(watch, "[{\"kind\":\"ValidatingWebhookConfiguration\",\"name\":\"one\","
				 "\"state\":\"wrong\",\"problems\":[{\"check\":\"exists\""));
	assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == 5));
	registration_watch_stop(watch);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
	assert_int_equal(end_log("put right"), 1);
}

static void
a_configuration_that_may_not_be_read_is_said_once(void **state)
{
	static const struct fake_step steps[] = {{VALIDATING, DENIED, FAKE_CLOSE, false},
		{MUTATING, DENIED, FAKE_CLOSE, false}, {VALIDATING, DENIED, FAKE_CLOSE, false},
		{MUTATING, DENIED, FAKE_CLOSE, false}, {VALIDATING, "", FAKE_HOLD, false},
		{MUTATING, MISSING, FAKE_CLOSE, false}, {VALIDATING, "", FAKE_HOLD, false}, {0}};
	struct fake_server server;
	struct registration_watch *watch;

	(void)state;
	begin_log();
	fake_server_start(&server, steps);
	watch = start(&server, "two");
	assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == 5));
	assert_true(measures(PROBLEMS("mutating", "exists", "-1")));
	assert_true(shows(watch, "\"name\":\"two\",\"state\":\"unreadable\",\"problems\":[]"));
	atomic_fetch_add(&server.released, 1);
	assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == 7));
	assert_true(measures(PROBLEMS("mutating", "exists", "1")));
	assert_true(measures(PROBLEMS("validating", "rules", "-1")));
	registration_watch_stop(watch);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
	assert_int_equal(end_log("cannot be read"), 2);
}

static void
an_address_that_cannot_be_used_is_said_at_once(void **state)
{
	struct registration_watch_settings settings = {.kubeconfig = "config",
		.validating = "one",
		.mutating = "two",
		.every = CLOCK_SECOND,
		.identity = identity};
	struct error error = {0};

	(void)state;
	write_kubeconfig("http://not-loopback.example.com");
	assert_null(registration_watch_start(&settings, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_show_until_they_are_put_right),
		cmocka_unit_test(a_configuration_that_may_not_be_read_is_said_once),
		cmocka_unit_test(an_address_that_cannot_be_used_is_said_at_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
