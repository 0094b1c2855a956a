/* Writes the own page: one write at a time, each with everything that has come since the last, as a
 * compare-and-swap; and at least as often as shows that its owner lives.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ending.h"
#include "base/error.h"
#include "kube/kube_config.h"
#include "ledger/book.h"
#include "network/inventory.h"

/* Texts are lent as long as whoever was given it. */
struct page_place {
	const char *namespace;
	const char *name;
	const char *instance;
	int64_t lifetime; /* of an entry, and of a page that nobody writes; nanoseconds */
};

struct writer;

/* All is lent as long as it lives; ERROR_INVALID when the configuration cannot be used. */
struct writer *writer_new(struct book *book, struct inventory *inventory,
	const struct kube_config *config, const struct page_place *place, struct ending *ending,
	struct error *error);
void writer_start(struct writer *writer);
void writer_wake(struct writer *writer); /* there is something to write; from any thread */
/* Writes once more, so that what has ended does not stay in a page that nobody writes any more, and
 * then no longer. Waits for it, for two seconds at most. */
void writer_finish(struct writer *writer);
void writer_interrupt(struct writer *writer); /* after the ending was announced */
void writer_free(struct writer *writer);      /* waits for the thread; NULL is allowed */

bool writer_has_written(const struct writer *writer); /* once at least */
/* For how long no write has succeeded, of those that were tried; nanoseconds. */
int64_t writer_trouble(const struct writer *writer);
