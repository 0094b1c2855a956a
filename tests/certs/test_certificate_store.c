/* The Secret's members, and a whole life of them with real certificates: every step of the planner
 * is done, and after each the certificate that is served has to be trusted. */
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
#include "certs/certificate_store.h"
#include "tests/certs/pairs.h"

enum { MEMORY = 1 << 26, CONFIGURATIONS = 2 };

static const struct certificate_store_order order = {
	.policy = &rotation_default_policy,
	.authority_subject = "Peerwarden CA",
	.leaf_subject = "peerwarden-webhook",
	.hosts = pairs_hosts,
};

/* What an API server stores, and what one replica serves. */
struct cluster {
	struct arena *arena;
	struct arena *scratch; /* of one look */
	struct certificate_store store;
	const char *bundles[CONFIGURATIONS];
	const char *served;
	int64_t now;
	int64_t changed[CONFIGURATIONS + 1]; /* the last is the Secret */
	char story[2000];
};

static void
check_trust(const struct cluster *cluster)
{
	struct certificate_view leaf;

	if (!cluster->served)
		return;
	assert_true(certificate_view_read(cluster->scratch, cluster->served, &leaf, NULL));
	assert_true(certificate_view_is_valid_at(&leaf, cluster->now));
	for (int i = 0; i < CONFIGURATIONS; i++) {
		struct ca_bundle bundle;
		const struct certificate_view *issuer;

		ca_bundle_read(cluster->scratch, cluster->bundles[i], &bundle);
		issuer = ca_bundle_issuer(&bundle, &leaf);
		assert_non_null(issuer);
		assert_true(certificate_view_is_valid_at(issuer, cluster->now));
	}
}

static void
apply(struct cluster *cluster, const struct rotation_step *step,
	const struct certificate_pool *pool)
{
	struct error error = {0};
	struct ca_bundle bundle;

	if (step->action == ROTATION_PUBLISH) {
		certificate_store_bundle(step, pool, &bundle);
		assert_int_equal(bundle.count, step->count);
		cluster->bundles[step->configuration] = ca_bundle_pem(cluster->arena, &bundle);
		cluster->changed[step->configuration] = cluster->now;
		return;
	}
	if (!certificate_store_apply(
		    cluster->arena, &cluster->store, step, pool, &order, &cluster->store, &error))
		fail_msg("%s", error.message);
	cluster->changed[CONFIGURATIONS] = cluster->now;
}

static void
tell(struct cluster *cluster, const struct rotation_step *step)
{
	size_t length = strlen(cluster->story);

	snprintf(cluster->story + length, sizeof cluster->story - length, "%s%s",
		length ? ", " : "", rotation_action_name(step->action));
}

/* Looks once; the time that passes until the next look. */
static int64_t
look(struct cluster *cluster, const char *retire)
{
	struct certificate_pool *pool = ARENA_NEW(cluster->scratch, struct certificate_pool);
	struct rotation_configuration configurations[CONFIGURATIONS];
	struct rotation_view view = {.configurations = configurations,
		.configuration_count = CONFIGURATIONS,
		.now = cluster->now,
		.server_now = cluster->now};
	struct rotation_step step;

	for (int i = 0; i < CONFIGURATIONS; i++) {
		certificate_store_view_bundle(
			cluster->scratch, cluster->bundles[i], pool, &configurations[i]);
		configurations[i].seen_for = cluster->now - cluster->changed[i];
	}
	view.secret = certificate_store_view(cluster->scratch, &cluster->store, pairs_hosts, pool);
	view.secret.seen_for = cluster->now - cluster->changed[CONFIGURATIONS];
	view.secret.retire = retire;
	step = rotation_next(&rotation_default_policy, &view);
	if (step.action != ROTATION_WAIT) {
		tell(cluster, &step);
		apply(cluster, &step, pool);
	}
	return step.look_again;
}

/* Until nothing is done for longer than any wait; the replica gets what the Secret holds as late as
 * it may. */
static void
settle(struct cluster *cluster, const char *retire)
{
	int64_t quiet = cluster->now + 200;

	cluster->story[0] = '\0';
	while (cluster->now < quiet) {
		int64_t wait = look(cluster, retire);

		check_trust(cluster);
		cluster->now += wait;
		quiet = wait ? quiet : cluster->now + 200;
		if (cluster->now - cluster->changed[CONFIGURATIONS] >=
			rotation_default_policy.propagation)
			cluster->served = cluster->store.texts[CERTIFICATE_STORE_LEAF];
		check_trust(cluster);
		arena_reset(cluster->scratch);
	}
}

