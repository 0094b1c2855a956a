#include "registration/wanted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "tests/support/arena_limit.h"

#define HEAD(kind)                                                                                 \
	"apiVersion: admissionregistration.k8s.io/v1\nkind: " kind                                 \
	"WebhookConfiguration\nmetadata: {name: own}\n"
#define RULES                                                                                      \
	"rules: [{operations: [CREATE], apiGroups: [peerwarden.io], apiVersions: [v1alpha1], "     \
	"resources: [remotenetworks]}]"
#define SERVICE "clientConfig: {service: {name: hook, namespace: there, path: /validate}}"
#define ENTRY   "webhooks:\n- {name: v.peerwarden.io, " SERVICE ", " RULES "}\n"

static bool
parse(struct arena *arena, const char *text, struct wanted *wanted, struct error *error)
{
	return wanted_parse(arena, "file.yaml", text, strlen(text), wanted, error);
}

static void
what_is_shipped_is_wanted(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
	struct wanted wanted;
	struct error error = {0};
	const char *const *hosts;

	(void)state;
	if (!wanted_read(arena, "manifests/webhook-configurations.yaml", &wanted, &error))
		fail_msg("%s", error.message);
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		assert_string_equal(wanted_name(&wanted, type), "peerwarden");
	assert_non_null(wanted_entry(&wanted, REGISTRATION_MUTATING, "mutate.peerwarden.io"));
	assert_null(wanted_entry(&wanted, REGISTRATION_VALIDATING, "mutate.peerwarden.io"));
	hosts = wanted_hosts(arena, &wanted);
	assert_string_equal(hosts[0], "peerwarden-webhook.peerwarden-system.svc");
	assert_null(hosts[1]);
}

static void
one_of_the_two_is_enough(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
	struct wanted wanted;

	(void)state;
	assert_true(parse(arena, HEAD("Validating") ENTRY, &wanted, NULL));
	assert_string_equal(wanted_name(&wanted, REGISTRATION_VALIDATING), "own");
	assert_null(wanted_name(&wanted, REGISTRATION_MUTATING));
	assert_string_equal(wanted_hosts(arena, &wanted)[0], "hook.there.svc");
}

static void
the_hosts_are_those_of_services_and_urls(void **state)
{
	static const char text[] = HEAD("Validating") "webhooks:\n- {name: a, " SERVICE ", " RULES
						      "}\n- {name: b, clientConfig: {url: "
						      "\"https://[::1]:8443/validate\"}, " RULES
						      "}\n- {name: c, " SERVICE ", " RULES "}\n";
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
	struct wanted wanted;
	const char *const *hosts;

	(void)state;
	assert_true(parse(arena, text, &wanted, NULL));
	hosts = wanted_hosts(arena, &wanted);
	assert_string_equal(hosts[0], "hook.there.svc");
	assert_string_equal(hosts[1], "::1");
	assert_null(hosts[2]);
}

static void
what_could_never_bind_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
		{"", "file.yaml: there is no object in it"},
		{"a: [", "file.yaml: line 2"},
		{"apiVersion: v1\nkind: ConfigMap\n", "file.yaml: line 1: not a Validating"},
		{HEAD("Validating") ENTRY "---\n" HEAD("Validating") ENTRY, "two of this kind"},
		{HEAD("Validating"), "webhooks has to have an entry"},
		{HEAD("Validating") "webhooks: []", "webhooks has to have an entry"},
		{HEAD("Validating") "webhooks: [7]", "an entry needs a name"},
		{HEAD("Validating") "webhooks:\n- {name: a, " SERVICE "}",
			"line 5: the rules have to take in CREATE"},
		{HEAD("Validating") "webhooks:\n- {name: a, " RULES "}", "a service or a url"},
		{HEAD("Validating") "webhooks:\n- {name: a, clientConfig: {service: {name: b}}, "
				    "" RULES "}",
			"a name and a namespace"},
		{HEAD("Validating") "webhooks:\n- {name: a, clientConfig: {url: \"https://a\", "
				    "service: {name: b, namespace: c}}, " RULES "}",
			"both a service and a url"},
		{HEAD("Validating") "webhooks:\n- {name: a, failurePolicy: fail, " SERVICE
				    ", " RULES "}",
			"neither Fail nor Ignore"},
		{HEAD("Validating") "webhooks:\n- {name: a, " SERVICE ", " RULES
				    "}\n- {name: a, " SERVICE ", " RULES "}",
			"line 6: two entries have this name"},
		{"apiVersion: admissionregistration.k8s.io/v1\n"
		 "kind: ValidatingWebhookConfiguration\nmetadata: {name: a/b}\n" ENTRY,
			"no name"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
		struct wanted wanted;
		struct error error = {0};

		if (parse(arena, rows[i].text, &wanted, &error))
			fail_msg("row %zu is taken: %s", i, rows[i].text);
		if (!strstr(error.message, rows[i].message))
			fail_msg("row %zu: %s", i, error.message);
	}
}

static bool
attempt(struct arena *arena, void *context, struct error *error)
{
	struct wanted wanted;

	(void)context;
	return parse(arena, HEAD("Validating") ENTRY, &wanted, error);
}

static void
too_little_memory_is_exhausted(void **state)
{
	(void)state;
	assert_true(arena_limit_walk(attempt, NULL) > 0);
}

static void
a_file_that_is_not_there_is_not_found(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(SIZE_MAX);
	struct wanted wanted;
	struct error error = {0};

	(void)state;
	assert_false(wanted_read(arena, "manifests/nothing.yaml", &wanted, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shipped_is_wanted),
		cmocka_unit_test(one_of_the_two_is_enough),
		cmocka_unit_test(the_hosts_are_those_of_services_and_urls),
		cmocka_unit_test(what_could_never_bind_is_refused_with_its_place),
		cmocka_unit_test(too_little_memory_is_exhausted),
		cmocka_unit_test(a_file_that_is_not_there_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
