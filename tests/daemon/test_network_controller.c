/* The controller of RemoteNetworks and RemoteZones between a played cloud and a scripted API
 * server. */
#include "daemon/network_controller.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/text.h"
#include "tests/http/fake_server.h"

#define PATH    "/apis/peerwarden.io/v1alpha1/remotenetworks/n"
#define ZONE    "/apis/peerwarden.io/v1alpha1/remotezones/n"
#define GET     "GET " PATH " HTTP"
#define PATCH   "PATCH " PATH "/status HTTP"
#define DELETE  "DELETE " PATH " HTTP"
#define MISSING FAKE_STATUS("404 Not Found", "404", "no")
#define REFUSED FAKE_STATUS("403 Forbidden", "403", "no")
#define CHANGED FAKE_STATUS("409 Conflict", "409", "no")
#define HOUR    (3600 * CLOCK_SECOND)
#define HOME    "aws/123456789012/eu-west-1/vpc-0a1b2c3d4e5f60718"

struct played {
	const struct cloud_fault *fault; /* NULL: it is found */
	int calls;
	char asked[128]; /* account/region/id */
};

struct fixture {
	struct fake_server server;
	struct kube_config config;
	struct worker worker;
	struct inventory *inventory;
	struct played cloud;
	struct played zones;
	struct cloud clouds[4];
	struct network_controller *controller;
};

static bool
look_up(struct arena *arena, void *context, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault)
{
	static const struct tag tag = {"c-1", ""};
	struct prefix *range = ARENA_NEW(arena, struct prefix);
	const char *reason;
	struct played *cloud = context;

	assert_true(prefix_parse("10.3.0.0/16", range, &reason));
	cloud->calls++;
	snprintf(cloud->asked, sizeof cloud->asked, "%s/%s/%s", remote->account, remote->region,
		remote->id);
	if (cloud->fault) {
		*fault = *cloud->fault;
		return false;
	}
	*network = (struct cloud_network){
		.owner = remote->account,
		.region = remote->region,
		.ranges = range,
		.range_count = 1,
		.tags = &tag,
		.tag_count = 1,
	};
	return true;
}

static bool
look_up_zone(struct arena *arena, void *context, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault)
{
	static const struct cloud_peering link = {"to-kyma", "/subscriptions/s/net", "Completed"};
	struct played *cloud = context;

	if (!look_up(arena, context, remote, network, fault))
		return false;
	snprintf(cloud->asked, sizeof cloud->asked, "%s in %s", strrchr(remote->id, '/') + 1,
		remote->tenant ? remote->tenant : "ours");
	network->region = "global";
	network->owner = "s";
	network->peerings = &link;
	network->peering_count = 1;
	network->most_peerings = 1000;
	return true;
}

static void
begin(struct fixture *fixture, const struct fake_step *steps)
{
	memset(fixture, 0, sizeof *fixture);
	fake_server_start(&fixture->server, steps);
	fixture->config.server.url = fixture->server.url;
	fixture->worker.arena = arena_new(16 << 20);
	fixture->worker.client = kube_client_new(&fixture->config, NULL);
	assert_non_null(fixture->worker.client);
	fixture->inventory = inventory_new();
	fixture->clouds[0] = (struct cloud){.name = "aws",
		.provider = PROVIDER_AWS,
		.describes = KIND_REMOTE_NETWORK,
		.context = &fixture->cloud,
		.look_up = look_up};
	fixture->clouds[1] = (struct cloud){.name = "azure",
		.provider = PROVIDER_AZURE,
		.describes = KIND_REMOTE_NETWORK,
		.context = &fixture->cloud,
		.look_up = look_up};
	fixture->clouds[2] = (struct cloud){.name = "azure-dns",
		.provider = PROVIDER_AZURE,
		.describes = KIND_REMOTE_ZONE,
		.context = &fixture->zones,
		.look_up = look_up_zone};
	fixture->controller = network_controller_new(&(struct network_controller_settings){
		fixture->clouds, fixture->inventory, 10 * HOUR, 1});
}

