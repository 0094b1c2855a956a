#include "network/inventory.h"

#include <stdlib.h>

#include "base/memory.h"
#include "network/answer.h"
#include "network/hash.h"
#include "network/inventory_layers.h"

struct inventory *
inventory_new(void)
{
	struct inventory *inventory = memory_alloc(sizeof *inventory);

	pthread_mutex_init(&inventory->mutex, NULL);
	table_init(&inventory->table);
	inventory->seed = hash_seed();
	for (int kind = 0; kind < DECLARANTS; kind++)
		TAILQ_INIT(&inventory->kinds[kind]);
	TAILQ_INIT(&inventory->deadlines);
	TAILQ_INIT(&inventory->veiled);
	domains_init(&inventory->domains);
	return inventory;
}

void
inventory_lock(struct inventory *inventory)
{
	pthread_mutex_lock(&inventory->mutex);
}

void
inventory_unlock(struct inventory *inventory)
{
	pthread_mutex_unlock(&inventory->mutex);
}

/* --- objects --- */

static uint64_t
hash_object(const struct inventory *inventory, const struct object_id *id)
{
	return hash_text(hash_text(hash_word(inventory->seed, id->kind), id->namespace), id->name);
}

static bool
has_id(const struct table_entry *entry, const void *id)
{
	return object_equal(&((const struct object *)entry)->id, id);
}

static struct object *
find(const struct inventory *inventory, const struct object_id *id)
{
	return (struct object *)table_find(
		&inventory->table, hash_object(inventory, id), has_id, id);
}

const struct object *
inventory_object(const struct inventory *inventory, const struct object_id *id)
{
	return find(inventory, id);
}

static struct object *
find_or_make(struct inventory *inventory, const struct object_id *id)
{
	struct object *object = find(inventory, id);

	if (object)
		return object;
	object = memory_alloc(sizeof *object);
	object->id = *id; /* until its first slot */
	TAILQ_INIT(&object->reserved);
	table_insert(&inventory->table, &object->entry, hash_object(inventory, id));
	TAILQ_INSERT_TAIL(&inventory->kinds[id->kind], object, of_kind);
	return object;
}

/* After a slot has come or gone: lets the id point into one that is left, or ends an object without
 * any. */
static void
settle(struct inventory *inventory, struct object *object)
{
	const struct slot *slot = object->stored ? object->stored : TAILQ_FIRST(&object->reserved);

	if (slot) {
		object->id = slot->holding.declaration->object;
		return;
	}
	table_remove(&inventory->table, &object->entry);
	TAILQ_REMOVE(&inventory->kinds[object->id.kind], object, of_kind);
	free(object);
}

/* --- slots --- */

static size_t
claim_count(const struct slot *slot)
{
	return (size_t)slot->holding.declaration->claim_count +
	       (size_t)slot->holding.declaration->link_count;
}

static struct slot *
slot_new(struct inventory *inventory, struct object *object, const struct declaration *declaration,
	uint64_t fingerprint)
{
	struct slot *slot = memory_alloc(sizeof *slot);

	holding_init(&slot->holding, declaration);
	slot->object = object;
	slot->fingerprint = fingerprint;
	slot->serial = ++inventory->serial;
	domains_add(&inventory->domains, &slot->holding);
	inventory->size.claims += claim_count(slot);
	return slot;
}

static void
slot_free(struct inventory *inventory, struct slot *slot)
{
	inventory->size.claims -= claim_count(slot);
	domains_remove(&inventory->domains, &slot->holding);
	holding_dispose(&slot->holding);
	free(slot);
}

/* A fingerprint can be imitated by whoever writes the object, so the content has the last word. */
static bool
says_the_same(const struct slot *slot, const struct declaration *declaration, uint64_t fingerprint)
{
	struct declaration plain;

	if (!slot || slot->fingerprint != fingerprint)
		return false;
	plain = *declaration;
	plain.fixed_count = 0;
	return declaration_equal(slot->holding.declaration, &plain);
}

static struct slot *
find_held(const struct object *object, const struct declaration *declaration, uint64_t fingerprint)
{
	struct slot *slot;

	TAILQ_FOREACH(slot, &object->reserved, of_object)
	if (slot->held && says_the_same(slot, declaration, fingerprint))
		return slot;
	return NULL;
}

