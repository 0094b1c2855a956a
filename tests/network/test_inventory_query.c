/* Random stores, removals, reservations and expiries; every query is compared with a plain walk
 * over everything. */
#include "network/inventory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"

enum { NAMES = 40, DOMAINS = 30, SLOTS = 400, ROUNDS = 1500 };

struct layer {
	struct declaration *declaration;
	int64_t deadline; /* -1: stored */
};

struct model {
	struct layer layers[SLOTS];
	size_t count;
};

static char names[NAMES][16], domains[DOMAINS][16];

static bool
same(const struct object_id *a, const struct object_id *b)
{
	return b && object_equal(a, b);
}

static void
drop(struct model *model, size_t at)
{
	free(model->layers[at].declaration);
	model->layers[at] = model->layers[--model->count];
}

static struct layer *
find_layer(
	struct model *model, const struct declaration *declaration, bool stored, bool any_content)
{
	for (size_t i = 0; i < model->count; i++) {
		struct layer *layer = &model->layers[i];

		if ((layer->deadline < 0) == stored &&
			same(&layer->declaration->object, &declaration->object) &&
			(any_content || declaration_equal(layer->declaration, declaration)))
			return layer;
	}
	return NULL;
}

static void
model_store(struct model *model, const struct declaration *declaration)
{
	struct layer *old = find_layer(model, declaration, true, true);
	struct layer *held;

	if (old && declaration_equal(old->declaration, declaration))
		return;
	if (old)
		drop(model, (size_t)(old - model->layers));
	while ((held = find_layer(model, declaration, false, true)))
		drop(model, (size_t)(held - model->layers));
	model->layers[model->count++] = (struct layer){declaration_copy(declaration), -1};
}

static void
model_hold(struct model *model, const struct declaration *declaration, int64_t deadline)
{
	struct layer *held = find_layer(model, declaration, false, false);

	if (held)
		held->deadline = deadline;
	else
		model->layers[model->count++] =
			(struct layer){declaration_copy(declaration), deadline};
}

static size_t
model_expire(struct model *model, int64_t now)
{
	size_t count = 0;

	for (size_t i = model->count; i-- > 0;)
		if (model->layers[i].deadline >= 0 && model->layers[i].deadline <= now) {
			drop(model, i);
			count++;
		}
	return count;
}

static struct prefix
random_prefix(void)
{
	struct prefix prefix = {.length = (uint8_t)(20 + random_below(8))};

	if (random_below(4) == 0) {
		prefix.address.family = FAMILY_6;
		prefix.address.high = UINT64_C(0xfd00) << 48 | random_below(64) << 36;
	} else {
		prefix.address.high = (UINT64_C(10) << 24 | random_below(256) << 5) << 32;
	}
	return prefix_network(&prefix);
}

/* Domain 0 meets every other one often, so that it becomes a hub and ceases to be one. */
static const char *
random_domain(void)
{
	return domains[random_below(3) ? random_below(DOMAINS) : 0];
}

struct parts {
	struct declaration declaration;
	struct claim claims[3], links[2];
	struct peering peerings[2];
	struct attachment attachments[2];
	struct dns_link dns_links[2];
};

static void
random_declaration(struct parts *p)
{
	struct declaration *d = &p->declaration;

	memset(p, 0, sizeof *p);
	*d = (struct declaration){
		.object = {(enum kind)random_below(2), "", names[random_below(NAMES)]},
		.home = domains[random_below(DOMAINS)],
		.defines_home = random_below(2),
		.private_subnet = random_below(2),
		.claims = p->claims,
		.links = p->links,
		.peerings = p->peerings,
		.attachments = p->attachments,
		.dns_links = p->dns_links,
		.claim_count = (int)random_below(4),
		.link_count = (int)random_below(3),
		.peering_count = (int)random_below(3),
		.attachment_count = (int)random_below(3),
		.dns_link_count = (int)random_below(3)};
	for (int i = 0; i < 3; i++)
		p->claims[i] = (struct claim){.domain = i ? random_domain() : d->home,
			.prefix = random_prefix(),
			.role = random_below(2) ? CLAIM_SUBNET : CLAIM_REMOTE,
			.field = {"spec.c[%d]", i}};
	for (int i = 0; i < 2; i++) {
		p->links[i] = (struct claim){.domain = random_domain(),
			.far = random_domain(),
			.prefix = random_prefix(),
			.role = CLAIM_LINK,
			.field = {"spec.l[%d]", i}};
		p->peerings[i] = (struct peering){.from = random_domain(),
			.to = random_domain(),
			.target = "x",
			.name = "",
			.field = {"spec.p[%d]", i}};
		p->attachments[i] = (struct attachment){.segment = random_domain()};
		p->dns_links[i] = (struct dns_link){.zone = random_domain(), .name = "n"};
	}
}

