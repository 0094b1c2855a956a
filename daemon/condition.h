/* The status of a peering as Kyma's Cloud Manager writes it: id, state and conditions of the types
 * Ready and Error, of which one is there at most, and always with the status True
 * (cloud-resources.kyma-project.io/v1beta1; metav1.Condition of Kubernetes).
 *
 * Pure: no clock, no calls. Conditions of other types stay as they are, and so does what else
 * stands in the status. lastTransitionTime stays as long as the type does.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "format/json.h"

#define CONDITION_READY "Ready"
#define CONDITION_ERROR "Error"

struct condition_status {
	const char *id;      /* "" or NULL: as it is stored */
	const char *state;   /* NULL: state and conditions as they are stored */
	const char *type;    /* NULL: neither of the two */
	const char *reason;  /* CamelCase */
	const char *message; /* cut to 32 KiB, what the API server takes */
};

/* True when the object's status is to be changed. Then `out` holds the whole object with its new
 * status, to be PUT to its status subresource: its resourceVersion stands in it and is the
 * precondition. `now` is clock_wall. What does not fit shows in out->overflowed. */
bool condition_apply(struct arena *arena, const struct json *object,
	const struct condition_status *wanted, int64_t now, struct buffer *out);

/* The stored id and state; "" where there is none. Lent. */
const char *condition_id(const struct json *object);
const char *condition_state(const struct json *object);
/* True when the object has the condition, with the status True. */
bool condition_is(const struct json *object, const char *type);
