/* The auditor with an inventory that a mirror's part is played for, and an API server that keeps
 * its reports. */
#include "daemon/auditor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/metrics.h"
#include "kinds/kind.h"
#include "tests/daemon/fake_reports.h"

#define CLUSTER "wgpolicyk8s.io/v1alpha2/clusterpolicyreports"

struct fixture {
	struct fake_reports server;
	struct kube_config config;
	struct inventory *inventory;
	struct auditor_settings settings;
	struct auditor *auditor;
	uint64_t version;
};

static struct fixture *
set_up(void)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	fake_reports_start(&fixture->server);
	fixture->config.server.url = fixture->server.url;
	fixture->inventory = inventory_new();
	fixture->settings = (struct auditor_settings){.inventory = fixture->inventory,
		.config = &fixture->config,
		.reports = true,
		.maximum = 100,
		.interval = CLOCK_MILLISECOND};
	return fixture;
}

static void
start(struct fixture *fixture)
{
	fixture->auditor = auditor_start(&fixture->settings, NULL);
	assert_non_null(fixture->auditor);
}

static void
tear_down(struct fixture *fixture)
{
	auditor_stop(fixture->auditor);
	fake_reports_stop(&fixture->server);
	inventory_free(fixture->inventory);
	free(fixture);
}

/* A Subnet comes or changes, as the mirror tells it. */
static void
see_subnet(struct fixture *fixture, const char *name, const char *uid, const char *range)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	const char *text = arena_printf(arena,
		"{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"vpc\":\"v\",\"protocol\":\"IPv4\","
		"\"cidrBlock\":\"%s\"}}",
		name, range);
	struct sighting sighting = {{KIND_SUBNET, "", name}, uid, ++fixture->version, false, 100};
	struct declaration declaration;

	assert_true(kind_decode(arena, kind_definitions[KIND_SUBNET],
		json_parse(arena, text, strlen(text), &json_file_limits, NULL), NULL, &declaration,
		NULL));
	inventory_lock(fixture->inventory);
	inventory_store(fixture->inventory, &declaration);
	auditor_saw(fixture->auditor, &sighting);
	inventory_unlock(fixture->inventory);
}

/* It is deleted by an event, or by a new list that does not have it. */
static void
lose_subnet(struct fixture *fixture, const char *name, const char *uid, bool by_list)
{
	const struct sighting sighting = {
		{KIND_SUBNET, "", name}, uid, ++fixture->version, true, 100};

	inventory_lock(fixture->inventory);
	inventory_remove(fixture->inventory, &sighting.object);
	if (by_list)
		auditor_reached(fixture->auditor);
	else
		auditor_saw(fixture->auditor, &sighting);
	inventory_unlock(fixture->inventory);
}

static struct auditor_view
look(struct fixture *fixture)
{
	struct auditor_view view;

	auditor_look(fixture->auditor, &view);
	return view;
}

static bool
stands(struct fixture *fixture, const char *uid, const char *part)
{
	char name[100];

	snprintf(name, sizeof name, "peerwarden-%s", uid);
	return fake_reports_has(&fixture->server, CLUSTER, "", name, part);
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
write_policy(const char *path, const char *action)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file,
		"apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nmetadata:\n  name: p\n"
		"spec:\n  messages:\n    otherSide: rule\n  rules:\n    cidr-overlap: %s\n",
		action);
	fclose(file);
}

static void
a_conflict_is_reported_on_both_sides_and_taken_back(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	see_subnet(fixture, "one", "a", "10.0.0.0/16");
	see_subnet(fixture, "two", "b", "10.0.5.0/24");
	see_subnet(fixture, "three", "c", "10.9.0.0/24");
	auditor_begin(fixture->auditor);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "cidr-overlap")));
	assert_true(FAKE_EVENTUALLY(stands(fixture, "b", "10.0.5.0/24 overlaps 10.0.0.0/16")));
	assert_int_equal(fake_reports_count(&fixture->server, CLUSTER), 2);
	assert_int_equal(look(fixture).objects, 3);
	assert_int_equal(look(fixture).findings[ACTION_DENY], 1);
	assert_true(look(fixture).audited > 0);
	assert_true(metrics_say(
		"peerwarden_audit_findings{rule=\"cidr-overlap\",action=\"deny\"} 1\n"));
	assert_true(metrics_say("peerwarden_audit_objects 3\n"));
	see_subnet(fixture, "two", "b", "10.1.5.0/24");
	assert_true(FAKE_EVENTUALLY(fake_reports_count(&fixture->server, CLUSTER) == 0));
	assert_int_equal(look(fixture).findings[ACTION_DENY], 0);
	assert_true(metrics_say(
		"peerwarden_audit_findings{rule=\"cidr-overlap\",action=\"deny\"} 0\n"));
	tear_down(fixture);
}

