#include "daemon/peering_controller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "tests/http/fake_server.h"

#define KEY    "awsvpcpeerings/blue"
#define PATH   "/apis/cloud-resources.kyma-project.io/v1beta1/awsvpcpeerings/blue"
#define GET    "GET " PATH " HTTP"
#define PUT    "PUT " PATH " HTTP"
#define STORES "PUT " PATH "/status HTTP"
#define ABSENT FAKE_STATUS("404 Not Found", "404", "no")
#define STALE  FAKE_STATUS("409 Conflict", "409", "changed")

#define SPEC                                                                                       \
	"\"remoteVpcId\":\"vpc-0123456789abcdef0\",\"remoteRegion\":\"eu-central-1\","             \
	"\"remoteAccountId\":\"123456789012\""
#define OBJECT_OF(uid, version, more, spec, status)                                                \
	OBJECT_WITH(uid, "1", version, more, spec, status)
#define OBJECT_WITH(uid, generation, version, more, spec, status)                                  \
	FAKE_OK "{\"apiVersion\":\"cloud-resources.kyma-project.io/v1beta1\","                     \
		"\"kind\":\"AwsVpcPeering\",\"metadata\":{\"name\":\"blue\",\"uid\":\"" uid        \
		"\",\"generation\":" generation ",\"resourceVersion\":\"" version "\"" more        \
		"},\"spec\":{" spec "},\"status\":{" status "}}"
#define OBJECT(version, more, status) OBJECT_OF("u-1", version, more, SPEC, status)
#define NAMES(word)                   ",\"annotations\":{\"peerwarden.io/dns-resolution\":\"" word "\"}"
#define MODE(word)                    ",\"annotations\":{\"peerwarden.io/mode\":\"" word "\"}"
#define MANAGED                       MODE("manage")
#define FINALIZER                     "\"finalizers\":[\"peerwarden.io/peering\"]"
#define OURS                          MANAGED "," FINALIZER
#define KYMAS                         ",\"labels\":{\"cloud-resources.kyma-project.io/id\":\"7\"}" MANAGED
#define DELETED                       ",\"deletionTimestamp\":\"2026-01-02T03:04:05Z\""
#define STORED                        "\"id\":\"pcx-1\""
#define WELL                                                                                       \
	STORED ",\"state\":\"active\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\","    \
	       "\"reason\":\"Ready\",\"message\":\"the peering is connected and routed\","         \
	       "\"lastTransitionTime\":\"2026-01-02T03:04:05Z\",\"observedGeneration\":1}]"

/* The same on Google Cloud. */
#define FAR_KEY  "gcpvpcpeerings/blue"
#define FAR_PATH "/apis/cloud-resources.kyma-project.io/v1beta1/" FAR_KEY
#define FAR_GET  "GET " FAR_PATH " HTTP"
#define FAR_PUT  "PUT " FAR_PATH " HTTP"
#define FAR_OBJECT(version, more, status)                                                          \
	FAKE_OK "{\"apiVersion\":\"cloud-resources.kyma-project.io/v1beta1\","                     \
		"\"kind\":\"GcpVpcPeering\",\"metadata\":{\"name\":\"blue\",\"uid\":\"u-2\","      \
		"\"generation\":1,\"resourceVersion\":\"" version "\"" more                        \
		"},\"spec\":{\"remotePeeringName\":\"back\",\"remoteProject\":\"away-1\","         \
		"\"remoteVpc\":\"far\"},\"status\":{" status "}}"
#define FAR_STORED "\"id\":\"peerwarden-u-2\""

/* One call that the controller makes of the cloud, and what comes of it. */
struct move {
	const char *name;        /* "plan", or the object of the step; NULL ends the script */
	const char *last;        /* a part of the API server's last request before it; or NULL */
	const char *id;          /* that the cloud is told; NULL: any */
	struct cloud_plan plan;  /* ... of "plan" */
	struct cloud_outcome to; /* ... of a step */
	enum cloud_failure failure;
	bool loses_lead;
	const char *code; /* of the failure; NULL: "Code" */
};

static struct {
	struct fake_server server;
	struct kube_config config;
	struct worker worker;
	struct inventory *inventory;
	struct peering_controller *controller;
	const struct move *moves;
	size_t moved;
	char tag[32];       /* of the last wish; "none" for none */
	char operation[32]; /* likewise; "" for none */
	bool has_shoot;
	bool deleting;
	enum cloud_names names;
	const struct finding *findings; /* of the judge; NULL for none */
	bool unseen;                    /* the judge does not know the object */
	unsigned judged;
	char left[128];    /* key of the last RemoteNetwork that was left */
	char doubted[128]; /* ... that was doubted */
	atomic_bool ending;
	struct buffer told; /* "Reason: note\n" of each Event */
	bool leads;
	bool on_google;  /* works on the object there */
	char let_be[32]; /* the uid of the last */
} play;

/* --- in place of the lead and of the Events --- */

bool __wrap_leader_is_sure(const struct leader *leader);
int64_t __wrap_leader_longest_call(const struct leader *leader);
void __wrap_event_record(struct event_recorder *recorder, const struct event *event);

bool
__wrap_leader_is_sure(const struct leader *leader)
{
	(void)leader;
	return play.leads;
}

int64_t
__wrap_leader_longest_call(const struct leader *leader)
{
	(void)leader;
	return 5 * CLOCK_SECOND;
}

void
__wrap_event_record(struct event_recorder *recorder, const struct event *event)
{
	(void)recorder;
	assert_string_equal(
		event->regarding.kind, play.on_google ? "GcpVpcPeering" : "AwsVpcPeering");
	assert_string_equal(event->regarding.name, "blue");
	assert_string_equal(event->action, "Reconcile");
	buffer_printf(&play.told, "%s: %s\n", event->reason, event->note);
}

/* --- the cloud --- */

static const struct move *
next_move(const char *name, const struct cloud_wish *wish)
{
	const struct move *move = &play.moves[play.moved];

	if (!move->name || strcmp(move->name, name) != 0)
		fail_msg("%s in place of %s", name, move->name ? move->name : "nothing");
	if (move->last && !strstr(play.server.last, move->last))
		fail_msg("move %zu: %s", play.moved, play.server.last);
	if (move->id)
		assert_string_equal(wish->id, move->id);
	play.server.read = true;
	snprintf(play.tag, sizeof play.tag, "%s", wish->tag ? wish->tag : "none");
	snprintf(play.operation, sizeof play.operation, "%s", wish->operation);
	play.has_shoot = wish->shoot != NULL;
	play.deleting = wish->deleting;
	play.names = wish->names;
	play.moved++;
	if (move->loses_lead)
		play.leads = false;
	return move;
}

static bool
end_of_move(const struct move *move, struct cloud_fault *fault)
{
	if (move->failure != CLOUD_NONE)
		*fault = (struct cloud_fault){move->failure, "ec2:Do",
			move->code ? move->code : "Code", "it went wrong", "do that"};
	return move->failure == CLOUD_NONE;
}

static bool
play_plan(struct arena *arena, void *context, const struct cloud_wish *wish,
	struct cloud_plan *plan, struct cloud_fault *fault)
{
	const struct move *move = next_move("plan", wish);

	(void)arena;
	(void)context;
	*plan = move->plan;
	return end_of_move(move, fault);
}

static bool
play_step(struct arena *arena, void *context, const struct cloud_wish *wish,
	const struct cloud_plan *plan, const struct cloud_step *step, struct cloud_outcome *outcome,
	struct cloud_fault *fault)
{
	const struct move *move = next_move(step->object, wish);

	(void)arena;
	(void)context;
	(void)plan;
	*outcome = move->to;
	return end_of_move(move, fault);
}

static void
play_let_be(void *context, const char *uid)
{
	(void)context;
	snprintf(play.let_be, sizeof play.let_be, "%s", uid);
}

