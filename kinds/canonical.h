/* Canonical text of members: blanks around ids and addresses go, addresses take the form of RFC
 * 5952 and RFC 4632. What does not parse is left as it is, for the rules to refuse. */
#pragma once

#include "format/json.h"
#include "kinds/id_form.h"
#include "kinds/kind.h"

/* The canonical text of a text without blanks at its ends, or NULL when it does not parse. */
typedef const char *canonical_form(struct arena *arena, const char *text);

canonical_form canonical_links;       /* a list of prefixes that keep their host bits: "FD69::1/126,
					 169.254.0.1/030" */
canonical_form canonical_networks;    /* a list of prefixes, host bits zero */
canonical_form canonical_addresses;   /* a list of addresses */
canonical_form canonical_address;     /* one address */
canonical_form canonical_destination; /* one prefix, host bits zero, or one address */

/* Lists the change to the member that `field` names (see read.h), if there is one. */
void canonical_member(struct arena *arena, struct changes *changes, const struct json *parent,
	struct field field, canonical_form *form);
void canonical_id(struct arena *arena, struct changes *changes, const struct json *parent,
	struct field field, const struct id_form *form);
