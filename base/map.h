/* A hash map from text to a pointer, seeded at random per map: names come from users, so that
 * collisions must not be predictable. Keys are lent: they must live as long as their entry. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct map;

struct map *map_new(void);
void map_free(struct map *map);     /* frees neither keys nor values */
void map_cleanup(struct map **map); /* for CLEANUP(map_cleanup) */

void *map_get(const struct map *map, const char *key); /* NULL when absent */

/* Puts `value` (not NULL) under `key`; returns the value it replaces, or NULL. The new key is kept.
 */
void *map_put(struct map *map, const char *key, void *value);
void *map_remove(struct map *map, const char *key); /* returns the removed value, or NULL */
size_t map_count(const struct map *map);

/* Walks all entries in no particular order; the map must not change meanwhile.
 *     for (struct map_cursor at = {0}; map_next(map, &at);) use(at.key, at.value); */
struct map_cursor {
	size_t slot;
	const char *key;
	void *value;
};
bool map_next(const struct map *map, struct map_cursor *cursor);
