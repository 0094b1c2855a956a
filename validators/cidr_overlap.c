/* cidr-overlap: where two networks that should reach each other hold the same addresses, traffic
 * never leaves for the other one, or only part of it does. That concerns one domain, two that are
 * peered in either direction, and two that are peered with one hub; in Google Cloud and Azure also
 * what the cloud shows as a peer of the remote network. */
#include "base/text.h"
#include "validators/case.h"
#include "validators/remote_command.h"
#include "validators/shown_network.h"

/* A hub and two of its spokes. */
struct spokes {
	const char *hub;
	const char *one;
	const char *other;
};

static const struct prefix *
common_part(const struct claim *a, const struct claim *b)
{
	return a->prefix.length > b->prefix.length ? &a->prefix : &b->prefix;
}

/* Does the route lead to this spoke? A next hop that is on no link at all is another rule's
 * business: only the destination counts then. */
static bool
leads_to(struct case_ *c, const struct declaration *hub, const struct route *route,
	const char *spoke, const struct prefix *part)
{
	bool on_another_link = false;

	if (route->by_source || !prefix_overlaps(&route->destination, part))
		return false;
	case_spend(c, (size_t)hub->link_count);
	for (int i = 0; i < hub->link_count; i++)
		if (prefix_contains(&hub->links[i].prefix, &route->next_hop)) {
			if (text_equal(hub->links[i].far, spoke))
				return true;
			on_another_link = true;
		}
	return !on_another_link;
}

/* The clouds refuse such a pair of spokes. A Kube-OVN hub suffers only when it has a route to each.
 */
static bool
hub_is_torn(struct case_ *c, const struct spokes *spokes, const struct prefix *part)
{
	bool any_one = false, any_other = false; /* of the routes before */
	const struct declaration *hub =
		domain_type(spokes->hub) == DOMAIN_VPC ? case_router(c, spokes->hub) : NULL;

	if (domain_type(spokes->hub) != DOMAIN_VPC)
		return true;
	if (!hub)
		return false;
	case_spend(c, (size_t)hub->route_count);
	for (int i = 0; i < hub->route_count && !case_is_spent(c); i++) {
		bool one = leads_to(c, hub, &hub->routes[i], spokes->one, part);
		bool other = leads_to(c, hub, &hub->routes[i], spokes->other, part);

		if ((one && any_other) || (other && any_one))
			return true;
		any_one = any_one || one;
		any_other = any_other || other;
	}
	return false;
}

static bool
is_certain(
	struct case_ *c, const struct claim *a, const struct claim *b, const struct spokes *spokes)
{
	/* A remote network is a fact: to refuse its description would only hide the conflict. */
	return c->subject->object.kind != KIND_REMOTE_NETWORK && !a->unrouted && !b->unrouted &&
	       (!spokes || hub_is_torn(c, spokes, common_part(a, b)));
}

/* A claim of the subject meets one of another object. */

static const char *
hub_name(struct case_ *c, const char *hub)
{
	return domain_type(hub) == DOMAIN_VPC
		       ? arena_printf(c->arena, "the hub %s", case_short_domain(c, hub))
		       : case_domain(c, hub);
}

static const char *
relation(struct case_ *c, const struct claim *claim, const struct claim *other,
	const struct spokes *spokes)
{
	if (c->silent || text_equal(claim->domain, other->domain))
		return "";
	if (spokes)
		return arena_printf(
			c->arena, ", and %s can never reach both", hub_name(c, spokes->hub));
	return arena_printf(
		c->arena, ", which is peered with %s", case_short_domain(c, claim->domain));
}

static void
report_claim(struct case_ *c, const struct claim *claim, const struct occupant *other,
	const struct spokes *spokes)
{
	const char *value = case_prefix(c, &claim->prefix);
	struct finding *finding = is_certain(c, claim, other->claim, spokes)
					  ? case_finding(c, claim->field, value)
					  : case_softer_finding(c, claim->field, value);

	case_message(c, finding, "overlaps %s%s", case_claim(c, other),
		relation(c, claim, other->claim, spokes));
	case_against_claim(c, finding, other);
	case_hint_free_networks(c, finding, claim->domain,
		text_equal(claim->domain, other->claim->domain) ? NULL : other->claim->domain,
		&claim->prefix);
	case_refuse_claim(c, finding, claim);
}

