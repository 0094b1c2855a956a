#include "registration/activation_round.h"

#include <string.h>

#include "base/clock.h"
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

/* NULL without an error: there is none. */
static const struct json *
read(const struct pass *pass, enum registration_type type, struct error *error)
{
	const struct json *live = call(pass, HTTP_GET, target_of(pass, type, ""), NULL, error);

	if (!live && error->kind == ERROR_NOT_FOUND)
		*error = (struct error){0};
	return live;
}

static void
plan(const struct pass *pass, enum registration_type type, const struct json *live,
	struct activation_step *step)
{
	struct activation_result *result = &pass->outcome->results[type];
	const struct activation_view view = {type, pass->order->wanted->configurations[type], live,
		pass->outcome->probe.answers[type]};

	*step = activation_plan(pass->arena, &view);
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
	pass->outcome->probe = probe_ask(pass->arena, pass->client, PROBE_TIMEOUT);
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

/* What the answer of the API server shows is what is live now. */
static void
write_step(const struct pass *pass, enum registration_type type, const struct activation_step *step)
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
	result->was_written = live != NULL;
	if (!live)
		return;
	plan(pass, type, live, &after);
	result->action = step->action;
	result->differences = step->differences;
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
			write_step(&pass, type, &steps[type]);
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
