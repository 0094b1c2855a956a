#include "network/inventory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ALL_ROLES = (1 << CLAIM_ROLES) - 1, LINKS = 1 << CLAIM_LINK };

struct fixture {
	struct inventory *inventory;
	struct arena *arena;
};

static int
set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){inventory_new(), arena_new(1 << 20)};
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	inventory_free(f->inventory);
	arena_free(f->arena);
	return 0;
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix, NULL));
	return prefix;
}

static struct object_id
subnet_id(const char *name)
{
	return (struct object_id){KIND_SUBNET, "", name};
}

static struct object_id
vpc_id(const char *name)
{
	return (struct object_id){KIND_VPC, "", name};
}

static struct declaration *
subnet(struct fixture *f, const char *name, const char *domain, const char *cidr)
{
	struct declaration *d = ARENA_NEW(f->arena, struct declaration);

	d->object = subnet_id(name);
	d->home = domain;
	d->claims = ARENA_NEW(f->arena, struct claim);
	d->claims[0] = (struct claim){.domain = domain,
		.prefix = prefix_of(cidr),
		.role = CLAIM_SUBNET,
		.route_table = ""};
	d->claim_count = 1;
	return d;
}

/* A Vpc with one peering; `link` may be NULL. */
static struct declaration *
vpc(struct fixture *f, const char *name, const char *remote, const char *link)
{
	struct declaration *d = ARENA_NEW(f->arena, struct declaration);

	d->object = vpc_id(name);
	d->home = arena_printf(f->arena, "vpc/%s", name);
	d->defines_home = true;
	if (!remote)
		return d;
	d->peerings = ARENA_NEW(f->arena, struct peering);
	d->peerings[0] = (struct peering){.from = d->home,
		.to = arena_printf(f->arena, "vpc/%s", remote),
		.target = remote,
		.name = "",
		.link_count = link != NULL};
	d->peering_count = 1;
	if (!link)
		return d;
	d->links = ARENA_NEW(f->arena, struct claim);
	d->links[0] = (struct claim){.domain = d->home,
		.far = d->peerings[0].to,
		.prefix = prefix_of(link),
		.role = CLAIM_LINK};
	d->link_count = 1;
	return d;
}

static size_t
overlaps(struct fixture *f, const char *domain, const char *cidr, unsigned roles,
	const struct object_id *except)
{
	struct prefix prefix = prefix_of(cidr);

	return inventory_overlaps(f->arena, f->inventory, domain, &prefix, roles, except).count;
}

static size_t
next_door(struct fixture *f, const char *domain, const char *cidr, const char *beside)
{
	struct prefix prefix = prefix_of(cidr);

	return inventory_overlaps_next_door(f->arena, f->inventory, domain, &prefix, beside, NULL)
		.count;
}

static void
an_object_meets_what_is_in_its_domain_but_not_itself(void **state)
{
	struct fixture *f = *state;
	struct object_id self = subnet_id("net1");

	inventory_store(f->inventory, subnet(f, "net1", "vpc/a", "10.0.0.0/16"));
	assert_int_equal(overlaps(f, "vpc/a", "10.0.5.0/24", ALL_ROLES, NULL), 1);
	assert_int_equal(overlaps(f, "vpc/a", "10.0.0.0/8", ALL_ROLES, NULL), 1);
	assert_int_equal(overlaps(f, "vpc/a", "10.1.0.0/16", ALL_ROLES, NULL), 0);
	assert_int_equal(overlaps(f, "vpc/b", "10.0.5.0/24", ALL_ROLES, NULL), 0);
	assert_int_equal(overlaps(f, "vpc/a", "10.0.5.0/24", 1 << CLAIM_REMOTE, NULL), 0);
	assert_int_equal(overlaps(f, "vpc/a", "10.0.5.0/24", ALL_ROLES, &self), 0);
}

static void
storing_again_replaces_and_removing_forgets(void **state)
{
	struct fixture *f = *state;
	struct object_id id = subnet_id("net1");

	inventory_store(f->inventory, subnet(f, "net1", "vpc/a", "10.0.0.0/16"));
	inventory_store(f->inventory, subnet(f, "net1", "vpc/a", "10.1.0.0/16"));
	assert_int_equal(overlaps(f, "vpc/a", "10.0.0.0/16", ALL_ROLES, NULL), 0);
	assert_int_equal(overlaps(f, "vpc/a", "10.1.0.0/16", ALL_ROLES, NULL), 1);
	assert_int_equal(inventory_size(f->inventory).objects, 1);
	inventory_remove(f->inventory, &id);
	assert_null(inventory_find(f->inventory, &id));
	assert_int_equal(inventory_size(f->inventory).domains, 0);
}

