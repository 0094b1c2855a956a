/* For the end-to-end test of policy reports, on standard output:
 *
 *	report.print_policy_reports wgpolicy|openreports subnet|gateway NAME UID
 *		the report on sample findings about an object, with passed rules
 *	report.print_policy_reports content
 *		the content hash of the report on standard input
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "tests/report/policy_report_samples.h"

static int
print_content(struct arena *arena)
{
	static char text[1 << 20];
	size_t length = fread(text, 1, sizeof text - 1, stdin);
	const struct json *report = json_parse(arena, text, length, &json_request_limits, NULL);

	if (!report || !policy_report_uid(report))
		return 1;
	printf("%016" PRIx64 "\n", policy_report_content(arena, report));
	return 0;
}

static int
print_report(struct arena *arena, char **words)
{
	static const char *const asked[] = {"cidr-overlap", "self-peering", NULL};
	bool subnet = text_equal(words[1], "subnet");
	struct object_id object = {
		subnet ? KIND_SUBNET : KIND_VPC_EGRESS_GATEWAY, subnet ? "" : "default", words[2]};
	struct findings findings = {.arena = arena};
	struct buffer out CLEANUP(buffer_dispose);
	struct policy_report report;
	struct policy_report_outcome outcome;
	struct error error;

	sample_all(&findings, &object);
	report = sample_report(&findings, &object);
	report.form = text_equal(words[0], "openreports") ? POLICY_REPORT_OPENREPORTS
							  : POLICY_REPORT_WGPOLICY;
	report.uid = words[3];
	report.asked = asked;
	report.maximum = 3;
	buffer_init(&out, 1 << 20);
	if (!policy_report_write(arena, &report, &out, &outcome, &error)) {
		fprintf(stderr, "%s\n", error.message);
		return 1;
	}
	fputs(buffer_text(&out), stdout);
	return 0;
}

int
main(int count, char **words)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(8 << 20);

	if (count == 2 && text_equal(words[1], "content"))
		return print_content(arena);
	return count == 5 ? print_report(arena, words + 1) : 2;
}
