#include "daemon/report_shelf.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

struct place {
	uint64_t list; /* the last that it was in */
	char *uid;
};

struct report_shelf {
	uint64_t list;
	struct map *places;
};

struct report_shelf *
report_shelf_new(void)
{
	struct report_shelf *shelf = memory_alloc(sizeof *shelf);

	shelf->places = map_new();
	return shelf;
}

static void
free_place(struct place *place)
{
	free(place->uid);
	free(place);
}

void
report_shelf_free(struct report_shelf *shelf)
{
	if (!shelf)
		return;
	for (struct map_cursor at = {0}; map_next(shelf->places, &at);)
		free_place(at.value);
	map_free(shelf->places);
	free(shelf);
}

void
report_shelf_put(struct report_shelf *shelf, const char *uid)
{
	struct place *place = map_get(shelf->places, uid);

	if (!place) {
		place = memory_alloc(sizeof *place);
		place->uid = memory_text(uid);
		map_put(shelf->places, place->uid, place);
	}
	place->list = shelf->list;
}

void
report_shelf_remove(struct report_shelf *shelf, const char *uid)
{
	struct place *place = map_remove(shelf->places, uid);

	if (place)
		free_place(place);
}

void
report_shelf_list_anew(struct report_shelf *shelf)
{
	shelf->list++;
}

void
report_shelf_keep_listed(
	struct report_shelf *shelf, void (*gone)(void *context, const char *uid), void *context)
{
	struct place **old = memory_alloc(map_count(shelf->places) * sizeof *old);
	size_t count = 0;

	for (struct map_cursor at = {0}; map_next(shelf->places, &at);)
		if (((const struct place *)at.value)->list != shelf->list)
			old[count++] = at.value;
	for (size_t i = 0; i < count; i++) {
		gone(context, old[i]->uid);
		report_shelf_remove(shelf, old[i]->uid);
	}
	free(old);
}
