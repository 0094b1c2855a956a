#include "webhook/review.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "registration/probe.h"

/* What nobody here reads of a review: who manages which field, what was applied last, and how the
 * request came about. */
static const struct json_passed_over passed_over[] = {
	{"metadata", "managedFields"},
	{"annotations", "kubectl.kubernetes.io/last-applied-configuration"},
	{"request", "options"},
	{"request", "requestKind"},
	{"request", "requestResource"},
	{"userInfo", "groups"},
	{"userInfo", "extra"},
	{0},
};

static const char *const operations[REVIEW_OPERATIONS] = {
	[REVIEW_CREATE] = "CREATE",
	[REVIEW_UPDATE] = "UPDATE",
	[REVIEW_DELETE] = "DELETE",
	[REVIEW_CONNECT] = "CONNECT",
};

const char *
review_operation_name(enum review_operation operation)
{
	return operations[operation];
}

static const char *
text_of(const struct json *object, const char *name)
{
	const char *text = json_member_text(object, name);

	return text ? text : "";
}

static bool
read_operation(const char *text, enum review_operation *operation)
{
	for (int i = 0; i < REVIEW_OPERATIONS; i++) {
		if (text_equal(text, operations[i])) {
			*operation = (enum review_operation)i;
			return true;
		}
	}
	return false;
}

/* NULL when the review is about nothing of ours: another kind, or a ConfigMap other than
 * shoot-info. */
static const struct kind_definition *
find_definition(const struct json *request, const struct review *review)
{
	const struct json *resource = json_member(request, "resource");
	const struct kind_definition *definition =
		kind_of_resource(text_of(resource, "group"), text_of(resource, "resource"));

	if (!definition || !definition->name)
		return definition;
	if (!text_equal(definition->namespace, review->namespace) ||
		!text_equal(definition->name, review->name))
		return NULL;
	return definition;
}

static void
read_request(const struct json *request, struct review *review)
{
	review->kind = text_of(json_member(request, "kind"), "kind");
	review->subresource = text_of(request, "subResource");
	review->namespace = text_of(request, "namespace");
	review->name = text_of(request, "name");
	review->user = text_of(json_member(request, "userInfo"), "username");
	review->dry_run = json_boolean(json_member(request, "dryRun"), false);
	review->plain_create =
		review->operation == REVIEW_CREATE &&
		!text_equal(text_of(json_member(request, "options"), "kind"), "PatchOptions");
	review->object = json_present(request, "object");
	review->old_object = json_present(request, "oldObject");
	if (review->name[0] == '\0') /* generateName: by now the object has one */
		review->name = text_of(json_member(review->object, "metadata"), "name");
	review->definition = find_definition(request, review);
}

bool
review_decode(struct arena *arena, const char *text, size_t length, struct review *review,
	struct error *error)
{
	const struct json *root =
		json_parse_partly(arena, text, length, &json_request_limits, passed_over, error);
	const struct json *request = json_member(root, "request");

	if (!root)
		return false;
	if (!text_equal(json_member_text(root, "apiVersion"), "admission.k8s.io/v1") ||
		!text_equal(json_member_text(root, "kind"), "AdmissionReview"))
		return error_set(error, ERROR_INVALID,
			"the body is not an AdmissionReview of admission.k8s.io/v1");
	if (!json_is_object(request))
		return error_set(error, ERROR_INVALID, "the AdmissionReview has no request");
	review->uid = text_of(request, "uid");
	if (review->uid[0] == '\0')
		return error_set(error, ERROR_INVALID, "the AdmissionReview has no request.uid");
	if (!read_operation(json_member_text(request, "operation"), &review->operation))
		return error_set(error, ERROR_INVALID,
			"request.operation is none of CREATE, UPDATE, DELETE and CONNECT");
	read_request(request, review);
	review->text = text;
	review->length = length;
	return true;
}

