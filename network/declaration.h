/* What one Kubernetes object claims and declares, in the words of docs/architecture.md; nothing of
 * JSON or of a cloud's API.
 *
 * A declaration is plain data. Decoders (kinds/) build it in a request's arena; the inventory keeps
 * its own compact copy. All pointers are lent and live as long as the arena or the copy. Arrays may
 * be NULL when their count is 0.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "network/prefix.h"

enum kind {
	KIND_VPC,
	KIND_SUBNET,
	KIND_AWS_VPC_PEERING,
	KIND_GCP_VPC_PEERING,
	KIND_AZURE_VPC_PEERING,
	KIND_AZURE_VPC_DNS_LINK,
	KIND_IP_RANGE,
	KIND_SHOOT_INFO, /* ConfigMap kube-system/shoot-info */
	KIND_REMOTE_NETWORK,
	KIND_REMOTE_ZONE,
	KIND_VPC_NAT_GATEWAY,
	KIND_VPC_EGRESS_GATEWAY,
	KINDS, /* of the API server; beyond them: */
	KIND_PEERING_POLICY =
		KINDS, /* the policy file, which may add ranges to the shoot's network */
	DECLARANTS
};
#define KIND_BIT(kind) (1u << (kind))

const char *kind_name(enum kind kind); /* "AwsVpcPeering"; "ConfigMap" for KIND_SHOOT_INFO */

struct object_id {
	enum kind kind;
	const char *namespace; /* "" for cluster-scoped kinds */
	const char *name;
};
bool object_equal(const struct object_id *a, const struct object_id *b);
const char *object_text(struct arena *arena, const struct object_id *object); /* "Subnet net1" */

/* The path of a value within its object. `path` may hold one "%d" that stands for `index`:
 * {"spec.vpcPeerings[%d].localConnectIP", 1}. `path` has static storage. */
struct field {
	const char *path;
	int index;
};
const char *field_text(struct arena *arena, struct field field);

/* A domain is one address space. Its key says what it is, and two objects that mean the same one
 * build the same key: vpc/<name>                          a Kube-OVN VPC ("" is ovn-cluster) shoot
 * the shoot's own network aws/<account>/<region>/<vpc-id>     lower case gcp/<project>/<network>
 *     azure/<ARM id of the VNet>          lower case, without the leading slash
 *     segment/<subnet>                    the network of a Subnet that hangs on no VPC router
 *     zone/<ARM id>                       lower case; a private DNS zone or a resolver ruleset */
enum domain_type {
	DOMAIN_VPC,
	DOMAIN_SHOOT,
	DOMAIN_AWS,
	DOMAIN_GCP,
	DOMAIN_AZURE,
	DOMAIN_SEGMENT,
	DOMAIN_ZONE
};
#define DOMAIN_OF_SHOOT "shoot"
#define DEFAULT_VPC     "ovn-cluster"
enum domain_type domain_type(const char *domain);
/* As a message says it: "VPC vpc-1", "the shoot's network", "AWS VPC vpc-0a1b2c3d", "GCP network
 * p/n", "VNet name", "DNS zone example.com", "ruleset name". */
const char *domain_name(struct arena *arena, const char *domain);

enum provider { PROVIDER_NONE, PROVIDER_AWS, PROVIDER_GCP, PROVIDER_AZURE, PROVIDER_OTHER };

/* A network, zone or ruleset in a cloud, as its command line names it. */
struct remote {
	enum provider provider;
	const char *account; /* AWS account, GCP project, "" for Azure */
	const char *region;  /* AWS; of Azure in a RemoteNetwork or RemoteZone; else "" */
	const char *id;      /* vpc-…, the network's name, the ARM id as written */
	const char *tenant;  /* of Azure; NULL or "" where nobody says one: the cluster's own */
};

