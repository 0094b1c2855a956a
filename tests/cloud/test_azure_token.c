#include "cloud/azure_token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/cloud/entra_server.h"

static const char *const with_secret[] = {"AZURE_TENANT_ID=" ENTRA_TENANT,
	"AZURE_CLIENT_ID=" ENTRA_CLIENT, "AZURE_CLIENT_SECRET=" ENTRA_SECRET, NULL};
static int64_t now = 7 * CLOCK_SECOND;

static int64_t
play_clock(void)
{
	return now;
}

struct setup {
	struct fake_server server;
	struct entra_environment environment;
	struct azure_token *tokens;
	int steps;
};

static void
start(struct setup *setup, const struct fake_step *steps)
{
	const struct azure_token_settings settings = {
		.environment = setup->environment.texts, .monotonic = play_clock};

	setup->steps = 0;
	while (steps[setup->steps].expects)
		setup->steps++;
	fake_server_start(&setup->server, steps);
	entra_environment_write(&setup->environment, setup->server.url, with_secret);
	setup->tokens = azure_token_new(&settings);
}

static void
stop(struct setup *setup)
{
	azure_token_free(setup->tokens);
	fake_server_stop(&setup->server);
	assert_int_equal(setup->server.unexpected, 0);
	assert_int_equal(setup->server.served, setup->steps);
}

static void
expect(struct setup *setup, const char *tenant, const char *text)
{
	struct token token;
	struct error error = {0};

	if (!azure_token_get(setup->tokens, tenant, &token, &error))
		fail_msg("%s", error.message);
	assert_string_equal(token.text, text);
	token_dispose(&token);
}

static void
each_tenant_has_a_token_which_is_kept(void **state)
{
	static const struct fake_step steps[] = {
		ENTRA_STEP(ENTRA_PATH(ENTRA_TENANT), ENTRA_GRANT("own")),
		ENTRA_STEP(ENTRA_PATH("aaaa.example.com"), ENTRA_GRANT("other")), {0}};
	struct setup setup;

	(void)state;
	start(&setup, steps);
	expect(&setup, NULL, "own");
	expect(&setup, "AAAA.example.com", "other");
	expect(&setup, "", "own");
	expect(&setup, ENTRA_TENANT, "own");
	expect(&setup, "aaaa.EXAMPLE.com", "other");
	stop(&setup);
}

static void
a_token_is_renewed_before_it_expires(void **state)
{
	static const struct fake_step steps[] = {
		ENTRA_STEP(ENTRA_PATH(ENTRA_TENANT), ENTRA_GRANT("one")),
		ENTRA_STEP(ENTRA_PATH(ENTRA_TENANT), ENTRA_GRANT("two")), {0}};
	struct setup setup;

	(void)state;
	start(&setup, steps);
	expect(&setup, "", "one");
	now += (3599 - 301) * CLOCK_SECOND;
	expect(&setup, "", "one");
	now += 2 * CLOCK_SECOND;
	expect(&setup, "", "two");
	stop(&setup);
}

static void
tokens_of_other_tenants_make_one_header(void **state)
{
	static const struct fake_step steps[] = {
		ENTRA_STEP(ENTRA_PATH(ENTRA_OTHER), ENTRA_GRANT("b")),
		ENTRA_STEP(ENTRA_PATH(ENTRA_TENANT), ENTRA_GRANT("a")), {0}};
	static const char *const two[] = {ENTRA_OTHER, ENTRA_TENANT, NULL};
	static const char *const four[] = {ENTRA_OTHER, "", ENTRA_OTHER, "", NULL};
	struct token header;
	struct error error = {0};
	struct setup setup;

	(void)state;
	start(&setup, steps);
	assert_true(azure_token_auxiliary(setup.tokens, two, &header, &error));
	assert_string_equal(header.text, "Bearer b, Bearer a");
	token_dispose(&header);
	assert_false(azure_token_auxiliary(setup.tokens, four, &header, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_null(header.text);
	stop(&setup);
}

static void
a_token_that_was_refused_is_fetched_anew(void **state)
{
	static const struct fake_step steps[] = {
		ENTRA_STEP(ENTRA_PATH(ENTRA_OTHER), ENTRA_GRANT("one")),
		ENTRA_STEP(ENTRA_PATH(ENTRA_OTHER), ENTRA_GRANT("two")), {0}};
	struct setup setup;

	(void)state;
	start(&setup, steps);
	expect(&setup, ENTRA_OTHER, "one");
	azure_token_refuse(setup.tokens, ENTRA_OTHER, "one");
	expect(&setup, ENTRA_OTHER, "two");
	stop(&setup);
}

static void
nothing_is_asked_any_more_after_the_end(void **state)
{
	static const struct fake_step steps[] = {
		ENTRA_STEP(ENTRA_PATH(ENTRA_TENANT), ENTRA_GRANT("own")), {0}};
	struct token token;
	struct error error = {0};
	struct setup setup;

	(void)state;
	start(&setup, steps);
	expect(&setup, "", "own");
	azure_token_abort(setup.tokens);
	expect(&setup, "", "own");
	assert_false(azure_token_get(setup.tokens, ENTRA_OTHER, &token, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	stop(&setup);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_tenant_has_a_token_which_is_kept),
		cmocka_unit_test(a_token_is_renewed_before_it_expires),
		cmocka_unit_test(tokens_of_other_tenants_make_one_header),
		cmocka_unit_test(a_token_that_was_refused_is_fetched_anew),
		cmocka_unit_test(nothing_is_asked_any_more_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
