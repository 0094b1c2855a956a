#include "cloud/azure_link_facts_read.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static const char *const motions[] = {
	[AZURE_LINK_IS_PUT] = "put until ", [AZURE_LINK_IS_DELETED] = "delete until "};

/* One reading. */
struct reading {
	struct arena *arena;
	const struct azure_access *access;
	const struct cloud_wish *wish;
	struct azure_link_facts *facts;
	struct cloud_fault *fault;
};

bool
azure_link_facts_leads_home(const struct azure_link_facts *facts, const struct azure_link *link)
{
	return *facts->own && arm_id_equal(link->network, facts->own);
}

const char *
azure_link_facts_action(struct arena *arena, enum arm_type type, const char *verb)
{
	return arena_printf(arena, "Microsoft.Network/%s/%s/%s", arm_id_segment(type),
		arm_id_child_segment(type), verb);
}

static bool
fail(struct reading *reading, const char *id, const char *action, const struct azure_error *error)
{
	*reading->fault = azure_access_fault(reading->arena, id, action, error);
	return false;
}

static struct azure_place
far_place(const struct reading *reading)
{
	return azure_access_remote(reading->access, reading->wish->remote);
}

/* --- what goes on --- */

const char *
azure_link_facts_operation(struct arena *arena, enum azure_link_motion motion, int64_t now)
{
	return arena_printf(
		arena, "%s%" PRId64, motions[motion], (now + AZURE_LINK_LONGEST) / CLOCK_SECOND);
}

static void
read_motion(struct reading *reading, int64_t now)
{
	struct azure_link_facts *facts = reading->facts;
	const char *text = reading->wish->operation;
	enum azure_link_motion motion = AZURE_LINK_IS_PUT;
	uint64_t until;

	if (text_starts_with(text, motions[AZURE_LINK_IS_DELETED]))
		motion = AZURE_LINK_IS_DELETED;
	if (!text_starts_with(text, motions[motion]) ||
		!text_to_number(text + strlen(motions[motion]), INT64_MAX / CLOCK_SECOND, &until))
		return;
	/* Also where the clock was set back. */
	facts->motion_failed =
		(int64_t)until * CLOCK_SECOND <= now ||
		(int64_t)until * CLOCK_SECOND > now + AZURE_LINK_LONGEST + CLOCK_SECOND;
	if (!facts->motion_failed)
		facts->motion = motion;
}

/* --- the own network --- */

static bool
read_own(struct reading *reading)
{
	struct azure_link_facts *facts = reading->facts;
	struct azure_vnet *vnet = ARENA_NEW(reading->arena, struct azure_vnet);
	struct azure_place place = azure_access_local(reading->access);
	struct azure_error error;

	if (!*facts->own)
		return true;
	if (azure_client_vnet(
		    reading->arena, reading->access->client, &place, facts->own, vnet, &error))
		facts->vnet = vnet;
	else if (azure_access_is_denied(&error))
		return true;
	else if (error.failure != CLOUD_GONE)
		return fail(reading, facts->own, "Microsoft.Network/virtualNetworks/read", &error);
	facts->own_seen = true;
	return true;
}

/* --- the zone or ruleset --- */

static bool
get_zone(struct reading *reading, const char *id, struct azure_link_target *target,
	struct azure_error *error)
{
	struct azure_place place = far_place(reading);
	struct azure_zone zone;

	if (!azure_client_zone(reading->arena, reading->access->client, &place, id, &zone, error))
		return false;
	*target = (struct azure_link_target){
		zone.provisioning, "", zone.tags, zone.links, zone.most_links};
	return true;
}

static bool
get_ruleset(struct reading *reading, const char *id, struct azure_link_target *target,
	struct azure_error *error)
{
	struct azure_place place = far_place(reading);
	struct azure_ruleset ruleset;

	if (!azure_client_ruleset(
		    reading->arena, reading->access->client, &place, id, &ruleset, error))
		return false;
	*target = (struct azure_link_target){
		ruleset.provisioning, ruleset.location, ruleset.tags, -1, -1};
	return true;
}

static bool
read_target(struct reading *reading)
{
	struct azure_link_target *target = ARENA_NEW(reading->arena, struct azure_link_target);
	struct azure_link_facts *facts = reading->facts;
	enum arm_type type = facts->target_id.type;
	const char *id = reading->wish->remote->id;
	const char *action =
		arena_printf(reading->arena, "Microsoft.Network/%s/read", arm_id_segment(type));
	struct azure_error error;

	if (type == ARM_ZONE ? get_zone(reading, id, target, &error)
			     : get_ruleset(reading, id, target, &error)) {
		facts->target = target;
		return true;
	}
	if (error.failure != CLOUD_GONE)
		return fail(reading, id, action, &error);
	facts->target_fault = azure_access_fault(reading->arena, id, action, &error);
	return true;
}

/* --- links --- */

/* NULL where there is none; false with the error. */
static bool
get_link(struct reading *reading, const char *id, const struct azure_link **found,
	struct azure_error *error)
{
	struct azure_link *link = ARENA_NEW(reading->arena, struct azure_link);
	struct azure_place place = far_place(reading);

	*found = NULL;
	if (azure_client_link(reading->arena, reading->access->client, &place, id, link, error))
		*found = link;
	return *found || error->failure == CLOUD_GONE;
}

