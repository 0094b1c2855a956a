#include "cloud/azure_link_words.h"

#include <string.h>

#include "base/text.h"

#define PLAIN "A-Za-z0-9/._-"

static const char *
word(struct arena *arena, const char *text)
{
	if (text_only_has(text, PLAIN))
		return text;
	return strchr(text, '\'') ? "<id>" : arena_printf(arena, "'%s'", text);
}

const char *
azure_link_words_target(struct arena *arena, const struct arm_id *target)
{
	return arena_printf(arena, "%s %s",
		target->type == ARM_ZONE ? "private DNS zone" : "resolver ruleset", target->name);
}

const char *
azure_link_words_command(
	struct arena *arena, const struct arm_id *target, const char *verb, const char *id)
{
	return arena_printf(arena, "az %s %s --ids %s",
		target->type == ARM_ZONE ? "network private-dns link vnet"
					 : "dns-resolver vnet-link",
		verb, word(arena, id));
}

const char *
azure_link_words_list(struct arena *arena, const struct arm_id *target)
{
	return arena_printf(arena, "az %s %s --resource-group %s --subscription %s",
		target->type == ARM_ZONE ? "network private-dns link vnet list --zone-name"
					 : "dns-resolver vnet-link list --ruleset-name",
		word(arena, target->name), word(arena, target->group), target->subscription);
}

const char *
azure_link_words_others(struct arena *arena, const struct arm_id *target)
{
	return arena_printf(arena, "az %s list --output table --subscription %s",
		target->type == ARM_ZONE ? "network private-dns zone"
					 : "dns-resolver forwarding-ruleset",
		target->subscription);
}

const char *
azure_link_words_tag(struct arena *arena, const char *id, const char *tag)
{
	return arena_printf(arena, "az tag update --operation Merge --resource-id %s --tags %s",
		word(arena, id), word(arena, arena_printf(arena, "%s=", tag)));
}

/* --- conflicts --- */

static const char *
ruleset_hint(struct arena *arena, const char *own)
{
	struct arm_id network;

	if (!arm_id_parse(arena, own, &network))
		return "a VNet is linked to one ruleset at most";
	return arena_printf(arena,
		"a VNet is linked to one ruleset at most: find it (az dns-resolver "
		"forwarding-ruleset list-by-virtual-network --virtual-network-name %s "
		"--resource-group %s --subscription %s), and delete its link if nobody needs it "
		"(az dns-resolver vnet-link delete --ids <id>), or delete this object",
		word(arena, network.name), word(arena, network.group), network.subscription);
}

static const char *
zone_hint(struct arena *arena, const char *own)
{
	return arena_printf(arena,
		"a VNet is linked to one zone of a name at most: find its links (az graph query "
		"-q \"resources | where type =~ "
		"'microsoft.network/privatednszones/virtualnetworklinks' | where "
		"properties.virtualNetwork.id =~ '%s' | project id\"), and delete the one that "
		"nobody needs, or that is of a VNet deleted since (az network private-dns link "
		"vnet delete --ids <id>), or delete this object",
		text_only_has(own, PLAIN) ? own : "<id of the VNet>");
}

static bool
is_about_another_link(const struct cloud_fault *fault)
{
	if (text_equal_ignoring_case(fault->code, "Conflict"))
		return !strstr(fault->message, "in progress");
	return strstr(fault->message, "overlapping namespaces") ||
	       strstr(fault->message, "already linked") || strstr(fault->message, "already in use");
}

void
azure_link_words_explain(struct arena *arena, const struct arm_id *target, const char *own,
	struct cloud_fault *fault)
{
	if (!is_about_another_link(fault))
		return;
	fault->failure = CLOUD_WAIT_FOR_USER;
	fault->hint = target->type == ARM_ZONE ? zone_hint(arena, own) : ruleset_hint(arena, own);
}
