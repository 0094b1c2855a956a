#include "cloud/aws_error.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "format/xml.h"

/* The first row that fits counts. A "*" at the end of a code stands for whatever follows. */
struct row {
	const char *code;
	enum cloud_failure failure;
	bool throttled;
};

static const struct row rows[] = {
	{"InvalidVpcPeeringConnectionId.NotFound", CLOUD_GONE, false},
	{"InvalidRoute.NotFound", CLOUD_GONE, false},

	{"VpcPeeringConnectionAlreadyExists", CLOUD_CONFLICT, false},
	{"InvalidStateTransition", CLOUD_CONFLICT, false},
	{"InvalidVpcPeeringConnectionState*", CLOUD_CONFLICT, false},
	{"RouteAlreadyExists", CLOUD_CONFLICT, false},
	{"InvalidRouteTableID.NotFound", CLOUD_CONFLICT, false},

	{"InvalidVpcID.NotFound", CLOUD_WAIT_FOR_USER, false},
	{"VpcPeeringConnectionsPerVpcLimitExceeded", CLOUD_WAIT_FOR_USER, false},
	{"ActiveVpcPeeringConnectionPerVpcLimitExceeded", CLOUD_WAIT_FOR_USER, false},
	{"OutstandingVpcPeeringConnectionLimitExceeded", CLOUD_WAIT_FOR_USER, false},
	{"PendingVpcPeeringConnectionLimitExceeded", CLOUD_WAIT_FOR_USER, false},
	{"VpcLimitExceeded", CLOUD_WAIT_FOR_USER, false},
	{"RouteLimitExceeded", CLOUD_WAIT_FOR_USER, false},
	{"ResourceCountLimitExceeded", CLOUD_WAIT_FOR_USER, false},
	{"UnauthorizedOperation", CLOUD_WAIT_FOR_USER, false},
	{"AccessDenied", CLOUD_WAIT_FOR_USER, false},
	{"AccessDeniedException", CLOUD_WAIT_FOR_USER, false},
	{"AuthFailure", CLOUD_WAIT_FOR_USER, false},
	{"OptInRequired", CLOUD_WAIT_FOR_USER, false},
	{"Blocked", CLOUD_WAIT_FOR_USER, false},
	{"RegionDisabledException", CLOUD_WAIT_FOR_USER, false},
	{"IDPRejectedClaim", CLOUD_WAIT_FOR_USER, false},

	{"OperationNotPermitted", CLOUD_PERMANENT, false},
	{"RouteNotSupported", CLOUD_PERMANENT, false},
	{"TagLimitExceeded", CLOUD_PERMANENT, false},
	{"InvalidParameter*", CLOUD_PERMANENT, false},
	{"MalformedPolicyDocument", CLOUD_PERMANENT, false},
	{"PackedPolicyTooLarge", CLOUD_PERMANENT, false},

	{"DryRunOperation", CLOUD_WOULD_WORK, false},

	{"RequestLimitExceeded", CLOUD_BACK_OFF, true},
	{"Throttling", CLOUD_BACK_OFF, true},
	{"ThrottlingException", CLOUD_BACK_OFF, true},
	{"ThrottledException", CLOUD_BACK_OFF, true},
	{"EC2ThrottledException", CLOUD_BACK_OFF, true},
	{"RequestThrottled", CLOUD_BACK_OFF, true},
	{"RequestThrottledException", CLOUD_BACK_OFF, true},
	{"SlowDown", CLOUD_BACK_OFF, true},
	{"PriorRequestNotComplete", CLOUD_BACK_OFF, true},
	{"TransactionInProgressException", CLOUD_BACK_OFF, true},
	{"BandwidthLimitExceeded", CLOUD_BACK_OFF, true},
	{"TooManyRequestsException", CLOUD_BACK_OFF, true},
	{"ProvisionedThroughputExceededException", CLOUD_BACK_OFF, true},
	{"LimitExceededException", CLOUD_BACK_OFF, true},
	{"InternalError", CLOUD_BACK_OFF, false},
	{"InternalFailure", CLOUD_BACK_OFF, false},
	{"ServiceUnavailable", CLOUD_BACK_OFF, false},
	{"Unavailable", CLOUD_BACK_OFF, false},
	{"IDPCommunicationError", CLOUD_BACK_OFF, false},

	{"RequestTimeout", CLOUD_RETRY_NOW, false},
	{"RequestTimeoutException", CLOUD_RETRY_NOW, false},
	{"ConcurrentTagAccess", CLOUD_RETRY_NOW, false},

	{"ExpiredToken", CLOUD_CREDENTIALS, false},
	{"ExpiredTokenException", CLOUD_CREDENTIALS, false},
	{"RequestExpired", CLOUD_CREDENTIALS, false},
	{"RequestTimeTooSkewed", CLOUD_CREDENTIALS, false},
	{"InvalidClientTokenId", CLOUD_CREDENTIALS, false},
	{"InvalidIdentityToken", CLOUD_CREDENTIALS, false},
	{"SignatureDoesNotMatch", CLOUD_CREDENTIALS, false},
	{"IncompleteSignature", CLOUD_CREDENTIALS, false},
	{"MissingAuthenticationToken", CLOUD_CREDENTIALS, false},
};