static bool
read_link(struct reading *reading)
{
	struct azure_link_facts *facts = reading->facts;
	struct azure_error error;

	return get_link(reading, facts->link_id, &facts->link, &error) ||
	       fail(reading, facts->link_id,
		       azure_link_facts_action(reading->arena, facts->target_id.type, "read"),
		       &error);
}

static bool
read_others(struct reading *reading)
{
	struct azure_link_facts *facts = reading->facts;
	struct azure_place place = far_place(reading);
	const char *id = reading->wish->remote->id;
	struct azure_links links;
	struct azure_error error;

	if (facts->link && azure_link_facts_leads_home(facts, facts->link))
		return true;
	if (!azure_client_links(
		    reading->arena, reading->access->client, &place, id, &links, &error))
		return error.failure == CLOUD_GONE ||
		       fail(reading, id,
			       azure_link_facts_action(
				       reading->arena, facts->target_id.type, "read"),
			       &error);
	for (size_t i = 0; i < links.count && !facts->other; i++)
		if (azure_link_facts_leads_home(facts, &links.items[i]) &&
			!text_equal_ignoring_case(links.items[i].name, reading->wish->name))
			facts->other = &links.items[i];
	return true;
}

/* --- of a wish that is deleting --- */

/* The owner has taken away what we could look by, for good as far as anybody can say: our rights,
 * our place in his tenant, his subscription. */
static bool
is_kept_out(const struct reading *reading, const struct azure_error *error)
{
	const char *tenant = reading->wish->remote->tenant;
	bool is_elsewhere = !text_is_blank(tenant) &&
			    !text_equal_ignoring_case(tenant, reading->access->local_tenant);

	if (azure_access_is_denied(error) ||
		text_equal_ignoring_case(error->code, "SubscriptionNotFound") ||
		text_equal_ignoring_case(error->code, "InvalidAuthenticationTokenTenant"))
		return true;
	return is_elsewhere && error->status == 0 && error->failure == CLOUD_WAIT_FOR_USER &&
	       (strstr(error->message, "AADSTS700016") || strstr(error->message, "AADSTS7000229") ||
		       strstr(error->message, "AADSTS65001") ||
		       strstr(error->message, "AADSTS90002"));
}

/* The id that was stored, where it is of another link of the same zone or ruleset. */
static const char *
stored_other(const struct reading *reading)
{
	const struct azure_link_facts *facts = reading->facts;
	const char *id = reading->wish->id;
	struct arm_id parts;

	if (text_is_blank(id) || !arm_id_parse(reading->arena, id, &parts) || !*parts.child ||
		arm_id_equal(id, facts->link_id))
		return NULL;
	parts.child = "";
	return arm_id_equal(arm_id_write(reading->arena, &parts), reading->wish->remote->id) ? id
											     : NULL;
}

static bool
read_for_the_end(struct reading *reading)
{
	struct azure_link_facts *facts = reading->facts;
	const char *action = azure_link_facts_action(reading->arena, facts->target_id.type, "read");
	const char *other = stored_other(reading);
	struct azure_error error;

	if (!get_link(reading, facts->link_id, &facts->link, &error)) {
		if (!is_kept_out(reading, &error))
			return fail(reading, facts->link_id, action, &error);
		facts->link_fault =
			azure_access_fault(reading->arena, facts->link_id, action, &error);
		return true;
	}
	return !other || get_link(reading, other, &facts->other, &error) ||
	       is_kept_out(reading, &error) || fail(reading, other, action, &error);
}

/* --- */

bool
azure_link_facts_name(struct arena *arena, const struct azure_access *access,
	const struct cloud_wish *wish, struct azure_link_facts *facts, struct cloud_fault *fault)
{
	const char *id = wish->remote->id;
	struct arm_id link;

	*facts = (struct azure_link_facts){0};
	if (!arm_id_parse(arena, id, &facts->target_id) || *facts->target_id.child ||
		(facts->target_id.type != ARM_ZONE && facts->target_id.type != ARM_RULESET)) {
		*fault = (struct cloud_fault){CLOUD_PERMANENT, "", "",
			arena_printf(arena,
				"this is no id of a private DNS zone or resolver ruleset: %.200s",
				id),
			""};
		return false;
	}
	link = facts->target_id;
	link.child = wish->name;
	facts->link_id = arm_id_write(arena, &link);
	facts->own = azure_access_own(arena, access, wish->shoot);
	return true;
}

static bool
read_for_the_plan(struct reading *reading)
{
	return read_own(reading) && read_target(reading) &&
	       (!reading->facts->target || (read_link(reading) && read_others(reading)));
}

bool
azure_link_facts_read(struct arena *arena, const struct azure_access *access,
	const struct cloud_wish *wish, int64_t now, struct azure_link_facts *facts,
	struct cloud_fault *fault)
{
	struct reading reading = {arena, access, wish, facts, fault};

	if (!azure_link_facts_name(arena, access, wish, facts, fault))
		return false;
	read_motion(&reading, now);
	if (wish->deleting ? !read_for_the_end(&reading) : !read_for_the_plan(&reading))
		return false;
	if (!arena_exhausted(arena))
		return true;
	*fault = (struct cloud_fault){CLOUD_BACK_OFF, "", "",
		"what Azure says of this link is more than one reading may take", ""};
	return false;
}
