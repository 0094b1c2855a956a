/* Random worlds, in which every count is compared with a plain walk over everything; and what such
 * a world does not show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "network/inventory.h"
#include "random.h"

enum { VPCS = 9, SUBNETS = 12, PEERS = 4, ROUTES = 5, WORLDS = 400, SPOKES = 10000 };

struct vpc {
	struct declaration declaration;
	struct peering peerings[PEERS];
	struct claim links[PEERS];
	struct route routes[ROUTES];
	struct claim claims[2];
};
struct subnet {
	int vpc;
	struct declaration declaration;
	struct claim claim;
};
struct world {
	struct vpc vpcs[VPCS];
	struct subnet subnets[SUBNETS];
};

static char names[SPOKES][16], domains[SPOKES][20];

static struct prefix
ipv4(unsigned third, uint8_t length)
{
	struct prefix prefix = {.address = {.family = FAMILY_4}, .length = length};

	prefix.address.high = (UINT64_C(10) << 24 | (uint64_t)third << 8) << 32;
	return prefix_network(&prefix);
}

static struct prefix
ipv6(void)
{
	return (struct prefix){{UINT64_C(0xfd00) << 48, 0, FAMILY_6}, 64};
}

static struct claim
link_to(const char *from, const char *to, unsigned number)
{
	return (struct claim){
		.domain = from, .far = to, .prefix = ipv4(100 + number, 30), .role = CLAIM_LINK};
}

static void
make_vpc(struct vpc *vpc, int number)
{
	struct declaration *d = &vpc->declaration;

	*vpc = (struct vpc){.declaration = {.object = {KIND_VPC, "", names[number]},
				    .home = domains[number],
				    .defines_home = true,
				    .deleting = random_below(5) == 0,
				    .peerings = vpc->peerings,
				    .links = vpc->links,
				    .routes = vpc->routes,
				    .claims = vpc->claims,
				    .peering_count = (int)random_below(PEERS),
				    .route_count = (int)random_below(ROUTES),
				    .claim_count = (int)random_below(3)}};
	d->link_count = d->peering_count;
	for (int i = 0; i < d->peering_count; i++) {
		const char *to = domains[random_below(VPCS)];

		vpc->links[i] = link_to(d->home, to, (unsigned)i);
		vpc->peerings[i] = (struct peering){.from = d->home,
			.to = to,
			.target = "",
			.name = "",
			.first_link = i,
			.link_count = 1};
	}
	for (int i = 0; i < d->route_count; i++)
		vpc->routes[i] = (struct route){.table = "",
			.by_source = random_below(4) == 0,
			.destination = ipv4((unsigned)random_below(16),
				random_below(8) == 0 ? 0 : (uint8_t)(20 + random_below(5))),
			.next_hop = ipv4(100 + (unsigned)random_below(PEERS), 32).address};
	for (int i = 0; i < d->claim_count; i++)
		vpc->claims[i] = (struct claim){.domain = d->home,
			.role = CLAIM_REMOTE,
			.prefix = random_below(2) ? ipv6() : ipv4((unsigned)random_below(16), 32)};
}

static void
make_subnet(struct subnet *subnet, int number)
{
	int vpc = (int)random_below(VPCS);

	*subnet = (struct subnet){.vpc = vpc,
		.declaration = {.object = {KIND_SUBNET, "", names[number]},
			.claims = &subnet->claim,
			.claim_count = 1},
		.claim = {.domain = domains[vpc],
			.role = CLAIM_SUBNET,
			.unrouted = random_below(5) == 0,
			.prefix =
				ipv4((unsigned)random_below(16), (uint8_t)(22 + random_below(3)))}};
	subnet->declaration.home = subnet->claim.domain;
}

static void
make_world(struct world *world, struct inventory *inventory)
{
	for (int i = 0; i < VPCS; i++) {
		make_vpc(&world->vpcs[i], i);
		inventory_store(inventory, &world->vpcs[i].declaration);
	}
	for (int i = 0; i < SUBNETS; i++) {
		make_subnet(&world->subnets[i], i);
		inventory_store(inventory, &world->subnets[i].declaration);
	}
}

/* --- the plain walk; `except` is the number of a VPC, or -1 --- */

