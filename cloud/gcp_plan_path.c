#include "cloud/gcp_plan_path.h"

#include <string.h>

#include "base/text.h"

#define PROJECTS "projects/"
#define NETWORKS "/global/networks/"

const char *
gcp_plan_path_make(struct arena *arena, const char *project, const char *network)
{
	if (text_is_blank(project) || text_is_blank(network))
		return "";
	return arena_printf(arena, PROJECTS "%s" NETWORKS "%s", project, network);
}

/* Where the project's name ends; NULL of what is no path of a network. */
static const char *
end_of_project(const char *path)
{
	return text_starts_with(path, PROJECTS) ? strstr(path, NETWORKS) : NULL;
}

const char *
gcp_plan_path_project(struct arena *arena, const char *path)
{
	const char *end = end_of_project(path);
	const char *start = path + strlen(PROJECTS);

	return end && end > start ? arena_text_part(arena, start, (size_t)(end - start)) : "";
}

const char *
gcp_plan_path_network(const char *path)
{
	const char *end = end_of_project(path);

	return end ? end + strlen(NETWORKS) : "";
}

const char *
gcp_plan_path_text(struct arena *arena, const char *path)
{
	if (!end_of_project(path))
		return path;
	return arena_printf(
		arena, "%s/%s", gcp_plan_path_project(arena, path), gcp_plan_path_network(path));
}
