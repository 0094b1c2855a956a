/* provider-mismatch: networks of two clouds cannot peer. Kyma installs only the kinds of the
 * shoot's own cloud, so that an object of another kind was made for another cluster. The partitions
 * of AWS (China, GovCloud and so on) are clouds of their own. */
#include <stddef.h>

#include "base/text.h"
#include "validators/case.h"

static const char *const cloud_names[] = {
	[PROVIDER_AWS] = "AWS",
	[PROVIDER_GCP] = "Google Cloud",
	[PROVIDER_AZURE] = "Azure",
	[PROVIDER_OTHER] = "another cloud",
};

static enum provider
provider_of(enum kind kind)
{
	switch (kind) {
	case KIND_AWS_VPC_PEERING:
		return PROVIDER_AWS;
	case KIND_GCP_VPC_PEERING:
		return PROVIDER_GCP;
	default:
		return PROVIDER_AZURE;
	}
}

static void
report_kind(struct case_ *c, enum provider cloud)
{
	static const struct field kind = {"kind", 0};
	struct finding *finding = case_finding(c, kind, kind_name(c->subject->object.kind));

	case_message(c, finding,
		"does not fit this shoot, which runs on %s: networks of two clouds cannot peer",
		cloud_names[cloud]);
	case_hint(c, finding,
		"apply it to a cluster on %s, or reach that network over a VPN instead",
		cloud_names[provider_of(c->subject->object.kind)]);
	each_peering(c, peering)
		case_refuse_peering(c, finding, peering);
	each_dns_link(c, link)
		case_refuse_dns_link(c, finding, link);
}

/* https://docs.aws.amazon.com/general/latest/gr/rande.html */
static const char *
partition_of(const char *region)
{
	static const struct {
		const char *prefix, *name;
	} partitions[] = {
		{"cn-", "AWS China"},
		{"us-gov-", "AWS GovCloud"},
		{"eusc-", "the AWS European Sovereign Cloud"},
		{"us-iso-", "the isolated cloud aws-iso"},
		{"us-isob-", "the isolated cloud aws-iso-b"},
		{"eu-isoe-", "the isolated cloud aws-iso-e"},
		{"us-isof-", "the isolated cloud aws-iso-f"},
	};

	for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++)
		if (text_starts_with(region, partitions[i].prefix))
			return partitions[i].name;
	return "the public AWS";
}

static void
check_partition(struct case_ *c, const struct peering *peering, const struct shoot *shoot)
{
	static const struct field region = {"spec.remoteRegion", 0};
	const char *theirs = partition_of(peering->remote->region);
	const char *ours = partition_of(shoot->region);
	struct finding *finding;

	if (text_equal(theirs, ours))
		return;
	finding = case_finding(c, region, peering->remote->region);
	case_message(c, finding,
		"is in %s, the shoot's region %s in %s: no peering crosses the two", theirs,
		shoot->region, ours);
	case_hint(c, finding, "name a VPC in a region of %s, or use a VPN instead", ours);
	case_refuse_peering(c, finding, peering);
}

static void
check(struct case_ *c)
{
	const struct shoot *shoot = inventory_shoot(c->inventory);

	if (!shoot || shoot->provider == PROVIDER_NONE)
		return;
	if (shoot->provider != provider_of(c->subject->object.kind)) {
		report_kind(c, shoot->provider);
		return;
	}
	each_peering(c, peering)
		if (shoot->provider == PROVIDER_AWS && !text_is_blank(shoot->region))
			check_partition(c, peering, shoot);
}

const struct rule provider_mismatch = {
	.id = "provider-mismatch",
	.summary = "fails when the object is for another cloud than the shoot's",
	.action = ACTION_DENY,
	.guards = GUARDS_PEERING_REQUESTS | KIND_BIT(KIND_AZURE_VPC_DNS_LINK),
	.check = check,
};
