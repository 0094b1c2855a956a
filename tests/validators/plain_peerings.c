/* The plain checker: who peers with whom, and what is known of the other side. */
#include <string.h>
#include <strings.h>

#include "tests/validators/plain_world.h"

static const struct field entries = {"spec.vpcPeerings", 0};

static const struct shoot *
shoot_of(const struct plain_world *world)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->all[i]->shoot)
			return world->all[i]->shoot;
	return NULL;
}

/* --- self-peering: a domain peers with itself ---
 * Gardener names the shoot's network, and in Azure its group, shoot--<project>--<shoot>. */

static bool
is_self(const struct plain_world *world, const struct peering *peering)
{
	const struct shoot *shoot = shoot_of(world);
	const char *name, *group;

	if (same(peering->from, peering->to))
		return true;
	if (!shoot || !peering->remote)
		return false;
	name = arena_printf(world->arena, "shoot--%s--%s", shoot->project, shoot->name);
	if (peering->remote->provider == PROVIDER_GCP)
		return same(peering->remote->id, name);
	group = arena_printf(world->arena,
		"/resourceGroups/%s/providers/Microsoft.Network/virtualNetworks/%s", name, name);
	return peering->remote->provider == PROVIDER_AZURE && strstr(peering->remote->id, group);
}

/* --- duplicate-peering: more than one between the same two domains from one side --- */

/* The entry to the same VPC further up; -1 when there is none. */
static int
first_entry(const struct plain_world *world, int index)
{
	const struct peering *peerings = world->subject->peerings;

	for (int i = 0; i < index; i++)
		if (same(peerings[i].to, peerings[index].to))
			return i;
	return -1;
}

static struct plain_finding *
refuse(struct plain_world *world, int index, const char *rule, const struct declaration *other)
{
	const struct peering *peering = &world->subject->peerings[index];
	struct plain_finding *finding =
		plain_add(world, rule, ACTION_DENY, peering->field, peering->target);

	if (other)
		plain_against(finding, other);
	plain_stands_on(finding, PLAIN_PEERING, index);
	world->refused[index] = true;
	return finding;
}

/* Requests to a cloud are an object each. */
static void
check_other_requests(struct plain_world *world, int index)
{
	const struct peering *mine = &world->subject->peerings[index];

	for (size_t i = 0; i < world->count; i++)
		for (int k = 0; k < world->all[i]->peering_count; k++)
			if (world->all[i] != world->subject && mine->remote &&
				same(world->all[i]->peerings[k].from, mine->from) &&
				same(world->all[i]->peerings[k].to, mine->to))
				refuse(world, index, "duplicate-peering", world->all[i]);
}

/* In a cluster of Kube-OVN, the Vpc is its side's only object. */
void
plain_check_peerings(struct plain_world *world)
{
	for (int i = 0; i < world->subject->peering_count; i++) {
		const struct peering *peering = &world->subject->peerings[i];

		if (is_self(world, peering))
			refuse(world, i, "self-peering", NULL);
		else if (!peering->remote && (plain_is_default(world, peering->from) ||
						     plain_is_default(world, peering->to)))
			refuse(world, i, "default-vpc", NULL);
		else if (first_entry(world, i) >= 0)
			plain_stands_on(refuse(world, i, "duplicate-peering", NULL), PLAIN_PEERING,
				first_entry(world, i));
		else
			check_other_requests(world, i);
	}
}

/* --- unknown-remote and missing-shoot-tag --- */

static bool
carries_tag(const struct declaration *target, enum provider cloud, const char *shoot)
{
	for (int i = 0; i < target->tag_count; i++) {
		const char *key = target->tags[i].key;
		const char *slash = cloud == PROVIDER_GCP ? strrchr(key, '/') : NULL;

		if (same(slash ? slash + 1 : key, shoot))
			return true;
	}
	return false;
}

/* The tag is denied if known missing, and warned of if not verified. Of a target that is not known
 * at all, unknown-remote says enough. Returns the finding, or NULL. */
static struct plain_finding *
check_tag(struct plain_world *world, const struct declaration *target, const struct remote *remote,
	struct field field, const char *value)
{
	const struct shoot *shoot = shoot_of(world);
	struct plain_finding *finding;

	if (!shoot || !target ||
		(target->tags_known && carries_tag(target, remote->provider, shoot->name)))
		return NULL;
	finding = plain_add(world, "missing-shoot-tag",
		target->tags_known ? ACTION_DENY : ACTION_WARN, field, value);
	plain_against(finding, target);
	return finding;
}

static void
check_remote(struct plain_world *world, const struct peering *peering)
{
	const struct declaration *far = plain_definition(world, peering->to);
	struct plain_finding *finding;

	if (peering->remote)
		finding = check_tag(world, far, peering->remote, peering->field, peering->target);
	else
		finding = NULL;
	if (finding)
		plain_stands_on_peering(world, finding, peering);
	if (far && (!peering->remote || far->addresses_known))
		return;
	finding = plain_add(world, "unknown-remote", ACTION_WARN, peering->field, peering->target);
	plain_stands_on_peering(world, finding, peering);
	if (far)
		plain_against(finding, far);
}

