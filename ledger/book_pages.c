/* What the watch of the pages shows. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "ledger/book_entries.h"

/* The API server tries another name only after it has given up the one before, which was taken. A
 * write that was late may show the tries in another order; but the name of the last is free. */
static void
end_earlier_attempts(struct book *book, const struct entry *entry)
{
	struct entry *earlier, *next;

	for (earlier = TAILQ_FIRST(&book->order); earlier != entry; earlier = next) {
		next = TAILQ_NEXT(earlier, in_order);
		if (earlier->from || !text_equal(earlier->attempt, entry->attempt) ||
			text_equal(earlier->uid, entry->uid) ||
			earlier->declaration->object.kind != entry->declaration->object.kind ||
			!inventory_is_stored(book->inventory, &earlier->declaration->object))
			continue;
		if (earlier->left)
			book_end_lingering(book, earlier);
		else
			book_end(book, earlier);
		book->want_write_later = true;
	}
}

/* Step 3: its place in the order is known. */
static void
see(struct book *book, struct entry *entry)
{
	struct entry *before = TAILQ_LAST(&book->order, entries);

	while (before && order_compare(before->order, entry->order) > 0)
		before = TAILQ_PREV(before, entries, in_order);
	if (before)
		TAILQ_INSERT_AFTER(&book->order, before, entry, in_order);
	else
		TAILQ_INSERT_HEAD(&book->order, entry, in_order);
	entry->seen = true;
	memcpy(entry->floors, book->floors, sizeof entry->floors);
	entry->in_list = book->listing;
	if (entry->attempt && !entry->from)
		end_earlier_attempts(book, entry);
}

/* An entry of which only the page tells: of another replica, or of this one before it started anew.
 * NULL for one of a kind that this version does not guard. */
static bool
adopt(struct book *book, struct arena *arena, struct known_page *page, const struct json *member,
	struct entry **adopted, struct error *error)
{
	struct page_entry text;
	struct entry *entry;

	*adopted = NULL;
	if (!page_entry_decode(arena, json_text(member), &text, error))
		return error_wrap(error, "Lease %s", page->name);
	if (!text.declaration.object.name)
		return true;
	entry = book_add(page, memory_text(page_entry_id(member)));
	entry->uid = memory_text(text.uid);
	entry->from = text.from;
	entry->attempt = text.attempt ? memory_text(text.attempt) : NULL;
	entry->declaration = declaration_copy(&text.declaration);
	entry->decided = true;
	if (page == book->own) {
		entry->tail = memory_text(text.tail);
		entry->sent = true;
		book->bytes += page_entry_size(entry->id, entry->tail);
	}
	*adopted = entry;
	return true;
}

/* Where it stands, as a page of this version says; which may be known before the write's answer. */
static bool
place(struct arena *arena, struct entry *entry, const struct json *member, uint64_t version,
	struct error *error)
{
	struct page_entry text;

	if (entry->order.revision)
		return true;
	if (!page_entry_decode(arena, json_text(member), &text, error))
		return false;
	entry->order = text.order;
	if (!entry->order.revision)
		entry->order.revision = version;
	return true;
}

bool
book_find_in(struct book *book, struct arena *arena, struct known_page *page,
	const struct json *member, uint64_t version, struct entry **found, struct error *error)
{
	*found = map_get(page->ids, page_entry_id(member));
	if (!*found && !adopt(book, arena, page, member, found, error))
		return false;
	return !*found || place(arena, *found, member, version, error);
}

/* What stood in the own page before it was lost goes into the next one as new. */
static bool
is_of_lost_page(const struct book *book, const struct known_page *page,
	const struct ledger_page *seen, const char *id)
{
	return page == book->own && !text_equal(seen->uid, book->own_uid) &&
	       !map_get(page->ids, id);
}

