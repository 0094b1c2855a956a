#include "daemon/mode.h"

#include "base/text.h"

#define ANNOTATION "peerwarden.io/mode"
#define ID_LABEL   "cloud-resources.kyma-project.io/id"
#define FINALIZER  "cloud-manager.kyma-project.io/deletion-hook"

const char *
mode_name(enum mode mode)
{
	return mode == MODE_MANAGE ? "manage" : "observe";
}

bool
mode_parse(const char *word, enum mode *mode)
{
	if (!text_equal(word, "observe") && !text_equal(word, "manage"))
		return false;
	*mode = text_equal(word, "manage") ? MODE_MANAGE : MODE_OBSERVE;
	return true;
}

static bool
has_another_master(const struct json *metadata)
{
	const struct json *finalizer = json_first(json_member(metadata, "finalizers"));

	if (json_member(json_member(metadata, "labels"), ID_LABEL))
		return true;
	for (; finalizer; finalizer = json_next(finalizer))
		if (text_equal(json_text(finalizer), FINALIZER))
			return true;
	return false;
}

struct mode_choice
mode_of(struct arena *arena, const struct json *object, enum mode usual)
{
	const struct json *metadata = json_member(object, "metadata");
	const struct json *word = json_present(json_member(metadata, "annotations"), ANNOTATION);
	struct mode_choice choice = {usual, NULL, NULL};

	if (word && !mode_parse(json_text(word), &choice.mode)) {
		choice.mode = MODE_OBSERVE;
		choice.problem = arena_printf(arena, "the annotation " ANNOTATION " is \"%s\"",
			json_text(word) ? json_text(word) : json_type_name(word));
		choice.hint = "write observe or manage";
	} else if (choice.mode == MODE_MANAGE && has_another_master(metadata)) {
		choice.mode = MODE_OBSERVE;
		if (word) {
			choice.problem = "the annotation " ANNOTATION
					 " asks for manage, but Kyma's Cloud Manager manages this "
					 "object";
			choice.hint = "remove the annotation, or create the object where the Cloud "
				      "Manager does not run";
		}
	}
	return choice;
}
