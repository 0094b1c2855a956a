#include "daemon/network_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

/* Entries, and characters of a text: as in the CRD. The last ones are our own: bytes of a list. */
enum {
	MOST_CIDRS = 1024,
	MOST_TAGS = 512,
	MOST_PEERINGS = 1024,
	MOST_TABLES = 512,
	MOST_TABLE_TAGS = 64,
	MOST_RIGHTS = 64,
	LONGEST_OWNER = 128,
	LONGEST_REGION = 64,
	LONGEST_VALUE = 1024,
	LONGEST_NAME = 128,
	LONGEST_NETWORK = 512,
	LONGEST_STATE = 64,
	LONGEST_TABLE = 64,
	LONGEST_RIGHT = 256,
	ROOM_FOR_TAGS = 256 * 1024,
	ROOM_FOR_LIST = 384 * 1024
};

const struct network_facts network_facts_none = {
	"null", "null", "null", "null", "null", "null", "null", "null", ""};

const char *
network_facts_list(enum kind kind)
{
	return kind == KIND_REMOTE_ZONE ? "links" : "peerings";
}

size_t
network_facts_length(const char *text, size_t longest)
{
	size_t length = strlen(text);

	return length > longest ? text_valid_utf8(text, longest) : length;
}

const char *
network_facts_text(struct arena *arena, const char *text, size_t longest)
{
	struct buffer quoted;
	const char *json;

	buffer_init(&quoted, SIZE_MAX);
	buffer_append_json(
		&quoted, arena_text_part(arena, text, network_facts_length(text, longest)));
	json = arena_text(arena, buffer_text(&quoted));
	buffer_dispose(&quoted);
	return json;
}

/* A list or an object while it is made. */
struct list {
	struct arena *arena;
	const char **entries;
	size_t count;
	size_t maximum;
	size_t room;
	size_t left_out;
};