static void
report_claims(struct case_ *c, const struct claim *claim, const struct occupants *others,
	const struct spokes *spokes)
{
	for (size_t i = 0; i < others->count; i++)
		report_claim(c, claim, &others->items[i], spokes);
}

static struct occupants
next_door(struct case_ *c, const char *domain, const struct prefix *prefix, const char *beside)
{
	return inventory_overlaps_next_door(
		c->arena, c->inventory, domain, prefix, beside, &c->subject->object);
}

static void
check_hub(struct case_ *c, const struct claim *claim, const char *hub)
{
	struct occupants others = next_door(c, hub, &claim->prefix, claim->domain);

	for (size_t i = 0; i < others.count; i++)
		report_claim(c, claim, &others.items[i],
			&(struct spokes){.hub = hub,
				.one = claim->domain,
				.other = others.items[i].claim->domain});
}

static void
check_claim(struct case_ *c, const struct claim *claim)
{
	const char **hub = inventory_shared_neighbours(c->arena, c->inventory, claim->domain);
	struct occupants others;

	/* Two objects may well describe one remote network. */
	if (claim->role != CLAIM_REMOTE) {
		others = case_overlaps(c, claim->domain, &claim->prefix, ROLES_OF_HOSTS);
		report_claims(c, claim, &others, NULL);
	}
	others = next_door(c, claim->domain, &claim->prefix, NULL);
	report_claims(c, claim, &others, NULL);
	for (; *hub && !case_is_spent(c); hub++)
		check_hub(c, claim, *hub);
}

/* A peering of the subject brings two other objects together. */

static void
report_pair(struct case_ *c, const struct peering *peering, const struct occupant *far,
	const struct occupant *near, const struct spokes *spokes)
{
	struct finding *finding = is_certain(c, far->claim, near->claim, spokes)
					  ? case_finding(c, peering->field, peering->target)
					  : case_softer_finding(c, peering->field, peering->target);

	finding->between_others = true;
	case_message(c, finding, "cannot be a peer: %s overlaps %s", case_claim(c, far),
		case_claim(c, near));
	if (spokes && !c->silent)
		finding->message = arena_printf(c->arena, "%s, and %s can never reach both",
			finding->message, hub_name(c, spokes->hub));
	case_against_claim(c, finding, far);
	case_against_claim(c, finding, near);
	case_hint_free_networks(
		c, finding, far->claim->domain, near->claim->domain, &far->claim->prefix);
	if (!spokes)
		case_refuse_peering(c, finding, peering);
}

/* The two domains themselves, from the side that has fewer networks. */
static void
check_pair(struct case_ *c, const struct peering *peering)
{
	const char *near = peering->from, *far = peering->to;
	struct occupants near_side =
		inventory_claims(c->arena, c->inventory, near, &c->subject->object);
	struct occupants far_side =
		inventory_claims(c->arena, c->inventory, far, &c->subject->object);
	bool from_near = far_side.more || near_side.count < far_side.count;
	struct occupants side = near_side.more && far_side.more ? case_claims(c, near)
				: from_near                     ? near_side
								: far_side;

	for (size_t i = 0; i < side.count && !case_is_spent(c); i++) {
		const struct occupant *one = &side.items[i];
		struct occupants others = case_overlaps(
			c, from_near ? far : near, &one->claim->prefix, ROLES_OF_HOSTS);

		for (size_t k = 0; k < others.count; k++)
			report_pair(c, peering, from_near ? &others.items[k] : one,
				from_near ? one : &others.items[k], NULL);
	}
}

/* The networks of one spoke against those of all others of the hub. */
static void
check_spoke(struct case_ *c, const struct peering *peering, const char *hub, const char *spoke)
{
	struct occupants networks = case_claims(c, spoke);

	for (size_t i = 0; i < networks.count && !case_is_spent(c); i++) {
		struct occupants others =
			next_door(c, hub, &networks.items[i].claim->prefix, spoke);

		for (size_t k = 0; k < others.count; k++)
			report_pair(c, peering, &networks.items[i], &others.items[k],
				&(struct spokes){.hub = hub,
					.one = spoke,
					.other = others.items[k].claim->domain});
	}
}

