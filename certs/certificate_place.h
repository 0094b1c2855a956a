/* Where the certificates of one installation stand: a Secret, and the webhook configurations some
 * of whose entries lead to our webhook.
 *
 * An entry leads to us when it names a Service, or the host and port of a URL, that an entry of a
 * configuration given to certificate_place_add names. These configurations are the wanted ones of
 * the registration file, where somebody has it, or the live ones. Texts live in the arena or are
 * lent.
 * Source: admissionregistration.k8s.io/v1, WebhookClientConfig.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/json.h"

enum { CERTIFICATE_PLACE_OBJECTS = 4, CERTIFICATE_PLACE_SERVERS = 4, CERTIFICATE_PLACE_HOSTS = 12 };

struct certificate_object {
	const char *resource; /* "validatingwebhookconfigurations" */
	const char *name;
};

struct certificate_place {
	const char *namespace; /* of the Secret */
	const char *secret;
	struct certificate_object objects[CERTIFICATE_PLACE_OBJECTS];
	size_t object_count;
	const char
		*servers[CERTIFICATE_PLACE_SERVERS]; /* "https://peerwarden-webhook.network.svc:443"
						      */
	size_t server_count;
	/* What a leaf has to be for: of a Service NAME, NAME.NAMESPACE and NAME.NAMESPACE.svc,
	 * which the API server asks for; of a URL its host. Ended by NULL. */
	const char *hosts[CERTIFICATE_PLACE_HOSTS + 1];
	size_t host_count;
};

/* Adds a Validating- or MutatingWebhookConfiguration and all to which its entries lead.
 * ERROR_INVALID for any other object or an entry that leads nowhere, ERROR_EXHAUSTED when there is
 * no room. */
bool certificate_place_add(struct arena *arena, struct certificate_place *place,
	const struct json *configuration, struct error *error);

/* Adds all of a registration file: YAML documents, or lists of them. ERROR_INVALID also when there
 * is no configuration in it, or none that leads anywhere. */
bool certificate_place_read(struct arena *arena, struct certificate_place *place, const char *text,
	size_t length, struct error *error);

/* Whether an entry of a configuration (an item of its `webhooks`) leads to us. */
bool certificate_place_has(
	struct arena *arena, const struct certificate_place *place, const struct json *entry);