static bool
declares(const struct world *world, int from, int to, int except)
{
	const struct declaration *d = &world->vpcs[from].declaration;

	for (int i = 0; from != except && i < d->peering_count; i++)
		if (text_equal(d->peerings[i].to, domains[to]))
			return true;
	return false;
}

static bool
are_peers(const struct world *world, int one, int other, int except)
{
	return declares(world, one, other, except) || declares(world, other, one, except);
}

static size_t
count_peers(const struct world *world, int vpc, int except)
{
	size_t count = 0;

	for (int i = 0; i < VPCS; i++)
		count += i != vpc && are_peers(world, vpc, i, except);
	return count;
}

static size_t
count_prefixes(const struct world *world, int vpc, int except)
{
	size_t count = 0;

	for (int i = 0; i < VPCS; i++)
		for (int k = 0; i != except && k < world->vpcs[i].declaration.claim_count; k++)
			count += declares(world, vpc, i, except) &&
				 world->vpcs[i].claims[k].prefix.address.family == FAMILY_4;
	return count;
}

static size_t
count_needs(const struct world *world, int vpc, int except)
{
	size_t count = 0;

	for (int i = 0; i < VPCS; i++)
		count += i != vpc && !world->vpcs[i].declaration.deleting &&
			 declares(world, i, vpc, except);
	return count;
}

static bool
stays(const struct world *world, int vpc, const struct prefix *destination, int leaving)
{
	for (int i = 0; i < SUBNETS; i++)
		if (i != leaving && !world->subnets[i].claim.unrouted &&
			text_equal(world->subnets[i].claim.domain, domains[vpc]) &&
			prefix_overlaps(&world->subnets[i].claim.prefix, destination))
			return true;
	return false;
}

/* Over the first of its peerings with the VPC. */
static bool
leads_there(const struct vpc *from, const struct route *route, int vpc)
{
	for (int i = 0; i < from->declaration.peering_count; i++)
		if (text_equal(from->peerings[i].to, domains[vpc]))
			return prefix_contains(&from->links[i].prefix, &route->next_hop);
	return false;
}

static size_t
count_routes(const struct world *world, int vpc, int leaving)
{
	const struct prefix *prefix = &world->subnets[leaving].claim.prefix;
	size_t count = 0;

	for (int i = 0; i < VPCS; i++) {
		const struct vpc *from = &world->vpcs[i];

		for (int k = 0; i != vpc && !from->declaration.deleting &&
				k < from->declaration.route_count;
			k++) {
			const struct route *route = &from->routes[k];

			count += !route->by_source && route->destination.length > 0 &&
				 leads_there(from, route, vpc) &&
				 prefix_overlaps(&route->destination, prefix) &&
				 !stays(world, vpc, &route->destination, leaving);
		}
	}
	return count;
}

/* --- the comparison --- */

static void
compare_peers(const struct world *world, const struct inventory *inventory, struct arena *arena,
	int vpc, int except)
{
	const struct object_id *left_out =
		except < 0 ? NULL : &world->vpcs[except].declaration.object;
	size_t count = count_peers(world, vpc, except);

	assert_int_equal(inventory_count_peers(inventory, domains[vpc], left_out), count);
	for (int other = 0; other < VPCS; other++)
		assert_int_equal(
			inventory_are_peers(inventory, domains[vpc], domains[other], left_out),
			are_peers(world, vpc, other, except));
	assert_int_equal(inventory_count_peer_prefixes(inventory, domains[vpc], FAMILY_4, left_out),
		count_prefixes(world, vpc, except));
	assert_int_equal(inventory_needs_of(arena, inventory, domains[vpc], left_out).total,
		count_needs(world, vpc, except));
}

