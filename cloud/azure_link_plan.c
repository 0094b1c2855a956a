#include "cloud/azure_link_plan.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "cloud/azure_link_facts_read.h"
#include "cloud/azure_link_mark.h"
#include "cloud/azure_link_words.h"

#define SOON        (2 * CLOCK_SECOND)
#define PRIVATELINK "privatelink."

static const char failed_creating[] = "FailedCreatingVirtualNetworkLink";
static const char failed_loading[] = "FailedLoadingPrivateDnzZone"; /* Kyma writes it so */

/* One plan in the making. */
struct making {
	struct arena *arena;
	const struct cloud_wish *wish;
	const struct azure_link_facts *facts;
	struct cloud_plan *plan;
};

static void
stop(struct making *making, const char *reason, const char *message, const char *hint)
{
	struct cloud_plan *plan = making->plan;

	plan->reason = reason;
	plan->failure = CLOUD_WAIT_FOR_USER;
	plan->message = message;
	plan->hint = hint;
}

/* A plan has one step at most. */
static void
add_step(struct making *making, enum cloud_verb verb, const char *object, const char *text)
{
	struct cloud_step *step = ARENA_NEW(making->arena, struct cloud_step);

	*step = (struct cloud_step){
		.verb = verb, .side = CLOUD_REMOTE, .object = object, .text = text};
	making->plan->steps = step;
	making->plan->step_count = 1;
}

/* --- words --- */

static bool
is_zone(const struct making *making)
{
	return making->facts->target_id.type == ARM_ZONE;
}

static const char *
target_name(const struct making *making)
{
	return azure_link_words_target(making->arena, &making->facts->target_id);
}

static const char *
command(const struct making *making, const char *verb, const char *id)
{
	return azure_link_words_command(making->arena, &making->facts->target_id, verb, id);
}

static const char *
empty_state(const struct making *making)
{
	return is_zone(making) ? "InProgress" : "Creating";
}

/* --- what has to be there first --- */

static void
report_own(struct making *making)
{
	making->plan->state = "Error";
	if (!*making->facts->own)
		stop(making, failed_creating, "the cluster's own VNet is not known",
			"name it in the daemon's settings: azure-local-vnet, or "
			"azure-local-subscription where Gardener made it");
	else
		stop(making, failed_creating,
			arena_printf(making->arena, "the cluster's own VNet %s is not there",
				making->facts->own),
			"name the own VNet in the daemon's settings: azure-local-vnet, or "
			"azure-local-subscription where Gardener made it");
}

static void
report_target(struct making *making)
{
	making->plan->state = "Error";
	stop(making, failed_loading,
		arena_printf(making->arena, "there is no %s: %s", target_name(making),
			making->facts->target_fault.message),
		arena_printf(making->arena,
			"make it, or delete this object and apply it again with the id of one that "
			"is there: %s",
			azure_link_words_others(making->arena, &making->facts->target_id)));
}

/* The other side's consent. */
static bool
has_tag(struct making *making)
{
	const struct cloud_wish *wish = making->wish;

	if (wish->tag && azure_read_tag(&making->facts->target->tags, wish->tag))
		return true;
	making->plan->state = "Error";
	if (!wish->tag)
		stop(making, failed_loading,
			arena_printf(making->arena,
				"nothing says which tag the %s has to carry: the cluster does not "
				"name its shoot, and there is no --tag-bypass",
				target_name(making)),
			arena_printf(making->arena,
				"restore ConfigMap kube-system/shoot-info, or set the daemon's "
				"--tag-bypass to a tag that the %s carries",
				target_name(making)));
	else
		stop(making, failed_loading,
			arena_printf(making->arena, "the %s does not carry the tag %s",
				target_name(making), wish->tag),
			azure_link_words_tag(making->arena, wish->remote->id, wish->tag));
	return false;
}

/* "West Europe" is "westeurope". */
static bool
is_same_place(const char *one, const char *other)
{
	for (;;) {
		char a[2] = {0}, b[2] = {0};

		one += strspn(one, " ");
		other += strspn(other, " ");
		a[0] = *one;
		b[0] = *other;
		if (!text_equal_ignoring_case(a, b))
			return false;
		if (!*one)
			return true;
		one++;
		other++;
	}
}

/* A ruleset serves the VNets of its region alone. */
static bool
is_in_reach(struct making *making)
{
	const struct azure_link_facts *facts = making->facts;

	if (!facts->vnet || text_is_blank(facts->target->location) ||
		text_is_blank(facts->vnet->location) ||
		is_same_place(facts->vnet->location, facts->target->location))
		return true;
	making->plan->state = "Error";
	stop(making, failed_creating,
		arena_printf(making->arena, "the %s is in %s, and the cluster's VNet in %s",
			target_name(making), facts->target->location, facts->vnet->location),
		arena_printf(making->arena,
			"Azure links a ruleset to VNets of its own region alone: delete this "
			"object and apply it again with the id of a ruleset in %s",
			facts->vnet->location));
	return false;
}

