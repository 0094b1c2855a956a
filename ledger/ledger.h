/* The ledger: the reservations that all replicas share, so that no two conflicting objects are ever
 * both admitted. docs/never-both.md has the protocol.
 *
 * Three threads: one writes the own page, a whole group of reservations with each write; one
 * watches all pages; one asks the API server about reservations that nothing was seen of, and
 * clears the pages of replicas that are gone. The book that they keep is used under the inventory's
 * lock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kube/kube_config.h"
#include "ledger/book.h"
#include "network/inventory.h"

struct ledger;

struct ledger_settings {
	struct inventory *inventory; /* lent, as all of this, until ledger_close */
	const struct kube_config *config;
	const char *namespace;
	const char *replica; /* names the page: "peerwarden-ledger-<replica>" */
	int64_t lifetime;    /* of a reservation of which nothing is seen; nanoseconds */
	void (*changed)(
		void *context); /* with the inventory locked: a request may be able to go on */
	void *context;
};

/* Returns at once; the page is found or made in the background. ERROR_INVALID when the
 * configuration cannot be used. */
struct ledger *ledger_open(const struct ledger_settings *settings, struct error *error);
void ledger_close(struct ledger *ledger);

struct book *ledger_book(const struct ledger *ledger); /* under the inventory's lock */

enum ledger_state {
	LEDGER_READY,
	LEDGER_NOT_SYNCED, /* the pages are not all known, or the own one is not written */
	LEDGER_UNREADABLE, /* there is a page that this version cannot read */
};
enum ledger_state ledger_state(const struct ledger *ledger);
/* The time since the pages were last heard of, or since the own one cannot be written, whichever is
 * longer; nanoseconds. */
int64_t ledger_age(const struct ledger *ledger);
/* To be called about once a second: sets the metrics, and has the page written when something can
 * leave it. */
void ledger_measure(struct ledger *ledger);
