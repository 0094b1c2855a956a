#include "validators/supplement.h"

#include <string.h>

#include "base/text.h"
#include "validators/case.h"

/* A link that a peering has: written, or chosen here. */
struct chosen_link {
	const struct peering *peering;
	struct prefix end; /* with the own host address */
};

struct supplement {
	struct case_ c; /* for its questions; no rule is at work */
	struct changes changes;
	const struct declaration *before;
	struct chosen_link *links;
	size_t link_count, link_limit;
	size_t met; /* the link after the one that a free network met last: both come in order */
	size_t route_entries;        /* in the list, good or not */
	const struct route **routes; /* that were added */
	size_t route_count;
};

static const char asks[] = "auto";

/* What choosing may cost (case.h). A Vpc that asks for more is left as it is, and refused. */
enum { MOST_LINKS_OF_A_PEERING = 4, SUPPLEMENT_STEPS = 16000000 };

bool
supplement_is_asked(const struct json *object)
{
	const struct json *metadata = json_member(object, "metadata");

	return json_member(json_member(metadata, "annotations"), "peerwarden.io/auto") != NULL;
}

bool
supplement_is_due(enum kind kind, const struct json *object)
{
	return (GUARDS_KYMA & KIND_BIT(kind)) || supplement_is_asked(object);
}

/* --- the label --- */

/* An update that neither had the label nor brings it is left alone: it may be a controller's. */
static void
add_shoot_label(struct supplement *s)
{
	const struct shoot *shoot = inventory_shoot(s->c.inventory);

	if (!(GUARDS_KYMA & KIND_BIT(s->c.subject->object.kind)) || s->c.subject->shoot_label ||
		(s->before && !s->before->shoot_label) || !shoot || text_is_blank(shoot->name))
		return;
	changes_add(s->c.arena, &s->changes,
		(struct field){"metadata.labels[peerwarden.io/shoot]", 0}, NULL,
		arena_text(s->c.arena, shoot->name));
}

/* --- links --- */

static void
choose(struct supplement *s, const struct peering *peering, const struct prefix *end)
{
	if (s->link_count < s->link_limit)
		s->links[s->link_count++] = (struct chosen_link){peering, *end};
}

/* What the object had before for the same peer. */
static bool
choose_as_before(struct supplement *s, const struct peering *peering)
{
	const struct declaration *before = s->before;

	for (int i = 0; before && i < before->peering_count; i++) {
		const struct peering *old = &before->peerings[i];

		if (!text_equal(old->to, peering->to) || old->link_count == 0)
			continue;
		for (int k = 0; k < old->link_count; k++) {
			const struct claim *link = &before->links[old->first_link + k];

			choose(s, peering, &(struct prefix){link->host, link->prefix.length});
		}
		return true;
	}
	return false;
}

/* What fits the far end. */
static bool
choose_the_match(struct supplement *s, const struct peering *peering)
{
	struct declared_peering answer = case_answer(&s->c, peering->from, peering->to);

	for (int i = 0; answer.peering && i < answer.peering->link_count; i++) {
		struct prefix end =
			case_other_host(&answer.declaration->links[answer.peering->first_link + i]);

		choose(s, peering, &end);
	}
	return answer.peering && answer.peering->link_count;
}

static bool
has_subnet(struct supplement *s, const char *domain, enum family family)
{
	struct prefix all = {.address = {.family = family}};

	return case_overlaps(&s->c, domain, &all, ROLE_BIT(CLAIM_SUBNET)).count > 0;
}

/* IPv4, unless this VPC has nothing but IPv6; and IPv6, when both sides have it. */
static bool
wants_family(struct supplement *s, const struct peering *peering, enum family family)
{
	bool own = has_subnet(s, peering->from, family);
	bool own_other = has_subnet(s, peering->from, !family);

	if (family == FAMILY_4)
		return own || !own_other;
	return own && (!own_other || has_subnet(s, peering->to, family));
}

static bool
is_chosen(struct supplement *s, const struct prefix *network)
{
	for (size_t i = 0; i < s->link_count; i++) {
		size_t at = (s->met + i) % s->link_count;

		case_spend(&s->c, 1);
		if (prefix_overlaps(&s->links[at].end, network)) {
			s->met = at + 1;
			return true;
		}
	}
	return false;
}

