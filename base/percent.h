/* Percent-encoding of text for a path, a query or a form (RFC 3986 section 2): all but the
 * unreserved characters is encoded, a space as %20, never as +. */
#pragma once

#include "base/buffer.h"

/* A buffer that overflows is seen in its own mark. */
void percent_append(struct buffer *buffer, const char *text);
void percent_append_byte(struct buffer *buffer, unsigned char byte);
