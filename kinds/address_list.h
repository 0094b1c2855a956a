/* Fields that hold addresses or prefixes with commas between them: "10.0.0.0/16,fd00::/64". */
#pragma once

#include "kinds/draft.h"

/* Fields in use hold one or two; a part beyond these is a flaw. */
enum { ADDRESS_LIST_PARTS = 8 };

struct address_list_prefixes {
	struct prefix items[ADDRESS_LIST_PARTS]; /* as written, with their host bits */
	size_t count;
	size_t parts; /* written, good or not */
};

/* What a prefix is for decides which ones are usable. */
enum address_list_use {
	ADDRESS_LIST_LINK,    /* an own address with the length of its link network */
	ADDRESS_LIST_NETWORK, /* a network of hosts: also not link-local, nor around any such range
			       */
};

/* The good parts; each bad one is noted as a flaw of `field`. A text without parts has one empty
 * part. */
struct address_list_prefixes address_list_read_prefixes(
	const struct draft *draft, const char *text, struct field field, enum address_list_use use);

struct address_list_addresses {
	struct address items[ADDRESS_LIST_PARTS];
	size_t count;
};
struct address_list_addresses address_list_read_addresses(
	const struct draft *draft, const char *text, struct field field);

/* Takes the next part from *rest, without the comma, as a copy, or the text itself when it is the
 * only part. NULL after the last. Start with *rest = the text. */
const char *address_list_next(struct arena *arena, const char **rest);
