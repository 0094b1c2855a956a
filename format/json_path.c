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
