/* The reader of permissions: whatever comes in, it is a whole list or a failure with words; and a
 * pattern that is excluded from its own entry allows nothing there. */
#include "base/cleanup.h"
#include "cloud/azure_rights.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 1 << 20 };

static void
check_failure(const struct error *error)
{
	fuzz_check_error(error);
	FUZZ_CHECK(error->kind == ERROR_INVALID || error->kind == ERROR_EXHAUSTED);
}

/* Each pattern fits itself, and is not allowed where the same entry takes it. */
static void
check_entry(const struct azure_permission *entry)
{
	static const char *const none[] = {NULL};
	const struct azure_permission open = {entry->actions, none};
	const struct azure_permission shut = {entry->actions, entry->actions};
	const struct azure_permissions opened = {&open, 1, ""};
	const struct azure_permissions closed = {&shut, 1, ""};

	for (const char *const *action = entry->actions; *action; action++) {
		FUZZ_CHECK(azure_rights_allow(&opened, *action));
		FUZZ_CHECK(!azure_rights_allow(&closed, *action));
	}
	for (const char *const *action = entry->not_actions; *action; action++)
		FUZZ_CHECK(!azure_rights_allow(&(struct azure_permissions){entry, 1, ""}, *action));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct error error = FUZZ_ERROR;
	const struct json *root = azure_read_object(arena, text, size, &error);
	struct azure_permissions permissions;
	const char *missing[AZURE_RIGHTS_MOST];

	if (!root || !azure_rights_read(arena, root, &permissions, &error)) {
		check_failure(&error);
		return 0;
	}
	FUZZ_CHECK(permissions.next);
	for (size_t i = 0; i < permissions.count; i++)
		check_entry(&permissions.items[i]);
	for (int type = 0; type < ARM_TYPES; type++)
		FUZZ_CHECK(azure_rights_missing(&permissions, (enum arm_type)type, missing) <=
			   AZURE_RIGHTS_MOST);
	return 0;
}
