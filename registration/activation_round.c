#include "registration/activation_round.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define TIMEOUT       (10 * CLOCK_SECOND)
#define PROBE_TIMEOUT (25 * CLOCK_SECOND) /* each webhook may take ten */

/* One of the two, within a round. */
struct pass {
	struct arena *arena;
	struct kube_client *client;
	const struct activation_order *order;
	struct activation_outcome *outcome;
};

static const char *
target_of(const struct pass *pass, enum registration_type type, const char *query)
{
	return arena_printf(pass->arena, "/apis/admissionregistration.k8s.io/v1/%s/%s%s",
		registration_resource(type), wanted_name(pass->order->wanted, type), query);
}

static const struct json *
call(const struct pass *pass, enum http_method method, const char *target, const char *body,
	struct error *error)
{
	struct kube_call request = {.method = method,
		.target = target,
		.body = body,
		.timeout = pass->order->timeout ? pass->order->timeout : TIMEOUT};

	return kube_client_call(pass->arena, pass->client, &request, error);
}

static const char *
version_of(const struct pass *pass, const struct json *object)
{
	const struct json *metadata = json_member(object, "metadata");
	const char *uid = json_member_text(metadata, "uid");
	const char *number = json_member_text(metadata, "resourceVersion");

	return arena_printf(pass->arena, "%s/%s", uid ? uid : "", number ? number : "");
}

/* To be called when an answer has shown it. */
static void
see(const struct pass *pass, enum registration_type type, const struct json *live)
{
	struct activation_sight *sight;
	const char *version = version_of(pass, live);

	if (!pass->order->sights)
		return;
	sight = &pass->order->sights[type];
	if (text_equal(sight->version, version))
		return;
	snprintf(sight->version, sizeof sight->version, "%s", version);
	sight->since = clock_monotonic();
}

/* Nanoseconds until an answer counts for it; 0 when it does. */
static int64_t
settles_in(const struct pass *pass, enum registration_type type)
{
	const struct activation_order *order = pass->order;
	int64_t left;

	if (!order->sights || order->settling <= 0)
		return 0;
	left = order->sights[type].since + order->settling - clock_monotonic();
	return left > 0 ? left : 0;
}

/* NULL without an error: there is none. */
static const struct json *
read(const struct pass *pass, enum registration_type type, struct error *error)
{
	const struct json *live = call(pass, HTTP_GET, target_of(pass, type, ""), NULL, error);

	if (!live && error->kind == ERROR_NOT_FOUND)
		*error = (struct error){0};
	return live;
}

/* Nothing that an answer would allow is done yet, nor later in a round that asked too early. */
static void
wait_to_settle(const struct pass *pass, struct activation_result *result,
	struct activation_step *step, int64_t left)
{
	result->is_settling = true;
	step->action = ACTIVATION_WAIT;
	step->object = NULL;
	if (left > pass->outcome->settles_in)
		pass->outcome->settles_in = left;
}

static void
plan(const struct pass *pass, enum registration_type type, const struct json *live,
	struct activation_step *step)
{
	struct activation_result *result = &pass->outcome->results[type];
	const struct activation_view view = {type, pass->order->wanted->configurations[type], live,
		pass->outcome->probe.answers[type]};
	int64_t left = settles_in(pass, type);

	*step = activation_plan(pass->arena, &view);
	if ((left > 0 || result->is_settling) && step->state == ACTIVATION_FILLED &&
		step->action != ACTIVATION_FILL)
		wait_to_settle(pass, result, step, left);
	result->state = step->state;
	result->action = step->action;
	result->differences = step->differences;
	result->hint = step->hint;
}

static void
look(const struct pass *pass, enum registration_type type, const struct json **live,
	struct activation_step *step)
{
	struct activation_result *result = &pass->outcome->results[type];

	result->differences = "";
	result->hint = "";
	result->is_wanted = wanted_name(pass->order->wanted, type) != NULL;
	if (!result->is_wanted)
		return;
	*live = read(pass, type, &result->error);
	result->was_read = result->error.kind == ERROR_NONE;
	if (*live)
		see(pass, type, *live);
	if (result->was_read)
		plan(pass, type, *live, step);
}

static bool
may_go_on(const struct activation_order *order)
{
	return !order->may_go_on || order->may_go_on(order->context);
}

static void
probe(const struct pass *pass)
{
	pass->outcome->probe =
		probe_ask(pass->arena, pass->client, pass->order->wanted, PROBE_TIMEOUT);
	pass->outcome->has_probed = true;
}

static bool
wants_probe(const struct pass *pass)
{
	const struct activation_result *results = pass->outcome->results;

	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		if (results[type].action == ACTIVATION_PROBE)
			return true;
	return pass->order->always_probes;
}

static void
note_written(const struct pass *pass, struct activation_result *result, const struct json *before,
	const struct json *after)
{
	result->was_written = !text_equal(version_of(pass, before), version_of(pass, after));
	if (!result->was_written)
		error_set(&result->error, ERROR_INVALID,
			"the API server takes what is written but undoes it: %s",
			result->differences);
}

/* What the answer of the API server shows is what is live now. */
static void
write_step(const struct pass *pass, enum registration_type type, const struct json *before,
	const struct activation_step *step)
{
	struct activation_result *result = &pass->outcome->results[type];
	const char *target = target_of(pass, type,
		arena_printf(pass->arena, "?fieldManager=%s", pass->order->field_owner));
	const struct json *live;
	struct activation_step after;

	if (!step->object) {
		error_set(&result->error, ERROR_EXHAUSTED, "the object would be too large");
		return;
	}
	if (!may_go_on(pass->order))
		return;
	live = call(pass, HTTP_PUT, target, step->object, &result->error);
	if (!live)
		return;
	see(pass, type, live);
	plan(pass, type, live, &after);
	result->action = step->action;
	result->differences = step->differences;
	note_written(pass, result, before, live);
}

struct activation_outcome
activation_round(
	struct arena *arena, struct kube_client *client, const struct activation_order *order)
{
	struct activation_outcome outcome = {.probe.why = ""};
	const struct pass pass = {arena, client, order, &outcome};
	const struct json *live[REGISTRATION_TYPES] = {NULL};
	struct activation_step steps[REGISTRATION_TYPES] = {0};

	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		look(&pass, type, &live[type], &steps[type]);
	if (wants_probe(&pass) && may_go_on(order))
		probe(&pass);
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		if (!outcome.results[type].was_read)
			continue;
		if (outcome.has_probed)
			plan(&pass, type, live[type], &steps[type]);
		if (order->may_write && activation_writes(steps[type].action))
			write_step(&pass, type, live[type], &steps[type]);
	}
	return outcome;
}

bool
activation_round_has_written(const struct activation_outcome *outcome)
{
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		if (outcome->results[type].was_written)
			return true;
	return false;
}

bool
activation_round_is_done(const struct activation_outcome *outcome)
{
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		const struct activation_result *result = &outcome->results[type];

		if (result->is_wanted && (!result->was_read || result->was_written ||
						 result->action != ACTIVATION_NOTHING))
			return false;
	}
	return true;
}
