#include "daemon/name_resolution.h"

#include "base/text.h"

#define ANNOTATION "peerwarden.io/dns-resolution"

bool
name_resolution_parse(const char *word, enum cloud_names *names)
{
	static const char *const words[] = {
		[CLOUD_NAMES_KEEP] = "keep", [CLOUD_NAMES_ON] = "on", [CLOUD_NAMES_OFF] = "off"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text_equal(word, words[i])) {
			*names = (enum cloud_names)i;
			return true;
		}
	return false;
}

struct name_choice
name_resolution_of(struct arena *arena, const struct json *object, enum cloud_names usual)
{
	const struct json *annotations =
		json_member(json_member(object, "metadata"), "annotations");
	const struct json *word = json_present(annotations, ANNOTATION);
	struct name_choice choice = {usual, NULL, NULL};

	if (!word || name_resolution_parse(json_text(word), &choice.names))
		return choice;
	choice.names = CLOUD_NAMES_KEEP;
	choice.problem = arena_printf(arena, "the annotation " ANNOTATION " is \"%s\"",
		json_text(word) ? json_text(word) : json_type_name(word));
	choice.hint = "write keep, on or off";
	return choice;
}
