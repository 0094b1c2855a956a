#include "kinds/canonical.h"

#include <string.h>

#include "base/text.h"
#include "kinds/address_list.h"
#include "kinds/read.h"

static const char *
trimmed(struct arena *arena, const char *text)
{
	size_t length;
	const char *start = text_trim(text, &length);

	return length == strlen(text) ? text : arena_text_part(arena, start, length);
}

static const char *
one_link(struct arena *arena, const char *text)
{
	char canonical[PREFIX_TEXT_SIZE];
	struct prefix prefix;
	const char *reason;

	if (!prefix_parse(text, &prefix, &reason) || address_is_mapped(&prefix.address))
		return NULL;
	return arena_text(arena, prefix_format(&prefix, canonical));
}

static const char *
one_network(struct arena *arena, const char *text)
{
	char canonical[PREFIX_TEXT_SIZE];
	struct prefix prefix;
	const char *reason;

	if (!prefix_parse(text, &prefix, &reason) || address_is_mapped(&prefix.address))
		return NULL;
	prefix = prefix_network(&prefix);
	return arena_text(arena, prefix_format(&prefix, canonical));
}

const char *
canonical_address(struct arena *arena, const char *text)
{
	char canonical[PREFIX_TEXT_SIZE];
	struct address address;
	const char *reason;

	if (!address_parse(text, &address, &reason) || address_is_mapped(&address))
		return NULL;
	return arena_text(arena, address_format(&address, canonical));
}

const char *
canonical_destination(struct arena *arena, const char *text)
{
	return strchr(text, '/') ? one_network(arena, text) : canonical_address(arena, text);
}

static const char *
each_part(struct arena *arena, const char *text, canonical_form *form)
{
	const char *rest = text;
	const char *result = NULL;
	size_t parts = 0;

	for (const char *part; (part = address_list_next(arena, &rest)); parts++) {
		const char *canonical = form(arena, trimmed(arena, part));

		if (!canonical || parts == ADDRESS_LIST_PARTS)
			return NULL;
		result = result ? arena_printf(arena, "%s,%s", result, canonical) : canonical;
	}
	return result;
}

const char *
canonical_links(struct arena *arena, const char *text)
{
	return each_part(arena, text, one_link);
}

const char *
canonical_networks(struct arena *arena, const char *text)
{
	return each_part(arena, text, one_network);
}

const char *
canonical_addresses(struct arena *arena, const char *text)
{
	return each_part(arena, text, canonical_address);
}

void
canonical_member(struct arena *arena, struct changes *changes, const struct json *parent,
	struct field field, canonical_form *form)
{
	const char *before = json_text(read_member(parent, field));
	const char *after = before ? form(arena, trimmed(arena, before)) : NULL;

	if (after && strcmp(before, after) != 0)
		changes_add(arena, changes, field, before, after);
}

static const char *
in_lower_case(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);

	for (char *c = copy; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return copy;
}

void
canonical_id(struct arena *arena, struct changes *changes, const struct json *parent,
	struct field field, const struct id_form *form)
{
	const char *before = json_text(read_member(parent, field));
	const char *after;

	if (!before || form->legal(before))
		return;
	after = trimmed(arena, before);
	if (form->lower_case)
		after = in_lower_case(arena, after);
	if (form->legal(after))
		changes_add(arena, changes, field, before, after);
}
