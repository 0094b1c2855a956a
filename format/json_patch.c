#include "format/json_patch.h"

#include "base/cleanup.h"
#include "format/json_path.h"

struct json_patch
json_patch_open(struct buffer *out)
{
	buffer_append_char(out, '[');
	return (struct json_patch){.out = out};
}

void
json_patch_close(struct json_patch *patch)
{
	buffer_append_char(patch->out, ']');
}

/* One reference token of a JSON Pointer: RFC 6901 section 3. */
static void
append_token(struct buffer *pointer, struct json_path_step step)
{
	buffer_append_char(pointer, '/');
	for (size_t i = 0; i < step.length; i++) {
		if (step.text[i] == '~')
			buffer_append_text(pointer, "~0");
		else if (step.text[i] == '/')
			buffer_append_text(pointer, "~1");
		else
			buffer_append_char(pointer, step.text[i]);
	}
}

static void
open_operation(struct json_patch *patch, const char *operation, const char *field)
{
	CLEANUP(buffer_dispose) struct buffer pointer;
	struct json_path_step step;

	buffer_init(&pointer, patch->out->maximum);
	while (json_path_next(&field, &step))
		append_token(&pointer, step);
	buffer_printf(patch->out, "%s{\"op\":\"%s\",\"path\":", patch->operations++ ? "," : "",
		operation);
	buffer_append_json(patch->out, buffer_text(&pointer));
}

static void
write_text(struct json_patch *patch, const char *operation, const char *field, const char *text)
{
	open_operation(patch, operation, field);
	buffer_append_text(patch->out, ",\"value\":");
	buffer_append_json(patch->out, text);
	buffer_append_char(patch->out, '}');
}

void
json_patch_replace_text(struct json_patch *patch, const char *field, const char *text)
{
	write_text(patch, "replace", field, text);
}

void
json_patch_add_text(struct json_patch *patch, const char *field, const char *text)
{
	write_text(patch, "add", field, text);
}

void
json_patch_remove(struct json_patch *patch, const char *field)
{
	open_operation(patch, "remove", field);
	buffer_append_char(patch->out, '}');
}

void
json_patch_add_object(struct json_patch *patch, const char *field)
{
	open_operation(patch, "add", field);
	buffer_append_text(patch->out, ",\"value\":{}}");
}

void
json_patch_add_list(struct json_patch *patch, const char *field)
{
	open_operation(patch, "add", field);
	buffer_append_text(patch->out, ",\"value\":[]}");
}
