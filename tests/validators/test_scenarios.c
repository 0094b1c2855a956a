/* Runs every scenario in tests/scenarios: objects that exist, one request or a bundle, and the
 * verdict that it must get.
 *
 *     name: what happens
 *     facts: E4                 # the row of the catalogue that the case comes from; optional
 *     base: kube-ovn            # tests/scenarios/bases/kube-ovn.yaml; optional
 *     given: [objects]          # beside the base; one of the same kind and name takes the place of
 * the base's policy: {...}             # the spec of a PeeringPolicy; optional when: {operation:
 * UPDATE, object: {...}}    # the old object is the given one of that kind and name bundle:
 * [objects]         # instead of `when`: judged as lint does, the last definition of an object wins
 *     then: {action: deny, rules: [exactly these, sorted], message: [parts], without: [parts]}
 *
 * Findings that are only reported do not count: `allow` means that nothing warns or denies.
 * Messages are compared together with their hints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "format/yaml.h"
#include "kinds/kind.h"
#include "kinds/manifest.h"
#include "validators/rules.h"
#include "validators/verdict.h"

#define SCENARIOS "tests/scenarios"
#define BASES     SCENARIOS "/bases/"

/* The time is 2026-11-01 in UTC: what a scenario wants to hold ends in 2099, what it wants to have
 * expired in 2020, so that every runner judges it alike. */
enum { SCENARIO_MEMORY = 64 << 20, MOST_OBJECTS = 64, SCENARIO_TIME = 1793491200 };

struct given {
	const struct json *object;
	struct declaration declaration;
	const struct given *earlier; /* of the same object, further up */
	bool replaced;
};

struct scenario {
	struct arena *arena;
	const char *file;
	const char *name;
	const struct json *root;
	struct given objects[MOST_OBJECTS];
	size_t count;
	struct inventory *inventory;
	const struct policy *policy;
	/* What came out, over all objects that were judged. */
	enum action action;
	bool found[RULES_LIMIT];
	const char *text;
};

static struct {
	size_t finding, passing;
} coverage[RULES_LIMIT];

/* Counted, so that one run shows all that differ. */
static size_t failures;

#define BROKEN(scenario, ...)                                                                      \
	fail_msg("%s: %s: %s", (scenario)->file, (scenario)->name,                                 \
		arena_printf((scenario)->arena, __VA_ARGS__))

static void
check_members(const struct scenario *scenario, const struct json *object, const char *allowed)
{
	if (!json_is_object(object))
		BROKEN(scenario, "not an object where one of %s is expected", allowed);
	for (const struct json *member = json_first(object); member; member = json_next(member))
		if (!strstr(allowed, arena_printf(scenario->arena, "|%s|", json_name(member))))
			BROKEN(scenario, "unknown member %s", json_name(member));
}

static const struct json *
required(const struct scenario *scenario, const struct json *object, const char *name)
{
	const struct json *value = json_member(object, name);

	if (!value)
		BROKEN(scenario, "%s is missing", name);
	return value;
}

static struct declaration
decode(const struct scenario *scenario, const struct json *object)
{
	struct manifest manifest = {scenario->file, object, kind_of_object(object), NULL};
	struct declaration declaration = {0};
	struct changes changes;
	struct error error;

	if (!manifest.definition)
		BROKEN(scenario, "an object is of no known kind");
	if (!manifest_decode(scenario->arena, &manifest, &changes, &declaration, &error))
		BROKEN(scenario, "%s", error.message);
	return declaration;
}

static struct given *
find(struct scenario *scenario, const struct object_id *object)
{
	for (size_t i = 0; i < scenario->count; i++)
		if (!scenario->objects[i].replaced &&
			object_equal(&scenario->objects[i].declaration.object, object))
			return &scenario->objects[i];
	return NULL;
}

static void
give(struct scenario *scenario, const struct json *object)
{
	struct given given = {.object = object, .declaration = decode(scenario, object)};
	struct given *earlier = find(scenario, &given.declaration.object);

	assert_true(scenario->count < MOST_OBJECTS);
	if (earlier)
		earlier->replaced = true;
	given.earlier = earlier;
	scenario->objects[scenario->count++] = given;
}

static struct yaml_documents
read_documents(struct arena *arena, const char *file)
{
	struct buffer text CLEANUP(buffer_dispose);
	struct yaml_documents documents = {0};
	struct error error;

	buffer_init(&text, SCENARIO_MEMORY);
	if (!file_read(file, &text, &error) || !yaml_parse(arena, buffer_text(&text), text.length,
						       &json_file_limits, &documents, &error))
		fail_msg("%s: %s", file, error.message);
	return documents;
}

static void
give_base(struct scenario *scenario)
{
	const char *base = json_member_text(scenario->root, "base");
	struct yaml_documents documents;

	if (!base)
		return;
	documents = read_documents(
		scenario->arena, arena_printf(scenario->arena, BASES "%s.yaml", base));
	for (size_t i = 0; i < documents.count; i++)
		give(scenario, documents.items[i]);
}

