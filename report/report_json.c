#include "report/report.h"

#include "base/json_members.h"
#include "kinds/kind.h"

void
report_write_object_json(struct arena *arena, const struct object_id *object, struct buffer *out)
{
	json_members_text(out, "apiVersion", kind_api_version(arena, object->kind));
	json_members_text(out, "kind", kind_name(object->kind));
	json_members_text(out, "namespace", object->namespace);
	json_members_text(out, "name", object->name);
}

static void
write_field(struct arena *arena, const struct party *party, struct buffer *out)
{
	json_members_text(out, "field", field_text(arena, party->field));
	json_members_text(out, "value", party->value);
}

static void
write_counterparts(struct arena *arena, const struct finding *finding, struct buffer *out)
{
	buffer_append_text(out, ",\"counterparts\":[");
	for (const struct party *party = finding->counterparts; party; party = party->next) {
		buffer_append_char(out, '{');
		report_write_object_json(arena, &party->object, out);
		write_field(arena, party, out);
		buffer_append_text(out, party->next ? "}," : "}");
	}
	buffer_append_char(out, ']');
}

static void
write_location(const struct report_entry *entry, struct buffer *out)
{
	buffer_append_text(out, ",\"location\":");
	if (!entry->file) {
		buffer_append_text(out, "null");
		return;
	}
	buffer_append_char(out, '{');
	json_members_text(out, "file", entry->file);
	buffer_printf(out, ",\"line\":%zu,\"column\":%zu}", entry->line, entry->column);
}

void
report_write_entry_json(struct arena *arena, const struct report_entry *entry, struct buffer *out)
{
	const struct finding *finding = entry->finding;

	buffer_append_char(out, '{');
	json_members_text(out, "id", finding->id);
	json_members_text(out, "rule", finding->rule);
	json_members_text(out, "action", action_name(finding->action));
	buffer_append_text(out, ",\"object\":{");
	report_write_object_json(arena, &finding->subject.object, out);
	buffer_append_char(out, '}');
	write_field(arena, &finding->subject, out);
	write_counterparts(arena, finding, out);
	json_members_text(out, "message", finding->message);
	json_members_text(out, "hint", finding->hint);
	write_location(entry, out);
	buffer_append_char(out, '}');
}

static void
write_assumption(
	const struct report *report, const struct assumption *assumption, struct buffer *out)
{
	buffer_append_char(out, '{');
	json_members_text(out, "message", assumption->message);
	buffer_append_text(out, ",\"object\":");
	if (assumption->object.name) {
		buffer_append_char(out, '{');
		report_write_object_json(report->arena, &assumption->object, out);
		buffer_append_char(out, '}');
	} else {
		buffer_append_text(out, "null");
	}
	buffer_append_text(out, assumption->next ? "}," : "}");
}

void
report_write_json(const struct report *report, struct buffer *out)
{
	buffer_printf(out,
		"{\"summary\":{\"objects\":%zu,\"foreign\":%zu,\"deny\":%zu,\"warn\":%zu,"
		"\"report\":%zu},\"findings\":[",
		report->objects, report->foreign, report_count(report, ACTION_DENY),
		report_count(report, ACTION_WARN), report_count(report, ACTION_REPORT));
	for (const struct report_entry *entry = report_next(report, NULL); entry;
		entry = report_next(report, entry)) {
		report_write_entry_json(report->arena, entry, out);
		if (report_next(report, entry))
			buffer_append_char(out, ',');
	}
	buffer_append_text(out, "],\"assumptions\":[");
	for (const struct assumption *assumption = report->assumptions; assumption;
		assumption = assumption->next)
		write_assumption(report, assumption, out);
	buffer_append_text(out, "]}\n");
}
