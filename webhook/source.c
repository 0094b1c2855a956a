#include "webhook/source.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "kinds/manifest.h"
#include "validators/policy_file.h"

enum { LARGEST_FOLDER = 1024 * 1024 * 1024 };

struct source {
	struct source_settings settings;
	struct inventory *inventory;
	struct cluster *cluster;   /* NULL for a folder */
	struct policy_file policy; /* changed under the inventory's lock */
};

static struct metric object_gauge = METRIC_GAUGE(
	"peerwarden_inventory_objects", "Objects that decisions are made against.", NULL);

/* What a folder says, in canonical form, as it would be stored. */
struct folder {
	struct arena *arena;
	struct declaration *declarations;
	size_t count;
};

static bool
read_folder(struct folder *folder, const struct source *source, struct error *error)
{
	const char *path = source->settings.folder;
	struct manifests manifests = {0};

	if (!manifests_read(folder->arena, path, &manifests, error))
		return false;
	folder->declarations = ARENA_ARRAY(folder->arena, struct declaration, manifests.count);
	for (const struct manifest *manifest = manifests.first; manifest;
		manifest = manifest->next) {
		struct declaration *declaration = &folder->declarations[folder->count];
		struct changes changes;

		if (!manifest->definition || !source_guards(source, manifest->definition->kind))
			continue;
		if (!manifest_decode(folder->arena, manifest, &changes, declaration, error))
			return false;
		folder->count++;
	}
	if (arena_exhausted(folder->arena))
		return error_set(
			error, ERROR_EXHAUSTED, "%s: there is too much in this folder", path);
	return true;
}

/* Puts what the folder says in place of everything that was stored. */
static void
replace_objects(struct inventory *inventory, const struct folder *folder)
{
	struct object_id *keep = ARENA_ARRAY(folder->arena, struct object_id, folder->count + 1);

	for (enum kind kind = 0; kind < KINDS; kind++) {
		size_t count = 0;

		for (size_t i = 0; i < folder->count; i++) {
			if (folder->declarations[i].object.kind != kind)
				continue;
			inventory_store(inventory, &folder->declarations[i]);
			keep[count++] = folder->declarations[i].object;
		}
		keep[count] = (struct object_id){.kind = kind};
		inventory_keep_only(inventory, kind, keep);
	}
}

static bool
open_policy(struct source *source, struct policy_file *policy, struct error *error)
{
	if (policy_file_open(policy, source->settings.policy, error))
		return true;
	policy_file_pass_over(&source->policy, policy);
	return false;
}

static int64_t
seconds_now(void)
{
	return clock_wall() / CLOCK_SECOND;
}

bool
source_reload(struct source *source, struct error *error)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(LARGEST_FOLDER);
	struct folder folder = {.arena = arena};
	struct policy_file policy;

	if (!open_policy(source, &policy, error))
		return false;
	if (source->settings.folder && !read_folder(&folder, source, error)) {
		policy_file_dispose(&policy);
		return false;
	}
	inventory_lock(source->inventory);
	policy_file_replace(&source->policy, &policy, source->inventory);
	if (source->settings.folder)
		replace_objects(source->inventory, &folder);
	inventory_unlock(source->inventory);
	policy_file_tick(&source->policy, seconds_now());
	return true;
}

struct source *
source_open(const struct source_settings *settings, struct error *error)
{
	struct source *source = memory_alloc(sizeof *source);
	bool good;

	source->settings = *settings;
	source->inventory = inventory_new();
	good = source_reload(source, error);
	if (good && !settings->folder) {
		source->cluster = cluster_open(
			source->inventory, &settings->cluster, settings->selection, error);
		good = source->cluster != NULL;
	}
	if (good)
		return source;
	source_close(source);
	return NULL;
}

void
source_close(struct source *source)
{
	if (source->cluster)
		cluster_close(source->cluster);
	inventory_free(source->inventory);
	policy_file_dispose(&source->policy);
	free(source);
}

enum source_state
source_state(const struct source *source)
{
	enum ledger_state ledger;

	if (!source->cluster)
		return SOURCE_READY;
	ledger = cluster_ledger_state(source->cluster);
	if (!cluster_is_synced(source->cluster) || ledger == LEDGER_NOT_SYNCED)
		return SOURCE_NOT_SYNCED;
	if (ledger == LEDGER_UNREADABLE)
		return SOURCE_UNREADABLE;
	return cluster_age(source->cluster) > source->settings.stale_after ? SOURCE_STALE
									   : SOURCE_READY;
}

const char *
source_state_text(enum source_state state)
{
	switch (state) {
	case SOURCE_NOT_SYNCED:
		return "the cluster's objects and reservations are not all known yet";
	case SOURCE_UNREADABLE:
		return "the reservations of another replica cannot be read";
	case SOURCE_STALE:
		return "the cluster was not heard of for too long";
	default:
		return "ok";
	}
}

bool
source_guards(const struct source *source, enum kind kind)
{
	return kind_selection_has(source->settings.selection, kind);
}

struct inventory *
source_inventory(const struct source *source)
{
	return source->inventory;
}

struct cluster *
source_cluster(const struct source *source)
{
	return source->cluster;
}

const struct policy *
source_policy(const struct source *source)
{
	return source->policy.policy;
}

void
source_admit(struct source *source, const struct declaration *declaration)
{
	inventory_store(source->inventory, declaration);
}

void
source_forget(struct source *source, const struct object_id *object)
{
	inventory_remove(source->inventory, object);
}

void
source_count_all(struct source *source)
{
	if (source->cluster)
		book_view(cluster_book(source->cluster), BOOK_ALL);
}

void
source_tick(struct source *source, int64_t now)
{
	struct inventory_size size;
	size_t expired;

	policy_file_renew(&source->policy, source->inventory);
	policy_file_tick(&source->policy, seconds_now());
	inventory_lock(source->inventory);
	expired = inventory_expire(source->inventory, now);
	size = inventory_size(source->inventory);
	inventory_unlock(source->inventory);
	if (expired > 0)
		log_debug("links that were given out have come back", LOG_NUMBER("count", expired));
	if (source->cluster)
		cluster_measure(source->cluster);
	metric_set(&object_gauge, (double)size.objects);
}
