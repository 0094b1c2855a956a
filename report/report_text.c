#include "report/report.h"

#include <string.h>

/* The bytes of a control character in UTF-8 (C0, DEL or C1), or 0. */
static size_t
control_length(const char *text)
{
	unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];

	if (first < 0x20 || first == 0x7f)
		return 1;
	return first == 0xc2 && second >= 0x80 && second <= 0x9f ? 2 : 0;
}

static const char *
first_control(const char *text)
{
	while (*text && !control_length(text))
		text++;
	return text;
}

const char *
report_plain(struct arena *arena, const char *text)
{
	char *plain;

	if (!*first_control(text))
		return text;
	plain = arena_text(arena, text);
	for (char *at = plain; *(at += first_control(at) - at);)
		memset(at, '?', control_length(at));
	return plain;
}

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
	const char *object = object_text(report->arena, &entry->finding->subject.object);

	if (entry->file && entry->line)
		buffer_printf(out, "%s:%zu:%zu: ", report_plain(report->arena, entry->file),
			entry->line, entry->column);
	else if (entry->file)
		buffer_printf(out, "%s: ", report_plain(report->arena, entry->file));
	buffer_printf(out, "%s: ", report_plain(report->arena, object));
}

void
report_write_hint(struct arena *arena, const char *hint, const char *indent, struct buffer *out)
{
	while (*hint) {
		size_t length = strcspn(hint, "\n");
		const char *line = arena_text_part(arena, hint, length);

		buffer_printf(out, "%s%s\n", indent, report_plain(arena, line));
		hint += length + (hint[length] == '\n');
	}
}

static void
write_entry(const struct report *report, const struct report_entry *entry, bool colour,
	struct buffer *out)
{
	const struct finding *finding = entry->finding;

	write_place(report, entry, out);
	buffer_printf(out, "%s%s%s: %s [%s]\n", paint(colour, finding->action),
		action_name(finding->action), colour ? "\033[0m" : "",
		report_plain(report->arena, finding->message), finding->rule);
	report_write_hint(report->arena, finding->hint, "    ", out);
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
		buffer_printf(
			out, "assuming %s\n", report_plain(report->arena, assumption->message));
	buffer_printf(out, "%zu object%s: %zu to deny, %zu warning%s, %zu note%s", report->objects,
		plural(report->objects), denied, warned, plural(warned), reported,
		plural(reported));
	if (report->foreign)
		buffer_printf(out, "; %zu foreign object%s passed over", report->foreign,
			plural(report->foreign));
	buffer_append_char(out, '\n');
}
