/* Any text as the file of --registration: it is refused in words, or both its configurations could
 * be written and made binding. */
#include "base/cleanup.h"
#include "base/text.h"
#include "format/json.h"
#include "registration/activation.h"
#include "registration/wanted.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 256 << 20 };

static void
check(struct arena *arena, const struct wanted *wanted, enum registration_type type)
{
	static const char shell[] = "{\"metadata\":{\"name\":\"peerwarden\"}}";
	struct activation_view view = {type, wanted->configurations[type],
		json_parse(arena, shell, sizeof shell - 1, &json_file_limits, NULL),
		PROBE_ANSWERED};
	struct activation_step step;

	if (!view.wanted)
		return;
	FUZZ_CHECK(!text_is_blank(wanted_name(wanted, type)));
	step = activation_plan(arena, &view);
	FUZZ_CHECK(step.action == ACTIVATION_FILL && step.object);
	view.live = json_parse(arena, step.object, strlen(step.object), &json_file_limits, NULL);
	FUZZ_CHECK(view.live);
	step = activation_plan(arena, &view);
	FUZZ_CHECK(step.action == ACTIVATION_NOTHING || step.action == ACTIVATION_ARM);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct wanted wanted;
	struct error error = {0};

	if (!wanted_parse(arena, "file", text, size, &wanted, &error)) {
		FUZZ_CHECK(error.kind != ERROR_NONE && !text_is_blank(error.message));
		return 0;
	}
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		check(arena, &wanted, type);
	FUZZ_CHECK(wanted_hosts(arena, &wanted)[0]);
	return 0;
}
