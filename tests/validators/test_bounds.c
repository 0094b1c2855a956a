/* What judging one object may cost and tell, however large the object is. Work is counted in steps
 * (validators/case.h), not in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "format/json.h"
#include "kinds/kind.h"
#include "validators/case.h"
#include "validators/verdict.h"

enum {
	LAST_BY_NAME = 9,
	MEGABYTES = 1 << 20,
	MANY = 300,
	A_MEGABYTE_OF_ROUTES = 13000,
	WEBHOOK_STEPS = 16000000
};

struct world {
	struct arena *arena;
	struct inventory *inventory;
};

/* A Vpc with a peering to vpc-2 and so many routes, each with a next hop of its own on the link. */
static struct declaration
vpc_with_routes(struct world *world, int count)
{
	CLEANUP(buffer_dispose) struct buffer text;
	struct declaration declaration = {0};
	const struct json *object;
	struct error error;

	buffer_init(&text, 4 * MEGABYTES);
	buffer_printf(&text,
		"{\"apiVersion\":\"kubeovn.io/"
		"v1\",\"kind\":\"Vpc\",\"metadata\":{\"name\":\"vpc-1\"},"
		"\"spec\":{\"vpcPeerings\":[{\"remoteVpc\":\"vpc-2\",\"localConnectIP\":"
		"\"169.254.0.1/16\"}],\"staticRoutes\":[");
	for (int i = 0; i < count; i++)
		buffer_printf(&text,
			"%s{\"cidr\":\"172.16.%d.%d/32\",\"nextHopIP\":\"169.254.%d.%d\"}",
			i ? "," : "", i / 256, i % 256, 1 + i / 256, i % 256);
	buffer_printf(&text, "]}}");
	object = json_parse(world->arena, arena_text(world->arena, buffer_text(&text)), text.length,
		&json_file_limits, &error);
	if (!object || !kind_decode(world->arena, kind_of_object(object), object, NULL,
			       &declaration, &error))
		fail_msg("%s", error.message);
	return declaration;
}

static void
store_far_end(struct world *world)
{
	static const char text[] =
		"{\"apiVersion\":\"kubeovn.io/"
		"v1\",\"kind\":\"Vpc\",\"metadata\":{\"name\":\"vpc-2\"},"
		"\"spec\":{\"vpcPeerings\":[{\"remoteVpc\":\"vpc-1\",\"localConnectIP\":"
		"\"169.254.0.2/16\"}]}}";
	struct declaration declaration = {0};
	struct error error;
	const struct json *object =
		json_parse(world->arena, text, strlen(text), &json_file_limits, &error);

	if (!object || !kind_decode(world->arena, kind_of_object(object), object, NULL,
			       &declaration, &error))
		fail_msg("%s", error.message);
	inventory_store(world->inventory, &declaration);
}

static int
set_up(void **state)
{
	static struct world world;

	world = (struct world){arena_new(256 * MEGABYTES), inventory_new()};
	inventory_lock(world.inventory);
	store_far_end(&world);
	*state = &world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	inventory_unlock(world->inventory);
	inventory_free(world->inventory);
	arena_free(world->arena);
	return 0;
}

static struct verdict
reach(struct world *world, const struct declaration *subject, const struct declaration *before,
	uint64_t steps)
{
	return verdict_reach(world->arena, &(struct verdict_request){
						   .inventory = world->inventory,
						   .policy = policy_default(),
						   .subject = subject,
						   .before = before,
						   .steps = steps,
					   });
}

static size_t
count_of_rule(const struct verdict *verdict, const char *rule)
{
	size_t count = 0;

	for (const struct finding *finding = verdict->findings.first; finding;
		finding = finding->next)
		count += strcmp(finding->rule, rule) == 0;
	return count;
}

static const struct finding *
last_of_rule(const struct verdict *verdict, const char *rule)
{
	const struct finding *last = NULL;

	for (const struct finding *finding = verdict->findings.first; finding;
		finding = finding->next)
		if (strcmp(finding->rule, rule) == 0)
			last = finding;
	return last;
}

static void
of_one_rule_the_first_findings_are_told_and_the_others_counted(void **state)
{
	struct world *world = *state;
	struct declaration vpc = vpc_with_routes(world, MANY);
	struct verdict verdict = reach(world, &vpc, NULL, 0);

	assert_int_equal(verdict.action, ACTION_DENY);
	assert_int_equal(count_of_rule(&verdict, "unreachable-next-hop"), CASE_TOLD);
	assert_int_equal(verdict.findings.untold[ACTION_DENY], MANY - CASE_TOLD);
	assert_non_null(strstr(last_of_rule(&verdict, "unreachable-next-hop")->hint,
		"and 236 more findings of this rule"));
	assert_non_null(strstr(verdict_message(world->arena, &verdict), "and 291 more"));
}

static struct declaration
decode(struct world *world, const char *text)
{
	struct declaration declaration = {0};
	struct error error;
	const struct json *object =
		json_parse(world->arena, text, strlen(text), &json_file_limits, &error);

	if (!object || !kind_decode(world->arena, kind_of_object(object), object, NULL,
			       &declaration, &error))
		fail_msg("%s", error.message);
	return declaration;
}

static struct declaration
subnet(struct world *world, int vpc, const char *more)
{
	return decode(world,
		arena_printf(world->arena,
			"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Subnet\",\"metadata\":{"
			"\"name\":\"net%d\"},\"spec\":{\"vpc\":\"spoke%d\",\"cidrBlock\":"
			"\"10.%d.0.0/16\"%s}}",
			vpc, vpc, vpc, more));
}

