/* Comparing declarations and hashing them. `deleting` is left out of both: an object that is being
 * deleted still claims what it claimed. */
#include "base/text.h"
#include "network/declaration.h"
#include "network/hash.h"

static bool
field_equal(struct field a, struct field b)
{
	return a.index == b.index && text_equal(a.path, b.path);
}

/* As written, host bits included. */
static bool
same_prefix(const struct prefix *a, const struct prefix *b)
{
	return a->length == b->length && address_equal(&a->address, &b->address);
}

static bool
remote_equal(const struct remote *a, const struct remote *b)
{
	if (!a || !b)
		return a == b;
	return a->provider == b->provider && text_equal(a->account, b->account) &&
	       text_equal(a->region, b->region) && text_equal(a->id, b->id) &&
	       text_equal(a->tenant, b->tenant);
}

static bool
shoot_equal(const struct shoot *a, const struct shoot *b)
{
	if (!a || !b)
		return a == b;
	return a->provider == b->provider && text_equal(a->name, b->name) &&
	       text_equal(a->project, b->project) && text_equal(a->region, b->region);
}

static bool
claim_equal(const struct claim *a, const struct claim *b)
{
	return text_equal(a->domain, b->domain) && same_prefix(&a->prefix, &b->prefix) &&
	       a->role == b->role && a->unrouted == b->unrouted &&
	       field_equal(a->field, b->field) && text_equal(a->route_table, b->route_table) &&
	       text_equal(a->far, b->far) && address_equal(&a->host, &b->host) &&
	       a->peering == b->peering;
}

static bool
peering_equal(const struct peering *a, const struct peering *b)
{
	return text_equal(a->from, b->from) && text_equal(a->to, b->to) &&
	       text_equal(a->target, b->target) && text_equal(a->name, b->name) &&
	       remote_equal(a->remote, b->remote) && field_equal(a->field, b->field) &&
	       a->first_link == b->first_link && a->link_count == b->link_count &&
	       a->wants_link == b->wants_link && a->uses_remote_gateway == b->uses_remote_gateway &&
	       a->imports_routes == b->imports_routes && a->deletes_remote == b->deletes_remote &&
	       a->route_selection == b->route_selection;
}

static bool
route_equal(const struct route *a, const struct route *b)
{
	return same_prefix(&a->destination, &b->destination) &&
	       address_equal(&a->next_hop, &b->next_hop) && text_equal(a->table, b->table) &&
	       a->by_source == b->by_source && a->managed == b->managed &&
	       field_equal(a->field, b->field) && field_equal(a->next_hop_field, b->next_hop_field);
}

static bool
attachment_equal(const struct attachment *a, const struct attachment *b)
{
	return text_equal(a->segment, b->segment) && field_equal(a->field, b->field);
}

static bool
diversion_equal(const struct diversion *a, const struct diversion *b)
{
	return same_prefix(&a->source, &b->source) &&
	       same_prefix(&a->destination, &b->destination) && a->priority == b->priority &&
	       a->partial == b->partial && a->drops == b->drops && field_equal(a->field, b->field);
}

static bool
allowance_equal(const struct allowance *a, const struct allowance *b)
{
	return same_prefix(&a->prefix, &b->prefix) && field_equal(a->field, b->field);
}

static bool
taken_name_equal(const struct taken_name *a, const struct taken_name *b)
{
	return text_equal(a->name, b->name) && text_equal(a->target, b->target);
}

static bool
route_table_equal(const struct route_table *a, const struct route_table *b)
{
	return text_equal(a->id, b->id) && a->first_tag == b->first_tag &&
	       a->tag_count == b->tag_count;
}

static bool
missing_right_equal(const struct missing_right *a, const struct missing_right *b)
{
	return text_equal(a->name, b->name);
}

static bool
dns_link_equal(const struct dns_link *a, const struct dns_link *b)
{
	return text_equal(a->zone, b->zone) && text_equal(a->exclusive, b->exclusive) &&
	       text_equal(a->name, b->name) && remote_equal(a->remote, b->remote) &&
	       field_equal(a->field, b->field) && field_equal(a->name_field, b->name_field);
}

static bool
flaw_equal(const struct flaw *a, const struct flaw *b)
{
	return a->type == b->type && a->soft == b->soft && field_equal(a->field, b->field) &&
	       text_equal(a->value, b->value) && text_equal(a->reason, b->reason) &&
	       text_equal(a->hint, b->hint);
}

static bool
fixed_equal(const struct fixed *a, const struct fixed *b)
{
	return field_equal(a->field, b->field) && text_equal(a->text, b->text);
}

static bool
tag_equal(const struct tag *a, const struct tag *b)
{
	return text_equal(a->key, b->key) && text_equal(a->value, b->value);
}

