/* RemoteZone (peerwarden.io/v1alpha1): a private DNS zone or a resolver ruleset in Azure, with its
 * tags, links, their limit and region as given by hand or seen by the daemon. */
#include "kinds/arm_member.h"
#include "kinds/definitions.h"
#include "kinds/domain_key.h"
#include "kinds/peerwarden.h"

static const struct field id_field = {"spec.id", 0};
static const struct field tenant_field = {"spec.tenant", 0};

static const struct peerwarden_path limit_path = PEERWARDEN_PATH("maxLinks");

static const struct peerwarden_names link_names = {
	.list = PEERWARDEN_PATH("links"),
	.entry = PEERWARDEN_PATH("links[%d]"),
	.name = PEERWARDEN_PATH("links[%d].name"),
	.network = PEERWARDEN_PATH("links[%d].network"),
};

/* 0 where nobody has said so. */
static uint32_t
read_limit(const struct draft *draft, const struct json *object)
{
	struct peerwarden_part part = peerwarden_part_with(object, &limit_path);
	struct field field = peerwarden_field(&part, &limit_path, 0);
	const struct json *member = read_member(part.object, field);
	int64_t limit = 0;

	if (member && !(json_integer(member, &limit) && limit >= 0))
		draft_flaw(draft, FLAW_ID, field, json_text(member) ? json_text(member) : "",
			"must be a number, at least 0",
			"write how many links Azure allows, or "
			"leave it out");
	if (limit < 0)
		return 0;
	return limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX;
}

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);
	const char *id = arm_member_read(
		&draft, spec, id_field, ARM_BIT(ARM_ZONE) | ARM_BIT(ARM_RULESET), NULL);
	struct remote *remote;

	read_fixed(&draft, spec, id_field, NULL);
	if (!id)
		return;
	remote = ARENA_NEW(arena, struct remote);
	*remote = (struct remote){
		.provider = PROVIDER_AZURE,
		.account = "",
		.region = peerwarden_read_region(&draft, object),
		.id = id,
		.tenant = read_optional_id(&draft, spec, tenant_field, &id_form_azure_tenant),
	};
	declaration->remote = remote;
	declaration->home = domain_key_of_zone(arena, id);
	declaration->defines_home = true;
	peerwarden_read_lookup(&draft, object);
	peerwarden_read_tags(&draft, object);
	peerwarden_read_names(&draft, object, &link_names);
	declaration->most_links = read_limit(&draft, object);
	peerwarden_read_missing_rights(&draft, object);
}

const struct kind_definition remote_zone_definition = {
	.kind = KIND_REMOTE_ZONE,
	.group = PEERWARDEN_API_GROUP,
	.version = PEERWARDEN_API_VERSION,
	.plural = "remotezones",
	.guarded = true,
	.decode = decode,
};