static const struct cloud_words words = {
	.create = "FailedCreatingVpcPeeringConnection",
	.accept = "FailedAcceptingVpcPeeringConnection",
	.routes = "FailedCreatingRoutes",
	.options = "CloudProviderError",
	.gone = "VpcNotFound",
	.ready = "the peering is connected and routed",
	.remove = "remove ",
	.remove_from = " now",
};
static const struct cloud clouds[] = {{.name = "played",
					      .provider = PROVIDER_AWS,
					      .manages = KIND_AWS_VPC_PEERING,
					      .describes = KIND_REMOTE_NETWORK,
					      .id_prefix = "pcx-",
					      .words = &words,
					      .plan = play_plan,
					      .perform = play_step,
					      .let_be = play_let_be},
	{.name = "far",
		.provider = PROVIDER_GCP,
		.manages = KIND_GCP_VPC_PEERING,
		.describes = KIND_REMOTE_NETWORK,
		.id_prefix = "peerwarden-",
		.words = &words,
		.plan = play_plan,
		.perform = play_step},
	{0}};

static const struct cloud_step create[] = {
	{.verb = CLOUD_STEP_CREATE, .object = "create", .text = "there is no connection"}};
static const struct cloud_step rest[] = {
	{.verb = CLOUD_STEP_ACCEPT, .object = "accept", .text = "it is not accepted"},
	{.verb = CLOUD_STEP_ADD_ROUTE, .object = "route", .text = "a route is missing"}};
static const struct cloud_step delete[] = {
	{.verb = CLOUD_STEP_REMOVE_ROUTE, .object = "unroute", .text = "a route is left"},
	{.verb = CLOUD_STEP_DELETE, .object = "delete", .text = "the connection is left"}};

#define NOTHING_YET                                                                                \
	{                                                                                          \
		.steps = create, .step_count = 1                                                   \
	}
#define CREATED                                                                                    \
	{                                                                                          \
		.id = "pcx-1", .state = "pending-acceptance", .steps = rest, .step_count = 2       \
	}
#define UNDER_WAY                                                                                  \
	{                                                                                          \
		.id = "pcx-1", .state = "provisioning", .steps = rest, .step_count = 2             \
	}
#define ACTIVE                                                                                     \
	{                                                                                          \
		.id = "pcx-1", .state = "active", .ready = true                                    \
	}

/* --- the cluster --- */

static bool
play_judge(void *context, struct arena *arena, const struct object_id *object,
	struct findings *findings)
{
	(void)context;
	assert_int_equal(object->kind, KIND_AWS_VPC_PEERING);
	assert_string_equal(object->name, "blue");
	*findings = (struct findings){
		.arena = arena, .first = (struct finding *)(uintptr_t)play.findings};
	play.judged++;
	return !play.unseen;
}

static void
play_left(void *context, const char *key)
{
	(void)context;
	snprintf(play.left, sizeof play.left, "%s", key);
}

static void
play_doubt(void *context, const char *key)
{
	(void)context;
	snprintf(play.doubted, sizeof play.doubted, "%s", key);
}

static const struct declaration blue = {
	.object = {KIND_AWS_VPC_PEERING, "", "blue"}, .home = DOMAIN_OF_SHOOT};
static const struct declaration far_network = {.object = {KIND_REMOTE_NETWORK, "", "far"},
	.home = "aws/123456789012/eu-central-1/vpc-0123456789abcdef0",
	.defines_home = true,
	.addresses_known = true};

static void
know(const struct declaration *declaration)
{
	inventory_lock(play.inventory);
	inventory_store(play.inventory, declaration);
	inventory_unlock(play.inventory);
}

static void
forget(const struct declaration *declaration)
{
	inventory_lock(play.inventory);
	inventory_remove(play.inventory, &declaration->object);
	inventory_unlock(play.inventory);
}

/* --- the frame --- */

static const struct peering_controller_settings usual = {
	.clouds = clouds,
	.default_mode = "observe",
	.tag_bypass = "",
	.resync = 1000 * CLOCK_SECOND,
	.judge = play_judge,
	.left = play_left,
	.doubt = play_doubt,
};

static int
begin(void **state)
{
	struct peering_controller_settings settings = usual;

	(void)state;
	memset(&play, 0, sizeof play);
	play.leads = true;
	play.inventory = inventory_new();
	know(&far_network);
	settings.inventory = play.inventory;
	settings.events = (struct event_recorder *)&play; /* never looked at */
	play.controller = peering_controller_new(&settings);
	buffer_init(&play.told, 100000);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	peering_controller_free(play.controller);
	inventory_free(play.inventory);
	buffer_dispose(&play.told);
	return 0;
}

static struct work_result
work_at_once(const struct fake_step *steps, const struct move *moves)
{
	struct work_result result;

	play.moves = moves;
	play.moved = 0;
	fake_server_start(&play.server, steps);
	play.config.server.url = play.server.url;
	play.worker.leader = (struct leader *)&play; /* never looked at */
	play.worker.ending = &play.ending;
	play.worker.arena = arena_new(10000000);
	play.worker.client = kube_client_new(&play.config, NULL);
	buffer_clear(&play.told);
	result = peering_controller_work(
		play.controller, &play.worker, play.on_google ? FAR_KEY : KEY);
	kube_client_free(play.worker.client);
	fake_server_stop(&play.server);
	arena_free(play.worker.arena);
	assert_int_equal(play.server.unexpected, 0);
	assert_null(play.server.steps[play.server.served].expects);
	assert_null(play.moves[play.moved].name);
	return result;
}

/* As when its next look is due. */
static struct work_result
work(const struct fake_step *steps, const struct move *moves)
{
	peering_controller_wake(play.controller);
	return work_at_once(steps, moves);
}

#define assert_result(result_, end_, least, most)                                                  \
	do {                                                                                       \
		struct work_result got_ = (result_);                                               \
		assert_int_equal(got_.end, end_);                                                  \
		assert_in_range(got_.delay, least, most);                                          \
	} while (0)
#define assert_on_schedule(result)                                                                 \
	assert_result(result, WORK_AGAIN, 900 * CLOCK_SECOND, 1000 * CLOCK_SECOND)
#define assert_told(part) assert_non_null(strstr(buffer_text(&play.told), part))

/* The view of the only object; lives in the arena. */
static struct peering_view
view(struct arena *arena)
{
	struct peering_views views = peering_controller_look(arena, play.controller);

	assert_int_equal(views.count, 1);
	return views.items[0];
}

/* --- observing --- */

static void
observing_writes_nothing_and_tells_a_drift_when_it_changes(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", "", STORED), FAKE_CLOSE, false}, {0}};
	static const struct move drifted[] = {{"plan", .plan = CREATED}, {0}};
	static const struct move well[] = {{"plan", .plan = ACTIVE}, {0}};
	struct arena *arena = arena_new(100000);

	(void)state;
	assert_on_schedule(work(steps, drifted));
	assert_string_equal(play.let_be, "u-1");
	assert_told("Drift: it is not accepted, and 1 more; ");
	assert_told("peerwarden.io/mode=manage");
	assert_int_equal(view(arena).drift, 2);
	assert_string_equal(view(arena).first_drift, "it is not accepted");
	assert_string_equal(view(arena).mode, "observe");
	assert_string_equal(view(arena).state, "pending-acceptance");
	assert_on_schedule(work(steps, drifted));
	assert_int_equal(play.told.length, 0);
	assert_on_schedule(work(steps, well));
	assert_told("Recovered: ");
	assert_int_equal(view(arena).drift, 0);
	assert_on_schedule(work(steps, well));
	assert_int_equal(play.told.length, 0);
	arena_free(arena);
}

static void
what_kyma_manages_is_observed_whatever_is_written_on_it(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", KYMAS, ""), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = NOTHING_YET}, {0}};

	(void)state;
	work(steps, moves);
	assert_told("ModeNotUsed: the annotation peerwarden.io/mode asks for manage");
	work(steps, moves);
	assert_int_equal(play.told.length, 0);
}

