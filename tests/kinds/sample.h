/* For the tests of all kinds: an object in, its declaration or its changes out, as lines of text
 * that a table can hold.
 *
 * Objects are JSON with ' in place of ". The arena of a test is its cmocka state. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/text.h"
#include "kinds/kind.h"

static inline int
sample_setup(void **state)
{
	*state = arena_new(1 << 20);
	return 0;
}

static inline int
sample_teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static inline const struct json *
sample_object(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);
	struct error error = {0};
	const struct json *object;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	object = json_parse(arena, copy, strlen(copy), &json_request_limits, &error);
	if (!object)
		fail_msg("%s: %s", error.message, copy);
	return object;
}

/* An object named "it" of that kind, with the given spec. */
static inline const struct json *
sample_of_spec(struct arena *arena, enum kind kind, const char *spec)
{
	return sample_object(
		arena, arena_printf(arena,
			       "{'apiVersion':'%s','kind':'%s','metadata':{'name':'it'},'spec':%s}",
			       kind_api_version(arena, kind), kind_name(kind), spec));
}

static inline struct declaration
sample_decode(struct arena *arena, const struct json *object)
{
	const struct kind_definition *definition = kind_of_object(object);
	struct declaration declaration;
	struct error error = {0};

	assert_non_null(definition);
	if (!kind_decode(arena, definition, object, NULL, &declaration, &error))
		fail_msg("%s", error.message);
	return declaration;
}

static inline void
sample_write_claims(struct arena *arena, struct buffer *out, const struct claim *claims, int count)
{
	for (int i = 0; i < count; i++) {
		const struct claim *claim = &claims[i];
		char text[PREFIX_TEXT_SIZE];

		assert_false(prefix_has_host_bits(&claim->prefix));
		buffer_printf(out, "%s in %s %s", prefix_format(&claim->prefix, text),
			claim->domain, claim_role_name(claim->role));
		if (claim->role == CLAIM_LINK)
			buffer_printf(out, " of %d to %s at %s", claim->peering, claim->far,
				address_format(&claim->host, text));
		if (claim->unrouted)
			buffer_append_text(out, " unrouted");
		if (claim->route_table && *claim->route_table)
			buffer_printf(out, " table %s", claim->route_table);
		buffer_printf(out, " (%s)\n", field_text(arena, claim->field));
	}
}

static inline void
sample_write_remote(struct buffer *out, const struct remote *remote)
{
	static const char *const names[] = {"none", "aws", "gcp", "azure", "other"};

	if (remote)
		buffer_printf(out, " [%s %s %s %s]", names[remote->provider], remote->account,
			remote->region, remote->id);
}

static inline void
sample_write_peerings(
	struct arena *arena, struct buffer *out, const struct declaration *declaration)
{
	for (int i = 0; i < declaration->peering_count; i++) {
		const struct peering *peering = &declaration->peerings[i];

		buffer_printf(out, "%s > %s as '%s'", peering->from, peering->to, peering->name);
		sample_write_remote(out, peering->remote);
		buffer_printf(out, " links %d+%d (%s %s)\n", peering->first_link,
			peering->link_count, field_text(arena, peering->field), peering->target);
	}
	for (int i = 0; i < declaration->dns_link_count; i++) {
		const struct dns_link *link = &declaration->dns_links[i];

		buffer_printf(out, "link '%s' to %s", link->name, link->zone);
		sample_write_remote(out, link->remote);
		buffer_printf(out, " (%s, %s)\n", field_text(arena, link->field),
			field_text(arena, link->name_field));
	}
}

static inline void
sample_write_routes(struct arena *arena, struct buffer *out, const struct declaration *declaration)
{
	for (int i = 0; i < declaration->route_count; i++) {
		const struct route *route = &declaration->routes[i];
		char destination[PREFIX_TEXT_SIZE], next_hop[PREFIX_TEXT_SIZE];

		buffer_printf(out, "%s%s via %s%s%s%s (%s, %s)\n",
			route->by_source ? "from " : "to ",
			prefix_format(&route->destination, destination),
			address_format(&route->next_hop, next_hop),
			route->managed ? " managed" : "", *route->table ? " table " : "",
			route->table, field_text(arena, route->field),
			field_text(arena, route->next_hop_field));
	}
	for (int i = 0; i < declaration->attachment_count; i++)
		buffer_printf(out, "on %s (%s)\n", declaration->attachments[i].segment,
			field_text(arena, declaration->attachments[i].field));
}

static inline void
sample_write_policies(
	struct arena *arena, struct buffer *out, const struct declaration *declaration)
{
	char source[PREFIX_TEXT_SIZE], destination[PREFIX_TEXT_SIZE];

	for (int i = 0; i < declaration->diversion_count; i++) {
		const struct diversion *diversion = &declaration->diversions[i];

		buffer_printf(out, "%s%s %s > %s at %d (%s)\n",
			diversion->drops ? "drops" : "diverts", diversion->partial ? " some" : "",
			prefix_format(&diversion->source, source),
			prefix_format(&diversion->destination, destination), diversion->priority,
			field_text(arena, diversion->field));
	}
	for (int i = 0; i < declaration->allowance_count; i++)
		buffer_printf(out, "lets pass %s (%s)\n",
			prefix_format(&declaration->allowances[i].prefix, destination),
			field_text(arena, declaration->allowances[i].field));
}

