/* The next step of the rotation, one situation at a time; test_rotation_model.c has them at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "certs/rotation.h"

#define DAY INT64_C(86400)
#define NOW (1000 * DAY)

static const struct rotation_policy *const policy = &rotation_default_policy;

/* A CA that is good for another 700 days. */
static struct rotation_authority
authority(const char *id)
{
	return (struct rotation_authority){id, NOW - 30 * DAY, NOW + 700 * DAY, true};
}

static struct rotation_bundle
bundle(const char *first, const char *second)
{
	struct rotation_bundle bundle = {.count = (first != NULL) + (second != NULL)};

	if (first)
		bundle.items[0] = authority(first);
	if (second)
		bundle.items[1] = authority(second);
	return bundle;
}

/* All is well: CA "a" and its leaf, shown by two configurations, for long. */
struct situation {
	struct rotation_view view;
	struct rotation_configuration configurations[2];
	struct rotation_leaf serving[1];
	struct rotation_secret memory;
};

static void
all_is_well(struct situation *now)
{
	*now = (struct situation){0};
	now->view = (struct rotation_view){.configurations = now->configurations,
		.configuration_count = 2,
		.serving = now->serving,
		.now = NOW,
		.server_now = NOW + 2};
	now->view.secret = (struct rotation_secret){.authority = authority("a"),
		.leaf = {"leaf-a", "a", NOW - DAY, NOW + 89 * DAY, true},
		.seen_for = DAY};
	for (int i = 0; i < 2; i++)
		now->configurations[i] =
			(struct rotation_configuration){bundle("a", NULL), false, DAY};
	now->memory = now->view.secret;
}

/* "publish 1: a b" */
static const char *
next(const struct situation *now)
{
	static char text[256];
	struct rotation_step step = rotation_next(policy, &now->view);
	int length = snprintf(text, sizeof text, "%s", rotation_action_name(step.action));

	assert_non_null(step.why);
	assert_int_equal(step.now, now->view.now);
	assert_int_equal(step.look_again > 0, step.action == ROTATION_WAIT);
	if (step.action == ROTATION_PUBLISH)
		length += snprintf(
			text + length, sizeof text - (size_t)length, " %zu", step.configuration);
	for (size_t i = 0; i < step.count; i++)
		length += snprintf(text + length, sizeof text - (size_t)length, "%s%s",
			i ? " " : ": ", step.ids[i]);
	return text;
}

static void
show(struct situation *now, const char *first, const char *second, int64_t seen_for)
{
	for (int i = 0; i < 2; i++)
		now->configurations[i] =
			(struct rotation_configuration){bundle(first, second), false, seen_for};
}

static void
nothing_is_done_when_all_is_well(void **state)
{
	struct situation now;
	struct rotation_step step;

	(void)state;
	all_is_well(&now);
	step = rotation_next(policy, &now.view);
	assert_int_equal(step.action, ROTATION_WAIT);
	assert_int_equal(step.look_again, ROTATION_LONGEST_LOOK);
	assert_string_equal(step.why, "nothing is due");
}

static void
an_empty_cluster_gets_a_ca_and_a_leaf_at_once(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.secret = (struct rotation_secret){0};
	show(&now, NULL, NULL, 0);
	assert_string_equal(next(&now), "create");
	now.view.configuration_count = 0;
	assert_string_equal(next(&now), "create");
}

static void
a_new_configuration_gets_the_bundle(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.configurations[1] = (struct rotation_configuration){0};
	assert_string_equal(next(&now), "publish 1: a");
}

static void
a_due_ca_is_replaced_in_two_phases(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.secret.authority.not_before = NOW - 500 * DAY;
	now.view.secret.authority.not_after = NOW + 230 * DAY;
	assert_string_equal(next(&now), "prepare");

	now.view.secret.next = authority("b");
	assert_string_equal(next(&now), "publish 0: a b");
	show(&now, "a", "b", policy->settling - 1);
	assert_string_equal(next(&now), "wait");
	assert_int_equal(rotation_next(policy, &now.view).look_again, 1);
	now.configurations[0].seen_for = policy->settling;
	assert_string_equal(next(&now), "wait");
	now.configurations[1].seen_for = policy->settling;
	assert_string_equal(next(&now), "switch: a");

	now.view.secret = (struct rotation_secret){.authority = authority("b"),
		.previous = bundle("a", NULL),
		.leaf = {"leaf-b", "b", NOW, NOW + 90 * DAY, true},
		.seen_for = policy->propagation - 1};
	assert_string_equal(next(&now), "wait");
	now.view.secret.seen_for = policy->propagation;
	assert_string_equal(next(&now), "drop-previous");

	now.view.secret.previous.count = 0;
	now.view.secret.seen_for = 0;
	assert_string_equal(next(&now), "wait");
	now.view.secret.seen_for = policy->propagation;
	assert_string_equal(next(&now), "publish 0: b");
	show(&now, "b", NULL, 0);
	assert_string_equal(next(&now), "wait");
}

