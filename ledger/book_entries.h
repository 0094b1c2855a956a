/* Inside the ledger: one reservation, and one page, as this replica knows them. For book_*.c only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/map.h"
#include "ledger/book.h"
#include "ledger/page.h"
#include "network/inventory.h"

struct known_page;

struct entry {
	struct known_page *page;
	char *id;
	char *tail; /* own page only: what the page says of it */
	char *uid;
	struct declaration *declaration;
	uint64_t from;
	char *attempt; /* which create this is a try of; NULL when its name was given */

	struct order order; /* revision 0 until it is known */
	unsigned turn;      /* how many of the same object stand before it; for book_view_instead */
	bool last;          /* none stands behind it */
	bool seen;          /* the watch has shown it: it is in the order */
	struct reservation *reservation; /* while it counts in the inventory */
	bool ended;                      /* no longer counts: settled, or refused, or given up */
	bool left;                       /* its page no longer has it */
	uint64_t left_floor;             /* until the mirror has come here it counts nevertheless */
	uint64_t version;                /* of the page in which it was last found */

	bool decided;           /* own: the request has its answer */
	uint64_t floors[KINDS]; /* own: of the moment in which it was seen */
	bool in_list;           /* own: seen in a list of which pages are still to come */
	enum { WRITE_NONE, WRITE_IN, WRITE_OUT } write; /* own: by the write under way */
	bool sent;                                      /* own: it was in a write */
	uint64_t out_at; /* own: the revision of the page from which it is missing */

	int64_t known_at; /* clock_monotonic */
	int64_t since;    /* by the API server's clock, in seconds; 0 until it has told the time */
	int64_t asked_at; /* clock_monotonic */
	int looks;        /* how often it was looked for early */
	TAILQ_ENTRY(entry) of_page;
	TAILQ_ENTRY(entry) in_order;
};
TAILQ_HEAD(entries, entry);

struct known_page {
	char *name;
	char *version_text;
	uint64_t version; /* that the watch has shown; 0 for none */
	struct map *ids;
	struct entries entries;
	bool unreadable;
	bool listed;
	int64_t known_at; /* when this version was */
	int64_t since;
	uint64_t cleared_by; /* the own write that carries all its floors; 0 while there are
				entries to settle */
	TAILQ_ENTRY(known_page) pages;
};
TAILQ_HEAD(known_pages, known_page);

struct book {
	struct inventory *inventory;
	struct book_observer observer;
	char *instance; /* begins the ids of the entries of this process */
	uint64_t entry_count;
	struct known_pages pages;
	struct known_page *own;
	uint64_t own_version; /* as written: the watch may be behind */
	char own_version_text[32];
	char own_uid[64];
	struct entries order;     /* what was seen and has not ended */
	struct entries lingering; /* has left its page before the mirror was there */
	uint64_t floors[KINDS];
	uint64_t reached[KINDS];
	int absences[KINDS]; /* how often each kind was not found since its floor was raised */
	uint64_t departures;
	uint64_t writes_begun, writes_done;
	bool want_write, want_write_later;
	bool listing; /* some pages may still be to come */
	size_t bytes; /* of the entries of the own page */
	int64_t date; /* the newest time of the API server's clock */
};

struct known_page *book_find_page(const struct book *book, const char *name); /* or NULL */
struct known_page *book_page(struct book *book, const char *name); /* made where it is missing */
struct entry *book_add(struct known_page *page, char *id);         /* takes the id */
/* The entry that a page of this version shows, with its order; made where it is not known. NULL for
 * one of a kind that is not guarded. */
bool book_find_in(struct book *book, struct arena *arena, struct known_page *page,
	const struct json *member, uint64_t version, struct entry **found, struct error *error);
void book_end(struct book *book, struct entry *entry); /* it no longer counts */
void book_stop_counting(struct book *book, struct entry *entry);
/* As it was before its first write, under another id. */
void book_enter_anew(struct book *book, struct entry *entry);
void book_unsee(struct book *book, struct entry *entry); /* it has no place in the order */
void book_forget(struct book *book, struct entry *entry);
void book_raise_floor(struct book *book, enum kind kind, uint64_t version);
/* Of a kind that this replica does not guard, but whose replica did: it counts for nothing here. */
bool book_is_left_out(const struct book *book, const struct entry *entry);
/* Its page no longer has it: it goes as soon as the mirror shows what the page relies on. */
void book_entry_left_page(struct book *book, struct entry *entry);
void book_end_lingering(struct book *book, struct entry *entry); /* which has left its page */
void book_free_page(struct book *book, struct known_page *page); /* which has no entries */
