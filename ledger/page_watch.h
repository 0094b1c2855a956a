/* The watch of all pages, in a thread of its own: what the API server says of them goes into the
 * book, in the order of etcd's revisions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ending.h"
#include "base/error.h"
#include "kube/kube_config.h"
#include "ledger/book.h"
#include "network/inventory.h"

struct page_watch;

/* All arguments are lent as long as it lives; ERROR_INVALID when the configuration cannot be used.
 */
struct page_watch *page_watch_new(struct book *book, struct inventory *inventory,
	const struct kube_config *config, const char *namespace, struct ending *ending,
	struct error *error);
void page_watch_start(struct page_watch *watch);
void page_watch_interrupt(struct page_watch *watch); /* after the ending was announced */
void page_watch_free(struct page_watch *watch);      /* waits for the thread; NULL is allowed */

bool page_watch_is_synced(const struct page_watch *watch); /* all pages were listed once */
int64_t page_watch_age(const struct page_watch *watch); /* nanoseconds since the server was heard */
