#include "registration/registration_rules.h"

#include "base/text.h"

bool
registration_list_has(const struct json *list, const char *wanted)
{
	for (const struct json *item = json_first(list); item; item = json_next(item))
		if (text_equal(json_text(item), wanted))
			return true;
	return false;
}

static bool
list_covers(const struct json *list, const char *wanted)
{
	return registration_list_has(list, wanted) || registration_list_has(list, "*");
}

static bool
scope_covers(const char *scope, bool namespaced)
{
	return !scope || text_equal(scope, "*") ||
	       text_equal(scope, namespaced ? "Namespaced" : "Cluster");
}

static bool
resources_cover(const struct json *rule, const struct kind_definition *kind)
{
	const struct json *resources = json_member(rule, "resources");

	return list_covers(json_member(rule, "apiGroups"), kind->group) &&
	       (list_covers(resources, kind->plural) || registration_list_has(resources, "*/*"));
}

bool
registration_rule_covers(
	const struct json *rule, const struct kind_definition *kind, const char *operation)
{
	return resources_cover(rule, kind) &&
	       list_covers(json_member(rule, "apiVersions"), kind->version) &&
	       list_covers(json_member(rule, "operations"), operation) &&
	       scope_covers(json_member_text(rule, "scope"), kind->namespaced);
}

bool
registration_rule_has_resource(
	const struct json *rule, const struct kind_definition *kind, const char *operation)
{
	(void)operation;
	return resources_cover(rule, kind);
}

bool
registration_rule_has_group(
	const struct json *rule, const struct kind_definition *kind, const char *operation)
{
	(void)operation;
	return list_covers(json_member(rule, "apiGroups"), kind->group);
}
