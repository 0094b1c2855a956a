#include "cli/report_output.h"

#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/command.h"
#include "report/report_html.h"

static void
write_text(const struct report *report, const struct report_output *output, struct buffer *out)
{
	(void)output;
	report_write_text(report, command_has_colour(), out);
}

static void
write_json(const struct report *report, const struct report_output *output, struct buffer *out)
{
	(void)output;
	report_write_json(report, out);
}

static void
write_sarif(const struct report *report, const struct report_output *output, struct buffer *out)
{
	(void)output;
	report_write_sarif(report, out);
}

static void
write_junit(const struct report *report, const struct report_output *output, struct buffer *out)
{
	report_write_junit(report, output->mark, time(NULL), out);
}

static void
write_html(const struct report *report, const struct report_output *output, struct buffer *out)
{
	inventory_lock(output->inventory);
	report_write_html(report, output->inventory, out);
	inventory_unlock(output->inventory);
}

static const struct {
	const char *form;
	void (*write)(const struct report *, const struct report_output *, struct buffer *);
} writers[] = {
	{"text", write_text},
	{"json", write_json},
	{"sarif", write_sarif},
	{"junit", write_junit},
	{"html", write_html},
};

int
report_output_print(const struct report *report, const struct report_output *output)
{
	struct buffer out CLEANUP(buffer_dispose);

	buffer_init(&out, COMMAND_OUTPUT);
	for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
		if (text_equal(writers[i].form, output->form))
			writers[i].write(report, output, &out);
	if (command_print(&out) != EXIT_CLEAN)
		return EXIT_TROUBLE;
	return report_worst(report) >= output->mark ? EXIT_FINDINGS : EXIT_CLEAN;
}
