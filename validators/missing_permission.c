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

/* What Peerwarden's daemon alone makes use of. */
static bool
is_for_peerwarden(const char *right)
{
	return text_equal(right, "compute.subnetworks.list") ||
	       text_equal(right, "compute.networks.updatePeering");
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

/* All rights that Kyma needs in Azure are in one role. Those of AWS stand in a policy of the
 * owner's, which no single command adds to. */
static void
hint_right(struct case_ *c, struct finding *finding, const struct remote *remote, const char *right)
{
	case_hint(c, finding, "add %s to the role that Kyma uses there", right);
	if (remote->provider == PROVIDER_GCP)
		case_hint(c, finding,
			"gcloud iam roles update peeringWithKyma --project=%s --add-permissions=%s",
			remote->account, right);
	else if (remote->provider == PROVIDER_AZURE)
		case_hint(c, finding,
			"az role assignment create --assignee APPLICATION_ID --role 'Network "
			"Contributor' --scope %s",
			remote->id);
}

/* What only deletion needs has been said, or is not needed. */
static void
check_known(struct case_ *c, const char *domain, const struct remote *remote, struct field field,
	const char *value)
{
	const struct declaration *target = case_definition(c, domain);

	for (int i = 0; target && i < target->missing_right_count; i++) {
		const char *right = target->missing_rights[i].name;
		struct finding *finding;

		if (is_for_deletion(remote->provider, right) || is_for_peerwarden(right))
			continue;
		finding = case_finding(c, field, value);
		case_message(c, finding, "does not grant %s to Kyma", right);
		case_against(c, finding, target, (struct field){"spec.missingRights", 0}, right);
		hint_right(c, finding, remote, right);
	}
}

static void
check(struct case_ *c)
{
	each_peering(c, peering) {
		check_deletion(c, peering);
		check_known(c, peering->to, peering->remote, peering->field, peering->target);
	}
	each_dns_link(c, link)
		check_known(c, link->zone, link->remote, link->field, link->remote->id);
}

const struct rule missing_permission = {
	.id = "missing-permission",
	.summary = "warns when Kyma lacks rights at the remote side, or an option needs more than "
		   "the documented ones",
	.action = ACTION_WARN,
	.guards = GUARDS_PEERING_REQUESTS | KIND_BIT(KIND_AZURE_VPC_DNS_LINK),
	.check = check,
};
