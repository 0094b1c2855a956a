/* All declarations, indexed so that each question of a rule costs the logarithm of their number.
 *
 * Two layers: what is *stored* (seen by list and watch, or read from files) and what is *reserved*
 * (admitted, but not yet seen as stored). While an object has both, both count: a conflict with
 * either is a conflict, because nobody knows yet which of the two the API server keeps. Who
 * reserves says when a reservation ends. Pure data, no I/O.
 *
 * Threads: every call needs inventory_lock(), except new and free. What a query returns lives in
 * the arena; the declarations it points to are lent until inventory_unlock().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "network/declaration.h"

struct inventory;

struct inventory *inventory_new(void);
void inventory_free(struct inventory *inventory);
void inventory_lock(struct inventory *inventory);
void inventory_unlock(struct inventory *inventory);

/* Stores a copy, in place of what was stored for that object, and ends what was held for it unless
 * it says what was stored before. */
void inventory_store(struct inventory *inventory, const struct declaration *declaration);
/* Forgets what is stored for the object; its reservations stay. */
void inventory_remove(struct inventory *inventory, const struct object_id *object);
/* Forgets all that is stored of a kind and is not in `keep` (ended by a NULL name): after a new
 * list. */
void inventory_keep_only(struct inventory *inventory, enum kind kind, const struct object_id *keep);

/* Keeps a copy beside what is stored for the object, until it is given back. */
struct reservation;
struct reservation *inventory_reserve(
	struct inventory *inventory, const struct declaration *declaration);
void inventory_give_back(struct inventory *inventory, struct reservation *reservation);

/* What is stored for the object does not count until inventory_unveil, which is before the lock is
 * given back: asks what would be if the object were gone, or as a reservation says. */
void inventory_veil(struct inventory *inventory, const struct object_id *object);
void inventory_unveil(struct inventory *inventory);

/* As inventory_reserve, for what an object has been given before the verdict about it: until
 * inventory_release, or until `deadline` (clock_monotonic). The same content again only moves the
 * deadline. */
void inventory_hold(
	struct inventory *inventory, const struct declaration *declaration, int64_t deadline);
void inventory_release(struct inventory *inventory, const struct object_id *object);
/* Ends what is held beyond its deadline; returns how many. */
size_t inventory_expire(struct inventory *inventory, int64_t now);

struct inventory_size {
	size_t objects; /* stored */
	size_t reservations;
	size_t domains;
	size_t claims;
};
struct inventory_size inventory_size(const struct inventory *inventory);

/* How much all queries together have looked at until now, in steps of one entry: what a judgement
 * costs, counted in the same way on every machine. */
uint64_t inventory_steps(const struct inventory *inventory);

/* Every query leaves out the declarations of `except` (the subject of the case; NULL for none).
 * Lists are cut at INVENTORY_ANSWERS entries, deterministically, and `more` tells so. */
enum { INVENTORY_ANSWERS = 64 };

struct occupant {
	const struct declaration *declaration;
	const struct claim *claim;
};
struct occupants {
	struct occupant *items;
	size_t count;
	bool more;
};

/* Who claims something that overlaps `prefix` in this very domain? Links of both ends are among
 * them, in both routers. Only roles in the set `roles` (bits 1 << CLAIM_…). */
struct occupants inventory_overlaps(struct arena *arena, const struct inventory *inventory,
	const char *domain, const struct prefix *prefix, unsigned roles,
	const struct object_id *except);

/* Who claims something that overlaps `prefix` in a domain that is peered with `domain`, in either
 * direction and by whomever but `except`? `beside` (may be NULL) is one more domain to leave out.
 * Links and BFD ports are not among them. Fast for a hub with ten thousand spokes. */
struct occupants inventory_overlaps_next_door(struct arena *arena,
	const struct inventory *inventory, const char *domain, const struct prefix *prefix,
	const char *beside, const struct object_id *except);

struct overlap {
	struct occupant outer; /* covers the other, or is equal to it */
	struct occupant inner;
};
struct overlaps {
	struct overlap *items;
	size_t count;
};
/* Which claims of these domains (ended by NULL, each once) overlap a claim of another one of them?
 * Without links, in address order. Of all that cover one claim only the INVENTORY_ANSWERS narrowest
 * are told. Takes time in the number of their claims. */
struct overlaps inventory_overlaps_among(struct arena *arena, const struct inventory *inventory,
	const char *const *domains, unsigned roles, const struct object_id *except);

/* The domains that are peered with `domain`, whoever declared it, and with at least one more: where
 * its claims meet those of others. All of them, however many, in the order of their keys; ended by
 * NULL. */
const char **inventory_shared_neighbours(
	struct arena *arena, const struct inventory *inventory, const char *domain);

/* The claims of a domain, without links and BFD ports, in address order. */
struct occupants inventory_claims(struct arena *arena, const struct inventory *inventory,
	const char *domain, const struct object_id *except);

/* The networks of the private Subnets of a VPC: all of them, however many, in address order. */
struct occupants inventory_private_subnets(struct arena *arena, const struct inventory *inventory,
	const char *domain, const struct object_id *except);