static void
begin(struct cluster *cluster, struct arena *arena, struct arena *scratch)
{
	*cluster = (struct cluster){.arena = arena, .scratch = scratch, .now = PAIRS_NOW};
	settle(cluster, NULL);
	assert_string_equal(cluster->story, "create, publish, publish");
	assert_non_null(cluster->served);
}

static void
a_life_of_three_years_is_trusted_throughout(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(arena_cleanup) struct arena *scratch = arena_new(MEMORY);
	struct cluster cluster;
	int leaves = 0, authorities = 0;

	(void)state;
	begin(&cluster, arena, scratch);
	while (cluster.now < PAIRS_NOW + 1095 * PAIRS_DAY) {
		cluster.now += 7 * PAIRS_DAY;
		settle(&cluster, NULL);
		leaves += strstr(cluster.story, "renew-leaf") != NULL;
		authorities += strstr(cluster.story, "switch") != NULL;
		assert_false(arena_exhausted(arena));
		if (*cluster.story == '\0')
			continue;
		assert_null(cluster.store.texts[CERTIFICATE_STORE_PREVIOUS]);
		assert_null(cluster.store.texts[CERTIFICATE_STORE_NEXT_KEY]);
	}
	assert_in_range(leaves, 12, 25);
	assert_in_range(authorities, 2, 3);
}

static void
an_authority_is_replaced_on_demand(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(arena_cleanup) struct arena *scratch = arena_new(MEMORY);
	struct certificate_view authority;
	struct cluster cluster;

	(void)state;
	begin(&cluster, arena, scratch);
	assert_true(certificate_view_read(
		arena, cluster.store.texts[CERTIFICATE_STORE_AUTHORITY], &authority, NULL));
	settle(&cluster, authority.fingerprint);
	assert_string_equal(cluster.story,
		"prepare, publish, publish, switch, drop-previous, publish, publish");
}

static void
a_store_that_was_lost_is_made_anew_without_a_gap(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(arena_cleanup) struct arena *scratch = arena_new(MEMORY);
	struct cluster cluster;

	(void)state;
	begin(&cluster, arena, scratch);
	cluster.store = (struct certificate_store){0};
	cluster.changed[CONFIGURATIONS] = cluster.now;
	cluster.now += 10;
	look(&cluster, NULL);
	assert_non_null(cluster.store.texts[CERTIFICATE_STORE_PREVIOUS]);
	assert_null(cluster.store.texts[CERTIFICATE_STORE_LEAF]);
	for (int i = 0; i < 4; i++)
		cluster.now += look(&cluster, NULL);
	check_trust(&cluster);
	settle(&cluster, NULL);
	assert_non_null(strstr(cluster.story, "drop-previous, publish, publish"));
	assert_string_not_equal(cluster.served, "");
}

static void
break_key(struct cluster *cluster)
{
	cluster->store.texts[CERTIFICATE_STORE_LEAF_KEY] =
		cluster->store.texts[CERTIFICATE_STORE_AUTHORITY_KEY];
}

static void
break_leaf(struct cluster *cluster)
{
	cluster->store.texts[CERTIFICATE_STORE_LEAF] = "rubbish";
}

static void
lose_authority_key(struct cluster *cluster)
{
	cluster->store.texts[CERTIFICATE_STORE_AUTHORITY_KEY] = NULL;
}

/* The authority stands where the leaf should. */
static void
mix_up(struct cluster *cluster)
{
	cluster->store.texts[CERTIFICATE_STORE_LEAF] =
		cluster->store.texts[CERTIFICATE_STORE_AUTHORITY];
	break_key(cluster);
}

static void
wrong_hosts(struct cluster *cluster)
{
	const char *hosts[] = {"another", NULL};
	struct key_pair pair, authority = {cluster->store.texts[CERTIFICATE_STORE_AUTHORITY],
				      cluster->store.texts[CERTIFICATE_STORE_AUTHORITY_KEY]};

	assert_true(key_pair_new_leaf(cluster->arena,
		&(struct key_pair_order){"x", hosts, cluster->now, PAIRS_DAY}, &authority, &pair,
		NULL));
	cluster->store.texts[CERTIFICATE_STORE_LEAF] = pair.certificate;
	cluster->store.texts[CERTIFICATE_STORE_LEAF_KEY] = pair.key;
}

