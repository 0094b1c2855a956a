/* yaml_parse: whatever comes in, it is documents or a failure with words, and every value has its
 * place. */
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "format/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
walk(struct arena *arena, const struct json *value)
{
	check(json_location(value).line > 0 && json_location(value).column > 0);
	check(json_equal(value, value));
	check(!json_is_number(value) || json_number_text(arena, value));
	for (const struct json *child = json_first(value); child; child = json_next(child)) {
		check(!json_is_object(value) || json_name(child));
		walk(arena, child);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = {
		.bytes = 1 << 20, .depth = 32, .values = 1000, .refuse_duplicates = true};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
	struct yaml_documents documents;
	struct error error = {0};

	if (yaml_parse(arena, (const char *)data, size, &limits, &documents, &error))
		for (size_t i = 0; i < documents.count; i++)
			walk(arena, documents.items[i]);
	else
		check(error.kind == ERROR_INVALID || error.kind == ERROR_EXHAUSTED);
	return 0;
}
