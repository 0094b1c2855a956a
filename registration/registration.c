#include "registration/registration.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "format/json_write.h"
#include "kinds/kind.h"
#include "kinds/peerwarden.h"
#include "kube/base64.h"
#include "registration/registration_conditions.h"
#include "registration/registration_entry.h"
#include "registration/registration_rules.h"
#include "serving/certificate.h"

enum { LONGEST_ACTUAL = 400, LARGEST_BUNDLE = 1024 * 1024, MOST_OPERATIONS = 3 };
enum { LEAST_SECONDS = 5, MOST_SECONDS = 30, DEFAULT_SECONDS = 10 };

#define AS_SHIPPED "write the rules as manifests/webhook-configurations.yaml does"

static const struct {
	const char *name;
	const char *kind;
	const char *resource;
	const char *path; /* ours */
	const char *operations[MOST_OPERATIONS + 1];
} types[REGISTRATION_TYPES] = {
	[REGISTRATION_VALIDATING] = {"validating", "ValidatingWebhookConfiguration",
		"validatingwebhookconfigurations", "/validate", {"CREATE", "UPDATE", "DELETE"}},
	[REGISTRATION_MUTATING] = {"mutating", "MutatingWebhookConfiguration",
		"mutatingwebhookconfigurations", "/mutate", {"CREATE", "UPDATE"}},
};

static const char *const check_names[REGISTRATION_CHECKS] = {
	[REGISTRATION_EXISTS] = "exists",
	[REGISTRATION_ENDPOINT] = "endpoint",
	[REGISTRATION_RULES] = "rules",
	[REGISTRATION_LEASES] = "leases",
	[REGISTRATION_FAILURE_POLICY] = "failure-policy",
	[REGISTRATION_MATCH_POLICY] = "match-policy",
	[REGISTRATION_SIDE_EFFECTS] = "side-effects",
	[REGISTRATION_REINVOCATION] = "reinvocation",
	[REGISTRATION_TIMEOUT] = "timeout",
	[REGISTRATION_REVIEW_VERSIONS] = "review-versions",
	[REGISTRATION_SELECTORS] = "selectors",
	[REGISTRATION_MATCH_CONDITIONS] = "match-conditions",
	[REGISTRATION_CA_BUNDLE] = "ca-bundle",
	[REGISTRATION_HOST] = "host",
};

/* What the problems are about: one configuration, and the entry that is looked at. */
struct subject {
	struct arena *arena;
	const struct registration_expectation *expectation;
	const char *groups; /* that are guarded, separated by commas; NULL: all */
	const struct json *webhooks;
	const struct json *entry;
	size_t index; /* of the entry */
	struct registration_problem *first;
	struct registration_problem **end;
};

const char *
registration_check_name(enum registration_check check)
{
	return check_names[check];
}

const char *
registration_type_name(enum registration_type type)
{
	return types[type].name;
}

const char *
registration_kind(enum registration_type type)
{
	return types[type].kind;
}

const char *
registration_resource(enum registration_type type)
{
	return types[type].resource;
}

/* Whatever is quoted from the configuration. */
static const char *
one_line(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);

	for (char *c = copy; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = '?';
	return copy;
}

static struct registration_problem *
add(struct subject *subject, enum registration_check check, const char *field, const char *actual,
	const char *expected, const char *remedy)
{
	struct registration_problem *problem =
		ARENA_NEW(subject->arena, struct registration_problem);

	*problem = (struct registration_problem){check, one_line(subject->arena, field),
		one_line(subject->arena, actual), one_line(subject->arena, expected),
		one_line(subject->arena, remedy), NULL};
	*subject->end = problem;
	subject->end = &problem->next;
	return problem;
}

static const char *
field_of(const struct subject *subject, const char *member)
{
	return arena_printf(subject->arena, "webhooks[%zu].%s", subject->index, member);
}

/* A command that changes one member of the entry; a NULL value removes it. */
static const char *
patch_command(const struct subject *subject, const char *member, const char *value)
{
	const struct registration_expectation *expectation = subject->expectation;
	const char *change = value ? arena_printf(subject->arena, ",\"value\":%s", value) : "";

	return arena_printf(subject->arena,
		"kubectl patch %s %s --type=json "
		"--patch='[{\"op\":\"%s\",\"path\":\"/webhooks/%zu/%s\"%s}]'",
		types[expectation->type].resource, expectation->name, value ? "add" : "remove",
		subject->index, member, change);
}

