/* The waiting room: requests that cannot be decided yet, each with what it waits for and until
 * when.
 *
 * A change in the inventory, the mirror or the ledger lets those go on whose wait is over; a thread
 * lets go those whose time is up.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "network/inventory.h"

struct waiting_room;

struct waiter {
	bool (*is_over)(void *context); /* with the inventory locked; may be called often */
	void (*resume)(void *context);  /* with the inventory locked; the waiter's last use */
	void *context;
	int64_t deadline; /* clock_monotonic */
	TAILQ_ENTRY(waiter) waiters;
};

/* The inventory is lent until waiting_room_free. */
struct waiting_room *waiting_room_new(struct inventory *inventory);
/* All go on, now and from now on. */
void waiting_room_close(struct waiting_room *room);
void waiting_room_free(struct waiting_room *room); /* it is closed and empty */

/* With the inventory locked: `waiter` is resumed once, perhaps before this returns. */
void waiting_room_wait(struct waiting_room *room, struct waiter *waiter);
/* With the inventory locked: something has changed. */
void waiting_room_changed(struct waiting_room *room);