static void
end_reservation(struct inventory *inventory, struct slot *slot)
{
	TAILQ_REMOVE(&slot->object->reserved, slot, of_object);
	if (slot->held)
		TAILQ_REMOVE(&inventory->deadlines, slot, by_deadline);
	inventory->size.reservations--;
	settle(inventory, slot->object);
	slot_free(inventory, slot);
}

/* Ends the reservations of the object; with its last slot the object itself goes. */
static void
end_reservations(struct inventory *inventory, struct object *object, bool only_held)
{
	struct slot *slot = TAILQ_FIRST(&object->reserved);

	while (slot) {
		struct slot *next = TAILQ_NEXT(slot, of_object);

		if (slot->held || !only_held)
			end_reservation(inventory, slot);
		slot = next;
	}
}

static void
give_all_back(struct inventory *inventory, enum kind kind)
{
	struct object *object = TAILQ_FIRST(&inventory->kinds[kind]);

	while (object) {
		struct object *next = TAILQ_NEXT(object, of_kind);

		end_reservations(inventory, object, false);
		object = next;
	}
}

void
inventory_free(struct inventory *inventory)
{
	if (!inventory)
		return;
	for (int kind = 0; kind < DECLARANTS; kind++)
		give_all_back(inventory, (enum kind)kind);
	for (int kind = 0; kind < DECLARANTS; kind++)
		inventory_keep_only(inventory, (enum kind)kind, &(struct object_id){.name = NULL});
	table_dispose(&inventory->table);
	domains_dispose(&inventory->domains);
	pthread_mutex_destroy(&inventory->mutex);
	free(inventory);
}

/* --- the stored layer --- */

void
inventory_store(struct inventory *inventory, const struct declaration *declaration)
{
	struct object *object = find_or_make(inventory, &declaration->object);
	struct slot *old = object->stored;
	uint64_t fingerprint = declaration_fingerprint(declaration);

	/* Nothing new: a write of the status. */
	if (says_the_same(old, declaration, fingerprint) &&
		old->holding.declaration->deleting == declaration->deleting) {
		old->serial = ++inventory->serial;
		return;
	}
	/* The new one comes in before the old one goes, so that what both share (a peering with a
	 * hub) is not torn down. */
	object->stored = slot_new(inventory, object, declaration, fingerprint);
	object->stored->holding.stored = true;
	inventory->size.objects += !old;
	settle(inventory, object);
	end_reservations(inventory, object, true);
	if (old)
		slot_free(inventory, old);
}

static void
forget_stored(struct inventory *inventory, struct object *object)
{
	struct slot *slot = object->stored;

	if (!slot)
		return;
	object->stored = NULL;
	inventory->size.objects--;
	settle(inventory, object);
	slot_free(inventory, slot);
}

void
inventory_remove(struct inventory *inventory, const struct object_id *id)
{
	struct object *object = find(inventory, id);

	if (object)
		forget_stored(inventory, object);
}

void
inventory_keep_only(struct inventory *inventory, enum kind kind, const struct object_id *keep)
{
	struct object *object, *next;

	for (; keep->name; keep++) {
		object = find(inventory, keep);
		if (object)
			object->kept = true;
	}
	for (object = TAILQ_FIRST(&inventory->kinds[kind]); object; object = next) {
		next = TAILQ_NEXT(object, of_kind);
		if (object->kept)
			object->kept = false;
		else
			forget_stored(inventory, object);
	}
}

/* --- the reserved layer --- */

/* Deadlines come nearly in order, so the place is found from the end. */
static void
set_deadline(struct inventory *inventory, struct slot *slot, int64_t deadline)
{
	struct slot *before = TAILQ_LAST(&inventory->deadlines, slots);

	while (before && before->deadline > deadline)
		before = TAILQ_PREV(before, slots, by_deadline);
	slot->deadline = deadline;
	if (before)
		TAILQ_INSERT_AFTER(&inventory->deadlines, before, slot, by_deadline);
	else
		TAILQ_INSERT_HEAD(&inventory->deadlines, slot, by_deadline);
}

static struct slot *
reserve(struct inventory *inventory, const struct declaration *declaration)
{
	struct object *object = find_or_make(inventory, &declaration->object);
	struct slot *slot =
		slot_new(inventory, object, declaration, declaration_fingerprint(declaration));

	TAILQ_INSERT_TAIL(&object->reserved, slot, of_object);
	inventory->size.reservations++;
	settle(inventory, object);
	return slot;
}

struct reservation *
inventory_reserve(struct inventory *inventory, const struct declaration *declaration)
{
	return (struct reservation *)reserve(inventory, declaration);
}

