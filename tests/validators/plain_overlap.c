/* The plain checker: cidr-overlap. Two claims overlap in one domain, in two domains that are peered
 * in either direction, or in two spokes of one hub. */
#include "tests/validators/plain_world.h"

static const char rule[] = "cidr-overlap";

/* How two domains meet; NULL for the hub when they meet without one. */
struct meeting {
	const char *one;
	const char *other;
	const char *hub;
};

/* --- a hub --- */

/* Towards the spoke by its next hop; a next hop on no link counts by the destination alone. */
static bool
leads_to(const struct declaration *hub, const struct route *route, const char *spoke,
	const struct prefix *part)
{
	bool leads_elsewhere = false, leads_there = false;

	for (int i = 0; i < hub->link_count; i++)
		if (prefix_contains(&hub->links[i].prefix, &route->next_hop)) {
			leads_there = leads_there || same(hub->links[i].far, spoke);
			leads_elsewhere = leads_elsewhere || !same(hub->links[i].far, spoke);
		}
	return !route->by_source && prefix_overlaps(&route->destination, part) &&
	       (leads_there || !leads_elsewhere);
}

/* Denied where the hub has routes towards both, one for each, and always for Kyma's kinds. */
static bool
is_torn(const struct plain_world *world, const struct meeting *meeting, const struct prefix *part)
{
	const struct declaration *hub = plain_definition(world, meeting->hub);

	if (domain_type(meeting->hub) != DOMAIN_VPC)
		return true;
	for (int i = 0; hub && i < hub->route_count; i++)
		for (int k = 0; k < hub->route_count; k++)
			if (i != k && leads_to(hub, &hub->routes[i], meeting->one, part) &&
				leads_to(hub, &hub->routes[k], meeting->other, part))
				return true;
	return false;
}

/* --- two claims --- */

/* What is not on a router now warns; so does the description of a network that exists anyway. */
static enum action
action_of(const struct plain_world *world, const struct claim *a, const struct claim *b,
	const struct meeting *meeting)
{
	const struct claim *smaller = a->prefix.length > b->prefix.length ? a : b;

	if (a->unrouted || b->unrouted || world->subject->object.kind == KIND_REMOTE_NETWORK)
		return ACTION_WARN;
	return meeting->hub && !is_torn(world, meeting, &smaller->prefix) ? ACTION_WARN
									  : ACTION_DENY;
}

static void
check_own_claim(struct plain_world *world, const struct claim *mine,
	const struct plain_claim *other, const struct meeting *meeting)
{
	struct plain_finding *finding;

	if (!same(mine->domain, meeting->one) || !same(other->claim->domain, meeting->other) ||
		!prefix_overlaps(&mine->prefix, &other->claim->prefix))
		return;
	finding = plain_add(world, rule, action_of(world, mine, other->claim, meeting), mine->field,
		plain_prefix(world, &mine->prefix));
	plain_against(finding, other->owner);
	plain_stands_on_claim(world, finding, mine);
}

/* The subject's claims on the one side, everybody else's on the other. */
static void
check_own_claims(struct plain_world *world, const struct meeting *meeting)
{
	for (int i = 0; i < world->subject->claim_count; i++)
		for (size_t k = 0; k < world->claim_count; k++)
			if (plain_is_of_hosts(&world->subject->claims[i]) &&
				world->claims[k].owner != world->subject &&
				plain_is_of_hosts(world->claims[k].claim))
				check_own_claim(world, &world->subject->claims[i],
					&world->claims[k], meeting);
}

