/* How much of a JSON or YAML text is read, at the most. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct json_limits {
	size_t bytes;
	size_t depth;           /* nested arrays and objects */
	size_t values;          /* scalars, arrays, objects, all counted */
	bool refuse_duplicates; /* Go takes the last of two members of one name; a person meant
				   neither */
};

/* For an AdmissionReview: 7 MiB (the object, the old object and the rest), 64 levels, 400 000
 * values. */
extern const struct json_limits json_request_limits;
/* For a page of a list of the API server and for files: 64 MiB, 64 levels, 4 million values. */
extern const struct json_limits json_file_limits;

/* A value that json_parse_partly need not build: the member `name` of objects that are themselves
 * the member `parent` of another. */
struct json_passed_over {
	const char *parent;
	const char *name;
};