static void
a_deletion_mark_is_kept_though_it_changes_no_claim(void **state)
{
	struct fixture *f = *state;
	struct declaration *d = subnet(f, "net1", "vpc/a", "10.0.0.0/16");

	inventory_store(f->inventory, d);
	d->deleting = true;
	inventory_store(f->inventory, d);
	assert_true(inventory_find(f->inventory, &d->object)->deleting);
	assert_int_equal(overlaps(f, "vpc/a", "10.0.0.0/16", ALL_ROLES, NULL), 1);
}

static void
a_reservation_counts_until_it_is_given_back(void **state)
{
	struct fixture *f = *state;
	struct declaration *old = subnet(f, "net1", "vpc/a", "10.0.0.0/16");
	struct declaration *new = subnet(f, "net1", "vpc/a", "10.1.0.0/16");
	struct reservation *one, *same;

	inventory_store(f->inventory, old);
	one = inventory_reserve(f->inventory, new);
	same = inventory_reserve(f->inventory, new);
	assert_int_equal(overlaps(f, "vpc/a", "10.0.0.0/8", ALL_ROLES, NULL), 3);
	inventory_store(f->inventory, new);
	assert_int_equal(inventory_size(f->inventory).reservations, 2);
	inventory_give_back(f->inventory, one);
	assert_int_equal(inventory_size(f->inventory).reservations, 1);
	inventory_give_back(f->inventory, same);
	assert_int_equal(inventory_size(f->inventory).reservations, 0);
	assert_int_equal(overlaps(f, "vpc/a", "10.0.0.0/8", ALL_ROLES, NULL), 1);
}

static void
a_reservation_outlives_the_removal_of_its_object(void **state)
{
	struct fixture *f = *state;
	struct declaration *d = subnet(f, "net1", "vpc/a", "10.0.0.0/16");
	struct reservation *reservation;

	inventory_store(f->inventory, d);
	reservation = inventory_reserve(f->inventory, d);
	inventory_remove(f->inventory, &d->object);
	assert_non_null(inventory_find(f->inventory, &d->object));
	assert_int_equal(inventory_expire(f->inventory, INT64_MAX), 0);
	inventory_give_back(f->inventory, reservation);
	assert_null(inventory_find(f->inventory, &d->object));
}

static void
what_is_held_ends_when_it_is_released_and_what_is_reserved_does_not(void **state)
{
	struct fixture *f = *state;
	struct declaration *held = subnet(f, "net1", "vpc/a", "10.0.0.0/16");
	struct declaration *reserved = subnet(f, "net1", "vpc/a", "10.1.0.0/16");
	struct reservation *reservation;

	inventory_hold(f->inventory, held, 100);
	inventory_hold(f->inventory, held, 200);
	reservation = inventory_reserve(f->inventory, reserved);
	assert_int_equal(inventory_size(f->inventory).reservations, 2);
	inventory_release(f->inventory, &held->object);
	assert_int_equal(inventory_size(f->inventory).reservations, 1);
	assert_int_equal(overlaps(f, "vpc/a", "10.1.0.0/16", ALL_ROLES, NULL), 1);
	inventory_give_back(f->inventory, reservation);
	inventory_hold(f->inventory, held, 100);
	inventory_release(f->inventory, &held->object);
	inventory_release(f->inventory, &held->object);
	assert_null(inventory_find(f->inventory, &held->object));
}

static void
what_is_held_ends_when_something_new_is_stored(void **state)
{
	struct fixture *f = *state;
	struct declaration *d = subnet(f, "net1", "vpc/a", "10.0.0.0/16");

	inventory_store(f->inventory, d);
	inventory_hold(f->inventory, subnet(f, "net1", "vpc/a", "10.1.0.0/16"), 100);
	inventory_store(f->inventory, d);
	assert_int_equal(inventory_size(f->inventory).reservations, 1);
	inventory_store(f->inventory, subnet(f, "net1", "vpc/a", "10.2.0.0/16"));
	assert_int_equal(inventory_size(f->inventory).reservations, 0);
}

