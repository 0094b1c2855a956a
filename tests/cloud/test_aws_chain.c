#include "cloud/aws_chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "tests/cloud/sts_server.h"

enum { LARGEST_ENVIRONMENT = 12 };

/* A world of one server and two files. "%" in a variable stands for the server's port. */
struct world {
	const char *environment[LARGEST_ENVIRONMENT];
	const char *config;
	const char *credentials;
	struct fake_step steps[4];
};

static char config_path[] = "/tmp/test_aws_chain_config.XXXXXX";
static char credentials_path[] = "/tmp/test_aws_chain_keys.XXXXXX";

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text ? text : "", file);
	fclose(file);
}

static const char *
with_port(struct arena *arena, const char *text, int port)
{
	const char *mark = strchr(text, '%');

	return mark ? arena_printf(arena, "%.*s%d%s", (int)(mark - text), text, port, mark + 1)
		    : text;
}

/* All calls of the script have to be made. */
static bool
find(const struct world *world, struct aws_keys *keys, struct error *error)
{
	struct arena *arena = arena_new(100000);
	const char *environment[LARGEST_ENVIRONMENT + 5] = {0};
	struct aws_metadata metadata = {0};
	struct aws_chain chain = {environment, &metadata, NULL};
	struct fake_server server;
	size_t count = 0;
	int steps = 0;
	bool done;

	while (world->steps[steps].expects)
		steps++;
	fake_server_start(&server, world->steps);
	for (; world->environment[count]; count++)
		environment[count] = with_port(arena, world->environment[count], server.port);
	write_file(config_path, world->config);
	write_file(credentials_path, world->credentials);
	environment[count++] = arena_printf(arena, "AWS_CONFIG_FILE=%s", config_path);
	environment[count++] =
		arena_printf(arena, "AWS_SHARED_CREDENTIALS_FILE=%s", credentials_path);
	environment[count++] = arena_printf(arena, "AWS_ENDPOINT_URL_STS=%s", server.url);
	environment[count++] = "AWS_EC2_METADATA_DISABLED=true";
	*error = (struct error){0};
	done = aws_chain_find(&chain, keys, error);
	fake_server_stop(&server);
	aws_metadata_dispose(&metadata);
	arena_free(arena);
	assert_int_equal(server.unexpected, 0);
	assert_int_equal(server.served, steps);
	return done;
}

#define CONTAINER "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:%/keys"
#define CONTAINER_STEP                                                                             \
	{                                                                                          \
		"GET /keys",                                                                       \
			FAKE_OK "{\"AccessKeyId\":\"CONTAINER\",\"SecretAccessKey\":\"s\","        \
				"\"Token\":\"t\",\"Expiration\":\"" STS_LATER "\"}",               \
			FAKE_CLOSE, false                                                          \
	}
#define STATIC(id) "aws_access_key_id=" id "\naws_secret_access_key=s3cr3t\n"
#define ROLE_STEP(part, id)                                                                        \
	{                                                                                          \
		part, STS_ANSWER("AssumeRole", id, STS_LATER), FAKE_CLOSE, false                   \
	}

