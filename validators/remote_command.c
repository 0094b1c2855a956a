#include "validators/remote_command.h"

#include <string.h>

#include "network/arm_id.h"

/* Nothing of it means something to a shell, or looks like an option. */
static bool
is_plain(const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789._-";

	return *name && *name != '-' && name[strspn(name, plain)] == '\0';
}

const char *
remote_command_delete(struct case_ *c, const struct remote *remote, const char *name)
{
	static const char *const commands[ARM_TYPES] = {
		[ARM_VNET] = "network vnet peering",
		[ARM_ZONE] = "network private-dns link vnet",
		[ARM_RULESET] = "dns-resolver vnet-link",
	};
	struct arm_id id;

	if (!is_plain(name))
		return NULL;
	if (remote->provider == PROVIDER_GCP)
		return arena_printf(c->arena,
			"gcloud compute networks peerings delete %s --network=%s --project=%s",
			name, remote->id, remote->account);
	if (remote->provider != PROVIDER_AZURE || !arm_id_parse(c->arena, remote->id, &id))
		return NULL;
	return arena_printf(c->arena, "az %s delete --ids %s/%s/%s", commands[id.type], remote->id,
		arm_id_child_segment(id.type), name);
}

const char *
remote_command_list_links(struct case_ *c, const struct remote *remote)
{
	struct arm_id id;

	if (remote->provider != PROVIDER_AZURE || !arm_id_parse(c->arena, remote->id, &id) ||
		id.type == ARM_VNET)
		return NULL;
	return arena_printf(c->arena, "az %s list --subscription %s --resource-group %s --%s %s",
		id.type == ARM_ZONE ? "network private-dns link vnet" : "dns-resolver vnet-link",
		id.subscription, id.group, id.type == ARM_ZONE ? "zone-name" : "ruleset-name",
		id.name);
}