static void
what_is_held_expires_by_deadline_and_not_by_arrival(void **state)
{
	struct fixture *f = *state;
	struct object_id late = subnet_id("late");

	inventory_hold(f->inventory, subnet(f, "late", "vpc/a", "10.0.0.0/16"), 100);
	inventory_hold(f->inventory, subnet(f, "late", "vpc/a", "10.0.0.0/16"), 300);
	inventory_hold(f->inventory, subnet(f, "early", "vpc/a", "10.1.0.0/16"), 100);
	inventory_hold(f->inventory, subnet(f, "middle", "vpc/a", "10.2.0.0/16"), 200);
	assert_int_equal(inventory_expire(f->inventory, 99), 0);
	assert_int_equal(inventory_expire(f->inventory, 250), 2);
	assert_non_null(inventory_find(f->inventory, &late));
}

static void
neighbours_are_those_of_either_direction_and_not_their_neighbours(void **state)
{
	struct fixture *f = *state;

	inventory_store(f->inventory, vpc(f, "a", "b", NULL));
	inventory_store(f->inventory, vpc(f, "b", "c", NULL));
	inventory_store(f->inventory, subnet(f, "net-b", "vpc/b", "10.0.0.0/16"));
	inventory_store(f->inventory, subnet(f, "net-c", "vpc/c", "10.0.0.0/16"));
	assert_int_equal(next_door(f, "vpc/a", "10.0.5.0/24", NULL), 1);
	assert_int_equal(next_door(f, "vpc/c", "10.0.5.0/24", NULL), 1);
	assert_int_equal(next_door(f, "vpc/a", "10.0.5.0/24", "vpc/b"), 0);
	inventory_store(f->inventory, vpc(f, "c", "b", NULL));
	assert_int_equal(next_door(f, "vpc/c", "10.0.5.0/24", NULL), 1);
	inventory_store(f->inventory, vpc(f, "a", NULL, NULL));
	assert_int_equal(next_door(f, "vpc/a", "10.0.5.0/24", NULL), 0);
}

static void
a_domain_that_peers_with_itself_is_not_its_own_neighbour(void **state)
{
	struct fixture *f = *state;

	inventory_store(f->inventory, vpc(f, "a", "a", "169.254.0.0/30"));
	inventory_store(f->inventory, subnet(f, "net1", "vpc/a", "10.0.0.0/16"));
	assert_int_equal(next_door(f, "vpc/a", "10.0.0.0/16", NULL), 0);
	assert_int_equal(overlaps(f, "vpc/a", "169.254.0.0/30", LINKS, NULL), 1);
}

static void
a_link_stands_in_both_routers_and_nowhere_else(void **state)
{
	struct fixture *f = *state;

	inventory_store(f->inventory, vpc(f, "a", "b", "169.254.0.0/30"));
	inventory_store(f->inventory, vpc(f, "b", "c", NULL));
	assert_int_equal(overlaps(f, "vpc/a", "169.254.0.0/16", LINKS, NULL), 1);
	assert_int_equal(overlaps(f, "vpc/b", "169.254.0.0/16", LINKS, NULL), 1);
	assert_int_equal(overlaps(f, "vpc/c", "169.254.0.0/16", LINKS, NULL), 0);
	assert_int_equal(overlaps(f, "vpc/a", "169.254.0.0/16", ALL_ROLES & ~LINKS, NULL), 0);
	assert_int_equal(next_door(f, "vpc/c", "169.254.0.0/16", NULL), 0);
	assert_int_equal(inventory_claims(f->arena, f->inventory, "vpc/a", NULL).count, 0);
}

static void
store_spoke(struct fixture *f, int i, bool with_peering)
{
	const char *name = arena_printf(f->arena, "spoke-%d", i);
	const char *home = arena_printf(f->arena, "vpc/%s", name);
	const char *cidr = arena_printf(f->arena, "10.%d.0.0/16", i);

	inventory_store(f->inventory, vpc(f, name, with_peering ? "hub" : NULL, NULL));
	inventory_store(f->inventory, subnet(f, arena_printf(f->arena, "net-%d", i), home, cidr));
}

static void
a_hub_answers_the_same_on_its_way_up_and_down(void **state)
{
	struct fixture *f = *state;
	struct object_id claim = subnet_id("net-0");

	for (int i = 0; i < 40; i++) {
		store_spoke(f, i, true);
		assert_int_equal(next_door(f, "vpc/hub", "10.0.0.0/8", NULL), i + 1);
		assert_int_equal(next_door(f, "vpc/hub", "10.0.0.0/16", NULL), 1);
	}
	inventory_store(f->inventory, subnet(f, "net-0", "vpc/spoke-0", "11.0.0.0/16"));
	assert_int_equal(next_door(f, "vpc/hub", "10.0.0.0/16", NULL), 0);
	assert_int_equal(next_door(f, "vpc/hub", "11.0.0.0/16", NULL), 1);
	inventory_remove(f->inventory, &claim);
	assert_int_equal(next_door(f, "vpc/hub", "11.0.0.0/16", NULL), 0);
	for (int i = 39; i > 0; i--) {
		assert_int_equal(next_door(f, "vpc/hub", "10.0.0.0/8", NULL), i);
		store_spoke(f, i, false);
	}
	assert_int_equal(next_door(f, "vpc/hub", "10.0.0.0/8", NULL), 0);
}

