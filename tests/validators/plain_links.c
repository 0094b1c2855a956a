/* The plain checker: link-address-conflict. A link network stands on two routers, and on each it
 * collides with nothing. */
#include "tests/validators/plain_world.h"

static const char rule[] = "link-address-conflict";

static struct plain_finding *
add_about_link(struct plain_world *world, enum action action, const struct claim *link)
{
	struct plain_finding *finding =
		plain_add(world, rule, action, link->field, plain_end(world, link));

	plain_stands_on_claim(world, finding, link);
	return finding;
}

/* --- by itself: network, broadcast and link-local addresses --- */

static bool
is_reserved(const struct claim *link)
{
	unsigned bits = prefix_bits(link->host.family);
	struct address last = prefix_last(&link->prefix);

	if (link->host.family == FAMILY_6 && address_is_link_local(&link->host))
		return true;
	if (link->prefix.length >= bits - 1)
		return false; /* /31 and /127 use both addresses */
	return address_equal(&link->host, &link->prefix.address) ||
	       (link->host.family == FAMILY_4 && address_equal(&link->host, &last));
}

/* --- against what is declared in the same object --- */

static void
check_own_pair(struct plain_world *world, const struct claim *link, const struct claim *earlier)
{
	struct plain_finding *finding;

	if (link->peering == earlier->peering && link->host.family == earlier->host.family) {
		add_about_link(world, ACTION_WARN, link);
	} else if (link->peering != earlier->peering &&
		   prefix_overlaps(&link->prefix, &earlier->prefix)) {
		finding = add_about_link(world, ACTION_DENY, link);
		plain_against(finding, world->subject);
		plain_stands_on_claim(world, finding, earlier);
	}
}

static void
check_own_port(struct plain_world *world, const struct claim *link)
{
	for (int i = 0; i < world->subject->claim_count; i++)
		if (world->subject->claims[i].role == CLAIM_BFD &&
			prefix_overlaps(&world->subject->claims[i].prefix, &link->prefix))
			plain_against(add_about_link(world, ACTION_DENY, link), world->subject);
}

/* --- against the far end --- */

enum fit { SOUND, UNEQUAL_MASKS, BROKEN };

static enum fit
fit_of(const struct claim *near, const struct claim *far)
{
	if (address_equal(&near->host, &far->host) || !prefix_contains(&near->prefix, &far->host) ||
		!prefix_contains(&far->prefix, &near->host))
		return BROKEN;
	return near->prefix.length == far->prefix.length ? SOUND : UNEQUAL_MASKS;
}

static bool
has_family(const struct plain_peering *side, enum family family)
{
	const struct claim *links = side->owner->links;

	for (int i = 0; i < side->peering->link_count; i++)
		if (links[side->peering->first_link + i].host.family == family)
			return true;
	return false;
}

/* The best that a link makes with any network of the far end in its family. */
static enum fit
best_fit(const struct claim *near, const struct plain_peering *answer)
{
	enum fit best = BROKEN;

	for (int i = 0; i < answer->peering->link_count; i++) {
		const struct claim *far = &answer->owner->links[answer->peering->first_link + i];

		if (far->host.family == near->host.family && fit_of(near, far) < best)
			best = fit_of(near, far);
	}
	return best;
}

/* Of several networks in one family, it is enough that one fits. */
static void
check_ends(struct plain_world *world, const struct plain_peering *mine,
	const struct plain_peering *answer, enum family family)
{
	const struct claim *links = &world->subject->links[mine->peering->first_link];
	enum fit best = BROKEN;

	for (int i = 0; i < mine->peering->link_count; i++)
		if (links[i].host.family == family && best_fit(&links[i], answer) < best)
			best = best_fit(&links[i], answer);
	for (int i = 0; i < mine->peering->link_count && best != SOUND; i++) {
		struct plain_finding *finding;

		if (links[i].host.family != family || best_fit(&links[i], answer) != best)
			continue;
		finding = add_about_link(
			world, best == BROKEN ? ACTION_DENY : ACTION_WARN, &links[i]);
		plain_against(finding, answer->owner);
		finding->one_of = family == FAMILY_4 ? (const void *)&mine->peering->target
						     : (const void *)&mine->peering->name;
	}
}

