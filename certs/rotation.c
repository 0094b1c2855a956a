#include "certs/rotation.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const struct rotation_policy rotation_default_policy = {
	.authority_validity = 730 * 86400,
	.leaf_validity = 90 * 86400,
	.settling = 30,
	.propagation = 180,
	.renew_from = 50,
	.renew_until = 66,
};

static const char *const action_names[ROTATION_ACTIONS] = {
	[ROTATION_WAIT] = "wait",
	[ROTATION_RESTORE] = "restore",
	[ROTATION_CREATE] = "create",
	[ROTATION_PREPARE] = "prepare",
	[ROTATION_SWITCH] = "switch",
	[ROTATION_RENEW_LEAF] = "renew-leaf",
	[ROTATION_DROP_PREVIOUS] = "drop-previous",
	[ROTATION_PUBLISH] = "publish",
};

const char *
rotation_action_name(enum rotation_action action)
{
	return action_names[action];
}

int64_t
rotation_sight_see(struct rotation_sight *sight, const char *version, int64_t monotonic)
{
	if (strlen(version) >= sizeof sight->version || !text_equal(sight->version, version)) {
		snprintf(sight->version, sizeof sight->version, "%s", version);
		sight->since = monotonic;
	}
	return monotonic - sight->since;
}

/* FNV-1a: spreads the renewals of certificates that were made together. */
static uint32_t
hash(const char *text)
{
	uint32_t value = 2166136261u;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 16777619u;
	return value;
}

int64_t
rotation_renewal(
	const struct rotation_policy *policy, const char *id, int64_t not_before, int64_t not_after)
{
	int64_t life = not_after - not_before;
	int64_t window = life * (int64_t)(policy->renew_until - policy->renew_from) / 100;

	return not_before + life * (int64_t)policy->renew_from / 100 +
	       window * (int64_t)(hash(id) % 1001) / 1000;
}

static bool
is_valid(int64_t not_before, int64_t not_after, int64_t now)
{
	return now >= not_before && now < not_after;
}

/* It can sign leaves that are trusted. */
static bool
can_sign(const struct rotation_authority *authority, int64_t now)
{
	return authority->id && authority->has_key &&
	       is_valid(authority->not_before, authority->not_after, now);
}

static bool
leaf_is_good(const struct rotation_secret *secret, int64_t now)
{
	const struct rotation_leaf *leaf = &secret->leaf;

	return leaf->id && leaf->is_fit && text_equal(leaf->issuer, secret->authority.id) &&
	       is_valid(leaf->not_before, leaf->not_after, now);
}

bool
rotation_is_whole(const struct rotation_secret *secret, int64_t now)
{
	return can_sign(&secret->authority, now) && leaf_is_good(secret, now);
}

static bool
is_due(const struct rotation_policy *policy, const char *id, int64_t not_before, int64_t not_after,
	int64_t now)
{
	return now >= rotation_renewal(policy, id, not_before, not_after);
}

static bool
authority_is_due(const struct rotation_policy *policy, const struct rotation_view *view)
{
	const struct rotation_authority *authority = &view->secret.authority;

	return !can_sign(authority, view->now) || text_equal(authority->id, view->secret.retire) ||
	       is_due(policy, authority->id, authority->not_before, authority->not_after,
		       view->now);
}

static bool
leaf_is_due(const struct rotation_policy *policy, const struct rotation_secret *secret, int64_t now)
{
	const struct rotation_leaf *leaf = &secret->leaf;

	return !leaf_is_good(secret, now) ||
	       is_due(policy, leaf->id, leaf->not_before, leaf->not_after, now);
}

static bool
clocks_agree(const struct rotation_view *view)
{
	int64_t apart = view->now - view->server_now;

	return view->server_now == 0 ||
	       (apart <= ROTATION_CLOCK_TOLERANCE && apart >= -ROTATION_CLOCK_TOLERANCE);
}

bool
rotation_bundle_has(const struct rotation_bundle *bundle, const char *id)
{
	for (size_t i = 0; i < bundle->count; i++)
		if (text_equal(bundle->items[i].id, id))
			return true;
	return false;
}

/* Every configuration has shown the CA for so long, or there is no configuration. */
static bool
is_shown_for(const struct rotation_view *view, const char *id, int64_t duration)
{
	for (size_t i = 0; i < view->configuration_count; i++)
		if (!rotation_bundle_has(&view->configurations[i].shown, id) ||
			view->configurations[i].seen_for < duration)
			return false;
	return true;
}

