/* shoot-mismatch: the object says that it belongs to another shoot, so it was applied to the wrong
 * cluster. */
#include "base/text.h"
#include "validators/case.h"

static void
check(struct case_ *c)
{
	static const struct field label = {"metadata.labels[peerwarden.io/shoot]", 0};
	const struct shoot *shoot = inventory_shoot(c->inventory);
	const char *claimed = c->subject->shoot_label;
	struct finding *finding;

	if (!claimed || !shoot || text_is_blank(shoot->name) || text_equal(claimed, shoot->name))
		return;
	finding = case_finding(c, label, claimed);
	case_message(c, finding, "is another shoot: this cluster is %s", shoot->name);
	case_hint(
		c, finding, "apply the object to the cluster of %s, or remove the label", claimed);
}

const struct rule shoot_mismatch = {
	.id = "shoot-mismatch",
	.summary = "fails when the object carries the label of another shoot",
	.action = ACTION_DENY,
	.guards = GUARDS_EVERYTHING,
	.forbids = true,
	.check = check,
};
