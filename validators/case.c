#include "validators/case.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

enum { FREE_NETWORKS_SHOWN = 3, FREE_NETWORKS_SPARE = 5, LINK_LENGTH_4 = 30, LINK_LENGTH_6 = 126 };
/* A search looks at all claims of the subject for each network that it tries. */
enum { SUGGESTIONS = 16, CLAIMS_OF_SUGGESTIONS = 256 };
enum { STEPS_OF_A_FINDING = 64 };

void
case_spend(struct case_ *c, size_t steps)
{
	if (c->work)
		c->work->steps += steps;
}

bool
case_is_spent(const struct case_ *c)
{
	return c->work &&
	       c->work->steps + inventory_steps(c->inventory) - c->work->since > c->work->limit;
}

static struct finding *
add_finding(struct case_ *c, enum action action, struct field field, const char *value)
{
	bool told = c->told ? c->told[c->findings->count] : c->found[action] < CASE_TOLD;
	struct finding *finding =
		findings_add(c->findings, c->rule->id, action, &c->subject->object, field, value);

	finding->untold = c->silent || !told;
	c->found[action]++;
	case_spend(c, STEPS_OF_A_FINDING);
	return finding;
}

struct finding *
case_finding(struct case_ *c, struct field field, const char *value)
{
	return add_finding(c, c->action, field, value);
}

struct finding *
case_softer_finding(struct case_ *c, struct field field, const char *value)
{
	return add_finding(c, c->action < ACTION_WARN ? c->action : ACTION_WARN, field, value);
}

void
case_refuse_peering(struct case_ *c, const struct finding *finding, const struct peering *peering)
{
	if (finding->action != ACTION_DENY)
		return;
	c->peering_refused[peering - c->subject->peerings] = true;
	for (int i = 0; i < peering->link_count; i++)
		c->link_refused[peering->first_link + i] = true;
}

void
case_refuse_claim(struct case_ *c, const struct finding *finding, const struct claim *claim)
{
	if (finding->action == ACTION_DENY)
		c->claim_refused[claim - c->subject->claims] = true;
}

void
case_refuse_link(struct case_ *c, const struct finding *finding, const struct claim *link)
{
	if (finding->action != ACTION_DENY)
		return;
	c->link_refused[link - c->subject->links] = true;
	c->peering_refused[link->peering] = true;
}

void
case_refuse_route(struct case_ *c, const struct finding *finding, const struct route *route)
{
	if (finding->action == ACTION_DENY)
		c->route_refused[route - c->subject->routes] = true;
}

void
case_refuse_dns_link(struct case_ *c, const struct finding *finding, const struct dns_link *link)
{
	if (finding->action == ACTION_DENY)
		c->dns_link_refused[link - c->subject->dns_links] = true;
}

bool
case_is_link_refused(const struct case_ *c, const struct claim *link)
{
	return c->link_refused[link - c->subject->links];
}

void
case_message(struct case_ *c, struct finding *finding, const char *format, ...)
{
	const struct party *subject = &finding->subject;
	const char *sentence;
	va_list arguments;

	if (finding->untold)
		return;
	va_start(arguments, format);
	sentence = arena_vprintf(c->arena, format, arguments);
	va_end(arguments);
	finding->message = arena_printf(c->arena, "%s%s%s%s%s",
		field_text(c->arena, subject->field), *subject->value ? " " : "", subject->value,
		*sentence == ':' ? "" : " ", sentence);
}

void
case_statement(struct case_ *c, struct finding *finding, const char *format, ...)
{
	va_list arguments;

	if (finding->untold)
		return;
	va_start(arguments, format);
	finding->message = arena_vprintf(c->arena, format, arguments);
	va_end(arguments);
}

void
case_hint(struct case_ *c, struct finding *finding, const char *format, ...)
{
	const char *line;
	va_list arguments;

	if (finding->untold)
		return;
	va_start(arguments, format);
	line = arena_vprintf(c->arena, format, arguments);
	va_end(arguments);
	finding->hint =
		*finding->hint ? arena_printf(c->arena, "%s\n%s", finding->hint, line) : line;
}