static void
an_unknown_mode_is_said_and_changes_nothing(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", MODE("mange"), ""), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = NOTHING_YET}, {0}};
	struct arena *arena = arena_new(100000);

	(void)state;
	work(steps, moves);
	assert_told("ModeNotUsed: the annotation peerwarden.io/mode is \"mange\"");
	assert_non_null(strstr(view(arena).problem, "mange"));
	arena_free(arena);
}

static void
an_object_says_whether_names_are_resolved_and_what_it_does_not_know_keeps_them(void **state)
{
	static const struct {
		const char *usual;
		struct fake_step steps[2];
		enum cloud_names names;
	} rows[] = {
		{NULL, {{GET, OBJECT("7", "", ""), FAKE_CLOSE, false}, {0}}, CLOUD_NAMES_KEEP},
		{"on", {{GET, OBJECT("7", "", ""), FAKE_CLOSE, false}, {0}}, CLOUD_NAMES_ON},
		{"on", {{GET, OBJECT("7", NAMES("off"), ""), FAKE_CLOSE, false}, {0}},
			CLOUD_NAMES_OFF},
		{"off", {{GET, OBJECT("7", NAMES("keep"), ""), FAKE_CLOSE, false}, {0}},
			CLOUD_NAMES_KEEP},
		{"on", {{GET, OBJECT("7", NAMES("yes"), ""), FAKE_CLOSE, false}, {0}},
			CLOUD_NAMES_KEEP},
	};
	static const struct move moves[] = {{"plan", .plan = NOTHING_YET}, {0}};
	struct peering_controller_settings settings = usual;
	struct arena *arena = arena_new(100000);

	(void)state;
	settings.inventory = play.inventory;
	settings.events = (struct event_recorder *)&play; /* never looked at */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		settings.dns_resolution = rows[i].usual;
		peering_controller_free(play.controller);
		play.controller = peering_controller_new(&settings);
		work(rows[i].steps, moves);
		assert_int_equal(play.names, rows[i].names);
	}
	assert_told("DnsResolutionNotUsed: the annotation peerwarden.io/dns-resolution is "
		    "\"yes\"; it is left as it is in the cloud; way out: write keep, on or off");
	assert_non_null(strstr(view(arena).problem, "yes"));
	work(rows[4].steps, moves);
	assert_null(strstr(buffer_text(&play.told), "DnsResolutionNotUsed"));
	arena_free(arena);
}

/* --- managing --- */

static void
managing_puts_the_finalizer_first_and_the_id_before_the_next_step(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("7", MANAGED, ""), FAKE_CLOSE, false},
		{PUT, OBJECT("8", OURS, ""), FAKE_CLOSE, false},
		{STORES, OBJECT("9", OURS, STORED), FAKE_CLOSE, false},
		{STORES, OBJECT("10", OURS, WELL), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = NOTHING_YET, .last = GET, .id = ""},
		{"create", .last = FINALIZER, .to = {.id = "pcx-1"}},
		{"plan", .plan = CREATED, .last = STORED, .id = "pcx-1"},
		{"accept", .last = STORED, .id = "pcx-1"}, {.name = "route"},
		{"plan", .plan = ACTIVE, .id = "pcx-1"}, {0}};

	(void)state;
	assert_on_schedule(work(steps, moves));
	assert_string_equal(play.let_be, "");
	assert_non_null(strstr(play.server.last, "\"type\":\"Ready\""));
	assert_non_null(strstr(play.server.last, "\"resourceVersion\":\"9\""));
	assert_non_null(strstr(play.server.last, "\"state\":\"active\""));
	assert_non_null(strstr(play.server.last, "\"observedGeneration\":1"));
	assert_string_equal(
		buffer_text(&play.told), "Ready: the peering is connected and routed\n");
}

static void
what_is_well_is_not_written(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, WELL), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = ACTIVE, .id = "pcx-1"}, {0}};

	(void)state;
	assert_on_schedule(work(steps, moves));
	assert_int_equal(play.told.length, 0);
}

static void
what_has_not_changed_is_left_alone_until_its_next_look(void **state)
{
	static const struct fake_step becomes_well[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false},
		{STORES, OBJECT("8", OURS, WELL), FAKE_CLOSE, false}, {0}};
	static const struct fake_step own_write[] = {
		{GET, OBJECT("8", OURS, WELL), FAKE_CLOSE, false}, {0}};
	static const struct fake_step labelled[] = {
		{GET, OBJECT("9", OURS ",\"labels\":{\"team\":\"a\"}", WELL), FAKE_CLOSE, false},
		{0}};
	static const struct move well[] = {{"plan", .plan = ACTIVE}, {0}};
	static const struct move none[] = {{0}};

	(void)state;
	assert_on_schedule(work(becomes_well, well));
	assert_result(work_at_once(own_write, none), WORK_AGAIN, 1, 1000 * CLOCK_SECOND);
	assert_result(work_at_once(labelled, none), WORK_AGAIN, 1, 1000 * CLOCK_SECOND);
	peering_controller_wake(play.controller);
	assert_on_schedule(work_at_once(labelled, well));
}

#define REFRESHED ",\"annotations\":{\"peerwarden.io/refresh\":\"now\"}"

static void
a_change_that_matters_is_looked_at_at_once(void **state)
{
	static const struct fake_step changes[][2] = {
		{{GET, OBJECT("7", "", STORED), FAKE_CLOSE, false}, {0}},
		{{GET, OBJECT_WITH("u-1", "2", "8", "", SPEC, STORED), FAKE_CLOSE, false}, {0}},
		{{GET, OBJECT_WITH("u-2", "2", "9", "", SPEC, STORED), FAKE_CLOSE, false}, {0}},
		{{GET, OBJECT_WITH("u-2", "2", "10", "", SPEC, ""), FAKE_CLOSE, false}, {0}},
		{{GET, OBJECT_WITH("u-2", "2", "11", KYMAS, SPEC, ""), FAKE_CLOSE, false}, {0}},
		{{GET, OBJECT_WITH("u-2", "2", "12", MODE("mange"), SPEC, ""), FAKE_CLOSE, false},
			{0}},
		{{GET, OBJECT_WITH("u-2", "2", "13", "", SPEC, ""), FAKE_CLOSE, false}, {0}},
		{{GET, OBJECT_WITH("u-2", "2", "14", REFRESHED, SPEC, ""), FAKE_CLOSE, false}, {0}},
		{{GET, OBJECT_WITH("u-2", "2", "14", NAMES("on"), SPEC, ""), FAKE_CLOSE, false},
			{0}},
		{{GET, OBJECT_WITH("u-2", "2", "14", NAMES("yes"), SPEC, ""), FAKE_CLOSE, false},
			{0}},
		{{GET, OBJECT("15", OURS, WELL), FAKE_CLOSE, false}, {0}},
		{{GET, OBJECT("16", "," FINALIZER, WELL), FAKE_CLOSE, false}, {0}},
		{{GET, OBJECT("17", "", WELL), FAKE_CLOSE, false}, {0}},
	};
	static const struct fake_step deleted[] = {
		{GET, OBJECT("18", DELETED, WELL), FAKE_CLOSE, false}, {0}};
	static const struct move well[] = {{"plan", .plan = ACTIVE}, {0}};
	static const struct move none[] = {{0}};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		assert_on_schedule(work_at_once(changes[i], well));
		assert_result(work_at_once(changes[i], none), WORK_AGAIN, 1, 1000 * CLOCK_SECOND);
	}
	assert_result(work_at_once(deleted, none), WORK_DONE, 0, 0);
}

static void
an_id_that_a_crash_has_kept_from_being_stored_is_stored_by_the_next_pass(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("7", OURS, ""), FAKE_CLOSE, false},
		{STORES, OBJECT("8", OURS, STORED), FAKE_CLOSE, false},
		{STORES, OBJECT("9", OURS, WELL), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = CREATED, .id = ""},
		{"accept", .last = STORED}, {.name = "route"}, {"plan", .plan = ACTIVE}, {0}};

	(void)state;
	assert_on_schedule(work(steps, moves));
}

