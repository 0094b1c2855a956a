/* Any config or credentials file of AWS: profiles, or a failure that names the file. */
#include "base/cleanup.h"
#include "base/text.h"
#include "cloud/aws_profile.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 16 << 20 };

static bool
parse(struct arena *arena, struct aws_profiles *profiles, enum aws_profile_file file,
	const char *text, size_t size)
{
	struct error error = FUZZ_ERROR;

	if (aws_profile_parse(arena, profiles, file, "path", text, size, &error))
		return true;
	fuzz_check_error(&error);
	FUZZ_CHECK(text_starts_with(error.message, "path: "));
	return false;
}

static void
check_text(const char *value)
{
	FUZZ_CHECK(!value || text_only_has(value, " -~"));
}

static void
check(const struct aws_profiles *profiles)
{
	for (const struct aws_profile *one = profiles->first; one; one = one->next) {
		FUZZ_CHECK(*one->name && aws_profile_find(profiles, one->name) == one);
		check_text(one->access_key_id);
		check_text(one->secret_access_key);
		check_text(one->role_arn);
		check_text(one->region);
		check_text(one->web_identity_token_file);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct aws_profiles profiles = {0};

	if (parse(arena, &profiles, AWS_PROFILE_CONFIG, text, size) &&
		parse(arena, &profiles, AWS_PROFILE_CREDENTIALS, text, size))
		check(&profiles);
	aws_profile_wipe(&profiles);
	return 0;
}