static void
a_due_leaf_is_renewed_alone(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.secret.leaf.not_before = NOW - 61 * DAY;
	now.view.secret.leaf.not_after = NOW + 29 * DAY;
	assert_string_equal(next(&now), "renew-leaf");
	show(&now, "a", "b", 0);
	now.view.secret.seen_for = 0;
	assert_string_equal(next(&now), "wait");
}

static void
a_broken_leaf_is_made_anew(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.secret.leaf.is_fit = false;
	assert_string_equal(next(&now), "renew-leaf");
	all_is_well(&now);
	now.view.secret.leaf.id = NULL;
	assert_string_equal(next(&now), "renew-leaf");
	all_is_well(&now);
	now.view.secret.leaf.issuer = "b";
	assert_string_equal(next(&now), "renew-leaf");
	all_is_well(&now);
	now.view.secret.leaf.issuer = NULL;
	assert_string_equal(next(&now), "renew-leaf");
}

static void
a_ca_without_its_key_is_replaced(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.secret.authority.has_key = false;
	assert_string_equal(next(&now), "prepare");
	show(&now, NULL, NULL, DAY);
	assert_string_equal(next(&now), "publish 0: a");
}

static void
a_ca_that_somebody_wants_replaced_is_replaced(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.secret.retire = "z";
	assert_string_equal(next(&now), "wait");
	now.view.secret.retire = "a";
	assert_string_equal(next(&now), "prepare");
}

static void
a_secret_that_is_gone_is_written_back(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.secret = (struct rotation_secret){0};
	now.view.remembered = &now.memory;
	assert_string_equal(next(&now), "restore");
	show(&now, NULL, NULL, 0);
	assert_string_equal(next(&now), "restore");
}

static void
what_is_remembered_stays_away_where_it_is_not_trusted(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.secret = (struct rotation_secret){0};
	now.view.remembered = &now.memory;
	show(&now, "b", NULL, DAY);
	assert_string_equal(next(&now), "prepare: b");
	show(&now, "a", "b", policy->settling - 1);
	assert_string_equal(next(&now), "prepare: a b");
	show(&now, "a", NULL, DAY);
	now.memory.leaf.not_after = NOW + 1;
	assert_string_equal(next(&now), "prepare: a");
	now.memory.leaf.not_after = NOW + 89 * DAY;
	now.memory.authority.has_key = false;
	assert_string_equal(next(&now), "prepare: a");
}

static void
a_secret_that_nobody_remembers_leaves_what_is_trusted(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.secret = (struct rotation_secret){0};
	assert_string_equal(next(&now), "prepare: a");
	now.view.secret = (struct rotation_secret){
		.next = authority("b"), .previous = bundle("a", NULL), .seen_for = DAY};
	assert_string_equal(next(&now), "publish 0: b a");
	show(&now, "a", "b", 0);
	assert_string_equal(next(&now), "wait");
	show(&now, "a", "b", policy->settling);
	assert_string_equal(next(&now), "switch: a");
	show(&now, "b", NULL, policy->settling);
	assert_string_equal(next(&now), "publish 0: b a");
}

static void
a_foreign_ca_goes_only_once_nobody_can_serve_by_it(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	show(&now, "a", "b", DAY);
	now.view.secret.seen_for = policy->propagation - 1;
	assert_string_equal(next(&now), "wait");
	now.view.secret.seen_for = policy->propagation;
	assert_string_equal(next(&now), "publish 0: a");
	now.view.secret.leaf.is_fit = false;
	assert_string_equal(next(&now), "renew-leaf");
	now.view.secret.leaf.is_fit = true;

	now.serving[0] = (struct rotation_leaf){"leaf-b", "b", NOW, NOW + DAY, true};
	now.view.serving_count = 1;
	assert_string_equal(next(&now), "wait");
	for (int i = 0; i < 2; i++)
		now.configurations[i].shown.items[1].not_after = NOW - 1;
	assert_string_equal(next(&now), "publish 0: a");
}

static void
no_ca_goes_while_a_configuration_lacks_the_present_one(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	show(&now, "b", NULL, DAY);
	assert_string_equal(next(&now), "publish 0: a b");
	now.configurations[0].shown = bundle("a", "b");
	assert_string_equal(next(&now), "publish 1: a b");
	now.configurations[1].shown = bundle("a", "b");
	assert_string_equal(next(&now), "publish 0: a");
}

static void
a_damaged_bundle_is_written_anew(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.configurations[1].damaged = true;
	assert_string_equal(next(&now), "publish 1: a");
}

