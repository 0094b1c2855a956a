/* The picture of everything that exists, for the status page: the drawing of `peerwarden graph`,
 * made anew by each round of the audit from what the round has found.
 *
 * Threads: one round at a time, with the inventory's lock.
 */
#pragma once

#include "base/buffer.h"
#include "network/inventory.h"
#include "validators/finding.h"

struct picture;

struct picture *picture_new(void);
void picture_free(struct picture *picture); /* NULL is allowed */

/* What speaks against one object. Nothing of it is lent beyond the call. Of very many findings the
 * rest is left out, those that deny last. */
void picture_note(struct picture *picture, const struct findings *findings);
/* Appends the SVG and forgets the findings. What does not fit shows in out->overflowed. */
void picture_draw(struct picture *picture, const struct inventory *inventory, struct buffer *out);
