/* How entries end when nothing is seen of them: by asking the API server, which also says the time;
 * and how the pages of those who are gone are cleared away. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ledger/book_entries.h"

enum { QUESTIONS = 32 };
#define ASK_AGAIN (5 * CLOCK_SECOND) /* so that those without an answer leave room for others */

/* An object that the mirror should have shown by now is looked for long before its time is over:
 * the mirror may be slow, or the update had lost its race before it was reserved. */
static const int64_t early_looks[] = {2 * CLOCK_SECOND, 10 * CLOCK_SECOND, 30 * CLOCK_SECOND};
enum { EARLY_LOOKS = sizeof early_looks / sizeof *early_looks };

/* A clock that steps back, or is behind another API server's, makes things end later, never
 * earlier.
 */
void
book_dated(struct book *book, int64_t began, int64_t date)
{
	struct known_page *page;
	struct entry *entry;

	if (date > book->date)
		book->date = date;
	TAILQ_FOREACH(page, &book->pages, pages)
	{
		if (!page->since && page->known_at <= began)
			page->since = book->date;
		TAILQ_FOREACH(entry, &page->entries, of_page)
		if (!entry->since && entry->known_at <= began)
			entry->since = book->date;
	}
}

static bool
is_over(int64_t since, int64_t lifetime, int64_t date)
{
	return since && date > since + lifetime;
}

/* Nobody has written it for longer than any owner would be silent. */
static bool
is_dead(const struct book *book, const struct known_page *page, int64_t lifetime)
{
	return page != book->own && page->version && !page->unreadable &&
	       is_over(page->since, lifetime, book->date);
}

static bool
is_time_over(const struct book *book, const struct entry *entry, int64_t lifetime)
{
	return entry->page == book->own ? is_over(entry->since, lifetime, book->date)
					: is_dead(book, entry->page, lifetime);
}

/* Nobody here may ask for it; who guards its kind has settled it long before. */
static void
end_left_out(struct book *book, struct entry *entry, int64_t lifetime)
{
	if (entry->ended || !is_time_over(book, entry, 2 * lifetime))
		return;
	book_end(book, entry);
	book->want_write_later = true;
}

/* Sets `last`. */
static bool
is_due(const struct book *book, const struct entry *entry, int64_t now, int64_t lifetime,
	bool *last)
{
	*last = false;
	if (entry->ended || !entry->decided || !entry->seen ||
		(entry->asked_at && now - entry->asked_at < ASK_AGAIN))
		return false;
	*last = is_time_over(book, entry, lifetime);
	if (*last)
		return true;
	return entry->page == book->own && entry->looks < EARLY_LOOKS &&
	       now - entry->known_at >= early_looks[entry->looks];
}

static void
add_question(struct book_questions *questions, struct arena *arena, struct entry *entry,
	int64_t now, bool last)
{
	struct object_id object = entry->declaration->object;

	object.namespace = arena_text(arena, object.namespace);
	object.name = arena_text(arena, object.name);
	entry->looks++;
	entry->asked_at = now;
	questions->items[questions->count++] = (struct book_question){
		.page = arena_text(arena, entry->page->name),
		.id = arena_text(arena, entry->id),
		.object = object,
		.last = last,
	};
}

struct book_questions
book_questions(struct book *book, struct arena *arena, int64_t now, int64_t lifetime)
{
	struct book_questions questions = {
		.items = ARENA_ARRAY(arena, struct book_question, QUESTIONS)};
	struct known_page *page;
	struct entry *entry;
	bool last;

	TAILQ_FOREACH(page, &book->pages, pages)
	TAILQ_FOREACH(entry, &page->entries, of_page)
	if (book_is_left_out(book, entry))
		end_left_out(book, entry, lifetime);
	else if (questions.count < QUESTIONS && is_due(book, entry, now, lifetime, &last))
		add_question(&questions, arena, entry, now, last);
	return questions;
}

/* Stored, so that a mirror will show it; or replaced or deleted by another change, so that the API
 * server cannot store it any more. */
static bool
is_decided_by(const struct entry *entry, const struct book_answer *answer)
{
	if (entry->from)
		return !answer->found || answer->version > entry->from;
	return answer->found && text_equal(answer->uid, entry->uid);
}

static struct entry *
find(const struct book *book, const struct book_question *question)
{
	const struct known_page *page;

	TAILQ_FOREACH(page, &book->pages, pages)
	if (text_equal(page->name, question->page))
		return map_get(page->ids, question->id);
	return NULL;
}

void
book_answered(struct book *book, const struct book_question *question,
	const struct book_answer *answer, int64_t lifetime)
{
	struct entry *entry = find(book, question);
	enum kind kind;
	bool stored, over;

	if (!entry || entry->ended)
		return;
	kind = entry->declaration->object.kind;
	stored = is_decided_by(entry, answer);
	if (stored && answer->found && book->reached[kind] < answer->version)
		return; /* it counts until the mirror shows it, which it will */
	over = question->last &&
	       (entry->page == book->own ? is_over(entry->since, lifetime, answer->date)
					 : is_dead(book, entry->page, lifetime));
	if (!stored && !over)
		return;
	if (stored && answer->found)
		book_raise_floor(book, kind, answer->version);
	book_end(book, entry);
	book->want_write_later = true;
	book->observer.changed(book->observer.context);
}

/* --- pages of nobody --- */

static bool
is_settled(const struct known_page *page)
{
	const struct entry *entry;

	TAILQ_FOREACH(entry, &page->entries, of_page)
	if (!entry->ended)
		return false;
	return true;
}

bool
book_orphan(struct book *book, struct arena *arena, int64_t lifetime, struct book_orphan *orphan)
{
	struct known_page *page;

	TAILQ_FOREACH(page, &book->pages, pages)
	{
		if (!is_dead(book, page, lifetime) || !is_settled(page))
			continue;
		if (!page->cleared_by) {
			page->cleared_by = book->writes_begun + 1;
			book->want_write = true;
			book->observer.wanted(book->observer.context);
		} else if (book->writes_done >= page->cleared_by) {
			*orphan = (struct book_orphan){arena_text(arena, page->name),
				arena_text(arena, page->version_text)};
			return true;
		}
	}
	return false;
}