void
case_against(struct case_ *c, struct finding *finding, const struct declaration *other,
	struct field field, const char *value)
{
	finding_counterpart(c->findings, finding, &other->object, field, value);
}

void
case_against_claim(struct case_ *c, struct finding *finding, const struct occupant *other)
{
	const struct claim *claim = other->claim;

	case_against(c, finding, other->declaration, claim->field,
		claim->role == CLAIM_LINK ? case_end(c, claim) : case_prefix(c, &claim->prefix));
}

/* The inventory does not know the subject, whose own claims are not free either. */
static bool
is_taken_by_subject(struct case_ *c, const struct prefix *prefix)
{
	case_spend(c, (size_t)c->subject->claim_count + (size_t)c->subject->link_count);
	for (int i = 0; i < c->subject->claim_count; i++)
		if (prefix_overlaps(&c->subject->claims[i].prefix, prefix))
			return true;
	for (int i = 0; i < c->subject->link_count; i++)
		if (prefix_overlaps(&c->subject->links[i].prefix, prefix))
			return true;
	return false;
}

/* Appends the free networks of one pool to `found`, which has room for `wanted`; returns their new
 * number. */
static size_t
find_free(struct case_ *c, const char *domain, const char *other, const struct prefix *pool,
	uint8_t length, struct prefix *found, size_t count, size_t wanted)
{
	/* Some may be taken by the subject. */
	size_t asked = wanted + FREE_NETWORKS_SPARE + (size_t)c->subject->link_count;
	struct prefix *candidates = ARENA_ARRAY(c->arena, struct prefix, asked);
	size_t free_count;

	if (length < pool->length)
		return count;
	free_count = inventory_free_prefixes(
		c->arena, c->inventory, domain, other, pool, length, candidates, asked);
	for (size_t i = 0; i < free_count && count < wanted && !case_is_spent(c); i++)
		if (!is_taken_by_subject(c, &candidates[i]))
			found[count++] = candidates[i];
	return count;
}

/* A search takes time in the number of the subject's claims; more findings than these are hardly
 * put right one network at a time. */
static bool
wants_suggestions(const struct case_ *c, const struct finding *finding)
{
	return !finding->untold && c->findings->count <= SUGGESTIONS &&
	       c->subject->claim_count + c->subject->link_count <= CLAIMS_OF_SUGGESTIONS;
}

void
case_hint_free_networks(struct case_ *c, struct finding *finding, const char *domain,
	const char *other, const struct prefix *prefix)
{
	struct prefix found[FREE_NETWORKS_SHOWN];
	const char *list = "";
	size_t count = 0;

	if (!wants_suggestions(c, finding))
		return;
	for (const struct prefix *pool = policy_network_pools(c->policy, prefix->address.family);
		pool->length; pool++)
		if (count < FREE_NETWORKS_SHOWN)
			count = find_free(c, domain, other, pool, prefix->length, found, count,
				FREE_NETWORKS_SHOWN);
	for (size_t i = 0; i < count; i++)
		list = arena_printf(
			c->arena, "%s%s%s", list, i ? ", " : "", case_prefix(c, &found[i]));
	if (count)
		case_hint(c, finding, "free%s: %s", other ? " for both" : "", list);
}

/* The `number`-th address of a link network, as the end of a link. */
static const char *
end_of(struct case_ *c, const struct prefix *network, uint64_t number)
{
	struct prefix end = *network;

	if (end.address.family == FAMILY_4)
		end.address.high += number << 32;
	else
		end.address.low += number;
	return case_prefix(c, &end);
}

void
case_hint_free_link(struct case_ *c, struct finding *finding, const struct claim *link)
{
	struct prefix found;

	if (wants_suggestions(c, finding) &&
		case_free_links(c, link->domain, link->far, link->prefix.address.family, &found, 1))
		case_hint(c, finding, "free link network: %s, ends %s and %s",
			case_prefix(c, &found), end_of(c, &found, 1), end_of(c, &found, 2));
}

