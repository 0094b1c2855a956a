#include "network/declaration.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const char *
kind_name(enum kind kind)
{
	static const char *const names[DECLARANTS] = {
		[KIND_VPC] = "Vpc",
		[KIND_SUBNET] = "Subnet",
		[KIND_AWS_VPC_PEERING] = "AwsVpcPeering",
		[KIND_GCP_VPC_PEERING] = "GcpVpcPeering",
		[KIND_AZURE_VPC_PEERING] = "AzureVpcPeering",
		[KIND_AZURE_VPC_DNS_LINK] = "AzureVpcDnsLink",
		[KIND_IP_RANGE] = "IpRange",
		[KIND_SHOOT_INFO] = "ConfigMap",
		[KIND_REMOTE_NETWORK] = "RemoteNetwork",
		[KIND_REMOTE_ZONE] = "RemoteZone",
		[KIND_VPC_NAT_GATEWAY] = "VpcNatGateway",
		[KIND_VPC_EGRESS_GATEWAY] = "VpcEgressGateway",
		[KIND_PEERING_POLICY] = "PeeringPolicy",
	};

	return names[kind];
}

bool
object_equal(const struct object_id *a, const struct object_id *b)
{
	return a->kind == b->kind && text_equal(a->name, b->name) &&
	       text_equal(a->namespace, b->namespace);
}

const char *
object_text(struct arena *arena, const struct object_id *object)
{
	bool inside = object->namespace && object->namespace[0];

	return arena_printf(arena, "%s %s%s%s", kind_name(object->kind),
		inside ? object->namespace : "", inside ? "/" : "", object->name);
}

const char *
field_text(struct arena *arena, struct field field)
{
	const char *place = strstr(field.path, "%d");

	if (!place)
		return field.path;
	return arena_printf(
		arena, "%.*s%d%s", (int)(place - field.path), field.path, field.index, place + 2);
}

enum domain_type
domain_type(const char *domain)
{
	static const struct {
		const char *start;
		enum domain_type type;
	} types[] = {
		{"vpc/", DOMAIN_VPC},
		{"aws/", DOMAIN_AWS},
		{"gcp/", DOMAIN_GCP},
		{"azure/", DOMAIN_AZURE},
		{"segment/", DOMAIN_SEGMENT},
		{"zone/", DOMAIN_ZONE},
	};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (text_starts_with(domain, types[i].start))
			return types[i].type;
	return DOMAIN_SHOOT;
}

static const char *
after_last_slash(const char *text)
{
	const char *slash = strrchr(text, '/');

	return slash ? slash + 1 : text;
}

const char *
domain_name(struct arena *arena, const char *domain)
{
	const char *last = after_last_slash(domain);

	switch (domain_type(domain)) {
	case DOMAIN_VPC:
		return arena_printf(arena, "VPC %s", domain + strlen("vpc/"));
	case DOMAIN_AWS:
		return arena_printf(arena, "AWS VPC %s", last);
	case DOMAIN_GCP:
		return arena_printf(arena, "GCP network %s", domain + strlen("gcp/"));
	case DOMAIN_AZURE:
		return arena_printf(arena, "VNet %s", last);
	case DOMAIN_SEGMENT:
		return arena_printf(arena, "the network of Subnet %s", domain + strlen("segment/"));
	case DOMAIN_ZONE:
		return arena_printf(arena,
			strstr(domain, "/dnsforwardingrulesets/") ? "ruleset %s" : "DNS zone %s",
			last);
	case DOMAIN_SHOOT:
		break;
	}
	return "the shoot's network";
}

const char *
claim_role_name(enum claim_role role)
{
	static const char *const names[CLAIM_ROLES] = {
		[CLAIM_SUBNET] = "subnet",
		[CLAIM_SEGMENT] = "external network",
		[CLAIM_LINK] = "link network",
		[CLAIM_BFD] = "BFD port",
		[CLAIM_NODES] = "node range",
		[CLAIM_PODS] = "pod range",
		[CLAIM_SERVICES] = "service range",
		[CLAIM_IP_RANGE] = "IP range",
		[CLAIM_REMOTE] = "remote network",
	};

	return names[role];
}
