#include "report/policy_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json_members.h"
#include "base/map.h"
#include "base/text.h"
#include "kinds/kind.h"
#include "report/report.h"

#define ENGINE      POLICY_REPORT_ENGINE
#define NAME_PREFIX ENGINE "-"

enum {
	LONGEST_MESSAGE = 2048, /* bytes, the way out included */
	LONGEST_PROPERTY = 512,
	LONGEST_NAME = 253, /* of an object of the API server */
	MOST_RESOURCES = 8, /* in one result */
};

static const struct form {
	const char *api;
	const char *kinds[2]; /* cluster-scoped, namespaced */
	const char *plurals[2];
} forms[] = {
	[POLICY_REPORT_WGPOLICY] = {"wgpolicyk8s.io/v1alpha2",
		{"ClusterPolicyReport", "PolicyReport"}, {"clusterpolicyreports", "policyreports"}},
	[POLICY_REPORT_OPENREPORTS] = {"openreports.io/v1alpha1", {"ClusterReport", "Report"},
		{"clusterreports", "reports"}},
};

static const struct {
	const char *result;
	const char *severity;
	const char *scored;
} meanings[ACTIONS] = {
	[ACTION_REPORT] = {"warn", "low", "false"},
	[ACTION_WARN] = {"warn", "medium", "false"},
	[ACTION_DENY] = {"fail", "high", "true"},
};

/* What is written: the findings in their order, then the rules that passed. */
struct plan {
	struct arena *arena;
	const struct policy_report *report;
	const struct finding **findings;
	size_t finding_count;
	const char **passed;
	size_t passed_count;
	size_t counts[ACTIONS]; /* of all findings, also those that are untold */
	size_t left_out;
};

const char *
policy_report_api(enum policy_report_form form)
{
	return forms[form].api;
}

const char *
policy_report_plural(enum policy_report_form form, bool namespaced)
{
	return forms[form].plurals[namespaced];
}

const char *
policy_report_name(struct arena *arena, const char *uid)
{
	return arena_printf(arena, NAME_PREFIX "%s", uid);
}

const char *
policy_report_uid(const struct json *report)
{
	const struct json *metadata = json_member(report, "metadata");
	const char *manager =
		json_member_text(json_member(metadata, "labels"), POLICY_REPORT_MANAGED_BY);
	const char *name = json_member_text(metadata, "name");

	if (!text_equal(manager, ENGINE) || !name || !text_starts_with(name, NAME_PREFIX))
		return NULL;
	return name + strlen(NAME_PREFIX);
}

static int
compare_findings(const void *left, const void *right)
{
	const struct finding *a = *(const struct finding *const *)left;
	const struct finding *b = *(const struct finding *const *)right;
	int order = (int)b->action - (int)a->action;

	if (order == 0)
		order = strcmp(a->rule, b->rule);
	if (order == 0)
		order = strcmp(a->id, b->id);
	if (order == 0)
		order = strcmp(a->message, b->message);
	if (order == 0)
		order = a->subject.field.index - b->subject.field.index;
	return order ? order : strcmp(a->hint, b->hint);
}

/* In their order, each id once; what has no text is only counted. */
static void
gather_findings(struct plan *plan, const struct findings *told)
{
	struct map *by_id CLEANUP(map_cleanup) = map_new();
	size_t count = 0;

	plan->findings = ARENA_ARRAY(plan->arena, const struct finding *, told->count + 1);
	for (const struct finding *finding = told->first; finding; finding = finding->next)
		if (finding->action != ACTION_OFF)
			plan->findings[count++] = finding;
	qsort(plan->findings, count, sizeof *plan->findings, compare_findings);
	for (size_t i = 0; i < count; i++) {
		const struct finding *finding = plan->findings[i];

		if (!finding->untold && map_put(by_id, finding->id, plan))
			continue;
		plan->counts[finding->action]++;
		if (finding->untold)
			plan->left_out++;
		else
			plan->findings[plan->finding_count++] = finding;
	}
	for (size_t action = ACTION_REPORT; action < ACTIONS; action++) {
		plan->counts[action] += told->untold[action];
		plan->left_out += told->untold[action];
	}
}

