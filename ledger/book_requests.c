/* What the mirror shows, and what requests ask for. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "ledger/book_entries.h"

/* Can it no longer become stored without having been seen? */
static bool
is_settled_by(const struct entry *entry, const struct sighting *sighting)
{
	if (!object_equal(&entry->declaration->object, &sighting->object))
		return false;
	return entry->from ? sighting->version > entry->from
			   : text_equal(entry->uid, sighting->uid);
}

void
book_saw(struct book *book, const struct sighting *sighting)
{
	struct entry *entry, *next;
	bool any = false;

	for (entry = TAILQ_FIRST(&book->order); entry; entry = next) {
		next = TAILQ_NEXT(entry, in_order);
		if (!is_settled_by(entry, sighting))
			continue;
		any = true;
		if (entry->left) {
			book_end_lingering(book, entry);
			continue;
		}
		book_end(book, entry);
		book_raise_floor(book, sighting->object.kind, sighting->version);
		book->want_write_later |= entry->page == book->own;
	}
	if (any)
		book->observer.changed(book->observer.context);
}

/* The first try to find the kind may have begun before the floor was raised, which says that there
 * is such an object, or in an API server that has not heard of the kind yet. */
static bool
is_doubtful(struct book *book, enum kind kind, uint64_t version)
{
	return version == MIRROR_ABSENT && book->floors[kind] > 0 && ++book->absences[kind] < 2;
}

void
book_reached(struct book *book, enum kind kind, uint64_t version)
{
	struct entry *entry, *next;

	if (is_doubtful(book, kind, version))
		return;
	book->reached[kind] = version;
	for (entry = TAILQ_FIRST(&book->lingering); entry; entry = next) {
		next = TAILQ_NEXT(entry, of_page);
		if (entry->declaration->object.kind == kind && entry->left_floor <= version)
			book_end_lingering(book, entry);
	}
	book->observer.changed(book->observer.context);
}

uint64_t
book_reached_version(const struct book *book, enum kind kind)
{
	return book->reached[kind];
}

/* --- requests --- */

static bool
has_reached(const struct book *book, const uint64_t *floors)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		if (book->reached[kind] < floors[kind])
			return false;
	return true;
}

/* Unlike that of any other entry of any process. */
static char *
make_id(struct book *book)
{
	char id[64];

	snprintf(id, sizeof id, "%s-%" PRIu64, book->instance, ++book->entry_count);
	return memory_text(id);
}

struct entry *
book_enter(struct book *book, struct arena *arena, const struct page_object *object,
	const struct declaration *declaration, struct error *error)
{
	const char *attempt;
	struct buffer tail;
	struct entry *entry;

	buffer_init(&tail, PAGE_SIZE - 256);
	if (!page_entry_write(arena, object, &tail, error)) {
		buffer_dispose(&tail);
		return NULL;
	}
	if (book->bytes + page_entry_size(book->instance, buffer_text(&tail)) > PAGE_SIZE) {
		buffer_dispose(&tail);
		error_set(error, ERROR_TRANSIENT,
			"this replica's page of reservations is full; try again");
		return NULL;
	}
	entry = book_add(book->own, make_id(book));
	entry->tail = buffer_take(&tail);
	entry->uid = memory_text(object->uid);
	entry->from = object->from;
	attempt = page_attempt(object->object, object->from);
	entry->attempt = attempt ? memory_text(attempt) : NULL;
	entry->declaration = declaration_copy(declaration);
	book->bytes += page_entry_size(entry->id, entry->tail);
	book->want_write = true;
	book->observer.wanted(book->observer.context);
	return entry;
}

void
book_enter_anew(struct book *book, struct entry *entry)
{
	book_unsee(book, entry);
	entry->order = (struct order){0, 0};
	entry->sent = false;
	book->bytes -= page_entry_size(entry->id, entry->tail);
	map_remove(entry->page->ids, entry->id);
	free(entry->id);
	entry->id = make_id(book);
	map_put(entry->page->ids, entry->id, entry);
	book->bytes += page_entry_size(entry->id, entry->tail);
}

void
book_leave(struct book *book, struct entry *entry)
{
	entry->decided = true;
	if (!entry->sent) {
		book_forget(book, entry);
		return;
	}
	book_end(book, entry);
	book->want_write = true;
	book->observer.wanted(book->observer.context);
	book->observer.changed(book->observer.context);
}

void
book_keep(struct book *book, struct entry *entry)
{
	entry->decided = true;
	entry->known_at = clock_monotonic();
	book->want_write_later |= entry->ended;
}

bool
book_may_decide(const struct book *book, const struct entry *entry)
{
	return (entry->seen || entry->ended) && !entry->in_list && book_is_readable(book) &&
	       has_reached(book, entry->floors);
}

struct order
book_order(const struct entry *entry)
{
	return entry->order;
}

uint64_t
book_departures(const struct book *book)
{
	return book->departures;
}