static bool
has_room(struct making *making)
{
	const struct azure_link_target *target = making->facts->target;

	if (target->most_links < 0 || target->links < target->most_links)
		return true;
	making->plan->state = "Error";
	stop(making, "QuotaExceeded",
		arena_printf(making->arena,
			"the %s has %" PRId64 " links, and Azure allows it %" PRId64,
			target_name(making), target->links, target->most_links),
		arena_printf(making->arena,
			"delete links that nobody needs (%s), or ask Azure to raise the limit",
			azure_link_words_list(making->arena, &making->facts->target_id)));
	return false;
}

/* --- without a link --- */

static void
report_foreign(struct making *making, const struct azure_link *link)
{
	making->plan->state = "Error";
	stop(making, failed_creating,
		arena_printf(making->arena,
			"the %s has a link %s that leads to another VNet, %s; it is left alone",
			target_name(making), link->name, link->network),
		arena_printf(making->arena,
			"delete this object and apply it again with another spec.remoteLinkName; "
			"or, if nobody needs that link: %s",
			command(making, "delete", link->id)));
}

static void
plan_creation(struct making *making)
{
	const struct azure_link_facts *facts = making->facts;

	making->plan->state = empty_state(making);
	if (facts->target->provisioning == AZURE_PROVISIONING_UPDATING ||
		facts->target->provisioning == AZURE_PROVISIONING_DELETING)
		making->plan->look_again = SOON;
	else if (has_tag(making) && is_in_reach(making) && has_room(making))
		add_step(making, CLOUD_STEP_CREATE, facts->link_id,
			arena_printf(making->arena, "link %s to the %s is missing%s",
				making->wish->name, target_name(making),
				facts->motion_failed ? "; what was begun did not make it" : ""));
}

/* --- with one --- */

/* A PUT would reset what this version of the API does not show. */
static bool
has_resolution(const struct making *making, const struct azure_link *link)
{
	return *link->resolution ||
	       (is_zone(making) && strncasecmp(making->facts->target_id.name, PRIVATELINK,
					   strlen(PRIVATELINK)) == 0);
}

/* To be put again under the same name. */
static void
plan_repair(struct making *making, const struct azure_link *link, enum cloud_verb verb,
	const char *text, const char *by_hand)
{
	if (has_resolution(making, link)) {
		making->plan->state = "Warning";
		stop(making, failed_creating,
			arena_printf(making->arena,
				"%s; it is not put again, since that would reset its resolution "
				"policy",
				text),
			by_hand);
	} else if (azure_link_mark_is_there(link) || has_tag(making)) {
		add_step(making, verb, link->id, text);
	}
}

static void
plan_failed(struct making *making, const struct azure_link *link)
{
	making->plan->state = "Error";
	plan_repair(making, link, CLOUD_STEP_CREATE,
		arena_printf(making->arena, "link %s to the %s has failed in Azure", link->name,
			target_name(making)),
		arena_printf(making->arena, "%s; it is made anew then",
			command(making, "delete", link->id)));
}

static void
plan_registration(struct making *making, const struct azure_link *link)
{
	plan_repair(making, link, CLOUD_STEP_OPTIONS,
		arena_printf(making->arena,
			"link %s to the %s registers the names of virtual machines, which is not "
			"wanted",
			link->name, target_name(making)),
		command(making, "update --registration-enabled false", link->id));
}

static void
plan_stale(struct making *making, const struct azure_link *link)
{
	if (has_tag(making))
		add_step(making, CLOUD_STEP_DELETE, link->id,
			arena_printf(making->arena,
				"link %s to the %s is of a VNet that was deleted and made again, "
				"and resolves nothing",
				link->name, target_name(making)));
}

static bool
is_stale(const struct making *making, const struct azure_link *link)
{
	return making->facts->vnet && azure_link_mark_is_stale(link, making->facts->vnet->guid);
}

static void
plan_ours(struct making *making, const struct azure_link *link)
{
	struct cloud_plan *plan = making->plan;

	plan->state = *link->state_text ? link->state_text : empty_state(making);
	if (link->provisioning != AZURE_PROVISIONING_DELETING && is_stale(making, link))
		plan_stale(making, link);
	else if (link->provisioning == AZURE_PROVISIONING_FAILED)
		plan_failed(making, link);
	else if (!link->ready)
		plan->look_again = SOON;
	else if (is_zone(making) && link->registers)
		plan_registration(making, link);
	else
		plan->ready = true;
}

