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
	       text_equal(a->region, b->region) && text_equal(a->id, b->id);
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
	       a->first_link == b->first_link && a->link_count == b->link_count;
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
dns_link_equal(const struct dns_link *a, const struct dns_link *b)
{
	return text_equal(a->zone, b->zone) && text_equal(a->name, b->name) &&
	       remote_equal(a->remote, b->remote) && field_equal(a->field, b->field) &&
	       field_equal(a->name_field, b->name_field);
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
	       a->addresses_known == b->addresses_known && a->tags_known == b->tags_known &&
	       remote_equal(a->remote, b->remote) && shoot_equal(a->shoot, b->shoot);
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
	       dns_links_equal(a->dns_links, a->dns_link_count, b->dns_links, b->dns_link_count) &&
	       flaws_equal(a->flaws, a->flaw_count, b->flaws, b->flaw_count) &&
	       fixed_fields_equal(a->fixed, a->fixed_count, b->fixed, b->fixed_count) &&
	       tags_equal(a->tags, a->tag_count, b->tags, b->tag_count);
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
	return hash_text(hash_text(hash, remote->region), remote->id);
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
hash_rest(uint64_t hash, const struct declaration *d)
{
	hash = hash_word(hash, (uint64_t)d->attachment_count << 32 | (uint32_t)d->dns_link_count);
	for (int i = 0; i < d->attachment_count; i++)
		hash = hash_text(hash, d->attachments[i].segment);
	for (int i = 0; i < d->dns_link_count; i++) {
		hash = hash_text(hash_text(hash, d->dns_links[i].zone), d->dns_links[i].name);
		hash = hash_remote(hash, d->dns_links[i].remote);
	}
	hash = hash_word(hash, (uint64_t)d->tag_count);
	for (int i = 0; i < d->tag_count; i++)
		hash = hash_text(hash_text(hash, d->tags[i].key), d->tags[i].value);
	return hash;
}

uint64_t
declaration_fingerprint(const struct declaration *d)
{
	uint64_t hash =
		hash_text(hash_text((uint64_t)d->object.kind, d->object.namespace), d->object.name);

	hash = hash_text(hash_text(hash, d->home), d->shoot_label);
	hash = hash_word(hash, (uint64_t)d->default_vpc << 4 | (uint64_t)d->defines_home << 3 |
				       (uint64_t)d->foreign_router << 2 |
				       (uint64_t)d->addresses_known << 1 | d->tags_known);
	hash = hash_remote(hash, d->remote);
	if (d->shoot) {
		hash = hash_text(hash_word(hash, (uint64_t)d->shoot->provider), d->shoot->name);
		hash = hash_text(hash_text(hash, d->shoot->project), d->shoot->region);
	}
	hash = hash_claims(hash_claims(hash, d->claims, d->claim_count), d->links, d->link_count);
	return hash_rest(hash_routes(hash_peerings(hash, d), d), d);
}