static void
a_long_answer_is_cut_and_says_so_and_the_subject_takes_no_room_in_it(void **state)
{
	struct fixture *f = *state;
	struct object_id self = subnet_id("net-0");
	struct occupants found;

	for (int i = 0; i <= INVENTORY_ANSWERS; i++)
		inventory_store(
			f->inventory, subnet(f, arena_printf(f->arena, "net-%d", i), "vpc/a",
					      arena_printf(f->arena, "10.%d.0.0/16", i)));
	found = inventory_claims(f->arena, f->inventory, "vpc/a", NULL);
	assert_int_equal(found.count, INVENTORY_ANSWERS);
	assert_true(found.more);
	found = inventory_claims(f->arena, f->inventory, "vpc/a", &self);
	assert_int_equal(found.count, INVENTORY_ANSWERS);
	assert_false(found.more);
	assert_string_equal(found.items[0].declaration->object.name, "net-1");
	assert_string_equal(found.items[INVENTORY_ANSWERS - 1].declaration->object.name, "net-64");
}

static void
peerings_are_found_from_to_and_between(void **state)
{
	struct fixture *f = *state;
	struct object_id a = vpc_id("a");

	inventory_store(f->inventory, vpc(f, "a", "b", NULL));
	inventory_store(f->inventory, vpc(f, "c", "b", NULL));
	assert_int_equal(inventory_peerings_from(f->arena, f->inventory, "vpc/a", NULL).count, 1);
	assert_int_equal(inventory_peerings_from(f->arena, f->inventory, "vpc/b", NULL).count, 0);
	assert_int_equal(inventory_peerings_to(f->arena, f->inventory, "vpc/b", NULL).count, 2);
	assert_int_equal(inventory_peerings_to(f->arena, f->inventory, "vpc/b", &a).count, 1);
	assert_int_equal(
		inventory_peerings_between(f->arena, f->inventory, "vpc/a", "vpc/b", NULL).count,
		1);
	assert_int_equal(
		inventory_peerings_between(f->arena, f->inventory, "vpc/b", "vpc/a", NULL).count,
		0);
}

static void
definitions_attachments_dns_links_and_the_shoot_are_found(void **state)
{
	struct fixture *f = *state;
	struct attachment attachments[] = {
		{"segment/ext", {"spec.enableExternal", 0}}, {"segment/ext", {"spec.x", 0}}};
	struct dns_link link = {
		"zone/z", "zone-name/z", "name", NULL, {"spec.zone", 0}, {"spec.name", 0}};
	struct shoot shoot = {"c-513b462", "kyma", "eu-west-1", PROVIDER_AWS};
	struct declaration info = {
		.object = {KIND_SHOOT_INFO, "kube-system", "shoot-info"}, .shoot = &shoot};
	struct declaration *reserved = vpc(f, "a", "b", NULL), *d = vpc(f, "a", NULL, NULL);

	d->attachments = attachments;
	d->attachment_count = 2;
	d->dns_links = &link;
	d->dns_link_count = 1;
	assert_null(inventory_shoot(f->inventory));
	inventory_reserve(f->inventory, reserved);
	assert_int_equal(inventory_definition(f->inventory, "vpc/a", NULL)->peering_count, 1);
	inventory_store(f->inventory, d);
	inventory_store(f->inventory, &info);
	assert_int_equal(inventory_definition(f->inventory, "vpc/a", NULL)->peering_count, 0);
	assert_null(inventory_definition(f->inventory, "vpc/a", &d->object));
	assert_null(inventory_definition(f->inventory, "vpc/b", NULL));
	assert_int_equal(
		inventory_attached_to(f->arena, f->inventory, "segment/ext", NULL).count, 1);
	assert_int_equal(inventory_dns_links_to(f->arena, f->inventory, "zone/z", NULL).count, 1);
	assert_int_equal(
		inventory_dns_links_sharing(f->arena, f->inventory, "zone-name/z", NULL).count, 1);
	assert_int_equal(
		inventory_dns_links_to(f->arena, f->inventory, "zone/z", &d->object).count, 0);
	assert_string_equal(inventory_shoot(f->inventory)->name, "c-513b462");
}

