#include "validators/shoot_network.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

const char *
shoot_network_name(struct case_ *c)
{
	const struct shoot *shoot = inventory_shoot(c->inventory);

	if (!shoot || text_is_blank(shoot->name) || text_is_blank(shoot->project))
		return NULL;
	return arena_printf(c->arena, "shoot--%s--%s", shoot->project, shoot->name);
}

/* Gardener gives the resource group the same name. */
static bool
stands_in_group(const char *id, const char *name)
{
	static const char word[] = "/resourceGroups/";
	const char *group = strcasestr(id, word);
	size_t length = strlen(name);

	if (!group)
		return false;
	group += strlen(word);
	return strncasecmp(group, name, length) == 0 && group[length] == '/';
}

static bool
is_named(enum provider provider, const char *id, const char *name)
{
	const char *slash = strrchr(id, '/');
	const char *last = slash ? slash + 1 : id;

	if (provider == PROVIDER_GCP)
		return text_equal(last, name);
	return provider == PROVIDER_AZURE && text_equal_ignoring_case(last, name) &&
	       stands_in_group(id, name);
}

bool
shoot_network_is(struct case_ *c, enum provider provider, const char *id)
{
	const char *name = shoot_network_name(c);

	return name && is_named(provider, id, name);
}

const struct taken_name *
shoot_network_taken(struct case_ *c, const struct declaration *remote)
{
	const char *name = shoot_network_name(c);

	if (!name || !remote->remote)
		return NULL;
	case_spend(c, (size_t)remote->taken_name_count);
	for (int i = 0; i < remote->taken_name_count; i++)
		if (is_named(remote->remote->provider, remote->taken_names[i].target, name))
			return &remote->taken_names[i];
	return NULL;
}
