#include "tests/certs/rotation_world.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const struct rotation_policy world_policy = {
	.authority_validity = 8000,
	.leaf_validity = 3000,
	.settling = 30,
	.propagation = 180,
	.renew_from = 50,
	.renew_until = 66,
};

enum {
	SETTLING_TICKS = 30 / TICK,
	PROPAGATION_TICKS = 180 / TICK,
	LONGEST_OUTAGE = 12,
	LONGEST_STALL = 10
};

uint64_t
world_random(struct world *world, uint64_t below)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return world->random % below;
}

bool
world_chance(struct world *world, unsigned per_ten_thousand)
{
	return world_random(world, 10000) < per_ten_thousand;
}

int64_t
world_now(const struct world *world)
{
	return 1000000 + (int64_t)world->tick * TICK + world->leap;
}

static int
new_certificate(struct world *world, int issuer, int64_t now, int64_t validity)
{
	struct world_certificate *made = &world->certificates[world->certificate_count];

	assert(world->certificate_count < MOST_CERTIFICATES);
	*made = (struct world_certificate){.issuer = issuer,
		.not_before = now - BACKDATE,
		.not_after = now + validity,
		.names = world->names};
	snprintf(made->id, sizeof made->id, "%s%d", issuer == NONE ? "ca" : "leaf",
		world->certificate_count);
	if (issuer != NONE && world->certificates[issuer].not_after < made->not_after)
		made->not_after = world->certificates[issuer].not_after;
	return world->certificate_count++;
}

static int
new_bundle(struct world *world)
{
	assert(world->bundle_count < MOST_BUNDLES);
	world->bundles[world->bundle_count].count = 0;
	return world->bundle_count++;
}

static int
find_certificate(const struct world *world, const char *id)
{
	for (int i = 0; id && i < world->certificate_count; i++)
		if (strcmp(world->certificates[i].id, id) == 0)
			return i;
	return NONE;
}

static void
empty_secret(struct world_secret *secret)
{
	*secret = (struct world_secret){.authority = NONE,
		.next = NONE,
		.leaf = NONE,
		.retire = NONE,
		.version = secret->version + 1};
}

void
world_begin(struct world *world, const struct world_rules *rules, uint64_t seed)
{
	memset(world, 0, sizeof *world);
	world->rules = *rules;
	world->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	empty_secret(&world->secret);
	for (size_t i = 0; i < MOST_CONFIGURATIONS; i++)
		world->shown[i][0] = new_bundle(world);
	for (size_t i = 0; i < REPLICAS; i++)
		world->replica_leaf[i] = NONE;
	world->served[0] = NONE;
}

/* What an owner sees. */

static struct rotation_authority
authority_view(const struct world *world, int which, bool has_key)
{
	const struct world_certificate *certificate;

	if (which == NONE)
		return (struct rotation_authority){0};
	certificate = &world->certificates[which];
	return (struct rotation_authority){
		certificate->id, certificate->not_before, certificate->not_after, has_key};
}

static struct rotation_leaf
leaf_view(const struct world *world, int which, bool fits)
{
	const struct world_certificate *leaf;

	if (which == NONE)
		return (struct rotation_leaf){0};
	leaf = &world->certificates[which];
	return (struct rotation_leaf){leaf->id, world->certificates[leaf->issuer].id,
		leaf->not_before, leaf->not_after, fits && leaf->names == world->names};
}

static void
bundle_view(const struct world *world, const int *items, size_t count, struct rotation_bundle *view)
{
	view->count = count;
	for (size_t i = 0; i < count; i++)
		view->items[i] = authority_view(world, items[i], false);
}

static struct rotation_secret
secret_view(const struct world *world, const struct world_secret *secret, int64_t seen_for)
{
	struct rotation_secret view = {
		.authority = authority_view(world, secret->authority, secret->authority_key),
		.next = authority_view(world, secret->next, secret->next_key),
		.leaf = leaf_view(world, secret->leaf, secret->leaf_fits),
		.retire = secret->retire == NONE ? NULL : world->certificates[secret->retire].id,
		.seen_for = seen_for,
	};

	bundle_view(world, secret->previous, secret->previous_count, &view.previous);
	return view;
}

