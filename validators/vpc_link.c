#include "validators/vpc_link.h"

const struct claim *
vpc_link_of(const struct declaration *vpc, const struct address *address)
{
	for (int i = 0; i < vpc->link_count; i++)
		if (prefix_contains(&vpc->links[i].prefix, address))
			return &vpc->links[i];
	return NULL;
}
