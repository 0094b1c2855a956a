/* A case: one object as it would be stored, before the inventory of everything else. What a rule
 * sees, and the verbs it speaks.
 *
 * Rules run in the order of the table in rules.c. An entry that a rule denies is no longer `sound`,
 * and later rules pass over it: only root causes are reported.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "network/inventory.h"
#include "validators/finding.h"
#include "validators/policy.h"
#include "validators/rule.h"

/* So many findings of one rule and action are told of one object; the rest is counted. */
enum { CASE_TOLD = 64 };

/* What judging may cost in all. A step is one entry that is looked at, of the subject or in the
 * inventory: a few nanoseconds. */
struct work {
	uint64_t limit;
	uint64_t steps; /* beside those of the inventory */
	uint64_t since; /* inventory_steps at the start */
};

struct case_ {
	struct arena *arena;
	const struct inventory *inventory;
	const struct policy *policy;
	const struct declaration *subject;
	const struct declaration
		*before; /* what is replaced by an update; NULL on create and in audits */
	const struct declaration
		*twin; /* lint: an earlier definition of the same object in the input; else NULL */
	bool twin_differs; /* its content, not only its declaration, is another */
	bool partial; /* the inventory is only a part of what there is: a bundle, without a cluster
		       */
	bool silent;  /* only which findings there are is asked: no message and no hint is made */
	const bool *told;  /* which findings are to be told, in their order; NULL for the first
			      CASE_TOLD of each rule and action */
	struct work *work; /* NULL where nothing is bounded */

	const struct rule *rule; /* the one at work */
	enum action action;      /* its action in force for the subject's kind */
	size_t found[ACTIONS];   /* its findings until now */
	struct findings *findings;
	const struct route_link *route_links; /* NULL until route_link.h has found them */
	bool *peering_refused;                /* one flag per entry of the subject */
	bool *claim_refused;
	bool *link_refused;
	bool *route_refused;
	bool *dns_link_refused;
};

/* each_peering(c, peering) ...: every entry of the subject that no rule has denied. The name of
 * the loop's variable, a const pointer, is chosen by the caller. To leave the loop early, return.
 * It ends by itself when all that judging may cost is spent.
 */