enum claim_role {
	CLAIM_SUBNET,  /* a Subnet of a VPC */
	CLAIM_SEGMENT, /* a Subnet that hangs on no router: an external or underlay network */
	CLAIM_LINK,    /* the link network of a peering */
	CLAIM_BFD,     /* the BFD port of a VPC */
	CLAIM_NODES,
	CLAIM_PODS,
	CLAIM_SERVICES,
	CLAIM_IP_RANGE,
	CLAIM_REMOTE, /* a CIDR of a remote network */
	CLAIM_ROLES
};
const char *claim_role_name(enum claim_role role); /* "subnet", "link network", "pod range", … */

struct claim {
	const char *domain;
	struct prefix prefix; /* a network: host bits are zero */
	enum claim_role role;
	bool unrouted; /* would be on the router, but is not now: an underlay Subnet without a
			  gateway on it */
	struct field field;
	const char *route_table; /* CLAIM_SUBNET: "" is the main one */
	/* CLAIM_LINK only: */
	const char *far;     /* the domain at the other end; the link occupies its router as well */
	struct address host; /* the own address */
	int peering;         /* index into the declaration's peerings */
};

/* Which route tables of a remote AWS VPC get a route back: by whether they carry the shoot's tag.
 */
enum route_selection { ROUTES_AUTO, ROUTES_NONE, ROUTES_MATCHED, ROUTES_UNMATCHED };

struct peering {
	const char *from; /* domains */
	const char *to;
	const char *target; /* the remote side as written, for messages: "vpc-2", "vpc-0a1b…" */
	const char *name;   /* of the peering at the remote side, or "" */
	const struct remote *remote; /* NULL for Kube-OVN */
	struct field field;          /* of the target */
	int first_link;              /* its links: claims of role CLAIM_LINK in declaration.links */
	int link_count;
	bool wants_link;          /* localConnectIP is "auto", and the Vpc is annotated for it */
	bool uses_remote_gateway; /* Azure */
	bool imports_routes;      /* Google Cloud: custom routes of the remote network */
	bool deletes_remote;      /* Kyma: the remote half is to go with the object */
	enum route_selection route_selection; /* AWS */
};

struct route {
	struct prefix destination; /* host bits zero */
	struct address next_hop;
	const char *table;  /* "" is the main one */
	bool by_source;     /* policySrc */
	bool managed;       /* has a bfdId or ecmpMode: written by the controller */
	struct field field; /* of the entry's cidr */
	struct field next_hop_field;
};

struct attachment {
	const char *segment; /* a domain segment/<subnet> that this VPC's router has a port on */
	struct field field;
};

/* A policy route or a gateway that takes packets before a VPC's static routes are asked. Both
 * prefixes are of one family; a length of 0 is any address of it. */
struct diversion {
	struct prefix source;
	struct prefix destination;
	int priority;
	bool partial; /* only some packets between the two: a further condition stands beside them
		       */
	bool drops;   /* instead of rerouting */
	struct field field;
};

/* What is let through: by a private Subnet, beside itself; by a Vpc, past every gateway (a policy
 * route that allows it and comes before theirs). */
struct allowance {
	struct prefix prefix;
	struct field field;
};

struct dns_link {
	const char *zone;      /* domain */
	const char *exclusive; /* a network has one link at most to all zones or rulesets with the
				  same text here: "zone-name/example.com", "ruleset" */
	const char *name;      /* of the link in the zone */
	const struct remote *remote;
	struct field field; /* of the zone or ruleset id */
	struct field name_field;
};

/* A text that does not mean what its field needs. */
enum flaw_type {
	FLAW_ADDRESS, /* of malformed-address */
	FLAW_ID,      /* of malformed-id */
	FLAW_ROUTE,   /* of route-conflict: a word that the controller does not know */
	FLAW_ZONE,    /* of dns-zone-conflict: a zone that cannot be linked */
};
struct flaw {
	enum flaw_type type;
	struct field field;
	const char *value;  /* as written */
	const char *reason; /* "the prefix length is missing" */
	const char *hint;   /* what to write instead */
	bool soft;          /* worth a warning only */
};

/* A field that has no effect after creation; `text` is NULL when absent. */
struct fixed {
	struct field field;
	const char *text;
};

