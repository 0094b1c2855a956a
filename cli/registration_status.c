#include "cli/registration_status.h"

#include "base/json_members.h"

const struct registration_problem *
registration_status_check(struct arena *arena, enum registration_type type, const char *name,
	const char *namespace, const struct json *live)
{
	const struct registration_expectation expectation = {
		.type = type, .name = name, .certificate = "", .namespace = namespace};
	struct registration_problem *first = registration_check(arena, live, &expectation);
	struct registration_problem **end = &first;

	while (*end)
		if ((*end)->check == REGISTRATION_CA_BUNDLE || (*end)->check == REGISTRATION_HOST)
			*end = (*end)->next;
		else
			end = &(*end)->next;
	return first;
}

static const struct activation_result *
result_of(const struct registration_status *status, enum registration_type type)
{
	const struct activation_outcome *outcome = status->outcome;

	return outcome && outcome->results[type].is_wanted ? &outcome->results[type] : NULL;
}

bool
registration_status_is_good(const struct registration_status *status)
{
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		const struct activation_result *result = result_of(status, type);

		if (status->problems[type] || !status->exists[type])
			return false;
		if (result && result->state != ACTIVATION_MANUAL &&
			(result->state != ACTIVATION_ARMED || result->differences[0]))
			return false;
	}
	return true;
}

/* --- text --- */

static void
write_problems(const struct registration_problem *problem, struct buffer *out)
{
	for (; problem; problem = problem->next) {
		buffer_printf(out, "  %s is %s, but has to be %s\n",
			*problem->field ? problem->field : registration_check_name(problem->check),
			problem->actual, problem->expected);
		if (*problem->remedy)
			buffer_printf(out, "    %s\n", problem->remedy);
	}
}

static void
write_result(const struct activation_result *result, struct buffer *out)
{
	buffer_printf(out, ": %s", activation_state_name(result->state));
	if (result->action != ACTIVATION_NOTHING)
		buffer_printf(out, ", next: %s", activation_action_name(result->action));
	buffer_append_char(out, '\n');
	if (result->differences[0])
		buffer_printf(out, "  differs from what is wanted: %s\n", result->differences);
}

void
registration_status_write_text(const struct registration_status *status, struct buffer *out)
{
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		const struct activation_result *result = result_of(status, type);

		buffer_printf(out, "%s %s", registration_kind(type), status->names[type]);
		if (result)
			write_result(result, out);
		else
			buffer_append_text(out, status->exists[type] ? ": live\n" : ": absent\n");
		if (status->exists[type])
			write_problems(status->problems[type], out);
	}
	if (status->unknown)
		buffer_printf(out, "not compared with what is wanted: %s\n", status->unknown);
	if (status->outcome && status->outcome->has_probed && status->outcome->probe.why[0])
		buffer_printf(out, "the webhook does not answer: %s\n", status->outcome->probe.why);
}

/* --- JSON --- */

static void
json_problems(const struct registration_problem *problem, struct buffer *out)
{
	json_members_open_list(out, "problems");
	for (; problem; problem = problem->next) {
		json_members_open(out, NULL);
		json_members_text(out, "check", registration_check_name(problem->check));
		json_members_text(out, "field", problem->field);
		json_members_text(out, "actual", problem->actual);
		json_members_text(out, "expected", problem->expected);
		json_members_text(out, "remedy", problem->remedy);
		json_members_close(out);
	}
	json_members_close_list(out);
}

static void
json_configuration(
	const struct registration_status *status, enum registration_type type, struct buffer *out)
{
	const struct activation_result *result = result_of(status, type);

	json_members_open(out, NULL);
	json_members_text(out, "kind", registration_kind(type));
	json_members_text(out, "name", status->names[type]);
	json_members_flag(out, "exists", status->exists[type]);
	if (result) {
		json_members_text(out, "state", activation_state_name(result->state));
		json_members_text(out, "next", activation_action_name(result->action));
		json_members_text(out, "differences", result->differences);
	}
	json_problems(status->problems[type], out);
	json_members_close(out);
}

void
registration_status_write_json(const struct registration_status *status, struct buffer *out)
{
	buffer_append_char(out, '{');
	json_members_open_list(out, "configurations");
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		json_configuration(status, type, out);
	json_members_close_list(out);
	if (status->unknown)
		json_members_text(out, "notCompared", status->unknown);
	if (status->outcome && status->outcome->has_probed)
		json_members_text(out, "silence", status->outcome->probe.why);
	buffer_append_text(out, "}\n");
}
