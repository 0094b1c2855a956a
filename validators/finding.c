#include "validators/finding.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { LONGEST_VALUE = 512 }; /* an ARM id fits */

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

const char *
disclosure_name(enum disclosure disclosure)
{
	static const char *const texts[DISCLOSURES] = {"all", "names", "rule"};

	return texts[disclosure];
}

/* On one line without control characters, whatever somebody wrote, and cut when it is very long. */
static const char *
copy_value(struct arena *arena, const char *value)
{
	size_t length = strlen(value);
	size_t kept = length > LONGEST_VALUE ? text_valid_utf8(value, LONGEST_VALUE) : length;
	char *copy = arena_printf(
		arena, "%.*s%s", (int)kept, value, length > LONGEST_VALUE ? "..." : "");

	for (char *c = copy; *c; c++)
		if ((unsigned char)*c < ' ' || *c == '\x7f')
			*c = '?';
	return copy;
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
		.value = copy_value(arena, value ? value : ""),
	};
}

void
findings_append(struct findings *findings, struct finding *finding)
{
	finding->next = NULL;
	if (findings->last)
		findings->last->next = finding;
	else
		findings->first = finding;
	findings->last = finding;
	findings->count++;
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
	findings_append(findings, finding);
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

static bool
is_own(const struct finding *finding, const struct party *party)
{
	return object_equal(&party->object, &finding->subject.object);
}

/* What may be said of a party: a field, when it is the subject's own; else the object. NULL when it
 * may not be named. */
static const char *
name_party(struct arena *arena, const struct finding *finding, const struct party *party,
	enum disclosure disclosure)
{
	if (is_own(finding, party))
		return field_text(arena, party->field);
	return disclosure == DISCLOSE_NAMES ? object_text(arena, &party->object) : NULL;
}

/* Of parties that are named alike, the first. */
static bool
is_first_of_its_name(struct arena *arena, const struct finding *finding, const struct party *party,
	enum disclosure disclosure)
{
	const char *name = name_party(arena, finding, party, disclosure);
	const struct party *first = finding->counterparts;

	while (!text_equal(name_party(arena, finding, first, disclosure), name))
		first = first->next;
	return first == party;
}

/* "Subnet net1, Vpc vpc-2" */
static const char *
name_parties(struct arena *arena, const struct finding *finding, enum disclosure disclosure)
{
	const char *list = "";

	for (const struct party *party = finding->counterparts; party; party = party->next) {
		const char *name = name_party(arena, finding, party, disclosure);

		if (!is_first_of_its_name(arena, finding, party, disclosure))
			continue;
		list = arena_printf(
			arena, "%s%s%s", list, *list ? ", " : "", name ? name : "what exists");
	}
	return list;
}

/* Without its way out, whose free networks would say what is taken. */
static void
withhold(struct arena *arena, struct finding *finding, enum disclosure disclosure)
{
	finding->hint = arena_printf(arena,
		"the policy withholds what other objects say; peerwarden explain %s",
		finding->rule);
	finding->message =
		arena_printf(arena, "%s does not fit %s", field_text(arena, finding->subject.field),
			name_parties(arena, finding, disclosure));
}

struct findings
findings_told(struct arena *arena, const struct findings *findings, enum disclosure disclosure)
{
	struct findings told = {.arena = arena};

	memcpy(told.untold, findings->untold, sizeof told.untold);
	if (disclosure == DISCLOSE_ALL)
		return *findings;
	for (const struct finding *finding = findings->first; finding; finding = finding->next) {
		struct finding *copy = ARENA_NEW(arena, struct finding);

		*copy = *finding;
		if (finding->counterparts)
			withhold(arena, copy, disclosure);
		findings_append(&told, copy);
	}
	return told;
}