static void
an_id_is_not_lost_by_a_conflict_or_a_lost_answer(void **state)
{
	static const struct move moves[] = {
		{"plan", .plan = NOTHING_YET}, {"create", .to = {.id = "pcx-1"}}, {0}};
	static const struct fake_step conflict[] = {{GET, OBJECT("7", OURS, ""), FAKE_CLOSE, false},
		{STORES, STALE, FAKE_CLOSE, false},
		{GET, OBJECT("8", OURS DELETED, ""), FAKE_CLOSE, false},
		{STORES, STALE, FAKE_CLOSE, false},
		{GET, OBJECT("9", OURS DELETED, ""), FAKE_CLOSE, false},
		{STORES, OBJECT("10", OURS DELETED, STORED), FAKE_CLOSE, false}, {0}};
	static const struct fake_step lost[] = {{GET, OBJECT("7", OURS, ""), FAKE_CLOSE, false},
		{STORES, "", FAKE_RESET, false}, {GET, OBJECT("8", OURS, ""), FAKE_CLOSE, false},
		{STORES, OBJECT("9", OURS, STORED), FAKE_CLOSE, false}, {0}};
	static const struct fake_step arrived[] = {{GET, OBJECT("7", OURS, ""), FAKE_CLOSE, false},
		{STORES, "", FAKE_RESET, false},
		{GET, OBJECT("8", OURS, STORED), FAKE_CLOSE, false}, {0}};

	(void)state;
	assert_result(work(conflict, moves), WORK_AGAIN, 0, 0);
	assert_non_null(strstr(play.server.last, "\"resourceVersion\":\"9\""));
	assert_non_null(strstr(play.server.last, STORED));
	assert_result(work(lost, moves), WORK_AGAIN, 0, 0);
	assert_result(work(arrived, moves), WORK_AGAIN, 0, 0);
}

static void
an_id_is_not_given_to_another_object_of_the_name(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("7", OURS, ""), FAKE_CLOSE, false},
		{STORES, STALE, FAKE_CLOSE, false},
		{GET, OBJECT_OF("u-2", "8", OURS, SPEC, ""), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {
		{"plan", .plan = NOTHING_YET}, {"create", .to = {.id = "pcx-1"}}, {0}};

	(void)state;
	assert_result(work(steps, moves), WORK_FAILED, 0, 0);
}

static void
without_the_lead_nothing_is_written_or_changed(void **state)
{
	static const struct {
		struct fake_step steps[4];
		struct move moves[5];
		enum work_end end;
	} rows[] = {
		{{{GET, OBJECT("7", MANAGED, ""), FAKE_CLOSE, false}, {0}},
			{{"plan", .plan = NOTHING_YET, .loses_lead = true}, {0}}, WORK_FAILED},
		{{{GET, OBJECT("7", OURS, ""), FAKE_CLOSE, false}, {0}},
			{{"plan", .plan = NOTHING_YET, .loses_lead = true}, {0}}, WORK_AGAIN},
		{{{GET, OBJECT("7", OURS, ""), FAKE_CLOSE, false}, {0}},
			{{"plan", .plan = NOTHING_YET},
				{"create", .to = {.id = "pcx-1"}, .loses_lead = true}, {0}},
			WORK_FAILED},
		{{{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false}, {0}},
			{{"plan", .plan = CREATED}, {"accept", .loses_lead = true}, {0}},
			WORK_AGAIN},
		{{{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false}, {0}},
			{{"plan", .plan = ACTIVE, .loses_lead = true}, {0}}, WORK_FAILED},
		{{{GET, OBJECT("7", OURS DELETED, STORED), FAKE_CLOSE, false}, {0}},
			{{"plan", .plan = {.gone = true}, .loses_lead = true}, {0}}, WORK_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		play.leads = true;
		assert_int_equal(work(rows[i].steps, rows[i].moves).end, rows[i].end);
		assert_int_equal(play.told.length, 0);
	}
}

/* --- what goes wrong --- */

static void
each_class_of_fault_has_its_wait_and_only_lasting_ones_are_written(void **state)
{
	static const struct {
		enum cloud_failure failure;
		enum work_end end;
		int64_t least, most; /* seconds */
		const char *reason;  /* of reading; NULL: nothing is written */
	} rows[] = {
		{CLOUD_RETRY_NOW, WORK_FAILED, 0, 0, NULL},
		{CLOUD_BACK_OFF, WORK_FAILED, 1, 1, NULL},
		{CLOUD_CONFLICT, WORK_FAILED, 0, 0, NULL},
		{CLOUD_WOULD_WORK, WORK_FAILED, 0, 0, NULL},
		{CLOUD_WAIT_FOR_USER, WORK_AGAIN, 45, 60, "CloudProviderError"},
		{CLOUD_CREDENTIALS, WORK_AGAIN, 45, 60, "Unauthenticated"},
		{CLOUD_GONE, WORK_AGAIN, 45, 60, "VpcNotFound"},
		{CLOUD_PERMANENT, WORK_AGAIN, 900, 1000, "CloudProviderError"},
	};
	static const struct fake_step quiet[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false}, {0}};
	static const struct fake_step written[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false},
		{STORES, OBJECT("8", OURS, STORED), FAKE_CLOSE, false}, {0}};
	char expected[100] = "";

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct move moves[] = {{"plan", .failure = rows[i].failure}, {0}};
		const struct fake_step *steps = rows[i].reason ? written : quiet;

		assert_result(work(steps, moves), rows[i].end, rows[i].least * CLOCK_SECOND,
			rows[i].most * CLOCK_SECOND);
		if (!rows[i].reason) {
			assert_int_equal(play.told.length, 0);
			continue;
		}
		snprintf(expected, sizeof expected,
			"\"type\":\"Error\",\"status\":\"True\","
			"\"reason\":\"%s\"",
			rows[i].reason);
		assert_non_null(strstr(play.server.last, expected));
		assert_non_null(strstr(play.server.last,
			"\"message\":\"ec2:Do: it went wrong (Code); way out: do that\""));
		assert_non_null(strstr(play.server.last, "\"state\":\"Error\""));
	}
}

static void
assert_waits(const struct fake_step *steps, const struct move *moves, int seconds)
{
	assert_result(work(steps, moves), WORK_AGAIN, seconds * CLOCK_SECOND * 3 / 4,
		seconds * CLOCK_SECOND);
}

