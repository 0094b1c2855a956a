#include "cli/merge.h"

#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "format/json_write.h"

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

/* How deep a member stands. */
enum level { IN_OBJECT, IN_METADATA, BELOW };

struct merging {
	struct arena *arena;
	struct buffer out;
	const struct json *nothing; /* an object without members */
};

static void
write_name(struct merging *merging, const char *name, bool *follows)
{
	if (*follows)
		buffer_append_char(&merging->out, ',');
	*follows = true;
	buffer_append_json(&merging->out, name);
	buffer_append_char(&merging->out, ':');
}

/* The status of a manifest is no part of what is applied; and a manifest always has annotations,
 * since kubectl adds its own. */
static const struct json *
applied_member(const struct merging *merging, const struct json *manifest, const char *name,
	enum level level)
{
	const struct json *member = json_member(manifest, name);

	if (level == IN_OBJECT && text_equal(name, "status"))
		return NULL;
	if (level == IN_METADATA && text_equal(name, "annotations") && !json_is_object(member))
		return merging->nothing;
	return member;
}

static enum level
level_of(enum level around, const char *name)
{
	return around == IN_OBJECT && text_equal(name, "metadata") ? IN_METADATA : BELOW;
}

static void
write_merged(struct merging *merging, const struct json *stored, const struct json *last,
	const struct json *manifest, enum level level)
{
	bool follows = false;

	if (!json_is_object(stored) || !json_is_object(manifest)) {
		json_write(merging->arena, manifest, &merging->out);
		return;
	}
	buffer_append_char(&merging->out, '{');
	for (const struct json *old = json_first(stored); old; old = json_next(old)) {
		const char *name = json_name(old);
		const struct json *before = applied_member(merging, last, name, level);
		const struct json *new = applied_member(merging, manifest, name, level);

		if (new ? json_is_null(new) : before != NULL)
			continue;
		write_name(merging, name, &follows);
		if (new)
			write_merged(merging, old, before, new, level_of(level, name));
		else
			json_write(merging->arena, old, &merging->out);
	}
	for (const struct json *new = json_first(manifest); new; new = json_next(new)) {
		const char *name = json_name(new);

		if (json_member(stored, name) || json_is_null(new) ||
			!applied_member(merging, manifest, name, level))
			continue;
		write_name(merging, name, &follows);
		json_write(merging->arena, new, &merging->out);
	}
	buffer_append_char(&merging->out, '}');
}

const struct json *
merge_apply(struct arena *arena, const struct json *stored, const struct json *last,
	const struct json *manifest)
{
	struct merging merging = {
		.arena = arena, .nothing = json_parse(arena, "{}", 2, &json_file_limits, NULL)};
	const struct json *merged;

	buffer_init(&merging.out, json_file_limits.bytes);
	write_merged(&merging, stored, last, manifest, IN_OBJECT);
	merged = json_parse(
		arena, buffer_text(&merging.out), merging.out.length, &json_file_limits, NULL);
	buffer_dispose(&merging.out);
	return merged;
}

const struct json *
merge_copy(struct arena *arena, const struct json *value)
{
	return merge_apply(arena, NULL, NULL, value);
}

const struct json *
merge_last_applied(struct arena *arena, const struct json *stored)
{
	const struct json *annotations =
		json_member(json_member(stored, "metadata"), "annotations");
	const char *text = json_member_text(annotations, LAST_APPLIED);

	return text ? json_parse(arena, text, strlen(text), &json_file_limits, NULL) : NULL;
}
