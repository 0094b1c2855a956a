#include "certs/certificate_place.h"

#include <string.h>

#include "base/text.h"
#include "format/json_limits.h"
#include "format/yaml.h"

static const struct {
	const char *kind;
	const char *resource;
} kinds[] = {
	{"ValidatingWebhookConfiguration", "validatingwebhookconfigurations"},
	{"MutatingWebhookConfiguration", "mutatingwebhookconfigurations"},
};

/* The host of a URL with its port, as it stands there; NULL when it is no URL. */
static const char *
authority_of(struct arena *arena, const char *url)
{
	const char *host = url ? strstr(url, "://") : NULL;

	return host ? arena_text_part(arena, host + 3, strcspn(host + 3, "/?#")) : NULL;
}

/* The host alone, without the brackets of an IPv6 address. */
static const char *
host_of(struct arena *arena, const char *authority)
{
	const char *bracket = strchr(authority, ']');

	if (authority[0] == '[' && bracket)
		return arena_text_part(arena, authority + 1, (size_t)(bracket - authority) - 1);
	return arena_text_part(arena, authority, strcspn(authority, ":"));
}

/* Where an entry leads, as one text to compare; NULL when nowhere. */
static const char *
server_of(struct arena *arena, const struct json *entry)
{
	const struct json *client = json_member(entry, "clientConfig");
	const struct json *service = json_member(client, "service");
	const char *name = json_member_text(service, "name");
	const char *namespace = json_member_text(service, "namespace");
	const char *authority = authority_of(arena, json_member_text(client, "url"));

	if (name && namespace)
		return arena_printf(arena, "service %s/%s", namespace, name);
	return authority ? arena_printf(arena, "https://%s", authority) : NULL;
}

static bool
has_server(const struct certificate_place *place, const char *server)
{
	for (size_t i = 0; server && i < place->server_count; i++)
		if (text_equal(place->servers[i], server))
			return true;
	return false;
}

bool
certificate_place_has(
	struct arena *arena, const struct certificate_place *place, const struct json *entry)
{
	return has_server(place, server_of(arena, entry));
}

static bool
add_host(struct certificate_place *place, const char *host, struct error *error)
{
	for (size_t i = 0; i < place->host_count; i++)
		if (text_equal(place->hosts[i], host))
			return true;
	if (place->host_count == CERTIFICATE_PLACE_HOSTS)
		return error_set(error, ERROR_EXHAUSTED, "the webhook has too many hosts");
	place->hosts[place->host_count++] = host;
	place->hosts[place->host_count] = NULL;
	return true;
}

static bool
add_hosts(struct arena *arena, struct certificate_place *place, const struct json *entry,
	struct error *error)
{
	const struct json *client = json_member(entry, "clientConfig");
	const struct json *service = json_member(client, "service");
	const char *name = json_member_text(service, "name");
	const char *namespace = json_member_text(service, "namespace");

	if (!name || !namespace)
		return add_host(place,
			host_of(arena, authority_of(arena, json_member_text(client, "url"))),
			error);
	return add_host(place, arena_text(arena, name), error) &&
	       add_host(place, arena_printf(arena, "%s.%s", name, namespace), error) &&
	       add_host(place, arena_printf(arena, "%s.%s.svc", name, namespace), error);
}

static bool
add_entry(struct arena *arena, struct certificate_place *place, const struct json *entry,
	struct error *error)
{
	const char *server = server_of(arena, entry);

	if (!server)
		return error_set(error, ERROR_INVALID,
			"an entry has neither clientConfig.service with name and namespace nor "
			"clientConfig.url");
	if (has_server(place, server))
		return true;
	if (place->server_count == CERTIFICATE_PLACE_SERVERS)
		return error_set(error, ERROR_EXHAUSTED, "the webhook has too many Services");
	place->servers[place->server_count++] = server;
	return add_hosts(arena, place, entry, error);
}

static const char *
resource_of(const struct json *configuration)
{
	const char *kind = json_member_text(configuration, "kind");

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (text_equal(kinds[i].kind, kind))
			return kinds[i].resource;
	return NULL;
}

static bool
add_object(struct arena *arena, struct certificate_place *place, const char *resource,
	const char *name, struct error *error)
{
	for (size_t i = 0; i < place->object_count; i++)
		if (text_equal(place->objects[i].resource, resource) &&
			text_equal(place->objects[i].name, name))
			return true;
	if (place->object_count == CERTIFICATE_PLACE_OBJECTS)
		return error_set(
			error, ERROR_EXHAUSTED, "there are too many webhook configurations");
	place->objects[place->object_count++] =
		(struct certificate_object){resource, arena_text(arena, name)};
	return true;
}

bool
certificate_place_add(struct arena *arena, struct certificate_place *place,
	const struct json *configuration, struct error *error)
{
	const char *resource = resource_of(configuration);
	const char *name = json_member_text(json_member(configuration, "metadata"), "name");
	const struct json *entry = json_first(json_member(configuration, "webhooks"));

	if (!resource || !name)
		return error_set(error, ERROR_INVALID,
			"it is no Validating- or MutatingWebhookConfiguration with a name");
	if (!add_object(arena, place, resource, name, error))
		return false;
	for (; entry; entry = json_next(entry))
		if (!add_entry(arena, place, entry, error))
			return error_wrap(error, "%s/%s", resource, name);
	return true;
}

static bool
add_document(struct arena *arena, struct certificate_place *place, const struct json *document,
	struct error *error)
{
	const struct json *item = json_first(json_member(document, "items"));

	if (!json_is_array(json_member(document, "items")))
		return certificate_place_add(arena, place, document, error);
	for (; item; item = json_next(item))
		if (!certificate_place_add(arena, place, item, error))
			return false;
	return true;
}

bool
certificate_place_read(struct arena *arena, struct certificate_place *place, const char *text,
	size_t length, struct error *error)
{
	struct yaml_documents documents;

	if (!yaml_parse(arena, text, length, &json_request_limits, &documents, error))
		return false;
	for (size_t i = 0; i < documents.count; i++)
		if (!add_document(arena, place, documents.items[i], error))
			return false;
	return place->server_count > 0 ||
	       error_set(error, ERROR_INVALID, "no webhook configuration in it leads anywhere");
}
