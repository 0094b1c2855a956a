/* xml_parse: whatever comes in, it is a tree within the limits or a failure with words. */
#include "base/cleanup.h"
#include "base/text.h"
#include "format/xml.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 1 << 20 };

static void
walk(const struct xml *element, size_t depth)
{
	for (; element; element = element->next) {
		size_t length;

		FUZZ_CHECK(depth <= XML_DEPTH);
		text_trim(element->text, &length);
		FUZZ_CHECK(length == strlen(element->text));
		FUZZ_CHECK(text_valid_utf8(element->text, length) == length);
		FUZZ_CHECK(!element->first || length == 0);
		FUZZ_CHECK(!strchr(element->name, ':'));
		walk(element->first, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	struct error error = FUZZ_ERROR;
	const struct xml *root = xml_parse(arena, text, size, &error);

	if (root) {
		walk(root, 1);
		return 0;
	}
	fuzz_check_error(&error);
	FUZZ_CHECK(error.kind == ERROR_INVALID || error.kind == ERROR_EXHAUSTED);
	return 0;
}
