/* YAML documents as Kubernetes reads them (sigs.k8s.io/yaml, which is YAML 1.1 by go-yaml v2): as a
 * tree of struct json with line and column for every value.
 *
 * Plain scalars resolve as in Go: y/yes/on/true and n/no/off/false in their usual spellings are
 * booleans, ~ and null and nothing are null, integers may have a base prefix (0x, 0o, 0b, leading
 * 0) and underscores, floats as 1. or .5; numbers become JSON numbers with JSON text; dates stay
 * text. "<<" merges. Anchors and aliases work, and every expanded value counts against the limits.
 * Duplicate keys are refused. A key that is not text becomes text, as in Go. JSON is YAML, so a
 * .json file may be read with this too, and then has locations.
 */
#pragma once

#include <stddef.h>

#include "format/json.h"

struct yaml_documents {
	const struct json **items; /* empty documents are left out */
	size_t count;
};

/* `text` has `length` bytes. On a syntax error the message begins with "line L, column C: " and the
 * documents before it are lost. ERROR_INVALID, ERROR_EXHAUSTED. */
bool yaml_parse(struct arena *arena, const char *text, size_t length,
	const struct json_limits *limits, struct yaml_documents *documents, struct error *error);
