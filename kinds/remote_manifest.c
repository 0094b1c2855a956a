#include "kinds/remote_manifest.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kinds/domain_key.h"
#include "kinds/peerwarden.h"
#include "network/arm_id.h"
#include "network/hash.h"

enum { LONGEST_MANIFEST = 16 * 1024, LONGEST_PART = 64 };

/* What a name cannot have becomes a hyphen. */
static const char *
plain(char *text)
{
	for (char *c = text; *c; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9'))
			*c = '-';
	return text;
}

/* The part of the key with this number, from 0, cut. */
static const char *
part(struct arena *arena, const char *key, int number)
{
	size_t length;

	for (; number > 0 && *key; number--)
		key += strcspn(key, "/") + (key[strcspn(key, "/")] == '/');
	length = strcspn(key, "/");
	return plain(arena_text_part(arena, key, length < LONGEST_PART ? length : LONGEST_PART));
}

/* azure/subscriptions/<id>/resourcegroups/<group>/providers/<provider>/virtualnetworks/<name>, or
 * zone/subscriptions/…/privatednszones/<name>; two that differ only in their type or in what a name
 * cannot have, differ in the hash. */
static const char *
name_of_resource(struct arena *arena, const char *key)
{
	return arena_printf(arena, "azure-%s-%s-%s-%016llx", part(arena, key, 2),
		part(arena, key, 4), part(arena, key, 8), (unsigned long long)hash_text(0, key));
}

enum kind
remote_manifest_kind(struct arena *arena, const struct remote *remote)
{
	struct arm_id id;

	if (remote->provider != PROVIDER_AZURE || !arm_id_parse(arena, remote->id, &id))
		return KIND_REMOTE_NETWORK;
	return id.type == ARM_VNET ? KIND_REMOTE_NETWORK : KIND_REMOTE_ZONE;
}

const char *
remote_manifest_domain(struct arena *arena, const struct remote *remote)
{
	return remote_manifest_kind(arena, remote) == KIND_REMOTE_ZONE
		       ? domain_key_of_zone(arena, remote->id)
		       : domain_key_of_network(arena, remote);
}

const char *
remote_manifest_name(struct arena *arena, const struct remote *remote)
{
	const char *key = remote_manifest_domain(arena, remote);

	switch (remote->provider) {
	case PROVIDER_AZURE:
		return name_of_resource(arena, key);
	case PROVIDER_GCP: /* both have hyphens */
		return arena_printf(arena, "gcp-%s.%s", part(arena, key, 1), part(arena, key, 2));
	default:
		return plain(arena_text(arena, key));
	}
}

static void
append_member(struct buffer *out, const char *name, const char *value)
{
	buffer_append_json(out, name);
	buffer_append_char(out, ':');
	buffer_append_json(out, value);
}

/* The members that a VNet, a zone and a ruleset have. */
static void
append_resource(struct buffer *out, struct arena *arena, const struct remote *remote)
{
	const char *id = arm_id_canonical(arena, remote->id);

	append_member(out, "id", id ? id : remote->id);
	if (!text_is_blank(remote->tenant)) {
		buffer_append_char(out, ',');
		append_member(out, "tenant", remote->tenant);
	}
}

static void
append_network(struct buffer *out, struct arena *arena, const struct remote *remote)
{
	switch (remote->provider) {
	case PROVIDER_AWS:
		buffer_append_text(out, "\"aws\":{");
		append_member(out, "accountId", remote->account);
		buffer_append_char(out, ',');
		append_member(out, "region", remote->region);
		buffer_append_char(out, ',');
		append_member(out, "vpcId", remote->id);
		break;
	case PROVIDER_GCP:
		buffer_append_text(out, "\"gcp\":{");
		append_member(out, "project", remote->account);
		buffer_append_char(out, ',');
		append_member(out, "network", remote->id);
		break;
	default:
		buffer_append_text(out, "\"azure\":{");
		append_resource(out, arena, remote);
	}
	buffer_append_char(out, '}');
}

const char *
remote_manifest(struct arena *arena, const struct remote *remote, const char *name)
{
	enum kind kind = remote_manifest_kind(arena, remote);
	CLEANUP(buffer_dispose) struct buffer text;

	buffer_init(&text, LONGEST_MANIFEST);
	buffer_append_text(
		&text, "{\"apiVersion\":\"" PEERWARDEN_API_GROUP "/" PEERWARDEN_API_VERSION "\",");
	append_member(&text, "kind", kind_name(kind));
	buffer_append_text(&text, ",\"metadata\":{");
	append_member(&text, "name", name);
	buffer_append_text(
		&text, ",\"labels\":{\"app.kubernetes.io/managed-by\":\"peerwarden\"}},\"spec\":{");
	if (kind == KIND_REMOTE_ZONE)
		append_resource(&text, arena, remote);
	else
		append_network(&text, arena, remote);
	buffer_append_text(&text, "}}");
	return arena_text(arena, buffer_text(&text));
}

const char *
remote_manifest_refresh(struct arena *arena, int64_t wall)
{
	return arena_printf(arena,
		"{\"metadata\":{\"annotations\":{\"peerwarden.io/refresh\":\"%lld\"}}}",
		(long long)wall);
}