static void
choose_free(struct supplement *s, const struct peering *peering, enum family family)
{
	size_t wanted = s->link_count + 1, count;
	struct prefix *found = ARENA_ARRAY(s->c.arena, struct prefix, wanted);

	count = case_free_links(&s->c, peering->from, peering->to, family, found, wanted);
	for (size_t i = 0; i < count && !case_is_spent(&s->c); i++)
		if (!is_chosen(s, &found[i])) {
			found[i].address = prefix_nth(&found[i], 1);
			choose(s, peering, &found[i]);
			return;
		}
}

static void
write_links(struct supplement *s, const struct peering *peering)
{
	const char *text = "";

	for (size_t i = 0; i < s->link_count; i++)
		if (s->links[i].peering == peering)
			text = arena_printf(s->c.arena, "%s%s%s", text, *text ? "," : "",
				case_prefix(&s->c, &s->links[i].end));
	if (*text)
		changes_add(s->c.arena, &s->changes,
			(struct field){"spec.vpcPeerings[%d].localConnectIP", peering->field.index},
			asks, text);
}

static void
add_links(struct supplement *s, const struct peering *peering)
{
	case_spend(&s->c, s->link_count + (s->before ? (size_t)s->before->peering_count : 0));
	if (!peering->wants_link || text_equal(peering->from, peering->to))
		return;
	if (!choose_as_before(s, peering) && !choose_the_match(s, peering))
		for (enum family family = 0; family < FAMILIES; family++)
			if (wants_family(s, peering, family))
				choose_free(s, peering, family);
	write_links(s, peering);
}

/* --- routes --- */

/* Only two hosts: the other one is certain before it is declared. */
static bool
is_point_to_point(const struct prefix *end)
{
	return prefix_bits(end->address.family) - end->length <= 2;
}

/* The peer's address on the link; false while it is not certain. */
static bool
find_next_hop(struct supplement *s, const struct peering *peering, enum family family,
	struct address *next_hop)
{
	struct declared_peering answer = case_answer(&s->c, peering->from, peering->to);

	for (int i = 0; answer.peering && i < answer.peering->link_count; i++) {
		const struct claim *link =
			&answer.declaration->links[answer.peering->first_link + i];

		*next_hop = link->host;
		if (link->host.family == family)
			return true;
	}
	for (size_t i = 0; i < s->link_count; i++) {
		const struct prefix *end = &s->links[i].end;
		struct claim link = {.prefix = prefix_network(end), .host = end->address};

		if (s->links[i].peering != peering || end->address.family != family ||
			!is_point_to_point(end))
			continue;
		*next_hop = case_other_host(&link).address;
		return true;
	}
	return false;
}

static bool
is_routed(struct supplement *s, const char *table, const struct prefix *network)
{
	for (size_t i = s->route_count; i-- > 0;) {
		case_spend(&s->c, 1);
		if (text_equal(s->routes[i]->table, table) &&
			prefix_covers(&s->routes[i]->destination, network))
			return true;
	}
	case_spend(&s->c, (size_t)s->c.subject->route_count);
	return case_has_route(s->c.subject, table, network);
}

static void
write_route(struct supplement *s, const struct route *route)
{
	struct arena *arena = s->c.arena;
	int index = (int)s->route_entries++;

	changes_add(arena, &s->changes, (struct field){"spec.staticRoutes[%d].cidr", index}, NULL,
		case_prefix(&s->c, &route->destination));
	changes_add(arena, &s->changes, (struct field){"spec.staticRoutes[%d].nextHopIP", index},
		NULL, case_address(&s->c, &route->next_hop));
	changes_add(arena, &s->changes, (struct field){"spec.staticRoutes[%d].policy", index}, NULL,
		"policyDst");
	if (*route->table)
		changes_add(arena, &s->changes,
			(struct field){"spec.staticRoutes[%d].routeTable", index}, NULL,
			arena_text(arena, route->table));
}

static void
add_route(struct supplement *s, const char *table, const struct prefix *network,
	const struct address *next_hop)
{
	enum { BATCH = 64 };
	struct route *route;

	if (is_routed(s, table, network) ||
		case_overlaps(&s->c, s->c.subject->home, network, ROLES_OF_HOSTS).count)
		return;
	if (s->route_count % BATCH == 0) {
		const struct route **larger =
			ARENA_ARRAY(s->c.arena, const struct route *, s->route_count + BATCH);

		if (s->route_count)
			memcpy(larger, s->routes, s->route_count * sizeof *larger);
		s->routes = larger;
	}
	route = ARENA_NEW(s->c.arena, struct route);
	*route = (struct route){.destination = *network, .next_hop = *next_hop, .table = table};
	s->routes[s->route_count++] = route;
	write_route(s, route);
}

