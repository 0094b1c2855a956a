/* json_parse: whatever comes in, it is a tree or a failure with words. A tree that is written reads
 * back as the same data, and passing over members changes nothing of what is accepted. */
#include "base/cleanup.h"
#include "format/json_write.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 4 << 20 };

static const struct json_limits limits = {
	.bytes = 1 << 20, .depth = 32, .values = 1000, .refuse_duplicates = true};

static void
walk(struct arena *arena, const struct json *value)
{
	FUZZ_CHECK(json_equal(value, value));
	FUZZ_CHECK(!json_is_number(value) || json_number_text(arena, value));
	for (const struct json *child = json_first(value); child; child = json_next(child))
		walk(arena, child);
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

static void
pass_over(struct arena *arena, const char *text, size_t size, const struct json *value)
{
	static const struct json_passed_over members[] = {
		{"metadata", "managedFields"}, {"a", "b"}, {0}};

	FUZZ_CHECK(!value == !json_parse_partly(arena, text, size, &limits, members, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct error error = FUZZ_ERROR;
	const struct json *value = json_parse(arena, text, size, &limits, &error);

	if (!value) {
		fuzz_check_error(&error);
		FUZZ_CHECK(error.kind == ERROR_INVALID || error.kind == ERROR_EXHAUSTED);
	} else {
		walk(arena, value);
		write_and_read(arena, value);
	}
	pass_over(arena, text, size, value);
	return 0;
}