/* A hub, spoke0, and others that peer with it and it with them, each with a Subnet. With the one
 * that comes last by name it does not. */
static void
store_star(struct world *world, int spokes)
{
	const char *peerings = "";
	struct declaration hub;

	for (int i = 1; i <= spokes; i++) {
		struct declaration vpc = decode(world,
			arena_printf(world->arena,
				"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Vpc\","
				"\"metadata\":{\"name\":\"spoke%d\"},\"spec\":{\"vpcPeerings\":[{"
				"\"remoteVpc\":\"spoke0\",\"localConnectIP\":\"169.254.%d.1/30\"}]"
				"}}",
				i, i));
		struct declaration own = subnet(world, i, "");

		if (i != LAST_BY_NAME)
			peerings = arena_printf(world->arena,
				"%s%s{\"remoteVpc\":\"spoke%d\",\"localConnectIP\":\"169.254.%d.2/"
				"30\"}",
				peerings, i > 1 ? "," : "", i, i);
		inventory_store(world->inventory, &vpc);
		inventory_store(world->inventory, &own);
	}
	hub = decode(
		world, arena_printf(world->arena,
			       "{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Vpc\",\"metadata\":{"
			       "\"name\":\"spoke0\"},\"spec\":{\"vpcPeerings\":[%s]}}",
			       peerings));
	inventory_store(world->inventory, &hub);
}

static void
what_a_peering_of_both_sides_shows_counts_once(void **state)
{
	struct world *world = *state;
	struct declaration private;
	size_t count = 0;

	store_star(world, CASE_TOLD - 1);
	private = subnet(world, 0, ",\"private\":true");
	inventory_store(world->inventory, &private);
	for (const struct finding *finding = verdict_reach(
		     world->arena, &(const struct verdict_request){.inventory = world->inventory,
						  .policy = policy_default(),
						  .subject = &private})
						     .findings.first;
		finding; finding = finding->next)
		count += strcmp(finding->rule, "private-subnet") == 0;
	assert_int_equal(count, CASE_TOLD - 1);
}

static void
what_is_not_told_still_counts_as_wrong_before(void **state)
{
	struct world *world = *state;
	struct declaration before = vpc_with_routes(world, MANY);
	struct declaration less = vpc_with_routes(world, MANY - 1);
	struct declaration more = vpc_with_routes(world, MANY + 1);
	struct verdict verdict = reach(world, &more, &before, 0);

	assert_int_equal(verdict.action, ACTION_DENY);
	assert_int_equal(count_of_rule(&verdict, "unreachable-next-hop"), 1);
	assert_int_equal(verdict.findings.untold[ACTION_DENY], 0);
	assert_non_null(strstr(verdict.findings.first->message, "169.254.2.44"));
	verdict = reach(world, &less, &before, 0);
	assert_int_equal(count_of_rule(&verdict, "unreachable-next-hop"), 0);
}

static void
a_megabyte_of_wrong_routes_is_judged_within_the_bound(void **state)
{
	struct world *world = *state;
	struct declaration before = vpc_with_routes(world, A_MEGABYTE_OF_ROUTES);
	struct declaration more = vpc_with_routes(world, A_MEGABYTE_OF_ROUTES + 1);
	struct verdict verdict = reach(world, &more, &before, WEBHOOK_STEPS);

	assert_false(verdict.exceeded);
	assert_int_equal(count_of_rule(&verdict, "unreachable-next-hop"), 1);
}

static void
twice_the_routes_cost_no_more_than_about_twice_the_steps(void **state)
{
	struct world *world = *state;
	struct declaration few = vpc_with_routes(world, A_MEGABYTE_OF_ROUTES / 2);
	struct declaration many = vpc_with_routes(world, A_MEGABYTE_OF_ROUTES);
	uint64_t begin = inventory_steps(world->inventory), middle;

	reach(world, &few, NULL, 0);
	middle = inventory_steps(world->inventory);
	reach(world, &many, NULL, 0);
	assert_in_range(inventory_steps(world->inventory) - middle, 1, 3 * (middle - begin));
}

static void
what_costs_more_than_the_bound_is_denied_without_findings(void **state)
{
	struct world *world = *state;
	struct declaration vpc = vpc_with_routes(world, MANY);
	struct verdict verdict = reach(world, &vpc, NULL, MANY);

	assert_true(verdict.exceeded);
	assert_int_equal(verdict.action, ACTION_DENY);
	assert_null(verdict.findings.first);
}

static void
no_judgement_goes_on_for_long_beyond_its_bound(void **state)
{
	struct world *world = *state;
	struct declaration vpc = vpc_with_routes(world, A_MEGABYTE_OF_ROUTES);
	uint64_t begin = inventory_steps(world->inventory);

	reach(world, &vpc, NULL, MANY);
	assert_in_range(inventory_steps(world->inventory) - begin, 1, 20 * MANY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			of_one_rule_the_first_findings_are_told_and_the_others_counted, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_peering_of_both_sides_shows_counts_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_not_told_still_counts_as_wrong_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_megabyte_of_wrong_routes_is_judged_within_the_bound, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			twice_the_routes_cost_no_more_than_about_twice_the_steps, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_costs_more_than_the_bound_is_denied_without_findings, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			no_judgement_goes_on_for_long_beyond_its_bound, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