static void
what_waits_for_a_user_is_looked_at_ever_more_seldom_until_something_changes(void **state)
{
	static const int seconds[] = {60, 120, 240, 480, 600, 600};
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", "", STORED), FAKE_CLOSE, false}, {0}};
	static const struct fake_step changed[] = {
		{GET, OBJECT_WITH("u-1", "2", "8", "", SPEC, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move refused[] = {{"plan", .failure = CLOUD_WAIT_FOR_USER}, {0}};
	static const struct move busy[] = {{"plan", .failure = CLOUD_BACK_OFF}, {0}};
	static const struct move other[] = {
		{"plan", .failure = CLOUD_WAIT_FOR_USER, .code = "Other"}, {0}};
	static const struct move found[] = {
		{"plan", .plan = {.reason = "VpcNotFound", .failure = CLOUD_WAIT_FOR_USER}}, {0}};
	static const struct move none[] = {{0}};

	(void)state;
	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
		assert_waits(steps, refused, seconds[i]);
	assert_int_equal(work(steps, busy).end, WORK_FAILED);
	assert_waits(steps, refused, 600);
	assert_waits(steps, other, 60);
	assert_waits(steps, other, 120);
	assert_waits(changed, other, 60);
	assert_waits(changed, found, 60);
	assert_waits(changed, found, 120);
	assert_result(work_at_once(changed, none), WORK_AGAIN, 1, 120 * CLOCK_SECOND);
	assert_true(peering_controller_wake_one(play.controller, KEY));
	assert_result(
		work_at_once(changed, found), WORK_AGAIN, 45 * CLOCK_SECOND, 60 * CLOCK_SECOND);
}

static void
no_wait_for_a_user_is_longer_than_the_usual_one(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", "", STORED), FAKE_CLOSE, false}, {0}};
	static const struct move refused[] = {{"plan", .failure = CLOUD_WAIT_FOR_USER}, {0}};
	struct peering_controller_settings settings = usual;

	(void)state;
	settings.inventory = play.inventory;
	settings.resync = 90 * CLOCK_SECOND;
	peering_controller_free(play.controller);
	play.controller = peering_controller_new(&settings);
	assert_waits(steps, refused, 60);
	assert_waits(steps, refused, 90);
	assert_waits(steps, refused, 90);
}

static void
a_step_that_fails_is_said_with_its_reason_and_ends_the_pass(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false},
		{STORES, OBJECT("8", OURS, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {
		{"plan", .plan = CREATED}, {"accept", .failure = CLOUD_WAIT_FOR_USER}, {0}};

	(void)state;
	assert_result(work(steps, moves), WORK_AGAIN, 45 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	assert_told("FailedAcceptingVpcPeeringConnection: ec2:Do: it went wrong (Code); way out: "
		    "do that");
	assert_non_null(
		strstr(play.server.last, "\"reason\":\"FailedAcceptingVpcPeeringConnection\""));
}

static const struct cloud_step routes[] = {
	{.verb = CLOUD_STEP_ADD_ROUTE, .object = "first", .text = "a route is missing"},
	{.verb = CLOUD_STEP_REPLACE_ROUTE, .object = "second", .text = "a route leads nowhere"},
	{.verb = CLOUD_STEP_ADD_ROUTE, .object = "third", .text = "a route is missing"},
	{.verb = CLOUD_STEP_TAG, .object = "tag", .text = "it has no tag"},
	{.verb = CLOUD_STEP_REMOVE_ROUTE, .object = "fourth", .text = "a route is left"}};

#define ROUTED                                                                                     \
	{                                                                                          \
		.id = "pcx-1", .state = "active", .steps = routes, .step_count = 5                 \
	}

static void
a_route_that_cannot_be_made_keeps_no_other_from_being_made_and_is_said(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false},
		{STORES, OBJECT("8", OURS, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = ROUTED},
		{"first", .failure = CLOUD_WAIT_FOR_USER, .code = "RouteLimitExceeded"},
		{.name = "second"}, {"third", .failure = CLOUD_PERMANENT, .code = "Other"},
		{.name = "fourth"}, {0}};

	(void)state;
	assert_result(work(steps, moves), WORK_AGAIN, 45 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	assert_non_null(strstr(play.server.last, "\"reason\":\"FailedCreatingRoutes\""));
	assert_non_null(strstr(play.server.last, "(RouteLimitExceeded)"));
	assert_null(strstr(play.server.last, "(Other)"));
}

static const struct cloud_step options[] = {
	{.verb = CLOUD_STEP_ADD_ROUTE, .object = "first", .text = "a route is missing"},
	{.verb = CLOUD_STEP_OPTIONS, .object = "near", .text = "names are not resolved"},
	{.verb = CLOUD_STEP_OPTIONS, .object = "far", .text = "names are not resolved"}};

static void
options_that_one_side_cannot_have_keep_the_other_from_nothing_and_are_said(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false},
		{STORES, OBJECT("8", OURS, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = {.id = "pcx-1",
							     .state = "active",
							     .steps = options,
							     .step_count = 3}},
		{.name = "first"}, {"near", .failure = CLOUD_WAIT_FOR_USER, .code = "Denied"},
		{.name = "far"}, {0}};

	(void)state;
	assert_result(work(steps, moves), WORK_AGAIN, 45 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	assert_non_null(strstr(play.server.last, "\"reason\":\"CloudProviderError\""));
	assert_non_null(strstr(play.server.last, "(Denied)"));
}

static void
what_passes_ends_the_pass_at_once_also_after_a_route_that_cannot_be_made(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = ROUTED},
		{"first", .failure = CLOUD_WAIT_FOR_USER}, {"second", .failure = CLOUD_BACK_OFF},
		{0}};

	(void)state;
	assert_result(work(steps, moves), WORK_FAILED, CLOCK_SECOND, CLOCK_SECOND);
	assert_int_equal(play.told.length, 0);
}

static void
what_the_cloud_does_not_show_yet_is_looked_at_later_and_ever_more_seldom(void **state)
{
	static const int seconds[] = {1, 2, 4, 8, 16, 30, 30};
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move lags[] = {{"plan", .plan = CREATED}, {.name = "accept"},
		{.name = "route"}, {"plan", .plan = CREATED}, {0}};
	static const struct move goes_on[] = {{"plan", .plan = CREATED}, {.name = "accept"},
		{.name = "route"}, {"plan", .plan = ROUTED}, {.name = "first"}, {.name = "second"},
		{.name = "third"}, {.name = "tag"}, {.name = "fourth"}, {"plan", .plan = ROUTED},
		{0}};

	(void)state;
	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
		assert_result(work(steps, lags), WORK_AGAIN, seconds[i] * CLOCK_SECOND,
			seconds[i] * CLOCK_SECOND);
	assert_int_equal(work(steps, goes_on).end, WORK_AGAIN);
}

static void
what_is_not_as_it_was_thought_is_planned_anew_but_not_without_end(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move once[] = {{"plan", .plan = CREATED},
		{"accept", .failure = CLOUD_CONFLICT}, {"plan", .plan = CREATED},
		{.name = "accept"}, {"route", .failure = CLOUD_RETRY_NOW}, {0}};
	struct move always[17] = {{0}};

	(void)state;
	for (size_t i = 0; i < 16; i += 2) {
		always[i] = (struct move){"plan", .plan = CREATED};
		always[i + 1] = (struct move){"accept", .failure = CLOUD_CONFLICT};
	}
	assert_result(work(steps, once), WORK_FAILED, 0, 0);
	assert_result(work(steps, always), WORK_FAILED, CLOCK_SECOND, 10 * CLOCK_SECOND);
}

static void
what_the_plan_finds_wrong_becomes_the_condition(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("7", MANAGED, ""), FAKE_CLOSE, false},
		{STORES, OBJECT("8", MANAGED, ""), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = {.reason = "VpcNotFound",
							     .message = "there is no vpc-1",
							     .hint = "make it",
							     .failure = CLOUD_PERMANENT}},
		{0}};

	(void)state;
	assert_on_schedule(work(steps, moves));
	assert_non_null(strstr(play.server.last, "\"reason\":\"VpcNotFound\",\"message\":"
						 "\"there is no vpc-1; way out: make it\""));
	assert_string_equal(
		buffer_text(&play.told), "VpcNotFound: there is no vpc-1; way out: make it\n");
}

static void
a_spec_without_a_remote_network_is_refused(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT_OF("u-1", "7", MANAGED, "\"remoteVpcId\":\"x\"", ""), FAKE_CLOSE,
			false},
		{STORES, OBJECT("8", MANAGED, ""), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{0}};

	(void)state;
	assert_on_schedule(work(steps, moves));
	assert_non_null(strstr(play.server.last, "\"reason\":\"ValidationFailed\""));
}

/* Others change one of the two networks. */
static void
who_waits_in_line_comes_when_he_was_told_to(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, STORED ",\"state\":\"provisioning\""), FAKE_CLOSE, false},
		{0}};
	static const struct move planned[] = {{"plan", .plan = {.id = "pcx-1",
							       .state = "provisioning",
							       .look_again = 3 * CLOCK_SECOND,
							       .in_line = true}},
		{0}};
	static const struct move put_off[] = {{"plan", .plan = UNDER_WAY},
		{"accept", .to = {.id = "", .operation = "", 3 * CLOCK_SECOND, .put_off = true}},
		{0}};

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_result(work(steps, planned), WORK_AGAIN, 3 * CLOCK_SECOND, 3 * CLOCK_SECOND);
		assert_result(work(steps, put_off), WORK_AGAIN, 3 * CLOCK_SECOND, 3 * CLOCK_SECOND);
	}
}