struct declared_peering {
	const struct declaration *declaration;
	const struct peering *peering;
};
struct declared_peerings {
	struct declared_peering *items;
	size_t count;
	bool more;
};
struct declared_peerings inventory_peerings_from(struct arena *arena,
	const struct inventory *inventory, const char *domain, const struct object_id *except);
struct declared_peerings inventory_peerings_to(struct arena *arena,
	const struct inventory *inventory, const char *domain, const struct object_id *except);
/* Those declared by `from` towards `to`: never cut by a hub's other peerings. */
struct declared_peerings inventory_peerings_between(struct arena *arena,
	const struct inventory *inventory, const char *from, const char *to,
	const struct object_id *except);

struct declarations {
	const struct declaration **items;
	size_t count;
	bool more;
};
/* Objects with a DNS link to this zone or ruleset. */
struct declarations inventory_dns_links_to(struct arena *arena, const struct inventory *inventory,
	const char *zone, const struct object_id *except);
/* Objects with a DNS link whose `exclusive` text is this one. */
struct declarations inventory_dns_links_sharing(struct arena *arena,
	const struct inventory *inventory, const char *exclusive, const struct object_id *except);
/* RemoteZones that describe this zone or ruleset, or one that a network cannot be linked to beside
 * it: another zone of its name, another ruleset. */
struct declarations inventory_rivals(struct arena *arena, const struct inventory *inventory,
	const char *zone, const struct object_id *except);
/* Gateways and the like that divert packets at the router of this VPC; the Vpc itself is not among
 * them. */
struct declarations inventory_diverting(struct arena *arena, const struct inventory *inventory,
	const char *domain, const struct object_id *except);
/* Objects with a peering from this domain that uses the gateway at its other end. */
struct declarations inventory_using_remote_gateways(struct arena *arena,
	const struct inventory *inventory, const char *domain, const struct object_id *except);
/* VPCs whose router has a port on this segment. */
struct declarations inventory_attached_to(struct arena *arena, const struct inventory *inventory,
	const char *segment, const struct object_id *except);

/* How many domains `domain` is peered with, in either direction and whoever declared it. */
size_t inventory_count_peers(
	const struct inventory *inventory, const char *domain, const struct object_id *except);
bool inventory_are_peers(const struct inventory *inventory, const char *one, const char *other,
	const struct object_id *except);
/* How many prefixes of one family a remote network has, by all that describe it. */
size_t inventory_count_prefixes(
	const struct inventory *inventory, const char *domain, enum family family);
/* How many prefixes of one family the remote networks have, all together, that `domain` declares a
 * peering to. */
size_t inventory_count_peer_prefixes(const struct inventory *inventory, const char *domain,
	enum family family, const struct object_id *except);
/* How many links a zone or ruleset has once there is one of this name: those that objects declare
 * and those that the cloud has shown, each name once. */
size_t inventory_count_dns_links(struct arena *arena, const struct inventory *inventory,
	const char *zone, const char *name, const struct object_id *except);

/* Something that needs another object to be there, and is not being deleted itself. */
struct need {
	const struct declaration *declaration;
	struct field field;
	const char *value;
};
struct needs {
	struct need *items; /* the first INVENTORY_ANSWERS of them */
	size_t count;
	size_t total;
};
/* What leads to the domain: one peering of each domain that declares some, DNS links, ports of
 * routers. */
struct needs inventory_needs_of(struct arena *arena, const struct inventory *inventory,
	const char *domain, const struct object_id *except);
/* The static routes at peers of a VPC that lead into it for addresses of `prefix`, and for nothing
 * else that stands there: they go dead with it. */
struct needs inventory_routes_only_for(struct arena *arena, const struct inventory *inventory,
	const char *domain, const struct prefix *prefix, const struct object_id *except);

/* The object that defines a domain (its Vpc, RemoteNetwork, RemoteZone), or NULL. Of several, a
 * stored one before a reserved one, then the first by name. */
const struct declaration *inventory_definition(
	const struct inventory *inventory, const char *domain, const struct object_id *except);
const struct declaration *inventory_find(
	const struct inventory *inventory, const struct object_id *object);
/* Seen as stored, not only reserved. */
bool inventory_is_stored(const struct inventory *inventory, const struct object_id *object);
/* A number of the object's last inventory_store alone; 0 when nothing is stored. */
uint64_t inventory_serial(const struct inventory *inventory, const struct object_id *object);
/* The shoot-info that describes this cluster, or NULL outside Gardener. */
const struct shoot *inventory_shoot(const struct inventory *inventory);

/* Every stored declaration, in the order of kind, name and namespace. */
struct declarations inventory_all(struct arena *arena, const struct inventory *inventory);
/* Calls `visit` for every stored declaration (after store: the newest), in no particular order. */
void inventory_each(const struct inventory *inventory,
	void (*visit)(const struct declaration *, void *), void *context);

/* Up to `wanted` free networks of `length` inside `pool` that overlap no claim or link in `domain`,
 * in its neighbours, or, when `other` is not NULL, in `other` and its neighbours; lowest first.
 * Returns how many were found. Gives up after a bounded search. */
size_t inventory_free_prefixes(struct arena *arena, const struct inventory *inventory,
	const char *domain, const char *other, const struct prefix *pool, uint8_t length,
	struct prefix *found, size_t wanted);
