#include "base/text.h"
#include "kinds/definitions.h"
#include "kinds/domain_key.h"
#include "kinds/read.h"

static const struct field vpc_field = {"spec.vpc", 0};

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);
	const char *vpc = json_text(read_member(spec, vpc_field));

	declaration->home = domain_key_of_vpc(arena, vpc && *vpc ? vpc : DEFAULT_VPC);
}

const struct kind_definition vpc_nat_gateway_definition = {
	.kind = KIND_VPC_NAT_GATEWAY,
	.group = "kubeovn.io",
	.version = "v1",
	.plural = "vpc-nat-gateways",
	.namespaced = false,
	.guarded = true,
	.decode = decode,
};
