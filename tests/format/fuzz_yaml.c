/* yaml_parse: whatever comes in, it is documents or a failure with words, every value has its
 * place, and what was read is JSON: written as such, it reads back as the same data. */
#include "base/cleanup.h"
#include "format/json_write.h"
#include "format/yaml.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 4 << 20 };

static void
walk(struct arena *arena, const struct json *value)
{
	FUZZ_CHECK(json_location(value).line > 0 && json_location(value).column > 0);
	FUZZ_CHECK(json_equal(value, value));
	FUZZ_CHECK(!json_is_number(value) || json_number_text(arena, value));
	for (const struct json *child = json_first(value); child; child = json_next(child)) {
		FUZZ_CHECK(!json_is_object(value) || json_name(child));
		walk(arena, child);
	}
}

static void
write_and_read(struct arena *arena, const struct json *value)
{
	CLEANUP(buffer_dispose) struct buffer out;
	const struct json *again;

	buffer_init(&out, SIZE_MAX);
	json_write(arena, value, &out);
	again = json_parse(arena, buffer_text(&out), out.length, &json_file_limits, NULL);
	FUZZ_CHECK(again && json_equal(again, value));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = {
		.bytes = 1 << 20, .depth = 32, .values = 1000, .refuse_duplicates = true};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct yaml_documents documents;
	struct error error = FUZZ_ERROR;

	if (!yaml_parse(arena, (const char *)data, size, &limits, &documents, &error)) {
		fuzz_check_error(&error);
		FUZZ_CHECK(error.kind == ERROR_INVALID || error.kind == ERROR_EXHAUSTED);
		return 0;
	}
	for (size_t i = 0; i < documents.count; i++) {
		walk(arena, documents.items[i]);
		write_and_read(arena, documents.items[i]);
	}
	return 0;
}
