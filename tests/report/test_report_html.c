/* The HTML report: what is in it, that nothing of others becomes markup, and that it is the same
 * every time. How it behaves in a browser: tests/command_line/test_report_page.py. */
#include "report/report_html.h"

#include "base/cleanup.h"
#include "tests/report/sample.h"

static const struct field cidr_block = {"spec.cidrBlock", 0};

static int
set_up(void **state)
{
	static struct sample sample;

	sample_init(&sample);
	*state = &sample;
	return 0;
}

static int
tear_down(void **state)
{
	sample_dispose(*state);
	return 0;
}

/* Lives in the arena. */
static const char *
page(struct sample *sample, bool picture)
{
	struct buffer out CLEANUP(buffer_dispose);

	buffer_init(&out, 64 << 20);
	report_write_html(&sample->report, picture ? sample->inventory : NULL, &out);
	assert_false(out.overflowed);
	return arena_text(sample->arena, buffer_text(&out));
}

static void
assert_holds(const char *html, const char *text)
{
	if (!strstr(html, text))
		fail_msg("there is no %s", text);
}

static void
add_overlap(struct sample *sample, enum action action, const char *name)
{
	sample_finding(sample, "cidr-overlap", action,
		(struct sample_party){KIND_SUBNET, name, cidr_block, "10.0.0.0/16"},
		(struct sample_party){KIND_SUBNET, "net-b", cidr_block, "10.0.0.0/8"},
		"free for both: 10.1.0.0/24");
}

static void
a_page_without_findings_says_so(void **state)
{
	const char *html = page(*state, false);

	assert_holds(html, "None: nothing is in conflict.");
	assert_null(strstr(html, "<table"));
	assert_null(strstr(html, "<svg"));
	assert_null(strstr(html, "Assumptions"));
}

static void
a_finding_is_told_with_both_sides_and_the_way_out(void **state)
{
	struct sample *sample = *state;
	const char *html;

	add_overlap(sample, ACTION_DENY, "net-a");
	html = page(sample, false);

	assert_holds(html, arena_printf(sample->arena, "<tr id=\"finding-%s\"",
				   sample->report.first->finding->id));
	assert_holds(html, "Subnet net-a<br><code>spec.cidrBlock: 10.0.0.0/16</code>");
	assert_holds(html, "Subnet net-b<br><code>spec.cidrBlock: 10.0.0.0/8</code>");
	assert_holds(html, "<pre>free for both: 10.1.0.0/24</pre>");
	assert_holds(html, "docs/rules/cidr-overlap.md");
	assert_holds(html, "1 to deny, 0 warnings");
}

static void
the_strongest_findings_come_first(void **state)
{
	struct sample *sample = *state;
	const char *html;

	add_overlap(sample, ACTION_REPORT, "note");
	add_overlap(sample, ACTION_WARN, "warned");
	add_overlap(sample, ACTION_DENY, "denied");
	html = strstr(page(sample, false), "<tbody>\n<tr id=");

	assert_true(strstr(html, "Subnet denied") < strstr(html, "Subnet warned"));
	assert_true(strstr(html, "Subnet warned") < strstr(html, "Subnet note"));
}

static void
what_objects_say_is_never_markup(void **state)
{
	struct sample *sample = *state;
	const char *hostile = "</td><script>x\"'\xe2\x80\xae";
	struct object_id object = {KIND_VPC, hostile, hostile};
	const char *html;

	sample_vpc(sample, hostile, hostile);
	sample_finding(sample, "quota", ACTION_DENY,
		(struct sample_party){KIND_VPC, hostile, cidr_block, hostile},
		(struct sample_party){KIND_VPC, hostile, cidr_block, hostile}, hostile);
	sample->report.first->file = hostile;
	report_assume(&sample->report, &object, hostile);
	html = page(sample, true);

	assert_null(strstr(html, hostile));
	assert_null(strstr(html, "\xe2\x80\xae"));
	assert_int_equal(sample_occurrences(html, "<script"), 1);
	assert_holds(html, "&lt;/td&gt;&lt;script&gt;x&quot;");
	assert_holds(html, "[U+202E]");
}

static void
an_inventory_adds_a_picture_that_leads_to_findings(void **state)
{
	struct sample *sample = *state;
	const char *html;

	sample_vpc(sample, "a", "b");
	sample_vpc(sample, "b", "a");
	sample_subnet(sample, "net-a", "a", "10.0.0.0/16");
	sample_subnet(sample, "net-b", "b", "10.0.0.0/8");
	add_overlap(sample, ACTION_DENY, "net-a");
	html = page(sample, true);

	assert_holds(html,
		arena_printf(sample->arena, "<a class=\"peering conflict\" href=\"#finding-%s\"",
			sample->report.first->finding->id));
}

static void
nothing_is_fetched_from_elsewhere(void **state)
{
	struct sample *sample = *state;
	const char *html;

	sample_vpc(sample, "a", "b");
	add_overlap(sample, ACTION_DENY, "net-a");
	html = page(sample, true);

	assert_holds(html, "default-src 'none'");
	assert_null(strstr(html, "https:"));
	assert_null(strstr(html, " src="));
	assert_null(strstr(html, "url("));
	assert_int_equal(sample_occurrences(html, "http://"), 1);
	assert_holds(html, "xmlns=\"http://www.w3.org/2000/svg\"");
}

static void
a_page_is_the_same_every_time(void **state)
{
	struct sample *sample = *state;

	sample_vpc(sample, "a", "b c");
	add_overlap(sample, ACTION_DENY, "net-a");
	assert_string_equal(page(sample, true), page(sample, true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_page_without_findings_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_finding_is_told_with_both_sides_and_the_way_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_strongest_findings_come_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_objects_say_is_never_markup, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_inventory_adds_a_picture_that_leads_to_findings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			nothing_is_fetched_from_elsewhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_page_is_the_same_every_time, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
