/* The own page: what it is to say, and what became of a write. */
#include <stdio.h>
#include <string.h>

#include "ledger/book_entries.h"

/* What has been refused, given up or settled is left out; its floor stands in the same write. */
static void
write_entry(struct entry *entry, uint64_t *place, struct buffer *out)
{
	if (entry->ended && entry->decided) {
		entry->write = WRITE_OUT;
		return;
	}
	if (!entry->order.revision)
		entry->order.place = ++*place;
	page_write_entry(out, entry->id, entry->tail, entry->order);
	entry->write = WRITE_IN;
	entry->sent = true;
}

bool
book_write(struct book *book, struct page_writing *page, struct buffer *out)
{
	struct entry *entry;
	uint64_t place = 0;

	page->uid = book->own_uid;
	page->version = book->own_version_text;
	page->floors = book->floors;
	page_write_open(out, page);
	TAILQ_FOREACH(entry, &book->own->entries, of_page)
	write_entry(entry, &place, out);
	page_write_close(out);
	book->want_write = book->want_write_later = false;
	book->writes_begun++;
	return book->own_version > 0;
}

bool
book_wants_write(const struct book *book)
{
	return book->want_write;
}

bool
book_wants_write_later(const struct book *book)
{
	return book->want_write_later;
}

static void
set_version(struct book *book, const struct book_written *written)
{
	book->own_version = written->version;
	snprintf(
		book->own_version_text, sizeof book->own_version_text, "%s", written->version_text);
	snprintf(book->own_uid, sizeof book->own_uid, "%s", written->uid);
}

void
book_wrote(struct book *book, const struct book_written *written)
{
	struct entry *entry, *next;

	set_version(book, written);
	book->writes_done = book->writes_begun;
	for (entry = TAILQ_FIRST(&book->own->entries); entry; entry = next) {
		next = TAILQ_NEXT(entry, of_page);
		if (entry->write == WRITE_OUT && !entry->out_at)
			entry->out_at = written->version;
		if (entry->write == WRITE_IN && !entry->order.revision)
			entry->order.revision = written->version;
		entry->write = WRITE_NONE;
		if (entry->out_at && entry->out_at <= book->own->version)
			book_forget(book, entry);
	}
}

void
book_write_failed(struct book *book)
{
	struct entry *entry;

	TAILQ_FOREACH(entry, &book->own->entries, of_page)
	entry->write = WRITE_NONE;
	book->want_write = true;
}

/* What an earlier process of this name has left, or a write of unknown outcome. */
bool
book_read_own(
	struct book *book, struct arena *arena, const struct ledger_page *page, struct error *error)
{
	set_version(book, &(struct book_written){page->uid, page->version_text, page->version});
	for (enum kind kind = 0; kind < KINDS; kind++)
		book_raise_floor(book, kind, page->floors[kind]);
	for (const struct json *member = page_first(page); member; member = page_next(member)) {
		struct entry *entry;

		if (!book_find_in(book, arena, book->own, member, page->version, &entry, error))
			return false;
	}
	return true;
}

/* What is not decided has lost its place: it goes into the new page as new, under a new id, since
 * the watch may still show the old page. What is decided keeps its place: whoever took the page
 * over has settled it, so that it ends soon; if nobody did, it must not be forgotten. */
void
book_own_is_gone(struct book *book)
{
	struct entry *entry, *next;

	set_version(book, &(struct book_written){"", "", 0});
	for (entry = TAILQ_FIRST(&book->own->entries); entry; entry = next) {
		next = TAILQ_NEXT(entry, of_page);
		entry->write = WRITE_NONE;
		if (entry->decided && entry->ended)
			book_forget(book, entry);
		else if (!entry->decided)
			book_enter_anew(book, entry);
	}
	book->want_write = true;
}
