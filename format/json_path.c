#include "format/json_path.h"

#include <string.h>

bool
json_path_next(const char **path, struct json_path_step *step)
{
	const char *at = *path;

	if (*at == '.')
		at++;
	if (*at == '\0')
		return false;
	if (*at == '[') {
		step->text = at + 1;
		step->length = strcspn(step->text, "]");
		at = step->text + step->length;
		*path = *at ? at + 1 : at;
	} else {
		step->text = at;
		step->length = strcspn(at, ".[");
		*path = at + step->length;
	}
	return true;
}

bool
json_path_index(struct json_path_step step, size_t *index)
{
	*index = 0;
	for (size_t i = 0; i < step.length; i++) {
		if (step.text[i] < '0' || step.text[i] > '9')
			return false;
		*index = *index * 10 + (size_t)(step.text[i] - '0');
		if (*index > JSON_PATH_INDEX_MAX)
			*index = JSON_PATH_INDEX_MAX;
	}
	return step.length > 0;
}
