/* How a link that this program has made is known again: by two tags on the link of a zone, two
 * entries in the metadata of a ruleset's.
 *
 * One is the uid of the object that it was made for. The other is the resourceGuid of the VNet that
 * it led to then: the id of a VNet that is deleted and made again stays the same, but its links
 * lead nowhere any more, and Azure shows them as if nothing had happened. Keys have no "/", which
 * Azure does not allow. A link without marks (Kyma's, or one made by hand) works as well, but
 * nobody can see whether it is stale.
 */
#pragma once

#include "cloud/azure_dns.h"

#define AZURE_LINK_UID     "peerwarden.io_uid"
#define AZURE_LINK_NETWORK "peerwarden.io_vnet"

bool azure_link_mark_is_of(const struct azure_link *link, const char *uid);
/* Made by this program, for whatever object. */
bool azure_link_mark_is_there(const struct azure_link *link);
/* It was made for a VNet that is not there any more, though one with its id is; `guid` is of that
 * one, "" where it is not known. */
bool azure_link_mark_is_stale(const struct azure_link *link, const char *guid);

/* What is there, with both marks; without a guid, the uid alone. */
struct azure_tags azure_link_mark_set(
	struct arena *arena, const struct azure_tags *there, const char *uid, const char *guid);