static void
who_waits_without_having_asked_is_told_as_before(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, WELL), FAKE_CLOSE, false}, {0}};
	static const struct move planned[] = {
		{"plan", .plan = {.id = "pcx-1", .look_again = 3 * CLOCK_SECOND, .in_line = true}},
		{0}};
	struct arena *arena = arena_new(100000);

	(void)state;
	assert_result(work(steps, planned), WORK_AGAIN, 3 * CLOCK_SECOND, 3 * CLOCK_SECOND);
	assert_string_equal(view(arena).state, "active");
	arena_free(arena);
}

static void
what_goes_on_after_a_step_is_looked_at_soon(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, STORED ",\"state\":\"provisioning\""), FAKE_CLOSE, false},
		{0}};
	static const struct move waits[] = {{"plan", .plan = {.id = "pcx-1",
							     .state = "provisioning",
							     .look_again = 2 * CLOCK_SECOND}},
		{0}};
	static const struct move begins[] = {{"plan", .plan = UNDER_WAY},
		{"accept", .to = {.id = "", .operation = "", 2 * CLOCK_SECOND}}, {0}};

	(void)state;
	for (int seconds = 2; seconds < 16; seconds *= 2)
		assert_result(work(steps, waits), WORK_AGAIN, seconds * CLOCK_SECOND,
			seconds * CLOCK_SECOND);
	assert_result(work(steps, begins), WORK_AGAIN, 2 * CLOCK_SECOND, 2 * CLOCK_SECOND);
}

static void
what_is_under_way_is_looked_at_ever_more_seldom(void **state)
{
	static const int seconds[] = {2, 4, 8, 16, 30, 30};
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, STORED ",\"state\":\"provisioning\""), FAKE_CLOSE, false},
		{0}};
	static const struct fake_step becomes_well[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false},
		{STORES, OBJECT("8", OURS, WELL), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = {.id = "pcx-1",
							     .state = "provisioning",
							     .look_again = 2 * CLOCK_SECOND}},
		{0}};
	static const struct move well[] = {{"plan", .plan = ACTIVE}, {0}};

	(void)state;
	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
		assert_result(work(steps, moves), WORK_AGAIN, seconds[i] * CLOCK_SECOND,
			seconds[i] * CLOCK_SECOND);
	assert_on_schedule(work(becomes_well, well));
	assert_result(work(steps, moves), WORK_AGAIN, 2 * CLOCK_SECOND, 2 * CLOCK_SECOND);
}

static void
what_was_cut_is_neither_told_nor_written(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move without_lead[] = {
		{"plan", .failure = CLOUD_WAIT_FOR_USER, .code = "NotLeader"}, {0}};
	static const struct move at_the_end[] = {
		{"plan", .plan = CREATED}, {"accept", .failure = CLOUD_WAIT_FOR_USER}, {0}};

	(void)state;
	assert_result(work(steps, without_lead), WORK_FAILED, 0, 0);
	assert_int_equal(play.told.length, 0);
	atomic_store(&play.ending, true);
	assert_result(work(steps, at_the_end), WORK_FAILED, 0, 0);
	assert_int_equal(play.told.length, 0);
}

/* --- the policy --- */

static const struct finding tag_denial = {
	.rule = "missing-shoot-tag", .action = ACTION_DENY, .message = "no tag", .hint = ""};
static const struct finding warning = {.rule = "cross-region",
	.action = ACTION_WARN,
	.message = "it is far",
	.hint = "",
	.next = (struct finding *)(uintptr_t)&tag_denial};
static const struct finding overlap = {.rule = "cidr-overlap",
	.action = ACTION_DENY,
	.message = "10.3.0.0/16 overlaps Vpc other",
	.hint = "take another\nor none"};

static void
what_the_policy_denies_gets_no_connection_and_is_told_why(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("7", MANAGED, ""), FAKE_CLOSE, false},
		{STORES, OBJECT("8", MANAGED, ""), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = NOTHING_YET}, {0}};

	(void)state;
	play.findings = &overlap;
	assert_result(work(steps, moves), WORK_AGAIN, 45 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	assert_string_equal(play.let_be, "u-1");
	assert_non_null(strstr(play.server.last,
		"\"reason\":\"ValidationFailed\",\"message\":\"the rule cidr-overlap denies it: "
		"10.3.0.0/16 overlaps Vpc other; way out: take another or none\""));
	assert_told("ValidationFailed: the rule cidr-overlap denies it");
	assert_non_null(strstr(play.server.last, "\"state\":\"Error\""));
}

static void
a_network_that_a_denial_is_about_is_doubted(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("7", MANAGED, ""), FAKE_CLOSE, false},
		{STORES, OBJECT("8", MANAGED, ""), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = NOTHING_YET}, {0}};
	struct party network = {.object = {KIND_REMOTE_NETWORK, "", "far"}};
	struct party other = {.object = {KIND_VPC, "", "other"}};
	struct finding denial = overlap;

	(void)state;
	play.findings = &denial;
	denial.counterparts = &other;
	work(steps, moves);
	assert_string_equal(play.doubted, "");
	other.next = &network;
	work(steps, moves);
	assert_string_equal(play.doubted, "remotenetworks/far");
}

static void
a_connection_that_is_denied_later_stays_as_it_is_and_its_id_is_kept(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("7", OURS, ""), FAKE_CLOSE, false},
		{STORES, OBJECT("8", OURS, STORED), FAKE_CLOSE, false},
		{STORES, OBJECT("9", OURS, STORED), FAKE_CLOSE, false}, {0}};
	static const struct fake_step well[] = {
		{GET, OBJECT("7", OURS, WELL), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = CREATED}, {0}};
	static const struct move active[] = {{"plan", .plan = ACTIVE}, {0}};

	(void)state;
	play.findings = &overlap;
	assert_result(work(steps, moves), WORK_AGAIN, 45 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	assert_non_null(strstr(play.server.last, "\"state\":\"Error\""));
	assert_on_schedule(work(well, active));
}

static void
warnings_and_the_tag_that_the_cloud_was_asked_for_deny_nothing(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS, WELL), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = CREATED}, {.name = "accept"},
		{.name = "route"}, {"plan", .plan = ACTIVE}, {0}};

	(void)state;
	play.findings = &warning;
	assert_on_schedule(work(steps, moves));
	assert_int_equal(play.judged, 1);
}

static void
what_leads_to_a_network_that_nobody_has_asked_about_waits_but_not_for_ever(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", MANAGED, ""), FAKE_CLOSE, false}, {0}};
	static const struct fake_step goes_on[] = {
		{GET, OBJECT("7", MANAGED, ""), FAKE_CLOSE, false},
		{STORES, OBJECT("8", MANAGED, ""), FAKE_CLOSE, false}, {0}};
	static const struct move none[] = {{0}};
	static const struct move moves[] = {{"plan", .plan = NOTHING_YET}, {0}};
	struct declaration network = far_network;
	struct work_result result;
	int waits = 0;

	(void)state;
	network.addresses_known = false;
	know(&network);
	play.findings = &overlap;
	for (; waits < 20; waits++) {
		result = work(steps, none);
		assert_int_equal(result.end, WORK_AGAIN);
		assert_in_range(result.delay, 1, CLOCK_SECOND);
	}
	work(goes_on, moves);
	network.lookup_problem = "no answer";
	know(&network);
	work(goes_on, moves);
}

