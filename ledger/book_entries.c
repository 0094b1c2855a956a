/* The entries and pages of the book, and what becomes of an entry. */
#include "ledger/book_entries.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

struct book *
book_new(struct inventory *inventory, const char *own, const char *instance,
	const struct book_observer *observer)
{
	struct book *book = memory_alloc(sizeof *book);

	book->inventory = inventory;
	book->observer = *observer;
	book->instance = memory_text(instance);
	TAILQ_INIT(&book->pages);
	TAILQ_INIT(&book->order);
	TAILQ_INIT(&book->lingering);
	book->own = book_page(book, own);
	return book;
}

/* --- pages --- */

struct known_page *
book_find_page(const struct book *book, const char *name)
{
	struct known_page *page;

	TAILQ_FOREACH(page, &book->pages, pages)
	if (text_equal(page->name, name))
		return page;
	return NULL;
}

struct known_page *
book_page(struct book *book, const char *name)
{
	struct known_page *page = book_find_page(book, name);

	if (page)
		return page;
	page = memory_alloc(sizeof *page);
	page->name = memory_text(name);
	page->version_text = memory_text("");
	page->ids = map_new();
	TAILQ_INIT(&page->entries);
	TAILQ_INSERT_TAIL(&book->pages, page, pages);
	return page;
}

void
book_free_page(struct book *book, struct known_page *page)
{
	TAILQ_REMOVE(&book->pages, page, pages);
	map_free(page->ids);
	free(page->name);
	free(page->version_text);
	free(page);
}

/* --- entries --- */

struct entry *
book_add(struct known_page *page, char *id)
{
	struct entry *entry = memory_alloc(sizeof *entry);

	entry->page = page;
	entry->id = id;
	entry->known_at = clock_monotonic();
	TAILQ_INSERT_TAIL(&page->entries, entry, of_page);
	map_put(page->ids, entry->id, entry);
	return entry;
}

void
book_stop_counting(struct book *book, struct entry *entry)
{
	if (entry->reservation)
		inventory_give_back(book->inventory, entry->reservation);
	entry->reservation = NULL;
}

/* Takes it out of its page, as this replica knows it. */
static void
detach(struct entry *entry)
{
	if (!entry->page)
		return;
	map_remove(entry->page->ids, entry->id);
	TAILQ_REMOVE(&entry->page->entries, entry, of_page);
	entry->page = NULL;
}

void
book_unsee(struct book *book, struct entry *entry)
{
	book_stop_counting(book, entry);
	if (entry->seen)
		TAILQ_REMOVE(&book->order, entry, in_order);
	entry->seen = false;
}

void
book_end(struct book *book, struct entry *entry)
{
	if (entry->ended)
		return;
	book_unsee(book, entry);
	entry->ended = true;
	book->departures++;
}

void
book_forget(struct book *book, struct entry *entry)
{
	book_end(book, entry);
	if (entry->page == book->own)
		book->bytes -= page_entry_size(entry->id, entry->tail);
	detach(entry);
	free(entry->id);
	free(entry->tail);
	free(entry->uid);
	free(entry->attempt);
	free(entry->declaration);
	free(entry);
}

void
book_free(struct book *book)
{
	struct known_page *page;
	struct entry *entry, *next;

	while ((entry = TAILQ_FIRST(&book->lingering))) {
		TAILQ_REMOVE(&book->lingering, entry, of_page);
		book_forget(book, entry);
	}
	while ((page = TAILQ_FIRST(&book->pages))) {
		for (entry = TAILQ_FIRST(&page->entries); entry; entry = next) {
			next = TAILQ_NEXT(entry, of_page);
			book_forget(book, entry);
		}
		book_free_page(book, page);
	}
	free(book->instance);
	free(book);
}

void
book_raise_floor(struct book *book, enum kind kind, uint64_t version)
{
	if (version <= book->floors[kind])
		return;
	book->floors[kind] = version;
	book->absences[kind] = 0;
	if (book->reached[kind] == MIRROR_ABSENT)
		book->reached[kind] = 0; /* it is there after all; or it will be told again */
}

bool
book_is_left_out(const struct book *book, const struct entry *entry)
{
	return book->reached[entry->declaration->object.kind] == MIRROR_LEFT_OUT;
}

/* Its page no longer has it. It goes at once when the mirror shows what the page relies on. */
void
book_entry_left_page(struct book *book, struct entry *entry)
{
	enum kind kind = entry->declaration->object.kind;

	if (entry->ended || book->reached[kind] >= book->floors[kind]) {
		book_forget(book, entry);
		return;
	}
	detach(entry);
	entry->left = true;
	entry->left_floor = book->floors[kind];
	TAILQ_INSERT_TAIL(&book->lingering, entry, of_page);
}

void
book_end_lingering(struct book *book, struct entry *entry)
{
	TAILQ_REMOVE(&book->lingering, entry, of_page);
	book_forget(book, entry);
}

/* --- for those who look on --- */

bool
book_is_readable(const struct book *book)
{
	const struct known_page *page;

	TAILQ_FOREACH(page, &book->pages, pages)
	if (page->unreadable)
		return false;
	return true;
}

struct book_size
book_size(const struct book *book)
{
	struct book_size size = {.bytes = book->bytes};
	const struct known_page *page;
	const struct entry *entry;

	TAILQ_FOREACH(entry, &book->order, in_order)
	size.entries++;
	TAILQ_FOREACH(page, &book->pages, pages)
	{
		size.pages += page->version > 0;
		size.unreadable += page->unreadable;
	}
	return size;
}
