/* What the files of the plain checker share: the cluster as flat arrays, and a few questions that
 * are answered by walking them from end to end. */
#pragma once

#include "tests/validators/plain_checker.h"

struct plain_claim {
	const struct declaration *owner;
	const struct claim *claim;
};
struct plain_peering {
	const struct declaration *owner;
	const struct peering *peering;
};

struct plain_world {
	struct arena *arena;
	const struct declaration *subject;
	const struct declaration *const *all;
	size_t count;
	/* Without entries that are refused for themselves: self-peerings, and what the subject has
	 * in duplicate or towards a default VPC. */
	struct plain_claim *claims;
	size_t claim_count;
	struct plain_claim *links;
	size_t link_count;
	struct plain_peering *peerings;
	size_t peering_count;
	bool *refused; /* one flag per peering of the subject */
	struct plain_finding *first;
	struct plain_finding *last;
};

/* Plain text equality; the loops below read better with a short name. */
bool same(const char *a, const char *b);

/* Is the claim one of hosts' addresses, in contrast to routers' ports and external networks? */
bool plain_is_of_hosts(const struct claim *claim);
bool plain_are_peered(const struct plain_world *world, const char *a, const char *b);
/* What `from` declares towards `to`; .peering is NULL when it declares nothing. */
struct plain_peering plain_peering_between(
	const struct plain_world *world, const char *from, const char *to);
/* The object that defines a domain; NULL when there is none. */
const struct declaration *plain_definition(const struct plain_world *world, const char *domain);
bool plain_is_default(const struct plain_world *world, const char *domain);

/* The text of a link's end: "169.254.0.1/30". */
const char *plain_end(const struct plain_world *world, const struct claim *link);
const char *plain_prefix(const struct plain_world *world, const struct prefix *prefix);
const char *plain_address(const struct plain_world *world, const struct address *address);

struct plain_finding *plain_add(struct plain_world *world, const char *rule, enum action action,
	struct field field, const char *value);
void plain_against(struct plain_finding *finding, const struct declaration *other);
void plain_stands_on(struct plain_finding *finding, enum plain_part part, int index);
/* Of the subject's. */
void plain_stands_on_peering(
	struct plain_world *world, struct plain_finding *finding, const struct peering *peering);
void plain_stands_on_claim(
	struct plain_world *world, struct plain_finding *finding, const struct claim *claim);
void plain_stands_on_route(
	struct plain_world *world, struct plain_finding *finding, const struct route *route);
void plain_stands_on_dns_link(
	struct plain_world *world, struct plain_finding *finding, const struct dns_link *link);

void plain_check_peerings(struct plain_world *world); /* refuses entries; comes first */
void plain_check_remotes(struct plain_world *world);
void plain_check_overlaps(struct plain_world *world);
void plain_check_links(struct plain_world *world);
void plain_check_routes(struct plain_world *world);
void plain_check_route_conflicts(struct plain_world *world);
void plain_check_names(struct plain_world *world);
void plain_check_subnets(struct plain_world *world);
void plain_check_shown(struct plain_world *world);
void plain_check_quotas(struct plain_world *world);
void plain_check_goings(struct plain_world *world); /* when the subject is deleted */