#define each_sound(c_, array_, count_, refused_, item)                                             \
	for (int item##_at = 0; item##_at < (count_) && !case_is_spent(c_); item##_at++)           \
		if ((refused_)[item##_at]) {                                                       \
		} else                                                                             \
			for (const __typeof__(*(array_)) *item = &(array_)[item##_at]; item;       \
				item = NULL)
#define each_peering(c, item)                                                                      \
	each_sound((c), (c)->subject->peerings, (c)->subject->peering_count, (c)->peering_refused, \
		item)
#define each_claim(c, item)                                                                        \
	each_sound((c), (c)->subject->claims, (c)->subject->claim_count, (c)->claim_refused, item)
#define each_link(c, item)                                                                         \
	each_sound((c), (c)->subject->links, (c)->subject->link_count, (c)->link_refused, item)
#define each_route(c, item)                                                                        \
	each_sound((c), (c)->subject->routes, (c)->subject->route_count, (c)->route_refused, item)
#define each_dns_link(c, item)                                                                     \
	each_sound((c), (c)->subject->dns_links, (c)->subject->dns_link_count,                     \
		(c)->dns_link_refused, item)

/* Counts steps. What a rule does in a loop within a loop it counts before; questions to the
 * inventory count by themselves. */
void case_spend(struct case_ *c, size_t steps);
/* Then what the findings say is not the whole, and the object is refused as too large. */
bool case_is_spent(const struct case_ *c);

/* A finding of the rule at work about a field of the subject: with its full action, or, for the
 * softer case of a rule that denies, at most a warning. Then case_message, or case_statement, and
 * what else is to say. */
struct finding *case_finding(struct case_ *c, struct field field, const char *value);
struct finding *case_softer_finding(struct case_ *c, struct field field, const char *value);

/* A finding that denies takes its entry out of the later rules' sight. */
void case_refuse_peering(
	struct case_ *c, const struct finding *finding, const struct peering *peering);
void case_refuse_claim(struct case_ *c, const struct finding *finding, const struct claim *claim);
void case_refuse_link(struct case_ *c, const struct finding *finding, const struct claim *link);
void case_refuse_route(struct case_ *c, const struct finding *finding, const struct route *route);
void case_refuse_dns_link(
	struct case_ *c, const struct finding *finding, const struct dns_link *link);
bool case_is_link_refused(const struct case_ *c, const struct claim *link);

/* The sentence after "<field> <value> " (or right after it, when it begins with ':'). */
void case_message(struct case_ *c, struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A whole sentence, where it reads better without the field. */
void case_statement(struct case_ *c, struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The way out; lines are joined when called again. */
void case_hint(struct case_ *c, struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The other side. */
void case_against(struct case_ *c, struct finding *finding, const struct declaration *other,
	struct field field, const char *value);
void case_against_claim(struct case_ *c, struct finding *finding, const struct occupant *other);

/* Hints with free networks: of the length of `prefix`, free in both domains (`other` may be NULL)
 * and their neighbours; and a link network between two VPCs. Nothing is said when none is found,
 * or when the case has many findings already. */
void case_hint_free_networks(struct case_ *c, struct finding *finding, const char *domain,
	const char *other, const struct prefix *prefix);
void case_hint_free_link(struct case_ *c, struct finding *finding, const struct claim *link);

/* Up to `wanted` link networks that are free on the routers of both domains, for the subject too;
 * lowest first, all from one pool of the policy. Returns how many. */
size_t case_free_links(struct case_ *c, const char *domain, const char *far, enum family family,
	struct prefix *found, size_t wanted);
/* The first host of the link's network that is not its own; /31 and /127 use both addresses. */
struct prefix case_other_host(const struct claim *link);
/* Has the VPC a static route by destination to all of this network, in this table? */
bool case_has_route(const struct declaration *vpc, const char *table, const struct prefix *network);

/* Text for messages; lives in the arena of the case. */
const char *case_prefix(struct case_ *c, const struct prefix *prefix);
const char *case_address(struct case_ *c, const struct address *address);
const char *case_end(struct case_ *c, const struct claim *link); /* "169.254.0.1/30" */
/* As one would write it within { } in a manifest: in quotes where YAML would cut it. */
const char *case_yaml(struct case_ *c, const char *text);
/* What the far side would write as localConnectIP: "169.254.0.2/30,fd69::2/126". */
const char *case_other_end(
	struct case_ *c, const struct declaration *declaration, const struct peering *peering);
const char *case_domain(struct case_ *c, const char *domain);       /* "VPC vpc-1" */
const char *case_short_domain(struct case_ *c, const char *domain); /* "vpc-1" */
const char *case_object(struct case_ *c, const struct declaration *declaration);
/* "10.0.0.0/16 of Subnet net1 in VPC vpc-1", "10.250.0.0/22, the shoot's node range" */
const char *case_claim(struct case_ *c, const struct occupant *occupant);

/* Who is around. All of them leave the subject out. */
struct occupants case_overlaps(
	struct case_ *c, const char *domain, const struct prefix *prefix, unsigned roles);
struct occupants case_claims(struct case_ *c, const char *domain); /* all of them, however many */
/* Of them those of private Subnets. */
struct occupants case_private_subnets(struct case_ *c, const char *domain);
/* Where networks of two peers of the subject overlap each other. */
struct overlaps case_overlaps_among_peers(struct case_ *c);
const struct declaration *case_definition(struct case_ *c, const char *domain);

/* The definition of a VPC's router: the subject itself, when it is its own; else the inventory's.
 * NULL when there is none. */
const struct declaration *case_router(struct case_ *c, const char *domain);

/* By its name, also while it is not known; else by what its Vpc says. */
bool case_is_default_vpc(struct case_ *c, const char *domain);

/* The far end's own declaration of a peering from `from` to `to`: the answer of `to`. .peering is
 * NULL when there is none. */
struct declared_peering case_answer(struct case_ *c, const char *from, const char *to);

#define ROLE_BIT(role) (1u << (role))
/* Those that occupy addresses of hosts, in contrast to links and ports of routers. */
#define ROLES_OF_HOSTS                                                                             \
	(ROLE_BIT(CLAIM_SUBNET) | ROLE_BIT(CLAIM_NODES) | ROLE_BIT(CLAIM_PODS) |                   \
		ROLE_BIT(CLAIM_SERVICES) | ROLE_BIT(CLAIM_IP_RANGE) | ROLE_BIT(CLAIM_REMOTE))
