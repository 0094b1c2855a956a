/* What is to happen at a time, ordered by that time: a binary heap of entries that stand in structs
 * of its user, who frees them.
 *
 * Entries of the same time come in the order in which they were put. Putting, moving and taking
 * cost a logarithm of their number; the heap keeps 8 bytes for each entry of its largest time. Not
 * thread-safe. Times are in nanoseconds of any one clock.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct delay {
	int64_t due;
	uint64_t order; /* among those of the same time */
	size_t place;   /* in the heap, from 1; 0 while it is in none */
};

struct delay_heap {
	struct delay **entries; /* entries[0] is the first */
	size_t count;
	size_t capacity;
	uint64_t orders; /* that were given */
};

void delay_heap_dispose(struct delay_heap *heap); /* `*heap` begins as {0} */

/* `delay` is in no heap; it must stay where it is in memory. */
void delay_heap_put(struct delay_heap *heap, struct delay *delay, int64_t due);
/* Moves `delay`, which is in the heap, to an earlier time. */
void delay_heap_hasten(struct delay_heap *heap, struct delay *delay, int64_t due);

struct delay *delay_heap_first(const struct delay_heap *heap); /* NULL when empty */
struct delay *delay_heap_take(struct delay_heap *heap);        /* the same, and removes it */
