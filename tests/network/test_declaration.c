#include "network/declaration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A declaration with something in every place; each test changes its own. */
struct sample {
	struct declaration declaration;
	struct claim claims[2], links[1];
	struct peering peerings[1];
	struct route routes[1];
	struct attachment attachments[1];
	struct dns_link dns_links[1];
	struct flaw flaws[1];
	struct fixed fixed[1];
	struct diversion diversions[1];
	struct allowance allowances[1];
	struct taken_name taken_names[1];
	struct route_table route_tables[1];
	struct tag table_tags[1];
	struct missing_right missing_rights[1];
	struct tag tags[1];
	struct remote remote;
	struct shoot shoot;
};

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix, NULL));
	return prefix;
}

static void
fill_arrays(struct sample *s)
{
	s->claims[0] = (struct claim){.domain = "vpc/a",
		.prefix = prefix_of("10.0.0.0/16"),
		.role = CLAIM_SUBNET,
		.field = {"spec.cidrBlock", 0},
		.route_table = ""};
	s->claims[1] = (struct claim){.domain = "vpc/a",
		.prefix = prefix_of("fd00::/64"),
		.role = CLAIM_SUBNET,
		.field = {"spec.cidrBlock", 1},
		.route_table = "extra"};
	s->links[0] = (struct claim){.domain = "vpc/a",
		.far = "vpc/b",
		.prefix = prefix_of("169.254.0.0/30"),
		.role = CLAIM_LINK,
		.field = {"spec.vpcPeerings[%d].localConnectIP", 0},
		.host = prefix_of("169.254.0.1/30").address};
	s->peerings[0] = (struct peering){.from = "vpc/a",
		.to = "vpc/b",
		.target = "b",
		.name = "",
		.remote = &s->remote,
		.field = {"spec.vpcPeerings[%d].remoteVpc", 0},
		.link_count = 1};
	s->routes[0] = (struct route){.destination = prefix_of("172.31.0.0/16"),
		.next_hop = prefix_of("169.254.0.2/32").address,
		.table = "",
		.field = {"spec.staticRoutes[%d].cidr", 0},
		.next_hop_field = {"spec.staticRoutes[%d].nextHopIP", 0}};
	s->attachments[0] = (struct attachment){"segment/external", {"spec.enableExternal", 0}};
	s->dns_links[0] = (struct dns_link){"zone/x", "zone-name/x", "link", &s->remote,
		{"spec.remotePrivateDnsZone", 0}, {"spec.remoteLinkName", 0}};
	s->diversions[0] = (struct diversion){.source = prefix_of("10.0.0.0/16"),
		.destination = prefix_of("0.0.0.0/0"),
		.priority = 30000,
		.field = {"spec.policyRoutes[%d].match", 0}};
	s->allowances[0] =
		(struct allowance){prefix_of("10.1.0.0/16"), {"spec.allowSubnets[%d]", 0}};
	s->taken_names[0] = (struct taken_name){"to-kyma", "net-1"};
	s->route_tables[0] = (struct route_table){"rtb-1", 0, 1};
	s->table_tags[0] = (struct tag){"c-1", "yes"};
	s->missing_rights[0] = (struct missing_right){"ec2:DeleteRoute"};
	s->flaws[0] = (struct flaw){FLAW_ID, {"spec.x", 0}, "value", "reason", "hint", false};
	s->fixed[0] = (struct fixed){{"spec.vpc", 0}, "a"};
	s->tags[0] = (struct tag){"c-513b462", ""};
}

