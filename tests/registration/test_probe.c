#include "registration/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "tests/http/fake_server.h"

#define CREATE                                                                                     \
	"POST "                                                                                    \
	"/apis/peerwarden.io/v1alpha1/remotenetworks?dryRun=All&fieldManager=peerwarden-probe"

static void
ask(struct arena *arena, const char *reply, struct probe_result *result)
{
	const struct fake_step steps[] = {{CREATE, reply, FAKE_CLOSE, false}, {0}};
	struct kube_config config = {0};
	struct fake_server server;
	struct kube_client *client;

	fake_server_start(&server, steps);
	config.server.url = server.url;
	client = kube_client_new(&config, NULL);
	*result = probe_ask(arena, client, NULL, CLOCK_SECOND * 10);
	kube_client_free(client);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
}

static void
what_becomes_of_the_request_tells_whether_anybody_answered(void **state)
{
	static const struct {
		const char *reply;
		enum probe_answer answer;
		const char *why;
	} rows[] = {
		{FAKE_HEAD("201 Created") "\r\n{}", PROBE_SILENT, "/validate and /mutate"},
		{FAKE_HEAD("201 Created") "Warning: 299 - \"peerwarden mutate answers probe "
					  "0\"\r\n\r\n{}",
			PROBE_SILENT, "/validate and /mutate"},
		{FAKE_STATUS("500 Error", "500",
			 "failed calling webhook \\\"x\\\": x509: certificate has expired"),
			PROBE_SILENT, "x509: certificate has expired"},
		{FAKE_STATUS(
			 "403 Forbidden", "403", "admission webhook \\\"x\\\" denied the request"),
			PROBE_SILENT, "denied the request"},
		{FAKE_STATUS("403 Forbidden", "403", "cannot create resource remotenetworks"),
			PROBE_IMPOSSIBLE, "cannot create resource"},
		{FAKE_HEAD("404 Not Found") "\r\n404 page not found\n", PROBE_IMPOSSIBLE, "404"},
		{FAKE_STATUS("503 Away", "503", "starting"), PROBE_IMPOSSIBLE, "starting"},
		{"", PROBE_IMPOSSIBLE, "127.0.0.1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
		struct probe_result result;

		ask(arena, rows[i].reply, &result);
		for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
			if (result.answers[type] != rows[i].answer)
				fail_msg("row %zu: %s", i, probe_answer_name(result.answers[type]));
		if (!strstr(result.why, rows[i].why))
			fail_msg("row %zu: %s", i, result.why);
	}
}

static void
only_a_word_that_could_be_ours_is_answered(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
	char longest[PROBE_WORD_LONGEST + 2] = {0};

	(void)state;
	memset(longest, 'a', PROBE_WORD_LONGEST);
	assert_string_equal(probe_warning(arena, REGISTRATION_VALIDATING, "0af", "a.b.svc:443"),
		"peerwarden validate answers probe 0af at a.b.svc");
	assert_string_equal(probe_warning(arena, REGISTRATION_MUTATING, "0af", "[::1]:8443"),
		"peerwarden mutate answers probe 0af at ::1");
	assert_non_null(probe_warning(arena, REGISTRATION_MUTATING, longest, "a"));
	longest[PROBE_WORD_LONGEST] = 'a';
	assert_null(probe_warning(arena, REGISTRATION_MUTATING, longest, "a"));
	assert_null(probe_warning(arena, REGISTRATION_MUTATING, NULL, "a"));
	assert_null(probe_warning(arena, REGISTRATION_MUTATING, "", "a"));
	assert_null(probe_warning(arena, REGISTRATION_MUTATING, "a b", "a"));
	assert_null(probe_warning(arena, REGISTRATION_MUTATING, "A", "a"));
	assert_null(probe_warning(arena, REGISTRATION_MUTATING, "a\n", "a"));
	assert_null(probe_warning(arena, REGISTRATION_MUTATING, "a", ""));
	assert_null(probe_warning(arena, REGISTRATION_MUTATING, "a", "a\"b"));
}

static void
a_long_host_and_word_stay_below_what_the_api_server_cuts(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
	char word[PROBE_WORD_LONGEST + 1] = {0}, host[254] = {0};

	(void)state;
	memset(word, 'a', sizeof word - 1);
	memset(host, 'b', sizeof host - 1);
	assert_in_range(
		strlen(probe_warning(arena, REGISTRATION_VALIDATING, word, host)), 200, 256);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_becomes_of_the_request_tells_whether_anybody_answered),
		cmocka_unit_test(only_a_word_that_could_be_ours_is_answered),
		cmocka_unit_test(a_long_host_and_word_stay_below_what_the_api_server_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
