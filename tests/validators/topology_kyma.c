/* A random shoot with its peerings and DNS links. */
#include <string.h>

#include "tests/validators/topology_plan.h"

#define KYMA "apiVersion: cloud-resources.kyma-project.io/v1beta1"
#define OURS "apiVersion: peerwarden.io/v1alpha1"
#define ARM  "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/"

enum { REMOTES = 4 };

static const char *
tags(const struct plan *plan)
{
	static const char *const wrong[] = {
		", tags: {}", ", tags: {C-1: \"\"}", ", tags: {my-project/xc-1: \"\"}", ""};

	if (plan_astray(plan))
		return PICK(wrong);
	return plan_chance(50) ? ", tags: {c-1: \"\"}" : ", tags: {123/c-1: \"\", c-1: \"\"}";
}

static const char *
remote_id(const struct plan *plan, enum provider cloud, int remote)
{
	switch (cloud) {
	case PROVIDER_AWS:
		return plan_write(plan,
			"aws: {accountId: \"123456789012\", region: eu-west-1, vpcId: "
			"vpc-%08d}",
			remote);
	case PROVIDER_GCP:
		return remote ? plan_write(
					plan, "gcp: {project: my-project, network: net%d}", remote)
			      : "gcp: {project: my-project, network: shoot--kyma--c-1}";
	default:
		return remote ? plan_write(plan,
					"azure: {id: " ARM
					"rg/providers/Microsoft.Network/virtualNetworks/net%d}",
					remote)
			      : "azure: {id: " ARM "shoot--kyma--c-1/providers/Microsoft.Network/"
				"virtualNetworks/shoot--kyma--c-1}";
	}
}

/* As a cloud writes it; 0 is the shoot's. */
static const char *
network_text(const struct plan *plan, enum provider cloud, int remote)
{
	const char *name = remote ? plan_write(plan, "net%d", remote) : "shoot--kyma--c-1";

	return cloud == PROVIDER_GCP
		       ? plan_write(plan,
				 "https://www.googleapis.com/compute/v1/projects/my-project/global/"
				 "networks/%s",
				 name)
		       : plan_write(plan, ARM "%s/providers/Microsoft.Network/virtualNetworks/%s",
				 remote ? "rg" : name, name);
}

/* Peerings that a network has already: one to a neighbour, and perhaps one to the shoot. */
static const char *
shown_peerings(const struct plan *plan, enum provider cloud, int remote)
{
	const char *list = "";

	if (cloud == PROVIDER_AWS || plan_chance(60))
		return "";
	if (plan_chance(60))
		list = plan_write(plan, "{name: \"%s\", network: \"%s\"}, ",
			plan_astray(plan) ? "to-kyma"
			: plan_chance(50) ? "a"
					  : "b",
			network_text(plan, cloud, remote % 2 ? remote + 1 : remote - 1));
	if (plan_chance(40))
		list = plan_write(plan, "%s{name: \"to-kyma%s\", network: \"%s\"}", list,
			cloud == PROVIDER_GCP || plan_astray(plan) ? "1" : "",
			network_text(plan, cloud, plan_astray(plan) ? REMOTES : 0));
	return plan_write(plan, ", peerings: [%s]", list);
}

static void
add_remote_networks(struct plan *plan, enum provider cloud)
{
	for (int i = 0; i < REMOTES + 1; i++) {
		int remote = plan_astray(plan) ? plan_below(REMOTES) : i;
		const char *cidrs = plan_astray(plan)
					    ? ""
					    : plan_write(plan, ", cidrs: [\"%s\", \"%s\"]",
						      plan_network(plan, FAMILY_4),
						      plan_network(plan, plan_below(FAMILIES)));

		if (!plan_chance(10))
			plan_add(plan,
				plan_write(plan,
					"{" OURS ", kind: RemoteNetwork, metadata: {name: r%d}, "
					"spec: {%s%s%s%s}}",
					i, remote_id(plan, cloud, remote), cidrs, tags(plan),
					remote ? shown_peerings(plan, cloud, remote) : ""));
	}
}

static const char *
peering_spec(const struct plan *plan, enum provider cloud, int remote)
{
	switch (cloud) {
	case PROVIDER_AWS:
		return plan_write(plan,
			"kind: AwsVpcPeering, metadata: {name: p%%d}, spec: {remoteAccountId: "
			"\"123456789012\", remoteRegion: eu-west-1, remoteVpcId: vpc-%08d}",
			remote);
	case PROVIDER_GCP:
		return plan_write(plan,
			"kind: GcpVpcPeering, metadata: {name: p%%d}, spec: {remotePeeringName: "
			"to-kyma%d, remoteProject: my-project, remoteVpc: %s}",
			plan_below(3),
			remote ? plan_write(plan, "net%d", remote) : "shoot--kyma--c-1");
	default:
		return plan_write(plan,
			"kind: AzureVpcPeering, metadata: {name: p%%d}, spec: {remotePeeringName: "
			"to-kyma, remoteVnet: " ARM
			"%s/providers/Microsoft.Network/virtualNetworks/%s%s}",
			remote ? "rg" : "shoot--kyma--c-1",
			remote ? plan_write(plan, "net%d", remote) : "shoot--kyma--c-1",
			plan_chance(20) ? ", useRemoteGateway: true" : "");
	}
}

