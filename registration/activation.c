#include "registration/activation.h"

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "format/json_write.h"
#include "kinds/kind.h"
#include "registration/registration_conditions.h"
#include "registration/registration_defaults.h"
#include "registration/registration_rules.h"

#define OURS ".peerwarden.io"
enum { OBJECT_SIZE = 4 * 1024 * 1024, DIFFERENCES_SIZE = 512 };

static const char *const states[ACTIVATION_STATES] = {
	[ACTIVATION_ABSENT] = "absent",
	[ACTIVATION_EMPTY] = "empty",
	[ACTIVATION_FILLED] = "filled",
	[ACTIVATION_ARMED] = "armed",
	[ACTIVATION_MANUAL] = "manual",
};

static const char *const actions[ACTIVATION_ACTIONS] = {
	[ACTIVATION_NOTHING] = "nothing",
	[ACTIVATION_PROBE] = "probe",
	[ACTIVATION_WAIT] = "wait",
	[ACTIVATION_FILL] = "fill",
	[ACTIVATION_ARM] = "arm",
	[ACTIVATION_AMEND] = "amend",
};

/* What is due for one wanted entry. */
enum need {
	NEED_NOTHING,
	NEED_AMEND,
	NEED_ARM,
	NEED_FILL,
	NEED_ENTRY, /* it is missing, or is not asked about everything */
	NEEDS
};

const char *
activation_state_name(enum activation_state state)
{
	return states[state];
}

const char *
activation_action_name(enum activation_action action)
{
	return actions[action];
}

bool
activation_writes(enum activation_action action)
{
	return action == ACTIVATION_FILL || action == ACTIVATION_ARM || action == ACTIVATION_AMEND;
}

static const struct json *
entries(const struct json *configuration)
{
	return json_first(json_member(configuration, "webhooks"));
}

static const struct json *
find(const struct json *configuration, const struct json *like)
{
	const struct json *entry = entries(configuration);

	while (entry &&
		!text_equal(json_member_text(entry, "name"), json_member_text(like, "name")))
		entry = json_next(entry);
	return entry;
}

static bool
binds(const struct json *entry)
{
	return text_equal(registration_defaults_policy(entry), "Fail");
}

/* Ours, of an earlier version. */
static bool
is_outdated(const struct json *wanted, const struct json *entry)
{
	const char *name = json_member_text(entry, "name");

	return name && text_ends_with(name, OURS) && !find(wanted, entry);
}

static bool
has_outdated(const struct activation_view *view)
{
	const struct json *entry = entries(view->live);

	while (entry && !is_outdated(view->wanted, entry))
		entry = json_next(entry);
	return entry != NULL;
}

static bool
rules_take_probe(const struct json *entry)
{
	const struct json *rule = json_first(json_member(entry, "rules"));

	while (rule &&
		!registration_rule_covers(rule, kind_definitions[KIND_REMOTE_NETWORK], "CREATE"))
		rule = json_next(rule);
	return rule != NULL;
}

/* Whether a probe would come through it, as far as can be known. */
static bool
takes_probe(const struct json *wanted, const struct json *live)
{
	return rules_take_probe(live) &&
	       registration_defaults_same(wanted, live, "objectSelector") &&
	       (registration_conditions_are_ours(json_member(live, "matchConditions")) ||
		       registration_defaults_same(wanted, live, "matchConditions"));
}

static bool
differs(const struct json *wanted, const struct json *live, bool in_policy)
{
	for (const char *const *member = registration_defaults_members; *member; member++)
		if (text_equal(*member, "failurePolicy") == in_policy &&
			!registration_defaults_same(wanted, live, *member))
			return true;
	return false;
}

static enum need
need_of(const struct json *wanted, const struct json *live)
{
	if (!live)
		return NEED_ENTRY;
	if (!takes_probe(wanted, live))
		return NEED_ENTRY;
	if (differs(wanted, live, true))
		return binds(live) || differs(wanted, live, false) ? NEED_FILL : NEED_ARM;
	if (!differs(wanted, live, false))
		return NEED_NOTHING;
	if (!binds(live) || !registration_defaults_same(wanted, live, "clientConfig"))
		return NEED_FILL;
	return NEED_AMEND;
}

