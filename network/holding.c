#include <stdlib.h>

#include "base/memory.h"
#include "network/domain.h"

static void
place_claims(struct holding *holding)
{
	const struct declaration *d = holding->declaration;
	struct occupant *occupant = holding->occupants;

	for (int i = 0; i < d->claim_count; i++)
		*occupant++ = (struct occupant){d, &d->claims[i]};
	for (int i = 0; i < d->link_count; i++)
		*occupant++ = (struct occupant){d, &d->links[i]};
}

/* Something that is no VPC and diverts packets at the router of one. */
static bool
diverts_elsewhere(const struct declaration *d)
{
	return d->diversion_count > 0 && !d->defines_home;
}

/* How many of its peerings use the gateway at the other end. */
static size_t
count_gateway_users(const struct declaration *d)
{
	size_t count = 0;

	for (int i = 0; i < d->peering_count; i++)
		count += d->peerings[i].uses_remote_gateway;
	return count;
}

/* NULL unless it describes a zone or a ruleset. */
static const char *
rivalry(const struct declaration *d)
{
	return d->defines_home ? domain_rivalry(d->home) : NULL;
}

static size_t
count_members(const struct declaration *d)
{
	return (size_t)d->attachment_count + 2 * (size_t)d->dns_link_count + d->defines_home +
	       (rivalry(d) != NULL) + diverts_elsewhere(d) + count_gateway_users(d) +
	       d->private_subnet;
}

static struct member *
place_member(struct holding *holding, struct member *place, enum membership membership,
	const char *domain)
{
	*place = (struct member){.holding = holding, .key = domain, .membership = membership};
	return place + 1;
}

static void
place_members(struct holding *holding)
{
	const struct declaration *d = holding->declaration;
	struct member *place = holding->members;

	for (int i = 0; i < d->attachment_count; i++)
		place = place_member(holding, place, MEMBER_ATTACHED, d->attachments[i].segment);
	for (int i = 0; i < d->dns_link_count; i++) {
		place = place_member(holding, place, MEMBER_DNS_LINK, d->dns_links[i].zone);
		place = place_member(
			holding, place, MEMBER_EXCLUSIVE_LINK, d->dns_links[i].exclusive);
	}
	for (int i = 0; i < d->peering_count; i++)
		if (d->peerings[i].uses_remote_gateway)
			place = place_member(
				holding, place, MEMBER_GATEWAY_USER, d->peerings[i].from);
	if (diverts_elsewhere(d))
		place = place_member(holding, place, MEMBER_DIVERTING, d->home);
	if (d->private_subnet)
		place = place_member(holding, place, MEMBER_PRIVATE, d->home);
	if (rivalry(d))
		place = place_member(holding, place, MEMBER_RIVAL, rivalry(d));
	if (d->defines_home)
		place_member(holding, place, MEMBER_DEFINITION, d->home);
}

void
holding_init(struct holding *holding, const struct declaration *declaration)
{
	struct declaration *d = declaration_copy(declaration);
	size_t claims = ((size_t)d->claim_count + (size_t)d->link_count) * sizeof(struct occupant);
	size_t peerings = (size_t)d->peering_count * sizeof(struct peering_place);
	char *block;

	holding->declaration = d;
	holding->member_count = count_members(d);
	block = memory_alloc(claims + peerings + holding->member_count * sizeof(struct member));
	holding->occupants = (struct occupant *)block;
	holding->peerings = (struct peering_place *)(block + claims);
	holding->members = (struct member *)(block + claims + peerings);
	place_claims(holding);
	for (int i = 0; i < d->peering_count; i++)
		holding->peerings[i].item = (struct declared_peering){d, &d->peerings[i]};
	place_members(holding);
}

void
holding_dispose(struct holding *holding)
{
	free(holding->declaration);
	free(holding->occupants);
}
