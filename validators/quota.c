/* quota: clouds and routers take only so many peerings, routes and DNS links. What is beyond the
 * limit fails late, and often only at the other side. */
#include "base/text.h"
#include "validators/case.h"
#include "validators/remote_command.h"

/* A number that has a limit, with what the subject adds to it. */
struct use {
	enum quota quota;
	enum provider provider;
	size_t count;
	const char *what; /* "peerings of VPC vpc-1" */
	struct field field;
	const char *value; /* of the field; NULL when it is a whole list */
	bool adds_none;    /* an update that leaves the number as it was, or lowers it */
	unsigned shown;    /* the limit that the cloud itself shows; 0 when it is not known */
	const struct declaration *other; /* the far side that the number belongs to, or NULL */
};

static const char *const provider_names[PROVIDER_OTHER] = {
	[PROVIDER_NONE] = "the policy",
	[PROVIDER_AWS] = "AWS",
	[PROVIDER_GCP] = "Google Cloud",
	[PROVIDER_AZURE] = "Azure",
};

/* Where a quota of a cloud is raised; NULL where only the policy sets one. */
static const char *const raise_at[QUOTAS][PROVIDER_OTHER] = {
	[QUOTA_PEERINGS] =
		{
			[PROVIDER_AWS] = "raise quota L-7E9ECCDB (active VPC peering connections "
					 "per VPC) at AWS",
			[PROVIDER_GCP] = "raise quota PEERINGS_PER_NETWORK at Google Cloud",
			[PROVIDER_AZURE] = "ask Azure for more virtual network peerings per "
					   "virtual network",
		},
	[QUOTA_ROUTES] =
		{
			[PROVIDER_AWS] = "raise quota L-93826ACB (routes per route table) at AWS",
		},
	[QUOTA_LINKS] =
		{
			[PROVIDER_AZURE] = "ask Azure for more virtual network links per private "
					   "DNS zone",
		},
	[QUOTA_RULESET_LINKS] =
		{
			[PROVIDER_AZURE] = "ask Azure for more virtual network links per DNS "
					   "forwarding ruleset",
		},
};

static const char *const quota_keys[QUOTAS] = {
	[QUOTA_PEERINGS] = "peerings",
	[QUOTA_ROUTES] = "routes",
	[QUOTA_LINKS] = "links",
	[QUOTA_RULESET_LINKS] = "rulesetLinks",
};

static const char *const provider_keys[PROVIDER_OTHER] = {
	[PROVIDER_NONE] = "kubeOvn",
	[PROVIDER_AWS] = "aws",
	[PROVIDER_GCP] = "gcp",
	[PROVIDER_AZURE] = "azure",
};

static bool
is_unlimited(struct case_ *c, enum quota quota, enum provider provider)
{
	return policy_quota(c->policy, quota, provider) == 0;
}

/* The lowest number that is 90 % of the limit. */
static size_t
near(unsigned limit)
{
	return ((size_t)limit * 9 + 9) / 10;
}

/* The policy cannot allow more than the cloud does. */
static bool
is_limit_shown(struct case_ *c, const struct use *use)
{
	unsigned limit = policy_quota(c->policy, use->quota, use->provider);

	return use->shown && (limit == 0 || use->shown <= limit);
}

static void
hint_in_cloud(struct case_ *c, struct finding *finding, const struct use *use)
{
	const char *list = use->other && use->other->remote
				   ? remote_command_list_links(c, use->other->remote)
				   : NULL;

	case_hint(c, finding, "%s", raise_at[use->quota][use->provider]);
	if (list)
		case_hint(c, finding, "or delete a link that nobody needs: %s", list);
}

static void
hint(struct case_ *c, struct finding *finding, const struct use *use)
{
	const char *where = raise_at[use->quota][use->provider];

	if (is_limit_shown(c, use))
		hint_in_cloud(c, finding, use);
	else
		case_hint(c, finding, "%s%sset spec.quotas.%s.%s of the policy", where ? where : "",
			where ? ", then " : "", quota_keys[use->quota],
			provider_keys[use->provider]);
}

