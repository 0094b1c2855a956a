/* Which entries lead to us, and for which hosts a certificate has to be. */
#include "certs/certificate_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"

enum { MEMORY = 1 << 20 };

#define CONFIGURATION(kind, webhooks)                                                              \
	"kind: " kind "WebhookConfiguration\nmetadata: {name: ours}\nwebhooks: " webhooks "\n"
#define SERVICE                                                                                    \
	"[{name: a.b.c, clientConfig: {service: {name: hook, namespace: net, path: /mutate}}}]"
#define ADDRESS "[{name: a.b.c, clientConfig: {url: \"https://10.0.0.7:8443/validate\"}}]"
#define SIX     "[{name: a.b.c, clientConfig: {url: \"https://[fd00::7]:8443/validate\"}}]"

static bool
read_text(
	struct arena *arena, const char *text, struct certificate_place *place, struct error *error)
{
	*place = (struct certificate_place){.namespace = "net", .secret = "hook-tls"};
	return certificate_place_read(arena, place, text, strlen(text), error);
}

static void
a_registration_file_says_objects_and_hosts(void **state)
{
	static const struct {
		const char *text;
		const char *hosts;
		size_t objects;
	} rows[] = {
		{CONFIGURATION("Validating", SERVICE), "hook hook.net hook.net.svc ", 1},
		{CONFIGURATION("Validating", SERVICE) "---\n" CONFIGURATION("Mutating", SERVICE),
			"hook hook.net hook.net.svc ", 2},
		{CONFIGURATION("Mutating", SERVICE) "---\n" CONFIGURATION("Validating", ADDRESS),
			"hook hook.net hook.net.svc 10.0.0.7 ", 2},
		{CONFIGURATION("Validating", SIX), "fd00::7 ", 1},
		{"kind: List\nitems: [{kind: MutatingWebhookConfiguration, metadata: {name: x},"
		 " webhooks: " SERVICE "}]\n",
			"hook hook.net hook.net.svc ", 1},
	};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct certificate_place place;
		struct error error = {0};
		char hosts[200] = "";

		if (!read_text(arena, rows[i].text, &place, &error))
			fail_msg("row %zu: %s", i, error.message);
		for (const char *const *host = place.hosts; *host; host++)
			snprintf(hosts + strlen(hosts), sizeof hosts - strlen(hosts), "%s ", *host);
		assert_string_equal(hosts, rows[i].hosts);
		assert_int_equal(place.object_count, rows[i].objects);
	}
}

static void
a_file_that_cannot_be_used_says_why(void **state)
{
	static const struct {
		const char *text;
		enum error_kind kind;
		const char *part;
	} rows[] = {
		{"", ERROR_INVALID, "leads anywhere"},
		{"a: [", ERROR_INVALID, "line"},
		{"kind: Secret\nmetadata: {name: x}\n", ERROR_INVALID, "no Validating"},
		{CONFIGURATION("Validating", "[]"), ERROR_INVALID, "leads anywhere"},
		{CONFIGURATION("Validating", "[{clientConfig: {}}]"), ERROR_INVALID,
			"validatingwebhookconfigurations/ours: an entry has neither"},
		{CONFIGURATION("Validating", "[{clientConfig: {url: nonsense}}]"), ERROR_INVALID,
			"neither"},
		{CONFIGURATION("Validating",
			 "[{clientConfig: {url: \"https://a/\"}}, {clientConfig: {url: "
			 "\"https://b/\"}}, {clientConfig: {url: \"https://c/\"}}, {clientConfig: "
			 "{url: \"https://d/\"}}, {clientConfig: {url: \"https://e/\"}}]"),
			ERROR_EXHAUSTED, "too many Services"},
	};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct certificate_place place;
		struct error error = {0};

		assert_false(read_text(arena, rows[i].text, &place, &error));
		if (error.kind != rows[i].kind || !strstr(error.message, rows[i].part))
			fail_msg("row %zu: %s", i, error.message);
	}
}

static void
an_entry_is_ours_by_its_service_or_by_host_and_port(void **state)
{
	static const struct {
		const char *entry;
		bool ours;
	} rows[] = {
		{"{\"clientConfig\":{\"service\":{\"name\":\"hook\",\"namespace\":\"net\"}}}",
			true},
		{"{\"clientConfig\":{\"service\":{\"name\":\"hook\",\"namespace\":\"net\","
		 "\"path\":\"/x\",\"port\":7}}}",
			true},
		{"{\"clientConfig\":{\"service\":{\"name\":\"hook\",\"namespace\":\"other\"}}}",
			false},
		{"{\"clientConfig\":{\"service\":{\"name\":\"other\",\"namespace\":\"net\"}}}",
			false},
		{"{\"clientConfig\":{\"url\":\"https://10.0.0.7:8443/mutate\"}}", true},
		{"{\"clientConfig\":{\"url\":\"https://10.0.0.7:8444/mutate\"}}", false},
		{"{\"clientConfig\":{\"url\":\"10.0.0.7:8443\"}}", false},
		{"{}", false},
		{"7", false},
	};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);
	struct certificate_place place;

	(void)state;
	assert_true(read_text(arena,
		CONFIGURATION("Mutating", SERVICE) "---\n" CONFIGURATION("Validating", ADDRESS),
		&place, NULL));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *entry = json_parse(
			arena, rows[i].entry, strlen(rows[i].entry), &json_request_limits, NULL);

		if (certificate_place_has(arena, &place, entry) != rows[i].ours)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_registration_file_says_objects_and_hosts),
		cmocka_unit_test(a_file_that_cannot_be_used_says_why),
		cmocka_unit_test(an_entry_is_ours_by_its_service_or_by_host_and_port),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
