/* json_parse: whatever comes in, it is a tree or a failure with words. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "format/json.h"

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
	check(json_equal(value, value));
	check(!json_is_number(value) || json_number_text(arena, value));
	for (const struct json *child = json_first(value); child; child = json_next(child))
		walk(arena, child);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = {
		.bytes = 1 << 20, .depth = 32, .values = 1000, .refuse_duplicates = true};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
	char *text = malloc(size + 1);
	struct error error = {0};
	const struct json *value;

	check(text);
	memcpy(text, data, size);
	text[size] = '\0';
	value = json_parse(arena, text, size, &limits, &error);
	check(value || error.kind == ERROR_INVALID || error.kind == ERROR_EXHAUSTED);
	if (value)
		walk(arena, value);
	free(text);
	return 0;
}