/* --- the plain answers --- */

struct question {
	struct model *model;
	const char *domain, *other;
	struct prefix prefix;
	unsigned roles;
	const struct object_id *except;
};

static bool
peered(const struct question *q, const char *a, const char *b, const struct object_id *except)
{
	for (size_t i = 0; i < q->model->count; i++) {
		const struct declaration *d = q->model->layers[i].declaration;

		for (int j = 0; j < d->peering_count && !same(&d->object, except); j++)
			if ((strcmp(d->peerings[j].from, a) == 0 &&
				    strcmp(d->peerings[j].to, b) == 0) ||
				(strcmp(d->peerings[j].from, b) == 0 &&
					strcmp(d->peerings[j].to, a) == 0))
				return strcmp(a, b) != 0;
	}
	return false;
}

typedef bool claim_test(const struct question *q, const struct claim *claim);

static bool
is_overlap(const struct question *q, const struct claim *claim)
{
	bool here = strcmp(claim->domain, q->domain) == 0 ||
		    (claim->far && strcmp(claim->far, q->domain) == 0);

	return here && (q->roles & 1u << claim->role) &&
	       prefix_overlaps(&claim->prefix, &q->prefix);
}

static bool
is_next_door(const struct question *q, const struct claim *claim)
{
	return claim->role != CLAIM_LINK && prefix_overlaps(&claim->prefix, &q->prefix) &&
	       (!q->other || strcmp(claim->domain, q->other) != 0) &&
	       peered(q, claim->domain, q->domain, q->except);
}

static bool
is_claim_of(const struct question *q, const struct claim *claim)
{
	return claim->role != CLAIM_LINK && strcmp(claim->domain, q->domain) == 0;
}

static size_t
count_claims(const struct question *q, claim_test *test)
{
	size_t count = 0;

	for (size_t i = 0; i < q->model->count; i++) {
		const struct declaration *d = q->model->layers[i].declaration;

		if (same(&d->object, q->except))
			continue;
		for (int j = 0; j < d->claim_count; j++)
			count += test(q, &d->claims[j]);
		for (int j = 0; j < d->link_count; j++)
			count += test(q, &d->links[j]);
	}
	return count;
}

static size_t
count_private(const struct question *q)
{
	size_t count = 0;

	for (size_t i = 0; i < q->model->count; i++) {
		const struct declaration *d = q->model->layers[i].declaration;

		for (int j = 0; j < d->claim_count && d->private_subnet; j++)
			count += !same(&d->object, q->except) &&
				 d->claims[j].role == CLAIM_SUBNET &&
				 strcmp(d->home, q->domain) == 0 && is_claim_of(q, &d->claims[j]);
	}
	return count;
}

static void
check_count(size_t found, bool more, size_t expected)
{
	assert_int_equal(found, expected < INVENTORY_ANSWERS ? expected : INVENTORY_ANSWERS);
	assert_int_equal(more, expected > INVENTORY_ANSWERS);
}

/* The number is that of the plain walk, each answer belongs, and none comes twice: so they are the
 * same set. */
static void
check_occupants(const struct question *q, struct occupants found, claim_test *test)
{
	check_count(found.count, found.more, count_claims(q, test));
	for (size_t i = 0; i < found.count; i++) {
		assert_true(test(q, found.items[i].claim));
		assert_false(same(&found.items[i].declaration->object, q->except));
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(found.items[i].claim, found.items[j].claim);
		if (i > 0)
			assert_true(address_compare(&found.items[i - 1].claim->prefix.address,
					    &found.items[i].claim->prefix.address) <= 0);
	}
}

static size_t
count_peerings(const struct question *q, const char *from, const char *to)
{
	size_t count = 0;

	for (size_t i = 0; i < q->model->count; i++) {
		const struct declaration *d = q->model->layers[i].declaration;

		for (int j = 0; j < d->peering_count && !same(&d->object, q->except); j++)
			count += (!from || strcmp(d->peerings[j].from, from) == 0) &&
				 (!to || strcmp(d->peerings[j].to, to) == 0);
	}
	return count;
}