/* In every table that a subnet of the family uses; in the main one while there is no such subnet.
 */
static void
add_routes_to(struct supplement *s, const struct occupants *local, const struct prefix *network,
	const struct address *next_hop)
{
	bool used = false;

	for (size_t i = 0; i < local->count; i++) {
		const struct claim *claim = local->items[i].claim;

		if (claim->role != CLAIM_SUBNET ||
			claim->prefix.address.family != network->address.family)
			continue;
		used = true;
		add_route(s, claim->route_table, network, next_hop);
	}
	if (!used)
		add_route(s, "", network, next_hop);
}

static void
add_routes(struct supplement *s, const struct peering *peering)
{
	struct occupants local = case_claims(&s->c, peering->from);
	struct occupants remote = case_claims(&s->c, peering->to);

	case_spend(&s->c, remote.count * (s->link_count + local.count));
	for (size_t i = 0; i < remote.count && !case_is_spent(&s->c); i++) {
		const struct claim *claim = remote.items[i].claim;
		struct address next_hop;

		if (claim->role == CLAIM_SUBNET && !claim->unrouted &&
			find_next_hop(s, peering, claim->prefix.address.family, &next_hop))
			add_routes_to(s, &local, &claim->prefix, &next_hop);
	}
}

/* --- all of it --- */

/* The links that are written already, with room for those to be chosen. */
static void
take_written_links(struct supplement *s)
{
	const struct declaration *subject = s->c.subject;

	s->link_limit = (size_t)subject->link_count +
			(size_t)subject->peering_count * MOST_LINKS_OF_A_PEERING;
	s->links = ARENA_ARRAY(s->c.arena, struct chosen_link, s->link_limit + 1);
	for (int i = 0; i < subject->link_count; i++) {
		const struct claim *link = &subject->links[i];

		choose(s, &subject->peerings[link->peering],
			&(struct prefix){link->host, link->prefix.length});
	}
}

static void
supplement_vpc(struct supplement *s)
{
	const struct declaration *subject = s->c.subject;

	if (!subject->auto_links && !subject->auto_routes)
		return;
	take_written_links(s);
	for (int i = 0; i < subject->peering_count && !case_is_spent(&s->c); i++)
		add_links(s, &subject->peerings[i]);
	for (int i = 0; subject->auto_routes && i < subject->peering_count && !case_is_spent(&s->c);
		i++)
		if (!text_equal(subject->peerings[i].to, subject->home))
			add_routes(s, &subject->peerings[i]);
}

struct changes
supplement_changes(struct arena *arena, const struct supplement_request *request)
{
	const struct declaration *subject = request->subject;
	struct work work = {
		.limit = SUPPLEMENT_STEPS, .since = inventory_steps(request->inventory)};
	struct changes label;
	struct supplement s = {
		.c = {.arena = arena,
			.inventory = request->inventory,
			.policy = request->policy,
			.subject = subject,
			.work = &work,
			.peering_refused =
				ARENA_ARRAY(arena, bool, (size_t)subject->peering_count + 1)},
		.before = request->before,
		.route_entries = json_count(
			json_member(json_member(request->object, "spec"), "staticRoutes")),
	};

	add_shoot_label(&s);
	label = s.changes;
	supplement_vpc(&s);
	if (!case_is_spent(&s.c))
		return s.changes;
	if (label.last)
		label.last->next = NULL;
	return label;
}

bool
supplement_links(struct arena *arena, const struct declaration *asked,
	const struct declaration *given, struct declaration *links)
{
	*links = (struct declaration){.object = given->object,
		.home = given->home,
		.peerings = ARENA_ARRAY(arena, struct peering, (size_t)given->peering_count + 1),
		.links = ARENA_ARRAY(arena, struct claim, (size_t)given->link_count + 1)};
	for (int i = 0; i < given->peering_count && i < asked->peering_count; i++) {
		struct peering *peering = &links->peerings[links->peering_count];

		if (!asked->peerings[i].wants_link || !given->peerings[i].link_count)
			continue;
		*peering = given->peerings[i];
		peering->first_link = links->link_count;
		for (int k = 0; k < peering->link_count; k++) {
			struct claim *link = &links->links[links->link_count++];

			*link = given->links[given->peerings[i].first_link + k];
			link->peering = links->peering_count;
		}
		links->peering_count++;
	}
	return links->link_count > 0;
}
