#include "certs/certificate_look.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json_members.h"
#include "base/secret.h"
#include "base/text.h"
#include "certs/key_pair.h"
#include "format/json_edit.h"
#include "format/json_write.h"
#include "kube/base64.h"

#define CONFIGURATIONS "/apis/admissionregistration.k8s.io/v1/"
#define MANAGER        "peerwarden-daemon"
enum { LARGEST_BODY = 8 * 1024 * 1024, LARGEST_MEMBER = 1024 * 1024, SHORT_ID = 16 };

/* NULL is nothing to be remembered. */
static const struct certificate_store nothing;

static const char *
secret_path(struct arena *arena, const struct certificate_place *place)
{
	return arena_printf(
		arena, "/api/v1/namespaces/%s/secrets/%s", place->namespace, place->secret);
}

static const char *
object_path(struct arena *arena, const struct certificate_object *object)
{
	return arena_printf(arena, CONFIGURATIONS "%s/%s", object->resource, object->name);
}

/* What the object is is known only from between the call and its answer, so it has been seen since
 * the answer, and is seen until the call. */
static int64_t
see(struct arena *arena, struct rotation_sight *sight, const struct json *object, int64_t asked)
{
	const struct json *metadata = json_member(object, "metadata");
	const char *uid = json_member_text(metadata, "uid");
	const char *number = json_member_text(metadata, "resourceVersion");
	const char *version =
		arena_printf(arena, "%s/%s", uid ? uid : "", number ? number : "absent");
	int64_t before = asked / CLOCK_SECOND;
	bool known = text_equal(sight->version, version);
	int64_t seen = rotation_sight_see(sight, version, before);

	if (known)
		return seen > 0 ? seen : 0;
	sight->since = clock_monotonic() / CLOCK_SECOND + 1;
	return 0;
}

/* NULL in `object` when there is none, which is an answer too. */
static bool
read_object(struct arena *arena, struct kube_client *client, const char *path,
	struct rotation_sight *sight, const struct json **object, int64_t *seen_for,
	struct error *error)
{
	int64_t asked = clock_monotonic();

	*object = kube_client_get(arena, client, path, error);
	if (!*object && !(kube_client_status(client) == 404 &&
				text_equal(kube_client_reason(client), "NotFound")))
		return error_wrap(error, "%s", path);
	*seen_for = see(arena, sight, *object, asked);
	return true;
}

/* Decoded text in the arena; NULL when there is none. `damaged` when it is no Base64, too long, or
 * has a NUL in it. */
static const char *
decode(struct arena *arena, const char *encoded, bool *damaged)
{
	CLEANUP(buffer_dispose) struct buffer bytes;
	const char *text;

	*damaged = false;
	buffer_init(&bytes, LARGEST_MEMBER);
	if (!encoded || !*encoded)
		return NULL;
	if (!base64_decode(encoded, &bytes)) {
		*damaged = true;
		return NULL;
	}
	text = arena_text(arena, buffer_text(&bytes));
	*damaged = strlen(text) != bytes.length;
	if (bytes.length > 0)
		memset(bytes.data, 0, bytes.length);
	return text;
}

static void
view_entry(struct arena *arena, struct certificate_look *look, const struct json *entry,
	size_t object, size_t index, int64_t seen_for)
{
	struct rotation_configuration *view = &look->configurations[look->view.configuration_count];
	const char *name = json_member_text(entry, "name");
	bool damaged;
	const char *pem = decode(
		arena, json_member_text(json_member(entry, "clientConfig"), "caBundle"), &damaged);

	certificate_store_view_bundle(arena, pem, &look->pool, view);
	view->damaged = view->damaged || damaged;
	view->seen_for = seen_for;
	look->entries[look->view.configuration_count++] =
		(struct certificate_entry){object, index, name ? name : ""};
}

static bool
view_object(struct arena *arena, struct certificate_look *look, size_t object, int64_t seen_for,
	struct error *error)
{
	const struct json *entry = json_first(json_member(look->objects[object], "webhooks"));

