#include "cloud/azure_read.h"

#include "base/text.h"

static const struct json_limits limits = {
	.bytes = 8 << 20, .depth = 32, .values = 400000, .refuse_duplicates = true};

const struct json *
azure_read_object(struct arena *arena, const char *text, size_t length, struct error *error)
{
	const struct json *root = json_parse(arena, text, length, &limits, error);

	if (root && !json_is_object(root)) {
		error_set(error, ERROR_INVALID, "the answer is no object");
		return NULL;
	}
	return root;
}

bool
azure_read_fail(
	struct azure_reader *reader, enum error_kind kind, const char *what, const char *words)
{
	if (!reader->failed)
		error_set(reader->error, kind, "%.100s %s", what, words);
	reader->failed = true;
	return false;
}

const char *
azure_read_text(const struct json *object, const char *name)
{
	const char *text = json_member_text(object, name);

	return text ? text : "";
}

const char *
azure_read_needed(struct azure_reader *reader, const struct json *object, const char *name)
{
	const char *text = azure_read_text(object, name);

	if (!*text)
		azure_read_fail(reader, ERROR_INVALID, name, "is missing in the answer");
	return text;
}

const char *
azure_read_reference(struct azure_reader *reader, const struct json *object, const char *name)
{
	const char *id = azure_read_text(json_member(object, name), "id");

	if (!*id)
		azure_read_fail(reader, ERROR_INVALID, name, "has no id in the answer");
	return id;
}

void *
azure_read_room(struct azure_reader *reader, size_t count, size_t size)
{
	void *room = arena_try(reader->arena, (count + 1) * size);

	if (!room)
		azure_read_fail(reader, ERROR_EXHAUSTED, "the answer",
			"needs more memory than it may have");
	return room;
}

struct azure_ranges
azure_read_ranges(struct azure_reader *reader, const struct json *space)
{
	const struct json *list = json_member(space, "addressPrefixes");
	struct prefix *ranges = azure_read_room(reader, json_count(list), sizeof *ranges);
	size_t count = 0;

	if (!ranges)
		return (struct azure_ranges){0};
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		const char *text = json_text(item);
		const char *reason;

		if (!text || !prefix_parse(text, &ranges[count++], &reason)) {
			azure_read_fail(reader, ERROR_INVALID, text ? text : "a prefix",
				"is no range of addresses");
			return (struct azure_ranges){0};
		}
	}
	return (struct azure_ranges){ranges, count};
}

struct azure_tags
azure_read_tags(struct azure_reader *reader, const struct json *object)
{
	const struct json *list = json_member(object, "tags");
	struct tag *tags = azure_read_room(reader, json_count(list), sizeof *tags);
	size_t count = 0;

	if (!tags || !json_is_object(list))
		return (struct azure_tags){0};
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		const char *value = json_text(item);

		tags[count++] = (struct tag){json_name(item), value ? value : ""};
	}
	return (struct azure_tags){tags, count};
}

unsigned
azure_read_word(
	const struct json *object, const char *name, const char *const *words, unsigned count)
{
	const char *text = json_member_text(object, name);

	for (unsigned i = 1; text && i < count; i++)
		if (text_equal_ignoring_case(words[i], text))
			return i;
	return 0;
}

enum azure_provisioning
azure_read_provisioning(const struct json *properties)
{
	static const char *const words[] = {
		[AZURE_PROVISIONING_UPDATING] = "Updating",
		[AZURE_PROVISIONING_SUCCEEDED] = "Succeeded",
		[AZURE_PROVISIONING_FAILED] = "Failed",
		[AZURE_PROVISIONING_DELETING] = "Deleting",
	};

	return (enum azure_provisioning)azure_read_word(
		properties, "provisioningState", words, sizeof words / sizeof *words);
}

int64_t
azure_read_count(const struct json *object, const char *name)
{
	int64_t number;

	return json_integer(json_member(object, name), &number) && number >= 0 ? number : -1;
}

const char *
azure_read_tag(const struct azure_tags *tags, const char *key)
{
	for (size_t i = 0; i < tags->count; i++)
		if (text_equal(tags->items[i].key, key))
			return tags->items[i].value;
	return NULL;
}
