#include "kinds/draft.h"

#include <string.h>

#include "kinds/domain_key.h"

/* Room for one more: a list is full exactly when its count is 0 or a power of two. */
static void *
with_room(struct arena *arena, void *items, int count, size_t size)
{
	size_t used = (size_t)count;
	void *larger;

	if (used & (used - 1))
		return items;
	larger = arena_alloc(arena, (used ? 2 * used : 1) * size);
	if (used)
		memcpy(larger, items, used * size);
	return larger;
}

#define APPEND(draft, list, count, item)                                                           \
	do {                                                                                       \
		struct declaration *target = (draft)->declaration;                                 \
		target->list = with_room(                                                          \
			(draft)->arena, target->list, target->count, sizeof *target->list);        \
		target->list[target->count++] = (item);                                            \
	} while (0)

void
draft_claim(const struct draft *draft, struct claim claim)
{
	APPEND(draft, claims, claim_count, claim);
}

void
draft_link(const struct draft *draft, struct claim link)
{
	APPEND(draft, links, link_count, link);
}

void
draft_peering(const struct draft *draft, struct peering peering)
{
	APPEND(draft, peerings, peering_count, peering);
}

void
draft_route(const struct draft *draft, struct route route)
{
	APPEND(draft, routes, route_count, route);
}

void
draft_attachment(const struct draft *draft, struct attachment attachment)
{
	APPEND(draft, attachments, attachment_count, attachment);
}

void
draft_diversion(const struct draft *draft, struct diversion diversion)
{
	APPEND(draft, diversions, diversion_count, diversion);
}

void
draft_allowance(const struct draft *draft, struct allowance allowance)
{
	APPEND(draft, allowances, allowance_count, allowance);
}

void
draft_taken_name(const struct draft *draft, struct taken_name taken)
{
	APPEND(draft, taken_names, taken_name_count, taken);
}

void
draft_route_table(const struct draft *draft, const char *id)
{
	int first_tag = draft->declaration->table_tag_count;

	APPEND(draft, route_tables, route_table_count, ((struct route_table){id, first_tag, 0}));
}

void
draft_table_tag(const struct draft *draft, const char *key, const char *value)
{
	APPEND(draft, table_tags, table_tag_count, ((struct tag){key, value}));
	draft->declaration->route_tables[draft->declaration->route_table_count - 1].tag_count++;
}

void
draft_missing_right(const struct draft *draft, const char *name)
{
	APPEND(draft, missing_rights, missing_right_count, ((struct missing_right){name}));
}

void
draft_dns_link(const struct draft *draft, struct dns_link link)
{
	APPEND(draft, dns_links, dns_link_count, link);
}

void
draft_fixed(const struct draft *draft, struct field field, const char *text)
{
	APPEND(draft, fixed, fixed_count, ((struct fixed){field, text}));
}

void
draft_tag(const struct draft *draft, const char *key, const char *value)
{
	APPEND(draft, tags, tag_count, ((struct tag){key, value}));
}

void
draft_flaw(const struct draft *draft, enum flaw_type type, struct field field, const char *value,
	const char *reason, const char *hint)
{
	APPEND(draft, flaws, flaw_count,
		((struct flaw){type, field, value, reason, hint, .soft = false}));
}

void
draft_soft_flaw(const struct draft *draft, enum flaw_type type, struct field field,
	const char *value, const char *reason, const char *hint)
{
	APPEND(draft, flaws, flaw_count,
		((struct flaw){type, field, value, reason, hint, .soft = true}));
}

void
draft_shoot_peering(
	const struct draft *draft, struct remote remote, const char *name, struct field field)
{
	struct remote *copy = ARENA_NEW(draft->arena, struct remote);

	*copy = remote;
	draft_peering(draft, (struct peering){
				     .from = DOMAIN_OF_SHOOT,
				     .to = domain_key_of_network(draft->arena, copy),
				     .target = copy->id,
				     .name = name,
				     .remote = copy,
				     .field = field,
			     });
}