/* Whether some configuration shows a CA, other than this one, by which a replica may be trusted. */
static bool
something_is_trusted(const struct rotation_view *view, const char *except)
{
	for (size_t i = 0; i < view->configuration_count; i++) {
		const struct rotation_bundle *shown = &view->configurations[i].shown;

		for (size_t j = 0; j < shown->count; j++)
			if (!text_equal(shown->items[j].id, except) &&
				is_valid(shown->items[j].not_before, shown->items[j].not_after,
					view->now))
				return true;
	}
	return false;
}

/* Every replica has got the leaf that is in the Secret, as far as time tells. */
static bool
leaf_has_arrived(const struct rotation_policy *policy, const struct rotation_view *view)
{
	return rotation_is_whole(&view->secret, view->now) &&
	       view->secret.seen_for >= policy->propagation &&
	       is_shown_for(view, view->secret.authority.id, 0);
}

/* A replica was seen with a leaf of this CA. */
static bool
is_served(const struct rotation_view *view, const char *id)
{
	for (size_t i = 0; i < view->serving_count; i++)
		if (text_equal(view->serving[i].issuer, id))
			return true;
	return false;
}

/* Nobody needs a CA that is neither the present nor the next one. */
static bool
can_go(const struct rotation_policy *policy, const struct rotation_view *view,
	const struct rotation_authority *authority)
{
	if (!clocks_agree(view) || !leaf_has_arrived(policy, view))
		return false;
	return view->now > authority->not_after || !is_served(view, authority->id);
}

static void
step_add(struct rotation_step *step, const char *id)
{
	for (size_t i = 0; i < step->count; i++)
		if (text_equal(step->ids[i], id))
			return;
	if (id && step->count < ROTATION_BUNDLE)
		step->ids[step->count++] = id;
}

static void
add_needed(struct rotation_step *step, const struct rotation_policy *policy,
	const struct rotation_view *view, const struct rotation_bundle *bundle)
{
	for (size_t i = 0; i < bundle->count; i++)
		if (!can_go(policy, view, &bundle->items[i]))
			step_add(step, bundle->items[i].id);
}

static bool
shows_exactly(const struct rotation_configuration *configuration, const struct rotation_step *step)
{
	if (configuration->damaged || configuration->shown.count != step->count)
		return false;
	for (size_t i = 0; i < step->count; i++)
		if (!rotation_bundle_has(&configuration->shown, step->ids[i]))
			return false;
	return true;
}

/* The Secret's CAs first: they have to find room. */
static bool
publish(const struct rotation_policy *policy, const struct rotation_view *view,
	struct rotation_step *step)
{
	for (size_t i = 0; i < view->configuration_count; i++) {
		struct rotation_step wanted = {.action = ROTATION_PUBLISH,
			.configuration = i,
			.why = "a configuration does not show the CAs that it should"};

		step_add(&wanted, view->secret.authority.id);
		step_add(&wanted, view->secret.next.id);
		for (size_t j = 0; j < view->secret.previous.count; j++)
			step_add(&wanted, view->secret.previous.items[j].id);
		add_needed(&wanted, policy, view, &view->configurations[i].shown);
		if (wanted.count > 0 && !shows_exactly(&view->configurations[i], &wanted)) {
			*step = wanted;
			return true;
		}
	}
	return false;
}

/* What is remembered is only written back where its leaf is trusted, or where nothing is; and not
 * when the leaf is due: a replica could get it just before it ends, in place of a newer one. */
static bool
restore(const struct rotation_policy *policy, const struct rotation_view *view,
	struct rotation_step *step)
{
	if (!view->remembered || rotation_is_whole(&view->secret, view->now) ||
		!can_sign(&view->remembered->authority, view->now) ||
		leaf_is_due(policy, view->remembered, view->now))
		return false;
	if (!is_shown_for(view, view->remembered->authority.id, policy->settling) &&
		something_is_trusted(view, NULL))
		return false;
	step->action = ROTATION_RESTORE;
	step->why = "the Secret is gone or broken; its content is known";
	return true;
}

static bool
is_live(const struct rotation_authority *authority, int64_t now)
{
	return authority->id && is_valid(authority->not_before, authority->not_after, now);
}

/* Some CA of the Secret may be the one by which replicas serve. */
static bool
secret_has_live_authority(const struct rotation_view *view)
{
	const struct rotation_bundle *previous = &view->secret.previous;

	for (size_t i = 0; i < previous->count; i++)
		if (is_live(&previous->items[i], view->now))
			return true;
	return is_live(&view->secret.authority, view->now) ||
	       can_sign(&view->secret.next, view->now);
}

static bool
create(const struct rotation_view *view, struct rotation_step *step)
{
	if (secret_has_live_authority(view) || something_is_trusted(view, NULL))
		return false;
	step->action = ROTATION_CREATE;
	step->why = "there is no CA, and no configuration trusts anything";
	return true;
}

