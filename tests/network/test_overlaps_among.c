/* The sweep against a plain comparison of every claim with every other one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "network/inventory.h"

enum { DOMAINS = 5, OBJECTS = 24 };

static const char *const domains[DOMAINS + 1] = {"vpc/a", "vpc/b", "vpc/c", "vpc/d", "vpc/e", NULL};

struct world {
	struct declaration declarations[OBJECTS];
	struct claim claims[OBJECTS];
	char names[OBJECTS][8];
};

static unsigned
random_below(unsigned limit)
{
	return (unsigned)random() % limit;
}

/* Few different prefixes of all lengths, so that many are equal and nested. */
static struct prefix
random_prefix(void)
{
	struct prefix prefix = {.length = (uint8_t)(8 + random_below(5))};

	prefix.address.family = random_below(3) ? FAMILY_4 : FAMILY_6;
	prefix.address.high = (uint64_t)(10 + random_below(2)) << 56 | (uint64_t)random_below(16)
									       << 52;
	return prefix_network(&prefix);
}

static void
fill(struct world *world, struct inventory *inventory)
{
	for (int i = 0; i < OBJECTS; i++) {
		struct claim *claim = &world->claims[i];

		snprintf(world->names[i], sizeof world->names[i], "n%d", i);
		*claim = (struct claim){.domain = domains[random_below(DOMAINS)],
			.prefix = random_prefix(),
			.role = random_below(5) ? CLAIM_SUBNET : CLAIM_BFD,
			.field = {"spec.cidrBlock", 0},
			.route_table = ""};
		world->declarations[i] =
			(struct declaration){.object = {KIND_SUBNET, "", world->names[i]},
				.home = claim->domain,
				.claims = claim,
				.claim_count = 1};
		inventory_store(inventory, &world->declarations[i]);
	}
}

static bool
is_told(const struct overlaps *overlaps, const struct claim *outer, const struct object_id *one,
	const struct object_id *other)
{
	for (size_t i = 0; i < overlaps->count; i++) {
		const struct overlap *overlap = &overlaps->items[i];
		const struct object_id *a = &overlap->outer.declaration->object;
		const struct object_id *b = &overlap->inner.declaration->object;

		if (((object_equal(a, one) && object_equal(b, other)) ||
			    (object_equal(a, other) && object_equal(b, one))) &&
			overlap->outer.claim->prefix.length <= outer->prefix.length)
			return true;
	}
	return false;
}

static size_t
count_plainly(const struct world *world, const struct overlaps *overlaps)
{
	size_t count = 0;

	for (int i = 1; i < OBJECTS; i++) /* the first one is left out */
		for (int k = 1; k < i; k++) {
			const struct claim *a = &world->claims[i], *b = &world->claims[k];

			if (a->role != CLAIM_SUBNET || b->role != CLAIM_SUBNET ||
				text_equal(a->domain, b->domain) ||
				text_equal(a->domain, domains[4]) ||
				text_equal(b->domain, domains[4]) ||
				!prefix_overlaps(&a->prefix, &b->prefix))
				continue;
			count++;
			assert_true(is_told(overlaps, a->prefix.length < b->prefix.length ? a : b,
				&world->declarations[i].object, &world->declarations[k].object));
		}
	return count;
}

static void
every_overlap_between_two_domains_is_told_once(void **state)
{
	static const char *const asked[] = {"vpc/a", "vpc/b", "vpc/c", "vpc/d", "vpc/none", NULL};
	size_t all = 0;

	(void)state;
	srandom(20261121);
	for (int round = 0; round < 500; round++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
		struct inventory *inventory = inventory_new();
		struct world world;
		struct overlaps overlaps;

		inventory_lock(inventory);
		fill(&world, inventory);
		overlaps = inventory_overlaps_among(
			arena, inventory, asked, 1u << CLAIM_SUBNET, &world.declarations[0].object);
		assert_int_equal(overlaps.count, count_plainly(&world, &overlaps));
		all += overlaps.count;
		inventory_unlock(inventory);
		inventory_free(inventory);
	}
	assert_true(all > 1000);
}

static void
of_many_that_cover_one_the_narrowest_are_told(void **state)
{
	enum { MANY = 200 };
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(16 << 20);
	struct inventory *inventory = inventory_new();
	const char *keys[MANY + 1] = {NULL};
	struct overlaps overlaps;
	size_t expected = 0;

	(void)state;
	inventory_lock(inventory);
	for (int i = 0; i < MANY; i++) {
		struct claim claim = {.domain = arena_printf(arena, "vpc/%d", i),
			.prefix = {{UINT64_C(10) << 56, 0, FAMILY_4}, 8},
			.role = CLAIM_SUBNET,
			.field = {"spec.cidrBlock", 0},
			.route_table = ""};
		struct declaration declaration = {.object = {KIND_SUBNET, "", claim.domain + 4},
			.home = claim.domain,
			.claims = &claim,
			.claim_count = 1};

		keys[i] = claim.domain;
		inventory_store(inventory, &declaration);
		expected += i < INVENTORY_ANSWERS ? (size_t)i : INVENTORY_ANSWERS;
	}
	overlaps = inventory_overlaps_among(arena, inventory, keys, ~0u, NULL);
	assert_int_equal(overlaps.count, expected);
	inventory_unlock(inventory);
	inventory_free(inventory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_overlap_between_two_domains_is_told_once),
		cmocka_unit_test(of_many_that_cover_one_the_narrowest_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
