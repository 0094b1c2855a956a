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

static void
place_members(struct holding *holding)
{
	const struct declaration *d = holding->declaration;

	for (size_t i = 0; i < holding->member_count; i++) {
		struct member *member = &holding->members[i];

		member->holding = holding;
		if (i < (size_t)d->attachment_count)
			member->membership = MEMBER_ATTACHED;
		else if (i < (size_t)d->attachment_count + (size_t)d->dns_link_count)
			member->membership = MEMBER_DNS_LINK;
		else
			member->membership = MEMBER_DEFINITION;
	}
}

void
holding_init(struct holding *holding, const struct declaration *declaration)
{
	struct declaration *d = declaration_copy(declaration);
	size_t claims = ((size_t)d->claim_count + (size_t)d->link_count) * sizeof(struct occupant);
	size_t peerings = (size_t)d->peering_count * sizeof(struct peering_place);
	char *block;

	holding->declaration = d;
	holding->member_count =
		(size_t)d->attachment_count + (size_t)d->dns_link_count + d->defines_home;
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
