#include "validators/policy_reading.h"

#include <stdarg.h>

#include "base/text.h"

bool
policy_reading_fail(
	struct policy_reading *reading, const struct json *value, const char *format, ...)
{
	const char *what;
	va_list arguments;

	va_start(arguments, format);
	what = arena_vprintf(reading->arena, format, arguments);
	va_end(arguments);
	return error_set(
		reading->error, ERROR_INVALID, "line %zu: %s", json_location(value).line, what);
}

bool
policy_reading_is_object(struct policy_reading *reading, const struct json *value, const char *what)
{
	return json_is_object(value) || policy_reading_fail(reading, value, "expected %s, not %s",
						what, json_type_name(value));
}

bool
policy_reading_is_list(struct policy_reading *reading, const struct json *value, const char *what)
{
	return json_is_array(value) || policy_reading_fail(reading, value, "expected %s", what);
}

bool
policy_reading_keys(
	struct policy_reading *reading, const struct json *object, const struct policy_key *keys)
{
	if (!json_is_null(object) && !policy_reading_is_object(reading, object, "keys and values"))
		return false;
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		const struct policy_key *key = keys;

		while (key->name && !text_equal(key->name, json_name(member)))
			key++;
		if (!key->name)
			return policy_reading_fail(
				reading, member, "there is no key \"%s\" here", json_name(member));
		if (key->read && !key->read(reading, member))
			return false;
	}
	return true;
}

static bool
is_one_line(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ')
			return false;
	return true;
}

bool
policy_reading_text(struct policy_reading *reading, const struct json *object, const char *name,
	const char **text)
{
	const struct json *value = json_member(object, name);

	*text = json_text(value);
	if (!value)
		return policy_reading_fail(reading, object, "%s is missing", name);
	return (!text_is_blank(*text) && is_one_line(*text)) ||
	       policy_reading_fail(reading, value, "%s is to be one line of text", name);
}

bool
policy_reading_number(struct policy_reading *reading, const struct json *value, unsigned maximum,
	unsigned *number)
{
	int64_t integer = 0;

	if (!json_integer(value, &integer) || integer < 0 || integer > maximum)
		return policy_reading_fail(
			reading, value, "expected a number from 0 to %u", maximum);
	*number = (unsigned)integer;
	return true;
}

bool
policy_reading_network(
	struct policy_reading *reading, const struct json *value, struct prefix *network)
{
	const char *reason = "expected text";

	if (!json_text(value) || !prefix_parse(json_text(value), network, &reason))
		return policy_reading_fail(reading, value, "\"%s\" is no network: %s",
			json_text(value) ? json_text(value) : "", reason);
	*network = prefix_network(network);
	return network->length > 0 ||
	       policy_reading_fail(reading, value, "\"%s\" is every address", json_text(value));
}

bool
policy_reading_kind(
	struct policy_reading *reading, const struct json *at, const char *name, unsigned *guards)
{
	for (enum kind kind = 0; name && kind < KINDS; kind++)
		if (text_equal(kind_name(kind), name)) {
			*guards |= KIND_BIT(kind);
			return true;
		}
	return policy_reading_fail(reading, at, "there is no kind \"%s\"", name ? name : "");
}

bool
policy_reading_kinds(struct policy_reading *reading, const struct json *object, unsigned *guards)
{
	const struct json *kinds = json_member(object, "kinds");

	*guards = kinds ? 0 : GUARDS_EVERYTHING;
	if (!kinds)
		return true;
	if (!policy_reading_is_list(reading, kinds, "a list of kinds"))
		return false;
	for (const struct json *item = json_first(kinds); item; item = json_next(item))
		if (!policy_reading_kind(reading, item, json_text(item), guards))
			return false;
	return *guards ||
	       policy_reading_fail(reading, kinds, "no kind is named; without kinds all are meant");
}

bool
policy_reading_rule(
	struct policy_reading *reading, const struct json *at, const char *id, size_t *rule)
{
	for (*rule = 0; rules[*rule]; (*rule)++)
		if (text_equal(rules[*rule]->id, id))
			return true;
	return policy_reading_fail(reading, at, "there is no rule \"%s\"", id ? id : "");
}

bool
policy_reading_names(struct policy_reading *reading, const struct json *object,
	const struct policy_pattern **names)
{
	const struct json *value = json_member(object, "names");
	struct policy *policy = reading->policy;
	struct error error;

	*names = NULL;
	if (!value)
		return true;
	if (text_is_blank(json_text(value)))
		return policy_reading_fail(reading, value, "expected an expression for names");
	if (!policy->patterns)
		policy->patterns = policy_patterns_new(reading->arena);
	*names = policy_pattern_compile(policy->patterns, json_text(value), &error);
	if (!*names && error.kind == ERROR_INVALID)
		return policy_reading_fail(reading, value, "\"%s\" is no expression: %s",
			json_text(value), error.message);
	if (!*names && reading->error)
		*reading->error = error;
	return *names != NULL;
}
