#include "registration/activation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "format/json_write.h"
#include "registration/wanted.h"

#define V             REGISTRATION_VALIDATING
#define NOT_ASKED     PROBE_NOT_ASKED
#define META          "\"metadata\":{\"name\":\"peerwarden\",\"resourceVersion\":\"7\"}"
#define LIVE(entries) "{" META ",\"webhooks\":[" entries "]}"
#define PROBE_RULE                                                                                 \
	"{\"operations\":[\"CREATE\"],\"apiGroups\":[\"peerwarden.io\"],\"apiVersions\":["         \
	"\"v1alpha1\"],\"resources\":[\"remotenetworks\"],\"scope\":\"*\"}"
#define OTHER_RULE                                                                                 \
	"{\"operations\":[\"CREATE\"],\"apiGroups\":[\"kubeovn.io\"],\"apiVersions\":[\"v1\"],"    \
	"\"resources\":[\"vpcs\"],\"scope\":\"*\"}"
#define TO(service, bundle)                                                                        \
	"\"clientConfig\":{\"service\":{\"name\":\"" service                                       \
	"\",\"namespace\":\"b\",\"path\":\"/validate\",\"port\":443}" bundle "}"
#define HERE           TO("a", ",\"caBundle\":\"b2xk\"")
#define POLICY(policy) "\"failurePolicy\":\"" policy "\""
/* As the API server gives it, defaults and all; `more` begins with a comma. */
#define ENTRY(client, policy, rules, more)                                                         \
	"{\"name\":\"v.peerwarden.io\"," client                                                    \
	"," POLICY(policy) ",\"rules\":[" rules "],"                                               \
			   "\"matchPolicy\":\"Equivalent\",\"namespaceSelector\":{},"              \
			   "\"objectSelector\":{},"                                                \
			   "\"sideEffects\":\"None\",\"timeoutSeconds\":10,"                       \
			   "\"admissionReviewVersions\":[\"v1\"]" more "}"
#define GOOD ENTRY(HERE, "Fail", PROBE_RULE "," OTHER_RULE, "")
#define IDLE ENTRY(HERE, "Ignore", PROBE_RULE "," OTHER_RULE, "")