static void
zones_of_one_name_and_all_rulesets_are_rivals(void **state)
{
	static const char *const homes[] = {"zone/s/a/privatednszones/example.com",
		"zone/s/b/privatednszones/example.com", "zone/s/a/privatednszones/example.org",
		"zone/s/a/dnsforwardingrulesets/one", "zone/s/b/dnsforwardingrulesets/two"};
	static const char *const names[] = {"0", "1", "2", "3", "4"};
	struct fixture *f = *state;
	struct declarations found;
	struct object_id first = {KIND_REMOTE_ZONE, "", names[0]};

	inventory_store(f->inventory, vpc(f, "a", NULL, NULL));
	for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
		inventory_store(f->inventory,
			&(struct declaration){.object = {KIND_REMOTE_ZONE, "", names[i]},
				.home = homes[i],
				.defines_home = true});
	found = inventory_rivals(f->arena, f->inventory, homes[0], NULL);
	assert_int_equal(found.count, 2);
	assert_string_equal(found.items[0]->home, homes[0]);
	assert_string_equal(found.items[1]->home, homes[1]);
	assert_int_equal(inventory_rivals(f->arena, f->inventory, homes[1], &first).count, 1);
	assert_int_equal(inventory_rivals(f->arena, f->inventory, homes[2], NULL).count, 1);
	assert_int_equal(inventory_rivals(f->arena, f->inventory, homes[3], NULL).count, 2);
	assert_int_equal(inventory_rivals(f->arena, f->inventory, "vpc/a", NULL).count, 0);
	inventory_remove(f->inventory, &first);
	assert_int_equal(inventory_rivals(f->arena, f->inventory, homes[0], NULL).count, 1);
}

static void
keep_only_forgets_the_rest_of_its_kind(void **state)
{
	struct fixture *f = *state;
	struct object_id keep[] = {subnet_id("net1"), subnet_id("unknown"), {.name = NULL}};
	struct object_id gone = subnet_id("net2"), other = vpc_id("a"),
			 reserved = subnet_id("net3");

	inventory_store(f->inventory, subnet(f, "net1", "vpc/a", "10.0.0.0/16"));
	inventory_store(f->inventory, subnet(f, "net2", "vpc/a", "10.1.0.0/16"));
	inventory_reserve(f->inventory, subnet(f, "net3", "vpc/a", "10.2.0.0/16"));
	inventory_store(f->inventory, vpc(f, "a", NULL, NULL));
	inventory_keep_only(f->inventory, KIND_SUBNET, keep);
	assert_non_null(inventory_find(f->inventory, &keep[0]));
	assert_non_null(inventory_find(f->inventory, &other));
	assert_non_null(inventory_find(f->inventory, &reserved));
	assert_null(inventory_find(f->inventory, &gone));
	inventory_keep_only(f->inventory, KIND_SUBNET, &keep[2]);
	assert_null(inventory_find(f->inventory, &keep[0]));
}

static void
free_prefixes_are_free_here_there_and_next_door(void **state)
{
	struct fixture *f = *state;
	struct prefix pool = prefix_of("10.0.0.0/8"), found[3];
	char text[PREFIX_TEXT_SIZE];

	inventory_store(f->inventory, vpc(f, "a", "b", "10.3.0.0/30"));
	inventory_store(f->inventory, subnet(f, "net-a", "vpc/a", "10.0.0.0/16"));
	inventory_store(f->inventory, subnet(f, "net-b", "vpc/b", "10.1.0.0/17"));
	inventory_store(f->inventory, subnet(f, "net-c", "vpc/c", "10.2.0.0/16"));
	assert_int_equal(
		inventory_free_prefixes(f->arena, f->inventory, "vpc/a", NULL, &pool, 16, found, 3),
		3);
	assert_string_equal(prefix_format(&found[0], text), "10.2.0.0/16");
	assert_string_equal(prefix_format(&found[1], text), "10.4.0.0/16");
	assert_int_equal(inventory_free_prefixes(
				 f->arena, f->inventory, "vpc/a", "vpc/c", &pool, 24, found, 1),
		1);
	assert_string_equal(prefix_format(&found[0], text), "10.1.128.0/24");
	pool = prefix_of("10.0.0.0/15");
	assert_int_equal(
		inventory_free_prefixes(f->arena, f->inventory, "vpc/a", NULL, &pool, 16, found, 3),
		0);
	assert_int_equal(
		inventory_free_prefixes(f->arena, f->inventory, "vpc/a", NULL, &pool, 14, found, 3),
		0);
	pool = prefix_of("255.255.255.252/30");
	assert_int_equal(
		inventory_free_prefixes(f->arena, f->inventory, "vpc/a", NULL, &pool, 31, found, 3),
		2);
}

