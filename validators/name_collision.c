/* name-collision: Kube-OVN names the parts of its data plane after the objects. A Vpc and a Subnet
 * of one name become one datapath. The ports of a router are <vpc>-<remote VPC>, <vpc>-<subnet> and
 * <vpc>-<external subnet>: VPC a with Subnet b-c and VPC a-b with a peering to c both make a-b-c,
 * the second one overwrites the first, and a subnet loses its gateway. */
#include <string.h>

#include "base/text.h"
#include "kinds/domain_key.h"
#include "validators/case.h"

static const struct field name_field = {"metadata.name", 0};

/* A port that the subject makes: its VPC, the rest of its name, and what it is made for. */
struct port {
	const char *vpc;
	const char *rest;
	struct field field;
	const struct peering *peering; /* or NULL */
};

static void
report(struct case_ *c, const struct port *port, const struct declaration *other,
	struct field field, const char *value)
{
	struct finding *finding = case_finding(c, port->field, port->rest);

	case_message(c, finding,
		"makes the router port %s-%s, which %s makes as well: one overwrites "
		"the other",
		port->vpc, port->rest, case_object(c, other));
	case_against(c, finding, other, field, value);
	case_hint(c, finding, "choose another name for the new object");
	if (port->peering)
		case_refuse_peering(c, finding, port->peering);
}

static const char *
name_of_vpc(const char *domain)
{
	return strchr(domain, '/') + 1;
}

static const char *
name_of_segment(const char *segment)
{
	return strchr(segment, '/') + 1;
}

static const struct declaration *
find_subnet(struct case_ *c, const char *name)
{
	const struct object_id id = {KIND_SUBNET, "", name};

	return object_equal(&id, &c->subject->object) ? NULL : inventory_find(c->inventory, &id);
}

static bool
has_port(const struct declaration *subnet, const char *vpc)
{
	for (int i = 0; i < subnet->claim_count; i++)
		if (subnet->claims[i].role == CLAIM_SUBNET && !subnet->claims[i].unrouted &&
			text_equal(subnet->claims[i].domain, vpc))
			return true;
	return false;
}

static void
check_peerings(struct case_ *c, const struct port *port, const char *router, const char *rest)
{
	struct declared_peerings peerings = inventory_peerings_between(c->arena, c->inventory,
		router, domain_key_of_vpc(c->arena, rest), &c->subject->object);

	for (size_t i = 0; i < peerings.count; i++)
		report(c, port, peerings.items[i].declaration, peerings.items[i].peering->field,
			rest);
}

static void
check_attachments(struct case_ *c, const struct port *port, const char *router, const char *rest)
{
	const char *segment = domain_key_of_segment(c->arena, rest);
	struct declarations vpcs =
		inventory_attached_to(c->arena, c->inventory, segment, &c->subject->object);

	for (size_t i = 0; i < vpcs.count; i++)
		for (int k = 0; k < vpcs.items[i]->attachment_count; k++)
			if (text_equal(vpcs.items[i]->home, router) &&
				text_equal(vpcs.items[i]->attachments[k].segment, segment))
				report(c, port, vpcs.items[i], vpcs.items[i]->attachments[k].field,
					rest);
}

/* Does another object make the port of that router and rest? */
static void
check_pair(struct case_ *c, const struct port *port, const char *router, const char *rest)
{
	const struct declaration *subnet = find_subnet(c, rest);

	if (subnet && has_port(subnet, router))
		report(c, port, subnet, name_field, rest);
	if (!case_definition(c, router))
		return;
	check_peerings(c, port, router, rest);
	check_attachments(c, port, router, rest);
}

/* Every way to read the port's name as that of a VPC and a rest. */
static void
check_port(struct case_ *c, const struct port *port)
{
	char *router = arena_printf(c->arena, "vpc/%s-%s", port->vpc, port->rest);

	for (char *dash = strchr(router, '-'); dash; dash = strchr(dash + 1, '-')) {
		*dash = '\0';
		if (*name_of_vpc(router) && dash[1])
			check_pair(c, port, router, dash + 1);
		*dash = '-';
	}
}

/* A peering and an external subnet of the same VPC. */
static void
check_own_ports(struct case_ *c, const struct port *port)
{
	case_spend(c, (size_t)c->subject->attachment_count);
	for (int i = 0; i < c->subject->attachment_count; i++)
		if (text_equal(name_of_segment(c->subject->attachments[i].segment), port->rest))
			report(c, port, c->subject, c->subject->attachments[i].field, port->rest);
}

static void
check_datapath(struct case_ *c, enum kind other_kind)
{
	const char *name = c->subject->object.name;
	const struct declaration *other =
		inventory_find(c->inventory, &(struct object_id){other_kind, "", name});
	bool in_own_vpc = other_kind == KIND_VPC && c->subject->home &&
			  text_equal(name_of_vpc(c->subject->home), name);
	struct finding *finding;

	if (!other && !in_own_vpc)
		return;
	finding = case_finding(c, name_field, name);
	case_message(c, finding, "is the name of a %s too, and the two would be one datapath",
		kind_name(other_kind));
	if (other)
		case_against(c, finding, other, name_field, name);
	case_hint(c, finding, "choose another name for the new object");
}

static void
check_vpc(struct case_ *c)
{
	const char *vpc = c->subject->object.name;

	check_datapath(c, KIND_SUBNET);
	each_peering(c, peering) {
		const struct port port = {vpc, peering->target, peering->field, peering};

		check_port(c, &port);
		check_own_ports(c, &port);
	}
	for (int i = 0; i < c->subject->attachment_count && !case_is_spent(c); i++) {
		const struct attachment *attachment = &c->subject->attachments[i];

		check_port(c, &(const struct port){vpc, name_of_segment(attachment->segment),
				      attachment->field, NULL});
	}
}

static void
check_subnet(struct case_ *c)
{
	check_datapath(c, KIND_VPC);
	if (has_port(c->subject, c->subject->home))
		check_port(c, &(const struct port){name_of_vpc(c->subject->home),
				      c->subject->object.name, name_field, NULL});
}

static void
check(struct case_ *c)
{
	if (c->subject->object.kind == KIND_VPC)
		check_vpc(c);
	else
		check_subnet(c);
}

const struct rule name_collision = {
	.id = "name-collision",
	.summary =
		"fails when a Vpc and a Subnet have one name, or two objects make one router port",
	.action = ACTION_DENY,
	.guards = KIND_BIT(KIND_VPC) | KIND_BIT(KIND_SUBNET),
	.check = check,
};
