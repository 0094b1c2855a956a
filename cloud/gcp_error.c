#include "cloud/gcp_error.h"

#include <string.h>

#include "base/text.h"

enum { LARGEST_ANSWER = 256 * 1024, LARGEST_TEXT = 1024, LARGEST_NAME = 128 };

static const struct json_limits limits = {
	.bytes = LARGEST_ANSWER, .depth = 16, .values = 5000, .refuse_duplicates = false};

struct row {
	const char *code;
	enum cloud_failure failure;
	bool throttled;
};

/* Reasons of an answer, of its details, and codes of operations. */
static const struct row rows[] = {
	{"rateLimitExceeded", CLOUD_BACK_OFF, true},
	{"userRateLimitExceeded", CLOUD_BACK_OFF, true},
	{"concurrentLimitExceeded", CLOUD_BACK_OFF, true},
	{"RATE_LIMIT_EXCEEDED", CLOUD_BACK_OFF, true},
	{"RESOURCE_OPERATION_RATE_EXCEEDED", CLOUD_BACK_OFF, true},
	{"RESOURCE_EXHAUSTED", CLOUD_BACK_OFF, true},
	{"backendError", CLOUD_BACK_OFF, false},
	{"internalError", CLOUD_BACK_OFF, false},
	{"INTERNAL_ERROR", CLOUD_BACK_OFF, false},
	{"INTERNAL", CLOUD_BACK_OFF, false},
	{"UNAVAILABLE", CLOUD_BACK_OFF, false},
	{"DEADLINE_EXCEEDED", CLOUD_BACK_OFF, false},
	{"RESOURCE_NOT_READY", CLOUD_BACK_OFF, false},
	{"resourceNotReady", CLOUD_BACK_OFF, false},

	{"quotaExceeded", CLOUD_WAIT_FOR_USER, false},
	{"dailyLimitExceeded", CLOUD_WAIT_FOR_USER, false},
	{"QUOTA_EXCEEDED", CLOUD_WAIT_FOR_USER, false},
	{"LIMIT_EXCEEDED", CLOUD_WAIT_FOR_USER, false},
	{"forbidden", CLOUD_WAIT_FOR_USER, false},
	{"PERMISSION_DENIED", CLOUD_WAIT_FOR_USER, false},
	{"PERMISSIONS_ERROR", CLOUD_WAIT_FOR_USER, false},
	{"IAM_PERMISSION_DENIED", CLOUD_WAIT_FOR_USER, false},
	{"accessNotConfigured", CLOUD_WAIT_FOR_USER, false},
	{"SERVICE_DISABLED", CLOUD_WAIT_FOR_USER, false},
	{"BILLING_DISABLED", CLOUD_WAIT_FOR_USER, false},
	{"RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", CLOUD_WAIT_FOR_USER, false},
	{"resourceInUseByAnotherResource", CLOUD_WAIT_FOR_USER, false},

	{"notFound", CLOUD_GONE, false},
	{"NOT_FOUND", CLOUD_GONE, false},
	{"RESOURCE_NOT_FOUND", CLOUD_GONE, false},

	{"conditionNotMet", CLOUD_CONFLICT, false},
	{"CONDITION_NOT_MET", CLOUD_CONFLICT, false},
	{"alreadyExists", CLOUD_CONFLICT, false},
	{"duplicate", CLOUD_CONFLICT, false},
	{"ALREADY_EXISTS", CLOUD_CONFLICT, false},
	{"RESOURCE_ALREADY_EXISTS", CLOUD_CONFLICT, false},
	{"ABORTED", CLOUD_CONFLICT, false},

	{"authError", CLOUD_CREDENTIALS, false},
	{"UNAUTHENTICATED", CLOUD_CREDENTIALS, false},
	{"ACCESS_TOKEN_EXPIRED", CLOUD_CREDENTIALS, false},
};

static const struct row *
find_row(const char *code)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_equal(rows[i].code, code))
			return &rows[i];
	return NULL;
}

