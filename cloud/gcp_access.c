#include "cloud/gcp_access.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { LONGEST_MESSAGE = 500 };

/* --- the places --- */

static struct gcp_place
make_place(const struct gcp_access *access, const char *project, const char *network)
{
	return (struct gcp_place){
		.project = project,
		.network = network,
		.deadline = access->patience > 0 ? clock_monotonic() + access->patience : 0,
	};
}

struct gcp_place
gcp_access_local(struct arena *arena, const struct gcp_access *access, const struct shoot *shoot)
{
	const char *network = access->local_network;

	if (!*network && shoot && !text_is_blank(shoot->project) && !text_is_blank(shoot->name))
		network = arena_printf(arena, "shoot--%s--%s", shoot->project, shoot->name);
	return make_place(access, access->local_project, network);
}

struct gcp_place
gcp_access_remote(const struct gcp_access *access, const struct remote *remote)
{
	return make_place(access, remote->account, remote->id);
}

/* --- what a refusal means --- */

static bool
is_one_of(const char *code, const char *const *codes)
{
	while (*codes && !text_equal(code, *codes))
		codes++;
	return *codes;
}

bool
gcp_access_is_denied(const struct gcp_error *error)
{
	static const char *const codes[] = {"forbidden", "PERMISSION_DENIED", "PERMISSIONS_ERROR",
		"IAM_PERMISSION_DENIED", NULL};

	return error->failure == CLOUD_WAIT_FOR_USER && is_one_of(error->code, codes);
}

static bool
is_quota(const struct gcp_error *error)
{
	static const char *const codes[] = {
		"QUOTA_EXCEEDED", "quotaExceeded", "LIMIT_EXCEEDED", "dailyLimitExceeded", NULL};

	return error->failure == CLOUD_WAIT_FOR_USER && is_one_of(error->code, codes);
}

/* Of a network, or of its project. */
static bool
is_not_there(const struct gcp_error *error)
{
	static const char *const codes[] = {"notFound", "NOT_FOUND", "RESOURCE_NOT_FOUND", NULL};

	return is_one_of(error->code, codes) && !strstr(error->message, "/operations/");
}

/* No answer, since there was no token, or one that is no good. */
static bool
is_about_credentials(const struct gcp_error *error)
{
	return error->status == 401 || error->failure == CLOUD_CREDENTIALS ||
	       (error->status == 0 && !*error->code && error->failure == CLOUD_WAIT_FOR_USER);
}

/* What stands behind `before` in the message, as far as it has these characters; else `otherwise`.
 */
static const char *
named_in(struct arena *arena, const char *message, const char *before, const char *otherwise)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.:-_";
	const char *start = strstr(message, before);
	size_t length = start ? strspn(start + strlen(before), allowed) : 0;

	return length > 0 ? arena_text_part(arena, start + strlen(before), length) : otherwise;
}

static const char *
hint_of(struct arena *arena, const struct gcp_place *place, const char *action,
	const struct gcp_error *error)
{
	const char *project = named_in(arena, error->message, "'projects/", place->project);

	if (error->throttled)
		return "";
	if (is_about_credentials(error))
		return "check the daemon's credentials of Google Cloud (the key of a service "
		       "account, or the identity of its workload), its clock and its settings";
	if (gcp_access_is_denied(error))
		return arena_printf(arena,
			"gcloud iam roles update ROLE --project=%s --add-permissions=%s, of the "
			"role that the daemon's account has there; where it has none, gcloud "
			"projects add-iam-policy-binding %s --member=serviceAccount:EMAIL "
			"--role=ROLE",
			project, named_in(arena, error->message, "Required '", action), project);
	if (is_quota(error))
		return arena_printf(arena,
			"remove what is not needed (gcloud compute networks peerings list "
			"--network=%s --project=%s), or ask for more: gcloud compute project-info "
			"describe --project=%s shows the limits, "
			"https://console.cloud.google.com/iam-admin/quotas?project=%s raises them",
			place->network, place->project, place->project, place->project);
	if (strstr(error->message, arena_printf(arena, "'projects/%s' was not", project)))
		return "see which projects there are: gcloud projects list";
	if (is_not_there(error))
		return arena_printf(arena,
			"see which networks there are: gcloud compute networks list --project=%s",
			project);
	if (text_equal(error->code, "BILLING_DISABLED"))
		return arena_printf(arena,
			"gcloud billing projects link %s --billing-account=ACCOUNT", project);
	return arena_text(arena, error->hint);
}

struct cloud_fault
gcp_access_fault(struct arena *arena, const struct gcp_place *place, const char *action,
	const struct gcp_error *error)
{
	size_t length = text_valid_utf8(error->message, strnlen(error->message, LONGEST_MESSAGE));
	const char *message =
		*error->message
			? arena_text_part(arena, error->message, length)
			: arena_printf(arena, "Google Cloud answers with status %d", error->status);

	return (struct cloud_fault){
		.failure = error->failure,
		.action = action,
		.code = arena_text(arena, error->code),
		.message = arena_printf(arena, "in project %s: %s", place->project, message),
		.hint = hint_of(arena, place, action, error),
	};
}
