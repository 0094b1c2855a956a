/* name-taken: at the remote side there is a peering or link of this name already, and it leads to
 * another network. Azure refuses a second one; with Google Cloud and DNS links the Cloud Manager
 * takes the other one for its own, and deletes it together with the object. AWS has no such names.
 */
#include "base/text.h"
#include "validators/case.h"
#include "validators/remote_command.h"
#include "validators/shoot_network.h"

struct wanted_name {
	const char *text;
	struct field field;
	const char *noun;
	const char *domain; /* where it would stand */
	enum provider provider;
};

static void
report(struct case_ *c, const struct wanted_name *name, const struct declaration *remote,
	const struct taken_name *taken)
{
	struct finding *finding = shoot_network_name(c)
					  ? case_finding(c, name->field, name->text)
					  : case_softer_finding(c, name->field, name->text);

	const char *command = remote_command_delete(c, remote->remote, taken->name);

	case_message(c, finding, "is taken: in %s it leads to %s", case_domain(c, name->domain),
		taken->target);
	case_against(c, finding, remote, (struct field){"spec", 0}, "");
	case_hint(c, finding,
		"choose another name, or delete the %s that has it first, if nobody needs it%s%s",
		name->noun, command ? ": " : "", command ? command : "");
}

static void
check_name(struct case_ *c, const struct wanted_name *name)
{
	const struct declaration *remote = case_definition(c, name->domain);

	for (int i = 0; remote && i < remote->taken_name_count; i++) {
		const struct taken_name *taken = &remote->taken_names[i];

		if (text_equal_ignoring_case(taken->name, name->text) &&
			!shoot_network_is(c, name->provider, taken->target))
			report(c, name, remote, taken);
	}
}

static void
check(struct case_ *c)
{
	each_peering(c, peering)
		check_name(c, &(struct wanted_name){
				      .text = peering->name,
				      .field = {"spec.remotePeeringName", 0},
				      .noun = "peering",
				      .domain = peering->to,
				      .provider = peering->remote->provider,
			      });
	each_dns_link(c, link)
		check_name(c, &(struct wanted_name){
				      .text = link->name,
				      .field = link->name_field,
				      .noun = "link",
				      .domain = link->zone,
				      .provider = link->remote->provider,
			      });
}

const struct rule name_taken = {
	.id = "name-taken",
	.summary = "fails when the name of the peering or link is taken at the remote side by one "
		   "that leads elsewhere",
	.action = ACTION_DENY,
	.guards = KIND_BIT(KIND_GCP_VPC_PEERING) | KIND_BIT(KIND_AZURE_VPC_PEERING) |
		  KIND_BIT(KIND_AZURE_VPC_DNS_LINK),
	.check = check,
};