static void
add_shoot_peerings(struct plan *plan, enum provider cloud)
{
	for (int i = 0; i < REMOTES; i++) {
		int remote = plan_astray(plan) ? plan_below(REMOTES + 2) : i + 1;
		const char *spec = peering_spec(plan, cloud, remote);
		const char *mark = strstr(spec, "%d");

		if (!plan_chance(25))
			plan_add(plan, plan_write(plan, "{" KYMA ", %.*s%d%s}", (int)(mark - spec),
					       spec, i, mark + 2));
	}
}

/* What a cloud shows of a zone or ruleset. */
static const char *
shown_links(const struct plan *plan)
{
	static const char *const limits[] = {"", ", maxLinks: 0", ", maxLinks: 1", ", maxLinks: 9"};
	static const char *const regions[] = {"", ", region: westeurope", ", region: northeurope"};
	const char *list = "";

	if (plan_chance(30))
		list = plan_write(plan, "{name: link%d, network: \"%s\"}", plan_below(2),
			network_text(plan, PROVIDER_AZURE, plan_astray(plan) ? 1 : 0));
	else if (plan_chance(30))
		list = plan_write(plan, "{name: other, network: \"%s\"}",
			network_text(plan, PROVIDER_AZURE, plan_astray(plan) ? 0 : 1));
	return plan_write(plan, ", links: [%s]%s%s", list, PICK(limits),
		plan_astray(plan) ? PICK(regions) : regions[1]);
}

/* Zones and rulesets, some of one name. */
static void
add_zones(struct plan *plan)
{
	static const char *const zones[] = {
		"rg/providers/Microsoft.Network/privateDnsZones/a.example",
		"rg/providers/Microsoft.Network/privateDnsZones/b.example",
		"rg/providers/Microsoft.Network/dnsForwardingRulesets/rules",
		"other/providers/Microsoft.Network/privateDnsZones/a.example",
		"rg/providers/Microsoft.Network/dnsForwardingRulesets/other"};

	for (int i = 0; i < 4; i++) {
		const char *zone = plan_astray(plan) ? PICK(zones) : zones[i % 3];

		if (plan_chance(70))
			plan_add(plan,
				plan_write(plan,
					"{" OURS
					", kind: RemoteZone, metadata: {name: z%d}, spec: {id: " ARM
					"%s%s%s}}",
					i, PICK(zones), tags(plan), shown_links(plan)));
		if (i < 3 || plan_astray(plan))
			plan_add(plan,
				plan_write(plan,
					"{" KYMA
					", kind: AzureVpcDnsLink, metadata: {name: l%d}, spec: "
					"{remoteLinkName: link%d, %s: " ARM "%s}}",
					i, plan_below(2),
					strstr(zone, "Rulesets") ? "remoteDnsResolverRuleset"
								 : "remotePrivateDnsZone",
					zone));
	}
}

/* So many peers of the shoot that lists of them are cut. */
static void
add_crowd(struct plan *plan)
{
	for (int i = 0; i < CROWD; i++) {
		plan_add(plan, plan_write(plan,
				       "{" OURS ", kind: RemoteNetwork, metadata: {name: crowd%d}, "
				       "spec: {%s, cidrs: [\"%s\"]%s}}",
				       i, remote_id(plan, PROVIDER_AWS, 1000 + i),
				       plan_astray(plan) && plan_chance(20)
					       ? plan_network(plan, FAMILY_4)
					       : plan_write(plan, "10.200.%d.0/24", i),
				       tags(plan)));
		plan_add(plan, plan_write(plan,
				       "{" KYMA ", kind: AwsVpcPeering, metadata: {name: crowd%d}, "
				       "spec: {remoteAccountId: \"123456789012\", remoteRegion: "
				       "eu-west-1, remoteVpcId: vpc-%08d}}",
				       i, 1000 + i));
	}
}

void
plan_kyma(struct plan *plan)
{
	static const char *const names[] = {"aws", "gcp", "azure"};
	static const char *const regions[] = {"eu-west-1", "europe-west1", "westeurope"};
	static const enum provider clouds[] = {PROVIDER_AWS, PROVIDER_GCP, PROVIDER_AZURE};
	int cloud = plan_below(3);

	if (!plan_chance(8))
		plan_add(plan,
			plan_write(plan,
				"{apiVersion: v1, kind: ConfigMap, metadata: {namespace: "
				"kube-system, "
				"name: shoot-info}, data: {shootName: c-1, projectName: kyma, "
				"provider: "
				"%s, region: %s, nodeNetwork: \"%s\", podNetworks: \"%s,%s\", "
				"serviceNetwork: \"%s\"}}",
				names[cloud], regions[cloud], plan_network(plan, FAMILY_4),
				plan_network(plan, FAMILY_4), plan_network(plan, FAMILY_6),
				plan_network(plan, FAMILY_4)));
	for (int i = plan_below(3); i > 0; i--)
		plan_add(plan,
			plan_write(plan,
				"{" KYMA ", kind: IpRange, metadata: {name: range%d}, spec: {cidr: "
				"\"10.%d.0.0/%d\"}}",
				i,
				FIRST_OWN_NETWORK + (plan_astray(plan) ? plan_below(6) : 100 + i),
				16 + plan_below(4)));
	if (clouds[cloud] == PROVIDER_AWS && plan_chance(1))
		add_crowd(plan);
	add_remote_networks(plan, clouds[cloud]);
	add_shoot_peerings(plan, clouds[cloud]);
	if (clouds[cloud] == PROVIDER_AZURE)
		add_zones(plan);
}
