/* Percent-encoding of text for a path or a query (RFC 3986 section 2). */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"

/* Appends `text` with everything but unreserved characters encoded. False when the buffer
 * overflows. */
bool percent_append(struct buffer *buffer, const char *text);