	for (size_t i = 0; entry; entry = json_next(entry), i++) {
		if (!certificate_place_has(arena, look->place, entry))
			continue;
		if (look->view.configuration_count == CERTIFICATE_LOOK_ENTRIES)
			return error_set(error, ERROR_EXHAUSTED,
				"more than %d entries of the webhook configurations lead to us",
				CERTIFICATE_LOOK_ENTRIES);
		view_entry(arena, look, entry, object, i, seen_for);
	}
	return true;
}

static bool
read_configurations(struct arena *arena, struct kube_client *client,
	struct certificate_sights *sights, struct certificate_look *look, struct error *error)
{
	const struct certificate_place *place = look->place;

	for (size_t i = 0; i < place->object_count; i++) {
		int64_t seen_for = 0;

		if (!read_object(arena, client, object_path(arena, &place->objects[i]),
			    &sights->objects[i], &look->objects[i], &seen_for, error) ||
			!view_object(arena, look, i, seen_for, error))
			return false;
	}
	return true;
}

static void
read_store(struct arena *arena, struct certificate_look *look)
{
	const struct json *data = json_member(look->secret, "data");

	for (int i = 0; i < CERTIFICATE_STORE_MEMBERS; i++) {
		const char *name = certificate_store_member_name(i);
		bool damaged;
		const char *text = decode(arena, json_member_text(data, name), &damaged);

		look->store.texts[i] = damaged ? NULL : text;
	}
}

static const char *
retire_mark(const struct certificate_look *look)
{
	const struct json *metadata = json_member(look->secret, "metadata");

	return json_member_text(json_member(metadata, "annotations"), CERTIFICATE_LOOK_RETIRE);
}

static void
view_secret(struct arena *arena, struct certificate_look *look, int64_t seen_for)
{
	const char *const *hosts = look->place->hosts;

	look->view.secret = certificate_store_view(arena, &look->store, hosts, &look->pool);
	look->view.secret.seen_for = seen_for;
	look->view.secret.retire = retire_mark(look);
	if (!look->remembered.texts[CERTIFICATE_STORE_AUTHORITY])
		return;
	look->memory = certificate_store_view(arena, &look->remembered, hosts, &look->pool);
	look->view.remembered = &look->memory;
}

bool
certificate_look_take(struct arena *arena, struct kube_client *client,
	const struct certificate_place *place, struct certificate_sights *sights,
	const struct certificate_store *remembered, struct certificate_look *look,
	struct error *error)
{
	int64_t seen_for = 0;

	*look = (struct certificate_look){.place = place,
		.remembered = remembered ? *remembered : nothing,
		.began = clock_monotonic()};
	look->view.configurations = look->configurations;
	if (!read_configurations(arena, client, sights, look, error) ||
		!read_object(arena, client, secret_path(arena, place), &sights->secret,
			&look->secret, &seen_for, error))
		return false;
	look->view.now = clock_wall() / CLOCK_SECOND;
	look->view.server_now = kube_client_date(client);
	read_store(arena, look);
	view_secret(arena, look, seen_for);
	return true;
}

static const char *
encode(struct arena *arena, const char *text)
{
	CLEANUP(buffer_dispose) struct buffer encoded;
	const char *result;

	buffer_init(&encoded, 2 * LARGEST_MEMBER);
	base64_encode(text, strlen(text), &encoded);
	result = arena_text(arena, buffer_text(&encoded));
	if (encoded.length > 0)
		memset(encoded.data, 0, encoded.length);
	return result;
}

/* The body as text of the arena; the buffer is empty afterwards. */
static bool
finish_body(struct arena *arena, struct buffer *body, struct kube_call *call, struct error *error)
{
	bool fits = !body->overflowed;

	if (fits)
		call->body = arena_text(arena, buffer_text(body));
	if (body->data)
		memset(body->data, 0, body->length);
	return fits || error_set(error, ERROR_EXHAUSTED, "the object is too large");
}

