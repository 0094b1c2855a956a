/* link-address-conflict: a link network exists on two routers, and on each it must be the only one
 * that holds its addresses. Where it is not, which port a packet leaves by is arbitrary; where the
 * two ends do not fit, nothing passes. Which pairs work was tried on OVN. */
#include "base/text.h"
#include "validators/case.h"

/* The end of a peering in one family. */
static const struct claim *
link_of(const struct declared_peering *side, enum family family, const struct claim *after)
{
	const struct claim *first = &side->declaration->links[side->peering->first_link];

	for (const struct claim *link = after ? after + 1 : first;
		link < first + side->peering->link_count; link++)
		if (link->prefix.address.family == family)
			return link;
	return NULL;
}

static void
refuse(struct case_ *c, struct finding *finding, const struct claim *link)
{
	case_hint_free_link(c, finding, link);
	case_refuse_link(c, finding, link);
}

/* The link by itself. */

static const char *
reserved_address(const struct claim *link)
{
	struct address last = prefix_last(&link->prefix);
	bool four = link->prefix.address.family == FAMILY_4;

	if (!four && address_is_link_local(&link->host))
		return "is link-local: every router port has such addresses, so the next hop would "
		       "be found at any of them";
	if (link->prefix.length >= prefix_bits(link->prefix.address.family) - 1)
		return NULL;
	if (address_equal(&link->host, &link->prefix.address))
		return four ? "is the network address of its link network"
			    : "is the subnet-router address of its link network";
	if (four && address_equal(&link->host, &last))
		return "is the broadcast address of its link network";
	return NULL;
}

static void
check_address(struct case_ *c, const struct claim *link)
{
	const char *problem = reserved_address(link);
	struct finding *finding;

	if (!problem)
		return;
	finding = case_finding(c, link->field, case_end(c, link));
	case_message(c, finding, "%s", problem);
	refuse(c, finding, link);
}

/* Against the other links of the same object. */

static void
check_own_pair(struct case_ *c, const struct claim *link, const struct claim *earlier)
{
	bool one_entry = link->peering == earlier->peering;
	struct finding *finding;

	if (one_entry && address_equal(&link->host, &earlier->host) &&
		link->prefix.length == earlier->prefix.length) {
		finding = case_finding(c, link->field, case_end(c, link));
		case_message(c, finding, "stands twice in one entry: OVN refuses such a port");
		case_hint(c, finding, "write it once");
		case_refuse_link(c, finding, link);
	} else if (one_entry && link->prefix.address.family == earlier->prefix.address.family) {
		finding = case_softer_finding(c, link->field, case_end(c, link));
		case_message(c, finding, "is a second link of one family, beside %s",
			case_end(c, earlier));
	} else if (!one_entry && prefix_overlaps(&link->prefix, &earlier->prefix)) {
		finding = case_finding(c, link->field, case_end(c, link));
		case_message(c, finding, "overlaps the link %s to %s on the same router",
			case_end(c, earlier), case_domain(c, earlier->far));
		case_against(c, finding, c->subject, earlier->field, case_end(c, earlier));
		refuse(c, finding, link);
	}
}

static void
check_own_links(struct case_ *c, const struct claim *link)
{
	case_spend(c, (size_t)(link - c->subject->links));
	for (const struct claim *earlier = c->subject->links;
		earlier < link && !case_is_link_refused(c, link); earlier++)
		if (!case_is_link_refused(c, earlier))
			check_own_pair(c, link, earlier);
}

/* Against everything else on a router. */

/* What a claim puts on a router, one by one. A link's far router has the half that the far end
 * declares, which may be the narrower one. Until it is declared, the whole. */
static const struct claim *
next_half(struct case_ *c, const struct claim *claim, const char *router, const struct claim *after)
{
	enum family family = claim->prefix.address.family;
	struct declared_peering answer = {0};

	if (claim->role == CLAIM_LINK && !text_equal(router, claim->domain))
		answer = case_answer(c, claim->domain, claim->far);
	if (answer.peering && link_of(&answer, family, NULL))
		return link_of(&answer, family, after);
	return after ? NULL : claim;
}

