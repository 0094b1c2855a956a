#include "cloud/azure_link_mark.h"

#include "base/text.h"

bool
azure_link_mark_is_of(const struct azure_link *link, const char *uid)
{
	const char *mark = azure_read_tag(&link->tags, AZURE_LINK_UID);

	return mark && text_equal(mark, uid);
}

bool
azure_link_mark_is_there(const struct azure_link *link)
{
	return azure_read_tag(&link->tags, AZURE_LINK_UID) != NULL;
}

bool
azure_link_mark_is_stale(const struct azure_link *link, const char *guid)
{
	const char *mark = azure_read_tag(&link->tags, AZURE_LINK_NETWORK);

	return mark && !text_is_blank(guid) && !text_equal_ignoring_case(mark, guid);
}

static bool
is_mark(const struct tag *tag)
{
	return text_equal_ignoring_case(tag->key, AZURE_LINK_UID) ||
	       text_equal_ignoring_case(tag->key, AZURE_LINK_NETWORK);
}

struct azure_tags
azure_link_mark_set(
	struct arena *arena, const struct azure_tags *there, const char *uid, const char *guid)
{
	struct tag *items = ARENA_ARRAY(arena, struct tag, there->count + 2);
	size_t count = 0;

	for (size_t i = 0; i < there->count; i++)
		if (!is_mark(&there->items[i]))
			items[count++] = there->items[i];
	items[count++] = (struct tag){AZURE_LINK_UID, uid};
	if (!text_is_blank(guid))
		items[count++] = (struct tag){AZURE_LINK_NETWORK, guid};
	return (struct azure_tags){items, count};
}