static struct list
list_of(struct arena *arena, size_t count, size_t maximum, size_t room)
{
	return (struct list){
		.arena = arena,
		.entries = ARENA_ARRAY(arena, const char *, count + 1),
		.maximum = maximum,
		.room = room,
	};
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
sort(struct list *list)
{
	qsort(list->entries, list->count, sizeof *list->entries, compare);
}

static const char *
join(struct list *list, const char *brackets)
{
	struct buffer all;
	const char *json;
	size_t at = 0;

	buffer_init(&all, SIZE_MAX);
	buffer_append_char(&all, brackets[0]);
	for (; at < list->count && at < list->maximum; at++) {
		if (all.length + strlen(list->entries[at]) + 2 > list->room)
			break;
		if (at > 0)
			buffer_append_char(&all, ',');
		buffer_append_text(&all, list->entries[at]);
	}
	list->left_out += list->count - at;
	buffer_append_char(&all, brackets[1]);
	json = arena_text(list->arena, buffer_text(&all));
	buffer_dispose(&all);
	return json;
}

static void
say_left_out(
	struct arena *arena, struct network_facts *facts, const char *what, const struct list *list)
{
	if (list->left_out > 0)
		facts->left_out = arena_printf(arena, "%s%s%s (%zu of %zu)", facts->left_out,
			*facts->left_out ? ", " : "", what, list->left_out, list->count);
}

static const char *
cidrs(struct arena *arena, const struct cloud_network *network, struct network_facts *facts)
{
	struct list list = list_of(arena, network->range_count, MOST_CIDRS, ROOM_FOR_LIST);
	const char *json;

	for (size_t i = 0; i < network->range_count; i++) {
		char text[PREFIX_TEXT_SIZE];

		list.entries[list.count++] =
			arena_printf(arena, "\"%s\"", prefix_format(&network->ranges[i], text));
	}
	json = join(&list, "[]");
	say_left_out(arena, facts, "cidrs", &list);
	return json;
}

/* Sorted by key. */
static struct list
tag_list(struct arena *arena, const struct tag *tags, size_t count, size_t maximum)
{
	struct list list = list_of(arena, count, maximum, ROOM_FOR_TAGS);

	for (size_t i = 0; i < count; i++)
		list.entries[list.count++] = arena_printf(arena, "%s:%s",
			network_facts_text(arena, tags[i].key, SIZE_MAX),
			network_facts_text(arena, tags[i].value, LONGEST_VALUE));
	sort(&list);
	return list;
}

static const char *
own_tags(struct arena *arena, const struct cloud_network *network, struct network_facts *facts)
{
	struct list list = tag_list(arena, network->tags, network->tag_count, MOST_TAGS);
	const char *json = join(&list, "{}");

	say_left_out(arena, facts, "tags", &list);
	return json;
}

static const char *
peering(struct arena *arena, const struct cloud_peering *peering)
{
	const char *json = arena_printf(arena, "{\"name\":%s,\"network\":%s",
		network_facts_text(arena, peering->name, LONGEST_NAME),
		network_facts_text(arena, peering->network, LONGEST_NETWORK));

	if (text_is_blank(peering->state))
		return arena_printf(arena, "%s}", json);
	return arena_printf(arena, "%s,\"state\":%s}", json,
		network_facts_text(arena, peering->state, LONGEST_STATE));
}

/* One without a name, or that leads nowhere, says nothing. */
static const char *
peerings(struct arena *arena, enum kind kind, const struct cloud_network *network,
	struct network_facts *facts)
{
	struct list list = list_of(arena, network->peering_count, MOST_PEERINGS, ROOM_FOR_LIST);
	const char *json;

	for (size_t i = 0; i < network->peering_count; i++) {
		const struct cloud_peering *entry = &network->peerings[i];

		if (!text_is_blank(entry->name) && !text_is_blank(entry->network))
			list.entries[list.count++] = peering(arena, entry);
	}
	sort(&list);
	json = join(&list, "[]");
	say_left_out(arena, facts, network_facts_list(kind), &list);
	return json;
}

static const char *
tables(struct arena *arena, const struct cloud_network *network, struct network_facts *facts)
{
	struct list list = list_of(arena, network->table_count, MOST_TABLES, ROOM_FOR_LIST);
	struct list all_tags = {0};
	const char *json;

	if (!network->tables_known)
		return "null";
	for (size_t i = 0; i < network->table_count; i++) {
		const struct cloud_table *table = &network->tables[i];
		struct list tags = tag_list(arena, table->tags, table->tag_count, MOST_TABLE_TAGS);
		const char *tags_json = join(&tags, "{}");

		all_tags.count += tags.count;
		all_tags.left_out += tags.left_out;
		if (!text_is_blank(table->id))
			list.entries[list.count++] = arena_printf(arena, "{\"id\":%s,\"tags\":%s}",
				network_facts_text(arena, table->id, LONGEST_TABLE), tags_json);
	}
	sort(&list);
	json = join(&list, "[]");
	say_left_out(arena, facts, "routeTables", &list);
	say_left_out(arena, facts, "tags of routeTables", &all_tags);
	return json;
}

/* Who reads a list takes what is not in it as judged and there. */
static const char *
rights(struct arena *arena, const struct cloud_network *network, struct network_facts *facts)
{
	struct list list = list_of(arena, network->missing_right_count, MOST_RIGHTS, ROOM_FOR_LIST);
	const char *json;

	if (!network->rights_known)
		return "null";
	for (size_t i = 0; i < network->missing_right_count; i++)
		if (!text_is_blank(network->missing_rights[i]))
			list.entries[list.count++] = network_facts_text(
				arena, network->missing_rights[i], LONGEST_RIGHT);
	sort(&list);
	json = join(&list, "[]");
	say_left_out(arena, facts, "missingRights", &list);
	return json;
}

static const char *
region(struct arena *arena, const char *text)
{
	bool good = text && text_only_has(text, "a-z0-9-") && strchr("-0123456789", *text) == NULL;

	return good && strlen(text) <= LONGEST_REGION
		       ? network_facts_text(arena, text, LONGEST_REGION)
		       : "null";
}

struct network_facts
network_facts_of(struct arena *arena, enum kind kind, const struct cloud_network *network)
{
	bool is_zone = kind == KIND_REMOTE_ZONE;
	struct network_facts facts = network_facts_none;

	if (!text_is_blank(network->owner))
		facts.owner = network_facts_text(arena, network->owner, LONGEST_OWNER);
	facts.region = region(arena, network->region);
	if (!is_zone && !network->ranges_hidden)
		facts.cidrs = cidrs(arena, network, &facts);
	if (!network->tags_hidden)
		facts.tags = own_tags(arena, network, &facts);
	facts.peerings = peerings(arena, kind, network, &facts);
	if (is_zone && network->most_peerings > 0)
		facts.most = arena_printf(arena, "%lld", (long long)network->most_peerings);
	if (!is_zone)
		facts.tables = tables(arena, network, &facts);
	facts.rights = rights(arena, network, &facts);
	return facts;
}
