#include "daemon/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/metrics.h"

static const struct object_id one = {KIND_SUBNET, "", "one"}, two = {KIND_SUBNET, "", "two"};
static const struct field field = {"spec.cidrBlock", 0};

/* `subject` meets `other`, each with the same value. */
static void
add(struct findings *findings, enum action action, const struct object_id *subject,
	const struct object_id *other)
{
	struct finding *finding =
		findings_add(findings, "cidr-overlap", action, subject, field, "v");

	finding_counterpart(findings, finding, other, field, "v");
	finding_seal(finding);
}

static bool
metrics_say(const char *line)
{
	struct buffer text CLEANUP(buffer_dispose);

	buffer_init(&text, 1000000);
	metrics_write(&text);
	return strstr(buffer_text(&text), line) != NULL;
}

static void
what_two_objects_share_counts_once_as_the_more_severe(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct findings of_one = {.arena = arena}, of_two = {.arena = arena};
	struct tally tally = {0};
	size_t by_action[ACTIONS];

	(void)state;
	add(&of_one, ACTION_WARN, &one, &two);
	add(&of_two, ACTION_DENY, &two, &one);
	tally_add(&tally, &of_one);
	tally_add(&tally, &of_two);
	tally_finish(&tally, by_action);
	assert_int_equal(by_action[ACTION_DENY], 1);
	assert_int_equal(by_action[ACTION_WARN], 0);
	assert_true(metrics_say(
		"peerwarden_audit_findings{rule=\"cidr-overlap\",action=\"deny\"} 1\n"));
	tally_finish(&tally, by_action);
	assert_int_equal(by_action[ACTION_DENY], 0);
	assert_true(metrics_say(
		"peerwarden_audit_findings{rule=\"cidr-overlap\",action=\"deny\"} 0\n"));
}

static void
many_findings_are_all_counted(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(16 << 20);
	struct findings findings = {.arena = arena};
	struct tally tally = {0};
	size_t by_action[ACTIONS];

	(void)state;
	for (int i = 0; i < 2000; i++)
		finding_seal(findings_add(&findings, "quota", ACTION_REPORT, &one, field,
			arena_printf(arena, "%d", i)));
	tally_add(&tally, &findings);
	tally_finish(&tally, by_action);
	assert_int_equal(by_action[ACTION_REPORT], 2000);
	assert_true(
		metrics_say("peerwarden_audit_findings{rule=\"quota\",action=\"report\"} 2000\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_two_objects_share_counts_once_as_the_more_severe),
		cmocka_unit_test(many_findings_are_all_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
