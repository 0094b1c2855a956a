#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { FIRST_BLOCK = 16 * 1024, LARGEST_BLOCK = 1024 * 1024, ALIGNMENT = 16 };
enum { SHORT_TEXT = 256 }; /* one pass of formatting is enough up to here */

struct block {
	struct block *next;
	size_t size;
	_Alignas(ALIGNMENT) char data[];
};

struct arena {
	struct block *first;
	struct block *last;
	size_t position; /* within the last block */
	size_t used;     /* in all blocks */
	size_t cap;
	bool exhausted;
};

static struct block *
block_new(size_t size)
{
	struct block *block = memory_resize(NULL, sizeof *block + size); /* not zeroed */

	block->next = NULL;
	block->size = size;
	return block;
}

static void
blocks_free(struct block *block)
{
	while (block) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
}

struct arena *
arena_new(size_t cap)
{
	struct arena *arena = memory_alloc(sizeof *arena);

	arena->first = arena->last = block_new(FIRST_BLOCK);
	arena->cap = cap;
	return arena;
}

void
arena_free(struct arena *arena)
{
	if (!arena)
		return;
	blocks_free(arena->first);
	free(arena);
}

void
arena_cleanup(struct arena **arena)
{
	arena_free(*arena);
	*arena = NULL;
}

void
arena_reset(struct arena *arena)
{
	blocks_free(arena->first->next);
	arena->first->next = NULL;
	arena->last = arena->first;
	arena->position = 0;
	arena->used = 0;
	arena->exhausted = false;
}

void
arena_set_cap(struct arena *arena, size_t cap)
{
	arena->cap = cap;
}

bool
arena_exhausted(const struct arena *arena)
{
	return arena->exhausted;
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}

static void
arena_grow(struct arena *arena, size_t size)
{
	size_t next = arena->last->size * 2;

	if (next > LARGEST_BLOCK)
		next = LARGEST_BLOCK;
	if (next < size)
		next = size;
	arena->last->next = block_new(next);
	arena->last = arena->last->next;
	arena->position = 0;
}

static void *
take(struct arena *arena, size_t size)
{
	void *memory;

	if (size > SIZE_MAX / 2)
		size = SIZE_MAX / 2; /* cannot be had: aborts below, without wrapping round */
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (size > arena->last->size - arena->position)
		arena_grow(arena, size);
	memory = arena->last->data + arena->position;
	arena->position += size;
	arena->used += size;
	return memory;
}

void *
arena_try_raw(struct arena *arena, size_t size)
{
	if (size > arena->cap || arena->used > arena->cap - size) {
		arena->exhausted = true;
		return NULL;
	}
	return take(arena, size);
}

void *
arena_try(struct arena *arena, size_t size)
{
	void *memory = arena_try_raw(arena, size);

	return memory ? memset(memory, 0, size) : NULL;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	if (size > arena->cap || arena->used > arena->cap - size)
		arena->exhausted = true;
	return memset(take(arena, size), 0, size);
}

char *
arena_text_part(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *
arena_text(struct arena *arena, const char *text)
{
	return arena_text_part(arena, text, strlen(text));
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
	char part[SHORT_TEXT];
	va_list again;
	char *text;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(part, sizeof part, format, again);
	va_end(again);
	if (length < 0)
		return arena_text(arena, "");
	if ((size_t)length < sizeof part)
		return arena_text_part(arena, part, (size_t)length);
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = arena_vprintf(arena, format, arguments);
	va_end(arguments);
	return text;
}
