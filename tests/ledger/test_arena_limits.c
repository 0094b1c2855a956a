#include "tests/support/arena_limit.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "ledger/page.h"

#define CORPUS "tests/ledger/corpus/page/"

/* The page of a file with all its entries. */
static bool
read_page(struct arena *arena, void *path, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer text;
	const struct json *lease;
	struct ledger_page page;

	buffer_init(&text, 1 << 20);
	assert_true(file_read(path, &text, NULL));
	lease = json_parse(arena, buffer_text(&text), text.length, &json_file_limits, error);
	if (!lease || !page_decode(arena, lease, &page, error))
		return false;
	for (const struct json *item = page_first(&page); item; item = page_next(item)) {
		struct page_entry entry;

		if (!page_entry_decode(arena, json_text(item), &entry, error))
			return false;
		assert_string_equal(entry.declaration.object.name, "a");
	}
	return true;
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	char plain[] = CORPUS "update.json", packed[] = CORPUS "packed.json";

	(void)state;
	assert_in_range(arena_limit_walk(read_page, plain), 1024, 1 << 16);
	assert_in_range(arena_limit_walk(read_page, packed), 1024, 1 << 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shortage_of_memory_is_a_clean_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
