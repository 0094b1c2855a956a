#include "kinds/gateway.h"

#include "kinds/domain_key.h"
#include "kinds/read.h"

static const struct field vpc_field = {"spec.vpc", 0};

void
gateway_read_home(const struct draft *draft, const struct json *spec)
{
	const char *vpc;

	if (read_text(draft, FLAW_ID, spec, vpc_field, &vpc) && vpc && *vpc)
		vpc = read_id(draft, spec, vpc_field, &id_form_vpc_name);
	draft->declaration->home = domain_key_of_vpc(draft->arena, vpc);
}

static void
divert(const struct draft *draft, const struct prefix *source, bool partial, int priority,
	struct field field)
{
	if (draft->declaration->diversion_count >= GATEWAY_DIVERSIONS)
		return;
	draft_diversion(
		draft, (struct diversion){
			       .source = *source,
			       .destination = {.address = {.family = source->address.family}},
			       .priority = priority,
			       .partial = partial,
			       .field = field,
		       });
}

static bool
read_network(const char *text, struct prefix *network, const char **reason)
{
	struct address address;

	if (address_parse(text, &address, reason)) {
		*network = prefix_of_address(&address);
		return true;
	}
	if (!prefix_parse(text, network, reason))
		return false;
	*network = prefix_network(network);
	return true;
}

void
gateway_divert_networks(
	const struct draft *draft, const struct json *list, struct field field, int priority)
{
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		const char *text = json_text(item), *reason = "must be text";
		struct prefix network;

		if (text && read_network(text, &network, &reason))
			divert(draft, &network, false, priority, field);
		else
			draft_soft_flaw(draft, FLAW_ADDRESS, field, text ? text : "", reason,
				"write a network, for example 10.0.0.0/16");
	}
}

void
gateway_divert_some(const struct draft *draft, struct field field, int priority)
{
	for (enum family family = 0; family < FAMILIES; family++)
		divert(draft, &(struct prefix){.address = {.family = family}}, true, priority,
			field);
}
