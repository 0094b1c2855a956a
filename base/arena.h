/* A capped arena: memory that lives as long as one request, one file or one judgement.
 *
 * Allocation is a pointer bump; nothing is freed singly. The cap is in bytes.
 *
 * Two ways to ask, so that callers stay simple and hostile input stays bounded:
 *  - arena_try: NULL once the cap is reached. For what grows with the input (parsers).
 *  - arena_alloc and the helpers: never NULL. Past the cap they still serve, and the arena
 * remembers that it is exhausted; a stage asks arena_exhausted() once at its end. For the small
 * structures whose number is bounded by what arena_try has already let in. The process aborts when
 * the system itself has no memory.
 *
 * Not thread-safe: one arena belongs to one thread at a time.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(size_t cap);
void arena_free(struct arena *arena);
void arena_cleanup(struct arena **arena); /* for CLEANUP(arena_cleanup) */

/* Empties the arena for the next use; the first block is kept, so a reused arena does not call
 * malloc. */
void arena_reset(struct arena *arena);

/* Changes the cap from now on (tests walk it upwards). */
void arena_set_cap(struct arena *arena, size_t cap);

bool arena_exhausted(const struct arena *arena);
size_t arena_used(const struct arena *arena);

/* Zeroed memory, aligned for any type. */
void *arena_try(struct arena *arena, size_t size);
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_try, but not zeroed: for callers that overwrite every byte. */
void *arena_try_raw(struct arena *arena, size_t size);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))

char *arena_text(struct arena *arena, const char *text);
char *arena_text_part(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));