/* A family that only one end has is of no use, which warns; no family in common is denied. Said of
 * the link of the first family that is not in common, or of the other when that one is missing. */
static void
check_families(struct plain_world *world, const struct plain_peering *mine,
	const struct plain_peering *answer)
{
	bool both[FAMILIES], differs[FAMILIES];

	for (enum family family = 0; family < FAMILIES; family++) {
		both[family] = has_family(mine, family) && has_family(answer, family);
		differs[family] = has_family(mine, family) != has_family(answer, family);
	}
	for (enum family family = 0; family < FAMILIES; family++) {
		const struct claim *links = &world->subject->links[mine->peering->first_link];

		if (!differs[family])
			continue;
		while (links->host.family != family && has_family(mine, family))
			links++;
		plain_against(add_about_link(
				      world, both[0] || both[1] ? ACTION_WARN : ACTION_DENY, links),
			answer->owner);
		return;
	}
}

static void
check_far_end(struct plain_world *world, const struct plain_peering *mine)
{
	struct plain_peering answer =
		plain_peering_between(world, mine->peering->to, mine->peering->from);

	if (!answer.peering || !answer.peering->link_count || !mine->peering->link_count)
		return;
	check_families(world, mine, &answer);
	for (enum family family = 0; family < FAMILIES; family++)
		if (has_family(mine, family) && has_family(&answer, family))
			check_ends(world, mine, &answer, family);
}

/* --- against everything else on a router --- */

/* The networks that a claim puts on a router. A link's far router has what the far end declares in
 * that family; until it is declared, the link as a whole. */
struct halves {
	struct prefix items[8];
	int count;
};

static struct halves
halves_on(const struct plain_world *world, const struct claim *claim, const char *router)
{
	struct halves halves = {.items = {claim->prefix}, .count = 1};
	struct plain_peering answer = {0};

	if (claim->role == CLAIM_LINK && !same(claim->domain, router))
		answer = plain_peering_between(world, claim->far, claim->domain);
	if (!answer.peering || !has_family(&answer, claim->prefix.address.family))
		return halves;
	halves.count = 0;
	for (int i = 0; i < answer.peering->link_count && halves.count < 8; i++) {
		const struct claim *far = &answer.owner->links[answer.peering->first_link + i];

		if (far->host.family == claim->prefix.address.family)
			halves.items[halves.count++] = far->prefix;
	}
	return halves;
}

static bool
collide(const struct plain_world *world, const struct claim *a, const struct claim *b,
	const char *router)
{
	struct halves of_a = halves_on(world, a, router), of_b = halves_on(world, b, router);

	for (int i = 0; i < of_a.count; i++)
		for (int k = 0; k < of_b.count; k++)
			if (prefix_overlaps(&of_a.items[i], &of_b.items[k]))
				return true;
	return false;
}

/* A wider half that reaches another link warns, and so does what is not on the router now. */
static enum action
action_of(const struct plain_world *world, const struct claim *a, const struct claim *b,
	const char *router)
{
	return a->unrouted || b->unrouted || !collide(world, a, b, router) ? ACTION_WARN
									   : ACTION_DENY;
}

static bool
is_attached(const struct plain_world *world, const char *router, const char *segment)
{
	const struct declaration *vpc = plain_definition(world, router);

	for (int i = 0; vpc && i < vpc->attachment_count; i++)
		if (same(vpc->attachments[i].segment, segment))
			return true;
	return false;
}

/* Has the router this claim on one of its ports? */
static bool
is_on_router(const struct plain_world *world, const struct claim *claim, const char *router)
{
	if (claim->role == CLAIM_SEGMENT)
		return is_attached(world, router, claim->domain);
	return same(claim->domain, router) ||
	       (claim->role == CLAIM_LINK && same(claim->far, router));
}