static void
a_clock_that_differs_from_the_servers_stops_all_but_publishing(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.now += 3650 * DAY;
	assert_string_equal(next(&now), "wait");
	now.view.server_now = 0;
	assert_string_equal(next(&now), "create");
	now.view.server_now = NOW;
	show(&now, "b", NULL, DAY);
	assert_string_equal(next(&now), "publish 0: a b");
	show(&now, "a", "b", DAY);
	now.view.now = NOW - 1 - ROTATION_CLOCK_TOLERANCE;
	assert_string_equal(next(&now), "wait");
	now.view.now++;
	assert_string_equal(next(&now), "publish 0: a");
}

static void
everything_that_has_expired_is_made_anew_at_once(void **state)
{
	struct situation now;

	(void)state;
	all_is_well(&now);
	now.view.now = now.view.server_now = NOW + 3650 * DAY;
	now.view.remembered = &now.memory;
	assert_string_equal(next(&now), "create");
	now.view.now = now.view.server_now = NOW - 365 * DAY;
	assert_string_equal(next(&now), "create");
}

static void
renewals_are_spread_between_the_parts_of_a_life(void **state)
{
	int64_t lowest = INT64_MAX, highest = 0;
	char id[16];

	(void)state;
	for (int i = 0; i < 500; i++) {
		int64_t at;

		snprintf(id, sizeof id, "%d", i);
		at = rotation_renewal(policy, id, 0, 100000);
		assert_true(at >= 50000 && at <= 66000);
		assert_int_equal(at, rotation_renewal(policy, id, 0, 100000));
		lowest = at < lowest ? at : lowest;
		highest = at > highest ? at : highest;
	}
	assert_true(lowest < 51000 && highest > 65000);
}

static void
a_sight_lasts_until_the_version_changes(void **state)
{
	struct rotation_sight sight = {0};
	char text[300];

	(void)state;
	assert_int_equal(rotation_sight_see(&sight, "uid 7", 100), 0);
	assert_int_equal(rotation_sight_see(&sight, "uid 7", 160), 60);
	assert_int_equal(rotation_sight_see(&sight, "uid 8", 170), 0);
	assert_int_equal(rotation_sight_see(&sight, "uid 8", 171), 1);
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(rotation_sight_see(&sight, text, 180), 0);
	assert_int_equal(rotation_sight_see(&sight, text, 190), 0);
}

static void
a_bundle_that_is_full_still_takes_the_ca(void **state)
{
	static char ids[ROTATION_BUNDLE][8];
	struct situation now;
	struct rotation_step step;

	(void)state;
	all_is_well(&now);
	now.configurations[0].shown.count = ROTATION_BUNDLE;
	for (int i = 0; i < ROTATION_BUNDLE; i++) {
		snprintf(ids[i], sizeof ids[i], "x%d", i);
		now.configurations[0].shown.items[i] = authority(ids[i]);
	}
	step = rotation_next(policy, &now.view);
	assert_int_equal(step.action, ROTATION_PUBLISH);
	assert_int_equal(step.count, ROTATION_BUNDLE);
	assert_string_equal(step.ids[0], "a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_done_when_all_is_well),
		cmocka_unit_test(an_empty_cluster_gets_a_ca_and_a_leaf_at_once),
		cmocka_unit_test(a_new_configuration_gets_the_bundle),
		cmocka_unit_test(a_due_ca_is_replaced_in_two_phases),
		cmocka_unit_test(a_due_leaf_is_renewed_alone),
		cmocka_unit_test(a_broken_leaf_is_made_anew),
		cmocka_unit_test(a_ca_without_its_key_is_replaced),
		cmocka_unit_test(a_ca_that_somebody_wants_replaced_is_replaced),
		cmocka_unit_test(a_secret_that_is_gone_is_written_back),
		cmocka_unit_test(what_is_remembered_stays_away_where_it_is_not_trusted),
		cmocka_unit_test(a_secret_that_nobody_remembers_leaves_what_is_trusted),
		cmocka_unit_test(a_foreign_ca_goes_only_once_nobody_can_serve_by_it),
		cmocka_unit_test(no_ca_goes_while_a_configuration_lacks_the_present_one),
		cmocka_unit_test(a_damaged_bundle_is_written_anew),
		cmocka_unit_test(a_clock_that_differs_from_the_servers_stops_all_but_publishing),
		cmocka_unit_test(everything_that_has_expired_is_made_anew_at_once),
		cmocka_unit_test(renewals_are_spread_between_the_parts_of_a_life),
		cmocka_unit_test(a_sight_lasts_until_the_version_changes),
		cmocka_unit_test(a_bundle_that_is_full_still_takes_the_ca),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
