#include "cloud/azure_error.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "format/json.h"

enum { LARGEST_ANSWER = 1 << 20, LARGEST_MESSAGE = 2048, LONGEST_CODE = 128, MOST_DETAILS = 4 };

static const struct json_limits limits = {
	.bytes = LARGEST_ANSWER, .depth = 16, .values = 4000, .refuse_duplicates = false};

struct row {
	const char *code;
	enum cloud_failure failure;
	bool throttled;
};

static const struct row rows[] = {
	{"ResourceNotFound", CLOUD_GONE, false},
	{"NotFound", CLOUD_GONE, false},
	{"ParentResourceNotFound", CLOUD_GONE, false},
	{"ResourceGroupNotFound", CLOUD_GONE, false},

	{"PreconditionFailed", CLOUD_CONFLICT, false},
	{"RemotePeeringIsDisconnected", CLOUD_CONFLICT, false},
	{"AnotherPeeringAlreadyReferencesRemoteVnet", CLOUD_CONFLICT, false},

	{"AnotherOperationInProgress", CLOUD_RETRY_NOW, false},
	{"ReferencedResourceNotProvisioned", CLOUD_RETRY_NOW, false},
	{"RetryableError", CLOUD_RETRY_NOW, false},
	{"RetryableErrorDueToAnotherOperation", CLOUD_RETRY_NOW, false},
	{"CanceledAndSupersededDueToAnotherOperation", CLOUD_RETRY_NOW, false},
	{"OperationPreempted", CLOUD_RETRY_NOW, false},
	{"Conflict", CLOUD_RETRY_NOW, false},

	{"TooManyRequests", CLOUD_BACK_OFF, true},
	{"SubscriptionRequestsThrottled", CLOUD_BACK_OFF, true},
	{"ResourceRequestsThrottled", CLOUD_BACK_OFF, true},
	{"OperationTimedOut", CLOUD_BACK_OFF, false},
	{"InternalServerError", CLOUD_BACK_OFF, false},
	{"InternalError", CLOUD_BACK_OFF, false},
	{"ServerTimeout", CLOUD_BACK_OFF, false},
	{"GatewayTimeout", CLOUD_BACK_OFF, false},
	{"ServiceUnavailable", CLOUD_BACK_OFF, false},

	{"InvalidAuthenticationToken", CLOUD_CREDENTIALS, false},
	{"InvalidAuthenticationTokenTenant", CLOUD_CREDENTIALS, false},
	{"ExpiredAuthenticationToken", CLOUD_CREDENTIALS, false},
	{"AuthenticationFailed", CLOUD_CREDENTIALS, false},

	{"AuthorizationFailed", CLOUD_WAIT_FOR_USER, false},
	{"LinkedAuthorizationFailed", CLOUD_WAIT_FOR_USER, false},
	{"LinkedAccessCheckFailed", CLOUD_WAIT_FOR_USER, false},
	{"LinkedInvalidPropertyId", CLOUD_PERMANENT, false},
	{"SubscriptionNotFound", CLOUD_WAIT_FOR_USER, false},
	{"InvalidSubscriptionId", CLOUD_PERMANENT, false},
	{"MissingSubscriptionRegistration", CLOUD_WAIT_FOR_USER, false},
	{"ScopeLocked", CLOUD_WAIT_FOR_USER, false},
	{"RequestDisallowedByPolicy", CLOUD_WAIT_FOR_USER, false},
	{"ReadOnlyDisabledSubscription", CLOUD_WAIT_FOR_USER, false},
	{"OperationNotAllowed", CLOUD_WAIT_FOR_USER, false},

	{"VnetAddressSpacesOverlap", CLOUD_PERMANENT, false},
	{"VnetAddressSpaceOverlapsWithAlreadyPeeredVnet", CLOUD_PERMANENT, false},
};

static const struct row *
find_row(const char *code)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (text_equal_ignoring_case(rows[i].code, code))
			return &rows[i];
	return NULL;
}

/* Below 300: of an operation that failed. */
static enum cloud_failure
class_of_status(int status)
{
	switch (status) {
	case 401:
		return CLOUD_CREDENTIALS;
	case 403:
		return CLOUD_WAIT_FOR_USER;
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
		if (status < 300)
			return CLOUD_WAIT_FOR_USER;
		return status >= 500 ? CLOUD_BACK_OFF : CLOUD_PERMANENT;
	}
}

static enum cloud_failure
class_of_ending(const char *code, int status)
{
	if (text_ends_with(code, "LimitExceeded") || text_ends_with(code, "LimitReached") ||
		text_ends_with(code, "QuotaExceeded"))
		return CLOUD_WAIT_FOR_USER;
	return class_of_status(status);
}

