#include "format/json_write.h"

static void
write_list(struct arena *arena, const struct json *list, struct buffer *out)
{
	buffer_append_char(out, '[');
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		json_write(arena, item, out);
		if (json_next(item))
			buffer_append_char(out, ',');
	}
	buffer_append_char(out, ']');
}

static void
write_object(struct arena *arena, const struct json *object, struct buffer *out)
{
	buffer_append_char(out, '{');
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		buffer_append_json(out, json_name(member));
		buffer_append_char(out, ':');
		json_write(arena, member, out);
		if (json_next(member))
			buffer_append_char(out, ',');
	}
	buffer_append_char(out, '}');
}

void
json_write(struct arena *arena, const struct json *value, struct buffer *out)
{
	if (json_is_object(value))
		write_object(arena, value, out);
	else if (json_is_array(value))
		write_list(arena, value, out);
	else if (json_text(value))
		buffer_append_json(out, json_text(value));
	else if (json_is_number(value))
		buffer_append_text(out, json_number_text(arena, value));
	else if (json_is_boolean(value))
		buffer_append_text(out, json_boolean(value, false) ? "true" : "false");
	else
		buffer_append_text(out, "null");
}