static void
check_peerings(
	const struct question *q, struct declared_peerings found, const char *from, const char *to)
{
	check_count(found.count, found.more, count_peerings(q, from, to));
	for (size_t i = 0; i < found.count; i++) {
		assert_true(!from || strcmp(found.items[i].peering->from, from) == 0);
		assert_true(!to || strcmp(found.items[i].peering->to, to) == 0);
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(found.items[i].peering, found.items[j].peering);
	}
}

static size_t
count_members(const struct question *q, bool attached)
{
	size_t count = 0;

	for (size_t i = 0; i < q->model->count; i++) {
		const struct declaration *d = q->model->layers[i].declaration;
		bool member = false;

		for (int j = 0; attached && j < d->attachment_count; j++)
			member |= strcmp(d->attachments[j].segment, q->domain) == 0;
		for (int j = 0; !attached && j < d->dns_link_count; j++)
			member |= strcmp(d->dns_links[j].zone, q->domain) == 0;
		count += member && !same(&d->object, q->except);
	}
	return count;
}

static void
check_definition(const struct question *q, const struct declaration *found)
{
	bool stored = false, reserved = false;

	for (size_t i = 0; i < q->model->count; i++) {
		const struct layer *layer = &q->model->layers[i];

		if (!layer->declaration->defines_home ||
			strcmp(layer->declaration->home, q->domain) != 0 ||
			same(&layer->declaration->object, q->except))
			continue;
		stored |= layer->deadline < 0;
		reserved |= layer->deadline >= 0;
	}
	assert_int_equal(found != NULL, stored || reserved);
	if (found)
		assert_int_equal(find_layer(q->model, found, true, false) != NULL, stored);
}

/* A neighbour is shared when some third domain is its neighbour too. */
static bool
is_shared(const struct question *q, const char *neighbour)
{
	if (!peered(q, q->domain, neighbour, NULL))
		return false;
	for (size_t i = 0; i < DOMAINS; i++)
		if (strcmp(domains[i], q->domain) != 0 && peered(q, domains[i], neighbour, NULL))
			return true;
	return false;
}

static void
check_shared_neighbours(const struct question *q, const char **found)
{
	size_t expected = 0, count = 0;

	for (size_t i = 0; i < DOMAINS; i++)
		expected += is_shared(q, domains[i]);
	for (; found[count]; count++) {
		assert_true(is_shared(q, found[count]));
		if (count > 0)
			assert_true(strcmp(found[count - 1], found[count]) < 0);
	}
	assert_int_equal(count, expected);
}

static void
check_free(const struct question *q, const struct inventory *inventory, struct arena *arena)
{
	struct prefix pool = {{UINT64_C(10) << 56, 0, FAMILY_4}, 19}, found[6];
	size_t count =
		inventory_free_prefixes(arena, inventory, q->domain, q->other, &pool, 26, found, 6);
	struct prefix at = {pool.address, 26};
	size_t next = 0;

	for (int i = 0; i < 128; i++, prefix_next(&at, &at)) {
		struct question one = {q->model, q->domain, NULL, at, ~0u, NULL};
		struct question two = {q->model, q->other, NULL, at, ~0u, NULL};
		bool taken =
			count_claims(&one, is_overlap) + count_claims(&one, is_next_door) > 0 ||
			(q->other &&
				count_claims(&two, is_overlap) + count_claims(&two, is_next_door) >
					0);

		if (!taken && next < 6) {
			assert_true(next < count);
			assert_true(prefix_equal(&found[next++], &at));
		}
	}
	assert_int_equal(count, next);
}