static bool
see_entry(struct book *book, struct arena *arena, struct known_page *page,
	const struct ledger_page *seen, const struct json *member, struct error *error)
{
	uint64_t version = seen->version;
	struct entry *entry;

	if (is_of_lost_page(book, page, seen, page_entry_id(member)))
		return true;
	if (!book_find_in(book, arena, page, member, version, &entry, error))
		return false;
	if (!entry)
		return true;
	entry->version = version;
	if (!entry->seen && !entry->ended)
		see(book, entry);
	return true;
}

/* Which of a page's entries are there no more. Own ones stay known until the watch has passed the
 * write that left them out, so that an older page cannot bring them back. */
static void
drop_missing(struct book *book, struct known_page *page, uint64_t version)
{
	struct entry *entry, *next;

	for (entry = TAILQ_FIRST(&page->entries); entry; entry = next) {
		next = TAILQ_NEXT(entry, of_page);
		if (page != book->own && entry->version != version)
			book_entry_left_page(book, entry);
		else if (page == book->own && entry->out_at && entry->out_at <= version)
			book_forget(book, entry);
	}
}

static void
note_version(struct known_page *page, const struct ledger_page *seen)
{
	page->version = seen->version;
	free(page->version_text);
	page->version_text = memory_text(seen->version_text);
	page->known_at = clock_monotonic();
	page->since = 0;
	page->cleared_by = 0;
}

bool
book_see_page(
	struct book *book, struct arena *arena, const struct ledger_page *seen, struct error *error)
{
	struct known_page *page = book_page(book, seen->name);
	bool good = true;

	page->listed = true;
	if (seen->version <= page->version)
		return true;
	note_version(page, seen);
	for (enum kind kind = 0; kind < KINDS; kind++)
		book_raise_floor(book, kind, seen->floors[kind]);
	for (const struct json *member = page_first(seen); member && good;
		member = page_next(member))
		good = see_entry(book, arena, page, seen, member, error);
	if (good)
		drop_missing(book, page, seen->version);
	page->unreadable = !good;
	book->observer.changed(book->observer.context);
	return good;
}

void
book_see_page_gone(struct book *book, const char *name, uint64_t version)
{
	struct known_page *page = book_find_page(book, name);
	struct entry *entry, *next;

	if (!page || version < page->version)
		return;
	if (page == book->own) { /* whoever did it, what is decided must stand there again */
		book->want_write = true;
		book->observer.wanted(book->observer.context);
		return;
	}
	for (entry = TAILQ_FIRST(&page->entries); entry; entry = next) {
		next = TAILQ_NEXT(entry, of_page);
		book_entry_left_page(book, entry);
	}
	book_free_page(book, page);
	book->observer.changed(book->observer.context);
}

void
book_see_unreadable(struct book *book, const char *name, uint64_t version)
{
	struct known_page *page = name ? book_page(book, name) : NULL;

	if (!page)
		return;
	page->listed = true;
	page->version = version > page->version ? version : page->version;
	page->unreadable = true;
}

/* A list has no order: the own page may come before one that was written earlier. */
void
book_begin_list(struct book *book)
{
	struct known_page *page;

	book->listing = true;
	TAILQ_FOREACH(page, &book->pages, pages)
	page->listed = false;
}

/* What was seen in a list relies on all of its pages, in whatever order they came. */
static void
end_list_of_own(struct book *book)
{
	struct entry *entry;

	TAILQ_FOREACH(entry, &book->own->entries, of_page)
	{
		if (entry->in_list)
			memcpy(entry->floors, book->floors, sizeof entry->floors);
		entry->in_list = false;
	}
}

void
book_end_list(struct book *book)
{
	struct known_page *page, *next;

	book->listing = false;
	end_list_of_own(book);

	for (page = TAILQ_FIRST(&book->pages); page; page = next) {
		next = TAILQ_NEXT(page, pages);
		if (!page->listed)
			book_see_page_gone(book, page->name, UINT64_MAX);
	}
	book->observer.changed(book->observer.context);
}
