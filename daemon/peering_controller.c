#include "daemon/peering_controller.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "daemon/peering_end.h"
#include "daemon/peering_manage.h"
#include "daemon/peering_network.h"
#include "daemon/peering_pass.h"
#include "daemon/peering_wish.h"
#include "kinds/kind.h"

#define UNTIL_SEEN CLOCK_SECOND

struct peering_controller {
	struct peering_controller_settings settings;
	enum mode usual;
	enum cloud_names usual_names;
	struct peering_memory *memory;
};

struct peering_controller *
peering_controller_new(const struct peering_controller_settings *settings)
{
	struct peering_controller *controller = memory_alloc(sizeof *controller);

	controller->settings = *settings;
	mode_parse(settings->default_mode, &controller->usual);
	name_resolution_parse(settings->dns_resolution, &controller->usual_names);
	controller->memory = peering_views_new();
	return controller;
}

void
peering_controller_free(struct peering_controller *controller)
{
	if (!controller)
		return;
	peering_views_free(controller->memory);
	free(controller);
}

struct peering_views
peering_controller_look(struct arena *arena, struct peering_controller *controller)
{
	return peering_views_look(arena, controller->memory);
}

void
peering_controller_wake(struct peering_controller *controller)
{
	peering_views_wake(controller->memory);
}

bool
peering_controller_wake_one(struct peering_controller *controller, const char *key)
{
	return peering_views_wake_one(controller->memory, key);
}

void
peering_controller_wake_doubters(struct peering_controller *controller, const char *key,
	void (*wake)(void *context, const char *key), void *context)
{
	peering_views_wake_doubters(controller->memory, key, wake, context);
}

static struct work_result
observe(struct peering_pass *pass)
{
	struct cloud_fault fault = {0};

	if (!peering_pass_plan(pass, &fault))
		return peering_end_of_fault(pass, &fault, NULL);
	peering_pass_note(pass, pass->plan.state);
	peering_pass_tell_news(pass);
	return peering_end_rest(pass);
}

/* What the spec names at the other end, and the id does not; NULL for nothing. */
static const char *
name_far_end(const struct peering_pass *pass, const char *id)
{
	const struct cloud_wish *wish = &pass->wish;
	const char *account;

	if (!wish->remote || text_is_blank(wish->name) || text_ends_with(id, wish->name))
		return NULL;
	account = text_is_blank(wish->remote->account) ? "" : wish->remote->account;
	return arena_printf(pass->worker->arena, "what has the name %s in %s%s%s", wish->name,
		account, *account ? "/" : "", wish->remote->id);
}

static const char *
left_unmanaged(const struct peering_pass *pass)
{
	const struct cloud_words *words = pass->cloud->words;
	const char *id = peering_wish_id(pass->cloud, &pass->peering);
	const char *far = name_far_end(pass, id), *why = "only observed";
	struct arena *arena = pass->worker->arena;

	if (!*id && !far)
		return NULL;
	if (!pass->wish.remote)
		why = "not valid";
	if (!*id)
		return arena_printf(arena,
			"%s, if it was made already, stays in the cloud, since this object is %s; "
			"way out: look for it there, and delete it",
			far, why);
	return arena_printf(arena,
		"%s, and what leads through it, stays in the cloud, since this object is %s; way "
		"out: %s%s%s%s%s",
		id, why, words->remove, id, words->remove_from, far ? "; and so may " : "",
		far ? far : "");
}

static struct work_result
refuse(struct peering_pass *pass)
{
	const struct declaration *declaration = &pass->declaration;
	const struct flaw *flaw = declaration->flaw_count > 0 ? declaration->flaws : NULL;

	pass->problem = (struct peering_problem){
		.reason = "ValidationFailed",
		.message =
			flaw ? arena_printf(pass->worker->arena, "%s: %s",
				       field_text(pass->worker->arena, flaw->field), flaw->reason)
			     : "the spec names nothing to lead to",
		.hint = flaw ? flaw->hint : "create the object anew with a full spec",
		.failure = CLOUD_PERMANENT,
	};
	return peering_end_with_problem(pass);
}