static void
every_count_agrees_with_a_walk_over_everything(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	(void)state;
	random_start();
	for (int round = 0; round < WORLDS; round++) {
		struct inventory *inventory = inventory_new();
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);

		make_world(world, inventory);
		for (int vpc = 0; vpc < VPCS; vpc++) {
			compare_peers(world, inventory, arena, vpc, (int)random_below(VPCS) - 1);
			compare_peers(world, inventory, arena, vpc, vpc);
		}
		for (int i = 0; i < SUBNETS; i++) {
			const struct subnet *subnet = &world->subnets[i];
			int vpc = subnet->vpc;

			assert_int_equal(inventory_routes_only_for(arena, inventory, domains[vpc],
						 &subnet->claim.prefix, &subnet->declaration.object)
						 .total,
				count_routes(world, vpc, i));
		}
		inventory_free(inventory);
	}
	free(world);
}

/* --- a hub --- */

static void
store_spoke(struct inventory *inventory, int number)
{
	struct claim link = link_to(domains[number], "vpc/hub", 0);
	struct peering peering = {.from = domains[number],
		.to = "vpc/hub",
		.target = "hub",
		.name = "",
		.link_count = 1};
	struct route route = {
		.table = "", .destination = ipv4(0, 16), .next_hop = link.prefix.address};
	struct declaration spoke = {.object = {KIND_VPC, "", names[number]},
		.home = domains[number],
		.defines_home = true,
		.deleting = number == 7,
		.links = &link,
		.link_count = 1,
		.peerings = &peering,
		.peering_count = 1,
		.routes = &route,
		.route_count = 1};

	inventory_store(inventory, &spoke);
}

static void
a_hub_with_ten_thousand_spokes_is_counted_beyond_what_a_list_shows(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct inventory *inventory = inventory_new();
	const struct object_id first = {KIND_VPC, "", names[0]};
	struct prefix subnet = ipv4(1, 24);
	struct needs needs;

	(void)state;
	for (int i = 0; i < SPOKES; i++)
		store_spoke(inventory, i);
	assert_int_equal(inventory_count_peers(inventory, "vpc/hub", NULL), SPOKES);
	assert_int_equal(inventory_count_peers(inventory, "vpc/hub", &first), SPOKES - 1);
	needs = inventory_needs_of(arena, inventory, "vpc/hub", NULL);
	assert_int_equal(needs.count, INVENTORY_ANSWERS);
	assert_int_equal(needs.total, SPOKES - 1); /* one of them is being deleted */
	assert_string_equal(needs.items[0].value, "hub");
	needs = inventory_routes_only_for(arena, inventory, "vpc/hub", &subnet, NULL);
	assert_int_equal(needs.count, INVENTORY_ANSWERS);
	assert_int_equal(needs.total, SPOKES - 1);
	assert_string_equal(needs.items[0].value, "10.0.0.0/16");
	inventory_free(inventory);
}

/* --- two layers --- */

static void
what_is_reserved_counts_as_well(void **state)
{
	struct inventory *inventory = inventory_new();
	struct peering peering = {.from = "vpc/a", .to = "vpc/b", .target = "b", .name = ""};
	struct declaration vpc = {.object = {KIND_VPC, "", "a"},
		.home = "vpc/a",
		.defines_home = true,
		.peerings = &peering,
		.peering_count = 0};
	struct reservation *reservation;

	(void)state;
	inventory_store(inventory, &vpc);
	vpc.peering_count = 1;
	reservation = inventory_reserve(inventory, &vpc);
	assert_int_equal(inventory_count_peers(inventory, "vpc/b", NULL), 1);
	assert_int_equal(inventory_count_peers(inventory, "vpc/b", &vpc.object), 0);
	assert_true(inventory_are_peers(inventory, "vpc/b", "vpc/a", NULL));
	assert_false(inventory_are_peers(inventory, "vpc/b", "vpc/a", &vpc.object));
	inventory_give_back(inventory, reservation);
	assert_int_equal(inventory_count_peers(inventory, "vpc/b", NULL), 0);
	inventory_free(inventory);
}