const char *const *
review_groups(struct arena *arena, const struct review *review)
{
	static const struct json_passed_over all_else[] = {{"request", "object"},
		{"request", "oldObject"}, {"request", "options"}, {"userInfo", "extra"}, {0}};
	const struct json *root = json_parse_partly(
		arena, review->text, review->length, &json_request_limits, all_else, NULL);
	const struct json *groups =
		json_member(json_member(json_member(root, "request"), "userInfo"), "groups");
	const char **names = ARENA_ARRAY(arena, const char *, json_count(groups) + 1);
	size_t count = 0;

	for (const struct json *item = json_is_array(groups) ? json_first(groups) : NULL; item;
		item = json_next(item))
		if (json_text(item))
			names[count++] = json_text(item);
	return names;
}

const char *
review_probe(const struct review *review)
{
	const struct json *metadata = json_member(review->object, "metadata");

	if (!review->dry_run || review->operation != REVIEW_CREATE || !review->definition ||
		review->definition->kind != KIND_REMOTE_NETWORK || review->subresource[0] != '\0')
		return NULL;
	return json_member_text(json_member(metadata, "annotations"), PROBE_ANNOTATION);
}

/* The reason of metav1.Status that goes with a code. */
static const char *
reason_of(int code)
{
	switch (code) {
	case 403:
		return "Forbidden";
	case 409:
		return "Conflict";
	case 413:
		return "RequestEntityTooLarge";
	case 422:
		return "Invalid";
	default:
		return "InternalError";
	}
}

static void
append_member(struct buffer *out, const char *name, const char *text)
{
	buffer_append_text(out, name);
	buffer_append_json(out, text);
}

static void
append_status(struct buffer *out, const struct review_answer *answer)
{
	buffer_printf(out, ",\"status\":{\"code\":%d,\"reason\":\"%s\"", answer->code,
		reason_of(answer->code));
	append_member(out, ",\"message\":", answer->message);
	buffer_append_char(out, '}');
}

static void
append_warnings(struct buffer *out, const struct review_answer *answer)
{
	const char *separator = ",\"warnings\":[";

	for (size_t i = 0; i < answer->warning_count; i++) {
		append_member(out, separator, answer->warnings[i]);
		separator = ",";
	}
	if (answer->warning_count > 0)
		buffer_append_char(out, ']');
}

static void
append_annotations(struct buffer *out, const struct review_answer *answer)
{
	append_member(out, ",\"auditAnnotations\":{\"verdict\":", answer->verdict);
	if (answer->rules)
		append_member(out, ",\"rules\":", answer->rules);
	if (answer->findings)
		append_member(out, ",\"findings\":", answer->findings);
	if (answer->changes)
		append_member(out, ",\"changes\":", answer->changes);
	buffer_append_char(out, '}');
}

/* RFC 4648 section 4, with padding. */
static void
append_base64(struct buffer *out, const struct buffer *data)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *bytes = (const unsigned char *)buffer_text(data);

	for (size_t at = 0; at < data->length; at += 3) {
		size_t left = data->length - at;
		uint32_t group = (uint32_t)bytes[at] << 16;
		char text[4];

		if (left > 1)
			group |= (uint32_t)bytes[at + 1] << 8;
		if (left > 2)
			group |= bytes[at + 2];
		text[0] = digits[group >> 18];
		text[1] = digits[group >> 12 & 63];
		text[2] = left > 1 ? digits[group >> 6 & 63] : '=';
		text[3] = left > 2 ? digits[group & 63] : '=';
		buffer_append(out, text, sizeof text);
	}
}

void
review_write(struct buffer *out, const char *uid, const struct review_answer *answer)
{
	buffer_append_text(out,
		"{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\","
		"\"response\":{\"uid\":");
	buffer_append_json(out, uid);
	buffer_append_text(out, answer->allowed ? ",\"allowed\":true" : ",\"allowed\":false");
	if (!answer->allowed)
		append_status(out, answer);
	append_warnings(out, answer);
	append_annotations(out, answer);
	if (answer->patch) {
		buffer_append_text(out, ",\"patchType\":\"JSONPatch\",\"patch\":\"");
		append_base64(out, answer->patch);
		buffer_append_char(out, '"');
	}
	buffer_append_text(out, "}}");
}
