/* Any Lease as a page of the ledger: a page whose entries can be read, written and read again, or a
 * failure with words.
 *
 * Input: the Lease, as the API server sends it. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "ledger/page.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 64 << 20 };

/* A page with this one entry, as a replica would write it. */
static const struct json *
write_page(struct arena *arena, const struct ledger_page *page, const struct page_entry *entry)
{
	CLEANUP(buffer_dispose) struct buffer text;
	struct page_writing writing = {.name = page->name,
		.namespace = "kube-system",
		.holder = page->holder ? page->holder : "",
		.version = "7",
		.lifetime = 60 * CLOCK_SECOND,
		.floors = page->floors};
	const struct json *lease;

	buffer_init(&text, SIZE_MAX);
	page_write_open(&text, &writing);
	page_write_entry(&text, "id", entry->tail, entry->order);
	page_write_close(&text);
	lease = json_parse(arena, buffer_text(&text), text.length, &json_file_limits, NULL);
	FUZZ_CHECK(lease);
	return lease;
}

static void
check_same(const struct page_entry *a, const struct page_entry *b)
{
	FUZZ_CHECK(order_compare(a->order, b->order) == 0);
	FUZZ_CHECK(text_equal(a->uid, b->uid) && a->from == b->from);
	FUZZ_CHECK(text_equal(a->attempt, b->attempt) && text_equal(a->tail, b->tail));
	FUZZ_CHECK(!a->declaration.object.name == !b->declaration.object.name);
	FUZZ_CHECK(
		!a->declaration.object.name || declaration_equal(&a->declaration, &b->declaration));
}

static void
write_and_read(struct arena *arena, const struct ledger_page *page, const struct page_entry *entry)
{
	struct ledger_page again;
	struct page_entry same;
	const struct json *only;

	FUZZ_CHECK(page_decode(arena, write_page(arena, page, entry), &again, NULL));
	FUZZ_CHECK(text_equal(again.name, page->name));
	FUZZ_CHECK(memcmp(again.floors, page->floors, sizeof again.floors) == 0);
	only = page_first(&again);
	FUZZ_CHECK(only && !page_next(only) && text_equal(page_entry_id(only), "id"));
	FUZZ_CHECK(page_entry_decode(arena, json_text(only), &same, NULL));
	check_same(entry, &same);
}

static void
read_entry(struct arena *arena, const struct ledger_page *page, const char *text)
{
	struct page_entry entry;
	struct error error = FUZZ_ERROR;

	if (page_entry_decode(arena, text, &entry, &error))
		write_and_read(arena, page, &entry);
	else
		fuzz_check_error(&error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	const struct json *lease = json_parse(arena, text, size, &json_file_limits, NULL);
	struct ledger_page page;
	struct error error = FUZZ_ERROR;

	if (!lease)
		return 0;
	if (!page_decode(arena, lease, &page, &error)) {
		fuzz_check_error(&error);
		return 0;
	}
	FUZZ_CHECK(*page.name && page.version > 0);
	for (const struct json *entry = page_first(&page); entry; entry = page_next(entry))
		read_entry(arena, &page, json_text(entry));
	return 0;
}