static enum cloud_failure
class_of_status(int status)
{
	switch (status) {
	case 401:
		return CLOUD_CREDENTIALS;
	case 404:
		return CLOUD_GONE;
	case 408:
		return CLOUD_RETRY_NOW;
	case 409:
	case 412:
		return CLOUD_CONFLICT;
	case 0:
	case 429:
		return CLOUD_BACK_OFF;
	default:
		/* of any other, somebody has to do something, perhaps on the other side */
		return status >= 500 ? CLOUD_BACK_OFF : CLOUD_WAIT_FOR_USER;
	}
}

/* One line of printable text, bounded. */
static const char *
clean(struct arena *arena, const char *text, size_t most)
{
	char *line;

	if (!text)
		return "";
	line = arena_text_part(arena, text, strnlen(text, most));
	line[text_valid_utf8(line, strlen(line))] = '\0';
	for (char *at = line; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
	return line;
}

/* --- the class --- */

static bool
says(const struct gcp_error *error, const char *part)
{
	return strcasestr(error->message, part) != NULL;
}

/* What plain 400s, and operations that failed alike, tell by their words alone. */
static void
judge_words(struct gcp_error *error)
{
	if (error->status != 400 && error->status != 0)
		return;
	if (says(error, "operation in progress")) {
		error->failure = CLOUD_RETRY_NOW;
		error->busy = true;
	} else if (says(error, "already exists") || says(error, "already a peering") ||
		   says(error, "already peered") || says(error, "there is no peering")) {
		error->failure = CLOUD_CONFLICT;
	}
}

static void
judge(struct gcp_error *error)
{
	const struct row *row = find_row(error->code);

	error->failure = row ? row->failure : class_of_status(error->status);
	error->throttled = row ? row->throttled : error->status == 429;
	if (error->status == 429 && error->failure != CLOUD_BACK_OFF) {
		error->failure = CLOUD_BACK_OFF;
		error->throttled = true;
	}
	judge_words(error);
}

/* --- the way out --- */

/* The text between the first pair of quotes after `before`; NULL when there is none. */
static const char *
quoted_after(struct arena *arena, const char *text, const char *before)
{
	const char *start = strcasestr(text, before);
	const char *end;

	start = start ? strchr(start, '\'') : NULL;
	end = start ? strchr(start + 1, '\'') : NULL;
	return end ? arena_text_part(arena, start + 1, (size_t)(end - start - 1)) : NULL;
}

static const char *
hint_of_permission(struct arena *arena, const struct gcp_error *error)
{
	const char *permission = quoted_after(arena, error->message, "required '");
	const char *resource = quoted_after(arena, error->message, "permission for '");

	if (!permission || !text_only_has(permission, "a-zA-Z0-9_."))
		permission = "what the message names";
	if (!resource || !text_only_has(resource, "a-zA-Z0-9_.:/-"))
		resource = "the project";
	return arena_printf(arena,
		"give the service account a role with %s on %s (gcloud projects "
		"add-iam-policy-binding)",
		permission, resource);
}

/* "compute.googleapis.com" and "projects/1", of google.rpc.ErrorInfo. */
static const char *
hint_of_service(struct arena *arena, const struct json *info)
{
	const struct json *metadata = json_member(info, "metadata");
	const char *service = json_member_text(metadata, "service");
	const char *consumer = json_member_text(metadata, "consumer");

	if (!service || !text_only_has(service, "a-z0-9.-"))
		service = "compute.googleapis.com";
	if (!consumer || !text_starts_with(consumer, "projects/") ||
		!text_only_has(consumer, "a-zA-Z0-9_.:/-"))
		return arena_printf(
			arena, "enable the API: gcloud services enable %.100s", service);
	return arena_printf(arena, "enable the API: gcloud services enable %.100s --project=%.100s",
		service, consumer + strlen("projects/"));
}

static const char *
find_hint(struct arena *arena, const struct gcp_error *error, const struct json *info)
{
	const char *code = error->code;

	if (text_equal(code, "accessNotConfigured") || text_equal(code, "SERVICE_DISABLED"))
		return hint_of_service(arena, info);
	if (text_equal(code, "QUOTA_EXCEEDED") || text_equal(code, "quotaExceeded") ||
		text_equal(code, "LIMIT_EXCEEDED"))
		return "ask for more of that quota (IAM & Admin, Quotas), or remove peerings that "
		       "nobody needs (gcloud compute networks peerings list)";
	if (error->failure == CLOUD_WAIT_FOR_USER && error->status == 403)
		return hint_of_permission(arena, error);
	if (says(error, "overlaps with"))
		return "one of the two ranges has to go: gcloud compute networks subnets list";
	return "";
}

/* --- the body --- */

/* The first detail that is a google.rpc.ErrorInfo, or NULL. */
static const struct json *
find_info(const struct json *details)
{
	for (const struct json *item = json_first(details); item; item = json_next(item)) {
		const char *type = json_member_text(item, "@type");

		if (type && text_ends_with(type, "google.rpc.ErrorInfo"))
			return item;
	}
	return NULL;
}

/* The most telling of them: a reason that says something, or else the status in words. */
static const char *
find_code(const struct json *error, const struct json *info)
{
	const char *detail = json_member_text(info, "reason");
	const char *reason = json_member_text(json_first(json_member(error, "errors")), "reason");
	const char *status = json_member_text(error, "status");

	if (detail && find_row(detail))
		return detail;
	if (reason && find_row(reason))
		return reason;
	if (reason || detail)
		return reason ? reason : detail;
	return status;
}

static struct gcp_error
make(struct arena *arena, int status, const char *code, const char *message,
	const struct json *info)
{
	struct gcp_error made = {
		.status = status,
		.code = clean(arena, code, LARGEST_NAME),
		.message = clean(arena, message, LARGEST_TEXT),
	};

	judge(&made);
	made.hint = find_hint(arena, &made, info);
	return made;
}

struct gcp_error
gcp_error_read(struct arena *arena, int status, const char *body, size_t length)
{
	const struct json *root = json_parse(arena, body, length, &limits, NULL);
	const struct json *error = json_member(root, "error");
	const struct json *info = find_info(json_member(error, "details"));

	return make(
		arena, status, find_code(error, info), json_member_text(error, "message"), info);
}

struct gcp_error
gcp_error_read_operation(struct arena *arena, int status, const struct json *errors)
{
	const struct json *first = json_first(json_member(errors, "errors"));
	const struct json *details = json_first(json_member(first, "errorDetails"));

	return make(arena, status, json_member_text(first, "code"),
		json_member_text(first, "message"), json_member(details, "errorInfo"));
}

bool
gcp_error_set(struct error *error, const struct gcp_error *from, const char *action)
{
	static const enum error_kind kinds[CLOUD_FAILURES] = {
		[CLOUD_NONE] = ERROR_BUG,
		[CLOUD_RETRY_NOW] = ERROR_TRANSIENT,
		[CLOUD_BACK_OFF] = ERROR_TRANSIENT,
		[CLOUD_WAIT_FOR_USER] = ERROR_DENIED,
		[CLOUD_PERMANENT] = ERROR_INVALID,
		[CLOUD_GONE] = ERROR_NOT_FOUND,
		[CLOUD_CREDENTIALS] = ERROR_DENIED,
		[CLOUD_CONFLICT] = ERROR_CONFLICT,
		[CLOUD_WOULD_WORK] = ERROR_CONFLICT,
	};
	const char *code = *from->code ? from->code : "no code";

	if (!*from->message)
		return error_set(
			error, kinds[from->failure], "%s: HTTP %d, %s", action, from->status, code);
	return error_set(error, kinds[from->failure], "%s: %s: %s", action, code, from->message);
}