static const struct peering *
peering_to(struct case_ *c, const char *domain)
{
	case_spend(c, (size_t)c->subject->peering_count);
	each_peering(c, peering)
		if (text_equal(peering->to, domain))
			return peering;
	return NULL;
}

/* The inventory does not know the subject's own peerings: its spokes meet each other here. The
 * later entry of the two is told. */
static void
check_own_spokes(struct case_ *c)
{
	struct overlaps overlaps = case_overlaps_among_peers(c);

	for (size_t i = 0; i < overlaps.count && !case_is_spent(c); i++) {
		const struct overlap *overlap = &overlaps.items[i];
		const struct peering *one = peering_to(c, overlap->outer.claim->domain);
		const struct peering *other = peering_to(c, overlap->inner.claim->domain);
		bool in_order = one < other;
		const struct peering *later = in_order ? other : one;

		report_pair(c, later, in_order ? &overlap->inner : &overlap->outer,
			in_order ? &overlap->outer : &overlap->inner,
			&(struct spokes){.hub = later->from,
				.one = in_order ? one->to : other->to,
				.other = later->to});
	}
}

/* A peering that the cloud shows at the remote network, and what stands at its other end. */
struct distant {
	const struct declaration *remote;
	const struct taken_name *shown;
	const char *domain;
	bool active; /* by what is known of the other end, and was seen of late, it leads back */
};

static void
report_distant(struct case_ *c, const struct peering *peering, const struct distant *distant,
	const struct occupant *far, const struct occupant *near)
{
	const char *cloud = peering->remote->provider == PROVIDER_GCP ? "Google Cloud" : "Azure";
	const char *command =
		remote_command_delete(c, distant->remote->remote, distant->shown->name);
	struct finding *finding = distant->active
					  ? case_finding(c, peering->field, peering->target)
					  : case_softer_finding(c, peering->field, peering->target);

	finding->between_others = true;
	case_message(c, finding,
		"cannot be a peer while %s is its peer: %s overlaps %s, and %s refuses that%s",
		case_domain(c, distant->domain), case_claim(c, far), case_claim(c, near), cloud,
		distant->active ? "" : " once both halves of that peering stand");
	case_against(c, finding, distant->remote, (struct field){"spec.peerings", 0},
		distant->shown->name);
	case_against_claim(c, finding, far);
	case_against_claim(c, finding, near);
	case_hint(c, finding, "delete peering %s of %s first, if nobody needs it%s%s",
		distant->shown->name, case_domain(c, peering->to), command ? ": " : "",
		command ? command : "");
	case_hint_free_networks(c, finding, distant->domain, peering->from, &far->claim->prefix);
}

/* Pods and services are no addresses of the shoot's network in its cloud, which does not compare
 * them with what is two peerings away. What the shoot is peered with as well has been compared. */
static void
check_distant(struct case_ *c, const struct peering *peering, struct distant *distant)
{
	struct occupants networks = case_claims(c, distant->domain);

	if (networks.count == 0 || text_equal(distant->domain, peering->to) ||
		inventory_are_peers(
			c->inventory, peering->from, distant->domain, &c->subject->object))
		return;
	for (size_t i = 0; i < networks.count && !case_is_spent(c); i++) {
		const struct occupant *far = &networks.items[i];
		struct occupants others =
			case_overlaps(c, peering->from, &far->claim->prefix, ROLE_BIT(CLAIM_NODES));

		if (others.count == 0)
			continue;
		distant->active = !distant->remote->lookup_problem &&
				  !far->declaration->lookup_problem &&
				  shown_network_leads_to(c, far->declaration, peering->to);
		for (size_t k = 0; k < others.count; k++)
			report_distant(c, peering, distant, far, &others.items[k]);
	}
}

/* Both clouds exchange the ranges of two networks that are peered, and compare a new peer's with
 * those of all that are there. */
