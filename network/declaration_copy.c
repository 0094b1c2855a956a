/* The compact copy: the struct, its arrays and the remotes first, all texts behind them. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "network/declaration.h"

static size_t
text_size(const char *text)
{
	return text && *text ? strlen(text) + 1 : 0;
}

static size_t
remote_size(const struct remote *remote)
{
	if (!remote)
		return 0;
	return sizeof *remote + text_size(remote->account) + text_size(remote->region) +
	       text_size(remote->id) + text_size(remote->tenant);
}

static size_t
claims_size(const struct claim *claims, int count)
{
	size_t size = (size_t)count * sizeof *claims;

	for (int i = 0; i < count; i++)
		size += text_size(claims[i].domain) + text_size(claims[i].route_table) +
			text_size(claims[i].far);
	return size;
}

static size_t
peerings_size(const struct peering *peerings, int count)
{
	size_t size = (size_t)count * sizeof *peerings;

	for (int i = 0; i < count; i++)
		size += text_size(peerings[i].from) + text_size(peerings[i].to) +
			text_size(peerings[i].target) + text_size(peerings[i].name) +
			remote_size(peerings[i].remote);
	return size;
}

static size_t
tags_size(const struct tag *tags, int count)
{
	size_t size = (size_t)count * sizeof *tags;

	for (int i = 0; i < count; i++)
		size += text_size(tags[i].key) + text_size(tags[i].value);
	return size;
}

/* What is known of the far side. */
static size_t
facts_size(const struct declaration *d)
{
	size_t size = (size_t)d->taken_name_count * sizeof *d->taken_names +
		      (size_t)d->route_table_count * sizeof *d->route_tables +
		      (size_t)d->missing_right_count * sizeof *d->missing_rights +
		      tags_size(d->tags, d->tag_count) +
		      tags_size(d->table_tags, d->table_tag_count);

	for (int i = 0; i < d->taken_name_count; i++)
		size += text_size(d->taken_names[i].name) + text_size(d->taken_names[i].target);
	for (int i = 0; i < d->route_table_count; i++)
		size += text_size(d->route_tables[i].id);
	for (int i = 0; i < d->missing_right_count; i++)
		size += text_size(d->missing_rights[i].name);
	return size;
}

static size_t
rest_size(const struct declaration *d)
{
	size_t size = (size_t)d->route_count * sizeof *d->routes +
		      (size_t)d->attachment_count * sizeof *d->attachments +
		      (size_t)d->diversion_count * sizeof *d->diversions +
		      (size_t)d->allowance_count * sizeof *d->allowances +
		      (size_t)d->dns_link_count * sizeof *d->dns_links +
		      (size_t)d->flaw_count * sizeof *d->flaws;

	for (int i = 0; i < d->route_count; i++)
		size += text_size(d->routes[i].table);
	for (int i = 0; i < d->attachment_count; i++)
		size += text_size(d->attachments[i].segment);
	for (int i = 0; i < d->dns_link_count; i++)
		size += text_size(d->dns_links[i].zone) + text_size(d->dns_links[i].exclusive) +
			text_size(d->dns_links[i].name) + remote_size(d->dns_links[i].remote);
	for (int i = 0; i < d->flaw_count; i++)
		size += text_size(d->flaws[i].value) + text_size(d->flaws[i].reason) +
			text_size(d->flaws[i].hint);
	return size;
}

static size_t
shoot_size(const struct shoot *shoot)
{
	if (!shoot)
		return 0;
	return sizeof *shoot + text_size(shoot->name) + text_size(shoot->project) +
	       text_size(shoot->region);
}

size_t
declaration_size(const struct declaration *d)
{
	return sizeof *d + text_size(d->object.namespace) + text_size(d->object.name) +
	       text_size(d->home) + text_size(d->shoot_label) + text_size(d->lookup_problem) +
	       remote_size(d->remote) + shoot_size(d->shoot) +
	       claims_size(d->claims, d->claim_count) + claims_size(d->links, d->link_count) +
	       peerings_size(d->peerings, d->peering_count) + rest_size(d) + facts_size(d);
}

/* Structs are laid from the front, where everything stays aligned; texts from the back. */
struct layout {
	char *front;
	char *back;
};

static void *
keep(struct layout *layout, const void *data, size_t size)
{
	void *copy = layout->front;

	if (!data || size == 0)
		return NULL;
	layout->front += size;
	return memcpy(copy, data, size);
}

static void
keep_text(struct layout *layout, const char **text)
{
	size_t size = text_size(*text);

	if (!*text)
		return;
	layout->back -= size;
	*text = size ? memcpy(layout->back, *text, size) : "";
}

static const struct remote *
keep_remote(struct layout *layout, const struct remote *remote)
{
	struct remote *copy = keep(layout, remote, sizeof *remote);

	if (copy) {
		keep_text(layout, &copy->account);
		keep_text(layout, &copy->region);
		keep_text(layout, &copy->id);
		keep_text(layout, &copy->tenant);
	}
	return copy;
}

