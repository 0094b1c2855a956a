/* A small world for test_rotation_model.c: what an API server stores, replicas and API servers that
 * lag behind it, and one or two owners that follow rotation_next() and crash. One tick is TICK
 * seconds. Certificates are numbers; a leaf is trusted by a bundle that holds its issuer while both
 * are valid by the true clock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certs/rotation.h"

enum {
	TICK = 5,
	TICKS = 4000,
	MOST_CERTIFICATES = 3000,
	MOST_BUNDLES = 6000,
	MOST_CONFIGURATIONS = 3,
	REPLICAS = 3,
	SERVERS = 2,
	OWNERS = 2,
	NONE = -1,
	BACKDATE = 400
};

struct world_certificate {
	char id[16];
	int issuer; /* NONE for a CA */
	int64_t not_before;
	int64_t not_after;
	int names; /* which hosts a leaf is for */
};

struct world_secret {
	int authority, next, leaf, retire;
	bool authority_key, next_key, leaf_fits;
	int previous[ROTATION_BUNDLE];
	size_t previous_count;
	int version; /* counts its deletions too */
	bool exists;
};

struct world_bundle {
	int items[ROTATION_BUNDLE];
	size_t count;
};

struct world_owner {
	int up_from;   /* the tick */
	int next_look; /* the tick */
	int stage;     /* 0: reads configurations, 1: reads the Secret and plans, 2: writes */
	int64_t clock_error;
	struct rotation_sight secret_sight;
	struct rotation_sight sights[MOST_CONFIGURATIONS];
	struct world_secret secret; /* as read */
	struct world_secret remembered;
	int versions[MOST_CONFIGURATIONS]; /* as read, with what they showed */
	int shown[MOST_CONFIGURATIONS];
	int64_t seen_for[MOST_CONFIGURATIONS];
	bool damaged[MOST_CONFIGURATIONS];
	struct rotation_configuration configurations[MOST_CONFIGURATIONS];
	struct rotation_leaf serving[REPLICAS];
	struct rotation_secret memory;
	int looked;                /* the tick of the first read */
	struct rotation_step step; /* that it is about to do */
};

struct world_rules {
	size_t configurations;
	size_t owners;          /* who act at once */
	unsigned crash_percent; /* after a write */
	bool deletions, retirements, new_names, clock_errors, new_pods, watched_replicas;
	bool pauses;                  /* of an owner that remembers what it saw */
	bool edits, tampering, leaps; /* by another's hand: trust may be lost */
};

struct world {
	struct world_rules rules;
	uint64_t random;
	int tick;
	int64_t leap; /* of the true wall clock */
	int names;
	struct world_certificate certificates[MOST_CERTIFICATES];
	int certificate_count;
	struct world_bundle bundles[MOST_BUNDLES];
	int bundle_count;
	struct world_secret secret;
	int served[TICKS]; /* the fitting leaf of the Secret at each tick, or NONE */
	int shown[MOST_CONFIGURATIONS][TICKS]; /* the bundle at each tick */
	int versions[MOST_CONFIGURATIONS];
	bool damaged[MOST_CONFIGURATIONS];
	int replica_synced[REPLICAS];
	int replica_leaf[REPLICAS];
	int server_synced[SERVERS][MOST_CONFIGURATIONS];
	struct world_owner owners[OWNERS];
	int actions[ROTATION_ACTIONS]; /* how often each was done */
	int lost;                      /* writes that met a newer version */
};

extern const struct rotation_policy world_policy;

void world_begin(struct world *world, const struct world_rules *rules, uint64_t seed);
/* One tick: everybody moves. */
void world_step(struct world *world);
/* Whether every API server, by every configuration, trusts every replica that serves. */
bool world_is_trusted(const struct world *world);
/* Whether some replica serves. */
bool world_serves(const struct world *world);
int64_t world_now(const struct world *world);
uint64_t world_random(struct world *world, uint64_t below);
bool world_chance(struct world *world, unsigned per_ten_thousand);

/* By another's hand. */
void world_delete_secret(struct world *world);
void world_edit_configuration(struct world *world, size_t which);
void world_replace_pair(struct world *world);
void world_damage_secret(struct world *world);

/* The whole state in words, for a failure. */
void world_print(const struct world *world);