static const char *
quoted(struct arena *arena, const char *text)
{
	struct buffer quoted CLEANUP(buffer_dispose);

	buffer_init(&quoted, SCENARIO_MEMORY);
	buffer_append_json(&quoted, text);
	return arena_text(arena, buffer_text(&quoted));
}

/* As flow style, for policy_parse. */
static const char *
flow_text(struct arena *arena, const struct json *value)
{
	const char *text = "";

	if (json_text(value))
		return quoted(arena, json_text(value));
	if (json_is_number(value))
		return json_number_text(arena, value);
	if (json_is_boolean(value))
		return json_boolean(value, false) ? "true" : "false";
	for (const struct json *item = json_first(value); item; item = json_next(item))
		text = arena_printf(arena, "%s%s%s%s%s", text, *text ? ", " : "",
			json_name(item) ? json_name(item) : "", json_name(item) ? ": " : "",
			flow_text(arena, item));
	return arena_printf(arena, json_is_array(value) ? "[%s]" : "{%s}", text);
}

static const struct policy *
policy_of(const struct scenario *scenario, const struct json *spec)
{
	const struct policy *policy;
	const char *text;
	struct error error;

	if (!spec)
		return policy_default();
	text = arena_printf(scenario->arena,
		"apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nspec: %s\n",
		flow_text(scenario->arena, spec));
	policy = policy_parse(scenario->arena, text, strlen(text), &error);
	if (!policy)
		BROKEN(scenario, "%s", error.message);
	return policy;
}

static void
store_all(struct scenario *scenario)
{
	if (policy_declaration(scenario->policy))
		inventory_store(scenario->inventory, policy_declaration(scenario->policy));
	for (size_t i = 0; i < scenario->count; i++)
		if (!scenario->objects[i].replaced)
			inventory_store(scenario->inventory, &scenario->objects[i].declaration);
}

/* Keeps what warns or denies. A rule passes where it guards the kind and is silent. */
static void
keep(struct scenario *scenario, const struct verdict *verdict, enum kind kind)
{
	bool found[RULES_LIMIT] = {false};

	for (const struct finding *finding = verdict->findings.first; finding;
		finding = finding->next) {
		if (finding->action < ACTION_WARN)
			continue;
		if (finding->action > scenario->action)
			scenario->action = finding->action;
		scenario->text = arena_printf(scenario->arena, "%s%s: %s [%s]\n  %s\n",
			scenario->text, action_name(finding->action), finding->message,
			finding->rule, finding->hint);
		for (size_t i = 0; rules[i]; i++)
			found[i] = found[i] || text_equal(rules[i]->id, finding->rule);
	}
	for (size_t i = 0; rules[i]; i++) {
		scenario->found[i] = scenario->found[i] || found[i];
		if (found[i])
			coverage[i].finding++;
		else if (rules[i]->guards & KIND_BIT(kind))
			coverage[i].passing++;
	}
}

static void
judge(struct scenario *scenario, struct verdict_request request)
{
	struct verdict verdict;

	request.inventory = scenario->inventory;
	request.policy = scenario->policy;
	request.now = SCENARIO_TIME;
	verdict = verdict_reach(scenario->arena, &request);
	keep(scenario, &verdict, request.subject->object.kind);
}

static void
run_request(struct scenario *scenario, const struct json *when)
{
	const char *operation = json_text(required(scenario, when, "operation"));
	struct declaration subject = decode(scenario, required(scenario, when, "object"));
	const struct given *old = find(scenario, &subject.object);
	bool deletes = text_equal(operation, "DELETE");

	check_members(scenario, when, "|operation|object|");
	if (!deletes && !text_equal(operation, "UPDATE") && !text_equal(operation, "CREATE"))
		BROKEN(scenario, "unknown operation %s", operation);
	if (!old != text_equal(operation, "CREATE"))
		BROKEN(scenario, "%s of an object that %s given", operation, old ? "is" : "is not");
	judge(scenario, (struct verdict_request){
				.subject = deletes ? &old->declaration : &subject,
				.before = old && !deletes ? &old->declaration : NULL,
				.deleting = deletes,
			});
}

static void
judge_bundle(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->count; i++) {
		const struct given *given = &scenario->objects[i], *earlier = given->earlier;

		if (given->replaced)
			continue;
		judge(scenario, (struct verdict_request){
					.subject = &given->declaration,
					.twin = earlier ? &earlier->declaration : NULL,
					.twin_differs = earlier &&
							!json_equal(earlier->object, given->object),
				});
	}
}

static const char *
expected_rules(const struct scenario *scenario, const struct json *then)
{
	const char *text = "";

	for (const struct json *item = json_first(json_member(then, "rules")); item;
		item = json_next(item)) {
		if (!json_text(item) || !rule_find(json_text(item)))
			BROKEN(scenario, "unknown rule in rules");
		text = arena_printf(
			scenario->arena, "%s%s%s", text, *text ? " " : "", json_text(item));
	}
	return text;
}

