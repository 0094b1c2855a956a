/* The status page at `/`: what daemon/status.h says, for people. One self-contained HTML page,
 * light or dark as the reader's system is, that loads nothing, runs no script and comes again by
 * itself every STATUS_PAGE_REFRESH seconds. All text is escaped. Of many peerings it shows the
 * STATUS_PAGE_PEERINGS worst.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "daemon/status.h"

enum { STATUS_PAGE_REFRESH = 5, STATUS_PAGE_PEERINGS = 200 };

/* The arena is for what is needed on the way. */
void status_page_write(struct arena *arena, const struct status *status, struct buffer *out);
