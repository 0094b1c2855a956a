/* AzureVpcDnsLink of Kyma: the shoot's VNet resolves a private DNS zone, or by the rules of a
 * resolver ruleset. Nothing of its spec has an effect after creation. */
#include <string.h>

#include "base/text.h"
#include "kinds/arm_member.h"
#include "kinds/canonical.h"
#include "kinds/definitions.h"
#include "kinds/domain_key.h"
#include "kinds/kyma.h"

#define ZONE    "spec.remotePrivateDnsZone"
#define RULESET "spec.remoteDnsResolverRuleset"

static const struct field name_field = {"spec.remoteLinkName", 0};
static const struct field zone_field = {ZONE, 0};
static const struct field ruleset_field = {RULESET, 0};
static const struct field tenant_field = {"spec.remoteTenant", 0};

static const char *const field_of_type[ARM_TYPES] = {[ARM_ZONE] = ZONE, [ARM_RULESET] = RULESET};

enum { FEWEST_LABELS = 2, MOST_LABELS = 34 };

/* Azure lets nobody create these, since its own services answer under them; a zone below one of
 * them, such as privatelink.blob.core.windows.net, is fine. By cloud: public, US government, China.
 * https://learn.microsoft.com/azure/dns/private-dns-privatednszone#restrictions */
static const char *const reserved_zones[] = {
	"azclient.ms",
	"azure.com",
	"cloudapp.net",
	"core.windows.net",
	"microsoft.com",
	"msidentity.com",
	"trafficmanager.net",
	"windows.net",
	"azclient.us",
	"azure.us",
	"usgovcloudapp.net",
	"core.usgovcloudapi.net",
	"microsoft.us",
	"msidentity.us",
	"usgovtrafficmanager.net",
	"usgovcloudapi.net",
	"azclient.cn",
	"azure.cn",
	"chinacloudapp.cn",
	"core.chinacloudapi.cn",
	"microsoft.cn",
	"msidentity.cn",
	"trafficmanager.cn",
	"chinacloudapi.cn",
};

static size_t
count_labels(const char *name)
{
	size_t count = 1;

	for (; (name = strchr(name, '.')); name++)
		count++;
	return count;
}

/* Why there can be no private DNS zone of this name, or NULL. */
static const char *
wrong_name(const char *name)
{
	size_t labels = count_labels(name);

	if (*name == '.' || strstr(name, "..") || text_ends_with(name, "."))
		return "a label of the zone's name is empty";
	if (labels < FEWEST_LABELS)
		return "a private DNS zone needs at least two labels";
	if (labels > MOST_LABELS)
		return "a private DNS zone has at most 34 labels";
	for (size_t i = 0; i < sizeof reserved_zones / sizeof *reserved_zones; i++)
		if (text_equal_ignoring_case(name, reserved_zones[i]))
			return "Azure keeps this name for itself";
	return NULL;
}

static const char *
read_zone(const struct draft *draft, const struct json *spec)
{
	const char *id = arm_member_read(draft, spec, zone_field, ARM_BIT(ARM_ZONE), field_of_type);
	const char *reason = id ? wrong_name(arm_id_name(id)) : NULL;

	if (!reason)
		return id;
	draft_flaw(draft, FLAW_ZONE, zone_field, id, reason,
		"link a zone such as example.com or internal.example.com");
	return NULL;
}

/* The id of the one that is there, and its field; NULL, with flaws, when it is not good or there is
 * not exactly one. An empty text is there, as it is for the CRD. */
static const char *
read_target(const struct draft *draft, const struct json *spec, struct field *field)
{
	bool has_zone = read_member(spec, zone_field),
	     has_ruleset = read_member(spec, ruleset_field);

	if (has_zone && has_ruleset) {
		const char *ruleset = json_text(read_member(spec, ruleset_field));

		draft_flaw(draft, FLAW_ID, ruleset_field, ruleset ? ruleset : "",
			"there is a zone as well as a ruleset",
			"leave one of " ZONE " and " RULESET " out, also when it is empty");
		return NULL;
	}
	if (!has_zone && !has_ruleset) {
		draft_flaw(draft, FLAW_ID, zone_field, "", "there is neither a zone nor a ruleset",
			"write the id of one in " ZONE " or " RULESET);
		return NULL;
	}
	*field = has_zone ? zone_field : ruleset_field;
	return has_zone ? read_zone(draft, spec)
			: arm_member_read(
				  draft, spec, ruleset_field, ARM_BIT(ARM_RULESET), field_of_type);
}

/* A network is linked to one zone of a name at most. */
static const char *
exclusive_name(const struct draft *draft, const char *id)
{
	const char *key = domain_key_of_zone(draft->arena, id); /* in lower case */

	return arena_printf(draft->arena, "zone-name/%s", arm_id_name(key));
}

static void
declare_link(
	const struct draft *draft, const struct remote *to, const char *name, struct field field)
{
	struct remote *remote = ARENA_NEW(draft->arena, struct remote);
	bool is_zone = text_equal(field.path, ZONE);

	*remote = *to;
	draft_dns_link(
		draft, (struct dns_link){
			       .zone = domain_key_of_zone(draft->arena, remote->id),
			       .exclusive = is_zone ? exclusive_name(draft, remote->id) : "ruleset",
			       .name = name,
			       .remote = remote,
			       .field = field,
			       .name_field = name_field,
		       });
}

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);
	const char *name = read_id(&draft, spec, name_field, &id_form_azure_link);
	struct field field = zone_field;
	struct remote remote = {
		.provider = PROVIDER_AZURE,
		.account = "",
		.region = "",
		.id = read_target(&draft, spec, &field),
		.tenant = read_optional_id(&draft, spec, tenant_field, &id_form_azure_tenant),
	};

	declaration->home = DOMAIN_OF_SHOOT;
	if (remote.id && name)
		declare_link(&draft, &remote, name, field);
	read_fixed(&draft, spec, name_field, NULL);
	read_fixed(&draft, spec, zone_field, NULL);
	read_fixed(&draft, spec, ruleset_field, NULL);
	draft_fixed(&draft, tenant_field, remote.tenant);
}

static void
canonicalise(struct arena *arena, const struct json *object, struct changes *changes)
{
	const struct json *spec = json_member(object, "spec");

	canonical_id(arena, changes, spec, name_field, &id_form_azure_link);
	canonical_member(arena, changes, spec, zone_field, arm_id_canonical);
	canonical_member(arena, changes, spec, ruleset_field, arm_id_canonical);
	canonical_id(arena, changes, spec, tenant_field, &id_form_azure_tenant);
}

const struct kind_definition azure_vpc_dns_link_definition = {
	.kind = KIND_AZURE_VPC_DNS_LINK,
	.group = KYMA_GROUP,
	.version = KYMA_VERSION,
	.plural = "azurevpcdnslinks",
	.guarded = true,
	.decode = decode,
	.canonicalise = canonicalise,
};
