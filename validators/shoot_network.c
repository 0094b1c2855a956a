#include "validators/shoot_network.h"

#include <string.h>

#include "base/text.h"

const char *
shoot_network_name(struct case_ *c)
{
	const struct shoot *shoot = inventory_shoot(c->inventory);

	if (!shoot || text_is_blank(shoot->name) || text_is_blank(shoot->project))
		return NULL;
	return arena_printf(c->arena, "shoot--%s--%s", shoot->project, shoot->name);
}

bool
shoot_network_is(struct case_ *c, enum provider provider, const char *id)
{
	const char *name = shoot_network_name(c);
	const char *slash = strrchr(id, '/');
	const char *last = slash ? slash + 1 : id;

	if (!name)
		return false;
	if (provider == PROVIDER_GCP)
		return text_equal(last, name);
	return provider == PROVIDER_AZURE && text_equal_ignoring_case(last, name) &&
	       strcasestr(id, arena_printf(c->arena, "/resourceGroups/%s/", name));
}