static void
check_use(struct case_ *c, const struct use *use)
{
	unsigned limit = is_limit_shown(c, use)
				 ? use->shown
				 : policy_quota(c->policy, use->quota, use->provider);
	struct finding *finding;
	const char *count, *value;

	if (limit == 0 || use->count < near(limit))
		return;
	count = arena_printf(c->arena, "%zu", use->count);
	value = use->value ? use->value : count;
	finding = use->count > limit && !use->adds_none ? case_finding(c, use->field, value)
							: case_softer_finding(c, use->field, value);
	case_statement(c, finding, "%s%s%s makes %s %s: %s allows %u%s",
		field_text(c->arena, use->field), use->value ? " " : "",
		use->value ? use->value : "", count, use->what, provider_names[use->provider],
		limit, is_limit_shown(c, use) ? " there" : "");
	if (use->other)
		case_against(c, finding, use->other, (struct field){"metadata.name", 0},
			use->other->object.name);
	hint(c, finding, use);
}

/* --- peerings --- */

static enum provider
provider_of(const struct peering *peering)
{
	return peering->remote ? peering->remote->provider : PROVIDER_NONE;
}

static bool
is_new_pair(struct case_ *c, const struct peering *peering)
{
	return !text_equal(peering->from, peering->to) &&
	       !inventory_are_peers(c->inventory, peering->from, peering->to, &c->subject->object);
}

static void
check_own_side(struct case_ *c)
{
	const struct declaration *before = c->before;
	const struct peering *last = NULL;
	size_t added = 0;

	each_peering(c, peering) {
		last = peering;
		added += is_new_pair(c, peering);
	}
	if (last)
		check_use(c, &(struct use){
				     .quota = QUOTA_PEERINGS,
				     .provider = provider_of(last),
				     .count = added + inventory_count_peers(c->inventory,
							      last->from, &c->subject->object),
				     .what = arena_printf(c->arena, "peerings of %s",
					     case_domain(c, last->from)),
				     .field = last->remote ? last->field
							   : (struct field){"spec.vpcPeerings", 0},
				     .value = last->remote ? last->target : NULL,
				     .adds_none = before && before->peering_count >=
								    c->subject->peering_count,
			     });
}

/* What the cloud has shown of the remote network, and this one. */
static size_t
count_at_remote(const struct declaration *network, const struct peering *peering)
{
	size_t count = 1;

	for (int i = 0; network && i < network->taken_name_count; i++)
		count += !text_equal(network->taken_names[i].name, peering->name);
	return count;
}

static bool
was_there_before(struct case_ *c, const struct peering *peering)
{
	case_spend(c, c->before ? (size_t)c->before->peering_count : 0);
	for (int i = 0; c->before && i < c->before->peering_count; i++)
		if (text_equal(c->before->peerings[i].to, peering->to))
			return true;
	return false;
}

/* At AWS a peering has no name by which it could be told from those that the cloud has shown. */
static void
check_far_side(struct case_ *c, const struct peering *peering)
{
	const struct declaration *far = case_definition(c, peering->to);
	enum provider provider = provider_of(peering);
	size_t count;

	if (provider == PROVIDER_AWS)
		return;
	count = peering->remote
			? count_at_remote(far, peering)
			: is_new_pair(c, peering) + inventory_count_peers(c->inventory, peering->to,
							    &c->subject->object);
	if (count < near(policy_quota(c->policy, QUOTA_PEERINGS, provider)))
		return;
	check_use(c, &(struct use){
			     .quota = QUOTA_PEERINGS,
			     .provider = provider,
			     .count = count,
			     .what = arena_printf(
				     c->arena, "peerings of %s", case_domain(c, peering->to)),
			     .field = peering->field,
			     .value = peering->target,
			     .adds_none = was_there_before(c, peering),
			     .other = far,
		     });
}

static void
check_peerings(struct case_ *c)
{
	if (c->subject->peering_count == 0 ||
		is_unlimited(c, QUOTA_PEERINGS, provider_of(&c->subject->peerings[0])))
		return;
	check_own_side(c);
	each_peering(c, peering)
		check_far_side(c, peering);
}

/* --- routes --- */

static size_t
count_in_table(const struct declaration *vpc, const char *table)
{
	size_t count = 0;

	for (int i = 0; vpc && i < vpc->route_count; i++)
		count += text_equal(vpc->routes[i].table, table);
	return count;
}

static bool
is_first_of_table(const struct declaration *vpc, const struct route *route)
{
	const struct route *earlier = vpc->routes;

	while (!text_equal(earlier->table, route->table))
		earlier++;
	return earlier == route;
}