/* The value as JSON, cut where it is long. */
static const char *
json_line(struct arena *arena, const struct json *value)
{
	CLEANUP(buffer_dispose) struct buffer text;

	buffer_init(&text, LARGEST_BUNDLE);
	json_write(arena, value, &text);
	if (text.length <= LONGEST_ACTUAL)
		return arena_text(arena, buffer_text(&text));
	text.length = text_valid_utf8(text.data, LONGEST_ACTUAL);
	return arena_printf(arena, "%.*s…", (int)text.length, text.data);
}

static bool
is_ours(const struct subject *subject, const struct json *entry)
{
	return text_equal(registration_entry_path(entry), types[subject->expectation->type].path);
}

/* Moves to the next entry that leads to us; false after the last. */
static bool
next_entry(struct subject *subject)
{
	do {
		subject->index = subject->entry ? subject->index + 1 : 0;
		subject->entry =
			subject->entry ? json_next(subject->entry) : json_first(subject->webhooks);
	} while (subject->entry && !is_ours(subject, subject->entry));
	return subject->entry != NULL;
}

/* The path of the first rule of our entries for which `fits` is true, or NULL. */
static const char *
find_rule(struct subject *subject,
	bool (*fits)(
		const struct json *rule, const struct kind_definition *kind, const char *operation),
	const struct kind_definition *kind, const char *operation, const struct json **found)
{
	const char *path = NULL;

	while (!path && next_entry(subject)) {
		const struct json *rule = json_first(json_member(subject->entry, "rules"));

		for (size_t i = 0; rule && !path; rule = json_next(rule), i++) {
			if (!fits(rule, kind, operation))
				continue;
			path = arena_printf(
				subject->arena, "webhooks[%zu].rules[%zu]", subject->index, i);
			*found = rule;
		}
	}
	subject->entry = NULL;
	return path;
}

/* The operations that no rule covers, as text; NULL when all are. */
static const char *
missing_operations(struct subject *subject, const struct kind_definition *kind)
{
	const char *const *operation = types[subject->expectation->type].operations;
	const struct json *rule;
	const char *missing = NULL;

	for (; *operation; operation++)
		if (!find_rule(subject, registration_rule_covers, kind, *operation, &rule))
			missing = missing ? arena_printf(
						    subject->arena, "%s, %s", missing, *operation)
					  : *operation;
	return missing;
}

static void
check_kind(struct subject *subject, const struct kind_definition *kind)
{
	const char *missing = missing_operations(subject, kind);
	const struct json *rule = NULL;
	const char *path;

	if (!missing)
		return;
	path = find_rule(subject, registration_rule_has_resource, kind, NULL, &rule);
	if (!path)
		path = find_rule(subject, registration_rule_has_group, kind, NULL, &rule);
	if (!path) {
		next_entry(subject);
		path = field_of(subject, "rules");
		subject->entry = NULL;
	}
	add(subject, REGISTRATION_RULES, path,
		rule ? json_line(subject->arena, rule) : "no rule for this group",
		arena_printf(subject->arena, "also %s of %s/%s %s", missing, kind->group,
			kind->version, kind->plural),
		AS_SHIPPED);
}

static bool
list_has(const char *list, const char *word)
{
	size_t length;

	for (; *list; list += length) {
		list += strspn(list, ", ");
		length = strcspn(list, ", ");
		if (length == strlen(word) && memcmp(list, word, length) == 0)
			return true;
	}
	return false;
}

/* RemoteNetworks and RemoteZones always are. */
static bool
is_guarded(const struct subject *subject, const struct kind_definition *kind)
{
	const struct kind_selection *selection = subject->expectation->selection;

	if (selection)
		return kind->guarded && kind_selection_has(selection, kind->kind);
	return kind->guarded &&
	       (!subject->groups || text_equal(kind->group, PEERWARDEN_API_GROUP) ||
		       list_has(subject->groups, kind->group));
}

