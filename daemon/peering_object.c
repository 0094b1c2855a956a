#include "daemon/peering_object.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "format/json_write.h"
#include "mirror/object_path.h"

enum { OBJECT_SIZE = 8 * 1024 * 1024, TRIES = 5 };

static void
take(struct peering_object *peering, const struct json *object)
{
	const struct json *metadata = json_member(object, "metadata");
	const char *uid = json_member_text(metadata, "uid");

	peering->object = object;
	peering->uid = uid ? uid : "";
	peering->deleting = json_text(json_member(metadata, "deletionTimestamp")) != NULL;
}

bool
peering_object_read(struct peering_object *peering, struct worker *worker,
	const struct object_id *id, struct error *error)
{
	const struct json *object;

	*peering = (struct peering_object){
		.worker = worker, .path = object_path_of(worker->arena, id)};
	if (!peering->path)
		return error_set(error, ERROR_NOT_FOUND, "no object can have this name");
	object = kube_client_get(worker->arena, worker->client, peering->path, error);
	if (object)
		take(peering, object);
	return object != NULL;
}

static const struct json *
finalizers_of(const struct json *object)
{
	return json_member(json_member(object, "metadata"), "finalizers");
}

bool
peering_object_has_finalizer(const struct peering_object *peering)
{
	const struct json *item = json_first(finalizers_of(peering->object));

	while (item && !text_equal(json_text(item), PEERING_FINALIZER))
		item = json_next(item);
	return item != NULL;
}

static void
append_finalizers(const struct peering_object *peering, const char *ours, struct buffer *out)
{
	const struct json *item = json_first(finalizers_of(peering->object));
	const char *comma = "";

	buffer_append_char(out, '[');
	for (; item; item = json_next(item)) {
		if (text_equal(json_text(item), PEERING_FINALIZER))
			continue;
		buffer_append_text(out, comma);
		json_write(peering->worker->arena, item, out);
		comma = ",";
	}
	if (*ours) {
		buffer_append_text(out, comma);
		buffer_append_json(out, ours);
	}
	buffer_append_char(out, ']');
}

static void
append_name(struct buffer *out, const char *name)
{
	if (buffer_text(out)[out->length - 1] != '{')
		buffer_append_char(out, ',');
	buffer_append_json(out, name);
	buffer_append_char(out, ':');
}

static const struct json *
annotations_of(const struct json *object)
{
	return json_member(json_member(object, "metadata"), "annotations");
}

/* The members of an object but one. */
static void
append_rest(const struct peering_object *peering, const struct json *object, const char *but,
	struct buffer *out)
{
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		if (text_equal(json_name(member), but))
			continue;
		append_name(out, json_name(member));
		json_write(peering->worker->arena, member, out);
	}
}

static void
append_annotations(const struct peering_object *peering, const char *operation, struct buffer *out)
{
	buffer_append_char(out, '{');
	append_rest(peering, annotations_of(peering->object), PEERING_OPERATION, out);
	if (*operation) {
		append_name(out, PEERING_OPERATION);
		buffer_append_json(out, operation);
	}
	buffer_append_char(out, '}');
}

/* One part of the metadata that is to be another. */
struct part {
	const char *name;
	void (*append)(const struct peering_object *peering, const char *text, struct buffer *out);
	const char *text; /* ours; "" takes it away */
};

static void
append_object(const struct peering_object *peering, const struct part *part, struct buffer *out)
{
	buffer_append_text(out, "{\"metadata\":{");
	append_name(out, part->name);
	part->append(peering, part->text, out);
	append_rest(peering, json_member(peering->object, "metadata"), part->name, out);
	buffer_append_char(out, '}');
	append_rest(peering, peering->object, "metadata", out);
	buffer_append_char(out, '}');
}

static bool
put(struct peering_object *peering, const char *target, const struct buffer *body,
	struct error *error)
{
	struct kube_call call = {.method = HTTP_PUT, .target = target, .body = buffer_text(body)};
	const struct json *object;

	if (body->overflowed)
		return error_set(error, ERROR_EXHAUSTED, "the object is too large");
	object = worker_write(peering->worker, &call, error);
	if (object)
		take(peering, object);
	return object != NULL;
}

bool
peering_object_set_finalizer(struct peering_object *peering, bool present, struct error *error)
{
	const struct part part = {
		"finalizers", append_finalizers, present ? PEERING_FINALIZER : ""};
	CLEANUP(buffer_dispose) struct buffer body = {0};

	if (peering_object_has_finalizer(peering) == present)
		return true;
	buffer_init(&body, OBJECT_SIZE);
	append_object(peering, &part, &body);
	return put(peering, peering->path, &body, error);
}

/* After a write that did not come through: the object as it is now. */
static bool
read_again(struct peering_object *peering, struct error *error)
{
	struct worker *worker = peering->worker;
	const char *uid = peering->uid;
	const struct json *object =
		kube_client_get(worker->arena, worker->client, peering->path, error);

	if (!object)
		return false;
	take(peering, object);
	peering->moved = true;
	return text_equal(uid, peering->uid) ||
	       error_set(error, ERROR_NOT_FOUND, "another object has this name now");
}

static bool
may_try_again(const struct peering_object *peering, const struct error *failure)
{
	if (!worker_leads(peering->worker))
		return false;
	return failure->kind == ERROR_CONFLICT ||
	       kube_client_outcome(peering->worker->client) == KUBE_UNKNOWN;
}

static bool
pass_on(const struct error *failure, struct error *error)
{
	return error_set(error, failure->kind, "%s", failure->message);
}

int64_t
peering_object_generation(const struct peering_object *peering)
{
	int64_t generation = 0;

	json_integer(
		json_member(json_member(peering->object, "metadata"), "generation"), &generation);
	return generation;
}

const char *
peering_object_refresh(const struct peering_object *peering)
{
	return json_member_text(annotations_of(peering->object), PEERING_REFRESH);
}

const char *
peering_object_operation(const struct peering_object *peering)
{
	const char *text = json_member_text(annotations_of(peering->object), PEERING_OPERATION);

	return text ? text : "";
}

bool
peering_object_set_operation(
	struct peering_object *peering, const char *operation, struct error *error)
{
	const struct part part = {"annotations", append_annotations, operation};
	CLEANUP(buffer_dispose) struct buffer body;
	struct error failure = {0};

	buffer_init(&body, OBJECT_SIZE);
	for (int tries = 0; tries < TRIES; tries++) {
		if (text_equal(peering_object_operation(peering), operation))
			return true;
		buffer_clear(&body);
		append_object(peering, &part, &body);
		if (put(peering, peering->path, &body, &failure))
			return true;
		if (!may_try_again(peering, &failure) || !read_again(peering, &failure))
			break;
	}
	return pass_on(&failure, error);
}

bool
peering_object_store(struct peering_object *peering, const struct condition_status *status,
	bool *changed, struct error *error)
{
	const char *target = arena_printf(peering->worker->arena, "%s/status", peering->path);
	CLEANUP(buffer_dispose) struct buffer body;
	struct error failure = {0};

	buffer_init(&body, OBJECT_SIZE);
	if (changed)
		*changed = false;
	for (int tries = 0; tries < TRIES; tries++) {
		buffer_clear(&body);
		if (!condition_apply(
			    peering->worker->arena, peering->object, status, clock_wall(), &body))
			return true;
		if (changed)
			*changed = true;
		if (put(peering, target, &body, &failure))
			return true;
		if (!may_try_again(peering, &failure) || !read_again(peering, &failure))
			break;
	}
	return pass_on(&failure, error);
}