static bool
collide(struct case_ *c, const struct claim *one, const struct claim *other, const char *router)
{
	for (const struct claim *a = NULL; (a = next_half(c, one, router, a));)
		for (const struct claim *b = NULL; (b = next_half(c, other, router, b));)
			if (prefix_overlaps(&a->prefix, &b->prefix))
				return true;
	return false;
}

static bool
is_other_end(const struct claim *link, const struct claim *other)
{
	return other->role == CLAIM_LINK && text_equal(link->domain, other->far) &&
	       text_equal(link->far, other->domain);
}

static bool
is_certain(struct case_ *c, const struct claim *one, const struct claim *other, const char *router)
{
	return !one->unrouted && !other->unrouted && collide(c, one, other, router);
}

static const char *
describe(struct case_ *c, const struct occupant *other)
{
	const struct claim *claim = other->claim;

	if (c->silent)
		return "";
	if (claim->role == CLAIM_LINK)
		return arena_printf(c->arena, "the link %s of %s to %s", case_end(c, claim),
			case_object(c, other->declaration), case_domain(c, claim->far));
	if (claim->role == CLAIM_BFD)
		return arena_printf(c->arena, "the BFD port %s of %s",
			case_address(c, &claim->prefix.address),
			case_object(c, other->declaration));
	if (claim->role == CLAIM_SEGMENT)
		return arena_printf(c->arena, "%s of the external %s",
			case_prefix(c, &claim->prefix), case_object(c, other->declaration));
	return case_claim(c, other);
}

static void
report_meeting(
	struct case_ *c, const struct claim *link, const struct occupant *other, const char *router)
{
	struct finding *finding;

	if (is_certain(c, link, other->claim, router))
		finding = case_finding(c, link->field, case_end(c, link));
	else
		finding = case_softer_finding(c, link->field, case_end(c, link));
	case_message(c, finding, "overlaps %s, on the router of %s", describe(c, other),
		case_domain(c, router));
	case_against_claim(c, finding, other);
	refuse(c, finding, link);
}

/* What peers with itself is refused for that alone. */
static bool
is_of_self_peering(const struct claim *claim)
{
	return claim->role == CLAIM_LINK && text_equal(claim->domain, claim->far);
}

static void
check_meetings(struct case_ *c, const struct claim *link, const struct occupants *others,
	const char *router)
{
	for (size_t i = 0; i < others->count; i++)
		if (!is_other_end(link, others->items[i].claim) &&
			!is_of_self_peering(others->items[i].claim))
			report_meeting(c, link, &others->items[i], router);
}

static void
check_router(struct case_ *c, const struct claim *link, const char *router)
{
	const struct declaration *owner = case_router(c, router);
	struct occupants others = case_overlaps(c, router, &link->prefix,
		ROLES_OF_HOSTS | ROLE_BIT(CLAIM_LINK) | ROLE_BIT(CLAIM_BFD));

	check_meetings(c, link, &others, router);
	for (int i = 0; owner && i < owner->attachment_count; i++) {
		others = case_overlaps(
			c, owner->attachments[i].segment, &link->prefix, ROLE_BIT(CLAIM_SEGMENT));
		check_meetings(c, link, &others, router);
	}
}

static void
check_own_bfd_port(struct case_ *c, const struct claim *link)
{
	case_spend(c, (size_t)c->subject->claim_count);
	each_claim(c, claim)
		if (claim->role == CLAIM_BFD && prefix_overlaps(&claim->prefix, &link->prefix) &&
			!case_is_link_refused(c, link)) {
			struct finding *finding = case_finding(c, link->field, case_end(c, link));

			case_message(c, finding, "holds %s, the address of this VPC's BFD port",
				case_address(c, &claim->prefix.address));
			case_against(c, finding, c->subject, claim->field,
				case_address(c, &claim->prefix.address));
			refuse(c, finding, link);
		}
}

/* Against the other end. */

enum fit { FITS, MASKS_DIFFER, ONE_WAY, SAME_ADDRESS, APART };

static enum fit
fit_of(const struct claim *near, const struct claim *far)
{
	bool sees_far = prefix_contains(&near->prefix, &far->host),
	     sees_near = prefix_contains(&far->prefix, &near->host);

	if (address_equal(&near->host, &far->host))
		return SAME_ADDRESS;
	if (sees_far && sees_near)
		return near->prefix.length == far->prefix.length ? FITS : MASKS_DIFFER;
	return sees_far || sees_near ? ONE_WAY : APART;
}

