#include "daemon/dispatch.h"

#include "daemon/work_key.h"

static bool
describes_remote(const struct object_id *object)
{
	return KIND_BIT(object->kind) & WORK_KEY_REMOTES;
}

/* NULL where nothing is to be done for such an object. */
static struct work_queue *
queue_of(struct dispatch *dispatch, const struct object_id *object)
{
	if (describes_remote(object))
		return dispatch->networks;
	return clouds_have(dispatch->clouds, object->kind) ? dispatch->peerings : NULL;
}

static void
enqueue(struct dispatch *dispatch, const struct object_id *object)
{
	struct work_queue *queue = queue_of(dispatch, object);
	char key[WORK_KEY_SIZE];

	if (queue)
		work_queue_add(queue, work_key_write(key, object));
}

static void
wake_peering(struct dispatch *dispatch, const struct object_id *object)
{
	char key[WORK_KEY_SIZE];

	if (!clouds_have(dispatch->clouds, object->kind))
		return;
	if (peering_controller_wake_one(dispatch->controller, work_key_write(key, object)))
		work_queue_add(dispatch->peerings, key);
}

static void
add_peering_key(void *context, const char *key)
{
	struct dispatch *dispatch = context;

	work_queue_add(dispatch->peerings, key);
}

/* What it said may have kept others from being made, too. */
static void
wake_doubters_of(struct dispatch *dispatch, const struct object_id *remote)
{
	char key[WORK_KEY_SIZE];

	peering_controller_wake_doubters(
		dispatch->controller, work_key_write(key, remote), add_peering_key, dispatch);
}

/* What is known of a network or zone now may be what its peerings or links wait for. No pass over
 * one of these changes a RemoteNetwork or RemoteZone, and one that is asked for anew is written
 * only when the cloud says something else, so this ends. */
static void
wake_peerings_to(struct dispatch *dispatch, const struct object_id *remote)
{
	const struct declaration *declaration = inventory_find(dispatch->inventory, remote);
	struct declared_peerings peerings;
	struct declarations links;

	if (!declaration || !declaration->home)
		return;
	peerings = inventory_peerings_to(
		dispatch->scratch, dispatch->inventory, declaration->home, NULL);
	for (size_t i = 0; i < peerings.count; i++)
		wake_peering(dispatch, &peerings.items[i].declaration->object);
	links = inventory_dns_links_to(
		dispatch->scratch, dispatch->inventory, declaration->home, NULL);
	for (size_t i = 0; i < links.count; i++)
		wake_peering(dispatch, &links.items[i]->object);
	arena_reset(dispatch->scratch);
}

static void
enqueue_declaration(const struct declaration *declaration, void *context)
{
	enqueue(context, &declaration->object);
}

void
dispatch_everything(struct dispatch *dispatch)
{
	peering_controller_wake(dispatch->controller);
	inventory_each(dispatch->inventory, enqueue_declaration, dispatch);
}

/* Without the shoot no peering could be looked at. */
void
dispatch_seen(struct dispatch *dispatch, const struct object_id *object)
{
	if (object->kind == KIND_SHOOT_INFO)
		dispatch_everything(dispatch);
	if (describes_remote(object)) {
		wake_peerings_to(dispatch, object);
		wake_doubters_of(dispatch, object);
	}
	enqueue(dispatch, object);
}
