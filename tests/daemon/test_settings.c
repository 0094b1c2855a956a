#include "daemon/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"

enum { MOST_ARGUMENTS = 16 };

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(SIZE_MAX);
	setenv("POD_NAME", "replica-1", 1);
	setenv("POD_NAMESPACE", "peerwarden-system", 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* `line`: arguments separated by single blanks. */
static bool
load(const char *line, struct settings *settings, struct error *error)
{
	char *words = arena_printf(arena, "peerwarden-daemon %s", line);
	char *argv[MOST_ARGUMENTS] = {0};
	int argc = 0;

	while (words && argc < MOST_ARGUMENTS - 1) {
		char *word = strsep(&words, " ");

		if (*word)
			argv[argc++] = word;
	}
	return settings_load(arena, argc, argv, settings, error);
}

static void
the_defaults_change_nothing_anywhere(void **state)
{
	struct settings settings;
	struct election_rules rules;
	struct rotation_policy rotation;
	struct error error;

	(void)state;
	assert_true(load("", &settings, &error));
	assert_string_equal(settings.mode, "observe");
	assert_string_equal(settings.clouds, "");
	assert_false(settings_has_cloud(&settings, "aws"));
	assert_string_equal(settings.listen, ":8081");
	assert_string_equal(settings.pod_name, "replica-1");
	assert_string_equal(settings.pod_namespace, "peerwarden-system");
	assert_string_equal(settings.aws_remote_role, "CloudManagerPeeringRole");
	assert_int_equal(settings.report_interval, 60 * CLOCK_SECOND);
	rules = settings_election(&settings);
	assert_int_equal(rules.lease_duration, election_rules_usual().lease_duration);
	assert_int_equal(rules.renew_deadline, election_rules_usual().renew_deadline);
	assert_int_equal(rules.retry_period, election_rules_usual().retry_period);
	assert_string_equal(settings.certificates, "none");
	rotation = settings_rotation(&settings);
	assert_memory_equal(&rotation, &rotation_default_policy, sizeof rotation);
	assert_int_equal(settings.certificate_check, ROTATION_LONGEST_LOOK * CLOCK_SECOND);
}

static void
own_certificates_need_a_registration_and_time_to_be_renewed(void **state)
{
	static const struct {
		const char *line, *part; /* NULL: good */
	} rows[] = {
		{"--registration f", NULL},
		{"", "--registration"},
		{"--registration f --certificate-secret=", "--certificate-secret"},
		{"--registration f --certificate-secret a/b", "--certificate-secret"},
		{"--registration f --ca-validity 2159h", "--certificate-validity"},
		{"--registration f --certificate-validity 839s", "--certificate-settling"},
		{"--registration f --certificate-validity 840s", NULL},
		{"--registration f --certificate-check 61s", "certificate-check"},
	};
	struct settings settings;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *line = arena_printf(arena, "--certificates own %s", rows[i].line);

		if (load(line, &settings, &error) != !rows[i].part ||
			(rows[i].part && !strstr(error.message, rows[i].part)))
			fail_msg("%s: %s", line, error.message);
	}
}

static void
clouds_are_a_list_of_known_names(void **state)
{
	static const struct {
		const char *list;
		bool good, aws, gcp, azure;
	} rows[] = {
		{"", true, false, false, false},
		{"aws", true, true, false, false},
		{" aws ", true, true, false, false},
		{"aws,aws", true, true, false, false},
		{"aws, gcp", true, true, true, false},
		{"azure,gcp", true, false, true, true},
		{"aws,ibm", false, false, false, false},
		{"aw", false, false, false, false},
		{"awsx", false, false, false, false},
		{"aws,,aws", false, false, false, false},
	};
	struct settings settings;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		setenv("PEERWARDEN_CLOUDS", rows[i].list, 1);
		assert_int_equal(load("", &settings, &error), rows[i].good);
		if (!rows[i].good) {
			assert_non_null(strstr(error.message, "--clouds"));
			continue;
		}
		assert_int_equal(settings_has_cloud(&settings, "aws"), rows[i].aws);
		assert_int_equal(settings_has_cloud(&settings, "gcp"), rows[i].gcp);
		assert_int_equal(settings_has_cloud(&settings, "azure"), rows[i].azure);
	}
	unsetenv("PEERWARDEN_CLOUDS");
}

