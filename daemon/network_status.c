#include "daemon/network_status.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemon/fault_reason.h"
#include "daemon/network_facts.h"
#include "format/json_write.h"

enum { LONGEST_PROBLEM = 1024, CONDITIONS = 16, RIGHTS = 8 };

#define NETWORK_GONE "VpcNotFound"
#define ZONE_GONE    "FailedLoadingPrivateDnzZone"

static const char *
refresh_of(const struct json *object)
{
	const struct json *annotations =
		json_member(json_member(object, "metadata"), "annotations");

	return json_member_text(annotations, NETWORK_STATUS_ASKS);
}

static const struct json *
ready_of(const struct json *status)
{
	const struct json *conditions = json_member(status, "conditions");

	for (const struct json *item = json_first(conditions); item; item = json_next(item))
		if (text_equal(json_member_text(item, "type"), "Ready"))
			return item;
	return NULL;
}

static bool
same_number(const struct json *a, const struct json *b)
{
	int64_t left = 0, right = 0;

	json_integer(a, &left);
	json_integer(b, &right);
	return left == right;
}

/* Is `cut` what was written of `text`? */
static bool
is_cut_of(const char *text, const char *cut)
{
	size_t length = network_facts_length(text, NETWORK_STATUS_REFRESH);

	return strlen(cut) == length && memcmp(text, cut, length) == 0;
}

static bool
is_asked(const struct json *object, const struct json *status, const struct json *ready)
{
	const char *refresh = refresh_of(object);
	const char *observed = json_member_text(status, "observedRefresh");

	if (!ready || !json_member_text(status, "observedVersion") ||
		!same_number(json_member(ready, "observedGeneration"),
			json_member(json_member(object, "metadata"), "generation")))
		return true;
	return refresh && *refresh && !is_cut_of(refresh, observed ? observed : "");
}

struct network_status
network_status_read(const struct json *object)
{
	const struct json *status = json_member(object, "status");
	const struct json *ready = ready_of(status);
	const char *reason = json_member_text(ready, "reason");
	int64_t seconds = 0;

	clock_read(json_member_text(status, "lastSeen"), &seconds);
	return (struct network_status){
		.asked = is_asked(object, status, ready),
		.answered = text_equal(json_member_text(ready, "status"), "True") ||
			    text_equal(reason, NETWORK_GONE) || text_equal(reason, ZONE_GONE),
		.seen = seconds * CLOCK_SECOND,
	};
}

const char *
network_status_reason(enum kind kind, const struct cloud_fault *fault)
{
	if (fault->failure == CLOUD_GONE)
		return kind == KIND_REMOTE_ZONE ? ZONE_GONE : NETWORK_GONE;
	return fault_reason(fault);
}

const char *
network_status_problem(struct arena *arena, const struct cloud_fault *fault)
{
	/* What follows is a policy in disguise, for who may decode it. */
	static const char sealed[] = "Encoded authorization failure message";
	const char *message =
		text_is_blank(fault->message) ? "the look-up has failed" : fault->message;
	const char *end = strstr(message, sealed);
	size_t length = end ? (size_t)(end - message) : strlen(message);
	char *problem;

	problem = arena_text_part(arena, message,
		length < LONGEST_PROBLEM ? length : text_valid_utf8(message, LONGEST_PROBLEM));
	for (char *at = problem; *at; at++)
		if ((unsigned char)*at < ' ')
			*at = ' ';
	length = strlen(problem);
	while (length > 0 && strchr(" .", problem[length - 1]))
		problem[--length] = '\0';
	return length > 0 ? problem : "the look-up has failed";
}

/* --- the patch --- */

struct draft {
	struct arena *arena;
	const struct network_answer *answer;
	const struct json *status; /* as it was */
	struct buffer *patch;
	bool differs;
};

static void
put(struct draft *draft, const char *name, const char *value)
{
	if (draft->patch->data[draft->patch->length - 1] != '{')
		buffer_append_char(draft->patch, ',');
	buffer_append_json(draft->patch, name);
	buffer_append_char(draft->patch, ':');
	buffer_append_text(draft->patch, value);
}