static bool
picture_shows(struct fixture *fixture, const char *part)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 22);
	const char *picture = auditor_picture(fixture->auditor, arena);

	return picture && strstr(picture, part);
}

static void
each_round_draws_the_picture_anew(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	assert_false(picture_shows(fixture, ""));
	see_subnet(fixture, "one", "a", "10.0.0.0/16");
	see_subnet(fixture, "two", "b", "10.0.5.0/24");
	auditor_begin(fixture->auditor);
	assert_true(FAKE_EVENTUALLY(picture_shows(fixture, "VPC v: cidr-overlap")));
	see_subnet(fixture, "two", "b", "10.1.5.0/24");
	assert_true(FAKE_EVENTUALLY(picture_shows(fixture, "nothing in conflict")));
	assert_false(picture_shows(fixture, "cidr-overlap"));
	tear_down(fixture);
}

static void
nothing_is_judged_before_the_beginning(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	see_subnet(fixture, "one", "a", "10.0.0.0/16");
	see_subnet(fixture, "two", "b", "10.0.5.0/24");
	assert_true(FAKE_EVENTUALLY(
		fake_reports_number(&fixture->server, &fixture->server.lists) >= 4));
	assert_false(look(fixture).began);
	assert_int_equal(look(fixture).audited, 0);
	assert_int_equal(look(fixture).wanted, 0);
	auditor_begin(fixture->auditor);
	assert_true(FAKE_EVENTUALLY(look(fixture).reports == 2));
	tear_down(fixture);
}

static void
an_object_that_goes_takes_its_findings_along(void **state)
{
	(void)state;
	for (int by_list = 0; by_list < 2; by_list++) {
		struct fixture *fixture = set_up();

		start(fixture);
		see_subnet(fixture, "one", "a", "10.0.0.0/16");
		see_subnet(fixture, "two", "b", "10.0.5.0/24");
		auditor_begin(fixture->auditor);
		assert_true(FAKE_EVENTUALLY(look(fixture).reports == 2));
		lose_subnet(fixture, "two", "b", by_list);
		assert_true(FAKE_EVENTUALLY(look(fixture).objects == 1));
		assert_true(FAKE_EVENTUALLY(fake_reports_count(&fixture->server, CLUSTER) == 0));
		tear_down(fixture);
	}
}

static void
an_object_created_anew_has_a_report_of_its_own(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	see_subnet(fixture, "one", "a", "10.0.0.0/16");
	see_subnet(fixture, "two", "b", "10.0.5.0/24");
	auditor_begin(fixture->auditor);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "b", "cidr-overlap")));
	see_subnet(fixture, "two", "c", "10.0.5.0/24");
	assert_true(FAKE_EVENTUALLY(stands(fixture, "c", "cidr-overlap")));
	assert_true(FAKE_EVENTUALLY(!stands(fixture, "b", "")));
	assert_true(stands(fixture, "a", "cidr-overlap"));
	tear_down(fixture);
}

static void
what_a_rule_does_not_look_at_makes_no_round(void **state)
{
	struct fixture *fixture = set_up();
	int64_t audited;

	(void)state;
	fixture->settings.reports = false;
	start(fixture);
	see_subnet(fixture, "one", "a", "10.0.0.0/16");
	auditor_begin(fixture->auditor);
	assert_true(FAKE_EVENTUALLY(look(fixture).audited > 0));
	audited = look(fixture).audited;
	for (int i = 0; i < 100; i++)
		see_subnet(fixture, "one", "a", "10.0.0.0/16");
	inventory_lock(fixture->inventory);
	auditor_reached(fixture->auditor);
	inventory_unlock(fixture->inventory);
	assert_int_equal(look(fixture).audited, audited);
	see_subnet(fixture, "one", "a", "10.0.0.0/17");
	assert_true(FAKE_EVENTUALLY(look(fixture).audited > audited));
	assert_int_equal(fake_reports_number(&fixture->server, &fixture->server.lists), 0);
	tear_down(fixture);
}

static void
a_malformed_object_is_reported_and_again_when_only_its_fault_changes(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	see_subnet(fixture, "one", "a", "10.0.0.0");
	auditor_begin(fixture->auditor);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "malformed-address")));
	see_subnet(fixture, "one", "a", "10.0.0.0/99");
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "10.0.0.0/99")));
	tear_down(fixture);
}

