#include "validators/policy_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "webhook/source.h"

#define HEAD    "apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\n"
#define WARNING HEAD "spec: {rules: {cidr-overlap: warn}, shoot: {cidrs: [10.180.0.0/16]}}\n"
#define EXPIRED                                                                                    \
	HEAD "spec:\n  exemptions:\n"                                                              \
	     "  - {rules: [cidr-overlap], names: a, reason: r, owner: o, expires: 2020-01-31}\n"   \
	     "  - {rules: [cidr-overlap], names: b, reason: r, owner: o, expires: 2099-01-31}\n"

/* A folder as kubelet mounts a ConfigMap: policy.yaml -> ..data/policy.yaml, ..data -> v1 */
static char folder[] = "/tmp/peerwarden-policy-file-XXXXXX";
static char path[64];

static const char *
in_folder(const char *name)
{
	static char text[128];

	snprintf(text, sizeof text, "%s/%s", folder, name);
	return text;
}

static void
write_file(const char *name, const char *text)
{
	FILE *file = fopen(in_folder(name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Another content under the same path, by a link that is moved. */
static void
mount(const char *name, const char *text)
{
	write_file(name, text);
	assert_int_equal(symlink(name, in_folder("next")), 0);
	assert_int_equal(rename(in_folder("next"), path), 0);
}

static int
setup(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR + 1);
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/policy.yaml", folder);
	return 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = {"policy.yaml", "1", "2", "3"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(in_folder(names[i]));
	return rmdir(folder);
}

/* The value of a metric without labels. */
static double
metric(const char *name)
{
	char line[128];
	struct buffer text;
	const char *at;
	double value;

	buffer_init(&text, SIZE_MAX);
	metrics_write(&text);
	snprintf(line, sizeof line, "\n%s ", name);
	at = strstr(buffer_text(&text), line);
	assert_non_null(at);
	value = strtod(at + strlen(line), NULL);
	buffer_dispose(&text);
	return value;
}

static struct source *
open_source(void)
{
	struct source_settings settings = {.folder = folder, .policy = path};
	struct error error = {0};
	struct source *source = source_open(&settings, &error);

	assert_string_equal(error.message, "");
	return source;
}

static enum action
action_now(struct source *source)
{
	enum action action;

	inventory_lock(source_inventory(source));
	action = policy_action(source_policy(source), "cidr-overlap", KIND_SUBNET);
	inventory_unlock(source_inventory(source));
	return action;
}

static void
a_changed_policy_takes_effect_and_a_broken_one_does_not(void **state)
{
	struct source *source;
	double failures;

	(void)state;
	mount("1", HEAD);
	source = open_source();
	failures = metric("peerwarden_policy_reload_failures_total");
	assert_int_equal(action_now(source), ACTION_DENY);
	mount("2", WARNING);
	assert_int_equal(action_now(source), ACTION_DENY);
	source_tick(source, clock_monotonic());
	assert_int_equal(action_now(source), ACTION_WARN);
	mount("3", HEAD "spec: {rules: {nothing: warn}}\n");
	source_tick(source, clock_monotonic());
	source_tick(source, clock_monotonic());
	assert_int_equal(action_now(source), ACTION_WARN);
	assert_true(metric("peerwarden_policy_reload_failures_total") == failures + 1);
	assert_true(metric("peerwarden_policy_refused") == 1);
	mount("1", HEAD "spec: {rules: {cidr-overlap: report}}\n");
	source_tick(source, clock_monotonic());
	assert_int_equal(action_now(source), ACTION_REPORT);
	assert_true(metric("peerwarden_policy_reload_failures_total") == failures + 1);
	assert_true(metric("peerwarden_policy_refused") == 0);
	assert_true(metric("peerwarden_policy_loaded_timestamp_seconds") > 1e9);
	source_close(source);
}

/* As copying with the old times does, and much like a change of permissions. */
static void
a_change_that_keeps_size_and_time_is_seen_all_the_same(void **state)
{
	struct stat status;
	struct source *source;

	(void)state;
	mount("2", HEAD "spec: {rules: {cidr-overlap: warn}}\n");
	source = open_source();
	assert_int_equal(stat(path, &status), 0);
	write_file("2", HEAD "spec: {rules: {cidr-overlap: 'off'}}");
	assert_int_equal(utimensat(AT_FDCWD, path,
				 (const struct timespec[]){status.st_atim, status.st_mtim}, 0),
		0);
	source_tick(source, clock_monotonic());
	assert_int_equal(action_now(source), ACTION_OFF);
	source_close(source);
}

static void
a_file_that_is_gone_leaves_the_policy(void **state)
{
	struct source *source;

	(void)state;
	mount("2", WARNING);
	source = open_source();
	unlink(path);
	source_tick(source, clock_monotonic());
	assert_int_equal(action_now(source), ACTION_WARN);
	mount("1", HEAD);
	source_tick(source, clock_monotonic());
	assert_int_equal(action_now(source), ACTION_DENY);
	source_close(source);
}

static void
a_broken_policy_is_refused_at_start_and_on_request(void **state)
{
	struct source_settings settings = {.folder = folder, .policy = path};
	struct source *source;
	struct error error;

	(void)state;
	mount("2", WARNING);
	source = open_source();
	mount("3", HEAD "spec: 7\n");
	assert_false(source_reload(source, &error));
	assert_non_null(strstr(error.message, "policy.yaml: line 3: expected keys and values"));
	assert_int_equal(action_now(source), ACTION_WARN);
	source_close(source);
	assert_null(source_open(&settings, &error));
	assert_non_null(strstr(error.message, "policy.yaml: line 3"));
}

static void
expired_exemptions_are_counted(void **state)
{
	struct policy_file file;
	struct error error;

	(void)state;
	mount("1", EXPIRED);
	assert_true(policy_file_open(&file, path, &error));
	assert_false(policy_file_is_other(&file));
	policy_file_tick(&file, policy_exemptions(file.policy)->end - 1);
	assert_true(metric("peerwarden_policy_expired_exemptions") == 0);
	policy_file_tick(&file, policy_exemptions(file.policy)->end);
	assert_true(metric("peerwarden_policy_expired_exemptions") == 1);
	policy_file_tick(&file, policy_exemptions(file.policy)->next->end);
	assert_true(metric("peerwarden_policy_expired_exemptions") == 2);
	policy_file_dispose(&file);
}

static void
matches_that_were_given_up_are_counted(void **state)
{
	static const char name[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	const struct object_id object = {KIND_SUBNET, "", name};
	struct policy_file file;
	struct error error;
	size_t rule = 0;

	(void)state;
	mount("1", HEAD "spec: {rules: {defined-twice: [{names: '^(a+)+(b|c)$', action: off}]}}\n");
	assert_true(policy_file_open(&file, path, &error));
	assert_int_equal(policy_action_for(file.policy, rule, &object), ACTION_DENY);
	policy_file_tick(&file, 1);
	policy_file_tick(&file, 2);
	assert_true(metric("peerwarden_policy_matches_given_up_total") == 1);
	policy_file_dispose(&file);
}

static void
without_a_file_the_defaults_stay(void **state)
{
	struct policy_file file;

	(void)state;
	assert_true(policy_file_open(&file, NULL, NULL));
	assert_ptr_equal(file.policy, policy_default());
	assert_false(policy_file_is_other(&file));
	policy_file_dispose(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_changed_policy_takes_effect_and_a_broken_one_does_not),
		cmocka_unit_test(a_change_that_keeps_size_and_time_is_seen_all_the_same),
		cmocka_unit_test(a_file_that_is_gone_leaves_the_policy),
		cmocka_unit_test(a_broken_policy_is_refused_at_start_and_on_request),
		cmocka_unit_test(expired_exemptions_are_counted),
		cmocka_unit_test(matches_that_were_given_up_are_counted),
		cmocka_unit_test(without_a_file_the_defaults_stay),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