size_t
case_free_links(struct case_ *c, const char *domain, const char *far, enum family family,
	struct prefix *found, size_t wanted)
{
	uint8_t length = family == FAMILY_4 ? LINK_LENGTH_4 : LINK_LENGTH_6;
	size_t count = 0;

	for (const struct prefix *pool = policy_link_pools(c->policy, family);
		pool->length && count == 0; pool++)
		count = find_free(c, domain, far, pool, length, found, count, wanted);
	return count;
}

const char *
case_prefix(struct case_ *c, const struct prefix *prefix)
{
	return prefix_format(prefix, arena_alloc(c->arena, PREFIX_TEXT_SIZE));
}

const char *
case_address(struct case_ *c, const struct address *address)
{
	return address_format(address, arena_alloc(c->arena, PREFIX_TEXT_SIZE));
}

const char *
case_end(struct case_ *c, const struct claim *link)
{
	return case_prefix(c, &(struct prefix){link->host, link->prefix.length});
}

struct prefix
case_other_host(const struct claim *link)
{
	unsigned first = link->prefix.length + 1u < prefix_bits(link->prefix.address.family);
	struct prefix end = {prefix_nth(&link->prefix, first), link->prefix.length};

	if (address_equal(&end.address, &link->host))
		end.address = prefix_nth(&link->prefix, first + 1);
	return end;
}

const char *
case_yaml(struct case_ *c, const char *text)
{
	return strpbrk(text, ",:") ? arena_printf(c->arena, "\"%s\"", text) : text;
}

const char *
case_other_end(
	struct case_ *c, const struct declaration *declaration, const struct peering *peering)
{
	const char *text = "";

	for (int i = 0; i < peering->link_count && !c->silent; i++) {
		struct prefix end = case_other_host(&declaration->links[peering->first_link + i]);

		text = arena_printf(
			c->arena, "%s%s%s", text, *text ? "," : "", case_prefix(c, &end));
	}
	return *text ? text : "the other end of the link";
}

const char *
case_domain(struct case_ *c, const char *domain)
{
	return c->silent ? "" : domain_name(c->arena, domain);
}

const char *
case_short_domain(struct case_ *c, const char *domain)
{
	return domain_type(domain) == DOMAIN_VPC ? strchr(domain, '/') + 1 : case_domain(c, domain);
}

const char *
case_object(struct case_ *c, const struct declaration *declaration)
{
	return c->silent ? "" : object_text(c->arena, &declaration->object);
}

const char *
case_claim(struct case_ *c, const struct occupant *occupant)
{
	const struct claim *claim = occupant->claim;
	const char *prefix;

	if (c->silent)
		return "";
	prefix = case_prefix(c, &claim->prefix);
	switch (claim->role) {
	case CLAIM_NODES:
	case CLAIM_PODS:
	case CLAIM_SERVICES:
		if (!occupant->declaration->shoot)
			return arena_printf(
				c->arena, "%s, a range of the shoot in the policy", prefix);
		return arena_printf(
			c->arena, "%s, the shoot's %s", prefix, claim_role_name(claim->role));
	case CLAIM_IP_RANGE:
		return arena_printf(
			c->arena, "%s of %s", prefix, case_object(c, occupant->declaration));
	case CLAIM_REMOTE:
		return arena_printf(c->arena, "%s of %s (%s)", prefix,
			case_domain(c, claim->domain), case_object(c, occupant->declaration));
	default:
		return arena_printf(c->arena, "%s of %s in %s", prefix,
			case_object(c, occupant->declaration), case_domain(c, claim->domain));
	}
}