static void
settings_that_cannot_work_are_refused(void **state)
{
	static const struct {
		const char *line, *part;
	} rows[] = {
		{"extra", "unexpected argument"},
		{"--mode destroy", "mode"},
		{"--reports all", "reports"},
		{"--workers 0", "workers"},
		{"--workers 65", "workers"},
		{"--report-limit 0", "report-limit"},
		{"--resync 0s", "resync"},
		{"--lease-duration 10s", "--lease-duration"},
		{"--retry-period 9s", "--retry-period"},
		{"--pod-name a/b", "--pod-name"},
		{"--pod-namespace A", "--pod-namespace"},
		{"--pod-name=", "required"},
		{"--listen a --listen b", "listen"},
	};
	struct settings settings;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_false(load(rows[i].line, &settings, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_non_null(strstr(error.message, rows[i].part));
	}
}

static void
a_file_gives_what_no_flag_says(void **state)
{
	char path[] = "/tmp/peerwarden-settings-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct settings settings;
	struct error error;

	(void)state;
	fputs("mode: manage\nworkers: 7\nreport-passed: true\nresync: 5m\n", file);
	fclose(file);
	assert_true(load(arena_printf(arena, "--config %s --workers 9", path), &settings, &error));
	assert_string_equal(settings.mode, "manage");
	assert_int_equal(settings.workers, 9);
	assert_true(settings.report_passed);
	assert_int_equal(settings.resync, 300 * CLOCK_SECOND);
	unlink(path);
	assert_false(load(arena_printf(arena, "--config %s", path), &settings, &error));
	assert_non_null(strstr(error.message, path));
}

static void
the_kinds_are_those_of_the_products_that_are_named(void **state)
{
	struct settings settings;
	struct error error;

	(void)state;
	assert_true(load("", &settings, &error));
	assert_true(settings.selection.has[KIND_SUBNET] && settings.selection.has[KIND_IP_RANGE]);
	assert_true(load("--kinds kyma", &settings, &error));
	assert_false(settings.selection.has[KIND_SUBNET]);
	assert_true(settings.selection.has[KIND_IP_RANGE]);
	assert_false(load("--kinds=", &settings, &error));
	assert_false(load("--kinds kyma,calico", &settings, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_non_null(strstr(error.message, "\"calico\""));
	assert_non_null(strstr(error.message, "kube-ovn"));
}

static void
help_and_version_need_nothing_else(void **state)
{
	struct settings settings;
	struct error error;

	(void)state;
	unsetenv("POD_NAMESPACE");
	assert_false(load("", &settings, &error));
	assert_true(load("--help", &settings, &error) && settings.help);
	assert_true(load("--version", &settings, &error) && settings.version);
	setenv("POD_NAMESPACE", "peerwarden-system", 1);
}

/* docs/daemon.md holds the table of the options as they are. */
static void
the_page_is_up_to_date(void **state)
{
	CLEANUP(buffer_dispose) struct buffer page, table;
	struct error error;

	(void)state;
	buffer_init(&page, SIZE_MAX);
	buffer_init(&table, SIZE_MAX);
	options_markdown(settings_table(), &table);
	if (!file_read("docs/daemon.md", &page, &error) ||
		!strstr(buffer_text(&page), buffer_text(&table))) {
		fprintf(stderr, "docs/daemon.md must contain:\n%s", buffer_text(&table));
		fail();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_change_nothing_anywhere),
		cmocka_unit_test(clouds_are_a_list_of_known_names),
		cmocka_unit_test(settings_that_cannot_work_are_refused),
		cmocka_unit_test(own_certificates_need_a_registration_and_time_to_be_renewed),
		cmocka_unit_test(a_file_gives_what_no_flag_says),
		cmocka_unit_test(the_kinds_are_those_of_the_products_that_are_named),
		cmocka_unit_test(help_and_version_need_nothing_else),
		cmocka_unit_test(the_page_is_up_to_date),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
