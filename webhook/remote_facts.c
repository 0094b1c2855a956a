#include "webhook/remote_facts.h"

#include "base/clock.h"
#include "base/text.h"

#define UNKNOWN "unknown-remote" /* the rule of what nothing is known of */

static bool
may_ask(const struct remote_facts *facts)
{
	return facts->lookup && !facts->asked && clock_monotonic() < facts->latest;
}

static void
ask(struct remote_facts *facts, const struct remote *remote)
{
	int64_t now = clock_monotonic(), deadline = now + remote_lookup_wait(facts->lookup);
	struct remote_question *question;

	if (facts->count == REMOTE_FACTS)
		return;
	if (!facts->asked)
		facts->deadline = deadline < facts->latest ? deadline : facts->latest;
	facts->asked = true;
	question = remote_lookup_ask(facts->lookup, remote, facts->author, now);
	if (question)
		facts->questions[facts->count++] = question;
}

/* --- what nothing is known of --- */

static bool
leads_to(const struct declaration *declaration, const char *domain)
{
	for (int i = 0; i < declaration->peering_count; i++)
		if (text_equal(declaration->peerings[i].to, domain))
			return true;
	for (int i = 0; i < declaration->dns_link_count; i++)
		if (text_equal(declaration->dns_links[i].zone, domain))
			return true;
	return false;
}

static bool
is_unknown(const struct remote_facts *facts, const char *domain)
{
	const struct declaration *remote = inventory_definition(facts->inventory, domain, NULL);

	if (!remote)
		return true;
	return remote->object.kind == KIND_REMOTE_ZONE ? !remote->tags_known
						       : !remote->addresses_known;
}

static void
ask_if_unknown(struct remote_facts *facts, const struct change_of *change, const char *domain,
	const struct remote *remote)
{
	if (remote && domain && is_unknown(facts, domain) &&
		!(change->is_update && leads_to(&change->before, domain)))
		ask(facts, remote);
}

static void
ask_unknown(struct remote_facts *facts, const struct change_of *change)
{
	const struct declaration *subject = &change->subject;

	for (int i = 0; i < subject->peering_count; i++)
		ask_if_unknown(facts, change, subject->peerings[i].to, subject->peerings[i].remote);
	for (int i = 0; i < subject->dns_link_count; i++)
		ask_if_unknown(
			facts, change, subject->dns_links[i].zone, subject->dns_links[i].remote);
}

bool
remote_facts_ask_unknown(struct remote_facts *facts, const struct change_of *change)
{
	if (may_ask(facts))
		ask_unknown(facts, change);
	return facts->count > 0;
}

/* --- what may have changed since a cloud said it --- */

static bool
describes_remote(const struct object_id *object)
{
	return object->kind == KIND_REMOTE_NETWORK || object->kind == KIND_REMOTE_ZONE;
}

/* What the daemon has looked up among what a denial leans on; NULL when it leans on nothing of the
 * kind. */
static const struct declaration *
remote_behind(const struct remote_facts *facts, const struct finding *finding)
{
	for (const struct party *party = finding->counterparts; party; party = party->next) {
		const struct declaration *remote;

		if (!describes_remote(&party->object))
			continue;
		remote = inventory_find(facts->inventory, &party->object);
		if (remote && remote->remote && remote->observed_version)
			return remote;
	}
	return NULL;
}

/* Whatever the clouds say, a denial for another reason stays. */
static bool
leans_on_clouds(const struct remote_facts *facts, const struct verdict *refusal)
{
	for (const struct finding *finding = refusal->findings.first; finding;
		finding = finding->next)
		if (finding->action == ACTION_DENY && !text_equal(finding->rule, UNKNOWN) &&
			!remote_behind(facts, finding))
			return false;
	return refusal->findings.first != NULL;
}

bool
remote_facts_ask_again(
	struct remote_facts *facts, const struct change_of *change, const struct verdict *refusal)
{
	if (!may_ask(facts) || describes_remote(&change->subject.object) ||
		!leans_on_clouds(facts, refusal))
		return false;
	ask_unknown(facts, change);
	for (const struct finding *finding = refusal->findings.first; finding;
		finding = finding->next) {
		const struct declaration *behind = remote_behind(facts, finding);

		if (finding->action == ACTION_DENY && behind)
			ask(facts, behind->remote);
	}
	return facts->count > 0;
}

/* --- the wait --- */

bool
remote_facts_are_there(const struct remote_facts *facts)
{
	for (int i = 0; i < facts->count; i++)
		if (!remote_question_is_over(facts->questions[i]))
			return false;
	return true;
}

void
remote_facts_release(struct remote_facts *facts)
{
	while (facts->count > 0)
		remote_question_release(facts->questions[--facts->count]);
}
