#include "validators/finding.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

static const char *const names[ACTIONS] = {"off", "report", "warn", "deny"};

const char *
action_name(enum action action)
{
	return names[action];
}

bool
action_parse(const char *text, enum action *action)
{
	for (int i = 0; i < ACTIONS; i++)
		if (text_equal(names[i], text)) {
			*action = (enum action)i;
			return true;
		}
	return false;
}

/* Names and values are copied, since the inventory that lends them may change before the finding is
 * shown. */
static struct party
new_party(
	struct arena *arena, const struct object_id *object, struct field field, const char *value)
{
	return (struct party){
		.object = {object->kind, arena_text(arena, object->namespace),
			arena_text(arena, object->name)},
		.field = field,
		.value = arena_text(arena, value ? value : ""),
	};
}

struct finding *
findings_add(struct findings *findings, const char *rule, enum action action,
	const struct object_id *object, struct field field, const char *value)
{
	struct finding *finding = ARENA_NEW(findings->arena, struct finding);

	finding->rule = rule;
	finding->action = action;
	finding->subject = new_party(findings->arena, object, field, value);
	finding->message = "";
	finding->hint = "";
	if (findings->last)
		findings->last->next = finding;
	else
		findings->first = finding;
	findings->last = finding;
	findings->count++;
	return finding;
}

void
finding_counterpart(struct findings *findings, struct finding *finding,
	const struct object_id *object, struct field field, const char *value)
{
	struct party **end = &finding->counterparts;

	while (*end)
		end = &(*end)->next;
	*end = ARENA_NEW(findings->arena, struct party);
	**end = new_party(findings->arena, object, field, value);
}

/* FNV-1a, with the NUL as a mark between two texts. */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	do {
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	} while (*text++);
	return hash;
}

/* Spreads the bits, so that a sum of hashes does not depend on their low bits alone (the finisher
 * of MurmurHash3). */
static uint64_t
mix(uint64_t hash)
{
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return hash ^ (hash >> 33);
}

/* The path keeps its "%d": where an entry stands in its list is no part of what it is. */
static uint64_t
hash_party(const struct party *party)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	hash = hash_text(hash, kind_name(party->object.kind));
	hash = hash_text(hash, party->object.namespace);
	hash = hash_text(hash, party->object.name);
	hash = hash_text(hash, party->field.path);
	return mix(hash_text(hash, party->value));
}

void
finding_seal(struct finding *finding)
{
	uint64_t hash = finding->between_others ? 0 : hash_party(&finding->subject);

	for (const struct party *party = finding->counterparts; party; party = party->next)
		hash += hash_party(party);
	snprintf(finding->id, sizeof finding->id, "%016" PRIx64,
		mix(hash ^ hash_text(0, finding->rule)));
}
