/* Where one entry of a webhook configuration leads: by its clientConfig, a service or a URL. */
#pragma once

#include "base/arena.h"
#include "format/json.h"

const char *registration_entry_path(const struct json *entry); /* "/validate"; "" for none; lent */

/* "NAME:443", "[::1]:443" or either without the port: the name or address alone. */
const char *registration_entry_bare_host(struct arena *arena, const char *authority);

/* The host that the API server expects in the certificate: "<service>.<namespace>.svc", or that of
 * the URL, of an IPv6 address without its brackets. */
const char *registration_entry_host(struct arena *arena, const struct json *entry);
