/* The plain checker: what a cloud shows of peerings and links at the remote side. name-taken; of
 * duplicate-peering a second name; of dns-zone-conflict links that no object stands for, and
 * rulesets of another region; of cidr-overlap the peers of a peer. */
#include <string.h>
#include <strings.h>

#include "tests/validators/plain_world.h"

static const struct shoot *
shoot_of(const struct plain_world *world)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->all[i]->shoot)
			return world->all[i]->shoot;
	return NULL;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), wanted = strlen(end);

	return length >= wanted && strcasecmp(text + length - wanted, end) == 0;
}

/* Is it the text that a cloud would write for this network? */
static bool
names(const struct plain_world *world, const struct remote *remote, const char *target)
{
	return remote->provider == PROVIDER_GCP
		       ? ends_in(target,
				 arena_printf(world->arena, "projects/%s/global/networks/%s",
					 remote->account, remote->id))
		       : strcasecmp(target, remote->id) == 0;
}

static bool
names_shoot(const struct plain_world *world, enum provider cloud, const char *target)
{
	const struct shoot *shoot = shoot_of(world);
	const char *name;

	if (!shoot)
		return false;
	name = arena_printf(world->arena, "shoot--%s--%s", shoot->project, shoot->name);
	return ends_in(target, cloud == PROVIDER_GCP
				       ? arena_printf(world->arena, "/global/networks/%s", name)
				       : arena_printf(world->arena,
						 "/resourceGroups/%s/providers/Microsoft.Network/"
						 "virtualNetworks/%s",
						 name, name));
}

/* The name under which the shoot's network is there; NULL when it is not. */
static const char *
name_of_shoot(const struct plain_world *world, const struct declaration *remote)
{
	for (int i = 0; remote && i < remote->taken_name_count; i++)
		if (names_shoot(world, remote->remote->provider, remote->taken_names[i].target))
			return remote->taken_names[i].name;
	return NULL;
}

/* --- name-taken --- */

static struct plain_finding *
check_name(struct plain_world *world, const struct declaration *remote, struct field field,
	const char *name)
{
	for (int i = 0; remote && i < remote->taken_name_count; i++) {
		const struct taken_name *taken = &remote->taken_names[i];
		struct plain_finding *finding;

		if (strcasecmp(taken->name, name) != 0 ||
			names_shoot(world, remote->remote->provider, taken->target))
			continue;
		finding = plain_add(world, "name-taken",
			shoot_of(world) ? ACTION_DENY : ACTION_WARN, field, name);
		plain_against(finding, remote);
		return finding;
	}
	return NULL;
}

/* --- duplicate-peering: a second name --- */

static void
check_second_name(struct plain_world *world, const struct peering *peering)
{
	static const struct field field = {"spec.remotePeeringName", 0};
	const struct declaration *far = plain_definition(world, peering->to);
	const char *name = name_of_shoot(world, far);
	struct plain_finding *finding;

	if (!name || strcasecmp(name, peering->name) == 0)
		return;
	finding = plain_add(world, "duplicate-peering", ACTION_WARN, field, peering->name);
	plain_against(finding, far);
	plain_stands_on_peering(world, finding, peering);
}

/* --- cidr-overlap: the peers of a peer --- */

static bool
shows(const struct plain_world *world, const struct declaration *one,
	const struct declaration *other)
{
	for (int i = 0; i < one->taken_name_count; i++)
		if (names(world, other->remote, one->taken_names[i].target))
			return true;
	return false;
}

static void
check_distant(struct plain_world *world, const struct peering *peering,
	const struct declaration *near, const struct declaration *far)
{
	for (int i = 0; i < far->claim_count; i++)
		for (size_t k = 0; k < world->claim_count; k++) {
			const struct plain_claim *own = &world->claims[k];
			struct plain_finding *finding;

			if (own->claim->role != CLAIM_NODES ||
				!prefix_overlaps(&far->claims[i].prefix, &own->claim->prefix))
				continue;
			finding = plain_add(world, "cidr-overlap",
				shows(world, far, near) ? ACTION_DENY : ACTION_WARN,
				(struct field){"", 0}, "");
			plain_against(finding, near);
			plain_against(finding, far);
			plain_against(finding, own->owner);
			plain_stands_on_peering(world, finding, peering);
		}
}