enum cloud_failure
azure_error_class(const char *code, int status)
{
	const struct row *row = find_row(code);

	return row ? row->failure : class_of_ending(code, status);
}

bool
azure_error_is_throttle(const char *code, int status)
{
	const struct row *row = find_row(code);

	return row ? row->throttled : status == 429;
}

/* What stands for whoever wrote the answer: {"error": ...}, or the older forms. */
static const struct json *
error_of(const struct json *root)
{
	const struct json *error = json_member(root, "error");

	return json_is_object(error) ? error : root;
}

static const char *
code_of(struct arena *arena, const struct json *error)
{
	const char *code = json_member_text(error, "code");

	if (!code)
		code = json_member_text(error, "Code");
	return code ? arena_text_part(arena, code, strnlen(code, LONGEST_CODE)) : "";
}

static const char *
message_of(const struct json *error)
{
	static const char *const names[] = {"message", "Message", "error_description"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *message = json_member_text(error, names[i]);

		if (message)
			return message;
	}
	return "";
}

/* The message in one line, and behind it what the details add. */
static const char *
write_message(struct arena *arena, const struct json *error)
{
	CLEANUP(buffer_dispose) struct buffer text;
	const struct json *detail = json_first(json_member(error, "details"));
	const char *message = message_of(error);
	size_t length;

	buffer_init(&text, LARGEST_ANSWER);
	buffer_append_text(&text, message);
	for (int i = 0; detail && i < MOST_DETAILS; i++, detail = json_next(detail)) {
		const char *more = message_of(detail);

		if (*more && !strstr(message, more))
			buffer_printf(&text, "%s%s: %s", text.length > 0 ? "; " : "",
				code_of(arena, detail), more);
	}
	for (size_t i = 0; i < text.length; i++)
		if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7F)
			text.data[i] = ' ';
	length = text.length < LARGEST_MESSAGE ? text.length : LARGEST_MESSAGE;
	return arena_text_part(
		arena, buffer_text(&text), text_valid_utf8(buffer_text(&text), length));
}

/* The code that has a class of its own: that of the error, or of a detail or what lies within. */
static const char *
telling_code(struct arena *arena, const struct json *error)
{
	const char *code = code_of(arena, error);
	const struct json *detail = json_first(json_member(error, "details"));
	const struct json *inner = json_member(error, "innererror");

	if (find_row(code))
		return code;
	for (int i = 0; detail && i < MOST_DETAILS; i++, detail = json_next(detail)) {
		const char *further = code_of(arena, detail);

		if (find_row(further))
			return further;
	}
	for (int i = 0; inner && i < MOST_DETAILS; i++, inner = json_member(inner, "innererror")) {
		const char *further = code_of(arena, inner);

		if (find_row(further))
			return further;
	}
	return code;
}

/* A Conflict of private DNS that does not pass by itself: of a name or VNet that is taken. */
static bool
is_lasting_conflict(const struct azure_error *error)
{
	return text_equal_ignoring_case(error->code, "Conflict") &&
	       (strstr(error->message, "auto-registration") ||
		       strstr(error->message, "already in use") ||
		       strstr(error->message, "overlapping namespaces"));
}

struct azure_error
azure_error_read(struct arena *arena, int status, const char *body, size_t length)
{
	const struct json *root = json_parse(arena, body, length, &limits, NULL);
	const struct json *error = error_of(root);
	const char *target = json_member_text(error, "target");
	const char *telling = telling_code(arena, error);
	struct azure_error made = {
		.status = status,
		.code = telling,
		.message = write_message(arena, error),
		.target = target ? target : "",
		.request_id = "",
		.tenant = "",
		.failure = azure_error_class(telling, status),
		.throttled = azure_error_is_throttle(telling, status),
	};

	if (is_lasting_conflict(&made))
		made.failure = CLOUD_WAIT_FOR_USER;
	return made;
}

const char *
azure_error_tenant(struct arena *arena, const char *challenge)
{
	static const char name[] = "authorization_uri=\"https://";
	const char *at = challenge ? strstr(challenge, name) : NULL;
	const char *slash = at ? strchr(at + strlen(name), '/') : NULL;
	size_t length = slash ? strcspn(slash + 1, "/\" ,") : 0;
	const char *tenant;

	if (length == 0 || length >= LONGEST_CODE)
		return "";
	tenant = arena_text_part(arena, slash + 1, length);
	return text_only_has(tenant, "A-Za-z0-9.-") ? tenant : "";
}

bool
azure_error_set(struct error *error, const struct azure_error *from, const char *action)
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
		[CLOUD_WOULD_WORK] = ERROR_BUG,
	};

	if (!*from->code)
		return error_set(error, kinds[from->failure], "%s: HTTP %d", action, from->status);
	return error_set(
		error, kinds[from->failure], "%s: %s: %s", action, from->code, from->message);
}