static int
compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char *
found_rules(const struct scenario *scenario)
{
	const char *ids[RULES_LIMIT];
	const char *text = "";
	size_t count = 0;

	for (size_t i = 0; rules[i]; i++)
		if (scenario->found[i])
			ids[count++] = rules[i]->id;
	qsort(ids, count, sizeof *ids, compare_texts);
	for (size_t i = 0; i < count; i++)
		text = arena_printf(scenario->arena, "%s%s%s", text, i ? " " : "", ids[i]);
	return text;
}

/* The first thing that is not as expected, or NULL. */
static const char *
difference(const struct scenario *scenario, const struct json *then)
{
	const char *action =
		scenario->action < ACTION_WARN ? "allow" : action_name(scenario->action);
	const char *expected_action = json_text(required(scenario, then, "action"));
	const char *expected = expected_rules(scenario, then), *found = found_rules(scenario);

	if (!text_equal(action, expected_action) || !text_equal(expected, found))
		return arena_printf(scenario->arena, "expected %s (%s), got %s (%s)",
			expected_action, expected, action, found);
	for (const struct json *part = json_first(json_member(then, "message")); part;
		part = json_next(part))
		if (!strstr(scenario->text, json_text(part)))
			return arena_printf(scenario->arena, "\"%s\" is not said", json_text(part));
	for (const struct json *part = json_first(json_member(then, "without")); part;
		part = json_next(part))
		if (strstr(scenario->text, json_text(part)))
			return arena_printf(scenario->arena, "\"%s\" is said", json_text(part));
	return NULL;
}

static void
run(struct scenario *scenario)
{
	const struct json *when = json_member(scenario->root, "when");
	const struct json *bundle = json_member(scenario->root, "bundle");
	const struct json *then = required(scenario, scenario->root, "then");
	const char *differs;

	check_members(scenario, scenario->root, "|name|facts|base|given|policy|when|bundle|then|");
	check_members(scenario, then, "|action|rules|message|without|");
	if (!when == !bundle)
		BROKEN(scenario, "exactly one of when and bundle is needed");
	scenario->policy = policy_of(scenario, json_member(scenario->root, "policy"));
	give_base(scenario);
	for (const struct json *object = json_first(json_member(scenario->root, "given")); object;
		object = json_next(object))
		give(scenario, object);
	for (const struct json *object = json_first(bundle); object; object = json_next(object))
		give(scenario, object);
	scenario->inventory = inventory_new();
	inventory_lock(scenario->inventory);
	store_all(scenario);
	if (when)
		run_request(scenario, when);
	else
		judge_bundle(scenario);
	inventory_unlock(scenario->inventory);
	inventory_free(scenario->inventory);
	differs = difference(scenario, then);
	if (!differs)
		return;
	failures++;
	print_error("%s: %s: %s\n%s", scenario->file, scenario->name, differs, scenario->text);
}

static size_t
run_file(const char *file)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(SCENARIO_MEMORY);
	struct yaml_documents documents = read_documents(arena, file);

	for (size_t i = 0; i < documents.count; i++) {
		struct scenario *scenario = ARENA_NEW(arena, struct scenario);
		const char *name = json_member_text(documents.items[i], "name");

		scenario->arena = arena;
		scenario->file = file;
		scenario->name = name ? name : "(without a name)";
		scenario->root = documents.items[i];
		scenario->text = "";
		run(scenario);
	}
	assert_false(arena_exhausted(arena));
	return documents.count;
}

static void
every_scenario_gets_its_verdict(void **state)
{
	static const char *const suffixes[] = {".yaml", NULL};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const char **files = file_list(arena, SCENARIOS, suffixes, &error);
	size_t count = 0;

	(void)state;
	assert_non_null(files);
	for (; *files; files++)
		if (!text_starts_with(*files, BASES))
			count += run_file(*files);
	assert_true(count > 0);
	assert_int_equal(failures, 0);
}

static void
every_rule_is_broken_and_kept_by_some_scenario(void **state)
{
	size_t missing = 0;

	(void)state;
	for (size_t i = 0; rules[i]; i++) {
		if (coverage[i].finding && coverage[i].passing)
			continue;
		missing++;
		print_error("%s: %zu times found, %zu times passed\n", rules[i]->id,
			coverage[i].finding, coverage[i].passing);
	}
	assert_int_equal(missing, 0);
}

static void
every_rule_has_a_page(void **state)
{
	size_t missing = 0;

	(void)state;
	for (size_t i = 0; rules[i]; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
		struct buffer text CLEANUP(buffer_dispose);
		const char *title = arena_printf(arena, "# %s\n", rules[i]->id);
		struct error error;

		buffer_init(&text, 1 << 20);
		if (file_read(
			    arena_printf(arena, "docs/rules/%s.md", rules[i]->id), &text, &error) &&
			text_starts_with(buffer_text(&text), title))
			continue;
		missing++;
		print_error("docs/rules/%s.md is missing or has another title\n", rules[i]->id);
	}
	assert_int_equal(missing, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scenario_gets_its_verdict),
		cmocka_unit_test(every_rule_is_broken_and_kept_by_some_scenario),
		cmocka_unit_test(every_rule_has_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