static void
check_zone(struct plain_world *world, const struct dns_link *link)
{
	const struct declaration *zone = plain_definition(world, link->zone);

	struct plain_finding *finding =
		check_tag(world, zone, link->remote, link->field, link->remote->id);

	if (!zone)
		finding = plain_add(
			world, "unknown-remote", ACTION_WARN, link->field, link->remote->id);
	if (finding)
		plain_stands_on_dns_link(world, finding, link);
}

/* --- dns-zone-conflict: one network linked twice to a zone, or to two zones of one name; a second
 * ruleset. One link name in one zone is one link: duplicate-peering. --- */

static bool
is_ruleset(const struct dns_link *link)
{
	return strstr(link->zone, "/dnsforwardingrulesets/");
}

static void
check_other_link(struct plain_world *world, const struct dns_link *link,
	const struct dns_link *theirs, const struct declaration *other)
{
	bool is_same_zone = same(link->zone, theirs->zone);
	bool is_same_name = same(strrchr(link->zone, '/'), strrchr(theirs->zone, '/'));
	struct plain_finding *finding = NULL;

	if (is_same_zone && same(link->name, theirs->name))
		finding = plain_add(
			world, "duplicate-peering", ACTION_DENY, link->name_field, link->name);
	else if (is_ruleset(link) == is_ruleset(theirs) && (is_ruleset(link) || is_same_name))
		finding = plain_add(
			world, "dns-zone-conflict", ACTION_DENY, link->field, link->remote->id);
	if (!finding)
		return;
	plain_against(finding, other);
	plain_stands_on_dns_link(world, finding, link);
}

static void
check_other_links(struct plain_world *world, const struct dns_link *link)
{
	for (size_t i = 0; i < world->count; i++)
		for (int k = 0; k < world->all[i]->dns_link_count; k++)
			if (world->all[i] != world->subject)
				check_other_link(
					world, link, &world->all[i]->dns_links[k], world->all[i]);
}

/* --- remote-gateway: more than one AzureVpcPeering uses remote gateways --- */

static void
check_gateway(struct plain_world *world, const struct peering *mine)
{
	static const struct field field = {"spec.useRemoteGateway", 0};

	for (size_t i = 0; i < world->peering_count; i++) {
		const struct plain_peering *other = &world->peerings[i];
		struct plain_finding *finding;

		if (other->owner == world->subject || !mine->uses_remote_gateway ||
			!other->peering->uses_remote_gateway ||
			!same(other->peering->from, mine->from))
			continue;
		finding = plain_add(world, "remote-gateway", ACTION_DENY, field, "true");
		plain_against(finding, other->owner);
		plain_stands_on_peering(world, finding, mine);
	}
}

/* --- external-router: the VPC is owned by another router --- */

static void
check_external(struct plain_world *world, const struct plain_peering *peering)
{
	static const struct field label = {"metadata.labels[ovn.kubernetes.io/vpc_external]", 0};
	const struct declaration *ends[] = {plain_definition(world, peering->peering->from),
		plain_definition(world, peering->peering->to)};

	for (int i = 0; i < 2; i++) {
		struct plain_finding *finding;

		if (!ends[i] || !ends[i]->foreign_router)
			continue;
		if (peering->owner == world->subject) {
			finding = plain_add(world, "external-router", ACTION_WARN,
				peering->peering->field, peering->peering->target);
			plain_against(finding, ends[i]);
			plain_stands_on_peering(world, finding, peering->peering);
		} else if (ends[i] == world->subject) {
			plain_against(
				plain_add(world, "external-router", ACTION_WARN, label, "true"),
				peering->owner);
		}
	}
}

/* --- one-sided-peering: the remote VPC does not peer back, and is no other router's --- */

static void
check_back(struct plain_world *world, const struct plain_peering *other)
{
	const struct peering *peering = other->peering;

	if (other->owner == world->subject || !same(peering->to, world->subject->home) ||
		plain_is_default(world, peering->from) || plain_is_default(world, peering->to) ||
		other->owner->foreign_router || world->subject->foreign_router)
		return;
	for (int i = 0; i < world->subject->peering_count; i++)
		if (same(world->subject->peerings[i].to, peering->from))
			return;
	plain_against(
		plain_add(world, "one-sided-peering", ACTION_WARN, entries, ""), other->owner);
}

static void
check_forth(struct plain_world *world, const struct peering *peering)
{
	const struct declaration *far = plain_definition(world, peering->to);
	struct plain_finding *finding;

	if (!far || far->foreign_router || world->subject->foreign_router ||
		plain_peering_between(world, peering->to, peering->from).peering)
		return;
	finding =
		plain_add(world, "one-sided-peering", ACTION_WARN, peering->field, peering->target);
	plain_against(finding, far);
	plain_stands_on_peering(world, finding, peering);
}

void
plain_check_remotes(struct plain_world *world)
{
	for (size_t i = 0; i < world->peering_count; i++) {
		const struct plain_peering *peering = &world->peerings[i];

		if (peering->owner == world->subject) {
			check_remote(world, peering->peering);
			check_gateway(world, peering->peering);
		}
		if (world->subject->object.kind != KIND_VPC)
			continue;
		if (peering->owner == world->subject)
			check_forth(world, peering->peering);
		check_back(world, peering);
		check_external(world, peering);
	}
	for (int i = 0; i < world->subject->dns_link_count; i++)
		check_zone(world, &world->subject->dns_links[i]);
	for (int i = 0; i < world->subject->dns_link_count; i++)
		check_other_links(world, &world->subject->dns_links[i]);
}