struct tag {
	const char *key;
	const char *value;
};

/* A name of a peering or link that is taken at the remote side, and the id of the network that it
 * leads to, as the cloud writes it. */
struct taken_name {
	const char *name;
	const char *target;
};

/* A route table of a remote AWS VPC; its tags are a part of declaration.table_tags. */
struct route_table {
	const char *id;
	int first_tag;
	int tag_count;
};

/* A right that is known to be missing at the remote side: "ec2:DeleteRoute". */
struct missing_right {
	const char *name;
};

/* What ConfigMap shoot-info says. */
struct shoot {
	const char *name;
	const char *project;
	const char *region;
	enum provider provider;
};

struct declaration {
	struct object_id object;
	const char *
		home; /* the domain that this object defines or belongs to; NULL when it has none */
	bool defines_home;   /* a Vpc, RemoteNetwork, RemoteZone or shoot-info defines its home */
	bool deleting;       /* has a deletionTimestamp */
	bool default_vpc;    /* Vpc: the cluster's default one, by name or by status */
	bool foreign_router; /* Vpc labelled ovn.kubernetes.io/vpc_external: Kube-OVN ignores its
				spec */
	const char *shoot_label; /* metadata.labels["peerwarden.io/shoot"], or NULL */
	bool addresses_known;    /* RemoteNetwork: its CIDRs were seen or given */
	bool tags_known; /* RemoteNetwork, RemoteZone: its tags were seen or given, even if none */
	bool tables_known;   /* RemoteNetwork: its route tables, even if none */
	bool rights_known;   /* RemoteNetwork, RemoteZone: which rights are missing, even if none */
	bool private_subnet; /* Subnet: lets in only itself and `allowances` */
	bool auto_links;     /* Vpc: annotated with peerwarden.io/auto: links */
	bool auto_routes;    /* Vpc: annotated with peerwarden.io/auto: routes */
	/* RemoteNetwork, RemoteZone: the version of the object that the cloud was last asked for;
	 * 0: it was not asked. And why it had no answer; NULL where it had one, or was not asked.
	 */
	uint64_t observed_version;
	const char *lookup_problem;
	uint32_t most_links;         /* RemoteZone: links that the cloud allows; 0: not known */
	const struct remote *remote; /* RemoteNetwork, RemoteZone */
	const struct shoot *shoot;   /* KIND_SHOOT_INFO */

	struct claim *claims;
	struct claim *links; /* role CLAIM_LINK */
	struct peering *peerings;
	struct route *routes;
	struct attachment *attachments;
	struct diversion *diversions; /* of the router of `home` */
	struct allowance *allowances;
	struct taken_name *taken_names;
	struct route_table *route_tables;
	struct tag *table_tags;
	struct missing_right *missing_rights;
	struct dns_link *dns_links;
	struct flaw *flaws;
	struct fixed *fixed;
	struct tag *tags;
	int claim_count, link_count, peering_count, route_count, attachment_count, diversion_count,
		allowance_count, taken_name_count, route_table_count, table_tag_count,
		missing_right_count, dns_link_count, flaw_count, fixed_count, tag_count;
};

/* One compact block of memory, for the inventory; without fixed fields, which only a request needs.
 * free() it. */
struct declaration *declaration_copy(const struct declaration *declaration);

/* The size of what declaration_copy makes, in bytes. */
size_t declaration_size(const struct declaration *declaration);

/* True when both claim and declare the same: an update from one to the other changes nothing that a
 * rule looks at. Flaws and fixed fields count. */
bool declaration_equal(const struct declaration *a, const struct declaration *b);

/* True when `a` claims and declares nothing that `b` does not: what is left of `b` when some
 * entries are taken away and the rest stays in its order. */
bool declaration_is_part(const struct declaration *a, const struct declaration *b);

/* A hash of what declaration_equal compares, without flaws and fixed fields; equal for an object
 * and its copy. */
uint64_t declaration_fingerprint(const struct declaration *declaration);