static void
ask_everything(struct model *model, const struct inventory *inventory, struct arena *arena)
{
	struct object_id except = {(enum kind)random_below(2), "", names[random_below(NAMES)]};
	struct question q = {model, random_domain(), random_below(2) ? random_domain() : NULL,
		random_prefix(), random_below(3) ? ~0u : 1u << CLAIM_LINK | 1u << CLAIM_REMOTE,
		random_below(2) ? &except : NULL};
	const char *peer = random_domain();
	struct declarations members;

	if (random_below(3) == 0)
		q.prefix.length = (uint8_t)random_below(16);
	q.prefix = prefix_network(&q.prefix);
	arena_reset(arena);
	check_occupants(&q,
		inventory_overlaps(arena, inventory, q.domain, &q.prefix, q.roles, q.except),
		is_overlap);
	check_occupants(&q,
		inventory_overlaps_next_door(
			arena, inventory, q.domain, &q.prefix, q.other, q.except),
		is_next_door);
	check_occupants(&q, inventory_claims(arena, inventory, q.domain, q.except), is_claim_of);
	assert_int_equal(inventory_private_subnets(arena, inventory, q.domain, q.except).count,
		count_private(&q));
	check_peerings(
		&q, inventory_peerings_from(arena, inventory, q.domain, q.except), q.domain, NULL);
	check_peerings(
		&q, inventory_peerings_to(arena, inventory, q.domain, q.except), NULL, q.domain);
	check_peerings(&q, inventory_peerings_between(arena, inventory, q.domain, peer, q.except),
		q.domain, peer);
	members = inventory_attached_to(arena, inventory, q.domain, q.except);
	check_count(members.count, members.more, count_members(&q, true));
	members = inventory_dns_links_to(arena, inventory, q.domain, q.except);
	check_count(members.count, members.more, count_members(&q, false));
	check_shared_neighbours(&q, inventory_shared_neighbours(arena, inventory, q.domain));
	check_definition(&q, inventory_definition(inventory, q.domain, q.except));
	if (random_below(20) == 0)
		check_free(&q, inventory, arena);
}

static void
keep_some(struct model *model, struct inventory *inventory)
{
	struct object_id keep[NAMES + 1] = {{.name = NULL}};
	enum kind kind = (enum kind)random_below(2);
	size_t kept = 0;

	for (int i = 0; i < NAMES; i++)
		if (random_below(5))
			keep[kept++] = (struct object_id){kind, "", names[i]};
	keep[kept] = (struct object_id){.name = NULL};
	inventory_keep_only(inventory, kind, keep);
	for (size_t i = model->count; i-- > 0;) {
		bool found = model->layers[i].deadline >= 0 ||
			     model->layers[i].declaration->object.kind != kind;

		for (size_t j = 0; j < kept; j++)
			found |= object_equal(&keep[j], &model->layers[i].declaration->object);
		if (!found)
			drop(model, i);
	}
}

static void
change_something(struct model *model, struct inventory *inventory, int64_t now)
{
	static struct parts
		parts; /* kept, so that a later round repeats what an earlier one made */
	struct layer *stored;
	int64_t deadline;

	if (random_below(4))
		random_declaration(&parts);
	switch (random_below(8)) {
	case 0:
	case 1:
	case 2:
		inventory_store(inventory, &parts.declaration);
		model_store(model, &parts.declaration);
		break;
	case 3:
	case 4:
		deadline = now + 5 + (int64_t)random_below(30);
		inventory_hold(inventory, &parts.declaration, deadline);
		model_hold(model, &parts.declaration, deadline);
		break;
	case 5:
		assert_int_equal(inventory_expire(inventory, now), model_expire(model, now));
		break;
	case 6:
		stored = find_layer(model, &parts.declaration, true, true);
		inventory_remove(inventory, &parts.declaration.object);
		if (stored)
			drop(model, (size_t)(stored - model->layers));
		break;
	default:
		if (random_below(20) == 0)
			keep_some(model, inventory);
	}
}

static void
every_query_agrees_with_a_walk_over_everything(void **state)
{
	static struct model model;
	struct inventory *inventory = inventory_new();
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	random_start();
	for (int i = 0; i < NAMES; i++)
		snprintf(names[i], sizeof names[i], "object-%d", i);
	for (int i = 0; i < DOMAINS; i++)
		snprintf(domains[i], sizeof domains[i], "vpc/%d", i);
	for (int round = 0; round < ROUNDS; round++) {
		struct inventory_size size;
		size_t reserved = 0;

		change_something(&model, inventory, round);
		ask_everything(&model, inventory, arena);
		for (size_t i = 0; i < model.count; i++)
			reserved += model.layers[i].deadline >= 0;
		size = inventory_size(inventory);
		assert_int_equal(size.reservations, reserved);
		assert_int_equal(size.objects, model.count - reserved);
	}
	inventory_expire(inventory, INT64_MAX);
	inventory_keep_only(inventory, KIND_VPC, &(struct object_id){.name = NULL});
	inventory_keep_only(inventory, KIND_SUBNET, &(struct object_id){.name = NULL});
	assert_int_equal(inventory_size(inventory).domains, 0);
	assert_int_equal(inventory_size(inventory).claims, 0);
	while (model.count > 0)
		drop(&model, 0);
	arena_free(arena);
	inventory_free(inventory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_query_agrees_with_a_walk_over_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
