#include "kinds/domain_key.h"

#include <stddef.h>

/* All but GCP's names, which are lower case by their rule, are compared without case by their
 * clouds. */
static const char *
lower_case(char *text)
{
	for (char *c = text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return text;
}

const char *
domain_key_of_vpc(struct arena *arena, const char *name)
{
	return arena_printf(arena, "vpc/%s", name && *name ? name : DEFAULT_VPC);
}

const char *
domain_key_of_segment(struct arena *arena, const char *subnet)
{
	return arena_printf(arena, "segment/%s", subnet);
}

const char *
domain_key_of_network(struct arena *arena, const struct remote *remote)
{
	switch (remote->provider) {
	case PROVIDER_AWS:
		return lower_case(arena_printf(
			arena, "aws/%s/%s/%s", remote->account, remote->region, remote->id));
	case PROVIDER_GCP:
		return arena_printf(arena, "gcp/%s/%s", remote->account, remote->id);
	default:
		return lower_case(arena_printf(arena, "azure%s", remote->id));
	}
}

const char *
domain_key_of_zone(struct arena *arena, const char *id)
{
	return lower_case(arena_printf(arena, "zone%s", id));
}