/* --- zones and segments --- */

static void
store_link(struct inventory *inventory, const char *object, const char *zone, const char *name)
{
	struct remote remote = {
		.provider = PROVIDER_AZURE, .account = "", .region = "", .id = "id"};
	struct dns_link link = {
		.zone = zone, .exclusive = "ruleset", .name = name, .remote = &remote};
	struct declaration d = {.object = {KIND_AZURE_VPC_DNS_LINK, "", object},
		.home = DOMAIN_OF_SHOOT,
		.dns_links = &link,
		.dns_link_count = 1};

	inventory_store(inventory, &d);
}

static void
the_links_of_a_zone_are_counted_by_name(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct inventory *inventory = inventory_new();
	struct taken_name taken[] = {{"x", "n1"}, {"y", "n2"}};
	struct declaration zone = {.object = {KIND_REMOTE_ZONE, "", "z"},
		.home = "zone/z",
		.defines_home = true,
		.taken_names = taken,
		.taken_name_count = 2};
	const struct object_id first = {KIND_AZURE_VPC_DNS_LINK, "", "first"};
	struct needs needs;

	(void)state;
	assert_int_equal(inventory_count_dns_links(arena, inventory, "zone/z", "x", NULL), 1);
	store_link(inventory, "first", "zone/z", "a");
	store_link(inventory, "second", "zone/z", "x");
	store_link(inventory, "third", "zone/other", "b");
	assert_int_equal(inventory_count_dns_links(arena, inventory, "zone/z", "b", NULL), 3);
	inventory_store(inventory, &zone);
	assert_int_equal(inventory_count_dns_links(arena, inventory, "zone/z", "b", NULL), 4);
	assert_int_equal(inventory_count_dns_links(arena, inventory, "zone/z", "y", NULL), 3);
	assert_int_equal(inventory_count_dns_links(arena, inventory, "zone/z", "y", &first), 2);
	needs = inventory_needs_of(arena, inventory, "zone/z", &zone.object);
	assert_int_equal(needs.total, 2);
	assert_string_equal(needs.items[0].declaration->object.name, "first");
	assert_string_equal(needs.items[1].declaration->object.name, "second");
	inventory_free(inventory);
}

static void
a_router_needs_the_networks_that_it_has_ports_on(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct inventory *inventory = inventory_new();
	struct attachment attachments[] = {
		{"segment/a", {"first", 0}}, {"segment/b", {"second", 1}}};
	struct declaration vpc = {.object = {KIND_VPC, "", "v"},
		.home = "vpc/v",
		.defines_home = true,
		.attachments = attachments,
		.attachment_count = 2};
	struct needs needs;

	(void)state;
	inventory_store(inventory, &vpc);
	needs = inventory_needs_of(arena, inventory, "segment/b", NULL);
	assert_int_equal(needs.total, 1);
	assert_string_equal(needs.items[0].field.path, "second");
	assert_int_equal(inventory_needs_of(arena, inventory, "segment/c", NULL).total, 0);
	inventory_free(inventory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_count_agrees_with_a_walk_over_everything),
		cmocka_unit_test(
			a_hub_with_ten_thousand_spokes_is_counted_beyond_what_a_list_shows),
		cmocka_unit_test(what_is_reserved_counts_as_well),
		cmocka_unit_test(the_links_of_a_zone_are_counted_by_name),
		cmocka_unit_test(a_router_needs_the_networks_that_it_has_ports_on),
	};

	for (int i = 0; i < SPOKES; i++) {
		snprintf(names[i], sizeof names[i], "vpc-%d", i);
		snprintf(domains[i], sizeof domains[i], "vpc/%d", i);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
