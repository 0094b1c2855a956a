#include "cloud/aws_profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"

static bool
parse(struct arena *arena, struct aws_profiles *profiles, enum aws_profile_file file,
	const char *text, struct error *error)
{
	return aws_profile_parse(arena, profiles, file, "config", text, strlen(text), error);
}

static void
both_files_make_one_profile_and_the_credentials_win(void **state)
{
	static const char config[] = "# mine\r\n"
				     "[default]\r\n"
				     "region = eu-west-1 ; here\r\n"
				     "s3 =\r\n"
				     "    region = nested\r\n"
				     "\r\n"
				     "[sso-session corp]\n"
				     "region = not-mine\n"
				     "[ profile  \"two words\" ] # and more\n"
				     "Role_ARN=arn:aws:iam::111122223333:role/a#b\n"
				     "source_profile = default\n"
				     "external_id = a=b\n"
				     "duration_seconds = 900\n"
				     "[two words]\n"
				     "region = not-mine-either\n"
				     "[profile default]\n"
				     "aws_access_key_id = CONFIG\n"
				     "output = json\n";
	static const char credentials[] = "[default]\n"
					  "aws_access_key_id = AKIA1\n"
					  "aws_secret_access_key=a/b+c=\n"
					  "aws_session_token =\n";
	struct arena *arena = arena_new(100000);
	struct aws_profiles profiles = {0};
	const struct aws_profile *profile;

	(void)state;
	assert_true(parse(arena, &profiles, AWS_PROFILE_CONFIG, config, NULL));
	profile = aws_profile_find(&profiles, "default");
	assert_string_equal(profile->access_key_id, "CONFIG");
	assert_true(parse(arena, &profiles, AWS_PROFILE_CREDENTIALS, credentials, NULL));
	assert_string_equal(profile->region, "eu-west-1");
	assert_string_equal(profile->access_key_id, "AKIA1");
	assert_string_equal(profile->secret_access_key, "a/b+c=");
	assert_null(profile->session_token);
	profile = aws_profile_find(&profiles, "two words");
	assert_string_equal(profile->role_arn, "arn:aws:iam::111122223333:role/a#b");
	assert_string_equal(profile->source_profile, "default");
	assert_string_equal(profile->external_id, "a=b");
	assert_string_equal(profile->duration_seconds, "900");
	assert_null(profile->region);
	assert_null(aws_profile_find(&profiles, "corp"));
	arena_free(arena);
}

static void
a_file_that_is_indented_as_a_whole_is_read(void **state)
{
	struct arena *arena = arena_new(100000);
	struct aws_profiles profiles = {0};

	(void)state;
	assert_true(parse(arena, &profiles, AWS_PROFILE_CREDENTIALS,
		"  [a]\n  region = one\n  aws_access_key_id = two", NULL));
	assert_string_equal(aws_profile_find(&profiles, "a")->region, "one");
	assert_string_equal(aws_profile_find(&profiles, "a")->access_key_id, "two");
	arena_free(arena);
}

static void
ways_that_are_not_gone_are_remembered_by_name(void **state)
{
	struct arena *arena = arena_new(100000);
	struct aws_profiles profiles = {0};

	(void)state;
	assert_true(parse(arena, &profiles, AWS_PROFILE_CONFIG,
		"[default]\ncredential_process = /bin/run me\n[profile b]\nsso_session = c\n",
		NULL));
	assert_string_equal(
		aws_profile_find(&profiles, "default")->unsupported, "credential_process");
	assert_string_equal(aws_profile_find(&profiles, "b")->unsupported, "sso_session");
	arena_free(arena);
}

static void
a_broken_file_is_refused_by_line_and_without_its_values(void **state)
{
	static const struct {
		const char *text;
		const char *line;
	} rows[] = {
		{"[default\n", "line 1"},
		{"[default]\nregion\n", "line 2"},
		{"aws_secret_access_key = SECRET\n", "line 1"},
		{"[]\n", "line 1"},
		{"[default]\n\naws_secret_access_key = SEC\x01RET\n", "line 3"},
		{"[default]\naws_secret_access_key =\n  SECRET\n", "line 3"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new(100000);
		struct aws_profiles profiles = {0};
		struct error error = {0};

		if (parse(arena, &profiles, AWS_PROFILE_CREDENTIALS, rows[i].text, &error) ||
			!strstr(error.message, rows[i].line) || strstr(error.message, "SEC"))
			fail_msg("row %zu: %s", i, error.message);
		assert_int_equal(error.kind, ERROR_INVALID);
		arena_free(arena);
	}
}

static void
a_full_arena_is_exhausted_and_never_wrong(void **state)
{
	static const char text[] = "[a]\nregion = one\n[b]\nregion = two\n[c]\nregion = three\n";
	struct arena *arena = arena_new(1);
	bool done = false;

	(void)state;
	for (size_t cap = 0; !done && cap < 100000; cap += 16) {
		struct aws_profiles profiles = {0};
		struct error error = {0};

		arena_reset(arena);
		arena_set_cap(arena, cap);
		done = parse(arena, &profiles, AWS_PROFILE_CREDENTIALS, text, &error);
		assert_int_equal(error.kind, done ? ERROR_NONE : ERROR_EXHAUSTED);
	}
	assert_true(done);
	arena_free(arena);
}

static void
wiping_leaves_nothing_of_the_text(void **state)
{
	struct arena *arena = arena_new(100000);
	struct aws_profiles profiles = {0};
	const char *secret;

	(void)state;
	assert_true(parse(arena, &profiles, AWS_PROFILE_CREDENTIALS,
		"[a]\naws_secret_access_key = first\naws_secret_access_key = second\n", NULL));
	secret = aws_profile_find(&profiles, "a")->secret_access_key;
	assert_string_equal(secret, "second");
	aws_profile_wipe(&profiles);
	assert_memory_equal(secret, "\0\0\0\0\0\0", 6);
	assert_null(profiles.first);
	arena_free(arena);
}

static void
files_that_are_not_there_are_empty_and_home_is_looked_into(void **state)
{
	char folder[] = "/tmp/test_aws_profile.XXXXXX";
	struct arena *arena = arena_new(100000);
	struct aws_profiles profiles = {0};
	const char *path, *environment[3] = {"AWS_CONFIG_FILE=~/config"};
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = arena_printf(arena, "%s/config", folder);
	environment[1] = arena_printf(arena, "HOME=%s", folder);
	assert_true(aws_profile_load(arena, environment, &profiles, NULL));
	assert_null(profiles.first);
	file = fopen(path, "w");
	fputs("[profile a]\nregion = b\n", file);
	fclose(file);
	assert_true(aws_profile_load(arena, environment, &profiles, NULL));
	assert_string_equal(aws_profile_find(&profiles, "a")->region, "b");
	unlink(path);
	rmdir(folder);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_files_make_one_profile_and_the_credentials_win),
		cmocka_unit_test(a_file_that_is_indented_as_a_whole_is_read),
		cmocka_unit_test(ways_that_are_not_gone_are_remembered_by_name),
		cmocka_unit_test(a_broken_file_is_refused_by_line_and_without_its_values),
		cmocka_unit_test(a_full_arena_is_exhausted_and_never_wrong),
		cmocka_unit_test(wiping_leaves_nothing_of_the_text),
		cmocka_unit_test(files_that_are_not_there_are_empty_and_home_is_looked_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
