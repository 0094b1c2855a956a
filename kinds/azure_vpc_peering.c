/* AzureVpcPeering of Kyma: the shoot's VNet peers with another VNet. Nothing of its spec has an
 * effect after creation. */
#include "kinds/arm_member.h"
#include "kinds/canonical.h"
#include "kinds/definitions.h"
#include "kinds/kyma.h"

static const struct field name_field = {"spec.remotePeeringName", 0};
static const struct field network_field = {"spec.remoteVnet", 0};
static const struct field tenant_field = {"spec.remoteTenant", 0};
static const struct field gateway_field = {"spec.useRemoteGateway", 0};
static const struct field delete_field = {"spec.deleteRemotePeering", 0};

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);
	const char *name = read_id(&draft, spec, name_field, &id_form_azure_peering);
	struct remote remote = {
		.provider = PROVIDER_AZURE,
		.account = "",
		.region = "",
		.id = arm_member_read(&draft, spec, network_field, ARM_BIT(ARM_VNET), NULL),
		.tenant = read_optional_id(&draft, spec, tenant_field, &id_form_azure_tenant),
	};

	declaration->home = DOMAIN_OF_SHOOT;
	if (name && remote.id) {
		draft_shoot_peering(&draft, remote, name, network_field);
		declaration->peerings[0].uses_remote_gateway = read_flag(spec, gateway_field);
		declaration->peerings[0].deletes_remote = read_flag(spec, delete_field);
	}
	read_fixed(&draft, spec, name_field, NULL);
	read_fixed(&draft, spec, network_field, NULL);
	draft_fixed(&draft, tenant_field, remote.tenant);
	read_fixed(&draft, spec, gateway_field, "false");
	read_fixed(&draft, spec, delete_field, "false");
}

static void
canonicalise(struct arena *arena, const struct json *object, struct changes *changes)
{
	const struct json *spec = json_member(object, "spec");

	canonical_id(arena, changes, spec, name_field, &id_form_azure_peering);
	canonical_member(arena, changes, spec, network_field, arm_id_canonical);
	canonical_id(arena, changes, spec, tenant_field, &id_form_azure_tenant);
}

const struct kind_definition azure_vpc_peering_definition = {
	.kind = KIND_AZURE_VPC_PEERING,
	.group = KYMA_GROUP,
	.version = KYMA_VERSION,
	.plural = "azurevpcpeerings",
	.guarded = true,
	.decode = decode,
	.canonicalise = canonicalise,
};