static bool
fits(const char *pattern, const char *code)
{
	size_t length = strcspn(pattern, "*");

	if (!pattern[length])
		return text_equal_ignoring_case(pattern, code);
	return strncasecmp(pattern, code, length) == 0;
}

static const struct row *
find_row(const char *code)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (fits(rows[i].code, code))
			return &rows[i];
	return NULL;
}

static enum cloud_failure
class_of_status(int status)
{
	switch (status) {
	case 401:
	case 403:
		return CLOUD_WAIT_FOR_USER;
	case 408:
		return CLOUD_RETRY_NOW;
	case 0:
	case 429:
		return CLOUD_BACK_OFF;
	default:
		return status >= 500 ? CLOUD_BACK_OFF : CLOUD_PERMANENT;
	}
}

/* What a code that has no row says by its ending, as all codes of EC2 do. */
static enum cloud_failure
class_of_ending(const char *code, int status)
{
	if (text_ends_with(code, ".NotFound") || text_ends_with(code, "LimitExceeded"))
		return CLOUD_WAIT_FOR_USER;
	return class_of_status(status);
}

enum cloud_failure
aws_error_class(const char *code, int status)
{
	const struct row *row = find_row(code);

	return row ? row->failure : class_of_ending(code, status);
}

bool
aws_error_is_throttle(const char *code, int status)
{
	const struct row *row = find_row(code);

	return row ? row->throttled : status == 429;
}

/* The one parameter that does not stay wrong: ReplaceRoute does not find what it should replace. */
static bool
is_missing_route(const struct aws_error *error)
{
	return text_equal_ignoring_case(error->code, "InvalidParameterValue") &&
	       strstr(error->message, "no route defined");
}

struct aws_error
aws_error_read(struct arena *arena, int status, const char *body, size_t length)
{
	const struct xml *root = xml_parse(arena, body, length, NULL);
	const struct xml *error = xml_find(root, "Errors/Error");
	const char *id = xml_text(root, "RequestID");
	struct aws_error made = {.status = status};

	if (!error)
		error = xml_find(root, "Error");
	made.code = xml_text(error, "Code");
	made.message = xml_text(error, "Message");
	made.request_id = *id ? id : xml_text(root, "RequestId");
	made.failure =
		is_missing_route(&made) ? CLOUD_CONFLICT : aws_error_class(made.code, status);
	made.throttled = aws_error_is_throttle(made.code, status);
	return made;
}

bool
aws_error_set(struct error *error, const struct aws_error *from, const char *action)
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

	if (!*from->code)
		return error_set(error, kinds[from->failure], "%s: HTTP %d", action, from->status);
	return error_set(
		error, kinds[from->failure], "%s: %s: %s", action, from->code, from->message);
}
