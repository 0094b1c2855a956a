/* immutable-field: the controllers read these fields once, when the object is created. A later
 * change, which the API server may well let through when a field is added or removed, has no
 * effect, and the object then says what is not so. */
#include "base/text.h"
#include "validators/case.h"

/* What the field said before; NULL when it was absent. */
static const char *
text_before(const struct case_ *c, struct field field)
{
	for (int i = 0; i < c->before->fixed_count; i++)
		if (text_equal(c->before->fixed[i].field.path, field.path))
			return c->before->fixed[i].text;
	return NULL;
}

static void
check_field(struct case_ *c, const struct fixed *now)
{
	const char *before = text_before(c, now->field);
	struct finding *finding;

	if (text_equal(before, now->text))
		return;
	finding = case_finding(c, now->field, now->text);
	if (!before)
		case_message(c, finding,
			"cannot be added later: it has an effect only when the object is created");
	else if (!now->text)
		case_message(
			c, finding, "cannot be removed: the object was created with %s", before);
	else
		case_message(c, finding,
			"cannot take the place of %s: it has an effect only when the object is "
			"created",
			before);
	case_hint(c, finding, "put %s, or delete the object and create it anew",
		before ? arena_printf(c->arena, "%s back", before) : "it back as it was");
}

static void
check(struct case_ *c)
{
	for (int i = 0; c->before && i < c->subject->fixed_count; i++)
		check_field(c, &c->subject->fixed[i]);
}

const struct rule immutable_field = {
	.id = "immutable-field",
	.summary = "fails when an update changes, adds or removes a field that has no effect after "
		   "creation",
	.action = ACTION_DENY,
	.guards = GUARDS_EVERYTHING,
	.check = check,
};
