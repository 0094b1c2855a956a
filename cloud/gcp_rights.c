#include "cloud/gcp_rights.h"

#include "base/text.h"

const char *const gcp_rights_needed[] = {
	"compute.networks.get",
	"compute.networks.listEffectiveTags",
	"compute.subnetworks.list",
	"compute.networks.addPeering",
	"compute.networks.updatePeering",
	"compute.networks.removePeering",
	"compute.globalOperations.get",
	NULL,
};

bool
gcp_rights_read(struct arena *arena, const struct json *root, struct gcp_rights *granted,
	struct error *error)
{
	const struct json *list = json_present(root, "permissions");
	const char **names = arena_try(arena, (json_count(list) + 1) * sizeof *names);

	*granted = (struct gcp_rights){.names = names};
	if (!names)
		return error_set(error, ERROR_EXHAUSTED, "the answer is too large");
	if (!root || (list && !json_is_array(list)))
		return error_set(error, ERROR_INVALID, "the answer is no list of permissions");
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		if (!json_text(item))
			return error_set(error, ERROR_INVALID, "a permission is no text");
		names[granted->count++] = arena_text(arena, json_text(item));
	}
	return true;
}

bool
gcp_rights_has(const struct gcp_rights *granted, const char *right)
{
	for (size_t i = 0; i < granted->count; i++)
		if (text_equal(granted->names[i], right))
			return true;
	return false;
}
