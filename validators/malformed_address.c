/* malformed-address: text that Kube-OVN or the cloud would not read as the address or network that
 * it should be. One bad part of localConnectIP stops Kube-OVN from setting up the whole VPC, and
 * the only trace is a line in its log. */
#include "base/text.h"
#include "validators/case.h"

/* What else is wrong with a peering whose link address is no address follows from that. */
static void
refuse_entry(struct case_ *c, const struct finding *finding, struct field field)
{
	if (!text_starts_with(field.path, "spec.vpcPeerings["))
		return;
	case_spend(c, (size_t)c->subject->peering_count);
	each_peering(c, peering)
		if (peering->field.index == field.index)
			case_refuse_peering(c, finding, peering);
}

static void
check(struct case_ *c)
{
	for (int i = 0; i < c->subject->flaw_count && !case_is_spent(c); i++) {
		const struct flaw *flaw = &c->subject->flaws[i];
		struct finding *finding;

		if (flaw->type != FLAW_ADDRESS)
			continue;
		finding = flaw->soft ? case_softer_finding(c, flaw->field, flaw->value)
				     : case_finding(c, flaw->field, flaw->value);
		case_message(c, finding, ": %s", flaw->reason);
		case_hint(c, finding, "%s", flaw->hint);
		refuse_entry(c, finding, flaw->field);
	}
}

const struct rule malformed_address = {
	.id = "malformed-address",
	.summary = "fails when an address, a prefix or a list of them does not parse, or is not "
		   "usable where it stands",
	.action = ACTION_DENY,
	.guards = GUARDS_EVERYTHING,
	.check = check,
};
