#include "kinds/definitions.h"

const struct kind_definition *const kind_definitions[KINDS] = {
	[KIND_VPC] = &vpc_definition,
	[KIND_SUBNET] = &subnet_definition,
	[KIND_AWS_VPC_PEERING] = &aws_vpc_peering_definition,
	[KIND_GCP_VPC_PEERING] = &gcp_vpc_peering_definition,
	[KIND_AZURE_VPC_PEERING] = &azure_vpc_peering_definition,
	[KIND_AZURE_VPC_DNS_LINK] = &azure_vpc_dns_link_definition,
	[KIND_IP_RANGE] = &ip_range_definition,
	[KIND_SHOOT_INFO] = &shoot_info_definition,
	[KIND_REMOTE_NETWORK] = &remote_network_definition,
	[KIND_REMOTE_ZONE] = &remote_zone_definition,
	[KIND_VPC_NAT_GATEWAY] = &vpc_nat_gateway_definition,
	[KIND_VPC_EGRESS_GATEWAY] = &vpc_egress_gateway_definition,
};
