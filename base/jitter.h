/* Random waiting times, so that many clients of one server do not come in step. */
#pragma once

#include <stdint.h>

int64_t jitter_between(int64_t lowest, int64_t highest); /* both included */

/* `first` doubled `failures` times, but no more than `highest`. */
int64_t jitter_longest(int64_t first, int64_t highest, unsigned failures);
/* Back-off with full jitter: between 0 and that. */
int64_t jitter_back_off(int64_t first, int64_t highest, unsigned failures);