static void
tell_left(const struct peering_controller *controller, char *network)
{
	if (network && controller->settings.left)
		controller->settings.left(controller->settings.context, network);
	free(network);
}

static struct work_result
work_on_object(const struct peering_controller *controller, struct peering_pass *pass)
{
	bool is_valid = peering_wish_of(pass->inventory, pass->cloud, &pass->peering,
		&pass->declaration, pass->tag_bypass, &pass->wish);

	pass->wish.names = pass->names.names;
	if (!is_valid || pass->choice.mode != MODE_MANAGE)
		peering_pass_let_be(pass);
	if (pass->peering.deleting && !peering_object_has_finalizer(&pass->peering)) {
		peering_pass_note(pass, "deleting");
		return (struct work_result){WORK_DONE, 0};
	}
	if (pass->peering.deleting && (!is_valid || pass->choice.mode == MODE_OBSERVE))
		return peering_end_let_go(pass, left_unmanaged(pass));
	if (!is_valid)
		return refuse(pass);
	if (!pass->peering.deleting)
		tell_left(controller, peering_network_ensure(pass));
	return pass->choice.mode == MODE_MANAGE ? peering_manage(pass) : observe(pass);
}

static const struct kind_definition *
find_cloud(struct peering_pass *pass, const struct cloud *cloud)
{
	const char *slash = strchr(pass->key, '/');

	for (; slash && cloud->name; cloud++) {
		const struct kind_definition *definition = kind_definitions[cloud->manages];
		size_t length = strlen(definition->plural);

		if (length != (size_t)(slash - pass->key) ||
			memcmp(definition->plural, pass->key, length) != 0)
			continue;
		pass->cloud = cloud;
		return definition;
	}
	return NULL;
}

/* Once the inventory has forgotten it, too: then nothing seems to lead to its network any more. */
static struct work_result
forget(const struct peering_controller *controller, struct peering_pass *pass)
{
	const struct object_id *object = &pass->declaration.object;
	bool is_stored;

	inventory_lock(pass->inventory);
	is_stored = object->name && inventory_is_stored(pass->inventory, object);
	inventory_unlock(pass->inventory);
	if (is_stored)
		return peering_end_again(UNTIL_SEEN);
	tell_left(controller, peering_views_lead(pass->memory, pass->key, NULL));
	peering_views_forget(pass->memory, pass->key);
	return (struct work_result){WORK_OVER, 0};
}

struct work_result
peering_controller_work(void *controller, struct worker *worker, const char *key)
{
	const struct peering_controller *own = controller;
	struct peering_pass pass = {
		.events = own->settings.events,
		.memory = own->memory,
		.inventory = own->settings.inventory,
		.tag_bypass = own->settings.tag_bypass,
		.resync = own->settings.resync,
		.judge = {own->settings.judge, own->settings.doubt, own->settings.context},
		.worker = worker,
		.key = key,
	};
	const struct kind_definition *definition = find_cloud(&pass, own->settings.clouds);
	struct error error = {0};
	int64_t resting;

	if (!definition)
		return forget(own, &pass);
	pass.declaration.object =
		(struct object_id){definition->kind, "", strchr(pass.key, '/') + 1};
	if (!peering_object_read(&pass.peering, worker, &pass.declaration.object, &error))
		return error.kind == ERROR_NOT_FOUND ? forget(own, &pass)
						     : peering_end_of_error(&pass, "read", &error);
	pass.choice = mode_of(worker->arena, pass.peering.object, own->usual);
	pass.names = name_resolution_of(worker->arena, pass.peering.object, own->usual_names);
	resting =
		peering_views_rests(own->memory, key, peering_pass_mark(&pass), clock_monotonic());
	if (resting > 0)
		return peering_end_again(resting);
	if (!kind_decode(worker->arena, definition, pass.peering.object, NULL, &pass.declaration,
		    &error))
		return peering_end_of_error(&pass, "decode", &error);
	return work_on_object(own, &pass);
}