/* How well the end fits the far one; of several networks in one family the best counts. */
static enum fit
best_fit(const struct claim *near, const struct declared_peering *answer, const struct claim **best)
{
	enum fit fit = APART;

	*best = NULL;
	for (const struct claim *far = NULL;
		(far = link_of(answer, near->prefix.address.family, far));) {
		if (!*best || fit_of(near, far) < fit) {
			fit = fit_of(near, far);
			*best = far;
		}
	}
	return fit;
}

static void
hint_end(struct case_ *c, struct finding *finding, const struct claim *far)
{
	struct prefix end = case_other_host(far);

	if (prefix_bits(end.address.family) - end.length > 2)
		case_hint(c, finding, "write another address of %s, the network of the far end",
			case_prefix(c, &far->prefix));
	else
		case_hint(c, finding,
			"the end that fits is %s; to renumber, remove the peering here, change the "
			"far end, then add it again",
			case_prefix(c, &end));
}

static void
report_end(struct case_ *c, const struct claim *near, const struct claim *far, enum fit fit,
	const struct declared_peering *answer)
{
	static const char *const problems[] = {
		[MASKS_DIFFER] = "has another prefix length than",
		[ONE_WAY] = "and its far end do not both hold each other:",
		[SAME_ADDRESS] = "is also the address of the far end,",
		[APART] = "lies in another network than the far end,",
	};
	struct finding *finding;

	finding = fit == MASKS_DIFFER ? case_softer_finding(c, near->field, case_end(c, near))
				      : case_finding(c, near->field, case_end(c, near));
	case_message(c, finding, "%s %s of %s", problems[fit], case_end(c, far),
		case_object(c, answer->declaration));
	case_against(c, finding, answer->declaration, far->field, case_end(c, far));
	hint_end(c, finding, far);
	case_refuse_link(c, finding, near);
}

/* Of several networks in one family it is enough that one fits. */
static void
check_end(struct case_ *c, const struct declared_peering *mine, enum family family,
	const struct declared_peering *answer)
{
	const struct claim *near = NULL, *far = NULL;
	enum fit best = APART;

	for (const struct claim *link = NULL; (link = link_of(mine, family, link));) {
		const struct claim *other;
		enum fit fit = best_fit(link, answer, &other);

		if (case_is_link_refused(c, link) || !other || (near && fit >= best))
			continue;
		best = fit;
		near = link;
		far = other;
	}
	if (near && best != FITS)
		report_end(c, near, far, best, answer);
}

/* A family that only one end has: of no use, and without a family in common nothing passes at all.
 */
static void
check_families(
	struct case_ *c, const struct peering *peering, const struct declared_peering *answer)
{
	const struct declared_peering near = {c->subject, peering};
	const struct claim *mine[FAMILIES] = {0}, *theirs[FAMILIES] = {0};
	bool in_common;
	struct finding *finding;

	for (enum family family = 0; family < FAMILIES; family++) {
		mine[family] = link_of(&near, family, NULL);
		theirs[family] = link_of(answer, family, NULL);
	}
	if (!mine[FAMILY_4] == !theirs[FAMILY_4] && !mine[FAMILY_6] == !theirs[FAMILY_6])
		return;
	in_common = (mine[FAMILY_4] && theirs[FAMILY_4]) || (mine[FAMILY_6] && theirs[FAMILY_6]);
	for (enum family family = 0; family < FAMILIES; family++) {
		const struct claim *link = mine[family] ? mine[family] : mine[!family];
		const struct claim *other = theirs[family] ? theirs[family] : theirs[!family];

		if (!link || !other || !mine[family] == !theirs[family] ||
			case_is_link_refused(c, link))
			continue;
		finding = in_common ? case_softer_finding(c, link->field, case_end(c, link))
				    : case_finding(c, link->field, case_end(c, link));
		case_message(c, finding, "and the far end %s of %s have %s", case_end(c, other),
			case_object(c, answer->declaration),
			in_common ? "not both families" : "no address family in common");
		case_against(c, finding, answer->declaration, other->field, case_end(c, other));
		case_hint(c, finding, "give both ends an %s address, or neither",
			family == FAMILY_4 ? "IPv4" : "IPv6");
		case_refuse_link(c, finding, link);
		return;
	}
}

