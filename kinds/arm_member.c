#include "kinds/arm_member.h"

const char *
arm_member_read(const struct draft *draft, const struct json *parent, struct field field,
	unsigned wanted, const char *const elsewhere[ARM_TYPES])
{
	enum flaw_type flaw = FLAW_ID;
	enum arm_type type;
	const char *text, *reason, *hint;

	if (!read_text(draft, FLAW_ID, parent, field, &text))
		return NULL;
	if (arm_id_check(draft->arena, text ? text : "", wanted, &type, &reason, &hint))
		return text;
	if (!text) {
		reason = "the id is missing";
	} else if (type != ARM_TYPES && !(wanted & ARM_BIT(type)) && elsewhere && elsewhere[type]) {
		flaw = FLAW_ZONE;
		hint = arena_printf(draft->arena, "write it in %s", elsewhere[type]);
	}
	draft_flaw(draft, flaw, field, text ? text : "", reason, hint);
	return NULL;
}
