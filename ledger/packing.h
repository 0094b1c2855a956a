/* Large objects as text that fits into an annotation: DEFLATE in its zlib wrapper (RFC 1950) and
 * base64 (RFC 4648). The list of a hub's peerings shrinks to about a tenth.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

/* Appends the packed text; false when it does not fit. */
bool packing_pack(const struct buffer *plain, struct buffer *packed);
/* Appends what was packed. ERROR_INVALID when it was not; ERROR_EXHAUSTED beyond the buffer's
 * maximum. */
bool packing_unpack(const char *packed, struct buffer *plain, struct error *error);