static void
report_useless(struct making *making, const struct azure_link *link, const char *what)
{
	making->plan->state = "Error";
	stop(making, failed_creating,
		arena_printf(making->arena,
			"the %s is linked to the cluster's VNet as %s already, and that link %s",
			target_name(making), link->name, what),
		arena_printf(making->arena, "%s; then one named %s is made",
			command(making, "delete", link->id), making->wish->name));
}

static void
plan_other(struct making *making, const struct azure_link *link)
{
	struct cloud_plan *plan = making->plan;

	plan->state = *link->state_text ? link->state_text : empty_state(making);
	if (is_stale(making, link))
		report_useless(making, link, "is of a VNet that was deleted and made again");
	else if (link->provisioning == AZURE_PROVISIONING_FAILED)
		report_useless(making, link, "has failed");
	else if (link->ready)
		plan->ready = true;
	else
		plan->look_again = SOON;
}

static const struct azure_link *
find_serving(const struct azure_link_facts *facts)
{
	if (facts->link && azure_link_facts_leads_home(facts, facts->link))
		return facts->link;
	return facts->other;
}

static void
plan_it(struct making *making)
{
	const struct azure_link_facts *facts = making->facts;
	const struct azure_link *serving = find_serving(facts);

	making->plan->id = serving ? serving->id : "";
	if (!*facts->own || (facts->own_seen && !facts->vnet))
		report_own(making);
	else if (!facts->target)
		report_target(making);
	else if (serving && serving == facts->link)
		plan_ours(making, serving);
	else if (serving)
		plan_other(making, serving);
	else if (facts->link)
		report_foreign(making, facts->link);
	else
		plan_creation(making);
}

/* --- the end --- */

static bool
is_ours(const struct making *making, const struct azure_link *link)
{
	return azure_link_facts_leads_home(making->facts, link) ||
	       azure_link_mark_is_of(link, making->wish->uid);
}

static void
report_hidden(struct making *making)
{
	const struct azure_link_facts *facts = making->facts;

	making->plan->gone = true;
	if (!text_is_blank(making->wish->id) || facts->motion != AZURE_LINK_RESTS)
		making->plan->left = arena_printf(making->arena,
			"link %s, if it is still there: it may not be looked at (%s): %s",
			facts->link_id, facts->link_fault.message,
			command(making, "delete", facts->link_id));
}

/* Nobody says which VNet a link should lead to, and it has no mark. */
static void
refuse_to_guess(struct making *making)
{
	making->plan->state = "Error";
	stop(making, failed_creating,
		arena_printf(making->arena,
			"the cluster's own VNet is not known, so nobody can say whether link %s "
			"is ours",
			making->facts->link_id),
		"name the own VNet in the daemon's settings (azure-local-vnet), or restore "
		"ConfigMap kube-system/shoot-info");
}

static void
end_link(struct making *making, const struct azure_link *link)
{
	making->plan->id = link->id;
	making->plan->state = link->state_text;
	if (link->provisioning == AZURE_PROVISIONING_DELETING)
		making->plan->look_again = SOON;
	else
		add_step(making, CLOUD_STEP_DELETE, link->id,
			arena_printf(making->arena, "link %s to the %s is to go", link->name,
				target_name(making)));
}

static void
plan_end(struct making *making)
{
	const struct azure_link_facts *facts = making->facts;
	struct cloud_plan *plan = making->plan;

	if (facts->link_fault.failure != CLOUD_NONE)
		report_hidden(making);
	else if (facts->link && is_ours(making, facts->link))
		end_link(making, facts->link);
	else if (facts->link && !*facts->own && !text_is_blank(making->wish->id))
		refuse_to_guess(making);
	else if (!facts->link && facts->motion == AZURE_LINK_IS_PUT)
		plan->look_again = SOON;
	else
		plan->gone = true;
	if (plan->gone && facts->other && azure_link_facts_leads_home(facts, facts->other))
		plan->left = arena_printf(making->arena,
			"link %s, which was not made for this object: %s", facts->other->id,
			command(making, "delete", facts->other->id));
}

/* --- */

/* What was begun a moment ago is not begun again. */
static void
await_motion(struct making *making)
{
	enum azure_link_motion motion = making->facts->motion;
	struct cloud_plan *plan = making->plan;

	if (plan->step_count == 0 || motion == AZURE_LINK_RESTS)
		return;
	if ((plan->steps[0].verb == CLOUD_STEP_DELETE) != (motion == AZURE_LINK_IS_DELETED))
		return;
	plan->steps = NULL;
	plan->step_count = 0;
	plan->look_again = SOON;
}

void
azure_link_plan_make(struct arena *arena, const struct cloud_wish *wish,
	const struct azure_link_facts *facts, struct cloud_plan *plan)
{
	struct making making = {arena, wish, facts, plan};

	*plan = (struct cloud_plan){.id = "", .state = ""};
	if (wish->deleting)
		plan_end(&making);
	else
		plan_it(&making);
	await_motion(&making);
}