/* `value` is JSON; "null" for what is gone. */
static void
tell(struct draft *draft, const char *name, const char *value)
{
	const struct json *before = json_member(draft->status, name);
	const struct json *now =
		json_parse(draft->arena, value, strlen(value), &json_file_limits, NULL);

	if (before ? json_equal(before, now) : json_is_null(now))
		return;
	put(draft, name, value);
	draft->differs = true;
}

/* A merge patch adds to an object: what is no longer there has to be named. */
static void
tell_tags(struct draft *draft, const char *value)
{
	const struct json *before = json_member(draft->status, "tags");
	const struct json *now =
		json_parse(draft->arena, value, strlen(value), &json_file_limits, NULL);
	struct buffer all;

	if (!json_is_object(before) || !json_is_object(now)) {
		tell(draft, "tags", value);
		return;
	}
	if (json_equal(before, now))
		return;
	buffer_init(&all, SIZE_MAX);
	buffer_append(&all, value, strlen(value) - 1);
	for (const struct json *tag = json_first(before); tag; tag = json_next(tag))
		if (!json_member(now, json_name(tag))) {
			if (all.length > 1)
				buffer_append_char(&all, ',');
			buffer_append_json(&all, json_name(tag));
			buffer_append_text(&all, ":null");
		}
	buffer_append_char(&all, '}');
	put(draft, "tags", buffer_text(&all));
	draft->differs = true;
	buffer_dispose(&all);
}

static void
tell_facts(struct draft *draft, const struct network_facts *facts)
{
	bool is_zone = draft->answer->kind == KIND_REMOTE_ZONE;

	tell(draft, "owner", facts->owner);
	tell(draft, "region", facts->region);
	if (!is_zone)
		tell(draft, "cidrs", facts->cidrs);
	tell_tags(draft, facts->tags);
	tell(draft, network_facts_list(draft->answer->kind), facts->peerings);
	if (is_zone)
		tell(draft, "maxLinks", facts->most);
	else
		tell(draft, "routeTables", facts->tables);
	tell(draft, "missingRights", facts->rights);
}

/* What is missing of rights that were not all judged: "ec2:CreateRoute, ec2:DeleteRoute"; "" for
 * none. */
static const char *
missing_among(struct arena *arena, const struct cloud_network *network)
{
	const char *text = "";
	size_t told = 0;

	for (size_t i = 0; !network->rights_known && i < network->missing_right_count; i++) {
		const char *right = network->missing_rights[i];

		if (text_is_blank(right))
			continue;
		if (told++ == RIGHTS)
			return arena_printf(arena, "%s and others", text);
		text = arena_printf(arena, "%s%s%.64s", text, *text ? ", " : "", right);
	}
	return text;
}

static const char *
found_sentences(struct draft *draft, const char *left_out)
{
	const char *missing = missing_among(draft->arena, draft->answer->network);
	const char *text = draft->answer->kind == KIND_REMOTE_ZONE
				   ? "The zone or ruleset was found."
				   : "The network was found.";

	if (*left_out)
		text = arena_printf(draft->arena,
			"%s There is no room here for all of it, and this is left out: %s.", text,
			left_out);
	if (*missing)
		text = arena_printf(draft->arena,
			"%s Not all rights could be judged; missing are at least %s.", text,
			missing);
	return text;
}

static const char *
sentences(struct draft *draft, const char *left_out)
{
	const struct cloud_fault *fault = draft->answer->fault;
	const char *seen = json_member_text(draft->status, "lastSeen");
	const char *fact = draft->answer->kind == KIND_REMOTE_ZONE ? "tags" : "cidrs";
	const char *text;

	if (draft->answer->network)
		return found_sentences(draft, left_out);
	text = arena_printf(draft->arena, "%s.", network_status_problem(draft->arena, fault));
	if (!text_is_blank(fault->hint))
		text = arena_printf(draft->arena, "%s What to do: %.2000s.", text, fault->hint);
	if (fault->failure != CLOUD_GONE && seen && json_member(draft->status, fact))
		text = arena_printf(
			draft->arena, "%s What stands here was seen at %.40s.", text, seen);
	return text;
}

static bool
same_condition(const struct json *a, const struct json *b)
{
	static const char *const names[] = {"status", "reason", "message"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!json_equal(json_member(a, names[i]), json_member(b, names[i])))
			return false;
	return same_number(
		json_member(a, "observedGeneration"), json_member(b, "observedGeneration"));
}

