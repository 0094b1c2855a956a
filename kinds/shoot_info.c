/* ConfigMap kube-system/shoot-info, in which Gardener describes the cluster. What does not parse in
 * it is left out: nobody here can mend it. */
#include <string.h>

#include "base/text.h"
#include "kinds/address_list.h"
#include "kinds/definitions.h"

/* The plural holds all ranges with commas between them, in newer Gardeners; the singular the first.
 */
static const struct {
	struct field all;
	struct field first;
	enum claim_role role;
} ranges[] = {
	{{"data.nodeNetworks", 0}, {"data.nodeNetwork", 0}, CLAIM_NODES},
	{{"data.podNetworks", 0}, {"data.podNetwork", 0}, CLAIM_PODS},
	{{"data.serviceNetworks", 0}, {"data.serviceNetwork", 0}, CLAIM_SERVICES},
};

static const char *
value_of(const struct json *data, struct field field)
{
	const char *text = json_member_text(data, strchr(field.path, '.') + 1);

	return text ? text : "";
}

static void
claim_ranges(const struct draft *draft, const char *text, struct field field, enum claim_role role)
{
	const char *rest = text;

	for (const char *part; (part = address_list_next(draft->arena, &rest)) &&
			       !arena_exhausted(draft->arena);) {
		size_t length;
		const char *start = text_trim(part, &length);
		const char *reason;
		struct prefix prefix;

		if (!prefix_parse(arena_text_part(draft->arena, start, length), &prefix, &reason))
			continue;
		draft_claim(draft, (struct claim){
					   .domain = DOMAIN_OF_SHOOT,
					   .prefix = prefix_network(&prefix),
					   .role = role,
					   .field = field,
				   });
	}
}

static enum provider
provider_of(const char *text)
{
	if (!*text)
		return PROVIDER_NONE;
	if (strcmp(text, "aws") == 0)
		return PROVIDER_AWS;
	if (strcmp(text, "gcp") == 0)
		return PROVIDER_GCP;
	return strcmp(text, "azure") == 0 ? PROVIDER_AZURE : PROVIDER_OTHER;
}

static void
decode(struct arena *arena, const struct json *object, struct declaration *declaration)
{
	const struct json *data = json_member(object, "data");
	struct draft draft = {arena, declaration};
	struct shoot *shoot = ARENA_NEW(arena, struct shoot);

	shoot->name = value_of(data, (struct field){"data.shootName", 0});
	shoot->project = value_of(data, (struct field){"data.projectName", 0});
	shoot->region = value_of(data, (struct field){"data.region", 0});
	shoot->provider = provider_of(value_of(data, (struct field){"data.provider", 0}));
	declaration->home = DOMAIN_OF_SHOOT;
	declaration->defines_home = true;
	declaration->shoot = shoot;
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		const char *all = value_of(data, ranges[i].all);

		if (*all)
			claim_ranges(&draft, all, ranges[i].all, ranges[i].role);
		else
			claim_ranges(&draft, value_of(data, ranges[i].first), ranges[i].first,
				ranges[i].role);
	}
}

const struct kind_definition shoot_info_definition = {
	.kind = KIND_SHOOT_INFO,
	.group = "",
	.version = "v1",
	.plural = "configmaps",
	.namespaced = true,
	.namespace = "kube-system",
	.name = "shoot-info",
	.decode = decode,
};