static int64_t
see(struct world *world, struct rotation_sight *sight, int version)
{
	char text[32];

	snprintf(text, sizeof text, "v%d", version);
	return rotation_sight_see(sight, text, (int64_t)world->tick * TICK);
}

static void
read_configurations(struct world *world, struct world_owner *owner)
{
	owner->looked = world->tick;
	for (size_t i = 0; i < world->rules.configurations; i++) {
		const struct world_bundle *shown = &world->bundles[world->shown[i][world->tick]];

		owner->versions[i] = world->versions[i];
		owner->configurations[i].damaged = world->damaged[i];
		owner->configurations[i].seen_for =
			see(world, &owner->sights[i], world->versions[i]);
		bundle_view(world, shown->items, shown->count, &owner->configurations[i].shown);
	}
}

static size_t
look_at_replicas(struct world *world, struct world_owner *owner)
{
	size_t count = 0;

	for (size_t i = 0; world->rules.watched_replicas && i < REPLICAS; i++)
		if (world->replica_leaf[i] != NONE)
			owner->serving[count++] = leaf_view(world, world->replica_leaf[i], true);
	return count;
}

static void
plan(struct world *world, struct world_owner *owner)
{
	struct rotation_view view = {.configurations = owner->configurations,
		.configuration_count = world->rules.configurations,
		.serving = owner->serving,
		.serving_count = look_at_replicas(world, owner),
		.now = world_now(world) + owner->clock_error,
		.server_now = world_now(world)};

	owner->secret = world->secret;
	view.secret = secret_view(
		world, &owner->secret, see(world, &owner->secret_sight, world->secret.version));
	if (rotation_is_whole(&view.secret, view.now))
		owner->remembered = owner->secret;
	if (owner->remembered.exists) {
		owner->memory = secret_view(world, &owner->remembered, 0);
		view.remembered = &owner->memory;
	}
	owner->step = rotation_next(&world_policy, &view);
}

/* What an owner writes. */

static void
set_previous(struct world *world, struct world_secret *secret, const struct rotation_step *step)
{
	secret->previous_count = step->count;
	for (size_t i = 0; i < step->count; i++)
		secret->previous[i] = find_certificate(world, step->ids[i]);
}

static void
set_leaf(struct world *world, struct world_secret *secret, int64_t now)
{
	secret->leaf = new_certificate(world, secret->authority, now, world_policy.leaf_validity);
	secret->leaf_fits = true;
}

static void
write_secret(struct world *world, const struct world_owner *owner)
{
	struct world_secret made = owner->secret;
	int64_t now = owner->step.now;

	switch (owner->step.action) {
	case ROTATION_RESTORE:
		made = owner->remembered;
		break;
	case ROTATION_CREATE:
		empty_secret(&made);
		made.authority = new_certificate(world, NONE, now, world_policy.authority_validity);
		made.authority_key = true;
		set_leaf(world, &made, now);
		break;
	case ROTATION_PREPARE:
		made.next = new_certificate(world, NONE, now, world_policy.authority_validity);
		made.next_key = true;
		set_previous(world, &made, &owner->step);
		break;
	case ROTATION_SWITCH:
		made.authority = made.next;
		made.authority_key = made.next_key;
		made.next = NONE;
		set_previous(world, &made, &owner->step);
		set_leaf(world, &made, now);
		break;
	case ROTATION_RENEW_LEAF:
		set_leaf(world, &made, now);
		break;
	default:
		set_previous(world, &made, &owner->step);
	}
	made.exists = true;
	made.version = world->secret.version + 1;
	world->secret = made;
}

static void
publish(struct world *world, const struct rotation_step *step)
{
	int bundle = new_bundle(world);

	world->bundles[bundle].count = step->count;
	for (size_t i = 0; i < step->count; i++)
		world->bundles[bundle].items[i] = find_certificate(world, step->ids[i]);
	world->shown[step->configuration][world->tick] = bundle;
	world->damaged[step->configuration] = false;
	world->versions[step->configuration]++;
}

static void
write_step(struct world *world, const struct world_owner *owner)
{
	size_t which = owner->step.configuration;
	bool newer = owner->step.action == ROTATION_PUBLISH
			     ? world->versions[which] != owner->versions[which]
			     : world->secret.version != owner->secret.version;

	if (newer) {
		world->lost++;
		return;
	}
	world->actions[owner->step.action]++;
	if (owner->step.action == ROTATION_PUBLISH)
		publish(world, &owner->step);
	else
		write_secret(world, owner);
}

