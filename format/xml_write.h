/* Text for XML 1.0 documents in UTF-8 (W3C, fifth edition).
 *
 * Whatever the text, what is written is well-formed and no markup comes out of it: a character that
 * XML 1.0 does not allow (section 2.2) and a byte that is no UTF-8 become U+FFFD, each one.
 */
#pragma once

#include "base/buffer.h"

/* Between two tags. A carriage return is written as a reference, since a reader would drop it. */
void xml_write_text(struct buffer *out, const char *text);

/* ` name="value"`, with line ends and tabs as references, so that they last (section 3.3.3). */
void xml_write_attribute(struct buffer *out, const char *name, const char *value);