#define ARRAYS_EQUAL(function, type)                                                               \
	static bool function(const struct type *a, int a_count, const struct type *b, int b_count) \
	{                                                                                          \
		for (int i = 0; a_count == b_count && i < a_count; i++)                            \
			if (!type##_equal(&a[i], &b[i]))                                           \
				return false;                                                      \
		return a_count == b_count;                                                         \
	}
ARRAYS_EQUAL(claims_equal, claim)
ARRAYS_EQUAL(peerings_equal, peering)
ARRAYS_EQUAL(routes_equal, route)
ARRAYS_EQUAL(attachments_equal, attachment)
ARRAYS_EQUAL(diversions_equal, diversion)
ARRAYS_EQUAL(allowances_equal, allowance)
ARRAYS_EQUAL(taken_names_equal, taken_name)
ARRAYS_EQUAL(route_tables_equal, route_table)
ARRAYS_EQUAL(missing_rights_equal, missing_right)
ARRAYS_EQUAL(dns_links_equal, dns_link)
ARRAYS_EQUAL(flaws_equal, flaw)
ARRAYS_EQUAL(fixed_fields_equal, fixed)
ARRAYS_EQUAL(tags_equal, tag)

static bool
heads_equal(const struct declaration *a, const struct declaration *b)
{
	return object_equal(&a->object, &b->object) && text_equal(a->home, b->home) &&
	       a->defines_home == b->defines_home && a->default_vpc == b->default_vpc &&
	       a->foreign_router == b->foreign_router &&
	       text_equal(a->shoot_label, b->shoot_label) &&
	       a->observed_version == b->observed_version && a->most_links == b->most_links &&
	       text_equal(a->lookup_problem, b->lookup_problem) &&
	       a->addresses_known == b->addresses_known && a->tags_known == b->tags_known &&
	       a->tables_known == b->tables_known && a->rights_known == b->rights_known &&
	       a->private_subnet == b->private_subnet && a->auto_links == b->auto_links &&
	       a->auto_routes == b->auto_routes && remote_equal(a->remote, b->remote) &&
	       shoot_equal(a->shoot, b->shoot);
}

static bool
facts_equal(const struct declaration *a, const struct declaration *b)
{
	return taken_names_equal(
		       a->taken_names, a->taken_name_count, b->taken_names, b->taken_name_count) &&
	       route_tables_equal(a->route_tables, a->route_table_count, b->route_tables,
		       b->route_table_count) &&
	       missing_rights_equal(a->missing_rights, a->missing_right_count, b->missing_rights,
		       b->missing_right_count) &&
	       tags_equal(a->tags, a->tag_count, b->tags, b->tag_count) &&
	       tags_equal(a->table_tags, a->table_tag_count, b->table_tags, b->table_tag_count);
}

bool
declaration_equal(const struct declaration *a, const struct declaration *b)
{
	return heads_equal(a, b) &&
	       claims_equal(a->claims, a->claim_count, b->claims, b->claim_count) &&
	       claims_equal(a->links, a->link_count, b->links, b->link_count) &&
	       peerings_equal(a->peerings, a->peering_count, b->peerings, b->peering_count) &&
	       routes_equal(a->routes, a->route_count, b->routes, b->route_count) &&
	       attachments_equal(
		       a->attachments, a->attachment_count, b->attachments, b->attachment_count) &&
	       diversions_equal(
		       a->diversions, a->diversion_count, b->diversions, b->diversion_count) &&
	       allowances_equal(
		       a->allowances, a->allowance_count, b->allowances, b->allowance_count) &&
	       dns_links_equal(a->dns_links, a->dns_link_count, b->dns_links, b->dns_link_count) &&
	       flaws_equal(a->flaws, a->flaw_count, b->flaws, b->flaw_count) &&
	       fixed_fields_equal(a->fixed, a->fixed_count, b->fixed, b->fixed_count) &&
	       facts_equal(a, b);
}

/* --- what is left when something was taken away --- */

/* Positions move when an entry before them goes. */
static bool
claim_stays(const struct claim *a, const struct claim *b)
{
	struct claim moved = *a;

	moved.field = b->field;
	moved.peering = b->peering;
	return claim_equal(&moved, b);
}

static bool
peering_stays(const struct peering *a, const struct peering *b)
{
	struct peering moved = *a;

	moved.field = b->field;
	moved.first_link = b->first_link;
	return peering_equal(&moved, b);
}

static bool
route_stays(const struct route *a, const struct route *b)
{
	struct route moved = *a;

	moved.field = b->field;
	moved.next_hop_field = b->next_hop_field;
	return route_equal(&moved, b);
}

static bool
attachment_stays(const struct attachment *a, const struct attachment *b)
{
	return text_equal(a->segment, b->segment);
}

static bool
diversion_stays(const struct diversion *a, const struct diversion *b)
{
	struct diversion moved = *a;

	moved.field = b->field;
	return diversion_equal(&moved, b);
}

static bool
allowance_stays(const struct allowance *a, const struct allowance *b)
{
	return same_prefix(&a->prefix, &b->prefix);
}

static bool
dns_link_stays(const struct dns_link *a, const struct dns_link *b)
{
	struct dns_link moved = *a;

	moved.field = b->field;
	moved.name_field = b->name_field;
	return dns_link_equal(&moved, b);
}

/* Each of `a` is among `b`, in the same order. */
#define ARRAYS_STAY(function, type)                                                                \
	static bool function(const struct type *a, int a_count, const struct type *b, int b_count) \
	{                                                                                          \
		int i = 0;                                                                         \
                                                                                                   \
		for (int j = 0; i < a_count && j < b_count; j++)                                   \
			i += type##_stays(&a[i], &b[j]);                                           \
		return i == a_count;                                                               \
	}
ARRAYS_STAY(claims_stay, claim)
ARRAYS_STAY(peerings_stay, peering)
ARRAYS_STAY(routes_stay, route)
ARRAYS_STAY(attachments_stay, attachment)
ARRAYS_STAY(diversions_stay, diversion)
ARRAYS_STAY(allowances_stay, allowance)
ARRAYS_STAY(dns_links_stay, dns_link)

bool
declaration_is_part(const struct declaration *a, const struct declaration *b)
{
	return heads_equal(a, b) && facts_equal(a, b) && a->flaw_count <= b->flaw_count &&
	       claims_stay(a->claims, a->claim_count, b->claims, b->claim_count) &&
	       claims_stay(a->links, a->link_count, b->links, b->link_count) &&
	       peerings_stay(a->peerings, a->peering_count, b->peerings, b->peering_count) &&
	       routes_stay(a->routes, a->route_count, b->routes, b->route_count) &&
	       attachments_stay(
		       a->attachments, a->attachment_count, b->attachments, b->attachment_count) &&
	       diversions_stay(
		       a->diversions, a->diversion_count, b->diversions, b->diversion_count) &&
	       allowances_stay(
		       a->allowances, a->allowance_count, b->allowances, b->allowance_count) &&
	       dns_links_stay(a->dns_links, a->dns_link_count, b->dns_links, b->dns_link_count);
}

static uint64_t
hash_address(uint64_t hash, const struct address *address)
{
	return hash_word(
		hash_word(hash, address->high), address->low ^ (uint64_t)address->family << 63);
}

static uint64_t
hash_remote(uint64_t hash, const struct remote *remote)
{
	if (!remote)
		return hash_word(hash, 0);
	hash = hash_text(hash_word(hash, (uint64_t)remote->provider + 1), remote->account);
	return hash_text(hash_text(hash_text(hash, remote->region), remote->id), remote->tenant);
}

static uint64_t
hash_claims(uint64_t hash, const struct claim *claims, int count)
{
	hash = hash_word(hash, (uint64_t)count);
	for (int i = 0; i < count; i++) {
		const struct claim *claim = &claims[i];

		hash = hash_text(
			hash_text(hash_text(hash, claim->domain), claim->route_table), claim->far);
		hash = hash_address(hash_address(hash, &claim->prefix.address), &claim->host);
		hash = hash_word(hash, (uint64_t)claim->prefix.length << 32 |
					       (uint64_t)claim->role << 1 | claim->unrouted);
		hash = hash_word(
			hash, (uint64_t)claim->field.index << 32 | (uint32_t)claim->peering);
	}
	return hash;
}

static uint64_t
hash_peerings(uint64_t hash, const struct declaration *d)
{
	hash = hash_word(hash, (uint64_t)d->peering_count);
	for (int i = 0; i < d->peering_count; i++) {
		const struct peering *peering = &d->peerings[i];

		hash = hash_text(hash_text(hash, peering->from), peering->to);
		hash = hash_text(hash_text(hash, peering->target), peering->name);
		hash = hash_remote(hash, peering->remote);
		hash = hash_word(hash, (uint64_t)peering->field.index);
		hash = hash_word(
			hash, (uint64_t)peering->first_link << 32 | (uint32_t)peering->link_count);
		hash = hash_word(hash, (uint64_t)peering->route_selection << 4 |
					       (uint64_t)peering->imports_routes << 3 |
					       (uint64_t)peering->wants_link << 2 |
					       (uint64_t)peering->uses_remote_gateway << 1 |
					       peering->deletes_remote);
	}
	return hash;
}

static uint64_t
hash_routes(uint64_t hash, const struct declaration *d)
{
	hash = hash_word(hash, (uint64_t)d->route_count);
	for (int i = 0; i < d->route_count; i++) {
		const struct route *route = &d->routes[i];

		hash = hash_address(
			hash_address(hash, &route->destination.address), &route->next_hop);
		hash = hash_text(hash, route->table);
		hash = hash_word(hash, (uint64_t)route->field.index << 32 |
					       (uint64_t)route->destination.length << 2 |
					       (uint64_t)route->by_source << 1 | route->managed);
	}
	return hash;
}

static uint64_t
hash_prefix(uint64_t hash, const struct prefix *prefix)
{
	return hash_word(hash_address(hash, &prefix->address), prefix->length);
}

static uint64_t
hash_tags(uint64_t hash, const struct tag *tags, int count)
{
	hash = hash_word(hash, (uint64_t)count);
	for (int i = 0; i < count; i++)
		hash = hash_text(hash_text(hash, tags[i].key), tags[i].value);
	return hash;
}

static uint64_t
hash_facts(uint64_t hash, const struct declaration *d)
{
	hash = hash_word(
		hash, (uint64_t)d->taken_name_count << 32 | (uint32_t)d->missing_right_count);
	for (int i = 0; i < d->taken_name_count; i++)
		hash = hash_text(hash_text(hash, d->taken_names[i].name), d->taken_names[i].target);
	for (int i = 0; i < d->missing_right_count; i++)
		hash = hash_text(hash, d->missing_rights[i].name);
	hash = hash_word(hash, (uint64_t)d->route_table_count);
	for (int i = 0; i < d->route_table_count; i++)
		hash = hash_word(hash_text(hash, d->route_tables[i].id),
			(uint64_t)d->route_tables[i].tag_count);
	return hash_tags(hash_tags(hash, d->tags, d->tag_count), d->table_tags, d->table_tag_count);
}

static uint64_t
hash_diversions(uint64_t hash, const struct declaration *d)
{
	hash = hash_word(hash, (uint64_t)d->diversion_count << 32 | (uint32_t)d->allowance_count);
	for (int i = 0; i < d->diversion_count; i++) {
		const struct diversion *diversion = &d->diversions[i];

		hash = hash_prefix(hash_prefix(hash, &diversion->source), &diversion->destination);
		hash = hash_word(hash, (uint64_t)diversion->priority << 2 |
					       (uint64_t)diversion->partial << 1 |
					       diversion->drops);
	}
	for (int i = 0; i < d->allowance_count; i++)
		hash = hash_prefix(hash, &d->allowances[i].prefix);
	return hash;
}

static uint64_t
hash_rest(uint64_t hash, const struct declaration *d)
{
	hash = hash_word(hash, (uint64_t)d->attachment_count << 32 | (uint32_t)d->dns_link_count);
	for (int i = 0; i < d->attachment_count; i++)
		hash = hash_text(hash, d->attachments[i].segment);
	for (int i = 0; i < d->dns_link_count; i++) {
		hash = hash_text(hash_text(hash, d->dns_links[i].zone), d->dns_links[i].exclusive);
		hash = hash_text(hash, d->dns_links[i].name);
		hash = hash_remote(hash, d->dns_links[i].remote);
	}
	return hash_diversions(hash, d);
}

uint64_t
declaration_fingerprint(const struct declaration *d)
{
	uint64_t hash =
		hash_text(hash_text((uint64_t)d->object.kind, d->object.namespace), d->object.name);

	hash = hash_text(hash_text(hash, d->home), d->shoot_label);
	hash = hash_text(hash_word(hash, d->observed_version), d->lookup_problem);
	hash = hash_word(hash, d->most_links);
	hash = hash_word(
		hash, (uint64_t)d->rights_known << 9 | (uint64_t)d->auto_links << 8 |
			      (uint64_t)d->auto_routes << 7 | (uint64_t)d->tables_known << 6 |
			      (uint64_t)d->private_subnet << 5 | (uint64_t)d->default_vpc << 4 |
			      (uint64_t)d->defines_home << 3 | (uint64_t)d->foreign_router << 2 |
			      (uint64_t)d->addresses_known << 1 | d->tags_known);
	hash = hash_remote(hash, d->remote);
	if (d->shoot) {
		hash = hash_text(hash_word(hash, (uint64_t)d->shoot->provider), d->shoot->name);
		hash = hash_text(hash_text(hash, d->shoot->project), d->shoot->region);
	}
	hash = hash_claims(hash_claims(hash, d->claims, d->claim_count), d->links, d->link_count);
	return hash_facts(hash_rest(hash_routes(hash_peerings(hash, d), d), d), d);
}
