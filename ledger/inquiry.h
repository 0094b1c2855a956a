/* Asks the API server about reservations of which nothing was seen, and deletes the pages of
 * replicas that are gone. A thread of its own, since each question takes a call.
 */
#pragma once

#include "base/ending.h"
#include "base/error.h"
#include "kube/kube_config.h"
#include "ledger/book.h"
#include "ledger/writer.h"
#include "network/inventory.h"

struct inquiry;

/* All is lent as long as it lives; ERROR_INVALID when the configuration cannot be used. */
struct inquiry *inquiry_new(struct book *book, struct inventory *inventory,
	const struct kube_config *config, const struct page_place *place, struct ending *ending,
	struct error *error);
void inquiry_start(struct inquiry *inquiry);
void inquiry_interrupt(struct inquiry *inquiry); /* after the ending was announced */
void inquiry_free(struct inquiry *inquiry);      /* waits for the thread; NULL is allowed */