static bool
is_other_end(const struct claim *link, const struct claim *other)
{
	return other->role == CLAIM_LINK && same(link->domain, other->far) &&
	       same(link->far, other->domain);
}

/* When the subject is the far end of the other link, its answer is the half that counts. */
static void
stand_on_answer(struct plain_world *world, struct plain_finding *finding, const struct claim *other)
{
	struct plain_peering answer = {0};

	if (other->role == CLAIM_LINK)
		answer = plain_peering_between(world, other->far, other->domain);
	if (answer.owner == world->subject)
		plain_stands_on_peering(world, finding, answer.peering);
}

static void
check_link_against(struct plain_world *world, const struct claim *link,
	const struct plain_claim *other, const char *router)
{
	struct plain_finding *finding;

	if (other->owner == world->subject || is_other_end(link, other->claim) ||
		!is_on_router(world, other->claim, router) ||
		!prefix_overlaps(&link->prefix, &other->claim->prefix))
		return;
	finding = add_about_link(world, action_of(world, link, other->claim, router), link);
	plain_against(finding, other->owner);
	stand_on_answer(world, finding, other->claim);
}

static void
check_link(struct plain_world *world, const struct claim *link)
{
	const char *routers[] = {link->domain, link->far};

	if (is_reserved(link))
		add_about_link(world, ACTION_DENY, link);
	check_own_port(world, link);
	for (int i = 0; i < 2; i++) {
		for (size_t k = 0; k < world->claim_count; k++)
			check_link_against(world, link, &world->claims[k], routers[i]);
		for (size_t k = 0; k < world->link_count; k++)
			check_link_against(world, link, &world->links[k], routers[i]);
	}
}

/* --- what comes later than a link --- */

static void
check_newcomer(struct plain_world *world, const struct claim *claim, const struct plain_claim *link)
{
	const char *routers[] = {link->claim->domain, link->claim->far};

	for (int i = 0; i < 2; i++) {
		struct plain_finding *finding;

		if (!is_on_router(world, claim, routers[i]) ||
			!prefix_overlaps(&claim->prefix, &link->claim->prefix))
			continue;
		finding = plain_add(world, rule, action_of(world, claim, link->claim, routers[i]),
			claim->field, plain_prefix(world, &claim->prefix));
		plain_against(finding, link->owner);
		plain_stands_on_claim(world, finding, claim);
		stand_on_answer(world, finding, link->claim);
	}
}

static void
check_attachment(struct plain_world *world, const struct attachment *attachment,
	const struct plain_claim *link)
{
	for (size_t i = 0; i < world->claim_count; i++) {
		const struct plain_claim *segment = &world->claims[i];
		struct plain_finding *finding;

		if (segment->claim->role != CLAIM_SEGMENT ||
			!same(segment->claim->domain, attachment->segment) ||
			!is_on_router(world, link->claim, world->subject->home) ||
			!prefix_overlaps(&segment->claim->prefix, &link->claim->prefix))
			continue;
		finding = plain_add(world, rule,
			action_of(world, segment->claim, link->claim, world->subject->home),
			attachment->field, "");
		plain_against(finding, segment->owner);
		plain_against(finding, link->owner);
		stand_on_answer(world, finding, link->claim);
	}
}

void
plain_check_links(struct plain_world *world)
{
	const struct declaration *subject = world->subject;

	for (size_t i = 0; i < world->peering_count; i++)
		if (world->peerings[i].owner == subject)
			check_far_end(world, &world->peerings[i]);
	for (size_t i = 0; i < world->link_count; i++) {
		const struct plain_claim *link = &world->links[i];

		if (link->owner == subject) {
			check_link(world, link->claim);
			for (size_t k = 0; k < i; k++)
				if (world->links[k].owner == subject)
					check_own_pair(world, link->claim, world->links[k].claim);
			continue;
		}
		for (int k = 0; k < subject->claim_count; k++)
			check_newcomer(world, &subject->claims[k], link);
		for (int k = 0; k < subject->attachment_count; k++)
			check_attachment(world, &subject->attachments[k], link);
	}
}