void
inventory_give_back(struct inventory *inventory, struct reservation *reservation)
{
	end_reservation(inventory, (struct slot *)reservation);
}

void
inventory_hold(struct inventory *inventory, const struct declaration *declaration, int64_t deadline)
{
	const struct object *object = find(inventory, &declaration->object);
	struct slot *slot =
		object ? find_held(object, declaration, declaration_fingerprint(declaration))
		       : NULL;

	if (slot)
		TAILQ_REMOVE(&inventory->deadlines, slot, by_deadline);
	else
		slot = reserve(inventory, declaration);
	slot->held = true;
	set_deadline(inventory, slot, deadline);
}

void
inventory_release(struct inventory *inventory, const struct object_id *id)
{
	struct object *object = find(inventory, id);

	if (object)
		end_reservations(inventory, object, true);
}

void
inventory_veil(struct inventory *inventory, const struct object_id *id)
{
	const struct object *object = find(inventory, id);
	struct slot *slot = object ? object->stored : NULL;

	if (!slot || slot->veiled)
		return;
	domains_remove(&inventory->domains, &slot->holding);
	slot->veiled = true;
	TAILQ_INSERT_TAIL(&inventory->veiled, slot, veils);
}

void
inventory_unveil(struct inventory *inventory)
{
	struct slot *slot;

	while ((slot = TAILQ_FIRST(&inventory->veiled))) {
		TAILQ_REMOVE(&inventory->veiled, slot, veils);
		slot->veiled = false;
		domains_add(&inventory->domains, &slot->holding);
	}
}

size_t
inventory_expire(struct inventory *inventory, int64_t now)
{
	size_t count = 0;
	struct slot *slot;

	while ((slot = TAILQ_FIRST(&inventory->deadlines)) && slot->deadline <= now) {
		end_reservation(inventory, slot);
		count++;
	}
	return count;
}

/* --- questions about objects --- */

struct inventory_size
inventory_size(const struct inventory *inventory)
{
	struct inventory_size size = inventory->size;

	size.domains = inventory->domains.table.count;
	return size;
}

/* The stored one, else the newest reservation; NULL when what is stored is veiled. */
static const struct declaration *
declaration_of(const struct object *object)
{
	const struct slot *slot = object->stored && !object->stored->veiled
					  ? object->stored
					  : TAILQ_LAST(&object->reserved, slots);

	return slot ? slot->holding.declaration : NULL;
}

const struct declaration *
inventory_find(const struct inventory *inventory, const struct object_id *id)
{
	const struct object *object = find(inventory, id);

	return object ? declaration_of(object) : NULL;
}

bool
inventory_is_stored(const struct inventory *inventory, const struct object_id *id)
{
	const struct object *object = find(inventory, id);

	return object && object->stored;
}

uint64_t
inventory_serial(const struct inventory *inventory, const struct object_id *id)
{
	const struct object *object = find(inventory, id);

	return object && object->stored ? object->stored->serial : 0;
}

const struct shoot *
inventory_shoot(const struct inventory *inventory)
{
	const struct object *object = TAILQ_FIRST(&inventory->kinds[KIND_SHOOT_INFO]);

	const struct declaration *d = object ? declaration_of(object) : NULL;

	return d ? d->shoot : NULL;
}

void
inventory_each(const struct inventory *inventory, void (*visit)(const struct declaration *, void *),
	void *context)
{
	const struct object *object;

	for (int kind = 0; kind < DECLARANTS; kind++)
		TAILQ_FOREACH(object, &inventory->kinds[kind], of_kind)
	if (object->stored)
		visit(object->stored->holding.declaration, context);
}

/* --- the definition of a domain --- */

static bool
is_preferred(const struct holding *holding, const struct holding *to)
{
	if (holding->stored != to->stored)
		return holding->stored;
	return answer_compare(&holding->declaration->object, &to->declaration->object) < 0;
}

const struct declaration *
inventory_definition(
	const struct inventory *inventory, const char *key, const struct object_id *except)
{
	const struct domain *domain = domains_find(&inventory->domains, key);
	const struct holding *best = NULL;
	const struct member *member;

	if (!domain)
		return NULL;
	TAILQ_FOREACH(member, &domain->members[MEMBER_DEFINITION], members)
	{
		if (answer_leaves_out(member->holding->declaration, except))
			continue;
		if (!best || is_preferred(member->holding, best))
			best = member->holding;
	}
	return best ? best->declaration : NULL;
}
