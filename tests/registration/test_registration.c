#include "registration/registration.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "format/yaml.h"
#include "tests/serving/key_pair.h"

#define V    REGISTRATION_VALIDATING
#define M    REGISTRATION_MUTATING
#define HOST "peerwarden-webhook.peerwarden-system.svc"

static struct key_pair authority, stranger, leaf;
static struct arena *arena;
static const char *shipped; /* both configurations, with a bundle */
static const char *good;    /* the same without selectors and conditions */

static const char *
encode(const char *pem)
{
	gnutls_datum_t data = {(unsigned char *)(uintptr_t)pem, (unsigned)strlen(pem)};
	gnutls_datum_t text = {0};
	const char *copy;

	assert_int_equal(gnutls_base64_encode2(&data, &text), 0);
	copy = arena_text_part(arena, (const char *)text.data, text.size);
	gnutls_free(text.data);
	return copy;
}

/* `text` with every `old` replaced; fails when there is none. */
static const char *
replace(const char *text, const char *old, const char *new)
{
	CLEANUP(buffer_dispose) struct buffer out;
	const char *found = strstr(text, old);

	if (!found)
		fail_msg("not in the configuration: %s", old);
	buffer_init(&out, SIZE_MAX);
	for (; found; found = strstr(text, old)) {
		buffer_append(&out, text, (size_t)(found - text));
		buffer_append_text(&out, new);
		text = found + strlen(old);
	}
	buffer_append_text(&out, text);
	return arena_text(arena, buffer_text(&out));
}

/* Every stretch from `from` up to `until` taken out. */
static const char *
without(const char *text, const char *from, const char *until)
{
	for (const char *found = strstr(text, from); found; found = strstr(text, from))
		text = arena_printf(
			arena, "%.*s%s", (int)(found - text), text, strstr(found, until));
	return text;
}

static int
setup(void **state)
{
	CLEANUP(buffer_dispose) struct buffer file;

	(void)state;
	arena = arena_new(SIZE_MAX);
	buffer_init(&file, SIZE_MAX);
	if (!file_read("manifests/webhook-configurations.yaml", &file, NULL))
		return -1;
	key_pair_make(&authority, &(struct key_pair_wish){.name = "authority", .authority = true});
	key_pair_make(&stranger, &(struct key_pair_wish){.name = "stranger", .authority = true});
	key_pair_make(
		&leaf, &(struct key_pair_wish){.name = "leaf", .dns = HOST, .issuer = &authority});
	shipped = replace(buffer_text(&file), "port: 443}\n",
		arena_printf(arena, "port: 443}\n      caBundle: %s\n", encode(authority.pem)));
	good = without(shipped, "    namespaceSelector:", "    matchConditions:");
	good = without(good, "    matchConditions:", "    rules:");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	key_pair_free(&authority);
	key_pair_free(&stranger);
	key_pair_free(&leaf);
	arena_free(arena);
	return 0;
}

static const struct registration_problem *
check_for(const struct kind_selection *selection, enum registration_type type, const char *text)
{
	const struct registration_expectation expectation = {.type = type,
		.name = "peerwarden",
		.certificate = leaf.pem,
		.namespace = "ours",
		.selection = selection};
	struct yaml_documents documents;
	struct error error;

	if (!yaml_parse(arena, text, strlen(text), &json_file_limits, &documents, &error))
		fail_msg("%s", error.message);
	for (size_t i = 0; i < documents.count; i++)
		if (text_equal(
			    json_member_text(documents.items[i], "kind"), registration_kind(type)))
			return registration_check(arena, documents.items[i], &expectation);
	fail_msg("no %s", registration_kind(type));
	return NULL;
}

static const struct registration_problem *
check(enum registration_type type, const char *text)
{
	return check_for(NULL, type, text);
}

static void
assert_good(enum registration_type type, const char *text)
{
	const struct registration_problem *problem = check(type, text);

	if (problem)
		fail_msg("%s is %s, expected %s", problem->field, problem->actual,
			problem->expected);
}

static void
what_is_shipped_is_right(void **state)
{
	(void)state;
	assert_good(V, shipped);
	assert_good(M, shipped);
	assert_good(V, good);
	assert_good(M, good);
}

