#include "daemon/condition.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "format/json_write.h"

enum { LONGEST_MESSAGE = 32 * 1024 };

static const char *
status_text(const struct json *object, const char *name)
{
	const char *text = json_member_text(json_member(object, "status"), name);

	return text ? text : "";
}

const char *
condition_id(const struct json *object)
{
	return status_text(object, "id");
}

const char *
condition_state(const struct json *object)
{
	return status_text(object, "state");
}

static const struct json *
find(const struct json *object, const char *type)
{
	const struct json *item =
		json_first(json_member(json_member(object, "status"), "conditions"));

	while (item && !text_equal(json_member_text(item, "type"), type))
		item = json_next(item);
	return item;
}

bool
condition_is(const struct json *object, const char *type)
{
	return text_equal(json_member_text(find(object, type), "status"), "True");
}

static bool
is_ours(const char *type)
{
	return text_equal(type, CONDITION_READY) || text_equal(type, CONDITION_ERROR);
}

static int64_t
generation_of(const struct json *object)
{
	int64_t generation = 0;

	json_integer(json_member(json_member(object, "metadata"), "generation"), &generation);
	return generation;
}

static const char *
message_of(struct arena *arena, const struct condition_status *wanted)
{
	const char *message = wanted->message ? wanted->message : "";
	size_t length = 0;

	while (length < LONGEST_MESSAGE && message[length])
		length++;
	return arena_text_part(arena, message, text_valid_utf8(message, length));
}

static bool
is_as_wanted(const struct json *object, const struct condition_status *wanted, const char *message)
{
	const char *other =
		text_equal(wanted->type, CONDITION_READY) ? CONDITION_ERROR : CONDITION_READY;
	const struct json *condition = find(object, wanted->type);
	int64_t generation = -1;

	if (!text_equal(condition_state(object), wanted->state))
		return false;
	if (!wanted->type)
		return !find(object, CONDITION_READY) && !find(object, CONDITION_ERROR);
	json_integer(json_member(condition, "observedGeneration"), &generation);
	return !find(object, other) && condition_is(object, wanted->type) &&
	       text_equal(json_member_text(condition, "reason"), wanted->reason) &&
	       text_equal(json_member_text(condition, "message"), message) &&
	       generation == generation_of(object);
}

static void
append_member(struct buffer *out, const char *name, const char *text)
{
	buffer_append_json(out, name);
	buffer_append_char(out, ':');
	buffer_append_json(out, text);
}

static void
append_condition(struct buffer *out, const struct json *object,
	const struct condition_status *wanted, const char *message, int64_t now)
{
	const char *since = json_member_text(find(object, wanted->type), "lastTransitionTime");
	char time[CLOCK_TEXT_SIZE], seconds[CLOCK_TEXT_SIZE];

	clock_format(now, time);
	snprintf(seconds, sizeof seconds, "%.19sZ", time);
	if (!since || !condition_is(object, wanted->type))
		since = seconds;
	buffer_append_char(out, '{');
	append_member(out, "type", wanted->type);
	buffer_append_text(out, ",\"status\":\"True\",");
	append_member(out, "reason", wanted->reason);
	buffer_append_char(out, ',');
	append_member(out, "message", message);
	buffer_append_char(out, ',');
	append_member(out, "lastTransitionTime", since);
	buffer_printf(out, ",\"observedGeneration\":%lld}", (long long)generation_of(object));
}

static void
append_conditions(struct arena *arena, struct buffer *out, const struct json *object,
	const struct condition_status *wanted, const char *message, int64_t now)
{
	const struct json *item =
		json_first(json_member(json_member(object, "status"), "conditions"));
	const char *comma = "";

	buffer_append_text(out, "\"conditions\":[");
	for (; item; item = json_next(item)) {
		if (is_ours(json_member_text(item, "type")))
			continue;
		buffer_append_text(out, comma);
		json_write(arena, item, out);
		comma = ",";
	}
	if (wanted->type) {
		buffer_append_text(out, comma);
		append_condition(out, object, wanted, message, now);
	}
	buffer_append_char(out, ']');
}

/* The members of an object but those named, each with a comma behind it. */
static void
append_rest(
	struct arena *arena, struct buffer *out, const struct json *object, const char *const *but)
{
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		const char *const *left_out = but;

		while (*left_out && !text_equal(*left_out, json_name(member)))
			left_out++;
		if (*left_out)
			continue;
		buffer_append_json(out, json_name(member));
		buffer_append_char(out, ':');
		json_write(arena, member, out);
		buffer_append_char(out, ',');
	}
}

bool
condition_apply(struct arena *arena, const struct json *object,
	const struct condition_status *wanted, int64_t now, struct buffer *out)
{
	static const char *const all[] = {"id", "state", "conditions", NULL};
	static const char *const only_id[] = {"id", NULL};
	static const char *const whole[] = {"status", NULL};
	const char *id = text_is_blank(wanted->id) ? condition_id(object) : wanted->id;
	const char *message = message_of(arena, wanted);

	if (text_equal(id, condition_id(object)) &&
		(!wanted->state || is_as_wanted(object, wanted, message)))
		return false;
	buffer_append_char(out, '{');
	append_rest(arena, out, object, whole);
	buffer_append_text(out, "\"status\":{");
	append_rest(arena, out, json_member(object, "status"), wanted->state ? all : only_id);
	if (*id) {
		append_member(out, "id", id);
		buffer_append_text(out, wanted->state ? "," : "");
	}
	if (wanted->state) {
		append_conditions(arena, out, object, wanted, message, now);
		buffer_append_char(out, ',');
		append_member(out, "state", wanted->state);
	}
	buffer_append_text(out, "}}");
	return true;
}