static bool
put(struct arena *arena, const char *path, const struct json *object, struct kube_call *call,
	struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer body;

	buffer_init(&body, LARGEST_BODY);
	json_write(arena, object, &body);
	*call = (struct kube_call){.method = HTTP_PUT,
		.target = arena_printf(arena, "%s?fieldManager=" MANAGER, path)};
	return finish_body(arena, &body, call, error);
}

static bool
publish(struct arena *arena, const struct certificate_look *look, const struct rotation_step *step,
	struct kube_call *call, struct error *error)
{
	const struct certificate_entry *entry = &look->entries[step->configuration];
	struct json_edit edit = {.arena = arena, .root = look->objects[entry->object]};
	const char *field =
		arena_printf(arena, "webhooks[%zu].clientConfig.caBundle", entry->index);
	struct ca_bundle bundle;

	certificate_store_bundle(step, &look->pool, &bundle);
	if (bundle.count != step->count ||
		!json_edit_set(&edit, field, ca_bundle_base64(arena, &bundle)))
		return error_set(error, ERROR_BUG, "the bundle cannot be written");
	return put(arena, object_path(arena, &look->place->objects[entry->object]), edit.root, call,
		error);
}

/* The fingerprint of a certificate of the store; "" when there is none. */
static const char *
id_of(struct arena *arena, const struct certificate_store *store,
	enum certificate_store_member member)
{
	struct certificate_view view;

	return certificate_view_read(arena, store->texts[member], &view, NULL)
		       ? arena_text(arena, view.fingerprint)
		       : "";
}

/* What stood there is overwritten in memory, too. */
static bool
set_member(struct json_edit *edit, enum certificate_store_member member, const char *text)
{
	const char *name = certificate_store_member_name(member);
	const char *field = arena_printf(edit->arena, "data[%s]", name);
	const char *encoded = text ? encode(edit->arena, text) : NULL;
	bool good = true;

	secret_wipe(json_member_text(json_member(edit->root, "data"), name));
	if (encoded)
		good = json_edit_set(edit, field, encoded);
	else
		json_edit_remove(edit, field);
	secret_wipe(encoded);
	return good;
}

static void
write_member(struct arena *arena, const char *name, const char *text, struct buffer *out)
{
	const char *encoded = encode(arena, text);

	json_members_text(out, name, encoded);
	secret_wipe(encoded);
}

static bool
put_secret(struct arena *arena, const struct certificate_look *look,
	const struct certificate_store *store, struct kube_call *call, struct error *error)
{
	struct json_edit edit = {.arena = arena, .root = look->secret};
	const char *mark = retire_mark(look);

	for (int i = 0; i < CERTIFICATE_STORE_MEMBERS; i++)
		if (!set_member(&edit, i, store->texts[i]))
			return error_set(error, ERROR_INVALID, "the Secret has no place for data");
	if (mark && !text_equal(mark, id_of(arena, store, CERTIFICATE_STORE_AUTHORITY)))
		json_edit_remove(&edit, "metadata.annotations[" CERTIFICATE_LOOK_RETIRE "]");
	return put(arena, secret_path(arena, look->place), look->secret, call, error);
}

static void
write_new_secret(struct arena *arena, const struct certificate_place *place,
	const struct certificate_store *store, struct buffer *out)
{
	buffer_append_char(out, '{');
	json_members_text(out, "apiVersion", "v1");
	json_members_text(out, "kind", "Secret");
	json_members_text(out, "type", "Opaque");
	json_members_open(out, "metadata");
	json_members_text(out, "name", place->secret);
	json_members_text(out, "namespace", place->namespace);
	json_members_open(out, "labels");
	json_members_text(out, "app.kubernetes.io/name", "peerwarden");
	json_members_close(out);
	json_members_close(out);
	json_members_open(out, "data");
	for (int i = 0; i < CERTIFICATE_STORE_MEMBERS; i++)
		if (store->texts[i])
			write_member(arena, certificate_store_member_name(i), store->texts[i], out);
	json_members_close(out);
	buffer_append_char(out, '}');
}

