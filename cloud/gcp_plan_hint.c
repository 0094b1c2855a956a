#include "cloud/gcp_plan_hint.h"

#include "base/text.h"
#include "cloud/gcp_plan_path.h"

#define PEERINGS "gcloud compute networks peerings "

static const char *
word(const char *text)
{
	return text && text_only_has(text, "a-zA-Z0-9_.:/-") ? text : "NAME";
}

const char *
gcp_plan_hint_tag(struct arena *arena, const struct cloud_wish *wish, const struct gcp_facts *facts)
{
	const char *project = word(gcp_plan_path_project(arena, facts->remote->path));
	const char *tag = word(wish->tag);

	return arena_printf(arena,
		"gcloud resource-manager tags bindings create --tag-value=%s/%s/none "
		"--parent=//compute.googleapis.com/%s (where there is no such tag yet, first: "
		"gcloud resource-manager tags keys create %s --parent=projects/%s && gcloud "
		"resource-manager tags values create none --parent=%s/%s)",
		project, tag, word(facts->remote->path_with_id), tag, project, project, tag);
}

/* "--network=n --project=p" */
static const char *
options(struct arena *arena, const char *path)
{
	return arena_printf(arena, "--network=%s --project=%s", word(gcp_plan_path_network(path)),
		word(gcp_plan_path_project(arena, path)));
}

const char *
gcp_plan_hint_list(struct arena *arena, const char *path)
{
	return arena_printf(arena, PEERINGS "list %s", options(arena, path));
}

const char *
gcp_plan_hint_create(struct arena *arena, const char *name, const char *path, const char *peer)
{
	return arena_printf(arena, PEERINGS "create %s %s --peer-network=%s --peer-project=%s",
		word(name), options(arena, path), word(gcp_plan_path_network(peer)),
		word(gcp_plan_path_project(arena, peer)));
}

const char *
gcp_plan_hint_delete(struct arena *arena, const char *name, const char *path)
{
	return arena_printf(arena, PEERINGS "delete %s %s", word(name), options(arena, path));
}

const char *
gcp_plan_hint_export(struct arena *arena, const char *name, const char *path)
{
	return arena_printf(arena, PEERINGS "update %s %s --export-custom-routes", word(name),
		options(arena, path));
}
