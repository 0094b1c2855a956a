/* AwsVpcPeering of Kyma: the shoot's VPC peers with a VPC of another account or region. Nothing of
 * its spec has an effect after creation. */
#include "base/text.h"
#include "kinds/canonical.h"
#include "kinds/definitions.h"
#include "kinds/kyma.h"
#include "kinds/read.h"

static const struct field account_field = {"spec.remoteAccountId", 0};
static const struct field region_field = {"spec.remoteRegion", 0};
static const struct field vpc_field = {"spec.remoteVpcId", 0};
static const struct field strategy_field = {"spec.remoteRouteTableUpdateStrategy", 0};
static const struct field delete_field = {"spec.deleteRemotePeering", 0};

/* Another word is left to the CRD, which refuses it. */
static enum route_selection
read_strategy(const struct json *spec)
{
	const char *text = json_text(read_member(spec, strategy_field));

	if (text_equal(text, "NONE"))
		return ROUTES_NONE;
	if (text_equal(text, "MATCHED"))
		return ROUTES_MATCHED;
	return text_equal(text, "UNMATCHED") ? ROUTES_UNMATCHED : ROUTES_AUTO;
}

static void
declare_peering(const struct draft *draft, const struct json *spec, struct remote remote)
{
	draft_shoot_peering(draft, remote, "", vpc_field);
	draft->declaration->peerings[0].deletes_remote = read_flag(spec, delete_field);
	draft->declaration->peerings[0].route_selection = read_strategy(spec);
}

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);
	struct remote remote = {
		.provider = PROVIDER_AWS,
		.account = read_id(&draft, spec, account_field, &id_form_aws_account),
		.region = read_id(&draft, spec, region_field, &id_form_aws_region),
		.id = read_id(&draft, spec, vpc_field, &id_form_aws_vpc),
	};

	declaration->home = DOMAIN_OF_SHOOT;
	if (remote.account && remote.region && remote.id)
		declare_peering(&draft, spec, remote);
	read_fixed(&draft, spec, account_field, NULL);
	read_fixed(&draft, spec, region_field, NULL);
	read_fixed(&draft, spec, vpc_field, NULL);
	read_fixed(&draft, spec, strategy_field, "AUTO");
	read_fixed(&draft, spec, delete_field, "false");
}

/* An account id without quotes is a number in YAML and has lost its leading zeros. */
static void
canonical_account(struct arena *arena, struct changes *changes, const struct json *spec)
{
	const struct json *account = read_member(spec, account_field);
	int64_t number;

	canonical_id(arena, changes, spec, account_field, &id_form_aws_account);
	if (json_integer(account, &number) && number >= 0 && number <= INT64_C(999999999999))
		changes_add(arena, changes, account_field,
			arena_printf(arena, "%lld", (long long)number),
			arena_printf(arena, "%012lld", (long long)number));
}

static void
canonicalise(struct arena *arena, const struct json *object, struct changes *changes)
{
	const struct json *spec = json_member(object, "spec");

	canonical_account(arena, changes, spec);
	canonical_id(arena, changes, spec, region_field, &id_form_aws_region);
	canonical_id(arena, changes, spec, vpc_field, &id_form_aws_vpc);
}

const struct kind_definition aws_vpc_peering_definition = {
	.kind = KIND_AWS_VPC_PEERING,
	.group = KYMA_GROUP,
	.version = KYMA_VERSION,
	.plural = "awsvpcpeerings",
	.guarded = true,
	.decode = decode,
	.canonicalise = canonicalise,
};
