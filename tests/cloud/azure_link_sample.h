/* Facts of a VNet and a zone or ruleset, and a wish to link them, for the tests of links: a start
 * that each test changes to what it is about. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "cloud/azure_link_mark.h"
#include "cloud/azure_link_plan.h"

enum { SAMPLE_MEMORY = 1 << 20 };

#define SAMPLE_GROUP                                                                               \
	"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers/"        \
	"Microsoft.Network/"
#define SAMPLE_ZONE    SAMPLE_GROUP "privateDnsZones/a.example"
#define SAMPLE_PRIVATE SAMPLE_GROUP "privateDnsZones/privatelink.a.example"
#define SAMPLE_RULESET SAMPLE_GROUP "dnsForwardingRulesets/rules"
#define SAMPLE_LINK    "/virtualNetworkLinks/kyma"
#define SAMPLE_OWN     SAMPLE_GROUP "virtualNetworks/shoot"
#define SAMPLE_OWN_TOO SAMPLE_GROUP "VIRTUALNETWORKS/SHOOT"
#define SAMPLE_FAR     SAMPLE_GROUP "virtualNetworks/far"

struct sample {
	struct arena *arena;
	struct remote remote;
	struct shoot shoot;
	struct cloud_wish wish;
	struct tag tags[2];
	struct azure_vnet vnet;
	struct azure_link_target target;
	struct azure_link link, other;
	struct azure_link_facts facts;
	struct cloud_plan plan;
};

/* Ready, without a mark. */
static inline struct azure_link
sample_link(const char *id, const char *network)
{
	return (struct azure_link){.id = id,
		.name = strrchr(id, '/') + 1,
		.etag = "\"1\"",
		.provisioning = AZURE_PROVISIONING_SUCCEEDED,
		.ready = true,
		.state_text = strstr(id, "Rulesets") ? "Succeeded" : "Completed",
		.resolution = "",
		.network = network};
}

static inline struct azure_link *
sample_add_link(struct sample *sample, const char *network)
{
	sample->link = sample_link(sample->facts.link_id, network);
	sample->facts.link = &sample->link;
	return &sample->link;
}

static inline struct azure_link *
sample_add_other(struct sample *sample)
{
	sample->other = sample_link(
		arena_printf(sample->arena, "%s/virtualNetworkLinks/hand", sample->remote.id),
		SAMPLE_OWN);
	sample->facts.other = &sample->other;
	return &sample->other;
}

static inline void
sample_mark(struct sample *sample, struct azure_link *link, const char *guid)
{
	link->tags = azure_link_mark_set(sample->arena, &link->tags, "uid-1", guid);
}

static inline void
sample_lead_to(struct sample *sample, const char *id)
{
	sample->remote.id = id;
	assert_true(arm_id_parse(sample->arena, id, &sample->facts.target_id));
	sample->facts.link_id = arena_printf(sample->arena, "%s" SAMPLE_LINK, id);
	if (sample->facts.target_id.type == ARM_RULESET)
		sample->target.location = "westeurope";
}

/* The shoot's VNet and a zone with its tag; nothing between. */
static inline struct sample *
sample_new(void)
{
	struct arena *arena = arena_new(SAMPLE_MEMORY);
	struct sample *sample = ARENA_NEW(arena, struct sample);

	sample->arena = arena;
	sample->remote = (struct remote){PROVIDER_AZURE, "", "", "", ""};
	sample->shoot = (struct shoot){"c-1", "team", "westeurope", PROVIDER_AZURE};
	sample->wish = (struct cloud_wish){.object = {KIND_AZURE_VPC_DNS_LINK, "", "names"},
		.uid = "uid-1",
		.remote = &sample->remote,
		.name = "kyma",
		.shoot = &sample->shoot,
		.id = "",
		.tag = "c-1",
		.operation = ""};
	sample->tags[0] = (struct tag){"c-1", ""};
	sample->vnet = (struct azure_vnet){
		.id = SAMPLE_OWN, .name = "shoot", .location = "West Europe", .guid = "guid-1"};
	sample->target = (struct azure_link_target){
		AZURE_PROVISIONING_SUCCEEDED, "", {sample->tags, 1}, 3, 1000};
	sample_lead_to(sample, SAMPLE_ZONE);
	sample->facts.own = SAMPLE_OWN;
	sample->facts.own_seen = true;
	sample->facts.vnet = &sample->vnet;
	sample->facts.target = &sample->target;
	return sample;
}

static inline int
sample_set_up(void **state)
{
	*state = sample_new();
	return 0;
}

static inline int
sample_tear_down(void **state)
{
	arena_free(((struct sample *)*state)->arena);
	return 0;
}

#define sample_test(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, sample_set_up, sample_tear_down)

/* The plan's step, "create kyma", or "". */
static inline const char *
sample_step(struct sample *sample)
{
	static const char *const verbs[] = {"create", "accept", "tag", "options", "add-route",
		"replace-route", "remove-route", "synchronize", "delete"};
	const struct cloud_step *step;

	azure_link_plan_make(sample->arena, &sample->wish, &sample->facts, &sample->plan);
	assert_in_range(sample->plan.step_count, 0, 1);
	if (sample->plan.step_count == 0)
		return "";
	step = sample->plan.steps;
	assert_int_equal(step->side, CLOUD_REMOTE);
	assert_non_null(step->text);
	return arena_printf(
		sample->arena, "%s %s", verbs[step->verb], strrchr(step->object, '/') + 1);
}

/* It goes on no further, for that reason, and with words and a way out that have these parts. */
static inline void
sample_expect_stop(struct sample *sample, const char *reason, const char *message, const char *hint)
{
	assert_string_equal(sample_step(sample), "");
	assert_false(sample->plan.ready);
	assert_non_null(sample->plan.reason);
	assert_string_equal(sample->plan.reason, reason);
	assert_int_equal(sample->plan.failure, CLOUD_WAIT_FOR_USER);
	if (!strstr(sample->plan.message, message))
		fail_msg("%s is not in %s", message, sample->plan.message);
	if (!strstr(sample->plan.hint, hint))
		fail_msg("%s is not in %s", hint, sample->plan.hint);
}