/* The subject's peerings bring others together, whoever of them was first. */
static void
check_others(struct plain_world *world, const struct meeting *meeting,
	const struct peering *const *peerings, int peering_count)
{
	for (size_t i = 0; i < world->claim_count; i++)
		for (size_t k = 0; k < world->claim_count; k++) {
			const struct plain_claim *a = &world->claims[i], *b = &world->claims[k];
			struct plain_finding *finding;

			if (!same(a->claim->domain, meeting->one) ||
				!same(b->claim->domain, meeting->other) ||
				!plain_is_of_hosts(a->claim) || !plain_is_of_hosts(b->claim) ||
				!prefix_overlaps(&a->claim->prefix, &b->claim->prefix))
				continue;
			finding = plain_add(world, rule,
				action_of(world, a->claim, b->claim, meeting),
				(struct field){"", 0}, "");
			plain_against(finding, a->owner);
			plain_against(finding, b->owner);
			for (int p = 0; p < peering_count; p++)
				plain_stands_on_peering(world, finding, peerings[p]);
		}
}

/* --- who meets whom --- */

/* The domains that occur, each once; ended by NULL. */
static const char **
list_domains(const struct plain_world *world)
{
	const char **list = ARENA_ARRAY(
		world->arena, const char *, world->claim_count + 2 * world->peering_count + 1);
	size_t count = 0;

	for (size_t i = 0; i < world->claim_count + 2 * world->peering_count; i++) {
		size_t k = i - world->claim_count;
		const char *domain = i < world->claim_count ? world->claims[i].claim->domain
				     : k % 2                ? world->peerings[k / 2].peering->from
							    : world->peerings[k / 2].peering->to;
		size_t known = 0;

		while (known < count && !same(list[known], domain))
			known++;
		if (known == count)
			list[count++] = domain;
	}
	return list;
}

/* Does this peering of the subject connect the two? */
static bool
connects(const struct peering *peering, const char *a, const char *b)
{
	return (same(peering->from, a) && same(peering->to, b)) ||
	       (same(peering->from, b) && same(peering->to, a));
}

static bool
is_on_the_way(const struct peering *peering, const struct meeting *meeting)
{
	if (!meeting->hub)
		return connects(peering, meeting->one, meeting->other);
	return connects(peering, meeting->hub, meeting->one) ||
	       connects(peering, meeting->hub, meeting->other);
}

static void
check_meeting(struct plain_world *world, const struct meeting *meeting)
{
	const struct peering *own[PLAIN_ENTRIES];
	int count = 0;

	check_own_claims(world, meeting);
	for (size_t i = 0; i < world->peering_count && count < PLAIN_ENTRIES; i++)
		if (world->peerings[i].owner == world->subject &&
			is_on_the_way(world->peerings[i].peering, meeting))
			own[count++] = world->peerings[i].peering;
	if (count)
		check_others(world, meeting, own, count);
}

/* Two objects may well describe one remote network. */
static void
check_one_domain(struct plain_world *world, const char *domain)
{
	enum domain_type type = domain_type(domain);

	if (type == DOMAIN_VPC || type == DOMAIN_SHOOT)
		check_own_claims(world, &(struct meeting){domain, domain, NULL});
}

/* For each pair of domains: are they peered? One row after the other. */
static bool *
list_peers(const struct plain_world *world, const char **domains, size_t count)
{
	bool *peered = ARENA_ARRAY(world->arena, bool, count *count + 1);

	for (size_t i = 0; i < count * count; i++)
		peered[i] = plain_are_peered(world, domains[i / count], domains[i % count]);
	return peered;
}

void
plain_check_overlaps(struct plain_world *world)
{
	const char **domains = list_domains(world);
	size_t count = 0;
	const bool *peered;

	if (world->subject->object.kind == KIND_SHOOT_INFO)
		return; /* Gardener's: it is nobody's to refuse */
	while (domains[count])
		count++;
	peered = list_peers(world, domains, count);
	for (size_t one = 0; one < count; one++) {
		check_one_domain(world, domains[one]);
		for (size_t other = 0; other < count; other++) {
			if (peered[one * count + other])
				check_meeting(world,
					&(struct meeting){domains[one], domains[other], NULL});
			for (size_t hub = 0; hub < count && one != other; hub++)
				if (peered[hub * count + one] && peered[hub * count + other])
					check_meeting(world, &(struct meeting){domains[one],
								     domains[other], domains[hub]});
		}
	}
}
