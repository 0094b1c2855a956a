#include "cli/assumptions.h"

#include <string.h>

#include "base/text.h"

static void
assume_domain(struct report *report, const struct inventory *inventory,
	const struct declaration *declaration, const char *domain)
{
	static const char *const beliefs[] = {
		[DOMAIN_VPC] = "exists",
		[DOMAIN_SHOOT] = "overlaps nothing",
		[DOMAIN_AWS] = "exists, carries the shoot's tag and overlaps nothing",
		[DOMAIN_GCP] = "exists, carries the shoot's tag and overlaps nothing",
		[DOMAIN_AZURE] = "exists, carries the shoot's tag and overlaps nothing",
		[DOMAIN_ZONE] = "exists and carries the shoot's tag",
	};
	enum domain_type type = domain_type(domain);

	if (type == DOMAIN_SEGMENT || text_equal(domain, "vpc/" DEFAULT_VPC) ||
		inventory_definition(inventory, domain, NULL))
		return;
	report_assume(report, &declaration->object,
		arena_printf(
			report->arena, "%s %s", domain_name(report->arena, domain), beliefs[type]));
}

/* The external network of a router. */
static void
assume_segment(struct report *report, const struct inventory *inventory,
	const struct declaration *declaration, const char *segment)
{
	struct object_id subnet = {KIND_SUBNET, "", strchr(segment, '/') + 1};

	if (!inventory_find(inventory, &subnet))
		report_assume(report, &declaration->object,
			arena_printf(report->arena, "%s exists and overlaps nothing",
				object_text(report->arena, &subnet)));
}

void
assumptions_add(struct report *report, const struct inventory *inventory,
	const struct declaration *declaration)
{
	if (declaration->home)
		assume_domain(report, inventory, declaration, declaration->home);
	for (int i = 0; i < declaration->peering_count; i++)
		assume_domain(report, inventory, declaration, declaration->peerings[i].to);
	for (int i = 0; i < declaration->attachment_count; i++)
		assume_segment(report, inventory, declaration, declaration->attachments[i].segment);
	for (int i = 0; i < declaration->dns_link_count; i++)
		assume_domain(report, inventory, declaration, declaration->dns_links[i].zone);
}
