/* What others have written, in a document for people: nothing in it becomes markup or hides.
 *
 * Characters that cannot be seen or that turn the order of others around (controls but line feeds
 * and tabs, zero width and bidirectional ones, tags: Unicode UAX #9, UTS #39) come out as
 * "[U+202E]"; bytes that are no UTF-8 as U+FFFD. Right in HTML and in XML, between two tags.
 */
#pragma once

#include "base/buffer.h"

void visible_write(struct buffer *out, const char *text);