static const struct shoot *
keep_shoot(struct layout *layout, const struct shoot *shoot)
{
	struct shoot *copy = keep(layout, shoot, sizeof *shoot);

	if (copy) {
		keep_text(layout, &copy->name);
		keep_text(layout, &copy->project);
		keep_text(layout, &copy->region);
	}
	return copy;
}

static struct claim *
keep_claims(struct layout *layout, const struct claim *claims, int count)
{
	struct claim *copy = keep(layout, claims, (size_t)count * sizeof *claims);

	for (int i = 0; i < count; i++) {
		keep_text(layout, &copy[i].domain);
		keep_text(layout, &copy[i].route_table);
		keep_text(layout, &copy[i].far);
	}
	return copy;
}

static void
keep_peerings(struct layout *layout, struct declaration *copy)
{
	copy->peerings =
		keep(layout, copy->peerings, (size_t)copy->peering_count * sizeof *copy->peerings);
	for (int i = 0; i < copy->peering_count; i++) {
		struct peering *peering = &copy->peerings[i];

		keep_text(layout, &peering->from);
		keep_text(layout, &peering->to);
		keep_text(layout, &peering->target);
		keep_text(layout, &peering->name);
		peering->remote = keep_remote(layout, peering->remote);
	}
}

static struct tag *
keep_tags(struct layout *layout, const struct tag *tags, int count)
{
	struct tag *copy = keep(layout, tags, (size_t)count * sizeof *tags);

	for (int i = 0; i < count; i++) {
		keep_text(layout, &copy[i].key);
		keep_text(layout, &copy[i].value);
	}
	return copy;
}

static void
keep_facts(struct layout *layout, struct declaration *copy)
{
	copy->taken_names = keep(layout, copy->taken_names,
		(size_t)copy->taken_name_count * sizeof *copy->taken_names);
	for (int i = 0; i < copy->taken_name_count; i++) {
		keep_text(layout, &copy->taken_names[i].name);
		keep_text(layout, &copy->taken_names[i].target);
	}
	copy->route_tables = keep(layout, copy->route_tables,
		(size_t)copy->route_table_count * sizeof *copy->route_tables);
	for (int i = 0; i < copy->route_table_count; i++)
		keep_text(layout, &copy->route_tables[i].id);
	copy->missing_rights = keep(layout, copy->missing_rights,
		(size_t)copy->missing_right_count * sizeof *copy->missing_rights);
	for (int i = 0; i < copy->missing_right_count; i++)
		keep_text(layout, &copy->missing_rights[i].name);
	copy->tags = keep_tags(layout, copy->tags, copy->tag_count);
	copy->table_tags = keep_tags(layout, copy->table_tags, copy->table_tag_count);
}

static void
keep_rest(struct layout *layout, struct declaration *copy)
{
	copy->routes = keep(layout, copy->routes, (size_t)copy->route_count * sizeof *copy->routes);
	for (int i = 0; i < copy->route_count; i++)
		keep_text(layout, &copy->routes[i].table);
	copy->attachments = keep(layout, copy->attachments,
		(size_t)copy->attachment_count * sizeof *copy->attachments);
	for (int i = 0; i < copy->attachment_count; i++)
		keep_text(layout, &copy->attachments[i].segment);
	copy->diversions = keep(
		layout, copy->diversions, (size_t)copy->diversion_count * sizeof *copy->diversions);
	copy->allowances = keep(
		layout, copy->allowances, (size_t)copy->allowance_count * sizeof *copy->allowances);
	copy->dns_links = keep(
		layout, copy->dns_links, (size_t)copy->dns_link_count * sizeof *copy->dns_links);
	for (int i = 0; i < copy->dns_link_count; i++) {
		keep_text(layout, &copy->dns_links[i].zone);
		keep_text(layout, &copy->dns_links[i].exclusive);
		keep_text(layout, &copy->dns_links[i].name);
		copy->dns_links[i].remote = keep_remote(layout, copy->dns_links[i].remote);
	}
	copy->flaws = keep(layout, copy->flaws, (size_t)copy->flaw_count * sizeof *copy->flaws);
	for (int i = 0; i < copy->flaw_count; i++) {
		keep_text(layout, &copy->flaws[i].value);
		keep_text(layout, &copy->flaws[i].reason);
		keep_text(layout, &copy->flaws[i].hint);
	}
}

struct declaration *
declaration_copy(const struct declaration *declaration)
{
	size_t size = declaration_size(declaration);
	char *block = memory_alloc(size);
	struct layout layout = {block, block + size};
	struct declaration *copy = keep(&layout, declaration, sizeof *declaration);

	copy->fixed = NULL;
	copy->fixed_count = 0;
	keep_text(&layout, &copy->object.namespace);
	keep_text(&layout, &copy->object.name);
	keep_text(&layout, &copy->home);
	keep_text(&layout, &copy->shoot_label);
	keep_text(&layout, &copy->lookup_problem);
	copy->claims = keep_claims(&layout, copy->claims, copy->claim_count);
	copy->links = keep_claims(&layout, copy->links, copy->link_count);
	keep_peerings(&layout, copy);
	keep_rest(&layout, copy);
	keep_facts(&layout, copy);
	copy->remote = keep_remote(&layout, copy->remote);
	copy->shoot = keep_shoot(&layout, copy->shoot);
	return copy;
}