static inline const char *
sample_text(struct arena *arena, struct buffer *out)
{
	char *text = arena_text(arena, buffer_text(out));

	buffer_dispose(out);
	return text;
}

/* What it claims and declares. */
static inline const char *
sample_claims(struct arena *arena, const struct json *object)
{
	struct declaration declaration = sample_decode(arena, object);
	struct buffer out;

	buffer_init(&out, 1 << 16);
	sample_write_peerings(arena, &out, &declaration);
	sample_write_claims(arena, &out, declaration.links, declaration.link_count);
	sample_write_claims(arena, &out, declaration.claims, declaration.claim_count);
	sample_write_routes(arena, &out, &declaration);
	sample_write_policies(arena, &out, &declaration);
	for (int i = 0; i < declaration.tag_count; i++)
		buffer_printf(
			&out, "tag %s=%s\n", declaration.tags[i].key, declaration.tags[i].value);
	return sample_text(arena, &out);
}

/* "spec.cidrBlock 10.0.0.0: the prefix length is missing"; soft ones begin with "soft ". */
static inline const char *
sample_flaws(struct arena *arena, const struct json *object)
{
	struct declaration declaration = sample_decode(arena, object);
	struct buffer out;

	buffer_init(&out, 1 << 16);
	for (int i = 0; i < declaration.flaw_count; i++) {
		const struct flaw *flaw = &declaration.flaws[i];

		assert_non_null(flaw->value);
		assert_false(text_is_blank(flaw->hint));
		buffer_printf(&out, "%s%s%s %s: %s\n", flaw->soft ? "soft " : "",
			flaw->type == FLAW_ID      ? "id "
			: flaw->type == FLAW_ZONE  ? "zone "
			: flaw->type == FLAW_ROUTE ? "route "
						   : "",
			field_text(arena, flaw->field), flaw->value, flaw->reason);
	}
	return sample_text(arena, &out);
}

static inline const char *
sample_hint(struct arena *arena, const struct json *object)
{
	struct declaration declaration = sample_decode(arena, object);

	assert_int_not_equal(declaration.flaw_count, 0);
	return declaration.flaws[0].hint;
}

/* "remoteVpcId=vpc-1 remoteTenant deleteRemotePeering=false": the last parts of the paths. */
static inline const char *
sample_fixed(struct arena *arena, const struct json *object)
{
	struct declaration declaration = sample_decode(arena, object);
	struct buffer out;

	buffer_init(&out, 1 << 16);
	for (int i = 0; i < declaration.fixed_count; i++) {
		const struct fixed *fixed = &declaration.fixed[i];

		buffer_printf(&out, "%s%s%s%s", i ? " " : "", strrchr(fixed->field.path, '.') + 1,
			fixed->text ? "=" : "", fixed->text ? fixed->text : "");
	}
	return sample_text(arena, &out);
}

/* "spec.cidrBlock: before -> after". Applies them, and sees that nothing is left to change. */
static inline const char *
sample_changes(struct arena *arena, const struct json *object)
{
	const struct kind_definition *definition = kind_of_object(object);
	struct changes changes = kind_canonicalise(arena, definition, object);
	struct buffer out;

	buffer_init(&out, 1 << 16);
	for (const struct change *change = changes.first; change; change = change->next) {
		buffer_printf(&out, "%s\n", change_text(arena, change));
		assert_true(
			change_apply(&(struct json_edit){.arena = arena, .root = object}, change));
	}
	assert_int_equal(kind_canonicalise(arena, definition, object).count, 0);
	return sample_text(arena, &out);
}

struct sample_row {
	const char *spec;
	const char *expected;
};

/* Runs `look` over a table of specs of one kind. */
#define sample_table(state, kind, look, rows)                                                      \
	do {                                                                                       \
		for (size_t row = 0; row < sizeof(rows) / sizeof *(rows); row++) {                 \
			arena_reset(*(state));                                                     \
			assert_string_equal(look(*(state), sample_of_spec(*(state), (kind),        \
								   (rows)[row].spec)),             \
				(rows)[row].expected);                                             \
		}                                                                                  \
	} while (0)

/* Decodes and canonicalises under every cap from nothing on, until it succeeds. */
static inline void
sample_survives_every_cap(const struct json *object)
{
	const struct kind_definition *definition = kind_of_object(object);
	struct arena *arena = arena_new(0);
	struct declaration declaration;
	struct error error = {0};
	size_t cap = 0;

	assert_non_null(definition);
	while (!kind_decode(arena, definition, object, NULL, &declaration, &error)) {
		assert_int_equal(error.kind, ERROR_EXHAUSTED);
		kind_canonicalise(arena, definition, object);
		arena_reset(arena);
		arena_set_cap(arena, cap += 16);
		assert_in_range(cap, 1, 1 << 20);
	}
	assert_in_range(cap, 16, 1 << 20);
	arena_free(arena);
}