static void
check_ends(struct case_ *c, const struct peering *peering)
{
	struct declared_peering answer = case_answer(c, peering->from, peering->to);
	struct declared_peering mine = {c->subject, peering};

	if (!answer.peering || !peering->link_count || !answer.peering->link_count)
		return;
	case_spend(c, (size_t)peering->link_count * (size_t)answer.peering->link_count);
	check_families(c, peering, &answer);
	for (enum family family = 0; family < FAMILIES; family++)
		check_end(c, &mine, family, &answer);
}

/* What comes later than a link. */

static void
report_newcomer(struct case_ *c, const struct claim *claim, const struct claim *link,
	const struct occupant *other, const char *router)
{
	const char *value = case_prefix(c, &claim->prefix);
	struct finding *finding = is_certain(c, claim, link, router)
					  ? case_finding(c, claim->field, value)
					  : case_softer_finding(c, claim->field, value);

	case_message(c, finding, "overlaps %s, on the router of %s", describe(c, other),
		case_domain(c, router));
	case_against_claim(c, finding, other);
	if (claim->role == CLAIM_SUBNET)
		case_hint_free_networks(c, finding, router, NULL, &claim->prefix);
	case_refuse_claim(c, finding, claim);
}

static void
check_newcomer(struct case_ *c, const struct claim *claim, const char *router)
{
	struct occupants links = case_overlaps(c, router, &claim->prefix, ROLE_BIT(CLAIM_LINK));

	for (size_t i = 0; i < links.count; i++)
		if (!is_of_self_peering(links.items[i].claim))
			report_newcomer(c, claim, links.items[i].claim, &links.items[i], router);
}

static void
check_new_segment(struct case_ *c, const struct claim *claim)
{
	struct declarations routers =
		inventory_attached_to(c->arena, c->inventory, claim->domain, &c->subject->object);

	for (size_t i = 0; i < routers.count; i++)
		check_newcomer(c, claim, routers.items[i]->home);
}

static void
report_attachment(struct case_ *c, const struct attachment *attachment,
	const struct occupant *network, const struct occupant *link)
{
	struct finding *finding = is_certain(c, network->claim, link->claim, c->subject->home)
					  ? case_finding(c, attachment->field, "")
					  : case_softer_finding(c, attachment->field, "");

	case_message(c, finding, "attaches %s, which overlaps %s", describe(c, network),
		describe(c, link));
	case_against_claim(c, finding, network);
	case_against_claim(c, finding, link);
}

static void
check_new_attachment(struct case_ *c, const struct attachment *attachment)
{
	struct occupants networks = case_claims(c, attachment->segment);

	for (size_t i = 0; i < networks.count; i++) {
		struct occupants links = case_overlaps(c, c->subject->home,
			&networks.items[i].claim->prefix, ROLE_BIT(CLAIM_LINK));

		for (size_t k = 0; k < links.count; k++)
			if (!is_of_self_peering(links.items[k].claim))
				report_attachment(
					c, attachment, &networks.items[i], &links.items[k]);
	}
}

static void
check(struct case_ *c)
{
	each_link(c, link)
		check_address(c, link);
	each_link(c, link)
		check_own_links(c, link);
	each_link(c, link)
		check_own_bfd_port(c, link);
	each_peering(c, peering)
		check_ends(c, peering);
	each_link(c, link)
		check_router(c, link, link->domain);
	each_link(c, link)
		check_router(c, link, link->far);
	each_claim(c, claim)
		if (claim->role == CLAIM_SEGMENT)
			check_new_segment(c, claim);
		else
			check_newcomer(c, claim, claim->domain);
	for (int i = 0; i < c->subject->attachment_count && !case_is_spent(c); i++)
		check_new_attachment(c, &c->subject->attachments[i]);
}

const struct rule link_address_conflict = {
	.id = "link-address-conflict",
	.summary = "fails when the address or network of a link collides on either router, or the "
		   "two ends of a link do not fit",
	.action = ACTION_DENY,
	.guards = KIND_BIT(KIND_VPC) | KIND_BIT(KIND_SUBNET),
	.check = check,
};