static void
check_table(struct case_ *c, const char *table)
{
	size_t count = count_in_table(c->subject, table);

	check_use(c,
		&(struct use){
			.quota = QUOTA_ROUTES,
			.provider = PROVIDER_NONE,
			.count = count,
			.what = *table ? arena_printf(c->arena, "routes in route table %s", table)
				       : "routes in the main route table",
			.field = {"spec.staticRoutes", 0},
			.adds_none = c->before && count_in_table(c->before, table) >= count,
		});
}

static void
check_static_routes(struct case_ *c)
{
	if (is_unlimited(c, QUOTA_ROUTES, PROVIDER_NONE))
		return;
	for (int i = 0; i < c->subject->route_count && !case_is_spent(c); i++) {
		case_spend(c, (size_t)c->subject->route_count);
		if (is_first_of_table(c->subject, &c->subject->routes[i]))
			check_table(c, c->subject->routes[i].table);
	}
}

static size_t
count_ipv4(const struct declaration *network)
{
	size_t count = 0;

	for (int i = 0; i < network->claim_count; i++)
		count += network->claims[i].prefix.address.family == FAMILY_4;
	return count;
}

/* Each IPv4 network of each peer becomes a route in each table of the shoot's network; `added` are
 * those that the subject brings. */
static void
check_shoot_routes(
	struct case_ *c, struct field field, const char *value, size_t added, bool adds_none)
{
	if (added == 0 || is_unlimited(c, QUOTA_ROUTES, PROVIDER_AWS))
		return;
	added += inventory_count_peer_prefixes(
		c->inventory, DOMAIN_OF_SHOOT, FAMILY_4, &c->subject->object);
	check_use(c, &(struct use){
			     .quota = QUOTA_ROUTES,
			     .provider = PROVIDER_AWS,
			     .count = added,
			     .what = "routes to peers in each table of the shoot's network",
			     .field = field,
			     .value = value,
			     .adds_none = adds_none,
		     });
}

/* A remote network is a fact: to refuse its description would only hide the excess. */
static void
check_remote_routes(struct case_ *c)
{
	const struct declaration *network = c->subject;

	if (network->home && !case_definition(c, network->home) &&
		inventory_are_peers(c->inventory, DOMAIN_OF_SHOOT, network->home, NULL))
		check_shoot_routes(
			c, (struct field){"spec.cidrs", 0}, NULL, count_ipv4(network), true);
}

/* --- DNS links --- */

static void
check_dns_link(struct case_ *c, const struct dns_link *link)
{
	const struct declaration *zone = case_definition(c, link->zone);
	bool ruleset = text_equal(link->exclusive, "ruleset");

	check_use(c,
		&(struct use){
			.quota = ruleset ? QUOTA_RULESET_LINKS : QUOTA_LINKS,
			.provider = PROVIDER_AZURE,
			.count = inventory_count_dns_links(c->arena, c->inventory, link->zone,
				link->name, &c->subject->object),
			.what = arena_printf(c->arena, "links to %s", case_domain(c, link->zone)),
			.field = link->field,
			.value = link->remote->id,
			.adds_none = c->before != NULL,
			.shown = zone ? zone->most_links : 0,
			.other = zone,
		});
}

static void
check(struct case_ *c)
{
	check_peerings(c);
	check_static_routes(c);
	each_peering(c, peering)
		if (provider_of(peering) == PROVIDER_AWS)
			check_shoot_routes(c, peering->field, peering->target,
				is_new_pair(c, peering) ? inventory_count_prefixes(c->inventory,
								  peering->to, FAMILY_4)
							: 0,
				c->before != NULL);
	if (c->subject->object.kind == KIND_REMOTE_NETWORK && c->subject->remote &&
		c->subject->remote->provider == PROVIDER_AWS)
		check_remote_routes(c);
	each_dns_link(c, link)
		check_dns_link(c, link);
}

const struct rule quota_rule = {
	.id = "quota",
	.summary = "fails when there would be more peerings, routes or DNS links than the provider "
		   "allows",
	.action = ACTION_DENY,
	.guards =
		GUARDS_PEERINGS | KIND_BIT(KIND_AZURE_VPC_DNS_LINK) | KIND_BIT(KIND_REMOTE_NETWORK),
	.forbids = true,
	.check = check,
};
