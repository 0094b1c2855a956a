/* RemoteNetwork (peerwarden.io/v1alpha1): a network of a cloud, with what is known of it, as given
 * by hand or seen by the daemon: CIDRs, tags, names of peerings, route tables, missing rights. */
#include <stdlib.h>
#include <string.h>

#include "kinds/arm_member.h"
#include "kinds/definitions.h"
#include "kinds/domain_key.h"
#include "kinds/peerwarden.h"

static const struct field spec_field = {"spec", 0};
static const struct field aws_field = {"spec.aws", 0};
static const struct field account_field = {"spec.aws.accountId", 0};
static const struct field region_field = {"spec.aws.region", 0};
static const struct field vpc_field = {"spec.aws.vpcId", 0};
static const struct field gcp_field = {"spec.gcp", 0};
static const struct field project_field = {"spec.gcp.project", 0};
static const struct field network_field = {"spec.gcp.network", 0};
static const struct field azure_field = {"spec.azure", 0};
static const struct field vnet_field = {"spec.azure.id", 0};
static const struct field tenant_field = {"spec.azure.tenant", 0};
static const struct field given_field = {"spec.cidrs", 0};
static const struct field seen_field = {"status.cidrs", 0};

#define GIVEN "spec.cidrs[%d]"
#define SEEN  "status.cidrs[%d]"

static const struct peerwarden_names peering_names = {
	.list = PEERWARDEN_PATH("peerings"),
	.entry = PEERWARDEN_PATH("peerings[%d]"),
	.name = PEERWARDEN_PATH("peerings[%d].name"),
	.network = PEERWARDEN_PATH("peerings[%d].network"),
};

static const struct peerwarden_path tables_path = PEERWARDEN_PATH("routeTables");
static const struct peerwarden_path table_path = PEERWARDEN_PATH("routeTables[%d]");
static const struct peerwarden_path table_id_path = PEERWARDEN_PATH("routeTables[%d].id");
static const struct peerwarden_path table_tags_path = PEERWARDEN_PATH("routeTables[%d].tags");

static const struct id_form form_of_table = {
	.noun = "route table id",
	.legal = peerwarden_is_something,
	.hint = "write the id that `aws ec2 describe-route-tables` shows",
};

static struct remote
read_aws(const struct draft *draft, const struct json *aws)
{
	return (struct remote){
		.provider = PROVIDER_AWS,
		.account = read_id(draft, aws, account_field, &id_form_aws_account),
		.region = read_id(draft, aws, region_field, &id_form_aws_region),
		.id = read_id(draft, aws, vpc_field, &id_form_aws_vpc),
	};
}

static struct remote
read_gcp(const struct draft *draft, const struct json *gcp)
{
	return (struct remote){
		.provider = PROVIDER_GCP,
		.account = read_id(draft, gcp, project_field, &id_form_gcp_project),
		.region = "",
		.id = read_id(draft, gcp, network_field, &id_form_gcp_network),
	};
}

/* Unlike AWS, Azure does not say the region in the id. A network of Google Cloud is in all of them.
 */
static struct remote
read_azure(const struct draft *draft, const struct json *azure, const struct json *object)
{
	return (struct remote){
		.provider = PROVIDER_AZURE,
		.account = "",
		.region = peerwarden_read_region(draft, object),
		.id = arm_member_read(draft, azure, vnet_field, ARM_BIT(ARM_VNET), NULL),
		.tenant = read_optional_id(draft, azure, tenant_field, &id_form_azure_tenant),
	};
}

/* NULL, with a flaw, unless it is exactly one network with a good id. */
static const struct remote *
read_remote(const struct draft *draft, const struct json *object, const struct json *spec)
{
	const struct json *aws = read_object(draft, FLAW_ID, spec, aws_field);
	const struct json *gcp = read_object(draft, FLAW_ID, spec, gcp_field);
	const struct json *azure = read_object(draft, FLAW_ID, spec, azure_field);
	struct remote *remote;

	if (!!aws + !!gcp + !!azure != 1) {
		draft_flaw(draft, FLAW_ID, spec_field, "",
			"exactly one of aws, gcp and azure is needed",
			"write the network's id under its cloud's name");
		return NULL;
	}
	remote = ARENA_NEW(draft->arena, struct remote);
	*remote = aws   ? read_aws(draft, aws)
		  : gcp ? read_gcp(draft, gcp)
			: read_azure(draft, azure, object);
	return remote->account && remote->region && remote->id ? remote : NULL;
}