static const char wanted_text[] =
	"{\"apiVersion\":\"admissionregistration.k8s.io/v1\","
	"\"kind\":\"ValidatingWebhookConfiguration\",\"metadata\":{\"name\":\"peerwarden\"},"
	"\"webhooks\":[{\"name\":\"v.peerwarden.io\",\"clientConfig\":{\"service\":{\"name\":"
	"\"a\",\"namespace\":\"b\",\"path\":\"/validate\"}},\"rules\":["
	"{\"operations\":[\"CREATE\"],\"apiGroups\":[\"peerwarden.io\"],\"apiVersions\":["
	"\"v1alpha1\"],\"resources\":[\"remotenetworks\"]},"
	"{\"operations\":[\"CREATE\"],\"apiGroups\":[\"kubeovn.io\"],\"apiVersions\":[\"v1\"],"
	"\"resources\":[\"vpcs\"]}],\"sideEffects\":\"None\",\"admissionReviewVersions\":"
	"[\"v1\"]}]}";

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(SIZE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct json *
json(const char *text)
{
	struct error error = {0};
	const struct json *value = json_parse(arena, text, strlen(text), &json_file_limits, &error);

	if (!value)
		fail_msg("%s: %s", error.message, text);
	return value;
}

/* `text` with the first `old` replaced. */
static const char *
replaced(const char *text, const char *old, const char *new)
{
	const char *found = strstr(text, old);

	assert_non_null(found);
	return arena_printf(arena, "%.*s%s%s", (int)(found - text), text, new, found + strlen(old));
}

static struct activation_step
plan(const char *wanted, const char *live, enum probe_answer answer)
{
	const struct activation_view view = {V, json(wanted), live ? json(live) : NULL, answer};

	return activation_plan(arena, &view);
}

struct row {
	const char *name;
	const char *live;
	enum probe_answer answer;
	enum activation_state state;
	enum activation_action action;
	const char *differences;
	const char *policy; /* of our entry in the object to write, or NULL for none */
};

static const struct json *
ours(const char *object)
{
	const struct json *entry = json_first(json_member(json(object), "webhooks"));

	while (!text_equal(json_member_text(entry, "name"), "v.peerwarden.io"))
		entry = json_next(entry);
	return entry;
}

static void
assert_row(const struct row *row)
{
	struct activation_step step = plan(wanted_text, row->live, row->answer);

	if (step.state != row->state || step.action != row->action ||
		!text_equal(step.differences, row->differences))
		fail_msg("%s: %s, %s, %s", row->name, activation_state_name(step.state),
			activation_action_name(step.action), step.differences);
	assert_int_equal(activation_writes(step.action), row->policy != NULL);
	assert_int_equal(step.object != NULL, row->policy != NULL);
	if (row->policy)
		assert_string_equal(
			json_member_text(ours(step.object), "failurePolicy"), row->policy);
}

#define SAME(text) "v.peerwarden.io: " text

static void
the_step_follows_from_what_is_live_and_from_the_answer(void **state)
{
	static const struct row rows[] = {
		{"nothing there", NULL, NOT_ASKED, ACTIVATION_ABSENT, ACTIVATION_NOTHING, "", NULL},
		{"a shell", "{" META "}", NOT_ASKED, ACTIVATION_EMPTY, ACTIVATION_FILL,
			"v.peerwarden.io is missing", "Ignore"},
		{"a shell, answered", "{" META "}", PROBE_ANSWERED, ACTIVATION_EMPTY,
			ACTIVATION_FILL, "v.peerwarden.io is missing", "Ignore"},
		{"filled", LIVE(IDLE), NOT_ASKED, ACTIVATION_FILLED, ACTIVATION_PROBE,
			SAME("failurePolicy"), NULL},
		{"filled, silent", LIVE(IDLE), PROBE_SILENT, ACTIVATION_FILLED, ACTIVATION_WAIT,
			SAME("failurePolicy"), NULL},
		{"filled, cannot ask", LIVE(IDLE), PROBE_IMPOSSIBLE, ACTIVATION_FILLED,
			ACTIVATION_WAIT, SAME("failurePolicy"), NULL},
		{"filled, answered", LIVE(IDLE), PROBE_ANSWERED, ACTIVATION_FILLED, ACTIVATION_ARM,
			SAME("failurePolicy"), "Fail"},
		{"armed", LIVE(GOOD), NOT_ASKED, ACTIVATION_ARMED, ACTIVATION_NOTHING, "", NULL},
		{"armed, silent", LIVE(GOOD), PROBE_SILENT, ACTIVATION_ARMED, ACTIVATION_NOTHING,
			"", NULL},
		{"armed, fewer rules", LIVE(ENTRY(HERE, "Fail", PROBE_RULE, "")), NOT_ASKED,
			ACTIVATION_ARMED, ACTIVATION_PROBE, SAME("rules"), NULL},
		{"armed, fewer rules, silent", LIVE(ENTRY(HERE, "Fail", PROBE_RULE, "")),
			PROBE_SILENT, ACTIVATION_ARMED, ACTIVATION_WAIT, SAME("rules"), NULL},
		{"armed, fewer rules, answered", LIVE(ENTRY(HERE, "Fail", PROBE_RULE, "")),
			PROBE_ANSWERED, ACTIVATION_ARMED, ACTIVATION_AMEND, SAME("rules"), "Fail"},
		{"filled, fewer rules", LIVE(ENTRY(HERE, "Ignore", PROBE_RULE, "")), PROBE_ANSWERED,
			ACTIVATION_FILLED, ACTIVATION_FILL, SAME("rules, failurePolicy"), "Ignore"},
		{"not asked about probes", LIVE(ENTRY(HERE, "Fail", OTHER_RULE, "")),
			PROBE_ANSWERED, ACTIVATION_EMPTY, ACTIVATION_FILL, SAME("rules"), "Ignore"},
		{"a selector",
			LIVE("{\"name\":\"v.peerwarden.io\"," HERE ",\"rules\":[" PROBE_RULE
			     "," OTHER_RULE "],\"sideEffects\":\"None\","
			     "\"admissionReviewVersions\":[\"v1\"],\"objectSelector\":{"
			     "\"matchLabels\":{\"a\":\"b\"}}}"),
			NOT_ASKED, ACTIVATION_EMPTY, ACTIVATION_FILL, SAME("objectSelector"),
			"Ignore"},
		{"another's condition",
			LIVE(ENTRY(HERE, "Fail", PROBE_RULE "," OTHER_RULE,
				",\"matchConditions\":[{\"name\":\"n\",\"expression\":\"false\"}"
				"]")),
			NOT_ASKED, ACTIVATION_EMPTY, ACTIVATION_FILL, SAME("matchConditions"),
			"Ignore"},
		{"elsewhere", LIVE(ENTRY(TO("z", ""), "Fail", PROBE_RULE "," OTHER_RULE, "")),
			PROBE_ANSWERED, ACTIVATION_ARMED, ACTIVATION_FILL, SAME("clientConfig"),
			"Ignore"},
		{"manual",
			"{\"metadata\":{\"annotations\":{\"peerwarden.io/registration\":"
			"\"manual\"}},\"webhooks\":[]}",
			PROBE_ANSWERED, ACTIVATION_MANUAL, ACTIVATION_NOTHING,
			"v.peerwarden.io is missing", NULL},
		{"an outdated one", LIVE(GOOD ",{\"name\":\"old.peerwarden.io\"}"), NOT_ASKED,
			ACTIVATION_ARMED, ACTIVATION_PROBE, "old.peerwarden.io is outdated", NULL},
		{"an outdated one, answered", LIVE(GOOD ",{\"name\":\"old.peerwarden.io\"}"),
			PROBE_ANSWERED, ACTIVATION_ARMED, ACTIVATION_AMEND,
			"old.peerwarden.io is outdated", "Fail"},
		{"another's", LIVE("{\"name\":\"v.example.com\"}," GOOD), NOT_ASKED,
			ACTIVATION_ARMED, ACTIVATION_NOTHING, "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_row(&rows[i]);
}

static void
a_missing_bundle_is_hinted_at(void **state)
{
	(void)state;
	assert_string_equal(
		plan(wanted_text, LIVE(ENTRY(TO("a", ""), "Ignore", PROBE_RULE, "")), NOT_ASKED)
			.hint,
		"v.peerwarden.io has no caBundle yet");
	assert_string_equal(plan(wanted_text, LIVE(IDLE), NOT_ASKED).hint, "");
	assert_string_equal(plan(wanted_text, NULL, NOT_ASKED).hint, "");
}

static void
a_wanted_ignore_needs_no_answer(void **state)
{
	const char *wanted =
		replaced(wanted_text, "\"sideEffects\"", POLICY("Ignore") ",\"sideEffects\"");
	struct activation_step step = plan(wanted, LIVE(GOOD), PROBE_SILENT);

	(void)state;
	assert_int_equal(step.action, ACTIVATION_FILL);
	assert_string_equal(json_member_text(ours(step.object), "failurePolicy"), "Ignore");
	step = plan(wanted, LIVE(IDLE), NOT_ASKED);
	assert_int_equal(step.state, ACTIVATION_ARMED);
	assert_int_equal(step.action, ACTIVATION_NOTHING);
}

static const char *
bundle_of(const struct activation_step *step)
{
	return json_member_text(json_member(ours(step->object), "clientConfig"), "caBundle");
}

static void
the_live_bundle_stays_unless_another_is_wanted(void **state)
{
	const char *bare = LIVE(ENTRY(TO("a", ""), "Fail", PROBE_RULE, ""));
	struct activation_step step =
		plan(wanted_text, LIVE(ENTRY(HERE, "Fail", PROBE_RULE, "")), PROBE_ANSWERED);

	(void)state;
	assert_string_equal(bundle_of(&step), "b2xk");
	step = plan(wanted_text, bare, PROBE_ANSWERED);
	assert_null(bundle_of(&step));
	step = plan(replaced(wanted_text, "\"clientConfig\":{",
			    "\"clientConfig\":{\"caBundle\":\"bmV3\","),
		LIVE(GOOD), PROBE_ANSWERED);
	assert_int_equal(step.action, ACTIVATION_FILL);
	assert_string_equal(bundle_of(&step), "bmV3");
	step = plan(
		replaced(wanted_text, "\"clientConfig\":{", "\"clientConfig\":{\"caBundle\":\"\","),
		LIVE(GOOD), NOT_ASKED);
	assert_int_equal(step.action, ACTIVATION_NOTHING);
}

static void
a_bundle_in_several_lines_is_the_same_as_in_one(void **state)
{
	static const struct {
		const char *bundle;
		enum activation_action action;
	} rows[] = {
		{"b2xk\\n", ACTIVATION_NOTHING},
		{"b2\\r\\nxk\\n", ACTIVATION_NOTHING},
		{"b2\\nx", ACTIVATION_FILL},
		{"b2xkb2xk\\n", ACTIVATION_FILL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *member = arena_printf(
			arena, "\"clientConfig\":{\"caBundle\":\"%s\",", rows[i].bundle);

		assert_int_equal(plan(replaced(wanted_text, "\"clientConfig\":{", member),
					 LIVE(GOOD), NOT_ASKED)
					 .action,
			rows[i].action);
	}
}

/* Everything of the object but the entry, and what we do not know of the entry. */
static void
what_is_not_ours_stays_as_it_is(void **state)
{
	static const char live[] =
		"{\"kind\":\"K\",\"metadata\":{\"name\":\"peerwarden\",\"resourceVersion\":\"7\","
		"\"annotations\":{\"a\":\"b\"},\"managedFields\":[{\"manager\":\"x\"}]},"
		"\"webhooks\":[{\"name\":\"v.example.com\",\"timeoutSeconds\":1},"
		"{\"name\":\"old.peerwarden.io\"}," ENTRY(
			HERE, "Fail", PROBE_RULE, ",\"later\":{\"x\":[1]},\"matchPolicyX\":7") "]}";
	struct activation_step step = plan(wanted_text, live, PROBE_ANSWERED);
	const struct json *object = json(step.object), *before = json(live);

	(void)state;
	assert_true(json_equal(json_member(object, "metadata"), json_member(before, "metadata")));
	assert_string_equal(json_member_text(object, "kind"), "K");
	assert_int_equal(json_count(json_member(object, "webhooks")), 2);
	assert_true(json_equal(json_first(json_member(object, "webhooks")),
		json_first(json_member(before, "webhooks"))));
	assert_true(json_equal(
		json_member(ours(step.object), "later"), json_member(ours(live), "later")));
	assert_int_equal(json_count(json_member(ours(step.object), "rules")), 2);
}

/* After each step that is written, and an answer, it is armed in two. */
static void
every_way_leads_to_armed(void **state)
{
	static const char *const lives[] = {"{" META "}", LIVE(""), LIVE(IDLE),
		LIVE(ENTRY(HERE, "Fail", OTHER_RULE, "")), LIVE(ENTRY(TO("z", ""), "Fail", "", "")),
		LIVE("{\"name\":\"v.peerwarden.io\"}"), LIVE("{\"name\":\"old.peerwarden.io\"}"),
		LIVE("7,null,\"a\",{}")};

	(void)state;
	for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
		const char *live = lives[i];
		struct activation_step step = {.action = ACTIVATION_FILL};

		for (int rounds = 0; rounds < 3 && step.action != ACTIVATION_NOTHING; rounds++) {
			step = plan(wanted_text, live, PROBE_ANSWERED);
			live = step.object ? step.object : live;
		}
		if (step.action != ACTIVATION_NOTHING || step.state != ACTIVATION_ARMED)
			fail_msg("%s: %s, %s", lives[i], activation_action_name(step.action),
				step.differences);
	}
}

static void
what_is_shipped_is_armed_once_it_is_live(void **state)
{
	struct wanted wanted;

	(void)state;
	assert_true(wanted_read(arena, "manifests/webhook-configurations.yaml", &wanted, NULL));
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		const struct activation_view view = {
			type, wanted.configurations[type], wanted.configurations[type], NOT_ASKED};

		assert_int_equal(activation_plan(arena, &view).action, ACTIVATION_NOTHING);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_step_follows_from_what_is_live_and_from_the_answer),
		cmocka_unit_test(a_missing_bundle_is_hinted_at),
		cmocka_unit_test(a_wanted_ignore_needs_no_answer),
		cmocka_unit_test(the_live_bundle_stays_unless_another_is_wanted),
		cmocka_unit_test(a_bundle_in_several_lines_is_the_same_as_in_one),
		cmocka_unit_test(what_is_not_ours_stays_as_it_is),
		cmocka_unit_test(every_way_leads_to_armed),
		cmocka_unit_test(what_is_shipped_is_armed_once_it_is_live),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
