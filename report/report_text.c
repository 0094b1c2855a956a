#include "report/report.h"

static const char *
paint(bool colour, enum action action)
{
	static const char *const codes[ACTIONS] = {[ACTION_OFF] = "",
		[ACTION_REPORT] = "\033[36m",
		[ACTION_WARN] = "\033[33m",
		[ACTION_DENY] = "\033[31;1m"};

	return colour ? codes[action] : "";
}

static void
write_place(const struct report *report, const struct report_entry *entry, struct buffer *out)
{
	if (entry->file && entry->line)
		buffer_printf(out, "%s:%zu:%zu: ", entry->file, entry->line, entry->column);
	else if (entry->file)
		buffer_printf(out, "%s: ", entry->file);
	buffer_printf(out, "%s: ", object_text(report->arena, &entry->finding->subject.object));
}

static void
write_hint(const char *hint, struct buffer *out)
{
	if (!*hint)
		return;
	buffer_append_text(out, "    ");
	for (; *hint; hint++) {
		buffer_append_char(out, *hint);
		if (*hint == '\n')
			buffer_append_text(out, "    ");
	}
	buffer_append_char(out, '\n');
}

static void
write_entry(const struct report *report, const struct report_entry *entry, bool colour,
	struct buffer *out)
{
	const struct finding *finding = entry->finding;

	write_place(report, entry, out);
	buffer_printf(out, "%s%s%s: %s [%s]\n", paint(colour, finding->action),
		action_name(finding->action), colour ? "\033[0m" : "", finding->message,
		finding->rule);
	write_hint(finding->hint, out);
}

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

void
report_write_text(const struct report *report, bool colour, struct buffer *out)
{
	size_t denied = report_count(report, ACTION_DENY);
	size_t warned = report_count(report, ACTION_WARN);
	size_t reported = report_count(report, ACTION_REPORT);

	for (const struct report_entry *entry = report_next(report, NULL); entry;
		entry = report_next(report, entry))
		write_entry(report, entry, colour, out);
	for (const struct assumption *assumption = report->assumptions; assumption;
		assumption = assumption->next)
		buffer_printf(out, "assuming %s\n", assumption->message);
	buffer_printf(out, "%zu object%s: %zu to deny, %zu warning%s, %zu note%s", report->objects,
		plural(report->objects), denied, warned, plural(warned), reported,
		plural(reported));
	if (report->foreign)
		buffer_printf(out, "; %zu foreign object%s passed over", report->foreign,
			plural(report->foreign));
	buffer_append_char(out, '\n');
}
