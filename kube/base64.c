#include "kube/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The next character that counts; '\0' at the end. */
static char
next(const char **text)
{
	while (**text == '\r' || **text == '\n')
		(*text)++;
	return **text ? *(*text)++ : '\0';
}

/* Four characters stand for three bytes, or for one or two with '=' for what is missing. */
static bool
decode_group(const char group[4], struct buffer *bytes, bool *last)
{
	uint32_t bits = 0;
	size_t count = 0;
	unsigned char decoded[3];

	for (; count < 4 && group[count] != '='; count++) {
		const char *found = group[count] ? strchr(alphabet, group[count]) : NULL;

		if (!found)
			return false;
		bits |= (uint32_t)(found - alphabet) << (18 - 6 * count);
	}
	if (count < 2 || (count == 2 && group[3] != '='))
		return false;
	for (int i = 0; i < 3; i++)
		decoded[i] = (unsigned char)(bits >> (16 - 8 * i));
	*last = count < 4;
	return buffer_append(bytes, decoded, count - 1);
}

bool
base64_decode(const char *text, struct buffer *bytes)
{
	bool last = false;
	char group[4];

	while ((group[0] = next(&text))) {
		for (int i = 1; i < 4; i++)
			group[i] = next(&text);
		if (last || !decode_group(group, bytes, &last))
			return false;
	}
	return true;
}

bool
base64_encode(const void *bytes, size_t length, struct buffer *text)
{
	const unsigned char *from = bytes;

	for (size_t i = 0; i < length; i += 3) {
		size_t count = length - i < 3 ? length - i : 3;
		uint32_t bits = (uint32_t)from[i] << 16;
		char group[4] = {0, 0, '=', '='};

		if (count > 1)
			bits |= (uint32_t)from[i + 1] << 8;
		if (count > 2)
			bits |= from[i + 2];
		for (size_t j = 0; j <= count; j++)
			group[j] = alphabet[bits >> (18 - 6 * j) & 63];
		if (!buffer_append(text, group, sizeof group))
			return false;
	}
	return true;
}