/* --- in words --- */

static void
tell_entry(const struct json *wanted, const struct json *live, struct buffer *out)
{
	const char *separator = out->length > 0 ? "; " : "";
	const char *name = json_member_text(wanted, "name");

	if (!live) {
		buffer_printf(out, "%s%s is missing", separator, name);
		return;
	}
	for (const char *const *member = registration_defaults_members; *member; member++) {
		if (registration_defaults_same(wanted, live, *member))
			continue;
		if (name)
			buffer_printf(out, "%s%s: %s", separator, name, *member);
		else
			buffer_printf(out, ", %s", *member);
		name = NULL;
	}
}

static const char *
tell(struct arena *arena, const struct activation_view *view)
{
	CLEANUP(buffer_dispose) struct buffer out;
	const struct json *entry = entries(view->wanted);

	buffer_init(&out, DIFFERENCES_SIZE);
	for (; entry; entry = json_next(entry))
		tell_entry(entry, find(view->live, entry), &out);
	for (entry = entries(view->live); entry; entry = json_next(entry))
		if (is_outdated(view->wanted, entry))
			buffer_printf(&out, "%s%s is outdated", out.length > 0 ? "; " : "",
				json_member_text(entry, "name"));
	return arena_text(arena, buffer_text(&out));
}

/* The API server calls a Service with the authorities of the bundle alone; without one it goes by
 * those of its own system. */
static const char *
hint_of(struct arena *arena, const struct activation_view *view)
{
	const struct json *wanted = entries(view->wanted);

	for (; wanted; wanted = json_next(wanted)) {
		const struct json *client = json_member(find(view->live, wanted), "clientConfig");

		if (json_present(client, "service") &&
			text_is_blank(json_member_text(client, "caBundle")))
			return arena_printf(
				arena, "%s has no caBundle yet", json_member_text(wanted, "name"));
	}
	return "";
}

/* --- the object to write --- */

/* What is being written, and from what. */
struct writing {
	struct arena *arena;
	const struct activation_view *view;
	enum activation_action action;
	struct buffer *out;
};

/* The name of the next member or the place of the next item. */
static void
begin(const struct writing *writing, const char *name)
{
	const char last = buffer_text(writing->out)[writing->out->length - 1];

	if (last != '{' && last != '[')
		buffer_append_char(writing->out, ',');
	if (!name)
		return;
	buffer_append_json(writing->out, name);
	buffer_append_char(writing->out, ':');
}

static void
write_member(const struct writing *writing, const struct json *member)
{
	begin(writing, json_name(member));
	json_write(writing->arena, member, writing->out);
}

static void
write_client(const struct writing *writing, const struct json *wanted, const struct json *live)
{
	const struct json *client = json_member(wanted, "clientConfig");
	const struct json *member = json_first(client);
	const struct json *bundle = json_member(client, "caBundle");

	if (text_is_blank(json_text(bundle)))
		bundle = json_member(json_member(live, "clientConfig"), "caBundle");
	begin(writing, "clientConfig");
	buffer_append_char(writing->out, '{');
	for (; member; member = json_next(member))
		if (!text_equal(json_name(member), "caBundle"))
			write_member(writing, member);
	if (!text_is_blank(json_text(bundle)))
		write_member(writing, bundle);
	buffer_append_char(writing->out, '}');
}

static bool
is_known(const char *name)
{
	const char *const *member = registration_defaults_members;

	while (*member && !text_equal(*member, name))
		member++;
	return *member || text_equal(name, "name");
}

static void
write_entry(const struct writing *writing, const struct json *wanted, const struct json *live,
	const char *policy)
{
	const struct json *member = json_first(wanted);

	begin(writing, NULL);
	buffer_append_char(writing->out, '{');
	for (; member; member = json_next(member))
		if (!text_equal(json_name(member), "clientConfig") &&
			!text_equal(json_name(member), "failurePolicy"))
			write_member(writing, member);
	write_client(writing, wanted, live);
	begin(writing, "failurePolicy");
	buffer_append_json(writing->out, policy);
	for (member = json_first(live); member; member = json_next(member))
		if (!is_known(json_name(member)) && !json_member(wanted, json_name(member)))
			write_member(writing, member);
	buffer_append_char(writing->out, '}');
}

