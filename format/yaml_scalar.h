/* What a YAML scalar stands for, as go-yaml v2 resolves it (YAML 1.1 with Go's own exceptions).
 *
 * Base-60 numbers are text. A number that does not fit 64 bits is a float; one that does not fit a
 * float is text. Dates and !!binary stay the text they are.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

enum yaml_scalar_type {
	YAML_SCALAR_TEXT,
	YAML_SCALAR_NULL,
	YAML_SCALAR_BOOLEAN,
	YAML_SCALAR_NUMBER
};

struct yaml_scalar {
	enum yaml_scalar_type type;
	bool boolean;
	double number;
	char number_text[40]; /* as Go writes the number in JSON */
};

/* `tag` is the full tag or NULL; `plain` says that the scalar stood without quotes.
 * ERROR_INVALID when the text does not fit its tag, or is a float that JSON cannot hold (.inf,
 * .nan). */
bool yaml_scalar_resolve(const char *text, const char *tag, bool plain, struct yaml_scalar *scalar,
	struct error *error);
