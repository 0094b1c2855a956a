#include "daemon/work_key.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const char *
work_key_write(char key[WORK_KEY_SIZE], const struct object_id *object)
{
	snprintf(key, WORK_KEY_SIZE, "%s/%s", kind_definitions[object->kind]->plural, object->name);
	return key;
}

bool
work_key_read(const char *key, unsigned kinds, struct object_id *object)
{
	for (int kind = 0; kind < KINDS; kind++) {
		const char *plural = kind_definitions[kind]->plural;
		size_t length = strlen(plural);

		if (!(kinds & KIND_BIT(kind)) || !text_starts_with(key, plural) ||
			key[length] != '/' || key[length + 1] == '\0')
			continue;
		*object = (struct object_id){(enum kind)kind, "", key + length + 1};
		return true;
	}
	return false;
}
