/* JUnit XML: which objects fail, and with which words. Against the schema, it is checked in
 * tests/command_line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "tests/report/sample_report.h"

enum { NEW_YEAR = 1767225600 };

static void
assert_written(const struct report *report, enum action mark, const char *expected)
{
	struct buffer out CLEANUP(buffer_dispose);

	buffer_init(&out, 1 << 20);
	report_write_junit(report, mark, NEW_YEAR, &out);
	assert_string_equal(buffer_text(&out), expected);
}

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
#define SUITE(name, package, id, figures)                                                          \
	"<testsuite name=\"" name "\" package=\"" package "\" id=\"" id                            \
	"\" timestamp=\"2026-01-01T00:00:00\" hostname=\"localhost\" " figures                     \
	" errors=\"0\" time=\"0\">\n"                                                              \
	"<properties><property name=\"assumption\" value=\"VPC &lt;v&gt; "                         \
	"exists\"/></properties>\n"
#define HINT "    first line\n    second &lt;line&gt;\n"
#define OVERLAP                                                                                    \
	"my net/a:b.yaml:7:14: Subnet net2: deny: overlaps &quot;net1&quot; "                      \
	"\xef\xbf\xbd[31m [cidr-overlap]\n" HINT
#define ROUTE "my net/a:b.yaml:3:0: Subnet net2: warn: no route [missing-route]\n" HINT
#define BROAD "IpRange kyma/range: report: is broad [broad-prefix]\n" HINT
#define END   "<system-err/>\n</testsuite>\n"

static void
an_object_fails_for_what_is_at_the_mark_and_the_rest_is_said_beside(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct report report CLEANUP(report_dispose);

	(void)state;
	sample_fill(&report, arena);
	assert_written(&report, ACTION_DENY,
		HEAD SUITE("Subnet", "kubeovn.io/v1", "0",
			"tests=\"2\" failures=\"1\"") "<testcase classname=\"Subnet\" "
						      "name=\"net1\" time=\"0\"/>\n"
						      "<testcase classname=\"Subnet\" "
						      "name=\"net2\" time=\"0\">"
						      "<failure type=\"cidr-overlap\" "
						      "message=\"overlaps &quot;net1&quot; "
						      "\xef\xbf\xbd[31m\">" OVERLAP
						      "</failure></testcase>\n"
						      "<system-out>" ROUTE
						      "</system-out>\n" END SUITE("IpRange",
							      "cloud-resources.kyma-project.io/"
							      "v1beta1",
							      "1",
							      "tests=\"1\" failures=\"0\"") "<testc"
											    "ase "
											    "classn"
											    "ame="
											    "\"IpRa"
											    "nge."
											    "kyma\""
											    " name="
											    "\"rang"
											    "e\" "
											    "time="
											    "\"0\"/"
											    ">\n"
											    "<syste"
											    "m-"
											    "out"
											    ">" BROAD
											    "</"
											    "system"
											    "-out>"
											    "\n" END
											    "</"
											    "testsu"
											    "ites>"
											    "\n");
}

static void
several_findings_of_an_object_are_one_failure(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct report report CLEANUP(report_dispose);

	(void)state;
	sample_fill(&report, arena);
	assert_written(&report, ACTION_REPORT,
		HEAD SUITE("Subnet", "kubeovn.io/v1", "0",
			"tests=\"2\" failures=\"1\"") "<testcase classname=\"Subnet\" "
						      "name=\"net1\" time=\"0\"/>\n"
						      "<testcase classname=\"Subnet\" "
						      "name=\"net2\" time=\"0\">"
						      "<failure type=\"cidr-overlap\" "
						      "message=\"overlaps &quot;net1&quot; "
						      "\xef\xbf\xbd[31m; and 1 more\">" OVERLAP
							      ROUTE "</failure></testcase>\n"
						      "<system-out></system-out>\n" END SUITE(
							      "IpRange",
							      "cloud-resources.kyma-project.io/"
							      "v1beta1",
							      "1",
							      "tests=\"1\" failures=\"1\"") "<testc"
											    "ase "
											    "classn"
											    "ame="
											    "\"IpRa"
											    "nge."
											    "kyma\""
											    " name="
											    "\"rang"
											    "e\" "
											    "time="
											    "\"0\">"
											    "<failu"
											    "re "
											    "type="
											    "\"broa"
											    "d-"
											    "prefix"
											    "\" "
											    "messag"
											    "e="
											    "\"is "
											    "broad"
											    "\""
											    ">" BROAD
											    "</"
											    "failur"
											    "e></"
											    "testca"
											    "se>\n"
											    "<syste"
											    "m-out>"
											    "</"
											    "system"
											    "-out>"
											    "\n" END
											    "</"
											    "testsu"
											    "ites>"
											    "\n");
}

static void
an_empty_report_has_no_suites(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct report report CLEANUP(report_dispose);

	(void)state;
	report_init(&report, arena);
	assert_written(&report, ACTION_DENY, HEAD "</testsuites>\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_object_fails_for_what_is_at_the_mark_and_the_rest_is_said_beside),
		cmocka_unit_test(several_findings_of_an_object_are_one_failure),
		cmocka_unit_test(an_empty_report_has_no_suites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
