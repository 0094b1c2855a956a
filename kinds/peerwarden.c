#include "kinds/peerwarden.h"

void
peerwarden_read_tags(const struct draft *draft, const struct json *object)
{
	const struct json *tags = json_present(json_member(object, "status"), "tags");

	if (!json_is_object(tags))
		tags = json_present(json_member(object, "spec"), "tags");
	if (!json_is_object(tags))
		return;
	draft->declaration->tags_known = true;
	for (const struct json *tag = json_first(tags); tag; tag = json_next(tag))
		draft_tag(draft, json_name(tag), json_text(tag) ? json_text(tag) : "");
}
