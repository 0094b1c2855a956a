#include "base/json_members.h"
#include "base/percent.h"
#include "base/text.h"
#include "report/report.h"
#include "validators/rules.h"

#define SCHEMA                                                                                     \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"                      \
	"sarif-schema-2.1.0.json"

/* Of the command line alone: not in the table of rules. */
static const struct rule would_be_changed = {
	.id = "would-be-changed",
	.summary = "the mutating webhook would store something else",
	.action = ACTION_REPORT,
};

static const char *
level(enum action action)
{
	static const char *const levels[ACTIONS] = {"none", "note", "warning", "error"};

	return levels[action];
}

static void
write_text(struct buffer *out, const char *name, const char *text)
{
	json_members_open(out, name);
	json_members_text(out, "text", text);
	json_members_close(out);
}

static void
write_rule(struct arena *arena, const struct rule *rule, struct buffer *out)
{
	buffer_append_char(out, '{');
	json_members_text(out, "id", rule->id);
	write_text(out, "shortDescription", rule->summary);
	write_text(out, "fullDescription", rule->summary);
	write_text(out, "help",
		rule == &would_be_changed ? "apply the object as it would be stored"
					  : arena_printf(arena, "peerwarden explain %s", rule->id));
	buffer_printf(out, ",\"defaultConfiguration\":{\"enabled\":%s,\"level\":\"%s\"}}",
		rule->action == ACTION_OFF ? "false" : "true", level(rule->action));
}

static void
write_driver(struct arena *arena, struct buffer *out)
{
	buffer_append_text(out, "\"tool\":{\"driver\":{");
	json_members_text(out, "name", "peerwarden");
	json_members_text(out, "semanticVersion", PEERWARDEN_VERSION);
	buffer_append_text(out, ",\"rules\":[");
	for (const struct rule *const *rule = rules; *rule; rule++) {
		write_rule(arena, *rule, out);
		buffer_append_char(out, ',');
	}
	write_rule(arena, &would_be_changed, out);
	buffer_append_text(out, "]}}");
}

/* The place in the list of rules. */
static size_t
rule_index(const char *id)
{
	size_t index = 0;

	while (rules[index] && !text_equal(rules[index]->id, id))
		index++;
	return index;
}

/* A file's path as a relative reference (RFC 3986 section 4.2). */
static void
write_reference(struct buffer *out, const char *path)
{
	buffer_append_text(out, "\"uri\":\"");
	for (; *path; path++)
		if (*path == '/')
			buffer_append_char(out, '/');
		else
			percent_append_byte(out, (unsigned char)*path);
	buffer_append_char(out, '"');
}

static void
write_physical(const struct report_entry *entry, struct buffer *out)
{
	buffer_append_text(out, "\"physicalLocation\":{\"artifactLocation\":{");
	write_reference(out, entry->file);
	buffer_append_char(out, '}');
	if (entry->line) {
		buffer_printf(out, ",\"region\":{\"startLine\":%zu", entry->line);
		if (entry->column)
			buffer_printf(out, ",\"startColumn\":%zu", entry->column);
		buffer_append_char(out, '}');
	}
	buffer_append_text(out, "},");
}

static void
write_logical(struct arena *arena, const struct object_id *object, struct buffer *out)
{
	const char *slash = *object->namespace ? "/" : "";

	buffer_append_text(out, "\"logicalLocations\":[{");
	json_members_text(out, "name", object->name);
	json_members_text(out, "fullyQualifiedName",
		arena_printf(arena, "%s/%s%s%s", kind_name(object->kind), object->namespace, slash,
			object->name));
	buffer_append_text(out, ",\"kind\":\"resource\"}]");
}

/* "Subnet net1: spec.cidrBlock 10.0.0.0/16" */
static const char *
party_text(struct arena *arena, const struct party *party)
{
	const char *field = field_text(arena, party->field);

	return arena_printf(arena, "%s%s%s%s%s", object_text(arena, &party->object),
		*field ? ": " : "", field, *party->value ? " " : "", party->value);
}

static void
write_counterparts(struct arena *arena, const struct finding *finding, struct buffer *out)
{
	if (!finding->counterparts)
		return;
	buffer_append_text(out, ",\"relatedLocations\":[");
	for (const struct party *party = finding->counterparts; party; party = party->next) {
		buffer_append_char(out, '{');
		write_logical(arena, &party->object, out);
		write_text(out, "message", party_text(arena, party));
		buffer_append_text(out, party->next ? "}," : "}");
	}
	buffer_append_char(out, ']');
}

static void
write_result(struct arena *arena, const struct report_entry *entry, struct buffer *out)
{
	const struct finding *finding = entry->finding;

	buffer_append_char(out, '{');
	json_members_text(out, "ruleId", finding->rule);
	buffer_printf(out, ",\"ruleIndex\":%zu,\"level\":\"%s\"", rule_index(finding->rule),
		level(finding->action));
	write_text(out, "message",
		arena_printf(arena, "%s%s%s", finding->message, *finding->hint ? "\n" : "",
			finding->hint));
	buffer_append_text(out, ",\"locations\":[{");
	if (entry->file)
		write_physical(entry, out);
	write_logical(arena, &finding->subject.object, out);
	buffer_append_text(out, "}]");
	write_counterparts(arena, finding, out);
	buffer_append_text(out, ",\"partialFingerprints\":{");
	json_members_text(out, "peerwarden/v1", finding->id);
	buffer_append_text(out, "},\"properties\":{");
	json_members_text(out, "field", field_text(arena, finding->subject.field));
	json_members_text(out, "value", finding->subject.value);
	buffer_append_text(out, "}}");
}

static void
write_assumptions(const struct report *report, struct buffer *out)
{
	buffer_append_text(out,
		"\"invocations\":[{\"executionSuccessful\":true,\"toolExecutionNotifications\":[");
	for (const struct assumption *assumption = report->assumptions; assumption;
		assumption = assumption->next) {
		buffer_append_text(out, "{\"level\":\"note\"");
		write_text(out, "message",
			arena_printf(report->arena, "assuming %s", assumption->message));
		buffer_append_text(out, assumption->next ? "}," : "}");
	}
	buffer_append_text(out, "]}]");
}

void
report_write_sarif(const struct report *report, struct buffer *out)
{
	buffer_append_text(out, "{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\",\"runs\":[{");
	write_driver(report->arena, out);
	buffer_append_text(out, ",\"columnKind\":\"unicodeCodePoints\",");
	write_assumptions(report, out);
	buffer_append_text(out, ",\"results\":[");
	for (const struct report_entry *entry = report_next(report, NULL); entry;
		entry = report_next(report, entry)) {
		write_result(report->arena, entry, out);
		if (report_next(report, entry))
			buffer_append_char(out, ',');
	}
	buffer_append_text(out, "]}]}\n");
}
