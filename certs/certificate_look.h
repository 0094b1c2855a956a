/* One look at the certificates as the API server stores them, and the calls that do a step: what
 * stands between certs/rotation.h and a cluster.
 *
 * The configurations are read first and then the Secret, each from the API server and no cache.
 * Every entry that leads to us (certs/certificate_place.h) is one configuration of the planner. All
 * that is read lives in the arena; certificate_look_wipe before that goes. A look makes GETs only;
 * the caller sends what certificate_look_call has written, so that it can ask right before whether
 * it still may.
 *
 *     if (certificate_look_take(arena, client, &place, &sights, &remembered, look, &error)) {
 *             step = rotation_next(&policy, &look->view);
 *             if (step.action != ROTATION_WAIT &&
 *                     certificate_look_call(arena, look, &step, &order, &call, &error))
 *                     kube_client_call(arena, client, &call, &error);
 *     }
 *
 * Every write is a compare-and-swap: a PUT with the resourceVersion that was read; or, of a Secret
 * that is not there, a server-side apply without force, whose field manager carries the fingerprint
 * of the leaf, so that it fails (409) where another has made the Secret meanwhile with other
 * contents. An apply it is because RBAC lets a rule for `create` name the object then, which it
 * cannot for a POST. Sources: Kubernetes API concepts (server-side apply), RBAC reference.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "certs/certificate_place.h"
#include "certs/certificate_store.h"
#include "certs/rotation.h"
#include "kube/kube_client.h"

/* On the Secret: the fingerprint of the CA that somebody wants replaced. It is taken away by the
 * first write to the Secret after which that is not the present CA any more. */
#define CERTIFICATE_LOOK_RETIRE "peerwarden.io/retire-ca"

enum { CERTIFICATE_LOOK_ENTRIES = 16 };

/* Since when each object has been seen as it is; kept by the caller from look to look, all zero at
 * first. It belongs to one place. */
struct certificate_sights {
	struct rotation_sight secret;
	struct rotation_sight objects[CERTIFICATE_PLACE_OBJECTS];
};

/* An entry that leads to us. */
struct certificate_entry {
	size_t object; /* which of the place's */
	size_t index;  /* among its webhooks */
	const char *name;
};

struct certificate_look {
	const struct certificate_place *place;                 /* lent */
	const struct json *objects[CERTIFICATE_PLACE_OBJECTS]; /* NULL: there is none */
	const struct json *secret;                             /* NULL: there is none */
	struct certificate_entry entries[CERTIFICATE_LOOK_ENTRIES];
	struct rotation_configuration configurations[CERTIFICATE_LOOK_ENTRIES]; /* of them */
	struct certificate_store store;      /* of the Secret, with its keys */
	struct certificate_store remembered; /* lent */
	struct rotation_secret memory;
	struct certificate_pool pool;
	struct rotation_view view; /* points into this struct: it stays where it is */
	int64_t began;             /* clock_monotonic, before the first read */
};

/* `remembered` is the Secret as the caller saw it last when it was whole; NULL or without texts
 * where there is none. False, and no view, when something could not be read: the kinds of
 * kube_client.h; ERROR_EXHAUSTED when more entries lead to us than there is room for. */
bool certificate_look_take(struct arena *arena, struct kube_client *client,
	const struct certificate_place *place, struct certificate_sights *sights,
	const struct certificate_store *remembered, struct certificate_look *look,
	struct error *error);

/* Writes the call that does a step other than ROTATION_WAIT; its body may hold keys
 * (certificate_look_wipe_call). `look` is used up: its objects are edited and its keys gone.
 * ERROR_TRANSIENT when the look is older than ROTATION_LONGEST_LOOK, and what
 * certificate_store_apply says. */
bool certificate_look_call(struct arena *arena, struct certificate_look *look,
	const struct rotation_step *step, const struct certificate_store_order *order,
	struct kube_call *call, struct error *error);

/* Writes the call that marks the present CA to be replaced. ERROR_NOT_FOUND when there is none. */
bool certificate_look_mark(struct arena *arena, const struct certificate_look *look,
	struct kube_call *call, struct error *error);

/* "mutate.peerwarden.io of mutatingwebhookconfigurations/peerwarden", or "Secret NAMESPACE/NAME":
 * what a step writes. */
const char *certificate_look_target(
	struct arena *arena, const struct certificate_look *look, const struct rotation_step *step);

/* Whether some entry does not show the CA of the leaf that the Secret holds. */
bool certificate_look_is_untrusted(const struct certificate_look *look);

/* Overwrites keys, wherever the look has them. */
void certificate_look_wipe(struct certificate_look *look);
void certificate_look_wipe_object(const struct json *object); /* a Secret, or NULL */
void certificate_look_wipe_call(struct kube_call *call);