static bool
has_finding(const struct findings *findings, const char *rule)
{
	for (const struct finding *finding = findings->first; finding; finding = finding->next)
		if (text_equal(finding->rule, rule))
			return true;
	return false;
}

static void
gather_passed(struct plan *plan)
{
	const char *const *asked = plan->report->asked;
	size_t count = 0;

	while (asked && asked[count])
		count++;
	plan->passed = ARENA_ARRAY(plan->arena, const char *, count + 1);
	for (size_t i = 0; i < count; i++)
		if (!has_finding(plan->report->findings, asked[i]))
			plan->passed[plan->passed_count++] = asked[i];
}

/* At most `maximum` bytes of the text, and no part of a character. */
static const char *
cut(struct arena *arena, const char *text, size_t maximum)
{
	static const char mark[] = "...";
	size_t length = strlen(text), kept = maximum - strlen(mark);

	if (length <= maximum)
		return text;
	while (kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
		kept--;
	return arena_printf(arena, "%.*s%s", (int)kept, text, mark);
}

/* Whatever somebody wrote, on one line. */
static void
write_property(struct arena *arena, const char *name, const char *text, struct buffer *out)
{
	if (*text)
		json_members_text(
			out, name, cut(arena, report_plain(arena, text), LONGEST_PROPERTY));
}

static void
write_reference(
	struct arena *arena, const struct object_id *object, const char *uid, struct buffer *out)
{
	buffer_append_char(out, '{');
	json_members_text(out, "apiVersion", kind_api_version(arena, object->kind));
	json_members_text(out, "kind", kind_name(object->kind));
	if (*object->namespace)
		json_members_text(out, "namespace", cut(arena, object->namespace, LONGEST_NAME));
	json_members_text(out, "name", cut(arena, object->name, LONGEST_NAME));
	if (uid)
		json_members_text(out, "uid", uid);
	buffer_append_char(out, '}');
}

static void
write_metadata(const struct plan *plan, struct buffer *out)
{
	const struct policy_report *report = plan->report;
	const struct object_id *object = &report->object;
	const char *version =
		json_member_text(json_member(report->stored, "metadata"), "resourceVersion");

	json_members_open(out, "metadata");
	json_members_text(out, "name", policy_report_name(plan->arena, report->uid));
	if (*object->namespace)
		json_members_text(out, "namespace", object->namespace);
	if (version)
		json_members_text(out, "resourceVersion", version);
	json_members_open(out, "labels");
	json_members_text(out, POLICY_REPORT_MANAGED_BY, ENGINE);
	json_members_text(out, POLICY_REPORT_KIND, kind_name(object->kind));
	json_members_close(out);
	if (plan->left_out)
		buffer_printf(out, ",\"annotations\":{\"" POLICY_REPORT_LEFT_OUT "\":\"%zu\"}",
			plan->left_out);
	buffer_append_text(out, ",\"ownerReferences\":[{");
	json_members_text(out, "apiVersion", kind_api_version(plan->arena, object->kind));
	json_members_text(out, "kind", kind_name(object->kind));
	json_members_text(out, "name", object->name);
	json_members_text(out, "uid", report->uid);
	buffer_append_text(out, "}]}");
}

/* In openreports.io only. */
static void
write_configuration(const struct policy_report *report, struct buffer *out)
{
	if (report->form != POLICY_REPORT_OPENREPORTS)
		return;
	json_members_text(out, "source", ENGINE);
	buffer_printf(out,
		",\"configuration\":{\"limits\":{\"maxResults\":%zu,\"statusFilter\":["
		"\"fail\",\"warn\"%s]}}",
		report->maximum, report->asked ? ",\"pass\"" : "");
}

static void
write_summary(const struct plan *plan, struct buffer *out)
{
	buffer_printf(out,
		",\"summary\":{\"pass\":%zu,\"fail\":%zu,\"warn\":%zu,\"error\":0,\"skip\":0}",
		plan->passed_count, plan->counts[ACTION_DENY],
		plan->counts[ACTION_WARN] + plan->counts[ACTION_REPORT]);
}

static const struct json *
stored_result(const struct json *stored, const char *id)
{
	const struct json *result = json_first(json_member(stored, "results"));

	while (result &&
		!text_equal(json_member_text(json_member(result, "properties"), "resultID"), id))
		result = json_next(result);
	return result;
}

/* The old one while the result says the same. */
static void
write_timestamp(const struct policy_report *report, const char *id, const char *result,
	const char *message, struct buffer *out)
{
	const struct json *old = stored_result(report->stored, id);
	const struct json *timestamp = json_member(old, "timestamp");
	int64_t seconds, nanos;

	if (!text_equal(json_member_text(old, "result"), result) ||
		!text_equal(json_member_text(old, "message"), message) ||
		!json_integer(json_member(timestamp, "seconds"), &seconds) ||
		!json_integer(json_member(timestamp, "nanos"), &nanos) || seconds < 0 ||
		nanos < 0 || nanos >= CLOCK_SECOND) {
		seconds = report->now / CLOCK_SECOND;
		nanos = 0;
	}
	buffer_printf(out, ",\"timestamp\":{\"seconds\":%" PRId64 ",\"nanos\":%" PRId64 "}",
		seconds, nanos);
}

/* The sentence, and below it the way out. */
static const char *
message_text(struct arena *arena, const struct finding *finding)
{
	struct buffer text CLEANUP(buffer_dispose);

	buffer_init(&text, 1 << 20);
	buffer_printf(&text, "%s\n", report_plain(arena, finding->message));
	report_write_hint(arena, finding->hint, "", &text);
	return cut(arena, arena_text_part(arena, text.data, text.length - 1), LONGEST_MESSAGE);
}

static bool
stood_before(const struct finding *finding, const struct party *party)
{
	if (object_equal(&party->object, &finding->subject.object))
		return true;
	for (const struct party *at = finding->counterparts; at != party; at = at->next)
		if (object_equal(&at->object, &party->object))
			return true;
	return false;
}

static void
write_resources(const struct plan *plan, const struct finding *finding, struct buffer *out)
{
	size_t count = 1;

	buffer_append_text(out, ",\"resources\":[");
	write_reference(plan->arena, &plan->report->object, plan->report->uid, out);
	for (const struct party *party = finding ? finding->counterparts : NULL;
		party && plan->report->disclosure != DISCLOSE_RULE && count < MOST_RESOURCES;
		party = party->next) {
		if (stood_before(finding, party) ||
			object_equal(&party->object, &plan->report->object))
			continue;
		buffer_append_char(out, ',');
		write_reference(plan->arena, &party->object, NULL, out);
		count++;
	}
	buffer_append_char(out, ']');
}

/* "Subnet net1 spec.cidrBlock 10.0.0.0/16; Vpc vpc-2 spec.vpcPeerings[0].localConnectIP 10…" */
static const char *
conflicts_text(struct arena *arena, const struct finding *finding)
{
	const char *text = "";

	for (const struct party *party = finding->counterparts;
		party && strlen(text) <= LONGEST_PROPERTY; party = party->next)
		text = arena_printf(arena, "%s%s%s %s%s%s", text, *text ? "; " : "",
			object_text(arena, &party->object), field_text(arena, party->field),
			*party->value ? " " : "", party->value);
	return text;
}

/* What findings and passed rules have in common. */
struct result {
	const char *rule;
	const char *result;
	const char *severity; /* NULL where there is none */
	const char *scored;
	const char *message;
	const char *id;
	const struct finding *finding; /* NULL where there is none */
};

/* All but the end of the properties, where more may follow. */
static void
begin_result(const struct plan *plan, const struct result *result, struct buffer *out)
{
	json_members_open(out, NULL);
	json_members_text(out, "policy", ENGINE);
	json_members_text(out, "rule", result->rule);
	json_members_text(out, "source", ENGINE);
	json_members_text(out, "category", "Network Peering");
	json_members_text(out, "result", result->result);
	if (result->severity)
		json_members_text(out, "severity", result->severity);
	buffer_printf(out, ",\"scored\":%s", result->scored);
	json_members_text(out, "message", result->message);
	write_timestamp(plan->report, result->id, result->result, result->message, out);
	write_resources(plan, result->finding, out);
	json_members_open(out, "properties");
	json_members_text(out, "resultID", result->id);
}

static void
end_result(struct buffer *out)
{
	json_members_close(out);
	json_members_close(out);
}

static void
write_finding(const struct plan *plan, const struct finding *finding, struct buffer *out)
{
	struct arena *arena = plan->arena;
	const struct result result = {.rule = finding->rule,
		.result = meanings[finding->action].result,
		.severity = meanings[finding->action].severity,
		.scored = meanings[finding->action].scored,
		.message = message_text(arena, finding),
		.id = finding->id,
		.finding = finding};

	begin_result(plan, &result, out);
	write_property(arena, "action", action_name(finding->action), out);
	write_property(arena, "field", field_text(arena, finding->subject.field), out);
	write_property(arena, "value", finding->subject.value, out);
	if (plan->report->disclosure == DISCLOSE_ALL)
		write_property(arena, "conflictsWith", conflicts_text(arena, finding), out);
	end_result(out);
}

static void
write_passed(const struct plan *plan, const char *rule, struct buffer *out)
{
	const struct result result = {.rule = rule,
		.result = "pass",
		.scored = "true",
		.message = "nothing found",
		.id = arena_printf(plan->arena, "%s.%s", plan->report->uid, rule)};

	begin_result(plan, &result, out);
	end_result(out);
}

static void
write_results(const struct plan *plan, size_t count, struct buffer *out)
{
	buffer_append_text(out, ",\"results\":[");
	for (size_t i = 0; i < count; i++)
		if (i < plan->finding_count)
			write_finding(plan, plan->findings[i], out);
		else
			write_passed(plan, plan->passed[i - plan->finding_count], out);
	buffer_append_char(out, ']');
}

static void
write_report(const struct plan *plan, size_t count, struct buffer *out)
{
	const struct policy_report *report = plan->report;
	const struct form *form = &forms[report->form];

	buffer_append_char(out, '{');
	json_members_text(out, "apiVersion", form->api);
	json_members_text(out, "kind", form->kinds[*report->object.namespace != '\0']);
	write_metadata(plan, out);
	write_configuration(report, out);
	buffer_append_text(out, ",\"scope\":");
	write_reference(plan->arena, &report->object, report->uid, out);
	write_summary(plan, out);
	write_results(plan, count, out);
	buffer_append_text(out, "}\n");
}

static enum action
worst(const struct plan *plan)
{
	int action = ACTION_DENY;

	while (action > ACTION_OFF && plan->counts[action] == 0)
		action--;
	return (enum action)action;
}

bool
policy_report_write(struct arena *arena, const struct policy_report *report, struct buffer *out,
	struct policy_report_outcome *outcome, struct error *error)
{
	struct plan plan = {.arena = arena, .report = report};
	const struct findings told = findings_told(arena, report->findings, report->disclosure);
	const struct json *written = NULL;
	size_t start = out->length;

	if (!report->uid || !text_only_has(report->uid, "a-z0-9-") || strlen(report->uid) > 63)
		return error_set(error, ERROR_INVALID, "%s has no usable uid",
			object_text(arena, &report->object));
	gather_findings(&plan, &told);
	gather_passed(&plan);
	outcome->worst = worst(&plan);
	outcome->results = plan.finding_count + plan.passed_count;
	if (outcome->results > report->maximum) {
		plan.left_out += outcome->results - report->maximum;
		outcome->results = report->maximum;
	}
	outcome->left_out = plan.left_out;
	write_report(&plan, outcome->results, out);
	if (!out->overflowed && !arena_exhausted(arena))
		written = json_parse(arena, buffer_text(out) + start, out->length - start,
			&json_request_limits, NULL);
	outcome->content = policy_report_content(arena, written);
	if (!written || arena_exhausted(arena))
		return error_set(error, ERROR_EXHAUSTED, "the report on %s is too large",
			object_text(arena, &report->object));
	return true;
}