static void
a_policy_takes_effect_when_its_file_changes(void **state)
{
	struct fixture *fixture = set_up();
	char path[] = "/tmp/test_auditor.XXXXXX";
	int file = mkstemp(path);

	(void)state;
	assert_true(file >= 0);
	close(file);
	write_policy(path, "off");
	fixture->settings.policy = path;
	start(fixture);
	see_subnet(fixture, "one", "a", "10.0.0.0/16");
	see_subnet(fixture, "two", "b", "10.0.5.0/24");
	auditor_begin(fixture->auditor);
	assert_true(FAKE_EVENTUALLY(look(fixture).audited > 0));
	assert_int_equal(look(fixture).wanted, 0);
	write_policy(path, "warn");
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a", "\"severity\":\"medium\"")));
	assert_true(FAKE_EVENTUALLY(look(fixture).findings[ACTION_WARN] == 1));
	tear_down(fixture);
	unlink(path);
}

static const char *
denial_of(struct fixture *fixture, struct arena *arena, const char *name, bool *is_stored)
{
	const struct object_id object = {KIND_SUBNET, "", name};
	struct findings findings;

	*is_stored = auditor_judge(fixture->auditor, arena, &object, &findings);
	for (const struct finding *at = findings.first; at; at = at->next)
		if (at->action == ACTION_DENY) {
			assert_null(strstr(at->message, "10.0.0.0/16")); /* of the other one */
			return at->rule;
		}
	return "";
}

static void
one_object_is_judged_by_the_policy_in_force(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct fixture *fixture = set_up();
	char path[] = "/tmp/test_auditor.XXXXXX";
	int file = mkstemp(path);
	bool is_stored;

	(void)state;
	assert_true(file >= 0);
	close(file);
	write_policy(path, "deny");
	fixture->settings.policy = path;
	start(fixture);
	see_subnet(fixture, "one", "a", "10.0.0.0/16");
	assert_string_equal(denial_of(fixture, arena, "one", &is_stored), "");
	assert_true(is_stored);
	see_subnet(fixture, "two", "b", "10.0.5.0/24");
	assert_string_equal(denial_of(fixture, arena, "two", &is_stored), "cidr-overlap");
	assert_string_equal(denial_of(fixture, arena, "three", &is_stored), "");
	assert_false(is_stored);
	write_policy(path, "warn");
	assert_true(FAKE_EVENTUALLY(!*denial_of(fixture, arena, "two", &is_stored)));
	tear_down(fixture);
	unlink(path);
}

static void
what_passes_is_told_when_asked_for(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	fixture->settings.all_results = true;
	start(fixture);
	see_subnet(fixture, "one", "a", "10.0.0.0/16");
	auditor_begin(fixture->auditor);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "a",
		"\"rule\":\"cidr-overlap\",\"source\":\"peerwarden\","
		"\"category\":\"Network Peering\",\"result\":\"pass\"")));
	assert_false(stands(fixture, "a", "delete-in-use"));
	tear_down(fixture);
}

static void
an_object_without_a_uid_is_judged_but_not_reported_on(void **state)
{
	struct fixture *fixture = set_up();

	(void)state;
	start(fixture);
	see_subnet(fixture, "one", "", "10.0.0.0/16");
	see_subnet(fixture, "two", "b", "10.0.5.0/24");
	auditor_begin(fixture->auditor);
	assert_true(FAKE_EVENTUALLY(stands(fixture, "b", "cidr-overlap")));
	assert_int_equal(look(fixture).wanted, 1);
	assert_int_equal(look(fixture).objects, 2);
	tear_down(fixture);
}

static void
what_cannot_be_used_is_said_at_once(void **state)
{
	struct fixture *fixture = set_up();
	struct error error = {0};

	(void)state;
	fixture->settings.policy = "tests/daemon/test_auditor.c";
	assert_null(auditor_start(&fixture->settings, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	fixture->settings.policy = NULL;
	fixture->config.server.url = "http://not-loopback.example.com";
	assert_null(auditor_start(&fixture->settings, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	tear_down(fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conflict_is_reported_on_both_sides_and_taken_back),
		cmocka_unit_test(each_round_draws_the_picture_anew),
		cmocka_unit_test(nothing_is_judged_before_the_beginning),
		cmocka_unit_test(an_object_that_goes_takes_its_findings_along),
		cmocka_unit_test(an_object_created_anew_has_a_report_of_its_own),
		cmocka_unit_test(what_a_rule_does_not_look_at_makes_no_round),
		cmocka_unit_test(
			a_malformed_object_is_reported_and_again_when_only_its_fault_changes),
		cmocka_unit_test(a_policy_takes_effect_when_its_file_changes),
		cmocka_unit_test(one_object_is_judged_by_the_policy_in_force),
		cmocka_unit_test(what_passes_is_told_when_asked_for),
		cmocka_unit_test(an_object_without_a_uid_is_judged_but_not_reported_on),
		cmocka_unit_test(what_cannot_be_used_is_said_at_once),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