static void
check_rules(struct subject *subject)
{
	bool mutating = subject->expectation->type == REGISTRATION_MUTATING;

	for (enum kind kind = 0; kind < KINDS; kind++) {
		const struct kind_definition *definition = kind_definitions[kind];

		if (is_guarded(subject, definition) && (!mutating || definition->canonicalise))
			check_kind(subject, definition);
	}
}

/* A write of a page that waits for us, while we wait for the write, ends in a refusal of both. */
static void
check_leases(struct subject *subject)
{
	static const struct kind_definition lease = {.group = "coordination.k8s.io",
		.version = "v1",
		.plural = "leases",
		.namespaced = true};
	const struct json *rule = NULL;
	const char *path = find_rule(subject, registration_rule_covers, &lease, "UPDATE", &rule);

	if (path)
		add(subject, REGISTRATION_LEASES, path, json_line(subject->arena, rule),
			"no rule that takes in leases: the ledger's own writes would wait for us",
			AS_SHIPPED);
}

enum { VALIDATING = 1 << REGISTRATION_VALIDATING, MUTATING = 1 << REGISTRATION_MUTATING };

/* Members that must have one of a few texts. */
static const struct member {
	enum registration_check check;
	unsigned types;
	const char *name;
	const char *otherwise; /* the API server's default */
	const char *good;
	const char *as_good; /* or NULL */
} members[] = {
	{REGISTRATION_FAILURE_POLICY, VALIDATING, "failurePolicy", "Fail", "Fail", NULL},
	{REGISTRATION_MATCH_POLICY, VALIDATING | MUTATING, "matchPolicy", "Equivalent",
		"Equivalent", NULL},
	{REGISTRATION_SIDE_EFFECTS, VALIDATING | MUTATING, "sideEffects", "Unknown", "NoneOnDryRun",
		"None"},
	{REGISTRATION_REINVOCATION, MUTATING, "reinvocationPolicy", "Never", "IfNeeded", NULL},
};

static void
check_member(struct subject *subject, const struct member *member)
{
	const char *text = json_member_text(subject->entry, member->name);
	const char *quoted = arena_printf(subject->arena, "\"%s\"", member->good);

	text = text ? text : member->otherwise;
	if (!(member->types & 1U << subject->expectation->type) || text_equal(text, member->good) ||
		(member->as_good && text_equal(text, member->as_good)))
		return;
	add(subject, member->check, field_of(subject, member->name), text, member->good,
		patch_command(subject, member->name, quoted));
}

static void
check_timeout(struct subject *subject)
{
	const struct json *value = json_member(subject->entry, "timeoutSeconds");
	int64_t seconds = DEFAULT_SECONDS;

	json_integer(value, &seconds);
	if (seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS)
		return;
	add(subject, REGISTRATION_TIMEOUT, field_of(subject, "timeoutSeconds"),
		json_line(subject->arena, value), "5 to 30: a decision may wait for another's",
		patch_command(subject, "timeoutSeconds", "10"));
}

static void
check_review_versions(struct subject *subject)
{
	const struct json *versions = json_member(subject->entry, "admissionReviewVersions");

	if (!registration_list_has(versions, "v1"))
		add(subject, REGISTRATION_REVIEW_VERSIONS,
			field_of(subject, "admissionReviewVersions"),
			json_line(subject->arena, versions), "v1 among them",
			patch_command(subject, "admissionReviewVersions", "[\"v1\"]"));
}

static bool
may_be_left_out(const struct subject *subject, const char *namespace)
{
	const struct json *service =
		json_member(json_member(subject->entry, "clientConfig"), "service");
	const char *of_service = json_member_text(service, "namespace");

	return namespace &&
	       (text_equal(namespace, "kube-system") || text_equal(namespace, of_service) ||
		       text_equal(namespace, subject->expectation->namespace));
}

/* True when it only leaves out kube-system and our own namespace. */
static bool
leaves_out_little(const struct subject *subject, const struct json *selector)
{
	const struct json *item = json_first(json_member(selector, "matchExpressions"));

	for (; item; item = json_next(item)) {
		const struct json *value = json_first(json_member(item, "values"));

		if (!text_equal(json_member_text(item, "key"), "kubernetes.io/metadata.name") ||
			!text_equal(json_member_text(item, "operator"), "NotIn"))
			return false;
		for (; value; value = json_next(value))
			if (!may_be_left_out(subject, json_text(value)))
				return false;
	}
	return true;
}

