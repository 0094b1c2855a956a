#include "webhook/remote_facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "tests/webhook/lookup_ground.h"

static const struct object_id network = {KIND_REMOTE_NETWORK, "", "seen"};
static const struct object_id zone = {KIND_REMOTE_ZONE, "", "zone"};
static const struct object_id vpc = {KIND_VPC, "", "vpc-1"};

/* Nobody reads what is written: every question stays open. */
static const struct fake_step no_answer[] = {{"", "", FAKE_HOLD, false}, {0}};

static struct lookup_ground ground;
static struct arena *arena;
static struct remote_facts facts;
static struct peering peering;
static struct change_of change;

static int
setup(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR + 1);
	arena = arena_new(1 << 20);
	lookup_ground_begin(&ground, no_answer, 1000);
	peering = (struct peering){
		.from = DOMAIN_OF_SHOOT, .to = LOOKUP_DOMAIN, .remote = &lookup_remote};
	change = (struct change_of){
		.subject = {.object = {KIND_AWS_VPC_PEERING, "", "peering"},
			.peerings = &peering,
			.peering_count = 1},
		.before = {.object = {KIND_AWS_VPC_PEERING, "", "peering"}},
	};
	facts = (struct remote_facts){.lookup = ground.lookup,
		.inventory = ground.inventory,
		.author = "alice",
		.latest = INT64_MAX};
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	inventory_lock(ground.inventory);
	remote_facts_release(&facts);
	inventory_unlock(ground.inventory);
	remote_lookup_stop(ground.lookup);
	lookup_ground_end(&ground);
	arena_free(arena);
	return 0;
}

static bool
asks_about_unknown(void)
{
	bool asks;

	inventory_lock(ground.inventory);
	asks = remote_facts_ask_unknown(&facts, &change);
	inventory_unlock(ground.inventory);
	return asks;
}

/* A verdict of denials, each against one object; ended by NULL. */
static struct verdict
refusal(const char *rule, const struct object_id *const *against)
{
	struct verdict verdict = {.action = ACTION_DENY, .findings = {.arena = arena}};

	for (; *against; against++) {
		struct finding *finding = findings_add(&verdict.findings, rule, ACTION_DENY,
			&change.subject.object, (struct field){"spec", 0}, "");

		finding_counterpart(
			&verdict.findings, finding, *against, (struct field){"spec", 0}, "");
	}
	return verdict;
}

static bool
asks_before(const char *rule, const struct object_id *const *against)
{
	struct verdict verdict = refusal(rule, against);
	bool asks;

	inventory_lock(ground.inventory);
	asks = remote_facts_ask_again(&facts, &change, &verdict);
	inventory_unlock(ground.inventory);
	return asks;
}

static void
a_peering_to_a_network_that_nobody_described_asks_once(void **state)
{
	bool there;

	(void)state;
	assert_true(asks_about_unknown());
	assert_int_equal(facts.count, 1);
	inventory_lock(ground.inventory);
	there = remote_facts_are_there(&facts);
	remote_facts_release(&facts);
	inventory_unlock(ground.inventory);
	assert_false(there);
	assert_false(asks_about_unknown());
}

static void
a_network_without_addresses_is_asked_about(void **state)
{
	(void)state;
	lookup_ground_show(&ground, "seen", 0, false);
	assert_true(asks_about_unknown());
}

static void
a_network_whose_addresses_are_known_is_not_asked_about(void **state)
{
	(void)state;
	lookup_ground_show(&ground, "seen", 0, true);
	assert_false(asks_about_unknown());
	assert_false(facts.asked);
}

/* --- zones --- */

static struct dns_link dns_link = {
	.zone = LOOKUP_ZONE_DOMAIN, .name = "to-kyma", .remote = &lookup_zone};

static void
link_zone(void)
{
	change.subject = (struct declaration){.object = {KIND_AZURE_VPC_DNS_LINK, "", "link"},
		.dns_links = &dns_link,
		.dns_link_count = 1};
	change.before = (struct declaration){.object = {KIND_AZURE_VPC_DNS_LINK, "", "link"}};
}

static void
a_link_to_a_zone_that_nobody_described_asks(void **state)
{
	(void)state;
	link_zone();
	assert_true(asks_about_unknown());
	assert_int_equal(facts.count, 1);
}

static void
a_zone_without_tags_is_asked_about_and_one_with_them_is_not(void **state)
{
	(void)state;
	link_zone();
	lookup_ground_show_zone(&ground, "zone", 0, true);
	assert_false(asks_about_unknown());
	lookup_ground_show_zone(&ground, "zone", 7, false);
	assert_true(asks_about_unknown());
}

static void
an_update_asks_only_about_zones_that_it_adds(void **state)
{
	(void)state;
	link_zone();
	change.is_update = true;
	change.before.dns_links = &dns_link;
	change.before.dns_link_count = 1;
	assert_false(asks_about_unknown());
	change.before.dns_link_count = 0;
	assert_true(asks_about_unknown());
}

static void
what_a_cloud_has_shown_of_a_zone_is_asked_again_before_it_refuses(void **state)
{
	const struct object_id *const once[] = {&zone, NULL};

	(void)state;
	link_zone();
	lookup_ground_show_zone(&ground, "zone", 0, true);
	assert_false(asks_before("missing-shoot-tag", once));
	lookup_ground_show_zone(&ground, "zone", 7, true);
	assert_true(asks_before("missing-shoot-tag", once));
}

