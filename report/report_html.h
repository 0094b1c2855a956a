/* A report as one HTML page that needs nothing else: no file, no network, and to be read no script
 * (HTML Living Standard; WCAG 2.2 AA). The same report gives the same bytes.
 *
 * Some 600 bytes for each finding of usual length: 10 000 are 6 MB, of which a browser lays out
 * what is in sight.
 */
#pragma once

#include "base/buffer.h"
#include "network/inventory.h"
#include "report/report.h"

/* With a picture of the inventory, which the caller has locked; without one when it is NULL. */
void report_write_html(
	const struct report *report, const struct inventory *inventory, struct buffer *out);
