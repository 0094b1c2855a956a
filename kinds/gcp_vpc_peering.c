/* GcpVpcPeering of Kyma: the shoot's network peers with a network of another project. Nothing of
 * its spec has an effect after creation. */
#include "kinds/canonical.h"
#include "kinds/definitions.h"
#include "kinds/kyma.h"
#include "kinds/read.h"

static const struct field name_field = {"spec.remotePeeringName", 0};
static const struct field project_field = {"spec.remoteProject", 0};
static const struct field network_field = {"spec.remoteVpc", 0};
static const struct field routes_field = {"spec.importCustomRoutes", 0};
static const struct field delete_field = {"spec.deleteRemotePeering", 0};

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);
	const char *name = read_id(&draft, spec, name_field, &id_form_gcp_peering);
	struct remote remote = {
		.provider = PROVIDER_GCP,
		.account = read_id(&draft, spec, project_field, &id_form_gcp_project),
		.region = "",
		.id = read_id(&draft, spec, network_field, &id_form_gcp_network),
	};

	declaration->home = DOMAIN_OF_SHOOT;
	if (name && remote.account && remote.id) {
		draft_shoot_peering(&draft, remote, name, network_field);
		declaration->peerings[0].imports_routes = read_flag(spec, routes_field);
		declaration->peerings[0].deletes_remote = read_flag(spec, delete_field);
	}
	read_fixed(&draft, spec, name_field, NULL);
	read_fixed(&draft, spec, project_field, NULL);
	read_fixed(&draft, spec, network_field, NULL);
	read_fixed(&draft, spec, routes_field, "false");
	read_fixed(&draft, spec, delete_field, "false");
}

static void
canonicalise(struct arena *arena, const struct json *object, struct changes *changes)
{
	const struct json *spec = json_member(object, "spec");

	canonical_id(arena, changes, spec, name_field, &id_form_gcp_peering);
	canonical_id(arena, changes, spec, project_field, &id_form_gcp_project);
	canonical_id(arena, changes, spec, network_field, &id_form_gcp_network);
}

const struct kind_definition gcp_vpc_peering_definition = {
	.kind = KIND_GCP_VPC_PEERING,
	.group = KYMA_GROUP,
	.version = KYMA_VERSION,
	.plural = "gcpvpcpeerings",
	.guarded = true,
	.decode = decode,
	.canonicalise = canonicalise,
};
