/* Clusters and findings for the tests of topology, drawing and page: declarations made by hand, and
 * all that tests about names need. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "network/inventory.h"
#include "report/report.h"

struct sample {
	struct arena *arena;
	struct inventory *inventory;
	struct report report;
	struct findings findings;
};

static inline void
sample_init(struct sample *sample)
{
	*sample =
		(struct sample){.arena = arena_new((size_t)1 << 30), .inventory = inventory_new()};
	sample->findings.arena = sample->arena;
	report_init(&sample->report, sample->arena);
	inventory_lock(sample->inventory);
}

static inline void
sample_dispose(struct sample *sample)
{
	inventory_unlock(sample->inventory);
	report_dispose(&sample->report);
	inventory_free(sample->inventory);
	arena_free(sample->arena);
}

static inline const char *
sample_key(struct sample *sample, const char *vpc)
{
	return arena_printf(sample->arena, "vpc/%s", vpc);
}

/* A Vpc that peers with each VPC named in `peers`, which are separated by blanks. */
static inline void
sample_vpc(struct sample *sample, const char *name, const char *peers)
{
	size_t limit = strlen(peers) / 2 + 1;
	struct peering *peerings = ARENA_ARRAY(sample->arena, struct peering, limit);
	struct declaration declaration = {.object = {KIND_VPC, "", name},
		.home = sample_key(sample, name),
		.defines_home = true,
		.peerings = peerings};

	while (*peers) {
		size_t length = strcspn(peers, " ");
		const char *peer = arena_text_part(sample->arena, peers, length);

		peerings[declaration.peering_count] = (struct peering){
			.from = declaration.home,
			.to = sample_key(sample, peer),
			.target = peer,
			.name = "",
			.field = {"spec.vpcPeerings[%d].remoteVpc", declaration.peering_count},
		};
		declaration.peering_count++;
		peers += length + (peers[length] == ' ');
	}
	inventory_store(sample->inventory, &declaration);
}

static inline void
sample_subnet(struct sample *sample, const char *name, const char *vpc, const char *cidr)
{
	struct claim claim = {.domain = sample_key(sample, vpc),
		.role = CLAIM_SUBNET,
		.field = {"spec.cidrBlock", 0},
		.route_table = ""};
	struct declaration declaration = {.object = {KIND_SUBNET, "", name},
		.home = claim.domain,
		.claims = &claim,
		.claim_count = 1};

	assert_true(prefix_parse(cidr, &claim.prefix, NULL));
	inventory_store(sample->inventory, &declaration);
}

/* An AwsVpcPeering of the shoot. */
static inline void
sample_aws(struct sample *sample, const char *name, const char *vpc_id)
{
	struct remote remote = {PROVIDER_AWS, "123456789012", "eu-west-1", vpc_id, NULL};
	struct peering peering = {.from = DOMAIN_OF_SHOOT,
		.to = arena_printf(sample->arena, "aws/123456789012/eu-west-1/%s", vpc_id),
		.target = vpc_id,
		.name = "",
		.remote = &remote,
		.field = {"spec.remoteVpcId", 0}};
	struct declaration declaration = {.object = {KIND_AWS_VPC_PEERING, "", name},
		.home = DOMAIN_OF_SHOOT,
		.peerings = &peering,
		.peering_count = 1};

	inventory_store(sample->inventory, &declaration);
}

/* An AzureVpcDnsLink of the shoot. */
static inline void
sample_zone(struct sample *sample, const char *name, const char *zone)
{
	struct remote remote = {PROVIDER_AZURE, "", "", zone, NULL};
	struct dns_link link = {
		.zone = arena_printf(sample->arena,
			"zone/subscriptions/s/resourcegroups/g/providers/microsoft.network/"
			"privatednszones/%s",
			zone),
		.exclusive = arena_printf(sample->arena, "zone-name/%s", zone),
		.name = name,
		.remote = &remote,
		.field = {"spec.remotePrivateDnsZone", 0},
		.name_field = {"spec.remoteLinkName", 0}};
	struct declaration declaration = {.object = {KIND_AZURE_VPC_DNS_LINK, "", name},
		.home = DOMAIN_OF_SHOOT,
		.dns_links = &link,
		.dns_link_count = 1};

	inventory_store(sample->inventory, &declaration);
}

struct sample_party {
	enum kind kind;
	const char *name;
	struct field field;
	const char *value;
};

/* `other` may be without a name. */
static inline const struct finding *
sample_finding(struct sample *sample, const char *rule, enum action action,
	struct sample_party subject, struct sample_party other, const char *hint)
{
	struct object_id object = {subject.kind, "", subject.name};
	struct object_id counterpart = {other.kind, "", other.name};
	struct finding *finding = findings_add(
		&sample->findings, rule, action, &object, subject.field, subject.value);

	if (other.name)
		finding_counterpart(
			&sample->findings, finding, &counterpart, other.field, other.value);
	finding->message = arena_printf(sample->arena, "%s %s is at odds with %s",
		field_text(sample->arena, subject.field), subject.value,
		other.name ? other.name : "itself");
	finding->hint = hint;
	finding_seal(finding);
	report_add(&sample->report, finding, NULL, 0, 0);
	sample->report.objects++;
	return finding;
}

/* How often `word` stands in the text. */
static inline size_t
sample_occurrences(const char *text, const char *word)
{
	size_t count = 0;

	while ((text = strstr(text, word))) {
		count++;
		text += strlen(word);
	}
	return count;
}
