/* The forms in which a report is printed: one table for all commands that have one. */
#pragma once

#include "network/inventory.h"
#include "report/report.h"

/* The choices of the option --output. */
#define REPORT_OUTPUT_FORMS "text|json|sarif|junit|html"

struct report_output {
	const char *form;
	enum action mark;            /* of --fail-on */
	struct inventory *inventory; /* of which html draws a picture; not locked */
};

/* To standard output. Returns the exit status: what command_print says, else EXIT_FINDINGS when a
 * finding is at least the mark. */
int report_output_print(const struct report *report, const struct report_output *output);
