/* A page of the ledger as a Lease (coordination.k8s.io/v1), and back: its entries, each in an
 * annotation of its own, and its floors. docs/never-both.md says what they mean.
 *
 * An entry's text is written once; only what says where it stands first changes in front of it.
 * Limits: PAGE_SIZE bytes of annotations, of 256 KiB that the API server takes; a large object is
 * packed (DEFLATE, RFC 1951).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "format/json.h"
#include "network/declaration.h"

enum { PAGE_SIZE = 240 * 1024 };

#define PAGE_LABELS   "app.kubernetes.io/name=peerwarden,app.kubernetes.io/component=ledger"
#define PAGE_SELECTOR "labelSelector=app.kubernetes.io%2Fcomponent%3Dledger"

/* Where an entry stands in the one order of all replicas. */
struct order {
	uint64_t revision; /* of the page in which it first stood; 0: not known yet */
	uint64_t place;    /* among those of that revision */
};
int order_compare(struct order a, struct order b);

/* Where the API server has the pages of a namespace. */
const char *page_collection(struct arena *arena, const char *namespace);

/* What the page of another says; lent from the Lease's tree. */
struct ledger_page {
	const char *name;
	const char *uid;
	const char *holder;
	const char *version_text;
	uint64_t version;
	uint64_t floors[KINDS]; /* 0 where there is none */
	const struct json *annotations;
};
/* ERROR_INVALID for a Lease that is no page, or one of another format. */
bool page_decode(struct arena *arena, const struct json *lease, struct ledger_page *page,
	struct error *error);

/* for (const struct json *e = page_first(&page); e; e = page_next(e)): json_name is the key of the
 * entry, json_text its text. */
const struct json *page_first(const struct ledger_page *page);
const struct json *page_next(const struct json *entry);
/* The id of an entry: the rest of its key. */
const char *page_entry_id(const struct json *entry);

struct page_entry {
	struct order order; /* revision 0: that of the page it was found in */
	const char *uid;
	uint64_t from;       /* the version that an update starts from; 0 for a create */
	const char *attempt; /* which create this is a try of; NULL when its name was given */
	struct declaration declaration;
	const char *tail; /* what page_entry_write has written */
};
/* Of kinds that are not known `declaration.object.name` is NULL. All lives in the arena. */
bool page_entry_decode(
	struct arena *arena, const char *text, struct page_entry *entry, struct error *error);

/* An annotation that /mutate gives to objects whose names the API server makes: it tries another
 * name when the first is taken, and only then, so that of two tries of one request the earlier has
 * come to nothing. */
#define PAGE_ATTEMPT "peerwarden.io/attempt"

/* What an entry says of its object, without where it stands. ERROR_EXHAUSTED for an object that no
 * page has room for. */
struct page_object {
	const struct json *object;
	const char *name; /* of the object */
	const char *uid;
	uint64_t from;
};
bool page_entry_write(struct arena *arena, const struct page_object *object, struct buffer *tail,
	struct error *error);

/* Of PAGE_ATTEMPT, of an object that is created under a name made from its generateName: updates
 * and copies that still carry the annotation are tries of nothing. Lent, or NULL. */
const char *page_attempt(const struct json *object, uint64_t from);

/* The bytes that an entry takes in a page. */
size_t page_entry_size(const char *id, const char *tail);

/* A Lease, piece by piece: open, entries, close. */
struct page_writing {
	const char *name;
	const char *namespace;
	const char *holder;
	const char *uid; /* "" for a new one, as is its version */
	const char *version;
	int64_t lifetime; /* nanoseconds */
	int64_t now;      /* clock_wall */
	const uint64_t *floors;
};
void page_write_open(struct buffer *out, const struct page_writing *page);
void page_write_entry(struct buffer *out, const char *id, const char *tail, struct order order);
void page_write_close(struct buffer *out);
