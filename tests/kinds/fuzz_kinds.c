/* Any manifest: as a request brings it (JSON) and as a file holds it (YAML), decoded and put into
 * canonical form. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "format/yaml.h"
#include "kinds/kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAP = 8 * 1024 * 1024 };

static void
run(struct arena *arena, const struct json *object)
{
	const struct kind_definition *definition = kind_of_object(object);
	struct declaration declaration;
	struct changes changes;

	if (!definition)
		return;
	if (kind_decode(arena, definition, object, NULL, &declaration, NULL) &&
		!declaration_equal(&declaration, &declaration))
		abort();
	changes = kind_canonicalise(arena, definition, object);
	for (const struct change *change = changes.first; change; change = change->next)
		if (!change_apply(&(struct json_edit){.arena = arena, .root = object}, change))
			abort();
	if (kind_canonicalise(arena, definition, object).count != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(CAP);
	struct yaml_documents documents = {0};
	char *text = arena_text_part(arena, (const char *)data, size);
	const struct json *object = json_parse(arena, text, size, &json_request_limits, NULL);

	if (object)
		run(arena, object);
	if (yaml_parse(arena, text, size, &json_file_limits, &documents, NULL))
		for (size_t i = 0; i < documents.count; i++)
			run(arena, documents.items[i]);
	return 0;
}