bool
case_has_route(const struct declaration *vpc, const char *table, const struct prefix *network)
{
	for (int i = 0; i < vpc->route_count; i++) {
		const struct route *route = &vpc->routes[i];

		if (!route->by_source && text_equal(route->table, table) &&
			route->next_hop.family == network->address.family &&
			prefix_covers(&route->destination, network))
			return true;
	}
	return false;
}

struct occupants
case_overlaps(struct case_ *c, const char *domain, const struct prefix *prefix, unsigned roles)
{
	return inventory_overlaps(
		c->arena, c->inventory, domain, prefix, roles, &c->subject->object);
}

struct claim_list {
	struct occupants all;
	size_t capacity;
};

static void
append(struct arena *arena, struct claim_list *list, const struct occupant *occupant)
{
	if (list->all.count == list->capacity) {
		struct occupant *larger;

		list->capacity = list->capacity ? 2 * list->capacity : 2 * INVENTORY_ANSWERS;
		larger = ARENA_ARRAY(arena, struct occupant, list->capacity);
		if (list->all.count)
			memcpy(larger, list->all.items, list->all.count * sizeof *larger);
		list->all.items = larger;
	}
	list->all.items[list->all.count++] = *occupant;
}

/* An answer that was cut is asked for again in halves. A claim that reaches into both belongs to
 * the half in which it begins. */
static void
collect(struct case_ *c, const char *domain, const struct prefix *range, struct claim_list *list)
{
	struct occupants part = case_overlaps(c, domain, range, ROLES_OF_HOSTS);
	struct prefix half = *range;

	if (part.more && range->length < prefix_bits(range->address.family)) {
		half.length++;
		collect(c, domain, &half, list);
		if (prefix_next(&half, &half))
			collect(c, domain, &half, list);
		return;
	}
	for (size_t i = 0; i < part.count; i++)
		if (prefix_contains(range, &part.items[i].claim->prefix.address))
			append(c->arena, list, &part.items[i]);
}

struct occupants
case_claims(struct case_ *c, const char *domain)
{
	struct occupants first =
		inventory_claims(c->arena, c->inventory, domain, &c->subject->object);
	struct claim_list list = {0};

	if (!first.more)
		return first;
	for (enum family family = 0; family < FAMILIES; family++)
		collect(c, domain, &(struct prefix){.address = {.family = family}}, &list);
	return list.all;
}

struct occupants
case_private_subnets(struct case_ *c, const char *domain)
{
	return inventory_private_subnets(c->arena, c->inventory, domain, &c->subject->object);
}

struct overlaps
case_overlaps_among_peers(struct case_ *c)
{
	const char **peers =
		ARENA_ARRAY(c->arena, const char *, (size_t)c->subject->peering_count + 1);
	size_t count = 0;

	each_peering(c, peering)
		peers[count++] = peering->to;
	return inventory_overlaps_among(
		c->arena, c->inventory, peers, ROLES_OF_HOSTS, &c->subject->object);
}

const struct declaration *
case_definition(struct case_ *c, const char *domain)
{
	return inventory_definition(c->inventory, domain, &c->subject->object);
}

const struct declaration *
case_router(struct case_ *c, const char *domain)
{
	if (c->subject->defines_home && text_equal(c->subject->home, domain))
		return c->subject;
	return case_definition(c, domain);
}

bool
case_is_default_vpc(struct case_ *c, const char *domain)
{
	const struct declaration *vpc = case_router(c, domain);

	return text_equal(domain, "vpc/" DEFAULT_VPC) || (vpc && vpc->default_vpc);
}

struct declared_peering
case_answer(struct case_ *c, const char *from, const char *to)
{
	struct declared_peerings answers;

	if (c->subject->home && text_equal(c->subject->home, to)) {
		case_spend(c, (size_t)c->subject->peering_count);
		each_peering(c, peering)
			if (text_equal(peering->to, from))
				return (struct declared_peering){c->subject, peering};
	}
	answers = inventory_peerings_between(c->arena, c->inventory, to, from, &c->subject->object);
	return answers.count ? answers.items[0] : (struct declared_peering){0};
}