static void
fill(struct sample *s)
{
	memset(s, 0, sizeof *s);
	s->remote = (struct remote){PROVIDER_AWS, "123456789012", "eu-west-1", "vpc-1", NULL};
	s->shoot = (struct shoot){"c-513b462", "kyma", "eu-west-1", PROVIDER_AWS};
	fill_arrays(s);
	s->declaration = (struct declaration){.object = {KIND_VPC, "", "a"},
		.home = "vpc/a",
		.defines_home = true,
		.shoot_label = "c-513b462",
		.observed_version = 7,
		.most_links = 1000,
		.lookup_problem = "no such role",
		.remote = &s->remote,
		.shoot = &s->shoot,
		.claims = s->claims,
		.links = s->links,
		.peerings = s->peerings,
		.routes = s->routes,
		.attachments = s->attachments,
		.dns_links = s->dns_links,
		.diversions = s->diversions,
		.allowances = s->allowances,
		.taken_names = s->taken_names,
		.route_tables = s->route_tables,
		.table_tags = s->table_tags,
		.missing_rights = s->missing_rights,
		.flaws = s->flaws,
		.fixed = s->fixed,
		.tags = s->tags,
		.claim_count = 2,
		.link_count = 1,
		.peering_count = 1,
		.route_count = 1,
		.attachment_count = 1,
		.dns_link_count = 1,
		.diversion_count = 1,
		.allowance_count = 1,
		.taken_name_count = 1,
		.route_table_count = 1,
		.table_tag_count = 1,
		.missing_right_count = 1,
		.flaw_count = 1,
		.fixed_count = 1,
		.tag_count = 1};
}

static void
a_copy_lives_on_its_own_and_is_equal_but_for_fixed_fields(void **state)
{
	struct sample *sample = malloc(sizeof *sample), other;
	struct declaration *copy;
	uint64_t fingerprint;

	(void)state;
	fill(sample);
	fingerprint = declaration_fingerprint(&sample->declaration);
	copy = declaration_copy(&sample->declaration);
	assert_false(declaration_equal(copy, &sample->declaration));
	memset(sample, 0xff, sizeof *sample);
	free(sample);
	fill(&other);
	other.declaration.fixed_count = 0;
	assert_true(declaration_equal(copy, &other.declaration));
	assert_true(declaration_fingerprint(copy) == fingerprint);
	assert_int_equal(declaration_size(copy), declaration_size(&other.declaration));
	free(copy);
}

static void
every_text_of_a_copy_lies_in_its_block(void **state)
{
	struct sample s;
	struct declaration *copy;

	(void)state;
	fill(&s);
	copy = declaration_copy(&s.declaration);
	const char *const texts[] = {copy->object.name, copy->home, copy->shoot_label,
		copy->remote->account, copy->remote->region, copy->remote->id, copy->shoot->name,
		copy->shoot->project, copy->shoot->region, copy->claims[1].domain,
		copy->claims[1].route_table, copy->links[0].domain, copy->links[0].far,
		copy->peerings[0].from, copy->peerings[0].to, copy->peerings[0].target,
		copy->peerings[0].remote->id, copy->attachments[0].segment, copy->dns_links[0].zone,
		copy->dns_links[0].name, copy->dns_links[0].remote->id,
		copy->dns_links[0].exclusive, copy->taken_names[0].name,
		copy->taken_names[0].target, copy->route_tables[0].id, copy->table_tags[0].key,
		copy->table_tags[0].value, copy->missing_rights[0].name, copy->tags[0].key,
		copy->lookup_problem, copy->flaws[0].value, copy->flaws[0].reason,
		copy->flaws[0].hint};
	const char *block = (const char *)copy;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i] < block || texts[i] >= block + declaration_size(copy))
			fail_msg("text %zu (%s) is elsewhere", i, texts[i]);
	free(copy);
}

static void
an_empty_declaration_can_be_copied(void **state)
{
	struct declaration empty = {.object = {KIND_SUBNET, "", "net1"}};
	struct declaration *copy = declaration_copy(&empty);

	(void)state;
	assert_true(declaration_equal(copy, &empty));
	assert_null(copy->claims);
	assert_null(copy->home);
	free(copy);
}

#define CHANGE(name, statement)                                                                    \
	static void name(struct sample *s)                                                         \
	{                                                                                          \
		statement;                                                                         \
	}
