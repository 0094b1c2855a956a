#include "cli/standing.h"

#include <string.h>

#include "base/text.h"

enum { FIRST_ROOM = 16 };

/* States from which nothing comes by itself. */
static bool
is_good(const char *state)
{
	static const char *const bad[] = {
		"Error", "Warning", "Disconnected", "failed", "expired", "rejected", "deleted"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (text_equal_ignoring_case(state, bad[i]))
			return false;
	return true;
}

/* NULL unless it is there and true. */
static const struct json *
condition_of(const struct json *status, const char *type)
{
	const struct json *conditions = json_member(status, "conditions");

	for (const struct json *item = json_first(conditions); item; item = json_next(item))
		if (text_equal(json_member_text(item, "type"), type) &&
			text_equal(json_member_text(item, "status"), "True"))
			return item;
	return NULL;
}

static bool
read_standing(struct arena *arena, const struct json *status, struct topology_standing *standing)
{
	const struct json *error = condition_of(status, "Error");
	const char *state = json_member_text(status, "state");
	const char *message = json_member_text(error, "message");

	if (text_is_blank(message))
		message = json_member_text(error, "reason");
	if (text_is_blank(state))
		state = error ? "Error" : condition_of(status, "Ready") ? "Ready" : NULL;
	if (!state)
		return false;
	standing->good = !error && is_good(state);
	standing->text = text_is_blank(message) ? arena_text(arena, state)
						: arena_printf(arena, "%s: %s", state, message);
	return true;
}

static void
make_room(struct standings *standings)
{
	struct topology_standing *items;

	if (standings->count < standings->room)
		return;
	standings->room = standings->room ? 2 * standings->room : FIRST_ROOM;
	items = ARENA_ARRAY(standings->arena, struct topology_standing, standings->room);
	if (standings->count)
		memcpy(items, standings->items, standings->count * sizeof *items);
	standings->items = items;
}

void
standings_add(struct standings *standings, const struct object_id *id, const struct json *object)
{
	static const unsigned kinds =
		KIND_BIT(KIND_AWS_VPC_PEERING) | KIND_BIT(KIND_GCP_VPC_PEERING) |
		KIND_BIT(KIND_AZURE_VPC_PEERING) | KIND_BIT(KIND_AZURE_VPC_DNS_LINK);
	struct topology_standing standing = {.object.kind = id->kind};

	if (!(kinds & KIND_BIT(id->kind)) ||
		!read_standing(standings->arena, json_member(object, "status"), &standing))
		return;
	standing.object.namespace = arena_text(standings->arena, id->namespace);
	standing.object.name = arena_text(standings->arena, id->name);
	make_room(standings);
	standings->items[standings->count++] = standing;
}
