/* What the webhook configurations are to say: the file that the daemon is given by --registration.
 *
 * YAML or JSON with one or two objects, of admissionregistration.k8s.io/v1: a
 * ValidatingWebhookConfiguration and a MutatingWebhookConfiguration, complete but for the caBundle.
 * A caBundle that stands here is wanted (certificates brought by the user); one that is blank or
 * absent is left to whoever keeps the live one (registration/activation.h).
 *
 * At most 256 KiB and 16 entries each. Errors name the file and the place in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/json.h"
#include "registration/registration.h"

struct wanted {
	const struct json *configurations[REGISTRATION_TYPES]; /* NULL: the file has none */
};

/* `name` is the file's, for errors. The text has a NUL behind it. ERROR_INVALID for what the API
 * server would not take either and for what could never be made active. */
bool wanted_parse(struct arena *arena, const char *name, const char *text, size_t length,
	struct wanted *wanted, struct error *error);
/* ERROR_NOT_FOUND where there is no such file. */
bool wanted_read(struct arena *arena, const char *path, struct wanted *wanted, struct error *error);

const char *wanted_name(const struct wanted *wanted, enum registration_type type); /* or NULL */

/* One entry by its name, or NULL. */
const struct json *wanted_entry(
	const struct wanted *wanted, enum registration_type type, const char *name);

/* The names that the serving certificate has to have, each once, ended by NULL: of a service
 * "<name>.<namespace>.svc", of a URL its host. */
const char *const *wanted_hosts(struct arena *arena, const struct wanted *wanted);