CHANGE(change_name, s->declaration.object.name = "b")
CHANGE(change_home, s->declaration.home = NULL)
CHANGE(change_label, s->declaration.shoot_label = NULL)
CHANGE(change_observed, s->declaration.observed_version = 8)
CHANGE(change_problem, s->declaration.lookup_problem = NULL)
CHANGE(change_most_links, s->declaration.most_links = 0)
CHANGE(change_known, s->declaration.tags_known = true)
CHANGE(change_router, s->declaration.foreign_router = true)
CHANGE(change_remote, s->remote.region = "eu-west-2")
CHANGE(change_shoot, s->shoot.region = "eu-west-2")
CHANGE(change_claim_count, s->declaration.claim_count = 1)
CHANGE(change_claim, s->claims[1].prefix.length = 65)
CHANGE(change_claim_order, s->claims[0] = s->claims[1])
CHANGE(change_unrouted, s->claims[0].unrouted = true)
CHANGE(change_link_host, s->links[0].host.high++)
CHANGE(change_link_far, s->links[0].far = "vpc/c")
CHANGE(change_peering, s->peerings[0].to = "vpc/c")
CHANGE(change_peering_name, s->peerings[0].name = "x")
CHANGE(change_route, s->routes[0].next_hop.high++)
CHANGE(change_route_policy, s->routes[0].by_source = true)
CHANGE(change_attachment, s->attachments[0].segment = "segment/other")
CHANGE(change_dns_link, s->dns_links[0].name = "other")
CHANGE(change_exclusive, s->dns_links[0].exclusive = "ruleset")
CHANGE(change_wish, s->peerings[0].wants_link = true)
CHANGE(change_gateway, s->peerings[0].uses_remote_gateway = true)
CHANGE(change_selection, s->peerings[0].route_selection = ROUTES_MATCHED)
CHANGE(change_auto, s->declaration.auto_links = true)
CHANGE(change_rights, s->declaration.rights_known = true)
CHANGE(change_private, s->declaration.private_subnet = true)
CHANGE(change_diversion, s->diversions[0].priority = 1)
CHANGE(change_diverted, s->diversions[0].destination.length = 8)
CHANGE(change_allowance, s->allowances[0].prefix.length = 24)
CHANGE(change_taken_name, s->taken_names[0].target = "net-2")
CHANGE(change_route_table, s->route_tables[0].tag_count = 0)
CHANGE(change_table_tag, s->table_tags[0].key = "c-2")
CHANGE(change_missing_right, s->missing_rights[0].name = "x")
CHANGE(change_tag, s->tags[0].value = "x")

static void
every_change_of_a_claim_or_statement_is_seen(void **state)
{
	static void (*const changes[])(struct sample *) = {change_name, change_home, change_label,
		change_known, change_observed, change_problem, change_most_links, change_router,
		change_remote, change_shoot, change_claim_count, change_claim, change_claim_order,
		change_unrouted, change_link_host, change_link_far, change_peering,
		change_peering_name, change_route, change_route_policy, change_attachment,
		change_dns_link, change_tag, change_exclusive, change_wish, change_gateway,
		change_selection, change_auto, change_private, change_diversion, change_diverted,
		change_allowance, change_taken_name, change_route_table, change_table_tag,
		change_missing_right, change_rights};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct sample a, b;

		fill(&a);
		fill(&b);
		assert_true(declaration_equal(&a.declaration, &b.declaration));
		changes[i](&b);
		if (declaration_equal(&a.declaration, &b.declaration))
			fail_msg("change %zu is not seen", i);
		if (declaration_fingerprint(&a.declaration) ==
			declaration_fingerprint(&b.declaration))
			fail_msg("change %zu leaves the fingerprint", i);
	}
}

static void
flaws_and_fixed_fields_count_for_equality_alone_and_deletion_for_nothing(void **state)
{
	struct sample a, b;

	(void)state;
	fill(&a);
	fill(&b);
	b.flaws[0].value = "other";
	assert_false(declaration_equal(&a.declaration, &b.declaration));
	fill(&b);
	b.fixed[0].text = NULL;
	assert_false(declaration_equal(&a.declaration, &b.declaration));
	assert_true(
		declaration_fingerprint(&a.declaration) == declaration_fingerprint(&b.declaration));
	fill(&b);
	b.declaration.deleting = true;
	assert_true(declaration_equal(&a.declaration, &b.declaration));
}

