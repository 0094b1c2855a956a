#include "registration/registration_conditions.h"

#include "base/text.h"

const struct registration_condition registration_conditions[REGISTRATION_CONDITIONS] = {
	{"changes", "request.operation != 'UPDATE' || object.?spec != oldObject.?spec "
		    "|| object.metadata.?labels != oldObject.metadata.?labels "
		    "|| object.metadata.?annotations != oldObject.metadata.?annotations"},
	{"no-break-glass", "(request.operation == 'DELETE' ? oldObject : object).metadata "
			   ".?annotations[?'peerwarden.io/break-glass'].orValue('').trim() == '' "
			   "|| !authorizer.group('peerwarden.io').resource('admission')"
			   ".check('break-glass').allowed()"},
};

static bool
condition_is_ours(const struct json *condition)
{
	const struct registration_condition *ours = registration_conditions;

	for (size_t i = 0; i < REGISTRATION_CONDITIONS; i++)
		if (text_equal(json_member_text(condition, "name"), ours[i].name) &&
			text_equal(json_member_text(condition, "expression"), ours[i].expression))
			return true;
	return false;
}

bool
registration_conditions_are_ours(const struct json *conditions)
{
	const struct json *condition = json_first(conditions);

	while (condition && condition_is_ours(condition))
		condition = json_next(condition);
	return !condition;
}