static void
crash(struct world *world, struct world_owner *owner)
{
	*owner = (struct world_owner){
		.up_from = world->tick + 1 + (int)world_random(world, LONGEST_OUTAGE),
		.clock_error = owner->clock_error,
	};
}

static void
finish(struct world *world, struct world_owner *owner)
{
	bool wrote = owner->step.action != ROTATION_WAIT &&
		     world->tick - owner->looked <= ROTATION_LONGEST_LOOK / TICK;

	if (wrote)
		write_step(world, owner);
	owner->stage = 0;
	owner->next_look = world->tick + (int)(owner->step.look_again / TICK);
	if (wrote && world_chance(world, world->rules.crash_percent * 100))
		crash(world, owner);
}

/* Two owners stall between their calls, so that one writes what the other has read. */
static void
own(struct world *world, struct world_owner *owner)
{
	if (world->tick < owner->up_from || world->tick < owner->next_look)
		return;
	for (; owner->stage < 3; owner->stage++) {
		if (owner->stage == 0)
			read_configurations(world, owner);
		else if (owner->stage == 1)
			plan(world, owner);
		else
			break;
		if (world->rules.owners > 1 && world_chance(world, 3000)) {
			owner->up_from = world->tick + (int)world_random(world, LONGEST_STALL);
			owner->stage++;
			return;
		}
	}
	finish(world, owner);
}

/* By another's hand. */

void
world_delete_secret(struct world *world)
{
	empty_secret(&world->secret);
}

void
world_edit_configuration(struct world *world, size_t which)
{
	int bundle = new_bundle(world);
	struct world_bundle *shown = &world->bundles[bundle];

	*shown = world->bundles[world->shown[which][world->tick]];
	if (world_chance(world, 5000))
		shown->count = 0;
	else if (shown->count > 0 && world_chance(world, 5000))
		shown->count--;
	if (shown->count < ROTATION_BUNDLE && world_chance(world, 3000))
		shown->items[shown->count++] = new_certificate(world, NONE, world_now(world), 5000);
	world->damaged[which] = world_chance(world, 3000);
	world->shown[which][world->tick] = bundle;
	world->versions[which]++;
}

void
world_replace_pair(struct world *world)
{
	int64_t now = world_now(world);

	empty_secret(&world->secret);
	world->secret.exists = true;
	world->secret.authority = new_certificate(world, NONE, now, 7000);
	world->secret.authority_key = true;
	set_leaf(world, &world->secret, now);
}

void
world_damage_secret(struct world *world)
{
	struct world_secret *secret = &world->secret;

	secret->version++;
	switch (world_random(world, 6)) {
	case 0:
		secret->authority_key = false;
		break;
	case 1:
		secret->next_key = false;
		break;
	case 2:
		secret->leaf = NONE;
		break;
	case 3:
		secret->leaf_fits = false;
		break;
	case 4:
		secret->authority = NONE;
		secret->authority_key = false;
		break;
	default:
		world_replace_pair(world);
	}
}

static void
disturb(struct world *world)
{
	const struct world_rules *rules = &world->rules;

	if (rules->deletions && world_chance(world, 20))
		world_delete_secret(world);
	if (rules->new_names && world_chance(world, 5))
		world->names++;
	if (rules->retirements && world->secret.authority != NONE && world_chance(world, 10)) {
		world->secret.retire = world->secret.authority;
		world->secret.version++;
	}
	if (rules->clock_errors && world_chance(world, 20))
		for (size_t i = 0; i < OWNERS; i++)
			world->owners[i].clock_error =
				world_chance(world, 5000)
					? 0
					: (int64_t)world_random(world, 30000) - 15000;
	if (rules->clock_errors && world_chance(world, 500))
		for (size_t i = 0; i < OWNERS; i++)
			world->owners[i].clock_error = (int64_t)world_random(world, 600) - 300;
	if (rules->pauses && world_chance(world, 10))
		world->owners[1].up_from = world->tick + (int)world_random(world, 1500);
	for (size_t i = 0; i < rules->configurations; i++)
		if (rules->edits && world_chance(world, 10))
			world_edit_configuration(world, i);
	if (rules->tampering && world_chance(world, 10))
		world_damage_secret(world);
	if (rules->leaps && world_chance(world, 10))
		world->leap += (int64_t)world_random(world, 20000) - 10000;
}

