/* The plain checker: name-collision. Two objects derive one name in the data plane: a Vpc and a
 * Subnet of one name, or router ports, which are <vpc>-<peer>, <vpc>-<subnet> and
 * <vpc>-<external subnet>. */
#include <string.h>

#include "tests/validators/plain_world.h"

static const char rule[] = "name-collision";
static const struct field name_field = {"metadata.name", 0};

struct port {
	const struct declaration *owner;
	const char *name; /* of the port */
	struct field field;
	const char *value;             /* of the field */
	const struct peering *peering; /* or NULL */
};

struct ports {
	struct port *items;
	size_t count;
};

static void
add(struct plain_world *world, struct ports *ports, const char *domain, struct port port)
{
	port.name = arena_printf(world->arena, "%s-%s", strchr(domain, '/') + 1, port.value);
	ports->items[ports->count++] = port;
}

static bool
is_routed(const struct declaration *subnet)
{
	for (int i = 0; i < subnet->claim_count; i++)
		if (subnet->claims[i].role == CLAIM_SUBNET && !subnet->claims[i].unrouted)
			return true;
	return false;
}

static struct ports
list_ports(struct plain_world *world)
{
	struct ports ports = {0};
	size_t most = world->peering_count + world->count;

	for (size_t i = 0; i < world->count; i++)
		most += (size_t)world->all[i]->attachment_count;
	ports.items = ARENA_ARRAY(world->arena, struct port, most + 1);
	for (size_t i = 0; i < world->peering_count; i++) {
		const struct peering *peering = world->peerings[i].peering;

		if (!peering->remote)
			add(world, &ports, peering->from,
				(struct port){world->peerings[i].owner, NULL, peering->field,
					peering->target, peering});
	}
	for (size_t i = 0; i < world->count; i++) {
		const struct declaration *owner = world->all[i];

		for (int k = 0; k < owner->attachment_count; k++)
			add(world, &ports, owner->home,
				(struct port){owner, NULL, owner->attachments[k].field,
					strchr(owner->attachments[k].segment, '/') + 1, NULL});
		if (owner->object.kind == KIND_SUBNET && is_routed(owner))
			add(world, &ports, owner->home,
				(struct port){owner, NULL, name_field, owner->object.name, NULL});
	}
	return ports;
}

static void
check_ports(struct plain_world *world, const struct port *mine, const struct port *theirs)
{
	struct plain_finding *finding;

	if (!same(mine->name, theirs->name) || mine == theirs ||
		(theirs->owner == world->subject && (!mine->peering || theirs->peering)))
		return;
	finding = plain_add(world, rule, ACTION_DENY, mine->field, mine->value);
	plain_against(finding, theirs->owner);
	if (mine->peering)
		plain_stands_on_peering(world, finding, mine->peering);
}

/* Also when the Subnet's own VPC is not known yet. */
static void
check_datapath(struct plain_world *world)
{
	const struct object_id *id = &world->subject->object;
	enum kind kind = id->kind == KIND_VPC ? KIND_SUBNET : KIND_VPC;
	bool is_known = false;

	for (size_t i = 0; i < world->count; i++)
		if (world->all[i]->object.kind == kind &&
			same(world->all[i]->object.name, id->name)) {
			plain_against(plain_add(world, rule, ACTION_DENY, name_field, id->name),
				world->all[i]);
			is_known = true;
		}
	if (!is_known && kind == KIND_VPC &&
		same(world->subject->home, arena_printf(world->arena, "vpc/%s", id->name)))
		plain_add(world, rule, ACTION_DENY, name_field, id->name);
}

void
plain_check_names(struct plain_world *world)
{
	enum kind kind = world->subject->object.kind;
	struct ports ports;

	if (kind != KIND_VPC && kind != KIND_SUBNET)
		return;
	check_datapath(world);
	ports = list_ports(world);
	for (size_t i = 0; i < ports.count; i++)
		for (size_t k = 0; k < ports.count && ports.items[i].owner == world->subject; k++)
			check_ports(world, &ports.items[i], &ports.items[k]);
}
