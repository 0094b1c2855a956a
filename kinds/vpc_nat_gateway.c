/* VpcNatGateway of Kube-OVN (kubeovn.io/v1): takes what comes from its internal networks. */
#include "kinds/definitions.h"
#include "kinds/gateway.h"
#include "kinds/kube_ovn.h"
#include "kinds/read.h"

static const struct field networks_field = {"spec.internalCIDRs", 0};
static const struct field subnets_field = {"spec.internalSubnets", 0};

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);

	gateway_read_home(&draft, spec);
	gateway_divert_networks(&draft, read_list(&draft, FLAW_ADDRESS, spec, networks_field),
		networks_field, GATEWAY_PRIORITY_NAT);
	if (json_count(read_list(&draft, FLAW_ID, spec, subnets_field)) > 0)
		gateway_divert_some(&draft, subnets_field, GATEWAY_PRIORITY_NAT);
}

const struct kind_definition vpc_nat_gateway_definition = {
	.kind = KIND_VPC_NAT_GATEWAY,
	.group = KUBE_OVN_GROUP,
	.version = "v1",
	.plural = "vpc-nat-gateways",
	.guarded = true,
	.decode = decode,
};