static void
junk_in_a_bundle(struct cluster *cluster)
{
	cluster->bundles[1] = arena_printf(cluster->arena,
		"%s-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		cluster->bundles[1]);
	cluster->changed[1] = cluster->now;
}

static const struct broken {
	void (*hand)(struct cluster *cluster);
	const char *story;
} broken[] = {
	{break_key, "renew-leaf"},
	{break_leaf, "renew-leaf"},
	{mix_up, "renew-leaf"},
	{wrong_hosts, "renew-leaf"},
	{lose_authority_key, "prepare, publish, publish, switch, drop-previous, publish, publish"},
	{junk_in_a_bundle, "publish"},
};

static void
what_is_broken_by_hand_is_repaired(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
		CLEANUP(arena_cleanup) struct arena *scratch = arena_new(MEMORY);
		struct cluster cluster;

		begin(&cluster, arena, scratch);
		broken[i].hand(&cluster);
		cluster.changed[CONFIGURATIONS] = cluster.now;
		settle(&cluster, NULL);
		assert_string_equal(cluster.story, broken[i].story);
	}
}

static void
a_ca_does_not_serve(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct certificate_pool *pool = ARENA_NEW(arena, struct certificate_pool);
	struct key_pair authority = pairs_authority(arena), leaf = pairs_leaf(arena, &authority);
	struct certificate_store store = {0};
	const char *hosts[] = {NULL};

	(void)state;
	store.texts[CERTIFICATE_STORE_LEAF] = leaf.certificate;
	store.texts[CERTIFICATE_STORE_LEAF_KEY] = leaf.key;
	assert_true(certificate_store_view(arena, &store, hosts, pool).leaf.is_fit);
	store.texts[CERTIFICATE_STORE_LEAF] = authority.certificate;
	store.texts[CERTIFICATE_STORE_LEAF_KEY] = authority.key;
	assert_false(certificate_store_view(arena, &store, hosts, pool).leaf.is_fit);
}

static void
a_leaf_that_was_seen_names_its_issuer(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct certificate_pool *pool = ARENA_NEW(arena, struct certificate_pool);
	struct key_pair known = pairs_authority(arena), unknown = pairs_authority(arena);
	struct rotation_configuration view;
	struct rotation_leaf leaf;

	(void)state;
	certificate_store_view_bundle(arena, known.certificate, pool, &view);
	assert_false(view.damaged);
	leaf = certificate_store_view_leaf(arena, pairs_leaf(arena, &known).certificate, pool);
	assert_string_equal(leaf.issuer, view.shown.items[0].id);
	leaf = certificate_store_view_leaf(arena, pairs_leaf(arena, &unknown).certificate, pool);
	assert_non_null(leaf.id);
	assert_null(leaf.issuer);
	assert_null(certificate_store_view_leaf(arena, "rubbish", pool).id);
}

static void
a_pool_that_is_full_counts_as_damage(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct certificate_pool *pool = ARENA_NEW(arena, struct certificate_pool);
	struct rotation_configuration view;

	(void)state;
	for (int i = 0; i < CERTIFICATE_POOL_MOST; i++) {
		certificate_store_view_bundle(
			arena, pairs_authority(arena).certificate, pool, &view);
		assert_false(view.damaged);
	}
	certificate_store_view_bundle(arena, pairs_authority(arena).certificate, pool, &view);
	assert_true(view.damaged);
	assert_int_equal(view.shown.count, 0);
}

static void
a_step_for_a_configuration_changes_no_store(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct certificate_pool *pool = ARENA_NEW(arena, struct certificate_pool);
	struct certificate_store store = {0};
	struct rotation_step step = {.action = ROTATION_PUBLISH};
	struct error error = {0};

	(void)state;
	assert_false(certificate_store_apply(arena, &store, &step, pool, &order, &store, &error));
	assert_int_equal(error.kind, ERROR_BUG);
	step.action = ROTATION_RENEW_LEAF;
	assert_false(certificate_store_apply(arena, &store, &step, pool, &order, &store, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

static void
wiping_leaves_no_key(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(arena_cleanup) struct arena *scratch = arena_new(MEMORY);
	struct cluster cluster;

	(void)state;
	begin(&cluster, arena, scratch);
	certificate_store_wipe(&cluster.store);
	for (int i = 0; i < CERTIFICATE_STORE_MEMBERS; i++)
		if (text_ends_with(certificate_store_member_name(i), ".key"))
			assert_true(text_is_blank(cluster.store.texts[i]));
	assert_non_null(strstr(cluster.store.texts[CERTIFICATE_STORE_AUTHORITY], "BEGIN"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_life_of_three_years_is_trusted_throughout),
		cmocka_unit_test(an_authority_is_replaced_on_demand),
		cmocka_unit_test(a_store_that_was_lost_is_made_anew_without_a_gap),
		cmocka_unit_test(what_is_broken_by_hand_is_repaired),
		cmocka_unit_test(a_ca_does_not_serve),
		cmocka_unit_test(a_leaf_that_was_seen_names_its_issuer),
		cmocka_unit_test(a_pool_that_is_full_counts_as_damage),
		cmocka_unit_test(a_step_for_a_configuration_changes_no_store),
		cmocka_unit_test(wiping_leaves_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
