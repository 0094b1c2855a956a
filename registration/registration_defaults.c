#include "registration/registration_defaults.h"

#include <string.h>

#include "base/text.h"

enum { DEFAULT_PORT = 443, DEFAULT_SECONDS = 10 };

const char *const registration_defaults_members[] = {"clientConfig", "rules", "failurePolicy",
	"matchPolicy", "namespaceSelector", "objectSelector", "sideEffects", "timeoutSeconds",
	"admissionReviewVersions", "reinvocationPolicy", "matchConditions", NULL};

/* Members that are text. */
static const struct {
	const char *name;
	const char *otherwise;
} texts[] = {
	{"failurePolicy", "Fail"},
	{"matchPolicy", "Equivalent"},
	{"reinvocationPolicy", "Never"},
	{"sideEffects", ""},
	{"scope", "*"},
	{"url", ""},
	{"name", ""},
	{"namespace", ""},
	{"path", ""},
};

static const char *
otherwise_of(const char *member)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (text_equal(texts[i].name, member))
			return texts[i].otherwise;
	return NULL;
}

static bool
same_text(const struct json *a, const struct json *b, const char *member)
{
	const char *left = json_member_text(a, member), *right = json_member_text(b, member);
	const char *otherwise = otherwise_of(member);

	return text_equal(left ? left : otherwise, right ? right : otherwise);
}

static bool
same_number(const struct json *a, const struct json *b, const char *member, int64_t otherwise)
{
	int64_t left = otherwise, right = otherwise;

	json_integer(json_member(a, member), &left);
	json_integer(json_member(b, member), &right);
	return left == right;
}

static bool
is_empty(const struct json *value)
{
	return !value || json_is_null(value) ||
	       ((json_is_object(value) || json_is_array(value)) && json_count(value) == 0);
}

static bool
same_value(const struct json *a, const struct json *b, const char *member)
{
	const struct json *left = json_member(a, member), *right = json_member(b, member);

	return (is_empty(left) && is_empty(right)) || json_equal(left, right);
}

static bool
same_selector(const struct json *a, const struct json *b, const char *member)
{
	const struct json *left = json_member(a, member), *right = json_member(b, member);

	return same_value(left, right, "matchLabels") &&
	       same_value(left, right, "matchExpressions");
}

static bool
same_rule(const struct json *a, const struct json *b)
{
	return same_value(a, b, "operations") && same_value(a, b, "apiGroups") &&
	       same_value(a, b, "apiVersions") && same_value(a, b, "resources") &&
	       same_text(a, b, "scope");
}

static bool
same_rules(const struct json *a, const struct json *b)
{
	const struct json *left = json_first(json_member(a, "rules"));
	const struct json *right = json_first(json_member(b, "rules"));

	while (left && right && same_rule(left, right)) {
		left = json_next(left);
		right = json_next(right);
	}
	return !left && !right;
}

static bool
same_service(const struct json *a, const struct json *b)
{
	const struct json *left = json_present(a, "service"), *right = json_present(b, "service");

	if (!left || !right)
		return !left && !right;
	return same_text(left, right, "name") && same_text(left, right, "namespace") &&
	       same_text(left, right, "path") && same_number(left, right, "port", DEFAULT_PORT);
}

/* Base64 as a human or a tool has wrapped it; the API server gives it in one line. */
static bool
same_bundle(const char *a, const char *b)
{
	for (; b; a++, b++) {
		a += strspn(a, "\r\n");
		b += strspn(b, "\r\n");
		if (*a != *b || !*a)
			return *a == *b;
	}
	return false;
}

static bool
same_client(const struct json *wanted, const struct json *live)
{
	const struct json *left = json_member(wanted, "clientConfig");
	const struct json *right = json_member(live, "clientConfig");
	const char *bundle = json_member_text(left, "caBundle");

	return same_text(left, right, "url") && same_service(left, right) &&
	       (text_is_blank(bundle) || same_bundle(bundle, json_member_text(right, "caBundle")));
}

bool
registration_defaults_same(const struct json *wanted, const struct json *live, const char *member)
{
	if (text_equal(member, "clientConfig"))
		return same_client(wanted, live);
	if (text_equal(member, "rules"))
		return same_rules(wanted, live);
	if (text_ends_with(member, "Selector"))
		return same_selector(wanted, live, member);
	if (text_equal(member, "timeoutSeconds"))
		return same_number(wanted, live, member, DEFAULT_SECONDS);
	return otherwise_of(member) ? same_text(wanted, live, member)
				    : same_value(wanted, live, member);
}

const char *
registration_defaults_policy(const struct json *entry)
{
	const char *policy = json_member_text(entry, "failurePolicy");

	return policy ? policy : "Fail";
}
