#include "kinds/domain_key.h"

#include <stddef.h>
#include <string.h>

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

/* Without the cost of a format: these two are made for every Subnet. */
static const char *
join(struct arena *arena, const char *type, const char *name)
{
	size_t first = strlen(type), second = strlen(name);
	char *key = arena_alloc(arena, first + second + 1);

	memcpy(key, type, first);
	memcpy(key + first, name, second);
	return key;
}

const char *
domain_key_of_vpc(struct arena *arena, const char *name)
{
	return join(arena, "vpc/", name && *name ? name : DEFAULT_VPC);
}

const char *
domain_key_of_segment(struct arena *arena, const char *subnet)
{
	return join(arena, "segment/", subnet);
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
