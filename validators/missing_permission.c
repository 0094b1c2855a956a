/* missing-permission: the owner of the remote side grants Kyma certain rights, by a role that
 * Kyma's documentation lists. That role of AWS and of Google Cloud has no right to delete, which
 * deleteRemotePeering needs. Which other rights are missing, the cloud may have told. */
#include <stddef.h>

#include "base/text.h"
#include "validators/case.h"

/* What the documented role lacks, by provider; on Azure it is Network Contributor, which has all.
 */
static const struct {
	const char *rights[3];
	const char *consequence;
} deletion[] = {
	[PROVIDER_AWS] = {{"ec2:DeleteRoute", "ec2:DeleteVpcPeeringConnection"},
		"the object would hang when deleted"},
	[PROVIDER_GCP] = {{"compute.networks.removePeering"}, "the remote peering would stay"},
	[PROVIDER_AZURE] = {{NULL}, NULL},
};

static bool
is_for_deletion(enum provider provider, const char *right)
{
	for (const char *const *needed = deletion[provider].rights; *needed; needed++)
		if (text_equal(*needed, right))
			return true;
	return false;
}

static void
hint_rights(struct case_ *c, struct finding *finding, const struct remote *remote)
{
	if (remote->provider == PROVIDER_AWS)
		case_hint(c, finding,
			"allow %s and %s in the policy of role CloudManagerPeeringRole in account "
			"%s, or leave deleteRemotePeering out",
			deletion[PROVIDER_AWS].rights[0], deletion[PROVIDER_AWS].rights[1],
			remote->account);
	else
		case_hint(c, finding,
			"gcloud iam roles update peeringWithKyma --project=%s "
			"--add-permissions=%s, or leave deleteRemotePeering out",
			remote->account, deletion[PROVIDER_GCP].rights[0]);
}

/* Has Kyma all that deletion needs? Where nobody has looked, it has the documented role. */
static bool
may_delete(const struct declaration *target, enum provider provider)
{
	for (int i = 0; target && i < target->missing_right_count; i++)
		if (is_for_deletion(provider, target->missing_rights[i].name))
			return false;
	return target && target->rights_known;
}

static void
check_deletion(struct case_ *c, const struct peering *peering)
{
	static const struct field option = {"spec.deleteRemotePeering", 0};
	const struct remote *remote = peering->remote;
	struct finding *finding;

	/* Nothing of the option counts once the object is created. */
	if (c->before || !peering->deletes_remote || !deletion[remote->provider].consequence ||
		may_delete(case_definition(c, peering->to), remote->provider))
		return;
	finding = case_finding(c, option, "true");
	case_message(c, finding, "needs more rights than the documented role has: %s",
		deletion[remote->provider].consequence);
	hint_rights(c, finding, remote);
}

/* What only deletion needs has been said, or is not needed. */
static void
check_known(struct case_ *c, const char *domain, enum provider provider, struct field field,
	const char *value)
{
	const struct declaration *target = case_definition(c, domain);

	for (int i = 0; target && i < target->missing_right_count; i++) {
		const char *right = target->missing_rights[i].name;
		struct finding *finding;

		if (is_for_deletion(provider, right))
			continue;
		finding = case_finding(c, field, value);
		case_message(c, finding, "does not grant %s to Kyma", right);
		case_against(c, finding, target, (struct field){"spec.missingRights", 0}, right);
		case_hint(c, finding, "add %s to the role that Kyma uses there", right);
	}
}

static void
check(struct case_ *c)
{
	each_peering(c, peering) {
		check_deletion(c, peering);
		check_known(
			c, peering->to, peering->remote->provider, peering->field, peering->target);
	}
	each_dns_link(c, link)
		check_known(c, link->zone, link->remote->provider, link->field, link->remote->id);
}

const struct rule missing_permission = {
	.id = "missing-permission",
	.summary = "warns when Kyma lacks rights at the remote side, or an option needs more than "
		   "the documented ones",
	.action = ACTION_WARN,
	.guards = GUARDS_PEERING_REQUESTS | KIND_BIT(KIND_AZURE_VPC_DNS_LINK),
	.check = check,
};
