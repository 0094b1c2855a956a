/* missing-shoot-tag: Kyma's Cloud Manager acts on a remote network, zone or ruleset only when its
 * owner has tagged it with the shoot's name.
 *
 * AWS and Azure compare the whole key, with its case. Google's tags are Resource Manager tags,
 * <parent>/<key>; the Cloud Manager is content when the shoot's name occurs anywhere in it, so that
 * c-12345 is satisfied by c-1234567. Here the last part must be the shoot's name. */
#include <string.h>

#include "base/text.h"
#include "validators/case.h"

struct needed_tag {
	const char *domain; /* of the network, zone or ruleset that needs it */
	const struct remote *remote;
	struct field field;
	const char *value; /* of the field */
	const char *shoot;
};

static const char *
compared_part(const struct needed_tag *need, const char *key)
{
	const char *slash = need->remote->provider == PROVIDER_GCP ? strrchr(key, '/') : NULL;

	return slash ? slash + 1 : key;
}

static bool
has_tag(const struct declaration *target, const struct needed_tag *need)
{
	for (int i = 0; i < target->tag_count; i++)
		if (text_equal(compared_part(need, target->tags[i].key), need->shoot))
			return true;
	return false;
}

/* A tag that comes close enough to be taken for the right one; NULL when there is none. */
static const char *
similar_tag(const struct declaration *target, const struct needed_tag *need)
{
	for (int i = 0; i < target->tag_count; i++) {
		const char *key = target->tags[i].key;

		if (text_equal_ignoring_case(compared_part(need, key), need->shoot) ||
			(need->remote->provider == PROVIDER_GCP && strstr(key, need->shoot)))
			return key;
	}
	return NULL;
}

static void
hint_command(struct case_ *c, struct finding *finding, const struct needed_tag *need)
{
	const struct remote *remote = need->remote;
	const char *shoot = need->shoot;

	switch (remote->provider) {
	case PROVIDER_AWS:
		case_hint(c, finding,
			"aws ec2 create-tags --region %s --resources %s --tags Key=%s,Value=",
			remote->region, remote->id, shoot);
		break;
	case PROVIDER_AZURE:
		case_hint(c, finding,
			"az tag update --resource-id %s --operation Merge --tags %s=", remote->id,
			shoot);
		break;
	default:
		case_hint(c, finding,
			"gcloud resource-manager tags keys create %s --parent=projects/%s", shoot,
			remote->account);
		case_hint(c, finding,
			"gcloud resource-manager tags values create None --parent=%s/%s",
			remote->account, shoot);
		case_hint(c, finding,
			"gcloud resource-manager tags bindings create --location=global "
			"--tag-value=%s/%s/None "
			"--parent=//compute.googleapis.com/projects/%s/global/networks/"
			"NETWORK_NUMBER",
			remote->account, shoot, remote->account);
		case_hint(c, finding,
			"NETWORK_NUMBER: gcloud compute networks describe %s --project=%s "
			"--format='value(id)'",
			remote->id, remote->account);
	}
}

static void
report_missing(struct case_ *c, const struct declaration *target, const struct needed_tag *need)
{
	struct finding *finding = case_finding(c, need->field, need->value);
	const char *similar = similar_tag(target, need);

	case_message(c, finding, "does not carry the tag %s of this shoot", need->shoot);
	case_against(c, finding, target, (struct field){"spec.tags", 0}, "");
	if (similar && text_equal_ignoring_case(compared_part(need, similar), need->shoot))
		case_hint(c, finding,
			"its tag %s differs in upper and lower case, which Kyma tells apart",
			similar);
	else if (similar)
		case_hint(c, finding,
			"its tag %s only contains that name; Kyma would accept it, and so take "
			"another shoot's tag for yours",
			similar);
	hint_command(c, finding, need);
}

static void
check_target(struct case_ *c, struct needed_tag *need)
{
	const struct shoot *shoot = inventory_shoot(c->inventory);
	const struct declaration *target = case_definition(c, need->domain);
	struct finding *finding;

	if (!target || !shoot || text_is_blank(shoot->name))
		return;
	need->shoot = shoot->name;
	if (target->tags_known) {
		if (!has_tag(target, need))
			report_missing(c, target, need);
		return;
	}
	finding = case_softer_finding(c, need->field, need->value);
	case_message(c, finding, "may lack the tag %s of this shoot: its tags are not known",
		need->shoot);
	case_against(c, finding, target, (struct field){"spec.tags", 0}, "");
	hint_command(c, finding, need);
}

static void
check(struct case_ *c)
{
	each_peering(c, peering)
		if (peering->remote)
			check_target(c, &(struct needed_tag){.domain = peering->to,
						.remote = peering->remote,
						.field = peering->field,
						.value = peering->target});
	each_dns_link(c, link)
		check_target(c, &(struct needed_tag){.domain = link->zone,
					.remote = link->remote,
					.field = link->field,
					.value = link->remote->id});
}

const struct rule missing_shoot_tag = {
	.id = "missing-shoot-tag",
	.summary = "fails when the remote network, zone or ruleset does not carry the shoot's tag; "
		   "warns when that is not known",
	.action = ACTION_DENY,
	.guards = GUARDS_PEERING_REQUESTS | KIND_BIT(KIND_AZURE_VPC_DNS_LINK),
	.forbids = true,
	.check = check,
};
