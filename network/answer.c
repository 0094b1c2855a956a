#include "network/answer.h"

#include <string.h>

static int
compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

int
answer_compare(const struct object_id *a, const struct object_id *b)
{
	int names;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	names = compare_texts(a->name, b->name);
	return names ? names : compare_texts(a->namespace, b->namespace);
}

enum { FEW_ANSWERS = 4 };

void *
answer_room(struct arena *arena, void *items, size_t count, size_t size)
{
	void *larger;

	if (count != 0 && count != FEW_ANSWERS)
		return items;
	larger = arena_alloc(arena, (count ? INVENTORY_ANSWERS : FEW_ANSWERS) * size);
	return count ? memcpy(larger, items, count * size) : larger;
}

bool
answer_leaves_out(const struct declaration *declaration, const struct object_id *except)
{
	return except && object_equal(&declaration->object, except);
}

int
answer_compare_claims(const struct occupant *a, const struct occupant *b)
{
	int order = address_compare(&a->claim->prefix.address, &b->claim->prefix.address);

	if (order == 0)
		order = a->claim->prefix.length - b->claim->prefix.length;
	return order ? order : answer_compare(&a->declaration->object, &b->declaration->object);
}
