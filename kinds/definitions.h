/* What each kind's file hands to the table in kinds/kind.c. */
#pragma once

#include "kinds/kind.h"

extern const struct kind_definition vpc_definition;
extern const struct kind_definition subnet_definition;
extern const struct kind_definition aws_vpc_peering_definition;
extern const struct kind_definition gcp_vpc_peering_definition;
extern const struct kind_definition azure_vpc_peering_definition;
extern const struct kind_definition azure_vpc_dns_link_definition;
extern const struct kind_definition ip_range_definition;
extern const struct kind_definition shoot_info_definition;
extern const struct kind_definition remote_network_definition;
extern const struct kind_definition remote_zone_definition;
extern const struct kind_definition vpc_nat_gateway_definition;
extern const struct kind_definition vpc_egress_gateway_definition;