/* The first reason to wait counts. */
static void
wait_since(struct rotation_step *step, const char *why)
{
	if (!step->why)
		step->why = why;
}

/* A leaf of this CA can only be trusted by more API servers than what there is: each uses the CA,
 * or nobody shows anything else. */
static bool
may_serve(const struct rotation_policy *policy, const struct rotation_view *view, const char *id)
{
	return is_shown_for(view, id, policy->settling) || !something_is_trusted(view, id);
}

/* The CAs that stand back for the next one, with those that only configurations know: a replica may
 * have a leaf of any of them. */
static void
keep_all(const struct rotation_view *view, struct rotation_step *step)
{
	const struct rotation_secret *secret = &view->secret;

	for (size_t i = 0; i < secret->previous.count; i++)
		step_add(step, secret->previous.items[i].id);
	for (size_t i = 0; i < view->configuration_count; i++) {
		const struct rotation_bundle *shown = &view->configurations[i].shown;

		for (size_t j = 0; j < shown->count; j++)
			if (!text_equal(shown->items[j].id, secret->authority.id) &&
				!text_equal(shown->items[j].id, secret->next.id))
				step_add(step, shown->items[j].id);
	}
}

static bool
switch_over(const struct rotation_policy *policy, const struct rotation_view *view,
	struct rotation_step *step)
{
	const struct rotation_authority *next = &view->secret.next;

	if (!can_sign(next, view->now))
		return false;
	if (!may_serve(policy, view, next->id)) {
		wait_since(step, "the configurations have to show the next CA for a while");
		return false;
	}
	step->action = ROTATION_SWITCH;
	step->why = "every configuration trusts the next CA";
	step_add(step, view->secret.authority.id);
	keep_all(view, step);
	return true;
}

static bool
renew_leaf(const struct rotation_policy *policy, const struct rotation_view *view,
	struct rotation_step *step)
{
	if (!can_sign(&view->secret.authority, view->now) ||
		!leaf_is_due(policy, &view->secret, view->now))
		return false;
	if (!may_serve(policy, view, view->secret.authority.id)) {
		wait_since(step, "the configurations have to show the CA for a while");
		return false;
	}
	step->action = ROTATION_RENEW_LEAF;
	step->why = "the serving certificate is due, or is not as it should be";
	return true;
}

static bool
prepare(const struct rotation_policy *policy, const struct rotation_view *view,
	struct rotation_step *step)
{
	if (can_sign(&view->secret.next, view->now) || !authority_is_due(policy, view))
		return false;
	step->action = ROTATION_PREPARE;
	step->why = "the CA is due, lost or to be replaced";
	keep_all(view, step);
	return true;
}

static bool
drop_previous(const struct rotation_policy *policy, const struct rotation_view *view,
	struct rotation_step *step)
{
	const struct rotation_bundle *previous = &view->secret.previous;

	if (previous->count == 0)
		return false;
	add_needed(step, policy, view, previous);
	if (step->count < previous->count) {
		step->action = ROTATION_DROP_PREVIOUS;
		step->why = "no replica serves by a previous CA any more";
		return true;
	}
	step->count = 0;
	wait_since(step, "replicas may still serve by a previous CA");
	return false;
}

static int64_t
sooner(int64_t look, int64_t wanted, int64_t seen)
{
	return seen < wanted && wanted - seen < look ? wanted - seen : look;
}

/* Each minute, so that a jump of the wall clock is seen, and when a time that is waited for is up.
 */
static int64_t
look_again(const struct rotation_policy *policy, const struct rotation_view *view)
{
	int64_t look = sooner(ROTATION_LONGEST_LOOK, policy->propagation, view->secret.seen_for);

	for (size_t i = 0; i < view->configuration_count; i++)
		look = sooner(look, policy->settling, view->configurations[i].seen_for);
	return look;
}

static bool
find_step(const struct rotation_policy *policy, const struct rotation_view *view,
	struct rotation_step *step)
{
	if (!clocks_agree(view)) {
		wait_since(step, "the clock differs from that of the API server");
		return publish(policy, view, step);
	}
	return restore(policy, view, step) || create(view, step) || publish(policy, view, step) ||
	       switch_over(policy, view, step) || renew_leaf(policy, view, step) ||
	       prepare(policy, view, step) || drop_previous(policy, view, step);
}

struct rotation_step
rotation_next(const struct rotation_policy *policy, const struct rotation_view *view)
{
	struct rotation_step step = {0};

	if (!find_step(policy, view, &step))
		step.look_again = look_again(policy, view);
	wait_since(&step, "nothing is due");
	step.now = view->now;
	return step;
}
