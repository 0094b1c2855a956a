#include "daemon/delay_heap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

enum { FIRST_CAPACITY = 16 };

void
delay_heap_dispose(struct delay_heap *heap)
{
	free(heap->entries);
	*heap = (struct delay_heap){0};
}

static bool
is_before(const struct delay *a, const struct delay *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void
place(struct delay_heap *heap, struct delay *delay, size_t at)
{
	heap->entries[at] = delay;
	delay->place = at + 1;
}

/* Moves the free place `at` towards the first one until `delay` may stand in it. */
static void
rise(struct delay_heap *heap, struct delay *delay, size_t at)
{
	while (at > 0 && is_before(delay, heap->entries[(at - 1) / 2])) {
		place(heap, heap->entries[(at - 1) / 2], at);
		at = (at - 1) / 2;
	}
	place(heap, delay, at);
}

/* The same, away from the first one. */
static void
sink(struct delay_heap *heap, struct delay *delay, size_t at)
{
	for (size_t child; (child = 2 * at + 1) < heap->count; at = child) {
		if (child + 1 < heap->count &&
			is_before(heap->entries[child + 1], heap->entries[child]))
			child++;
		if (!is_before(heap->entries[child], delay))
			break;
		place(heap, heap->entries[child], at);
	}
	place(heap, delay, at);
}

void
delay_heap_put(struct delay_heap *heap, struct delay *delay, int64_t due)
{
	if (heap->count == heap->capacity) {
		heap->capacity = heap->capacity ? heap->capacity * 2 : FIRST_CAPACITY;
		heap->entries =
			memory_resize(heap->entries, heap->capacity * sizeof(struct delay *));
	}
	delay->due = due;
	delay->order = heap->orders++;
	rise(heap, delay, heap->count++);
}

void
delay_heap_hasten(struct delay_heap *heap, struct delay *delay, int64_t due)
{
	delay->due = due;
	delay->order = heap->orders++;
	rise(heap, delay, delay->place - 1);
}

struct delay *
delay_heap_first(const struct delay_heap *heap)
{
	return heap->count ? heap->entries[0] : NULL;
}

struct delay *
delay_heap_take(struct delay_heap *heap)
{
	struct delay *first = delay_heap_first(heap);
	struct delay *last;

	if (!first)
		return NULL;
	last = heap->entries[--heap->count];
	first->place = 0;
	if (last != first)
		sink(heap, last, 0);
	return first;
}
