/* Form bodies of the EC2 and query protocols: "Action=...&Version=...&VpcId.1=...".
 *
 * Follows "Making API requests" of the Amazon EC2 API Reference. Lists are flattened, with indexes
 * from 1. A buffer that overflows is seen in its own mark (base/buffer.h).
 */
#pragma once

#include "base/buffer.h"

/* Begins anew in `form`. */
void aws_query_begin(struct buffer *form, const char *action, const char *version);
/* A NULL value adds nothing. The name comes as it will stand there: "Filter.%zu.Name". */
void aws_query_add(struct buffer *form, const char *value, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
