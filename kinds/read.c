#include "kinds/read.h"

#include <string.h>

const struct json *
read_member(const struct json *parent, struct field field)
{
	const char *dot = strrchr(field.path, '.');

	return json_present(parent, dot ? dot + 1 : field.path);
}

static const char *
not_text(const struct json *value)
{
	if (json_is_number(value))
		return "must be text, not a number";
	if (json_is_boolean(value))
		return "must be text, not true or false";
	return json_is_array(value) ? "must be text, not a list" : "must be text, not an object";
}

bool
read_text(const struct draft *draft, enum flaw_type type, const struct json *parent,
	struct field field, const char **text)
{
	const struct json *value = read_member(parent, field);

	*text = json_text(value);
	if (!value || *text)
		return true;
	draft_flaw(draft, type, field, "", not_text(value), "write it in quotes");
	return false;
}

const char *
read_id(const struct draft *draft, const struct json *parent, struct field field,
	const struct id_form *form)
{
	const struct json *value = read_member(parent, field);
	const char *text = json_text(value);
	const char *reason = form->reason;

	if (text && form->legal(text))
		return text;
	if (!value)
		reason = arena_printf(draft->arena, "the %s is missing", form->noun);
	else if (!text)
		reason = not_text(value);
	else if (!*text)
		reason = arena_printf(draft->arena, "the %s is empty", form->noun);
	draft_flaw(draft, FLAW_ID, field, text ? text : "", reason, form->hint);
	return NULL;
}

const char *
read_optional_id(const struct draft *draft, const struct json *parent, struct field field,
	const struct id_form *form)
{
	const struct json *value = read_member(parent, field);
	const char *text = json_text(value);

	if (!value)
		return NULL;
	if (text && !*text) {
		draft_soft_flaw(draft, FLAW_ID, field, "", "an empty value counts as absent",
			"leave the field out");
		return NULL;
	}
	return read_id(draft, parent, field, form);
}

const struct json *
read_list(const struct draft *draft, enum flaw_type type, const struct json *parent,
	struct field field)
{
	const struct json *value = read_member(parent, field);

	if (!value || json_is_array(value))
		return value;
	draft_flaw(draft, type, field, "", "must be a list",
		"write its entries as a list, each after a hyphen");
	return NULL;
}

bool
read_is_entry(const struct draft *draft, enum flaw_type type, const struct json *entry,
	struct field field)
{
	if (json_is_object(entry) || json_is_null(entry))
		return true;
	draft_flaw(
		draft, type, field, "", "must be an object", "write its fields as `name: value`");
	return false;
}

const struct json *
read_object(const struct draft *draft, enum flaw_type type, const struct json *parent,
	struct field field)
{
	const struct json *value = read_member(parent, field);

	return value && read_is_entry(draft, type, value, field) ? value : NULL;
}

const struct json *
read_spec(const struct draft *draft, const struct json *object)
{
	return read_object(draft, FLAW_ID, object, (struct field){"spec", 0});
}

bool
read_flag(const struct json *parent, struct field field)
{
	return json_boolean(read_member(parent, field), false);
}

void
read_fixed(const struct draft *draft, const struct json *parent, struct field field,
	const char *otherwise)
{
	const struct json *value = read_member(parent, field);
	const char *text = json_text(value);

	if (json_is_boolean(value))
		text = json_boolean(value, false) ? "true" : "false";
	draft_fixed(draft, field, text ? text : otherwise);
}