static void
the_first_place_that_has_something_decides(void **state)
{
	static const struct {
		struct world world;
		const char *id;
	} rows[] = {
		{{{"AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=s", "AWS_ROLE_ARN=x",
			  "AWS_WEB_IDENTITY_TOKEN_FILE=/dev/null", CONTAINER},
			 NULL, "[default]\n" STATIC("FILE"), {{0}}},
			"ENV"},
		{{{"AWS_ROLE_ARN=" STS_ARN, "AWS_WEB_IDENTITY_TOKEN_FILE=VERSION",
			  "AWS_REGION=eu-west-1", CONTAINER},
			 NULL, "[default]\n" STATIC("FILE"),
			 {{"Action=AssumeRoleWithWebIdentity",
				 STS_ANSWER("AssumeRoleWithWebIdentity", "WEB", STS_LATER),
				 FAKE_CLOSE, false}}},
			"WEB"},
		{{{CONTAINER}, NULL, "[default]\n" STATIC("FILE"), {{0}}}, "FILE"},
		{{{CONTAINER, "AWS_PROFILE=b"}, NULL,
			 "[default]\n" STATIC("FILE") "[b]\n" STATIC("OTHER"), {{0}}},
			"OTHER"},
		{{{CONTAINER}, "[default]\nregion=eu-west-1\n", NULL, {CONTAINER_STEP}},
			"CONTAINER"},
		{{{CONTAINER}, NULL, NULL, {CONTAINER_STEP}}, "CONTAINER"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct aws_keys keys;
		struct error error;

		if (!find(&rows[i].world, &keys, &error) || !text_equal(keys.id, rows[i].id))
			fail_msg("row %zu: %s", i, error.message);
		aws_keys_dispose(&keys);
	}
}

static void
a_profile_leads_over_others_to_a_role(void **state)
{
	static const struct {
		struct world world;
		const char *id;
	} rows[] = {
		{{{"AWS_PROFILE=a"},
			 "[profile a]\nrole_arn=" STS_ARN
			 "\nsource_profile=b\nexternal_id=e-1\nregion=eu-west-1\n"
			 "[profile b]\nrole_arn=" STS_ARN "\nsource_profile=c\n",
			 "[c]\n" STATIC("FILE"),
			 {ROLE_STEP("Credential=FILE/", "ONE"),
				 ROLE_STEP("&ExternalId=e-1", "TWO")}},
			"TWO"},
		{{{NULL}, "[default]\nrole_arn=" STS_ARN "\nsource_profile=default\n",
			 "[default]\n" STATIC("FILE"), {ROLE_STEP("Credential=FILE/", "ONE")}},
			"ONE"},
		{{{CONTAINER, "AWS_REGION=eu-west-2"},
			 "[default]\nrole_arn=" STS_ARN
			 "\ncredential_source=EcsContainer\nrole_session_name=me\n",
			 NULL, {CONTAINER_STEP, ROLE_STEP("RoleSessionName=me", "ONE")}},
			"ONE"},
		{{{NULL}, "[default]\nrole_arn=" STS_ARN "\nweb_identity_token_file=VERSION\n",
			 NULL,
			 {{"AssumeRoleWithWebIdentity",
				 STS_ANSWER("AssumeRoleWithWebIdentity", "WEB", STS_LATER),
				 FAKE_CLOSE, false}}},
			"WEB"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct aws_keys keys;
		struct error error;

		if (!find(&rows[i].world, &keys, &error) || !text_equal(keys.id, rows[i].id))
			fail_msg("row %zu: %s", i, error.message);
		aws_keys_dispose(&keys);
	}
}

static void
a_place_that_is_wrong_is_not_passed_over(void **state)
{
	static const struct {
		struct world world;
		enum error_kind kind;
		const char *words;
	} rows[] = {
		{{{NULL}, NULL, NULL, {{0}}}, ERROR_NOT_FOUND, "no AWS credentials"},
		{{{"AWS_ACCESS_KEY_ID=ENV", CONTAINER}, NULL, NULL, {{0}}}, ERROR_INVALID,
			"AWS_SECRET_ACCESS_KEY"},
		{{{"AWS_WEB_IDENTITY_TOKEN_FILE=VERSION", CONTAINER}, NULL, NULL, {{0}}},
			ERROR_INVALID, "AWS_ROLE_ARN"},
		{{{"AWS_PROFILE=gone", CONTAINER}, NULL, NULL, {{0}}}, ERROR_NOT_FOUND,
			"no profile gone"},
		{{{CONTAINER}, NULL, "[default]\naws_access_key_id=A\n", {{0}}}, ERROR_INVALID,
			"aws_secret_access_key"},
		{{{CONTAINER}, "[default]\ncredential_process=/bin/x\n", NULL, {{0}}},
			ERROR_INVALID, "credential_process is not supported"},
		{{{CONTAINER},
			 "[default]\nrole_arn=" STS_ARN "\nsource_profile=a\n"
			 "[profile a]\nrole_arn=" STS_ARN "\nsource_profile=default\n",
			 NULL, {{0}}},
			ERROR_INVALID, "circle"},
		{{{CONTAINER}, "[default]\nrole_arn=" STS_ARN "\nsource_profile=default\n", NULL,
			 {{0}}},
			ERROR_NOT_FOUND, "no keys"},
		{{{CONTAINER}, "[default]\nrole_arn=" STS_ARN "\nsource_profile=a\n[profile a]\n",
			 NULL, {{0}}},
			ERROR_NOT_FOUND, "no keys"},
		{{{CONTAINER}, "[default]\nrole_arn=" STS_ARN "\n", NULL, {{0}}}, ERROR_INVALID,
			"source_profile"},
		{{{NULL}, "[default]\nrole_arn=" STS_ARN "\ncredential_source=Environment\n", NULL,
			 {{0}}},
			ERROR_NOT_FOUND, "credential_source Environment"},
		{{{CONTAINER}, "[default]\nrole_arn=" STS_ARN "\nsource_profile=a\nmfa_serial=x\n",
			 "[a]\n" STATIC("A"), {{0}}},
			ERROR_INVALID, "mfa_serial"},
		{{{CONTAINER}, "[default]\nrole_arn=" STS_ARN "\nduration_seconds=x\n", NULL,
			 {{0}}},
			ERROR_INVALID, "duration_seconds"},
		{{{CONTAINER}, "[default\n", NULL, {{0}}}, ERROR_INVALID, "line 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct aws_keys keys;
		struct error error;

		if (find(&rows[i].world, &keys, &error) || error.kind != rows[i].kind ||
			!strstr(error.message, rows[i].words) || strstr(error.message, "s3cr3t"))
			fail_msg("row %zu: %d %s", i, error.kind, error.message);
		assert_null(keys.id);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_place_that_has_something_decides),
		cmocka_unit_test(a_profile_leads_over_others_to_a_role),
		cmocka_unit_test(a_place_that_is_wrong_is_not_passed_over),
	};
	int failed;

	close(mkstemp(config_path));
	close(mkstemp(credentials_path));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(config_path);
	unlink(credentials_path);
	return failed;
}
