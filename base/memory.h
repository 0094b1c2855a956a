/* Long-lived memory. A process that cannot get the few bytes it asks for cannot keep its promises,
 * so these abort instead of failing; inputs are bounded before they are kept. */
#pragma once

#include <stddef.h>

/* Zeroed; never NULL, not even for a size of 0. The caller frees with free(). */
void *memory_alloc(size_t size);
/* Grows or shrinks; new bytes are not zeroed. Frees nothing on its own. */
void *memory_resize(void *memory, size_t size);
char *memory_text(const char *text);
