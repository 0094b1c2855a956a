/* What is accepted comes out as canonical text that reads back as the same prefix. */
#include <stdlib.h>
#include <string.h>

#include "network/prefix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char input[256], text[PREFIX_TEXT_SIZE], again_text[PREFIX_TEXT_SIZE];
	struct prefix prefix, again;
	const char *reason = NULL;

	if (size >= sizeof input)
		return 0;
	memcpy(input, data, size);
	input[size] = '\0';
	if (!prefix_parse(input, &prefix, &reason)) {
		if (!reason || !*reason)
			abort();
		return 0;
	}
	prefix_format(&prefix, text);
	if (!prefix_parse(text, &again, &reason) || again.length != prefix.length ||
		!address_equal(&again.address, &prefix.address))
		abort();
	if (strcmp(prefix_format(&again, again_text), text) != 0)
		abort();
	return 0;
}