static void
end(struct fixture *fixture)
{
	network_controller_free(fixture->controller);
	inventory_free(fixture->inventory);
	kube_client_free(fixture->worker.client);
	arena_free(fixture->worker.arena);
	fake_server_stop(&fixture->server);
	assert_int_equal(fixture->server.unexpected, 0);
	assert_null(fixture->server.steps[fixture->server.served].expects);
}

static struct work_result
work_on(struct fixture *fixture, const char *key)
{
	struct work_result result =
		network_controller_work(fixture->controller, &fixture->worker, key);

	arena_reset(fixture->worker.arena);
	return result;
}

static struct work_result
work(struct fixture *fixture)
{
	return work_on(fixture, "remotenetworks/n");
}

/* A part of the last request, with ' in place of ". */
static void
assert_sent(struct fixture *fixture, const char *part)
{
	char wanted[1024];

	snprintf(wanted, sizeof wanted, "%s", part);
	for (char *at = wanted; *at; at++)
		if (*at == '\'')
			*at = '"';
	if (!strstr(fixture->server.last, wanted))
		fail_msg("%s\nis not in\n%s", wanted, fixture->server.last);
}

static void
assert_again(struct work_result result, int64_t shortest, int64_t longest)
{
	assert_int_equal(result.end, WORK_AGAIN);
	assert_in_range(result.delay, shortest, longest);
}

#define OBJECT_OF(uid, generation, metadata, spec, status)                                         \
	FAKE_OK "{\"apiVersion\":\"peerwarden.io/v1alpha1\",\"kind\":\"RemoteNetwork\","           \
		"\"metadata\":{\"name\":\"n\",\"resourceVersion\":\"7\",\"uid\":\"" uid            \
		"\",\"generation\":" generation metadata "},\"spec\":{" spec                       \
		"},\"status\":{" status "}}"
#define OBJECT(metadata, spec, status) OBJECT_OF("u-1", "1", metadata, spec, status)
#define VPC                                                                                        \
	"\"aws\":{\"accountId\":\"123456789012\",\"region\":\"eu-west-1\","                        \
	"\"vpcId\":\"vpc-0a1b2c3d4e5f60718\"}"
#define OURS ",\"labels\":{\"app.kubernetes.io/managed-by\":\"peerwarden\"}"
#define LOOKED_UP(status, reason, seen)                                                            \
	"\"observedVersion\":\"6\",\"lastSeen\":\"" seen "\",\"conditions\":[{\"type\":\"Ready\"," \
	"\"status\":\"" status "\",\"observedGeneration\":1,\"lastTransitionTime\":"               \
	"\"2026-01-01T00:00:00Z\",\"reason\":\"" reason "\",\"message\":\"it is odd.\"}]"
#define LONG_AGO "2020-01-01T00:00:00Z"

/* An object as it was found a moment ago, to be freed. */
static char *
found_now(const char *metadata, const char *spec)
{
	char now[CLOCK_TEXT_SIZE];
	char *reply;

	clock_format(clock_wall(), now);
	assert_true(asprintf(&reply, OBJECT("%s", "%s", LOOKED_UP("True", "Found", "%s")), metadata,
			    spec, now) > 0);
	return reply;
}

static void
the_first_look_up_fills_the_status(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("", VPC, ""), FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_again(work(&fixture), 8 * HOUR, 10 * HOUR);
	assert_int_equal(fixture.cloud.calls, 1);
	assert_string_equal(fixture.cloud.asked, "123456789012/eu-west-1/vpc-0a1b2c3d4e5f60718");
	assert_sent(&fixture, "Content-Type: application/merge-patch+json");
	assert_sent(&fixture,
		"{'status':{'owner':'123456789012','region':'eu-west-1','cidrs':['10.3.0.0/16'],"
		"'tags':{'c-1':''},'peerings':[],'conditions':[{'type':'Ready','status':'True',"
		"'observedGeneration':1,'lastTransitionTime':'20");
	assert_sent(&fixture, "'observedVersion':'7'}}");
	end(&fixture);
}

