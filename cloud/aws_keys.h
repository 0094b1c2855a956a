/* Owned copies of AWS credentials (struct aws_keys), which are wiped when they go.
 *
 * Functions that hand keys out give such copies: end each with aws_keys_dispose.
 */
#pragma once

#include <stdbool.h>

#include "cloud/aws_signature.h"

void aws_keys_copy(struct aws_keys *to, const struct aws_keys *from);
/* As aws_keys_copy; the texts of `from`, which lie in an arena, are wiped. */
void aws_keys_take(struct aws_keys *to, const struct aws_keys *from);
void aws_keys_dispose(struct aws_keys *keys); /* wipes; usable with CLEANUP */

/* True when id and secret are there and nothing of the keys can break a header or a line. */
bool aws_keys_are_sound(const struct aws_keys *keys);
