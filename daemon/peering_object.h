/* One peering in the API server: read anew for each pass, written only with the resourceVersion
 * that was read, so that nobody's change is lost. Writes are PUTs of the whole object, whose other
 * members stay as they were read.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "daemon/condition.h"
#include "daemon/workers.h"
#include "network/declaration.h"

#define PEERING_FINALIZER "peerwarden.io/peering"
#define PEERING_OPERATION                                                                          \
	"peerwarden.io/operation" /* an annotation: Kyma's status has no place                     \
				   */
#define PEERING_REFRESH "peerwarden.io/refresh"

struct peering_object {
	struct worker *worker; /* lent; its arena holds all texts */
	const char *path;      /* "/apis/cloud-resources.kyma-project.io/v1beta1/..." */
	const struct json *object;
	const char *uid;
	bool deleting;
	bool moved; /* somebody else has changed it since the pass began */
};

/* False on failure; ERROR_NOT_FOUND where there is no such object. */
bool peering_object_read(struct peering_object *peering, struct worker *worker,
	const struct object_id *id, struct error *error);

bool peering_object_has_finalizer(const struct peering_object *peering);
/* Puts our finalizer there, or takes it away. ERROR_CONFLICT when the object has changed. */
bool peering_object_set_finalizer(
	struct peering_object *peering, bool present, struct error *error);

int64_t peering_object_generation(const struct peering_object *peering);
/* The annotation peerwarden.io/refresh; or NULL. */
const char *peering_object_refresh(const struct peering_object *peering);

/* What goes on in the cloud, as it was stored; "" for nothing. */
const char *peering_object_operation(const struct peering_object *peering);
/* Stores it where it differs; "" for nothing. As in peering_object_store a conflict or a lost
 * answer does not lose it. */
bool peering_object_set_operation(
	struct peering_object *peering, const char *operation, struct error *error);

/* Writes the status where it differs. When the object was changed meanwhile, or the answer was
 * lost, it is read and written again, a few times: an id must not be lost. ERROR_NOT_FOUND when the
 * object is gone, or another one has its name. `changed`, which may be NULL, is set to whether
 * something was written. */
bool peering_object_store(struct peering_object *peering, const struct condition_status *status,
	bool *changed, struct error *error);
