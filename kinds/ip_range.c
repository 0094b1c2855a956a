/* IpRange of Kyma: addresses of the shoot's network for cloud services. Without spec.cidr the Cloud
 * Manager chooses, and says so in the status. */
#include "kinds/canonical.h"
#include "kinds/definitions.h"
#include "kinds/kyma.h"
#include "kinds/read.h"

static const struct field wanted_field = {"spec.cidr", 0};
static const struct field actual_field = {"status.cidr", 0};

enum { SHORTEST = 16, LONGEST = 30 }; /* prefix lengths that the Cloud Manager takes */

static bool
is_usable(const char *text, struct prefix *prefix, const char **reason)
{
	if (!prefix_parse(text, prefix, reason) || !address_is_unicast(&prefix->address, reason))
		return false;
	if (prefix->address.family == FAMILY_4 && prefix->length >= SHORTEST &&
		prefix->length <= LONGEST)
		return true;
	*reason = "an IpRange is an IPv4 network with a prefix length from 16 to 30";
	return false;
}

static void
claim(const struct draft *draft, const struct prefix *prefix, struct field field)
{
	draft_claim(draft, (struct claim){
				   .domain = DOMAIN_OF_SHOOT,
				   .prefix = prefix_network(prefix),
				   .role = CLAIM_IP_RANGE,
				   .field = field,
			   });
}

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	struct draft draft = {arena, declaration};
	const struct json *spec = read_spec(&draft, object);
	const char *actual = json_text(read_member(json_member(object, "status"), actual_field));
	struct prefix prefix, status;
	const char *text, *reason;
	bool given, known = actual && prefix_parse(actual, &status, &reason);

	declaration->home = DOMAIN_OF_SHOOT;
	read_fixed(&draft, spec, wanted_field, NULL);
	given = read_text(&draft, FLAW_ADDRESS, spec, wanted_field, &text) && text && *text;
	if (given && !is_usable(text, &prefix, &reason)) {
		draft_flaw(&draft, FLAW_ADDRESS, wanted_field, text, reason,
			"write a network, for example 10.250.4.0/22");
		given = false;
	}
	if (known)
		claim(&draft, &status, actual_field);
	else if (given)
		claim(&draft, &prefix, wanted_field);
}

static void
canonicalise(struct arena *arena, const struct json *object, struct changes *changes)
{
	canonical_member(
		arena, changes, json_member(object, "spec"), wanted_field, canonical_links);
}

const struct kind_definition ip_range_definition = {
	.kind = KIND_IP_RANGE,
	.group = KYMA_GROUP,
	.version = KYMA_VERSION,
	.plural = "ipranges",
	.guarded = true,
	.decode = decode,
	.canonicalise = canonicalise,
};