/* Those who lag. */

/* Anywhere between what it knew and now, but never longer ago than it may. */
static int
lag(struct world *world, int synced, int longest)
{
	int wanted = synced;

	if (world_chance(world, 1500))
		wanted = synced + (int)world_random(world, (uint64_t)(world->tick - synced) + 1);
	return wanted < world->tick - longest ? world->tick - longest : wanted;
}

static void
move_replica(struct world *world, size_t which)
{
	int *synced = &world->replica_synced[which];

	*synced = lag(world, *synced, PROPAGATION_TICKS);
	if (world->rules.new_pods && world_chance(world, 20)) {
		int from = world->tick > PROPAGATION_TICKS ? world->tick - PROPAGATION_TICKS : 0;

		world->replica_leaf[which] = NONE;
		*synced = from + (int)world_random(world, (uint64_t)(world->tick - from) + 1);
	}
	if (world->served[*synced] != NONE)
		world->replica_leaf[which] = world->served[*synced];
}

void
world_step(struct world *world)
{
	int tick = ++world->tick;

	assert(tick < TICKS);
	for (size_t i = 0; i < MOST_CONFIGURATIONS; i++)
		world->shown[i][tick] = world->shown[i][tick - 1];
	disturb(world);
	for (size_t i = 0; i < world->rules.owners; i++)
		own(world, &world->owners[i]);
	world->served[tick] = world->secret.leaf_fits ? world->secret.leaf : NONE;
	for (size_t i = 0; i < REPLICAS; i++)
		move_replica(world, i);
	for (size_t i = 0; i < SERVERS; i++)
		for (size_t j = 0; j < world->rules.configurations; j++)
			world->server_synced[i][j] =
				lag(world, world->server_synced[i][j], SETTLING_TICKS);
}

static bool
is_valid(const struct world_certificate *certificate, int64_t now)
{
	return now >= certificate->not_before && now <= certificate->not_after;
}

static bool
trusts(const struct world *world, int bundle, int leaf)
{
	const struct world_bundle *used = &world->bundles[bundle];
	int issuer = world->certificates[leaf].issuer;

	if (!is_valid(&world->certificates[leaf], world_now(world)) ||
		!is_valid(&world->certificates[issuer], world_now(world)))
		return false;
	for (size_t i = 0; i < used->count; i++)
		if (used->items[i] == issuer)
			return true;
	return false;
}

bool
world_is_trusted(const struct world *world)
{
	for (size_t i = 0; i < SERVERS; i++)
		for (size_t j = 0; j < world->rules.configurations; j++)
			for (size_t k = 0; k < REPLICAS; k++)
				if (world->replica_leaf[k] != NONE &&
					!trusts(world, world->shown[j][world->server_synced[i][j]],
						world->replica_leaf[k]))
					return false;
	return true;
}

bool
world_serves(const struct world *world)
{
	for (size_t i = 0; i < REPLICAS; i++)
		if (world->replica_leaf[i] != NONE)
			return true;
	return false;
}

static void
print_bundle(const struct world *world, int bundle)
{
	for (size_t i = 0; i < world->bundles[bundle].count; i++)
		printf(" %s", world->certificates[world->bundles[bundle].items[i]].id);
	printf("\n");
}

void
world_print(const struct world *world)
{
	printf("time %lld: authority %d next %d leaf %d version %d\n", (long long)world_now(world),
		world->secret.authority, world->secret.next, world->secret.leaf,
		world->secret.version);
	for (size_t i = 0; i < REPLICAS; i++)
		if (world->replica_leaf[i] != NONE)
			printf("replica %zu serves leaf%d of ca%d until %lld\n", i,
				world->replica_leaf[i],
				world->certificates[world->replica_leaf[i]].issuer,
				(long long)world->certificates[world->replica_leaf[i]].not_after);
	for (size_t i = 0; i < world->rules.configurations; i++) {
		printf("configuration %zu shows", i);
		print_bundle(world, world->shown[i][world->tick]);
		for (size_t j = 0; j < SERVERS; j++) {
			printf("  server %zu uses", j);
			print_bundle(world, world->shown[i][world->server_synced[j][i]]);
		}
	}
}