static void
its_own_write_is_no_reason_to_ask_again(void **state)
{
	char *object = found_now("", VPC);
	const struct fake_step steps[] = {{GET, object, FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_again(work(&fixture), 7 * HOUR, 10 * HOUR);
	assert_int_equal(fixture.cloud.calls, 0);
	end(&fixture);
	free(object);
}

static void
what_is_doubted_is_asked_for_at_once_but_not_twice_in_a_minute_unless_something_left(void **state)
{
	char *object = found_now("", VPC);
	const struct fake_step steps[] = {{GET, object, FAKE_CLOSE, false},
		{GET, object, FAKE_CLOSE, false}, {PATCH, FAKE_OK "{}", FAKE_CLOSE, false},
		{GET, object, FAKE_CLOSE, false}, {GET, object, FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	network_controller_touch(fixture.controller, "remotenetworks/n");
	assert_false(network_controller_ask(fixture.controller, "remotenetworks/n"));
	work(&fixture);
	assert_true(network_controller_ask(fixture.controller, "remotenetworks/n"));
	assert_false(network_controller_ask(fixture.controller, "remotenetworks/n"));
	assert_int_equal(fixture.cloud.calls, 0);
	work(&fixture);
	assert_int_equal(fixture.cloud.calls, 1);
	assert_false(network_controller_ask(fixture.controller, "remotenetworks/n"));
	work(&fixture);
	assert_int_equal(fixture.cloud.calls, 1);
	network_controller_touch(fixture.controller, "remotenetworks/n");
	work(&fixture);
	assert_int_equal(fixture.cloud.calls, 2);
	end(&fixture);
	free(object);
}

static void
an_annotation_and_another_spec_ask_at_once(void **state)
{
	char *annotated = found_now(",\"annotations\":{\"peerwarden.io/refresh\":\"r-1\"}", VPC);
	const struct fake_step steps[] = {{GET, annotated, FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false},
		{GET,
			OBJECT_OF("u-1", "2", "", VPC,
				LOOKED_UP("True", "Found", "2200-01-01T00:00:00Z")),
			FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_again(work(&fixture), 8 * HOUR, 10 * HOUR);
	assert_sent(&fixture, "'observedRefresh':'r-1'");
	assert_again(work(&fixture), 8 * HOUR, 10 * HOUR);
	assert_sent(&fixture, "'observedGeneration':2");
	assert_int_equal(fixture.cloud.calls, 2);
	end(&fixture);
	free(annotated);
}

static void
an_old_answer_is_asked_for_again_and_so_is_one_of_a_time_to_come(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("", VPC, LOOKED_UP("True", "Found", LONG_AGO)), FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false},
		{GET, OBJECT("", VPC, LOOKED_UP("True", "Found", "2200-01-01T00:00:00Z")),
			FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_again(work(&fixture), 8 * HOUR, 10 * HOUR);
	assert_again(work(&fixture), 8 * HOUR, 10 * HOUR);
	assert_int_equal(fixture.cloud.calls, 2);
	end(&fixture);
}

static void
a_failure_comes_again_by_its_class(void **state)
{
	static const struct {
		struct cloud_fault fault;
		int64_t shortest, longest;
		const char *told;
	} rows[] = {
		{{CLOUD_WAIT_FOR_USER, "", "UnauthorizedOperation", "no", "ask"}, 48 * CLOCK_SECOND,
			60 * CLOCK_SECOND,
			"'reason':'Unauthorized','message':'no. What to do: ask.'"},
		{{CLOUD_BACK_OFF, "", "Throttling", "busy", ""}, CLOCK_SECOND, 5 * CLOCK_SECOND,
			"'reason':'Throttled','message':'busy.'"},
		{{CLOUD_RETRY_NOW, "", "", "lost", ""}, CLOCK_SECOND, 5 * CLOCK_SECOND,
			"'reason':'CloudProviderError','message':'lost.'"},
		{{CLOUD_PERMANENT, "", "Odd", "odd", ""}, 8 * HOUR, 10 * HOUR,
			"'reason':'CloudProviderError','message':'odd.'"},
		{{CLOUD_GONE, "", "", "there is no VPC", ""}, 8 * HOUR, 10 * HOUR,
			"'reason':'VpcNotFound','message':'there is no VPC.'"},
	};
	static const struct fake_step steps[] = {{GET, OBJECT("", VPC, ""), FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false}, {0}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fixture fixture;

		begin(&fixture, steps);
		fixture.cloud.fault = &rows[i].fault;
		assert_again(work(&fixture), rows[i].shortest, rows[i].longest);
		assert_sent(&fixture, "'status':'False'");
		assert_sent(&fixture, rows[i].told);
		assert_null(strstr(fixture.server.last, "\"cidrs\":["));
		end(&fixture);
	}
}

static void
a_failure_is_not_asked_again_before_its_time(void **state)
{
	static const struct cloud_fault fault = {CLOUD_WAIT_FOR_USER, "", "Odd", "it is odd", ""};
	static const struct fake_step steps[] = {{GET, OBJECT("", VPC, ""), FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false},
		{GET, OBJECT("", VPC, LOOKED_UP("False", "Odd", LONG_AGO)), FAKE_CLOSE, false},
		{GET, OBJECT_OF("u-2", "1", "", VPC, LOOKED_UP("False", "Odd", LONG_AGO)),
			FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	fixture.cloud.fault = &fault;
	assert_again(work(&fixture), 48 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	assert_again(work(&fixture), CLOCK_SECOND, 60 * CLOCK_SECOND);
	assert_int_equal(fixture.cloud.calls, 1);
	work(&fixture); /* another object of the same name */
	assert_int_equal(fixture.cloud.calls, 2);
	end(&fixture);
}

static void
the_same_failure_is_not_written_twice(void **state)
{
	static const struct cloud_fault fault = {CLOUD_PERMANENT, "", "Odd", "it is odd", ""};
	static const struct fake_step steps[] = {
		{GET, OBJECT("", VPC, LOOKED_UP("False", "CloudProviderError", LONG_AGO)),
			FAKE_CLOSE, false},
		{0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	fixture.cloud.fault = &fault;
	assert_again(work(&fixture), 8 * HOUR, 10 * HOUR);
	assert_int_equal(fixture.cloud.calls, 1);
	end(&fixture);
}

static void
a_network_that_is_gone_loses_its_facts(void **state)
{
	static const struct cloud_fault fault = {CLOUD_GONE, "", "", "there is no VPC", ""};
	static const struct fake_step steps[] = {
		{GET,
			OBJECT("", VPC,
				"\"cidrs\":[\"10.3.0.0/16\"],\"tags\":{}," LOOKED_UP(
					"True", "Found", LONG_AGO)),
			FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	fixture.cloud.fault = &fault;
	work(&fixture);
	assert_sent(&fixture, "{'status':{'cidrs':null,'tags':null,'conditions':[");
	end(&fixture);
}

static void
what_is_not_there_or_on_its_way_out_is_left_alone(void **state)
{
	static const struct {
		const char *reply;
		enum work_end end;
	} rows[] = {
		{MISSING, WORK_OVER},
		{REFUSED, WORK_FAILED},
		{OBJECT(",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"", VPC, ""), WORK_DONE},
		{OBJECT("", "", ""), WORK_DONE},
		{OBJECT("", "\"gcp\":{\"project\":\"my-project\",\"network\":\"default\"}", ""),
			WORK_DONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fake_step steps[] = {{GET, rows[i].reply, FAKE_CLOSE, false}, {0}};
		struct fixture fixture;

		begin(&fixture, steps);
		if (work(&fixture).end != rows[i].end)
			fail_msg("row %zu", i);
		assert_int_equal(fixture.cloud.calls, 0);
		end(&fixture);
	}
}

static void
a_status_that_cannot_be_written_is_a_failure_of_ours(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("", VPC, ""), FAKE_CLOSE, false},
		{PATCH, REFUSED, FAKE_CLOSE, false}, {GET, OBJECT("", VPC, ""), FAKE_CLOSE, false},
		{PATCH, MISSING, FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_int_equal(work(&fixture).end, WORK_FAILED);
	assert_int_equal(work(&fixture).end, WORK_OVER);
	end(&fixture);
}

static void
nothing_is_told_without_the_lead(void **state)
{
	static const struct leader_place place = {
		.namespace = "team", .name = "daemon", .instance = "pod-1"};
	static const struct fake_step steps[] = {
		{GET, OBJECT("", VPC, ""), FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	fixture.worker.leader = leader_new(&fixture.config, &place, NULL);
	assert_non_null(fixture.worker.leader);
	assert_int_equal(work(&fixture).end, WORK_FAILED);
	assert_int_equal(
		network_controller_look(fixture.worker.arena, fixture.controller).items[0].answers,
		0);
	leader_free(fixture.worker.leader);
	end(&fixture);
}

static void
nothing_is_told_at_the_end(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("", VPC, ""), FAKE_CLOSE, false}, {0}};
	static const atomic_bool ending = true;
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	fixture.worker.ending = &ending;
	assert_int_equal(work(&fixture).end, WORK_FAILED);
	assert_int_equal(
		network_controller_look(fixture.worker.arena, fixture.controller).items[0].answers,
		0);
	end(&fixture);
}

/* --- garbage --- */

static void
store_network(struct fixture *fixture)
{
	static const struct declaration network = {
		.object = {KIND_REMOTE_NETWORK, "", "n"}, .home = HOME, .defines_home = true};

	inventory_lock(fixture->inventory);
	inventory_store(fixture->inventory, &network);
	inventory_unlock(fixture->inventory);
}

static void
store_peering(struct fixture *fixture)
{
	static struct peering peering = {
		.from = DOMAIN_OF_SHOOT, .to = HOME, .target = "vpc-1", .name = ""};
	static const struct declaration from = {.object = {KIND_AWS_VPC_PEERING, "", "p"},
		.home = DOMAIN_OF_SHOOT,
		.deleting = true,
		.peerings = &peering,
		.peering_count = 1};

	inventory_lock(fixture->inventory);
	inventory_store(fixture->inventory, &from);
	inventory_unlock(fixture->inventory);
}

static void
what_the_webhook_made_goes_when_nothing_has_led_to_it_for_long(void **state)
{
	char *object = found_now(OURS, VPC);
	const struct fake_step steps[] = {{GET, object, FAKE_CLOSE, false},
		{GET, object, FAKE_CLOSE, false}, {DELETE, FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	store_network(&fixture);
	assert_again(work(&fixture), 1, 1); /* from now on it counts */
	assert_int_equal(work(&fixture).end, WORK_OVER);
	assert_sent(&fixture, "'preconditions':{'uid':'u-1','resourceVersion':'7'}}");
	assert_int_equal(fixture.cloud.calls, 0);
	end(&fixture);
	free(object);
}

static void
a_deletion_that_meets_a_change_is_tried_again_and_one_of_what_is_gone_is_done(void **state)
{
	char *object = found_now(OURS, VPC);
	const struct fake_step steps[] = {{GET, object, FAKE_CLOSE, false},
		{GET, object, FAKE_CLOSE, false}, {DELETE, CHANGED, FAKE_CLOSE, false},
		{GET, object, FAKE_CLOSE, false}, {DELETE, MISSING, FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	store_network(&fixture);
	work(&fixture);
	assert_int_equal(work(&fixture).end, WORK_FAILED);
	assert_int_equal(work(&fixture).end, WORK_OVER);
	end(&fixture);
	free(object);
}

/* Looks three times at an object that was found a moment ago. */
static void
assert_kept(const char *metadata, const char *spec, bool stored, bool used)
{
	char *object = found_now(metadata, spec);
	const struct fake_step steps[] = {{GET, object, FAKE_CLOSE, false},
		{GET, object, FAKE_CLOSE, false}, {GET, object, FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	begin(&fixture, steps);
	if (stored)
		store_network(&fixture);
	if (used)
		store_peering(&fixture);
	for (int i = 0; i < 3; i++)
		assert_int_equal(work(&fixture).end, WORK_AGAIN);
	end(&fixture);
	free(object);
}

static void
what_somebody_made_or_wrote_into_stays(void **state)
{
	(void)state;
	assert_kept("", VPC, true, false);
	assert_kept(",\"labels\":{\"app.kubernetes.io/managed-by\":\"helm\"}", VPC, true, false);
	assert_kept(OURS, VPC ",\"cidrs\":[\"10.3.0.0/16\"]", true, false);
}

static void
what_a_peering_leads_to_stays_even_while_that_goes(void **state)
{
	(void)state;
	assert_kept(OURS, VPC, true, true);
}

static void
nothing_goes_before_the_inventory_has_seen_it(void **state)
{
	(void)state;
	assert_kept(OURS, VPC, false, false);
}

static void
a_question_begins_the_time_of_rest_anew(void **state)
{
	char *object = found_now(OURS, VPC);
	char *asked = found_now(",\"labels\":{\"app.kubernetes.io/managed-by\":\"peerwarden\"},"
				"\"annotations\":{\"peerwarden.io/refresh\":\"r-1\"}",
		VPC);
	const struct fake_step steps[] = {{GET, object, FAKE_CLOSE, false},
		{GET, asked, FAKE_CLOSE, false}, {PATCH, FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	store_network(&fixture);
	assert_again(work(&fixture), 1, 1);
	assert_again(work(&fixture), 1, 1);
	assert_int_equal(fixture.cloud.calls, 1);
	end(&fixture);
	free(object);
	free(asked);
}

/* --- zones --- */

#define ZONE_ID                                                                                    \
	"/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourceGroups/group"                 \
	"/providers/Microsoft.Network/privateDnsZones/example.com"
#define ZONE_HOME                                                                                  \
	"zone/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourcegroups/group"             \
	"/providers/microsoft.network/privatednszones/example.com"
#define TENANT ",\"tenant\":\"0f0f0f0f-1111-4222-8333-444444444444\""
#define ZONE_OF(metadata, spec, status)                                                            \
	FAKE_OK "{\"apiVersion\":\"peerwarden.io/v1alpha1\",\"kind\":\"RemoteZone\","              \
		"\"metadata\":{\"name\":\"n\",\"resourceVersion\":\"7\",\"uid\":\"u-1\","          \
		"\"generation\":1" metadata "},\"spec\":{\"id\":\"" ZONE_ID "\"" spec              \
		"},\"status\":{" status "}}"

static void
a_zone_is_looked_up_in_its_own_cloud_and_fills_its_own_status(void **state)
{
	static const struct fake_step steps[] = {
		{"GET " ZONE " HTTP", ZONE_OF("", TENANT, ""), FAKE_CLOSE, false},
		{"PATCH " ZONE "/status HTTP", FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	assert_again(work_on(&fixture, "remotezones/n"), 8 * HOUR, 10 * HOUR);
	assert_int_equal(fixture.cloud.calls, 0);
	assert_int_equal(fixture.zones.calls, 1);
	assert_string_equal(
		fixture.zones.asked, "example.com in 0f0f0f0f-1111-4222-8333-444444444444");
	assert_sent(&fixture,
		"{'status':{'owner':'s','region':'global','tags':{'c-1':''},'links':[{'name':"
		"'to-kyma','network':'/subscriptions/s/net','state':'Completed'}],'maxLinks':1000,"
		"'conditions':[{'type':'Ready','status':'True','observedGeneration':1,");
	assert_sent(&fixture, "'message':'The zone or ruleset was found.'");
	assert_sent(&fixture, "'observedVersion':'7'}}");
	end(&fixture);
}

static void
a_zone_that_is_gone_says_so_in_its_own_word(void **state)
{
	static const struct cloud_fault fault = {CLOUD_GONE, "", "", "there is no zone", ""};
	static const struct fake_step steps[] = {
		{"GET " ZONE " HTTP", ZONE_OF("", "", ""), FAKE_CLOSE, false},
		{"PATCH " ZONE "/status HTTP", FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	fixture.zones.fault = &fault;
	assert_again(work_on(&fixture, "remotezones/n"), 8 * HOUR, 10 * HOUR);
	assert_sent(&fixture, "'reason':'FailedLoadingPrivateDnzZone','message':'there is no");
	end(&fixture);
}

static void
a_zone_and_a_network_of_one_name_are_doubted_apart(void **state)
{
	char *object = found_now("", VPC);
	const struct fake_step steps[] = {{GET, object, FAKE_CLOSE, false}, {0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	work(&fixture);
	assert_false(network_controller_ask(fixture.controller, "remotezones/n"));
	assert_true(network_controller_ask(fixture.controller, "remotenetworks/n"));
	end(&fixture);
	free(object);
}

static void
what_is_no_key_of_ours_is_over(void **state)
{
	static const char *const keys[] = {"n", "remotezones", "remotezones/", "vpcs/n", ""};
	static const struct fake_step steps[] = {{0}};
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		assert_int_equal(work_on(&fixture, keys[i]).end, WORK_OVER);
	end(&fixture);
}

static void
store_zone(struct fixture *fixture, bool used)
{
	static struct dns_link link = {.zone = ZONE_HOME, .exclusive = "x", .name = "to-kyma"};
	static const struct declaration zone = {
		.object = {KIND_REMOTE_ZONE, "", "n"}, .home = ZONE_HOME, .defines_home = true};
	static const struct declaration from = {.object = {KIND_AZURE_VPC_DNS_LINK, "", "l"},
		.home = DOMAIN_OF_SHOOT,
		.deleting = true,
		.dns_links = &link,
		.dns_link_count = 1};

	inventory_lock(fixture->inventory);
	inventory_store(fixture->inventory, &zone);
	if (used)
		inventory_store(fixture->inventory, &from);
	inventory_unlock(fixture->inventory);
}

/* A zone that was found a moment ago. */
static char *
zone_found_now(const char *spec)
{
	char now[CLOCK_TEXT_SIZE];
	char *reply;

	clock_format(clock_wall(), now);
	assert_true(asprintf(&reply, ZONE_OF(OURS, "%s", LOOKED_UP("True", "Found", "%s")), spec,
			    now) > 0);
	return reply;
}

static void
a_zone_that_was_made_goes_when_no_link_has_led_to_it_for_long(void **state)
{
	static const char *const specs[] = {"", TENANT};

	(void)state;
	for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
		char *object = zone_found_now(specs[i]);
		const struct fake_step steps[] = {{"GET " ZONE " HTTP", object, FAKE_CLOSE, false},
			{"GET " ZONE " HTTP", object, FAKE_CLOSE, false},
			{"DELETE " ZONE " HTTP", FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
		struct fixture fixture;

		begin(&fixture, steps);
		store_zone(&fixture, false);
		assert_again(work_on(&fixture, "remotezones/n"), 1, 1);
		assert_int_equal(work_on(&fixture, "remotezones/n").end, WORK_OVER);
		end(&fixture);
		free(object);
	}
}

static void
what_a_link_leads_to_or_somebody_wrote_into_stays(void **state)
{
	static const struct {
		const char *spec;
		bool used;
	} rows[] = {{"", true}, {",\"tags\":{\"c-1\":\"\"}", false}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *object = zone_found_now(rows[i].spec);
		const struct fake_step steps[] = {{"GET " ZONE " HTTP", object, FAKE_CLOSE, false},
			{"GET " ZONE " HTTP", object, FAKE_CLOSE, false}, {0}};
		struct fixture fixture;

		begin(&fixture, steps);
		store_zone(&fixture, rows[i].used);
		for (int j = 0; j < 2; j++)
			assert_int_equal(work_on(&fixture, "remotezones/n").end, WORK_AGAIN);
		end(&fixture);
		free(object);
	}
}

/* --- what is shown --- */

static struct {
	const char *result;
	double value;
} counted;

static void
on_sample(void *context, const struct metric_sample *sample)
{
	(void)context;
	if (text_equal(sample->metric->name, "peerwarden_cloud_lookups_total") &&
		text_equal(sample->values[0], "aws") &&
		text_equal(sample->values[1], counted.result))
		counted.value = sample->value;
}

static double
count_of(const char *result)
{
	counted.result = result;
	counted.value = 0;
	metrics_each(on_sample, NULL);
	return counted.value;
}

static void
each_cloud_shows_its_answers_and_its_last_error(void **state)
{
	static const struct cloud_fault fault = {CLOUD_BACK_OFF, "", "Throttling", "busy", ""};
	static const struct fake_step steps[] = {{GET, OBJECT("", VPC, ""), FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false},
		{GET, OBJECT("", VPC, ""), FAKE_CLOSE, false},
		{PATCH, FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	double found = count_of("found"), slowed = count_of("back-off");
	struct cloud_views views;
	struct fixture fixture;

	(void)state;
	begin(&fixture, steps);
	views = network_controller_look(fixture.worker.arena, fixture.controller);
	assert_int_equal(views.count, 3);
	assert_string_equal(views.items[0].error, "");
	work(&fixture);
	fixture.cloud.fault = &fault;
	work(&fixture);
	views = network_controller_look(fixture.worker.arena, fixture.controller);
	assert_string_equal(views.items[0].name, "aws");
	assert_int_equal(views.items[0].answers, 1);
	assert_int_equal(views.items[0].errors, 1);
	assert_string_equal(views.items[0].error, "busy");
	assert_true(views.items[0].answered > 0 && views.items[0].failed > 0);
	assert_true(count_of("found") == found + 1 && count_of("back-off") == slowed + 1);
	end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_look_up_fills_the_status),
		cmocka_unit_test(its_own_write_is_no_reason_to_ask_again),
		cmocka_unit_test(an_annotation_and_another_spec_ask_at_once),
		cmocka_unit_test(
			what_is_doubted_is_asked_for_at_once_but_not_twice_in_a_minute_unless_something_left),
		cmocka_unit_test(an_old_answer_is_asked_for_again_and_so_is_one_of_a_time_to_come),
		cmocka_unit_test(a_failure_comes_again_by_its_class),
		cmocka_unit_test(a_failure_is_not_asked_again_before_its_time),
		cmocka_unit_test(the_same_failure_is_not_written_twice),
		cmocka_unit_test(a_network_that_is_gone_loses_its_facts),
		cmocka_unit_test(what_is_not_there_or_on_its_way_out_is_left_alone),
		cmocka_unit_test(a_status_that_cannot_be_written_is_a_failure_of_ours),
		cmocka_unit_test(nothing_is_told_without_the_lead),
		cmocka_unit_test(nothing_is_told_at_the_end),
		cmocka_unit_test(what_the_webhook_made_goes_when_nothing_has_led_to_it_for_long),
		cmocka_unit_test(
			a_deletion_that_meets_a_change_is_tried_again_and_one_of_what_is_gone_is_done),
		cmocka_unit_test(what_somebody_made_or_wrote_into_stays),
		cmocka_unit_test(what_a_peering_leads_to_stays_even_while_that_goes),
		cmocka_unit_test(nothing_goes_before_the_inventory_has_seen_it),
		cmocka_unit_test(a_question_begins_the_time_of_rest_anew),
		cmocka_unit_test(a_zone_is_looked_up_in_its_own_cloud_and_fills_its_own_status),
		cmocka_unit_test(a_zone_that_is_gone_says_so_in_its_own_word),
		cmocka_unit_test(a_zone_and_a_network_of_one_name_are_doubted_apart),
		cmocka_unit_test(what_is_no_key_of_ours_is_over),
		cmocka_unit_test(a_zone_that_was_made_goes_when_no_link_has_led_to_it_for_long),
		cmocka_unit_test(what_a_link_leads_to_or_somebody_wrote_into_stays),
		cmocka_unit_test(each_cloud_shows_its_answers_and_its_last_error),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
