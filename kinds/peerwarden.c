#include "kinds/peerwarden.h"

#include <string.h>

#include "base/text.h"
#include "kinds/read.h"

enum { LONGEST_PROBLEM = 240 };

static const struct peerwarden_path tags_path = PEERWARDEN_PATH("tags");
static const struct peerwarden_path region_path = PEERWARDEN_PATH("region");
static const struct peerwarden_path rights_path = PEERWARDEN_PATH("missingRights");
static const struct peerwarden_path right_path = PEERWARDEN_PATH("missingRights[%d]");

bool
peerwarden_is_something(const char *text)
{
	return *text;
}

static const struct id_form form_of_name = {
	.noun = "name",
	.legal = peerwarden_is_something,
	.hint = "write the name that stands in the cloud",
};

static const struct id_form form_of_network = {
	.noun = "network",
	.legal = peerwarden_is_something,
	.hint = "write the id of the network that it leads to",
};

struct peerwarden_part
peerwarden_part_with(const struct json *object, const struct peerwarden_path *fact)
{
	const struct json *status = json_member(object, "status");

	if (read_member(status, (struct field){fact->seen, 0}))
		return (struct peerwarden_part){status, true};
	return (struct peerwarden_part){json_member(object, "spec"), false};
}

struct field
peerwarden_field(const struct peerwarden_part *part, const struct peerwarden_path *path, int index)
{
	return (struct field){part->seen ? path->seen : path->given, index};
}

void
peerwarden_read_tags(const struct draft *draft, const struct json *object)
{
	struct peerwarden_part part = peerwarden_part_with(object, &tags_path);
	const struct json *tags =
		read_object(draft, FLAW_ID, part.object, peerwarden_field(&part, &tags_path, 0));

	if (!tags)
		return;
	draft->declaration->tags_known = true;
	for (const struct json *tag = json_first(tags); tag; tag = json_next(tag))
		draft_tag(draft, json_name(tag), json_text(tag) ? json_text(tag) : "");
}

void
peerwarden_read_names(
	const struct draft *draft, const struct json *object, const struct peerwarden_names *names)
{
	struct peerwarden_part part = peerwarden_part_with(object, &names->list);
	const struct json *list =
		read_list(draft, FLAW_ID, part.object, peerwarden_field(&part, &names->list, 0));
	int index = 0;

	for (const struct json *entry = json_first(list); entry; entry = json_next(entry)) {
		struct taken_name taken;

		if (read_is_entry(
			    draft, FLAW_ID, entry, peerwarden_field(&part, &names->entry, index))) {
			taken.name = read_id(draft, entry,
				peerwarden_field(&part, &names->name, index), &form_of_name);
			taken.target = read_id(draft, entry,
				peerwarden_field(&part, &names->network, index), &form_of_network);
			if (taken.name && taken.target)
				draft_taken_name(draft, taken);
		}
		index++;
	}
}

void
peerwarden_read_missing_rights(const struct draft *draft, const struct json *object)
{
	struct peerwarden_part part = peerwarden_part_with(object, &rights_path);
	const struct json *list =
		read_list(draft, FLAW_ID, part.object, peerwarden_field(&part, &rights_path, 0));
	int index = 0;

	draft->declaration->rights_known = list != NULL;
	for (const struct json *item = json_first(list); item; item = json_next(item), index++)
		if (json_text(item))
			draft_missing_right(draft, json_text(item));
		else
			draft_flaw(draft, FLAW_ID, peerwarden_field(&part, &right_path, index), "",
				"must be text",
				"write a right's name, for example ec2:DeleteRoute");
}

/* Up to the end of the first sentence or line, and no further than LONGEST_PROBLEM bytes. */
static const char *
first_sentence(struct arena *arena, const char *text)
{
	size_t length = strcspn(text, "\r\n");
	const char *end = strstr(text, ". ");

	if (end && (size_t)(end - text) < length)
		length = (size_t)(end - text);
	if (length > LONGEST_PROBLEM)
		length = text_valid_utf8(text, LONGEST_PROBLEM);
	while (length > 0 && text[length - 1] == '.')
		length--;
	return arena_text_part(arena, text, length);
}

/* NULL unless the condition Ready is false. */
static const char *
lookup_problem(struct arena *arena, const struct json *status)
{
	const struct json *conditions = json_member(status, "conditions");

	for (const struct json *item = json_first(conditions); item; item = json_next(item)) {
		const char *message = json_member_text(item, "message");
		const char *reason = json_member_text(item, "reason");

		if (!text_equal(json_member_text(item, "type"), "Ready"))
			continue;
		if (!text_equal(json_member_text(item, "status"), "False"))
			return NULL;
		if (!text_is_blank(message))
			return first_sentence(arena, message);
		return text_is_blank(reason) ? "nobody knows why" : first_sentence(arena, reason);
	}
	return NULL;
}

void
peerwarden_read_lookup(const struct draft *draft, const struct json *object)
{
	const struct json *status = json_member(object, "status");
	const char *version = json_member_text(status, "observedVersion");
	uint64_t number;

	if (version && text_to_number(version, UINT64_MAX, &number))
		draft->declaration->observed_version = number;
	draft->declaration->lookup_problem = lookup_problem(draft->arena, status);
}

const char *
peerwarden_read_region(const struct draft *draft, const struct json *object)
{
	struct peerwarden_part part = peerwarden_part_with(object, &region_path);
	const char *text;

	read_text(draft, FLAW_ID, part.object, peerwarden_field(&part, &region_path, 0), &text);
	return text ? text : "";
}