/* Those of others stay as they are. */
static void
put_conditions(struct draft *draft, const char *ready)
{
	const struct json *before = json_member(draft->status, "conditions");
	struct buffer all;
	int others = 0;

	buffer_init(&all, SIZE_MAX);
	buffer_append_char(&all, '[');
	for (const struct json *item = json_first(before); item; item = json_next(item))
		if (!text_equal(json_member_text(item, "type"), "Ready") && ++others < CONDITIONS) {
			json_write(draft->arena, item, &all);
			buffer_append_char(&all, ',');
		}
	buffer_append_text(&all, ready);
	buffer_append_char(&all, ']');
	put(draft, "conditions", buffer_text(&all));
	buffer_dispose(&all);
}

static const char *
condition(struct draft *draft, const char *since, const char *left_out)
{
	const struct network_answer *answer = draft->answer;
	int64_t generation = 0;
	struct buffer ready;
	const char *text;

	json_integer(
		json_member(json_member(answer->object, "metadata"), "generation"), &generation);
	buffer_init(&ready, SIZE_MAX);
	buffer_printf(&ready,
		"{\"type\":\"Ready\",\"status\":\"%s\",\"observedGeneration\":%lld,"
		"\"lastTransitionTime\":",
		answer->network ? "True" : "False", (long long)generation);
	buffer_append_json(&ready, since);
	buffer_printf(&ready, ",\"reason\":\"%s\",\"message\":",
		answer->network ? "Found" : network_status_reason(answer->kind, answer->fault));
	buffer_append_json(&ready, sentences(draft, left_out));
	buffer_append_char(&ready, '}');
	text = arena_text(draft->arena, buffer_text(&ready));
	buffer_dispose(&ready);
	return text;
}

static void
tell_condition(struct draft *draft, const char *now, const char *left_out)
{
	const struct json *before = ready_of(draft->status);
	const char *since = json_member_text(before, "lastTransitionTime");
	bool turned = !text_equal(
		json_member_text(before, "status"), draft->answer->network ? "True" : "False");
	const char *text = condition(draft, turned || !since ? now : since, left_out);

	if (same_condition(
		    before, json_parse(draft->arena, text, strlen(text), &json_file_limits, NULL)))
		return;
	put_conditions(draft, text);
	draft->differs = true;
}

/* Which question this answers, and when. */
static void
put_question(struct draft *draft, const char *now, bool answered)
{
	const struct json *object = draft->answer->object;
	const char *version = json_member_text(json_member(object, "metadata"), "resourceVersion");
	const char *refresh = refresh_of(object);
	uint64_t number;

	if (answered)
		put(draft, "lastSeen", network_facts_text(draft->arena, now, CLOCK_TEXT_SIZE));
	if (version && text_to_number(version, UINT64_MAX, &number))
		put(draft, "observedVersion", network_facts_text(draft->arena, version, 20));
	if (refresh)
		put(draft, "observedRefresh",
			network_facts_text(draft->arena, refresh, NETWORK_STATUS_REFRESH));
}

/* Also when it is of a time to come. */
static bool
is_stale(const struct network_answer *answer, int64_t seen)
{
	return seen + answer->stale < answer->now || seen > answer->now + CLOCK_SECOND;
}

bool
network_status_write(struct arena *arena, const struct network_answer *answer, struct buffer *patch)
{
	bool answered = answer->network || answer->fault->failure == CLOUD_GONE;
	struct network_status before = network_status_read(answer->object);
	struct network_facts facts = network_facts_none;
	char now[CLOCK_TEXT_SIZE];
	struct draft draft = {
		.arena = arena,
		.answer = answer,
		.status = json_member(answer->object, "status"),
		.patch = patch,
	};

	clock_format(answer->now, now);
	if (answer->network)
		facts = network_facts_of(arena, answer->kind, answer->network);
	buffer_append_text(patch, "{\"status\":{");
	if (answered)
		tell_facts(&draft, &facts);
	tell_condition(&draft, now, facts.left_out);
	if (!draft.differs && !before.asked && !(answered && is_stale(answer, before.seen)))
		return false;
	put_question(&draft, now, answered);
	buffer_append_text(patch, "}}");
	return true;
}