static bool
apply_secret(struct arena *arena, const struct certificate_place *place,
	const struct certificate_store *store, struct kube_call *call, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer body;

	buffer_init(&body, LARGEST_BODY);
	write_new_secret(arena, place, store, &body);
	*call = (struct kube_call){.method = HTTP_PATCH,
		.apply = true,
		.target = arena_printf(arena, "%s?fieldManager=" MANAGER "-%.*s",
			secret_path(arena, place), SHORT_ID,
			id_of(arena, store, CERTIFICATE_STORE_LEAF))};
	return finish_body(arena, &body, call, error);
}

static bool
write_secret(struct arena *arena, const struct certificate_look *look,
	const struct certificate_store *store, struct kube_call *call, struct error *error)
{
	return look->secret ? put_secret(arena, look, store, call, error)
			    : apply_secret(arena, look->place, store, call, error);
}

bool
certificate_look_call(struct arena *arena, struct certificate_look *look,
	const struct rotation_step *step, const struct certificate_store_order *order,
	struct kube_call *call, struct error *error)
{
	struct certificate_store store;
	bool good;

	if (clock_monotonic() - look->began > ROTATION_LONGEST_LOOK * CLOCK_SECOND)
		return error_set(error, ERROR_TRANSIENT, "what was read is too old");
	if (step->action == ROTATION_PUBLISH)
		return publish(arena, look, step, call, error);
	if (step->action == ROTATION_RESTORE)
		return write_secret(arena, look, &look->remembered, call, error);
	if (!certificate_store_apply(arena, &look->store, step, &look->pool, order, &store, error))
		return false;
	good = write_secret(arena, look, &store, call, error);
	certificate_store_wipe(&store);
	return good;
}

bool
certificate_look_mark(struct arena *arena, const struct certificate_look *look,
	struct kube_call *call, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer body;
	const char *id = look->view.secret.authority.id;
	const char *version =
		json_member_text(json_member(look->secret, "metadata"), "resourceVersion");

	buffer_init(&body, LARGEST_BODY);
	if (!id || !version)
		return error_set(error, ERROR_NOT_FOUND, "there is no CA in the Secret %s/%s",
			look->place->namespace, look->place->secret);
	buffer_append_char(&body, '{');
	json_members_open(&body, "metadata");
	json_members_text(&body, "resourceVersion", version);
	json_members_open(&body, "annotations");
	json_members_text(&body, CERTIFICATE_LOOK_RETIRE, id);
	json_members_close(&body);
	json_members_close(&body);
	buffer_append_char(&body, '}');
	*call = (struct kube_call){.method = HTTP_PATCH, .target = secret_path(arena, look->place)};
	return finish_body(arena, &body, call, error);
}

const char *
certificate_look_target(
	struct arena *arena, const struct certificate_look *look, const struct rotation_step *step)
{
	const struct certificate_entry *entry = &look->entries[step->configuration];
	const struct certificate_object *object = &look->place->objects[entry->object];

	if (step->action != ROTATION_PUBLISH)
		return arena_printf(
			arena, "Secret %s/%s", look->place->namespace, look->place->secret);
	return arena_printf(arena, "%s of %s/%s", entry->name, object->resource, object->name);
}

bool
certificate_look_is_untrusted(const struct certificate_look *look)
{
	const struct rotation_leaf *leaf = &look->view.secret.leaf;

	for (size_t i = 0; leaf->id && i < look->view.configuration_count; i++)
		if (!leaf->issuer ||
			!rotation_bundle_has(&look->configurations[i].shown, leaf->issuer))
			return true;
	return false;
}

void
certificate_look_wipe(struct certificate_look *look)
{
	certificate_store_wipe(&look->store);
	certificate_look_wipe_object(look->secret);
}

void
certificate_look_wipe_object(const struct json *object)
{
	const struct json *member = json_first(json_member(object, "data"));

	for (; member; member = json_next(member))
		secret_wipe(json_text(member));
}

void
certificate_look_wipe_call(struct kube_call *call)
{
	secret_wipe(call->body);
}