static void
check_peers_of_peer(struct case_ *c, const struct peering *peering)
{
	const struct declaration *remote = case_definition(c, peering->to);

	if (!peering->remote || !remote || !remote->remote)
		return;
	for (int i = 0; i < remote->taken_name_count && !case_is_spent(c); i++) {
		struct distant distant = {
			.remote = remote,
			.shown = &remote->taken_names[i],
			.domain = shown_network_domain(
				c, peering->remote->provider, remote->taken_names[i].target),
		};

		if (distant.domain)
			check_distant(c, peering, &distant);
	}
}

/* A network of Google Cloud in auto mode has a subnet in every region, out of 10.128.0.0/9, where
 * it gets more with each region to come. Of these two it has always had one.
 * https://cloud.google.com/vpc/docs/subnets#ip-ranges */
#define PREFIX_4(first, second, bits)                                                              \
	{                                                                                          \
		{(uint64_t)(first) << 56 | (uint64_t)(second) << 48, 0, FAMILY_4}, (bits)          \
	}
static const struct prefix auto_range = PREFIX_4(10, 128, 9);
static const struct prefix auto_subnets[] = {
	PREFIX_4(10, 128, 20), /* us-central1 */
	PREFIX_4(10, 132, 20), /* europe-west1 */
};

static bool
has_subnet(struct case_ *c, const char *domain, const struct prefix *subnet)
{
	struct occupants found = case_overlaps(c, domain, subnet, ROLE_BIT(CLAIM_REMOTE));

	for (size_t i = 0; i < found.count; i++)
		if (prefix_equal(&found.items[i].claim->prefix, subnet))
			return true;
	return false;
}

static bool
seems_automatic(struct case_ *c, const char *domain)
{
	for (size_t i = 0; i < sizeof auto_subnets / sizeof *auto_subnets; i++)
		if (!has_subnet(c, domain, &auto_subnets[i]))
			return false;
	return true;
}

/* Overlaps with subnets that are there have been told. */
static void
check_automatic(struct case_ *c, const struct peering *peering)
{
	struct occupants near;

	if (!peering->remote || peering->remote->provider != PROVIDER_GCP ||
		!seems_automatic(c, peering->to))
		return;
	near = case_overlaps(c, peering->from, &auto_range, ROLE_BIT(CLAIM_NODES));
	for (size_t i = 0; i < near.count; i++) {
		struct finding *finding;

		if (case_overlaps(
			    c, peering->to, &near.items[i].claim->prefix, ROLE_BIT(CLAIM_REMOTE))
				.count > 0)
			continue;
		finding = case_softer_finding(c, peering->field, peering->target);
		case_message(c, finding,
			"seems to be in auto mode, which keeps 10.128.0.0/9 for its subnets: it "
			"overlaps %s",
			case_claim(c, &near.items[i]));
		case_against_claim(c, finding, &near.items[i]);
		case_hint(c, finding,
			"for good: gcloud compute networks update %s --project=%s "
			"--switch-to-custom-subnet-mode",
			peering->remote->id, peering->remote->account);
	}
}

static void
check_peering(struct case_ *c, const struct peering *peering)
{
	if (text_equal(peering->from, peering->to))
		return;
	check_spoke(c, peering, peering->from, peering->to);
	check_spoke(c, peering, peering->to, peering->from);
	check_pair(c, peering);
	check_peers_of_peer(c, peering);
	check_automatic(c, peering);
}

static void
check(struct case_ *c)
{
	each_claim(c, claim)
		if (ROLES_OF_HOSTS & ROLE_BIT(claim->role))
			check_claim(c, claim);
	if (c->subject->peering_count > 1)
		check_own_spokes(c);
	each_peering(c, peering)
		check_peering(c, peering);
}

const struct rule cidr_overlap = {
	.id = "cidr-overlap",
	.summary = "fails when networks overlap in one domain, in two domains that are peered, or "
		   "in two that are peered with one hub or one after the other",
	.action = ACTION_DENY,
	.guards = GUARDS_PEERINGS | KIND_BIT(KIND_SUBNET) | KIND_BIT(KIND_IP_RANGE) |
		  KIND_BIT(KIND_REMOTE_NETWORK),
	.check = check,
};