static void
conditions_that_leave_out_something_else_are_told(void **state)
{
	static const struct {
		const char *old, *new;
	} rows[] = {
		{"request.operation != 'UPDATE'", "request.operation == 'DELETE'"},
		{"'peerwarden.io/break-glass'", "'example.com/break-glass'"},
		{"name: changes", "name: changed"},
		{"    matchConditions:\n",
			"    matchConditions:\n      - {name: b, expression: \"true\"}\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct registration_problem *problem =
			check(M, replace(shipped, rows[i].old, rows[i].new));

		if (!problem || problem->check != REGISTRATION_MATCH_CONDITIONS || problem->next)
			fail_msg("%s is not told", rows[i].new);
	}
}

/* The first problem, and how many there are. */
struct row {
	enum registration_type type;
	const char *old;
	const char *new;
	enum registration_check check;
	const char *field;
	const char *actual; /* a part of it */
	size_t count;
};

static void
assert_row(const struct row *row)
{
	const struct registration_problem *first =
		check(row->type, replace(good, row->old, row->new));
	const struct registration_problem *problem = first;
	size_t count = 0;

	for (; problem; problem = problem->next) {
		assert_true(*problem->expected && *problem->remedy && *problem->field);
		count++;
	}
	if (!first)
		fail_msg("not found: %s", row->new);
	if (first->check != row->check || !text_equal(first->field, row->field) ||
		!strstr(first->actual, row->actual) || count != row->count)
		fail_msg("%s: %zu, %s %s is %s", row->new, count,
			registration_check_name(first->check), first->field, first->actual);
}

#define DELETES "operations: [CREATE, UPDATE, DELETE]\n        apiGroups: [kubeovn.io]"

static void
rules_that_leave_something_out_are_told(void **state)
{
	static const struct row rows[] = {
		{V, DELETES, "operations: [CREATE, UPDATE]\n        apiGroups: [kubeovn.io]",
			REGISTRATION_RULES, "webhooks[0].rules[0]", "\"CREATE\",\"UPDATE\"]", 4},
		{V, "remotenetworks, ", "", REGISTRATION_RULES, "webhooks[0].rules[2]",
			"[\"remotezones\"]", 1},
		{V, "subnets, vpc-nat", "subnets/status, vpc-nat", REGISTRATION_RULES,
			"webhooks[0].rules[0]", "subnets/status", 1},
		{V, "[peerwarden.io]", "[example.com]", REGISTRATION_RULES, "webhooks[0].rules",
			"no rule", 2},
		{V, "[v1beta1]", "[v1beta2]", REGISTRATION_RULES, "webhooks[0].rules[1]", "v1beta2",
			5},
		{V, "apiGroups: [kubeovn.io]", "scope: Cluster\n        apiGroups: [kubeovn.io]",
			REGISTRATION_RULES, "webhooks[0].rules[0]", "\"scope\":\"Cluster\"", 1},
		{V, "apiGroups: [kubeovn.io]", "scope: Namespaced\n        apiGroups: [kubeovn.io]",
			REGISTRATION_RULES, "webhooks[0].rules[0]", "Namespaced", 3},
		{M, "[CREATE, UPDATE]", "[CREATE]", REGISTRATION_RULES, "webhooks[0].rules[0]",
			"CREATE", 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_row(&rows[i]);
}

#define GUARDS(groups) "metadata:\n  annotations: {peerwarden.io/guards: \"" groups "\"}\n"

static void
groups_that_are_switched_off_need_no_rule(void **state)
{
	const char *text = replace(good, "[cloud-resources.kyma-project.io]", "[example.com]");

	(void)state;
	assert_good(V, replace(text, "metadata:\n", GUARDS("kubeovn.io,peerwarden.io")));
	assert_good(M, replace(text, "metadata:\n", GUARDS("kubeovn.io")));
	assert_non_null(check(V, text));
	assert_non_null(check(V, replace(text, "metadata:\n",
					 GUARDS("kubeovn.io, cloud-resources.kyma-project.io"))));
	text = replace(good, "[kubeovn.io]", "[example.com]");
	assert_good(V, replace(text, "metadata:\n", GUARDS("")));
	assert_good(V, replace(text, "metadata:\n", GUARDS("kubeovn.io.example.com")));
	text = replace(good, "[peerwarden.io]", "[example.com]");
	assert_non_null(check(V, replace(text, "metadata:\n", GUARDS("kubeovn.io"))));
}

static void
a_webhook_that_says_what_it_guards_needs_rules_for_just_that(void **state)
{
	const char *without_kyma =
		replace(good, "[cloud-resources.kyma-project.io]", "[example.com]");
	const char *claims_kube_ovn =
		replace(without_kyma, "metadata:\n", GUARDS("kubeovn.io,peerwarden.io"));
	const char *without_ours = replace(good, "[peerwarden.io]", "[example.com]");
	struct kind_selection kube_ovn, both;

	(void)state;
	assert_true(kind_selection_read("kube-ovn", &kube_ovn, NULL));
	assert_true(kind_selection_read(KIND_SELECTION_ALL, &both, NULL));
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		assert_null(check_for(&kube_ovn, type, good));
		assert_null(check_for(&kube_ovn, type, without_kyma));
		assert_non_null(check_for(&both, type, without_kyma));
		assert_non_null(check_for(&both, type, claims_kube_ovn));
	}
	assert_non_null(check_for(&kube_ovn, V, without_ours));
	assert_non_null(check_for(&kube_ovn, V, replace(good, "[kubeovn.io]", "[example.com]")));
}

static void
wildcards_cover_what_they_stand_for(void **state)
{
	const char *text = replace(good, "resources: [vpcs, subnets]", "resources: [\"*\"]");

	(void)state;
	assert_good(M, text);
	text = replace(good,
		"apiVersions: [v1]\n        resources: [vpcs, subnets, vpc-nat-gateways, "
		"vpc-egress-gateways]",
		"apiVersions: [\"*\"]\n        resources: [\"*/*\"]");
	assert_good(V, replace(text, "[CREATE, UPDATE, DELETE]", "[\"*\"]"));
}

static void
rules_that_would_ask_us_about_our_own_pages_are_told(void **state)
{
	static const struct row row = {V,
		"apiGroups: [kubeovn.io]\n        apiVersions: [v1]\n        resources: [vpcs, "
		"subnets, "
		"vpc-nat-gateways, vpc-egress-gateways]",
		"apiGroups: [\"*\"]\n        apiVersions: [v1]\n        resources: [\"*\"]",
		REGISTRATION_LEASES, "webhooks[0].rules[0]", "\"*\"", 1};

	(void)state;
	assert_row(&row);
}

#define POLICY     "failurePolicy: Fail"
#define WITH(text) "failurePolicy: Fail\n    " text
#define BY_NAME(values)                                                                            \
	WITH("namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, "          \
	     "operator: NotIn, values: [" values "]}]}")

static void
members_that_let_objects_pass_are_told(void **state)
{
	static const struct row rows[] = {
		{V, POLICY, "failurePolicy: Ignore", REGISTRATION_FAILURE_POLICY,
			"webhooks[0].failurePolicy", "Ignore", 1},
		{V, POLICY, WITH("matchPolicy: Exact"), REGISTRATION_MATCH_POLICY,
			"webhooks[0].matchPolicy", "Exact", 1},
		{V, "NoneOnDryRun", "Some", REGISTRATION_SIDE_EFFECTS, "webhooks[0].sideEffects",
			"Some", 1},
		{V, "timeoutSeconds: 10", "timeoutSeconds: 4", REGISTRATION_TIMEOUT,
			"webhooks[0].timeoutSeconds", "4", 1},
		{V, "timeoutSeconds: 10", "timeoutSeconds: 31", REGISTRATION_TIMEOUT,
			"webhooks[0].timeoutSeconds", "31", 1},
		{V, "[v1]\n    clientConfig", "[v1beta1]\n    clientConfig",
			REGISTRATION_REVIEW_VERSIONS, "webhooks[0].admissionReviewVersions",
			"[\"v1beta1\"]", 1},
		{M, "IfNeeded", "Never", REGISTRATION_REINVOCATION,
			"webhooks[0].reinvocationPolicy", "Never", 1},
		{V, POLICY, WITH("matchConditions: [{name: a, expression: \"false\"}]"),
			REGISTRATION_MATCH_CONDITIONS, "webhooks[0].matchConditions", "false", 1},
		{V, POLICY, WITH("objectSelector: {matchLabels: {a: b}}"), REGISTRATION_SELECTORS,
			"webhooks[0].objectSelector", "{\"a\":\"b\"}", 1},
		{V, POLICY,
			WITH("objectSelector: {matchExpressions: [{key: "
			     "kubernetes.io/metadata.name, "
			     "operator: NotIn, values: [kube-system]}]}"),
			REGISTRATION_SELECTORS, "webhooks[0].objectSelector", "NotIn", 1},
		{V, POLICY, BY_NAME("kube-system, tenant"), REGISTRATION_SELECTORS,
			"webhooks[0].namespaceSelector", "tenant", 1},
		{V, POLICY,
			WITH("namespaceSelector: {matchExpressions: [{key: a, operator: Exists}]}"),
			REGISTRATION_SELECTORS, "webhooks[0].namespaceSelector", "Exists", 1},
		{V, "/validate", "/elsewhere", REGISTRATION_ENDPOINT, "webhooks", "no entry", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_row(&rows[i]);
}

static void
members_that_do_no_harm_are_not_told(void **state)
{
	(void)state;
	assert_good(M, replace(good, POLICY, "failurePolicy: Ignore"));
	assert_good(V, replace(good, "NoneOnDryRun", "None"));
	assert_good(V, replace(good, "timeoutSeconds: 10", "timeoutSeconds: 30"));
	assert_good(V, replace(good, "timeoutSeconds: 10\n", "\n"));
	assert_good(V, replace(good, POLICY,
			       WITH("namespaceSelector: {}\n    objectSelector: {}\n    "
				    "matchPolicy: Equivalent")));
	assert_good(V, replace(good, POLICY, BY_NAME("kube-system, ours, peerwarden-system")));
}

static void
a_bundle_or_a_host_that_does_not_fit_the_certificate_is_told(void **state)
{
	const char *bundle = encode(authority.pem);
	const struct row rows[] = {
		{V, bundle, encode(stranger.pem), REGISTRATION_CA_BUNDLE,
			"webhooks[0].clientConfig.caBundle", "issuer is unknown", 1},
		{V, bundle, "\"\"", REGISTRATION_CA_BUNDLE, "webhooks[0].clientConfig.caBundle",
			"empty", 1},
		{V, bundle, "\"?\"", REGISTRATION_CA_BUNDLE, "webhooks[0].clientConfig.caBundle",
			"not Base64", 1},
		{V, "name: peerwarden-webhook, ", "name: other, ", REGISTRATION_HOST,
			"webhooks[0].clientConfig", "other.peerwarden-system.svc", 1},
	};
	const char *service =
		"service: {name: peerwarden-webhook, namespace: peerwarden-system, path: "
		"/validate, port: 443}";

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_row(&rows[i]);
	assert_good(V, replace(good, service, "url: \"https://" HOST ":8443/validate\""));
	assert_row(&(struct row){V, service, "url: \"https://[::1]:8443/validate\"",
		REGISTRATION_HOST, "webhooks[0].clientConfig", "::1", 1});
}

/* The work may be shared by entries, and entries of others stand in between. */
static void
entries_that_lead_to_us_count_together(void **state)
{
	const char *head = "  - name: validate.peerwarden.io\n";
	const char *foreign =
		"  - {name: other.example.com, failurePolicy: Ignore, clientConfig: {url: "
		"\"https://example.com/else\"}}\n";
	const char *text = replace(good, head, arena_printf(arena, "%s%s", foreign, head));
	const struct registration_problem *problem;

	(void)state;
	assert_good(V, text);
	problem = check(V, replace(text, POLICY, "failurePolicy: Ignore"));
	assert_non_null(problem);
	assert_string_equal(problem->field, "webhooks[1].failurePolicy");
	assert_string_equal(problem->remedy,
		"kubectl patch validatingwebhookconfigurations peerwarden --type=json "
		"--patch='[{\"op\":\"add\",\"path\":\"/webhooks/1/"
		"failurePolicy\",\"value\":\"Fail\"}]'");
	assert_null(problem->next);
}

static void
a_configuration_that_is_not_there_is_told(void **state)
{
	const struct registration_expectation expectation = {
		.type = M, .name = "peerwarden", .certificate = leaf.pem};
	const struct registration_problem *problem = registration_check(arena, NULL, &expectation);

	(void)state;
	assert_non_null(problem);
	assert_int_equal(problem->check, REGISTRATION_EXISTS);
	assert_null(problem->next);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shipped_is_right),
		cmocka_unit_test(conditions_that_leave_out_something_else_are_told),
		cmocka_unit_test(rules_that_leave_something_out_are_told),
		cmocka_unit_test(groups_that_are_switched_off_need_no_rule),
		cmocka_unit_test(a_webhook_that_says_what_it_guards_needs_rules_for_just_that),
		cmocka_unit_test(wildcards_cover_what_they_stand_for),
		cmocka_unit_test(rules_that_would_ask_us_about_our_own_pages_are_told),
		cmocka_unit_test(members_that_let_objects_pass_are_told),
		cmocka_unit_test(members_that_do_no_harm_are_not_told),
		cmocka_unit_test(a_bundle_or_a_host_that_does_not_fit_the_certificate_is_told),
		cmocka_unit_test(entries_that_lead_to_us_count_together),
		cmocka_unit_test(a_configuration_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
