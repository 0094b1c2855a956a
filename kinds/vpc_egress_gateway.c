/* VpcEgressGateway of Kube-OVN (kubeovn.io/v1): takes what comes from the networks of its policies,
 * and from the pods that it selects. */
#include "kinds/definitions.h"
#include "kinds/gateway.h"
#include "kinds/kube_ovn.h"
#include "kinds/read.h"

#define POLICY "spec.policies[%d]"

static const struct field policies_field = {"spec.policies", 0};
static const struct field selectors_field = {"spec.selectors", 0};

static void
read_policy(const struct draft *draft, const struct json *policy, int index)
{
	struct field networks = {POLICY ".ipBlocks", index}, subnets = {POLICY ".subnets", index};

	if (!read_is_entry(draft, FLAW_ADDRESS, policy, (struct field){POLICY, index}))
		return;
	gateway_divert_networks(draft, read_list(draft, FLAW_ADDRESS, policy, networks), networks,
		GATEWAY_PRIORITY_EGRESS);
	if (json_count(read_list(draft, FLAW_ID, policy, subnets)) > 0)
		gateway_divert_some(draft, subnets, GATEWAY_PRIORITY_EGRESS);
}

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);
	int index = 0;

	gateway_read_home(&draft, spec);
	for (const struct json *policy =
			json_first(read_list(&draft, FLAW_ADDRESS, spec, policies_field));
		policy; policy = json_next(policy))
		read_policy(&draft, policy, index++);
	if (json_count(read_list(&draft, FLAW_ID, spec, selectors_field)) > 0)
		gateway_divert_some(&draft, selectors_field, GATEWAY_PRIORITY_EGRESS);
}

const struct kind_definition vpc_egress_gateway_definition = {
	.kind = KIND_VPC_EGRESS_GATEWAY,
	.group = KUBE_OVN_GROUP,
	.version = "v1",
	.plural = "vpc-egress-gateways",
	.namespaced = true,
	.guarded = true,
	.decode = decode,
};