static void
count_declaration(const struct declaration *declaration, void *context)
{
	(void)declaration;
	++*(int *)context;
}

static void
each_visits_what_is_stored(void **state)
{
	struct fixture *f = *state;
	int count = 0;

	inventory_lock(f->inventory);
	inventory_store(f->inventory, subnet(f, "net1", "vpc/a", "10.0.0.0/16"));
	inventory_store(f->inventory, vpc(f, "a", NULL, NULL));
	inventory_reserve(f->inventory, subnet(f, "net3", "vpc/a", "10.2.0.0/16"));
	inventory_each(f->inventory, count_declaration, &count);
	inventory_unlock(f->inventory);
	assert_int_equal(count, 2);
}

static size_t
count_in_vpc_a(struct fixture *f)
{
	struct prefix all = prefix_of("10.0.0.0/8");

	return inventory_overlaps(f->arena, f->inventory, "vpc/a", &all, ALL_ROLES, NULL).count;
}

static void
what_is_veiled_does_not_count_until_it_is_unveiled(void **state)
{
	struct fixture *f = *state;
	struct object_id net1 = subnet_id("net1"), none = subnet_id("none");
	struct reservation *reservation;

	inventory_lock(f->inventory);
	inventory_store(f->inventory, subnet(f, "net1", "vpc/a", "10.0.0.0/16"));
	inventory_store(f->inventory, subnet(f, "net2", "vpc/a", "10.1.0.0/16"));
	inventory_veil(f->inventory, &net1);
	inventory_veil(f->inventory, &net1);
	inventory_veil(f->inventory, &none);
	assert_int_equal(count_in_vpc_a(f), 1);
	assert_null(inventory_find(f->inventory, &net1));
	assert_true(inventory_is_stored(f->inventory, &net1));
	reservation = inventory_reserve(f->inventory, subnet(f, "net1", "vpc/a", "10.2.0.0/16"));
	assert_int_equal(count_in_vpc_a(f), 2);
	assert_non_null(inventory_find(f->inventory, &net1));
	inventory_veil(f->inventory, &net1); /* what is reserved counts */
	assert_int_equal(count_in_vpc_a(f), 2);
	inventory_unveil(f->inventory);
	assert_int_equal(count_in_vpc_a(f), 3);
	inventory_give_back(f->inventory, reservation);
	assert_int_equal(count_in_vpc_a(f), 2);
	inventory_unveil(f->inventory);
	assert_int_equal(count_in_vpc_a(f), 2);
	inventory_unlock(f->inventory);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_object_meets_what_is_in_its_domain_but_not_itself),
		TEST(storing_again_replaces_and_removing_forgets),
		TEST(a_deletion_mark_is_kept_though_it_changes_no_claim),
		TEST(a_reservation_counts_until_it_is_given_back),
		TEST(a_reservation_outlives_the_removal_of_its_object),
		TEST(what_is_held_ends_when_it_is_released_and_what_is_reserved_does_not),
		TEST(what_is_held_expires_by_deadline_and_not_by_arrival),
		TEST(what_is_held_ends_when_something_new_is_stored),
		TEST(neighbours_are_those_of_either_direction_and_not_their_neighbours),
		TEST(a_domain_that_peers_with_itself_is_not_its_own_neighbour),
		TEST(a_link_stands_in_both_routers_and_nowhere_else),
		TEST(a_hub_answers_the_same_on_its_way_up_and_down),
		TEST(a_long_answer_is_cut_and_says_so_and_the_subject_takes_no_room_in_it),
		TEST(peerings_are_found_from_to_and_between),
		TEST(definitions_attachments_dns_links_and_the_shoot_are_found),
		TEST(zones_of_one_name_and_all_rulesets_are_rivals),
		TEST(keep_only_forgets_the_rest_of_its_kind),
		TEST(free_prefixes_are_free_here_there_and_next_door),
		TEST(each_visits_what_is_stored),
		TEST(what_is_veiled_does_not_count_until_it_is_unveiled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