static void
check_selector(struct subject *subject, const char *name)
{
	const struct json *selector = json_member(subject->entry, name);
	bool by_namespace = text_equal(name, "namespaceSelector");

	if (json_count(json_member(selector, "matchLabels")) == 0 &&
		(json_count(json_member(selector, "matchExpressions")) == 0 ||
			(by_namespace && leaves_out_little(subject, selector))))
		return;
	add(subject, REGISTRATION_SELECTORS, field_of(subject, name),
		json_line(subject->arena, selector),
		by_namespace ? "nothing left out but kube-system and our own namespace"
			     : "nothing left out",
		patch_command(subject, name, NULL));
}

static void
check_match_conditions(struct subject *subject)
{
	const struct json *conditions = json_member(subject->entry, "matchConditions");

	if (!registration_conditions_are_ours(conditions))
		add(subject, REGISTRATION_MATCH_CONDITIONS, field_of(subject, "matchConditions"),
			json_line(subject->arena, conditions),
			"none but those that are shipped: others leave objects out",
			patch_command(subject, "matchConditions", NULL));
}

static void
check_host(struct subject *subject)
{
	const char *host = registration_entry_host(subject->arena, subject->entry);

	if (!certificate_has_host(subject->expectation->certificate, host))
		add(subject, REGISTRATION_HOST, field_of(subject, "clientConfig"), host,
			"a host that the served certificate has among its names",
			arena_printf(subject->arena,
				"issue the certificate of --tls-cert with the DNS name or address "
				"%s",
				host));
}

static void
check_bundle(struct subject *subject)
{
	CLEANUP(buffer_dispose) struct buffer bundle;
	const char *text =
		json_member_text(json_member(subject->entry, "clientConfig"), "caBundle");
	struct error error = {0};
	bool good;

	buffer_init(&bundle, LARGEST_BUNDLE);
	if (text_is_blank(text))
		good = error_set(&error, ERROR_INVALID, "empty");
	else if (!base64_decode(text, &bundle))
		good = error_set(&error, ERROR_INVALID, "not Base64");
	else
		good = certificate_is_trusted(
			subject->expectation->certificate, buffer_text(&bundle), &error);
	if (!good)
		add(subject, REGISTRATION_CA_BUNDLE, field_of(subject, "clientConfig.caBundle"),
			error.message, "authorities that verify the certificate which is served",
			"put the authority of --tls-cert in; cert-manager does it by the "
			"annotation cert-manager.io/inject-ca-from");
}

static void
check_entry(struct subject *subject)
{
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		check_member(subject, &members[i]);
	check_timeout(subject);
	check_review_versions(subject);
	check_selector(subject, "namespaceSelector");
	check_selector(subject, "objectSelector");
	check_match_conditions(subject);
	check_bundle(subject);
	check_host(subject);
}

struct registration_problem *
registration_check(struct arena *arena, const struct json *configuration,
	const struct registration_expectation *expectation)
{
	struct subject subject = {.arena = arena,
		.expectation = expectation,
		.webhooks = json_member(configuration, "webhooks")};
	const char *path = types[expectation->type].path;

	subject.end = &subject.first;
	subject.groups =
		json_member_text(json_member(json_member(configuration, "metadata"), "annotations"),
			REGISTRATION_GUARDS);
	if (!configuration) {
		add(&subject, REGISTRATION_EXISTS, "metadata.name", "there is none",
			expectation->name,
			"create it without webhooks, as the chart does: the daemon fills it");
		return subject.first;
	}
	if (!next_entry(&subject)) {
		add(&subject, REGISTRATION_ENDPOINT, "webhooks", "no entry leads to us",
			arena_printf(arena, "one whose clientConfig has the path %s", path),
			"the leader of the daemons fills it (--registration); without a daemon: "
			"peerwarden registration apply FILE");
		return subject.first;
	}
	do
		check_entry(&subject);
	while (next_entry(&subject));
	check_rules(&subject);
	check_leases(&subject);
	return subject.first;
}