static void
write_wanted(const struct writing *writing, const struct json *wanted, const struct json *live)
{
	const char *policy = registration_defaults_policy(wanted);

	if (writing->action != ACTIVATION_FILL)
		write_entry(writing, wanted, live, policy);
	else if (need_of(wanted, live) >= NEED_FILL)
		write_entry(writing, wanted, live, "Ignore");
	else
		write_member(writing, live);
}

static void
write_entries(const struct writing *writing)
{
	const struct activation_view *view = writing->view;
	const struct json *entry = entries(view->live);

	begin(writing, "webhooks");
	buffer_append_char(writing->out, '[');
	for (; entry; entry = json_next(entry)) {
		const struct json *wanted = find(view->wanted, entry);

		if (wanted)
			write_wanted(writing, wanted, entry);
		else if (writing->action == ACTIVATION_FILL || !is_outdated(view->wanted, entry))
			write_member(writing, entry);
	}
	for (entry = entries(view->wanted); entry; entry = json_next(entry))
		if (!find(view->live, entry))
			write_wanted(writing, entry, NULL);
	buffer_append_char(writing->out, ']');
}

static const char *
write_object(struct arena *arena, const struct activation_view *view, enum activation_action action)
{
	CLEANUP(buffer_dispose) struct buffer out;
	const struct writing writing = {arena, view, action, &out};
	const struct json *member = json_first(view->live);

	buffer_init(&out, OBJECT_SIZE);
	buffer_append_char(&out, '{');
	for (; member; member = json_next(member))
		if (!text_equal(json_name(member), "webhooks"))
			write_member(&writing, member);
	write_entries(&writing);
	buffer_append_char(&out, '}');
	return out.overflowed ? NULL : arena_text(arena, buffer_text(&out));
}

/* --- the plan --- */

static bool
is_manual(const struct json *live)
{
	const struct json *annotations = json_member(json_member(live, "metadata"), "annotations");

	return text_equal(json_member_text(annotations, ACTIVATION_ANNOTATION), "manual");
}

static enum activation_action
action_of(const struct activation_view *view, const bool needs[NEEDS])
{
	bool outdated = has_outdated(view);

	if (needs[NEED_ENTRY] || needs[NEED_FILL])
		return ACTIVATION_FILL;
	if (!needs[NEED_ARM] && !needs[NEED_AMEND] && !outdated)
		return ACTIVATION_NOTHING;
	switch (view->answer) {
	case PROBE_NOT_ASKED:
		return ACTIVATION_PROBE;
	case PROBE_ANSWERED:
		return needs[NEED_ARM] ? ACTIVATION_ARM : ACTIVATION_AMEND;
	default:
		return ACTIVATION_WAIT;
	}
}

struct activation_step
activation_plan(struct arena *arena, const struct activation_view *view)
{
	struct activation_step step = {ACTIVATION_ABSENT, ACTIVATION_NOTHING, "", "", NULL};
	const struct json *wanted = entries(view->wanted);
	bool needs[NEEDS] = {false}, idle = false;

	if (!view->live)
		return step;
	step.differences = tell(arena, view);
	step.hint = hint_of(arena, view);
	step.state = ACTIVATION_MANUAL;
	if (is_manual(view->live))
		return step;
	for (; wanted; wanted = json_next(wanted)) {
		const struct json *live = find(view->live, wanted);

		needs[need_of(wanted, live)] = true;
		idle = idle || (live && binds(wanted) && !binds(live));
	}
	step.state = needs[NEED_ENTRY] ? ACTIVATION_EMPTY
		     : idle            ? ACTIVATION_FILLED
				       : ACTIVATION_ARMED;
	step.action = action_of(view, needs);
	if (activation_writes(step.action))
		step.object = write_object(arena, view, step.action);
	return step;
}
