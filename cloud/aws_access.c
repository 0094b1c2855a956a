#include "cloud/aws_access.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cloud/aws_environment.h"

enum { LONGEST_MESSAGE = 300 };

static struct aws_place
make_place(struct arena *arena, const char *region, const char *arn, const char *external_id)
{
	struct aws_role *role = ARENA_NEW(arena, struct aws_role);

	*role = (struct aws_role){.arn = arn, .external_id = external_id, .region = region};
	return (struct aws_place){region, role};
}

struct aws_place
aws_access_local(struct arena *arena, const struct aws_access *access, const char *region)
{
	if (!*access->local_role)
		return (struct aws_place){.region = region};
	return make_place(arena, region, access->local_role, NULL);
}

struct aws_place
aws_access_remote(struct arena *arena, const struct aws_access *access, const struct remote *remote)
{
	if (!*access->remote_role)
		return (struct aws_place){.region = remote->region};
	return make_place(arena, remote->region,
		arena_printf(arena, "arn:%s:iam::%s:role/%s",
			aws_environment_partition(remote->region), remote->account,
			access->remote_role),
		*access->external_id ? access->external_id : NULL);
}

bool
aws_access_is_denied(const struct aws_error *error)
{
	return text_equal_ignoring_case(error->code, "UnauthorizedOperation") ||
	       text_equal_ignoring_case(error->code, "AccessDenied");
}

bool
aws_access_is_no_vpc(const struct aws_error *error)
{
	return text_equal_ignoring_case(error->code, "InvalidVpcID.NotFound") ||
	       text_equal_ignoring_case(error->code, "InvalidVpcID.Malformed");
}

static const char *
who(const struct aws_place *place)
{
	return place->role ? place->role->arn : "the program's own identity";
}

static bool
is_about_credentials(const struct aws_error *error)
{
	return (error->status == 0 && error->failure == CLOUD_WAIT_FOR_USER) ||
	       error->failure == CLOUD_CREDENTIALS;
}

static const char *
credentials_hint(struct arena *arena, const struct aws_place *place)
{
	if (!place->role)
		return "give the daemon credentials of AWS, and check its clock";
	return arena_printf(arena,
		"create %s where it is missing, let its trust policy allow sts:AssumeRole to the "
		"daemon's identity%s, and allow the daemon's identity to assume it",
		place->role->arn,
		place->role->external_id
			? " under the condition sts:ExternalId that the daemon is set to"
			: "");
}

static const char *
hint_of(struct arena *arena, const struct aws_place *place, const char *action,
	const struct aws_error *error)
{
	if (is_about_credentials(error))
		return credentials_hint(arena, place);
	if (aws_access_is_denied(error))
		return arena_printf(arena, "allow %s to %s, in the policies of that account",
			action, who(place));
	if (text_equal_ignoring_case(error->code, "AuthFailure") ||
		text_equal_ignoring_case(error->code, "OptInRequired") ||
		text_equal_ignoring_case(error->code, "Blocked"))
		return arena_printf(arena, "check that the account of %s may use EC2 in %s",
			who(place), place->region);
	if (text_ends_with(error->code, "LimitExceeded") && !error->throttled)
		return arena_printf(arena,
			"remove what is not needed, or have the quota raised in %s (Service "
			"Quotas, Amazon VPC)",
			place->region);
	return "";
}

/* What follows is for AWS itself, and long. */
static const char *
cut(struct arena *arena, const char *message)
{
	const char *end = strstr(message, "Encoded authorization failure message");
	size_t length = end ? (size_t)(end - message) : strlen(message);

	while (end && length > 0 && strchr(" \n\r\t", message[length - 1]))
		length--;
	if (length > LONGEST_MESSAGE)
		length = text_valid_utf8(message, LONGEST_MESSAGE);
	return arena_text_part(arena, message, length);
}

struct cloud_fault
aws_access_fault(struct arena *arena, const struct aws_place *place, const char *action,
	const struct aws_error *error)
{
	return (struct cloud_fault){
		.failure = error->failure,
		.action = action,
		.code = arena_text(arena, error->code),
		.message =
			arena_printf(arena, "in %s: %s", place->region, cut(arena, error->message)),
		.hint = hint_of(arena, place, action, error),
	};
}