static void
check_peers_of_peer(struct plain_world *world, const struct peering *peering)
{
	const struct declaration *near = plain_definition(world, peering->to);

	for (size_t i = 0; near && i < world->count; i++) {
		const struct declaration *far = world->all[i];

		if (far->object.kind == KIND_REMOTE_NETWORK && !same(far->home, near->home) &&
			!plain_are_peered(world, peering->from, far->home) &&
			shows(world, near, far))
			check_distant(world, peering, near, far);
	}
}

/* --- dns-zone-conflict --- */

/* Can a network be linked to one of the two only? */
static bool
exclude_each_other(const char *one, const char *other)
{
	static const char ruleset[] = "/dnsforwardingrulesets/";

	if (strstr(one, ruleset) || strstr(other, ruleset))
		return strstr(one, ruleset) && strstr(other, ruleset);
	return same(strrchr(one, '/'), strrchr(other, '/'));
}

static bool
is_made(const struct plain_world *world, const struct dns_link *link)
{
	for (size_t i = 0; i < world->count; i++) {
		const struct declaration *zone = world->all[i];
		const char *name =
			zone->object.kind == KIND_REMOTE_ZONE ? name_of_shoot(world, zone) : NULL;

		if (name && same(zone->home, link->zone) && strcasecmp(name, link->name) == 0)
			return true;
	}
	return false;
}

static bool
is_linked_by_others(const struct plain_world *world, const char *zone)
{
	for (size_t i = 0; i < world->count; i++)
		for (int k = 0; k < world->all[i]->dns_link_count; k++)
			if (world->all[i] != world->subject &&
				same(world->all[i]->dns_links[k].zone, zone))
				return true;
	return false;
}

static void
check_shown_links(struct plain_world *world, const struct dns_link *link)
{
	for (size_t i = 0; i < world->count; i++) {
		const struct declaration *zone = world->all[i];
		struct plain_finding *finding;

		if (zone->object.kind != KIND_REMOTE_ZONE ||
			!exclude_each_other(zone->home, link->zone) ||
			!name_of_shoot(world, zone) || is_linked_by_others(world, zone->home))
			continue;
		finding = plain_add(
			world, "dns-zone-conflict", ACTION_DENY, link->field, link->remote->id);
		plain_against(finding, zone);
		plain_stands_on_dns_link(world, finding, link);
	}
}

static void
check_region(struct plain_world *world, const struct dns_link *link)
{
	const struct declaration *zone = plain_definition(world, link->zone);
	const struct shoot *shoot = shoot_of(world);
	struct plain_finding *finding;

	if (!zone || !shoot || !strstr(link->zone, "/dnsforwardingrulesets/") ||
		same(zone->remote->region, "") || same(shoot->region, "") ||
		same(zone->remote->region, shoot->region))
		return;
	finding = plain_add(world, "dns-zone-conflict", ACTION_DENY, link->field, link->remote->id);
	plain_against(finding, zone);
	plain_stands_on_dns_link(world, finding, link);
}

void
plain_check_shown(struct plain_world *world)
{
	struct plain_finding *finding;

	for (size_t i = 0; i < world->peering_count; i++) {
		const struct peering *peering = world->peerings[i].peering;

		if (world->peerings[i].owner != world->subject || !peering->remote)
			continue;
		check_second_name(world, peering);
		check_peers_of_peer(world, peering);
		finding = check_name(world, plain_definition(world, peering->to),
			(struct field){"spec.remotePeeringName", 0}, peering->name);
		if (finding)
			plain_stands_on_peering(world, finding, peering);
	}
	for (int i = 0; i < world->subject->dns_link_count; i++) {
		const struct dns_link *link = &world->subject->dns_links[i];

		finding = check_name(
			world, plain_definition(world, link->zone), link->name_field, link->name);
		if (finding)
			plain_stands_on_dns_link(world, finding, link);
		if (is_made(world, link))
			continue;
		check_shown_links(world, link);
		check_region(world, link);
	}
}
