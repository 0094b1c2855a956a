/* Any text as an Azure resource id: what is read is written as an id that reads as the same. */
#include "base/cleanup.h"
#include "base/text.h"
#include "network/arm_id.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 1 << 20 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct arm_id id, again;
	const char *written;

	if (!arm_id_parse(arena, text, &id)) {
		FUZZ_CHECK(!arm_id_canonical(arena, text) || size > ARM_ID_LONGEST);
		return 0;
	}
	written = arm_id_write(arena, &id);
	FUZZ_CHECK(arm_id_equal(written, text));
	FUZZ_CHECK(arm_id_parse(arena, written, &again) && again.type == id.type);
	FUZZ_CHECK(text_equal(again.name, id.name) && text_equal(again.child, id.child));
	FUZZ_CHECK(arm_id_is_guid(id.subscription) && *id.group && *id.name);
	FUZZ_CHECK(*id.child || text_equal(arm_id_canonical(arena, text), written));
	return 0;
}
