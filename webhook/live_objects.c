#include "webhook/live_objects.h"

static bool
is_read(const struct live_objects *objects, const struct object_id *object)
{
	for (int i = 0; i < objects->count; i++)
		if (object_equal(&objects->items[i].read.object, object))
			return true;
	return false;
}

const struct object_id *
live_objects_next(const struct live_objects *objects, const struct findings *findings)
{
	const struct object_id *next = NULL;

	if (objects->count == LIVE_OBJECTS)
		return NULL;
	for (const struct finding *finding = findings->first; finding; finding = finding->next) {
		const struct party *party = finding->counterparts;

		if (finding->action != ACTION_DENY)
			continue;
		if (!party || party->object.kind >= KINDS || is_read(objects, &party->object))
			return NULL;
		if (!next)
			next = &party->object;
	}
	return next;
}

struct live_read *
live_objects_add(struct live_objects *objects, struct arena *arena,
	const struct inventory *inventory, const struct object_id *object)
{
	struct live_object *item = &objects->items[objects->count++];

	*item = (struct live_object){
		.read = {.object = {object->kind, arena_text(arena, object->namespace),
				 arena_text(arena, object->name)},
			.arena = arena},
		.serial = inventory_serial(inventory, object),
	};
	return &item->read;
}

/* The mirror will show it, but does not yet. What it has shown since the read was asked for may be
 * newer than what was read. */
static bool
is_news(const struct live_object *item, const struct inventory *inventory, const struct book *book)
{
	const struct live_read *read = &item->read;

	if (inventory_serial(inventory, &read->object) != item->serial)
		return false;
	if (read->state == LIVE_READ_FOUND)
		return book_reached_version(book, read->object.kind) < read->version;
	return read->state == LIVE_READ_ABSENT;
}

void
live_objects_count(
	struct live_objects *objects, struct inventory *inventory, const struct book *book)
{
	for (int i = 0; i < objects->count; i++) {
		struct live_object *item = &objects->items[i];

		if (!is_news(item, inventory, book))
			continue;
		inventory_veil(inventory, &item->read.object);
		if (item->read.state == LIVE_READ_FOUND)
			item->reservation = inventory_reserve(inventory, &item->read.declaration);
	}
}

void
live_objects_end(struct live_objects *objects, struct inventory *inventory)
{
	for (int i = 0; i < objects->count; i++) {
		struct live_object *item = &objects->items[i];

		if (item->reservation)
			inventory_give_back(inventory, item->reservation);
		item->reservation = NULL;
	}
	inventory_unveil(inventory);
}