static void
read_cidr(const struct draft *draft, const struct json *item, struct field field)
{
	const char *reason = "must be text";
	struct prefix prefix;

	if (json_text(item) && prefix_parse(json_text(item), &prefix, &reason))
		draft_claim(draft, (struct claim){
					   .domain = draft->declaration->home,
					   .prefix = prefix_network(&prefix),
					   .role = CLAIM_REMOTE,
					   .field = field,
				   });
	else
		draft_flaw(draft, FLAW_ADDRESS, field, json_text(item) ? json_text(item) : "",
			reason, "write a network, for example 10.3.0.0/16");
}

/* By prefix, what was seen before what was given. */
static int
compare_claims(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;
	int order = address_compare(&a->prefix.address, &b->prefix.address);

	if (order == 0)
		order = (a->prefix.length > b->prefix.length) -
			(a->prefix.length < b->prefix.length);
	if (order == 0)
		order = strcmp(b->field.path, a->field.path);
	return order ? order
		     : (a->field.index > b->field.index) - (a->field.index < b->field.index);
}

static void
drop_doubles(struct declaration *declaration)
{
	struct claim *claims = declaration->claims;
	int kept = 0;

	if (declaration->claim_count == 0)
		return;
	qsort(claims, (size_t)declaration->claim_count, sizeof *claims, compare_claims);
	for (int i = 1; i < declaration->claim_count; i++)
		if (!prefix_equal(&claims[kept].prefix, &claims[i].prefix))
			claims[++kept] = claims[i];
	declaration->claim_count = kept + 1;
}

static void
read_addresses(const struct draft *draft, const struct json *parent, struct field list_field,
	const char *item_path)
{
	const struct json *list = read_list(draft, FLAW_ADDRESS, parent, list_field);
	int index = 0;

	if (!list)
		return;
	draft->declaration->addresses_known = true;
	for (const struct json *item = json_first(list); item; item = json_next(item), index++)
		read_cidr(draft, item, (struct field){item_path, index});
}

static void
read_table_tags(const struct draft *draft, const struct json *table, struct field field)
{
	const struct json *tags = read_object(draft, FLAW_ID, table, field);

	for (const struct json *tag = json_first(tags); tag; tag = json_next(tag))
		draft_table_tag(draft, json_name(tag), json_text(tag) ? json_text(tag) : "");
}

static void
read_table(const struct draft *draft, const struct peerwarden_part *part, const struct json *table,
	int index)
{
	const char *id;

	if (!read_is_entry(draft, FLAW_ID, table, peerwarden_field(part, &table_path, index)))
		return;
	id = read_id(draft, table, peerwarden_field(part, &table_id_path, index), &form_of_table);
	if (!id)
		return;
	draft_route_table(draft, id);
	read_table_tags(draft, table, peerwarden_field(part, &table_tags_path, index));
}

static void
read_tables(const struct draft *draft, const struct json *object)
{
	struct peerwarden_part part = peerwarden_part_with(object, &tables_path);
	const struct json *list =
		read_list(draft, FLAW_ID, part.object, peerwarden_field(&part, &tables_path, 0));
	int index = 0;

	if (!list)
		return;
	draft->declaration->tables_known = true;
	for (const struct json *table = json_first(list); table; table = json_next(table))
		read_table(draft, &part, table, index++);
}

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	static const struct field *const aws_ids[] = {&account_field, &region_field, &vpc_field};
	static const struct field *const gcp_ids[] = {&project_field, &network_field};
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);

	declaration->remote = read_remote(&draft, object, spec);
	for (size_t i = 0; i < sizeof aws_ids / sizeof *aws_ids; i++)
		read_fixed(&draft, read_member(spec, aws_field), *aws_ids[i], NULL);
	for (size_t i = 0; i < sizeof gcp_ids / sizeof *gcp_ids; i++)
		read_fixed(&draft, read_member(spec, gcp_field), *gcp_ids[i], NULL);
	read_fixed(&draft, read_member(spec, azure_field), vnet_field, NULL);
	if (!declaration->remote)
		return;
	declaration->home = domain_key_of_network(arena, declaration->remote);
	declaration->defines_home = true;
	read_addresses(&draft, json_member(object, "status"), seen_field, SEEN);
	read_addresses(&draft, spec, given_field, GIVEN);
	drop_doubles(declaration);
	peerwarden_read_lookup(&draft, object);
	peerwarden_read_tags(&draft, object);
	peerwarden_read_names(&draft, object, &peering_names);
	peerwarden_read_missing_rights(&draft, object);
	read_tables(&draft, object);
}

const struct kind_definition remote_network_definition = {
	.kind = KIND_REMOTE_NETWORK,
	.group = PEERWARDEN_API_GROUP,
	.version = PEERWARDEN_API_VERSION,
	.plural = "remotenetworks",
	.guarded = true,
	.decode = decode,
};
