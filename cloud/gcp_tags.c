#include "cloud/gcp_tags.h"

#include <string.h>

#include "base/text.h"

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool
read_tag(struct arena *arena, const struct json *item, struct gcp_tag *tag, struct error *error)
{
	const char *key = json_member_text(item, "namespacedTagKey");
	const char *value = json_member_text(item, "namespacedTagValue");

	if (!key || !*last_part(key))
		return error_set(error, ERROR_INVALID, "a tag has no namespacedTagKey");
	tag->key = arena_text(arena, key);
	tag->name = last_part(tag->key);
	tag->value = arena_text(arena, value ? last_part(value) : "");
	tag->inherited = json_boolean(json_member(item, "inherited"), false);
	return true;
}

bool
gcp_tags_read(struct arena *arena, const struct json *root, struct gcp_tags *tags,
	const char **next, struct error *error)
{
	const struct json *list = json_present(root, "effectiveTags");
	const char *token = json_member_text(root, "nextPageToken");
	struct gcp_tag *items = arena_try(arena, (tags->count + json_count(list)) * sizeof *items);

	*next = token ? arena_text(arena, token) : "";
	if (!items)
		return error_set(error, ERROR_EXHAUSTED, "there are too many tags");
	if (!root || (list && !json_is_array(list)))
		return error_set(error, ERROR_INVALID, "the answer is no list of tags");
	if (tags->count > 0)
		memcpy(items, tags->items, tags->count * sizeof *items);
	tags->items = items;
	for (const struct json *item = json_first(list); item; item = json_next(item))
		if (!read_tag(arena, item, &items[tags->count++], error))
			return false;
	return true;
}

const struct gcp_tag *
gcp_tags_find(const struct gcp_tags *tags, const char *name)
{
	for (size_t i = 0; name && *name && i < tags->count; i++)
		if (text_equal(tags->items[i].name, name))
			return &tags->items[i];
	return NULL;
}

const struct gcp_tag *
gcp_tags_find_like(const struct gcp_tags *tags, const char *name)
{
	for (size_t i = 0; name && *name && i < tags->count; i++)
		if (strstr(tags->items[i].key, name))
			return &tags->items[i];
	return NULL;
}
