/* The book: what this replica knows of all pages, and which reservations count. docs/never-both.md
 * has the protocol; the numbers in book_*.c are its steps.
 *
 * Pure state without threads and I/O. Every function but book_new and book_free needs the
 * inventory's lock. Versions and revisions are etcd's; times are clock_monotonic in nanoseconds,
 * dates the API server's clock in seconds since 1970.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "ledger/page.h"
#include "network/inventory.h"
#include "network/sighting.h"

struct book;
struct entry;

/* Called with the lock held. */
struct book_observer {
	void (*changed)(void *context); /* a waiting request may be able to go on */
	void (*wanted)(void *context);  /* the own page should be written now */
	void *context;
};

/* `own` names the own page; `instance` this process, unlike any other. */
struct book *book_new(struct inventory *inventory, const char *own, const char *instance,
	const struct book_observer *observer);
void book_free(struct book *book);

/* --- what the watch of the pages shows --- */

/* False, and said why, when the page cannot be read; then nothing can be decided. */
bool book_see_page(struct book *book, struct arena *arena, const struct ledger_page *page,
	struct error *error);
void book_see_page_gone(struct book *book, const char *name, uint64_t version);
/* Of this page nothing can be read; a NULL name is passed over. */
void book_see_unreadable(struct book *book, const char *name, uint64_t version);
/* Around the pages of a list: what it does not have is gone. */
void book_begin_list(struct book *book);
void book_end_list(struct book *book);

/* --- what the mirror shows --- */

void book_saw(struct book *book, const struct sighting *sighting);
/* MIRROR_LEFT_OUT: what other replicas reserve of this kind counts for nothing, and neither do
 * their floors; their pages are kept twice the lifetime, since who guards the kind should clear
 * them. */
void book_reached(struct book *book, enum kind kind, uint64_t version);
uint64_t book_reached_version(const struct book *book, enum kind kind);

/* --- requests --- */

/* Steps 2 to 5. ERROR_TRANSIENT when the page is full; ERROR_EXHAUSTED when no page could ever hold
 * it. The entry lives until book_leave, or after book_keep as long as it has to. */
struct entry *book_enter(struct book *book, struct arena *arena, const struct page_object *object,
	const struct declaration *declaration, struct error *error);
void book_leave(struct book *book, struct entry *entry); /* refused, or given up */
void book_keep(struct book *book, struct entry *entry);  /* admitted */

/* The own write came back, and the mirror is at the floors of that moment. */
bool book_may_decide(const struct book *book, const struct entry *entry);
struct order book_order(const struct entry *entry);

/* Lets exactly the reservations before `end` count in the inventory. */
void book_view(struct book *book, struct order end);
/* The same, but what is stored of an object with reservations does not count, and only the
 * `round`-th of them does (its last, where it has fewer): a world in which they are stored. False,
 * and nothing is changed, when there is no such world or no such round. To be ended with
 * inventory_unveil. */
bool book_view_instead(struct book *book, struct order end, unsigned round);
#define BOOK_STORED ((struct order){0, 0})                   /* none */
#define BOOK_ALL    ((struct order){UINT64_MAX, UINT64_MAX}) /* that are known */

/* Grows with each reservation that stops counting. */
uint64_t book_departures(const struct book *book);

/* --- the own page --- */

/* The Lease as it should be; true when it exists already (PUT), false when it has to be made. */
bool book_write(struct book *book, struct page_writing *page, struct buffer *out);
bool book_wants_write(const struct book *book);
bool book_wants_write_later(const struct book *book); /* within seconds */
/* How the write under way has ended: done, or nobody knows. After the latter, and before the first
 * write, the page is read. */
struct book_written {
	const char *uid;
	const char *version_text;
	uint64_t version;
};
void book_wrote(struct book *book, const struct book_written *written);
void book_write_failed(struct book *book);
bool book_read_own(struct book *book, struct arena *arena, const struct ledger_page *page,
	struct error *error);
void book_own_is_gone(struct book *book);

/* --- time --- */

/* The API server has answered a call that began at `began`. */
void book_dated(struct book *book, int64_t began, int64_t date);

struct book_question { /* is this object stored? */
	const char *page;
	const char *id;
	struct object_id object;
	bool last; /* its time is over, by the date known so far */
};
struct book_questions {
	struct book_question *items;
	size_t count;
};
/* What has to be asked now, a bounded number; `lifetime` of an entry in seconds. */
struct book_questions book_questions(
	struct book *book, struct arena *arena, int64_t now, int64_t lifetime);
struct book_answer {
	bool found;
	const char *uid;
	uint64_t version;
	int64_t date;
};
void book_answered(struct book *book, const struct book_question *question,
	const struct book_answer *answer, int64_t lifetime);

/* A page of nobody whose entries are settled and whose floors stand in the own page; NULL when
 * there is none. To be deleted at exactly this version. */
struct book_orphan {
	const char *name;
	const char *version_text;
};
bool book_orphan(
	struct book *book, struct arena *arena, int64_t lifetime, struct book_orphan *orphan);

/* --- for those who look on --- */

struct book_size {
	size_t entries; /* that count, or are to */
	size_t pages;
	size_t bytes;      /* of the own page */
	size_t unreadable; /* pages */
};
struct book_size book_size(const struct book *book);
bool book_is_readable(const struct book *book);
