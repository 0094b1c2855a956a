/* A declaration while a decoder writes it: each call appends to one of its lists, which grow in the
 * arena. */
#pragma once

#include "base/arena.h"
#include "network/declaration.h"

struct draft {
	struct arena *arena;
	struct declaration *declaration;
};

void draft_claim(const struct draft *draft, struct claim claim);
void draft_link(const struct draft *draft, struct claim link);
void draft_peering(const struct draft *draft, struct peering peering);
void draft_route(const struct draft *draft, struct route route);
void draft_attachment(const struct draft *draft, struct attachment attachment);
void draft_diversion(const struct draft *draft, struct diversion diversion);
void draft_allowance(const struct draft *draft, struct allowance allowance);
void draft_taken_name(const struct draft *draft, struct taken_name taken);
/* Its tags follow, by draft_table_tag. */
void draft_route_table(const struct draft *draft, const char *id);
void draft_table_tag(const struct draft *draft, const char *key, const char *value);
void draft_missing_right(const struct draft *draft, const char *name);
void draft_dns_link(const struct draft *draft, struct dns_link link);
void draft_fixed(const struct draft *draft, struct field field, const char *text);
void draft_tag(const struct draft *draft, const char *key, const char *value);

/* `value` as written, "" when there is none. */
void draft_flaw(const struct draft *draft, enum flaw_type type, struct field field,
	const char *value, const char *reason, const char *hint);
/* A flaw that is worth a warning only. */
void draft_soft_flaw(const struct draft *draft, enum flaw_type type, struct field field,
	const char *value, const char *reason, const char *hint);

/* Copies the remote and declares the one peering of a Kyma kind: from the shoot to it, under `name`
 * at the remote side. */
void draft_shoot_peering(
	const struct draft *draft, struct remote remote, const char *name, struct field field);