static void
a_refusal_of_a_remote_zone_itself_asks_nothing(void **state)
{
	const struct object_id *const once[] = {&zone, NULL};

	(void)state;
	lookup_ground_show_zone(&ground, "zone", 7, true);
	change.subject = (struct declaration){.object = zone};
	assert_false(asks_before("dns-zone-conflict", once));
}

/* --- */

static void
an_update_asks_only_about_networks_that_it_adds(void **state)
{
	(void)state;
	change.is_update = true;
	change.before.peerings = &peering;
	change.before.peering_count = 1;
	assert_false(asks_about_unknown());
	change.before.peering_count = 0;
	assert_true(asks_about_unknown());
}

static void
a_peering_within_the_cluster_and_one_whose_id_is_wrong_ask_nothing(void **state)
{
	(void)state;
	peering.remote = NULL;
	assert_false(asks_about_unknown());
	peering.remote = &lookup_remote;
	peering.to = NULL;
	assert_false(asks_about_unknown());
}

static void
nobody_is_asked_without_a_lookup_or_without_time(void **state)
{
	(void)state;
	facts.latest = 0;
	assert_false(asks_about_unknown());
	facts.latest = INT64_MAX;
	facts.lookup = NULL;
	assert_false(asks_about_unknown());
}

static void
what_a_cloud_has_shown_is_asked_again_before_it_refuses(void **state)
{
	const struct object_id *const twice[] = {&network, &network, NULL};

	(void)state;
	lookup_ground_show(&ground, "seen", 7, true);
	assert_true(asks_before("missing-shoot-tag", twice));
	assert_ptr_equal(facts.questions[0], facts.questions[1]);
}

static void
what_an_administrator_wrote_is_not_asked_again(void **state)
{
	const struct object_id *const once[] = {&network, NULL};

	(void)state;
	lookup_ground_show(&ground, "seen", 0, true);
	assert_false(asks_before("missing-shoot-tag", once));
}

static void
what_is_refused_for_another_reason_too_asks_nothing(void **state)
{
	const struct object_id *const both[] = {&network, &vpc, NULL};

	(void)state;
	lookup_ground_show(&ground, "seen", 7, true);
	assert_false(asks_before("cidr-overlap", both));
}

static void
a_refusal_for_want_of_knowledge_asks(void **state)
{
	struct verdict verdict = {.action = ACTION_DENY, .findings = {.arena = arena}};
	bool asks;

	(void)state;
	findings_add(&verdict.findings, "unknown-remote", ACTION_DENY, &change.subject.object,
		(struct field){"spec", 0}, "");
	inventory_lock(ground.inventory);
	asks = remote_facts_ask_again(&facts, &change, &verdict);
	inventory_unlock(ground.inventory);
	assert_true(asks);
}

static void
a_refusal_of_a_remote_network_itself_and_one_without_findings_ask_nothing(void **state)
{
	const struct object_id *const none[] = {NULL};
	const struct object_id *const once[] = {&network, NULL};

	(void)state;
	lookup_ground_show(&ground, "seen", 7, true);
	assert_false(asks_before("cidr-overlap", none));
	change.subject.object = network;
	assert_false(asks_before("cidr-overlap", once));
}

static void
the_wait_is_over_when_every_question_is(void **state)
{
	bool there;

	(void)state;
	assert_true(asks_about_unknown());
	remote_lookup_stop(ground.lookup);
	ground.lookup = NULL;
	inventory_lock(ground.inventory);
	there = remote_facts_are_there(&facts);
	inventory_unlock(ground.inventory);
	assert_true(there);
}

static void
no_wait_is_longer_than_the_request_has_time(void **state)
{
	int64_t now = clock_monotonic();

	(void)state;
	facts.latest = now + 50 * CLOCK_SECOND;
	assert_true(asks_about_unknown());
	assert_int_equal(facts.deadline, facts.latest);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_peering_to_a_network_that_nobody_described_asks_once),
		TEST(a_network_without_addresses_is_asked_about),
		TEST(a_network_whose_addresses_are_known_is_not_asked_about),
		TEST(an_update_asks_only_about_networks_that_it_adds),
		TEST(a_peering_within_the_cluster_and_one_whose_id_is_wrong_ask_nothing),
		TEST(nobody_is_asked_without_a_lookup_or_without_time),
		TEST(what_a_cloud_has_shown_is_asked_again_before_it_refuses),
		TEST(what_an_administrator_wrote_is_not_asked_again),
		TEST(what_is_refused_for_another_reason_too_asks_nothing),
		TEST(a_refusal_for_want_of_knowledge_asks),
		TEST(a_refusal_of_a_remote_network_itself_and_one_without_findings_ask_nothing),
		TEST(a_link_to_a_zone_that_nobody_described_asks),
		TEST(a_zone_without_tags_is_asked_about_and_one_with_them_is_not),
		TEST(an_update_asks_only_about_zones_that_it_adds),
		TEST(what_a_cloud_has_shown_of_a_zone_is_asked_again_before_it_refuses),
		TEST(a_refusal_of_a_remote_zone_itself_asks_nothing),
		TEST(the_wait_is_over_when_every_question_is),
		TEST(no_wait_is_longer_than_the_request_has_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
