/* Wipes secrets where they are let go of, so that no memory dump and no later allocation shows
 * them. The compiler may not leave the writes out.
 *
 * Texts are const for everybody else, and these write to them: they have to lie in memory of one's
 * own, not in a literal. NULL and "" are left alone.
 */
#pragma once

#include "base/buffer.h"

void secret_wipe(const char *text); /* in place; the text is empty afterwards */
void secret_free(const char *text); /* wipes first */
/* The memory that the buffer had before it grew is not reached. Usable with CLEANUP. */
void secret_dispose_buffer(struct buffer *buffer);