static void
what_the_mirror_has_not_seen_yet_waits_and_what_is_deleted_is_not_judged(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", MANAGED, ""), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = NOTHING_YET}, {0}};
	static const struct fake_step deleted[] = {
		{GET, OBJECT("7", OURS DELETED, STORED), FAKE_CLOSE, false},
		{PUT, OBJECT("8", MANAGED DELETED, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move deletion[] = {
		{"plan", .plan = {.id = "pcx-1", .steps = delete, .step_count = 2}},
		{.name = "unroute"}, {.name = "delete"}, {"plan", .plan = {.gone = true}}, {0}};

	(void)state;
	play.unseen = true;
	assert_result(work(steps, moves), WORK_FAILED, CLOCK_SECOND, CLOCK_SECOND);
	assert_int_equal(play.told.length, 0);
	play.findings = &overlap;
	assert_result(work(deleted, deletion), WORK_AGAIN, 0, 0);
	assert_int_equal(play.judged, 1);
}

/* --- an operation --- */

#define OPERATED(operation)                                                                        \
	",\"annotations\":{\"a\":\"b\",\"peerwarden.io/mode\":\"manage\"" operation "}," FINALIZER
#define OPERATION ",\"peerwarden.io/operation\":\"op-1\""

static void
an_operation_is_stored_beside_what_others_wrote_and_is_read_back(void **state)
{
	static const struct fake_step begins[] = {
		{GET, OBJECT("7", OPERATED(""), STORED), FAKE_CLOSE, false},
		{PUT, STALE, FAKE_CLOSE, false},
		{GET, OBJECT("8", OPERATED(""), STORED), FAKE_CLOSE, false},
		{PUT, OBJECT("9", OPERATED(OPERATION), STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = CREATED},
		{"accept", .to = {.operation = "op-1", .after = CLOCK_SECOND}}, {0}};
	static const struct fake_step ends[] = {
		{GET, OBJECT("9", OPERATED(OPERATION), WELL), FAKE_CLOSE, false},
		{PUT, OBJECT("10", OPERATED(""), WELL), FAKE_CLOSE, false}, {0}};
	static const struct move well[] = {{"plan", .plan = ACTIVE}, {0}};

	(void)state;
	assert_result(work(begins, moves), WORK_AGAIN, 0, 0);
	assert_string_equal(play.operation, "");
	assert_non_null(strstr(play.server.last,
		"\"annotations\":{\"a\":\"b\",\"peerwarden.io/mode\":\"manage\"" OPERATION "}"));
	assert_non_null(strstr(play.server.last, "\"resourceVersion\":\"8\""));
	assert_on_schedule(work(ends, well));
	assert_string_equal(play.operation, "op-1");
	assert_null(strstr(play.server.last, "peerwarden.io/operation"));
}

/* Else a deletion would find nothing of what is still being made. */
static void
an_operation_is_stored_also_where_the_object_has_just_been_deleted(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("7", OURS, ""), FAKE_CLOSE, false},
		{STORES, STALE, FAKE_CLOSE, false},
		{GET, OBJECT("8", OURS DELETED, ""), FAKE_CLOSE, false},
		{STORES, OBJECT("9", OURS DELETED, STORED), FAKE_CLOSE, false},
		{PUT, OBJECT("10", OURS DELETED, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = NOTHING_YET},
		{"create", .to = {.id = "pcx-1", .operation = "op-1", .after = CLOCK_SECOND}}, {0}};

	(void)state;
	assert_result(work(steps, moves), WORK_AGAIN, 0, 0);
	assert_non_null(strstr(play.server.last, "\"peerwarden.io/operation\":\"op-1\""));
	assert_non_null(strstr(play.server.last, "\"resourceVersion\":\"9\""));
}

/* --- the RemoteNetwork --- */

#define CREATES "POST /apis/peerwarden.io/v1alpha1/remotenetworks HTTP"

static void
a_network_that_nothing_describes_gets_a_remote_network(void **state)
{
	static const struct fake_step steps[] = {{GET, OBJECT("7", "", ""), FAKE_CLOSE, false},
		{CREATES, FAKE_STATUS("409 Conflict", "409", "it exists"), FAKE_CLOSE, false}, {0}};
	static const struct fake_step again[] = {
		{GET, OBJECT("7", "", ""), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {
		{"plan", .last = "\"vpcId\":\"vpc-0123456789abcdef0\"", .plan = ACTIVE}, {0}};
	static const struct move known[] = {{"plan", .plan = ACTIVE}, {0}};

	(void)state;
	forget(&far_network);
	assert_on_schedule(work(steps, moves));
	assert_non_null(strstr(play.server.last,
		"\"name\":\"aws-123456789012-eu-central-1-vpc-0123456789abcdef0\""));
	know(&far_network);
	assert_on_schedule(work(again, known));
	assert_string_equal(
		play.left, "remotenetworks/aws-123456789012-eu-central-1-vpc-0123456789abcdef0");
}

static void
a_remote_network_is_left_once_the_inventory_has_forgotten_the_object_too(void **state)
{
	static const struct fake_step there[] = {
		{GET, OBJECT("7", "", ""), FAKE_CLOSE, false}, {0}};
	static const struct fake_step gone[] = {{GET, ABSENT, FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = ACTIVE}, {0}};
	static const struct move none[] = {{0}};

	(void)state;
	know(&blue);
	work(there, moves);
	assert_result(work(gone, none), WORK_AGAIN, CLOCK_SECOND, CLOCK_SECOND);
	assert_string_equal(play.left, "");
	forget(&blue);
	assert_result(work(gone, none), WORK_OVER, 0, 0);
	assert_string_equal(play.left, "remotenetworks/far");
}

static void
a_change_of_the_network_wakes_who_has_a_problem_and_nobody_else(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", "", STORED), FAKE_CLOSE, false}, {0}};
	static const struct move well[] = {{"plan", .plan = ACTIVE}, {0}};
	static const struct move wrong[] = {
		{"plan", .plan = {.reason = "VpcNotFound", .failure = CLOUD_PERMANENT}}, {0}};
	static const struct move none[] = {{0}};

	(void)state;
	assert_true(peering_controller_wake_one(play.controller, KEY));
	work(steps, well);
	assert_false(peering_controller_wake_one(play.controller, KEY));
	assert_int_equal(work_at_once(steps, none).end, WORK_AGAIN);
	work(steps, wrong);
	assert_int_equal(work_at_once(steps, none).end, WORK_AGAIN);
	assert_true(peering_controller_wake_one(play.controller, KEY));
	assert_on_schedule(work_at_once(steps, wrong));
}

/* --- the end --- */

static void
what_is_deleted_loses_the_finalizer_when_nothing_of_it_is_left(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS DELETED, STORED), FAKE_CLOSE, false},
		{PUT, OBJECT("8", MANAGED DELETED, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {
		{"plan", .plan = {.id = "pcx-1", .steps = delete, .step_count = 2}},
		{"unroute", .failure = CLOUD_GONE}, {.name = "delete"},
		{"plan", .plan = {.gone = true, .left = "a route of theirs stays"}}, {0}};

	(void)state;
	assert_result(work(steps, moves), WORK_AGAIN, 0, 0);
	assert_true(play.deleting);
	assert_non_null(strstr(play.server.last, "\"finalizers\":[]"));
	assert_non_null(strstr(play.server.last, "\"resourceVersion\":\"7\""));
	assert_string_equal(buffer_text(&play.told), "LeftInCloud: a route of theirs stays\n");
}

static void
a_deletion_that_cannot_go_on_says_how_to_let_go(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", OURS DELETED, STORED), FAKE_CLOSE, false},
		{STORES, OBJECT("8", OURS DELETED, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .failure = CLOUD_WAIT_FOR_USER}, {0}};

	(void)state;
	assert_result(work(steps, moves), WORK_AGAIN, 45 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	assert_told("way out: do that, or annotate the object with peerwarden.io/mode=observe");
}

static void
nothing_is_deleted_for_an_object_without_our_finalizer(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", MANAGED DELETED, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{0}};

	(void)state;
	assert_result(work(steps, moves), WORK_DONE, 0, 0);
}

static void
an_observed_object_is_let_go_and_what_stays_is_said(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", "," FINALIZER DELETED, STORED), FAKE_CLOSE, false},
		{PUT, OBJECT("8", DELETED, STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{0}};

	(void)state;
	assert_result(work(steps, moves), WORK_AGAIN, 0, 0);
	assert_told("LeftInCloud: pcx-1, and what leads through it, stays in the cloud, since this "
		    "object is only observed; way out: remove pcx-1 now");
}

/* On Google Cloud the remote half comes first, and an id with the own one. */
static void
what_was_begun_at_the_other_end_alone_is_said_too(void **state)
{
	static const struct fake_step begun[] = {
		{FAR_GET, FAR_OBJECT("7", "," FINALIZER DELETED, ""), FAKE_CLOSE, false},
		{FAR_PUT, FAR_OBJECT("8", DELETED, ""), FAKE_CLOSE, false}, {0}};
	static const struct fake_step made[] = {
		{FAR_GET, FAR_OBJECT("7", "," FINALIZER DELETED, FAR_STORED), FAKE_CLOSE, false},
		{FAR_PUT, FAR_OBJECT("8", DELETED, FAR_STORED), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{0}};

	(void)state;
	play.on_google = true;
	work(begun, moves);
	assert_told("LeftInCloud: what has the name back in away-1/far, if it was made already, "
		    "stays in the cloud, since this object is only observed; way out: look");
	work(made, moves);
	assert_told("LeftInCloud: peerwarden-u-2, and what leads through it, stays in the cloud");
	assert_told("; and so may what has the name back in away-1/far");
}

static void
an_object_that_is_gone_is_forgotten(void **state)
{
	static const struct fake_step there[] = {
		{GET, OBJECT("7", "", ""), FAKE_CLOSE, false}, {0}};
	static const struct fake_step gone[] = {{GET, ABSENT, FAKE_CLOSE, false}, {0}};
	static const struct fake_step away[] = {
		{GET, FAKE_HEAD("503 Away") "Retry-After: 3\r\n\r\n", FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = ACTIVE}, {0}};
	static const struct move none[] = {{0}};
	struct arena *arena = arena_new(100000);

	(void)state;
	work(there, moves);
	assert_int_equal(peering_controller_look(arena, play.controller).count, 1);
	assert_result(work(away, none), WORK_FAILED, 3 * CLOCK_SECOND, 3 * CLOCK_SECOND);
	assert_int_equal(peering_controller_look(arena, play.controller).count, 1);
	assert_result(work(gone, none), WORK_OVER, 0, 0);
	assert_int_equal(peering_controller_look(arena, play.controller).count, 0);
	assert_int_equal(peering_controller_work(play.controller, &play.worker, "subnets/blue").end,
		WORK_OVER);
	assert_int_equal(
		peering_controller_work(play.controller, &play.worker, "blue").end, WORK_OVER);
	arena_free(arena);
}

/* --- the wish --- */

static void
the_tag_is_the_shoots_unless_the_network_carries_the_bypass(void **state)
{
	static const struct fake_step steps[] = {
		{GET, OBJECT("7", "", "\"id\":\"0d1a7f1e-uuid\""), FAKE_CLOSE, false}, {0}};
	static const struct move moves[] = {{"plan", .plan = ACTIVE, .id = ""}, {0}};
	struct peering_controller_settings settings = usual;
	struct shoot shoot = {"s1", "p1", "eu-central-1", PROVIDER_AWS};
	struct declaration info = {.object = {KIND_SHOOT_INFO, "kube-system", "shoot-info"},
		.home = DOMAIN_OF_SHOOT,
		.defines_home = true,
		.shoot = &shoot};
	struct tag tag = {"anyone", ""};
	struct declaration network = {.object = {KIND_REMOTE_NETWORK, "", "far"},
		.home = "aws/123456789012/eu-central-1/vpc-0123456789abcdef0",
		.defines_home = true,
		.tags_known = true,
		.tags = &tag,
		.tag_count = 1};

	(void)state;
	settings.inventory = play.inventory;
	settings.tag_bypass = "anyone";
	work(steps, moves);
	assert_string_equal(play.tag, "none");
	peering_controller_free(play.controller);
	play.controller = peering_controller_new(&settings);
	work(steps, moves);
	assert_string_equal(play.tag, "anyone");
	assert_false(play.has_shoot);
	inventory_lock(play.inventory);
	inventory_store(play.inventory, &info);
	inventory_unlock(play.inventory);
	work(steps, moves);
	assert_string_equal(play.tag, "s1");
	assert_true(play.has_shoot);
	inventory_lock(play.inventory);
	inventory_store(play.inventory, &network);
	inventory_unlock(play.inventory);
	work(steps, moves);
	assert_string_equal(play.tag, "anyone");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(observing_writes_nothing_and_tells_a_drift_when_it_changes),
		TEST(what_kyma_manages_is_observed_whatever_is_written_on_it),
		TEST(an_unknown_mode_is_said_and_changes_nothing),
		TEST(an_object_says_whether_names_are_resolved_and_what_it_does_not_know_keeps_them),
		TEST(managing_puts_the_finalizer_first_and_the_id_before_the_next_step),
		TEST(what_is_well_is_not_written),
		TEST(what_has_not_changed_is_left_alone_until_its_next_look),
		TEST(a_change_that_matters_is_looked_at_at_once),
		TEST(what_waits_for_a_user_is_looked_at_ever_more_seldom_until_something_changes),
		TEST(no_wait_for_a_user_is_longer_than_the_usual_one),
		TEST(an_id_that_a_crash_has_kept_from_being_stored_is_stored_by_the_next_pass),
		TEST(an_id_is_not_lost_by_a_conflict_or_a_lost_answer),
		TEST(an_id_is_not_given_to_another_object_of_the_name),
		TEST(without_the_lead_nothing_is_written_or_changed),
		TEST(each_class_of_fault_has_its_wait_and_only_lasting_ones_are_written),
		TEST(a_step_that_fails_is_said_with_its_reason_and_ends_the_pass),
		TEST(a_route_that_cannot_be_made_keeps_no_other_from_being_made_and_is_said),
		TEST(options_that_one_side_cannot_have_keep_the_other_from_nothing_and_are_said),
		TEST(what_passes_ends_the_pass_at_once_also_after_a_route_that_cannot_be_made),
		TEST(what_the_cloud_does_not_show_yet_is_looked_at_later_and_ever_more_seldom),
		TEST(what_is_not_as_it_was_thought_is_planned_anew_but_not_without_end),
		TEST(what_the_plan_finds_wrong_becomes_the_condition),
		TEST(a_spec_without_a_remote_network_is_refused),
		TEST(who_waits_in_line_comes_when_he_was_told_to),
		TEST(who_waits_without_having_asked_is_told_as_before),
		TEST(what_goes_on_after_a_step_is_looked_at_soon),
		TEST(what_is_under_way_is_looked_at_ever_more_seldom),
		TEST(what_is_deleted_loses_the_finalizer_when_nothing_of_it_is_left),
		TEST(a_deletion_that_cannot_go_on_says_how_to_let_go),
		TEST(nothing_is_deleted_for_an_object_without_our_finalizer),
		TEST(an_observed_object_is_let_go_and_what_stays_is_said),
		TEST(what_was_begun_at_the_other_end_alone_is_said_too),
		TEST(an_object_that_is_gone_is_forgotten),
		TEST(what_was_cut_is_neither_told_nor_written),
		TEST(what_the_policy_denies_gets_no_connection_and_is_told_why),
		TEST(a_network_that_a_denial_is_about_is_doubted),
		TEST(a_connection_that_is_denied_later_stays_as_it_is_and_its_id_is_kept),
		TEST(warnings_and_the_tag_that_the_cloud_was_asked_for_deny_nothing),
		TEST(what_leads_to_a_network_that_nobody_has_asked_about_waits_but_not_for_ever),
		TEST(what_the_mirror_has_not_seen_yet_waits_and_what_is_deleted_is_not_judged),
		TEST(an_operation_is_stored_beside_what_others_wrote_and_is_read_back),
		TEST(an_operation_is_stored_also_where_the_object_has_just_been_deleted),
		TEST(a_network_that_nothing_describes_gets_a_remote_network),
		TEST(a_remote_network_is_left_once_the_inventory_has_forgotten_the_object_too),
		TEST(a_change_of_the_network_wakes_who_has_a_problem_and_nobody_else),
		TEST(the_tag_is_the_shoots_unless_the_network_carries_the_bypass),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