static void
domains_objects_and_fields_are_named_as_messages_say_them(void **state)
{
	static const struct {
		const char *key, *name;
	} cases[] = {
		{"vpc/vpc-1", "VPC vpc-1"},
		{"shoot", "the shoot's network"},
		{"aws/123456789012/eu-west-1/vpc-0a1b2c3d", "AWS VPC vpc-0a1b2c3d"},
		{"gcp/project/network", "GCP network project/network"},
		{"azure/subscriptions/s/resourcegroups/g/providers/microsoft.network/"
		 "virtualnetworks/hub",
			"VNet hub"},
		{"segment/external", "the network of Subnet external"},
		{"zone/subscriptions/s/resourcegroups/g/providers/microsoft.network/"
		 "privatednszones/example.com",
			"DNS zone example.com"},
		{"zone/subscriptions/s/resourcegroups/g/providers/microsoft.network/"
		 "dnsforwardingrulesets/rules",
			"ruleset rules"},
	};
	struct arena *arena = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(domain_name(arena, cases[i].key), cases[i].name);
	assert_string_equal(
		object_text(arena, &(struct object_id){KIND_SUBNET, "", "net1"}), "Subnet net1");
	assert_string_equal(object_text(arena, &(struct object_id){KIND_SHOOT_INFO, "kube-system",
						       "shoot-info"}),
		"ConfigMap kube-system/shoot-info");
	assert_string_equal(
		field_text(arena, (struct field){"spec.vpcPeerings[%d].localConnectIP", 12}),
		"spec.vpcPeerings[12].localConnectIP");
	assert_string_equal(
		field_text(arena, (struct field){"spec.cidrBlock", 3}), "spec.cidrBlock");
	arena_free(arena);
}

static void
a_part_claims_and_declares_nothing_new(void **state)
{
	struct sample whole, part;

	(void)state;
	fill(&whole);
	fill(&part);
	assert_true(declaration_is_part(&part.declaration, &whole.declaration));
	part.declaration.claims = &part.claims[1]; /* the first is gone; the second has moved up */
	part.declaration.claim_count = 1;
	part.claims[1].field.index = 0;
	part.declaration.routes = NULL;
	part.declaration.route_count = 0;
	part.declaration.flaw_count = 0;
	assert_true(declaration_is_part(&part.declaration, &whole.declaration));
	assert_false(declaration_is_part(&whole.declaration, &part.declaration));
	part.claims[1].prefix = prefix_of("fd00::/63");
	assert_false(declaration_is_part(&part.declaration, &whole.declaration));
	fill(&part);
	part.claims[0] = whole.claims[1];
	part.claims[1] = whole.claims[0]; /* in another order */
	assert_false(declaration_is_part(&part.declaration, &whole.declaration));
	fill(&part);
	part.declaration.private_subnet = true;
	assert_false(declaration_is_part(&part.declaration, &whole.declaration));
	fill(&part);
	part.tags[0].value = "new";
	assert_false(declaration_is_part(&part.declaration, &whole.declaration));
	fill(&part);
	part.peerings[0].uses_remote_gateway = true;
	assert_false(declaration_is_part(&part.declaration, &whole.declaration));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_claims_and_declares_nothing_new),
		cmocka_unit_test(a_copy_lives_on_its_own_and_is_equal_but_for_fixed_fields),
		cmocka_unit_test(every_text_of_a_copy_lies_in_its_block),
		cmocka_unit_test(an_empty_declaration_can_be_copied),
		cmocka_unit_test(every_change_of_a_claim_or_statement_is_seen),
		cmocka_unit_test(
			flaws_and_fixed_fields_count_for_equality_alone_and_deletion_for_nothing),
		cmocka_unit_test(domains_objects_and_fields_are_named_as_messages_say_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
