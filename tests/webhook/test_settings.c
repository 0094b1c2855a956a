#include "webhook/settings.h"

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
	char *words = arena_printf(arena, "peerwarden-webhook %s", line);
	char *argv[MOST_ARGUMENTS] = {0};
	int argc = 0;

	while (words && argc < MOST_ARGUMENTS - 1) {
		char *word = strsep(&words, " ");

		if (*word)
			argv[argc++] = word;
	}
	memset(settings, 0, sizeof *settings);
	return settings_load(arena, argc, argv, settings, error);
}

static void
defaults_are_those_of_the_table(void **state)
{
	struct settings settings;
	struct error error;

	(void)state;
	assert_true(load("--tls-cert a --tls-key b", &settings, &error));
	assert_string_equal(settings.listen, ":8443");
	assert_string_equal(settings.metrics_listen, ":8080");
	assert_null(settings.inventory);
	assert_string_equal(settings.pod_name, "replica-1");
	assert_string_equal(settings.pod_namespace, "peerwarden-system");
	assert_int_equal(settings.reservation_time, 75 * CLOCK_SECOND);
	assert_int_equal(settings.stale_after, 60 * CLOCK_SECOND);
}

static void
a_flag_beats_the_environment_and_that_the_file(void **state)
{
	char path[] = "/tmp/peerwarden-settings-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct settings settings;
	struct error error;

	(void)state;
	assert_non_null(file);
	fputs("tls-cert: file\ntls-key: file\nlisten: file:1\nthreads: 3\n", file);
	fclose(file);
	setenv("PEERWARDEN_TLS_KEY", "environment", 1);
	setenv("PEERWARDEN_LISTEN", "environment:1", 1);
	assert_true(
		load(arena_printf(arena, "--config %s --listen flag:1", path), &settings, &error));
	unsetenv("PEERWARDEN_TLS_KEY");
	unsetenv("PEERWARDEN_LISTEN");
	unlink(path);
	assert_string_equal(settings.tls_cert, "file");
	assert_string_equal(settings.tls_key, "environment");
	assert_string_equal(settings.listen, "flag:1");
	assert_int_equal(settings.threads, 3);
}

static void
settings_that_cannot_work_are_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"--tls-cert a",
		"--tls-key a",
		"--tls-cert a --tls-key b --inventory c --kubeconfig d",
		"--tls-cert a --tls-key b operand",
		"--tls-cert a --tls-key b --threads 65",
		"--tls-cert a --tls-key b --stale-after 0s",
		"--tls-cert a --tls-key b --log-level loud",
		"--tls-cert a --tls-key b --inventory c --validating-configuration ../secrets/x",
		"--tls-cert a --tls-key b --inventory c --mutating-configuration a?b",
		"--config /does/not/exist",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct settings settings;
		struct error error = {0};

		if (load(wrong[i], &settings, &error))
			fail_msg("accepted: %s", wrong[i]);
		assert_int_not_equal(error.kind, ERROR_NONE);
	}
}

static void
the_kinds_are_those_of_the_products_that_are_named(void **state)
{
	struct settings settings;
	struct error error;

	(void)state;
	assert_true(load("--tls-cert a --tls-key b", &settings, &error));
	assert_true(settings.selection.has[KIND_SUBNET] && settings.selection.has[KIND_IP_RANGE]);
	assert_true(load("--tls-cert a --tls-key b --kinds kyma", &settings, &error));
	assert_false(settings.selection.has[KIND_SUBNET]);
	assert_true(settings.selection.has[KIND_IP_RANGE]);
	assert_false(load("--tls-cert a --tls-key b --kinds=", &settings, &error));
	assert_false(load("--tls-cert a --tls-key b --kinds kyma,calico", &settings, &error));
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
	assert_true(load("--help", &settings, &error));
	assert_true(settings.help);
	assert_true(load("--version", &settings, &error));
	assert_true(settings.version);
}

static void
a_config_file_that_is_no_map_of_options_is_refused(void **state)
{
	static const char *const wrong[] = {"- listen\n", "listen: [a]\n", "unknown: a\n",
		"a: b: c\n", "listen: a\n---\nlisten: b\n", "help: true\n"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		char path[] = "/tmp/peerwarden-settings-XXXXXX";
		FILE *file = fdopen(mkstemp(path), "w");
		struct settings settings;
		struct error error;

		assert_non_null(file);
		fputs(wrong[i], file);
		fclose(file);
		if (load(arena_printf(arena, "--tls-cert a --tls-key b --config %s", path),
			    &settings, &error))
			fail_msg("accepted: %s", wrong[i]);
		unlink(path);
	}
}

static void
a_replica_has_a_name_and_a_place(void **state)
{
	struct settings settings;
	struct error error;

	(void)state;
	assert_true(
		load("--tls-cert a --tls-key b --pod-name x --pod-namespace y", &settings, &error));
	assert_string_equal(settings.pod_name, "x");
	assert_string_equal(settings.pod_namespace, "y");
	assert_false(load("--tls-cert a --tls-key b --pod-name ../x", &settings, &error));
	assert_false(load("--tls-cert a --tls-key b --client-names ,", &settings, &error));
	unsetenv("POD_NAMESPACE");
	unsetenv("POD_NAME");
	assert_false(load("--tls-cert a --tls-key b", &settings, &error));
	assert_non_null(strstr(error.message, "POD_NAMESPACE"));
	assert_true(load("--tls-cert a --tls-key b --inventory c", &settings, &error));
	assert_true(load("--tls-cert a --tls-key b --pod-namespace y", &settings, &error));
	assert_string_not_equal(settings.pod_name, "");
}

/* docs/settings.md holds the table of the options as they are. */
static void
the_settings_page_is_up_to_date(void **state)
{
	CLEANUP(buffer_dispose) struct buffer page, table;
	struct error error;

	(void)state;
	buffer_init(&page, SIZE_MAX);
	buffer_init(&table, SIZE_MAX);
	options_markdown(settings_table(), &table);
	if (!file_read("docs/settings.md", &page, &error) ||
		!strstr(buffer_text(&page), buffer_text(&table))) {
		fprintf(stderr, "docs/settings.md must contain:\n%s", buffer_text(&table));
		fail();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_table),
		cmocka_unit_test(a_flag_beats_the_environment_and_that_the_file),
		cmocka_unit_test(settings_that_cannot_work_are_refused),
		cmocka_unit_test(the_kinds_are_those_of_the_products_that_are_named),
		cmocka_unit_test(help_and_version_need_nothing_else),
		cmocka_unit_test(a_config_file_that_is_no_map_of_options_is_refused),
		cmocka_unit_test(the_settings_page_is_up_to_date),
		cmocka_unit_test(a_replica_has_a_name_and_a_place),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
