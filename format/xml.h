/* XML as the query APIs of clouds answer it: a tree of elements, by expat.
 *
 * Follows XML 1.0 (W3C) as far as those answers need it. Names come without their namespace and its
 * prefix; attributes, comments and processing instructions are passed over. A document type
 * declaration is refused, so nothing is ever expanded or fetched.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct xml {
	const char *name;
	const char *text; /* of an element without children: all of it, without the white space
			     around it; "" otherwise */
	const struct xml *first; /* child */
	const struct xml *next;  /* sibling */
};

enum { XML_DEPTH = 32, XML_BYTES = 16 << 20 };

/* The root element, in the arena. ERROR_INVALID for what is not well-formed, not UTF-8, deeper than
 * XML_DEPTH, or has a document type; ERROR_EXHAUSTED when the arena is full or the text longer than
 * XML_BYTES. While it runs, expat holds memory of its own, within a few times the text's length. */
const struct xml *xml_parse(
	struct arena *arena, const char *text, size_t length, struct error *error);

/* The element at a path of names below `element`, the first of each name: "vpcSet/item". NULL when
 * there is none, or no element. */
const struct xml *xml_find(const struct xml *element, const char *path);
/* The text there; "" when there is none. */
const char *xml_text(const struct xml *element, const char *path);
/* The next sibling of that same name, or NULL. NULL for no element, too. */
const struct xml *xml_next(const struct xml *element);
