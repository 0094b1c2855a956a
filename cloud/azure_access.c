#include "cloud/azure_access.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "network/arm_id.h"

enum { LONGEST_MESSAGE = 400, GUID_LENGTH = 36 };
#define OVERLAPPING "Overlapping address prefixes:"

/* --- where things are --- */

const char *
azure_access_own(struct arena *arena, const struct azure_access *access, const struct shoot *shoot)
{
	if (*access->local_vnet)
		return access->local_vnet;
	if (!*access->local_subscription || !shoot || text_is_blank(shoot->project) ||
		text_is_blank(shoot->name))
		return "";
	return arena_printf(arena,
		"/subscriptions/%s/resourceGroups/shoot--%s--%s/providers/Microsoft.Network/"
		"virtualNetworks/shoot--%s--%s",
		access->local_subscription, shoot->project, shoot->name, shoot->project,
		shoot->name);
}

static const char *
tenant_of(const struct azure_access *access, const struct remote *remote)
{
	return text_is_blank(remote->tenant) ? access->local_tenant : remote->tenant;
}

static struct azure_place
make_place(const struct azure_access *access, const char *tenant)
{
	return (struct azure_place){
		.tenant = *tenant ? tenant : NULL,
		.deadline = clock_monotonic() + access->patience,
	};
}

static struct azure_place
make_place_naming(struct arena *arena, const struct azure_access *access, const char *tenant,
	const char *other)
{
	struct azure_place place = make_place(access, tenant);
	const char **others;

	if (text_equal_ignoring_case(tenant, other))
		return place;
	others = ARENA_ARRAY(arena, const char *, 2);
	others[0] = other;
	others[1] = NULL;
	place.auxiliary = others;
	return place;
}

struct azure_place
azure_access_local(const struct azure_access *access)
{
	return make_place(access, access->local_tenant);
}

struct azure_place
azure_access_remote(const struct azure_access *access, const struct remote *remote)
{
	return make_place(access, tenant_of(access, remote));
}

struct azure_place
azure_access_local_naming(
	struct arena *arena, const struct azure_access *access, const struct remote *remote)
{
	return make_place_naming(arena, access, access->local_tenant, tenant_of(access, remote));
}

struct azure_place
azure_access_remote_naming(
	struct arena *arena, const struct azure_access *access, const struct remote *remote)
{
	return make_place_naming(arena, access, tenant_of(access, remote), access->local_tenant);
}

/* --- what a refusal says --- */

/* One refusal. */
struct refusal {
	struct arena *arena;
	struct arm_id id; /* of what the call was for; its type is ARM_TYPES where it is none */
	const char *action;
	const struct azure_error *error;
};

bool
azure_access_is_denied(const struct azure_error *error)
{
	return text_equal_ignoring_case(error->code, "AuthorizationFailed") ||
	       text_equal_ignoring_case(error->code, "LinkedAuthorizationFailed") ||
	       text_equal_ignoring_case(error->code, "LinkedAccessCheckFailed");
}

static bool
has_code(const struct refusal *refusal, const char *code)
{
	return text_equal_ignoring_case(refusal->error->code, code);
}

/* What stands in the message between `before` and the next quote; or "". */
static const char *
quoted(const struct refusal *refusal, const char *before)
{
	const char *at = strstr(refusal->error->message, before);
	const char *end = at ? strchr(at + strlen(before), '\'') : NULL;

	if (!end)
		return "";
	at += strlen(before);
	return arena_text_part(refusal->arena, at, (size_t)(end - at));
}

/* The first GUID of a text, or `otherwise`. */
static const char *
find_guid(struct arena *arena, const char *text, const char *otherwise)
{
	for (; strlen(text) >= GUID_LENGTH; text++) {
		const char *guid = arena_text_part(arena, text, GUID_LENGTH);

		if (arm_id_is_guid(guid))
			return guid;
	}
	return otherwise;
}

static const char *
denied_client(const struct refusal *refusal)
{
	const char *client = quoted(refusal, "client '");

	return arm_id_is_guid(client) ? client : "<application>";
}

/* For a shell. */
static const char *
word(struct arena *arena, const char *text)
{
	if (text_only_has(text, "A-Za-z0-9/._-"))
		return text;
	return strchr(text, '\'') ? "<id>" : arena_printf(arena, "'%s'", text);
}

/* The id of the resource that a role is given for, of which a peering or link is part. */
static const char *
whole_of(struct arena *arena, const struct arm_id *id)
{
	struct arm_id whole = *id;

	whole.child = "";
	return id->type == ARM_TYPES ? "<id>" : arm_id_write(arena, &whole);
}

/* "--resource-group g --subscription s", of commands that take no id. */
static const char *
group_of(const struct refusal *refusal)
{
	const struct arm_id *id = &refusal->id;

	if (id->type == ARM_TYPES)
		return "--resource-group <group>";
	return arena_printf(refusal->arena, "--resource-group %s --subscription %s",
		word(refusal->arena, id->group), id->subscription);
}

/* --- the ways out --- */

/* Of the built-in roles, the one that has an action and the least beside it. */
static const char *
least_role(enum arm_type type, const char *action)
{
	static const char *const roles[ARM_TYPES + 1] = {
		[ARM_VNET] = "Network Contributor",
		[ARM_ZONE] = "Private DNS Zone Contributor",
		[ARM_RULESET] = "DNS Resolver Contributor",
		[ARM_TYPES] = "Network Contributor",
	};

	return text_ends_with(action, "/read") ? "Reader" : roles[type];
}

static const char *
assign(const struct refusal *refusal, const struct arm_id *id, const char *action)
{
	return arena_printf(refusal->arena,
		"`az role assignment create --assignee %s --role '%s' --scope %s`, or give it a "
		"role of your own that has %s; it counts after some minutes",
		denied_client(refusal), least_role(id->type, action),
		word(refusal->arena, whole_of(refusal->arena, id)), action);
}

/* What is missing is a right on what the body names: "peer/action" on the other network. */
static const char *
linked_action(const struct refusal *refusal)
{
	const char *said = strstr(refusal->error->message, "have permission to perform action");
	struct azure_error rest = {.message = said ? said : ""};
	const struct refusal part = {refusal->arena, refusal->id, refusal->action, &rest};
	const char *action = quoted(&part, " '");

	if (!text_only_has(action, "A-Za-z0-9/.*-"))
		return refusal->id.type == ARM_VNET
			       ? "Microsoft.Network/virtualNetworks/peer/action"
			       : "Microsoft.Network/virtualNetworks/join/action";
	if (text_starts_with(action, "Microsoft."))
		return action;
	return arena_printf(refusal->arena, "Microsoft.Network/virtualNetworks/%s", action);
}

static const char *
linked_hint(const struct refusal *refusal)
{
	struct arm_id linked;

	if (strstr(refusal->error->message, "not authorized to access linked subscription"))
		return "say in spec.remoteTenant which tenant the other subscription is of, and "
		       "give the application a service principal there (az ad sp create --id "
		       "<application>)";
	if (!arm_id_parse(refusal->arena, quoted(refusal, "linked scope(s) '"), &linked))
		linked = (struct arm_id){.type = ARM_TYPES};
	return assign(refusal, &linked, linked_action(refusal));
}

static bool
is_linked(const struct refusal *refusal)
{
	return has_code(refusal, "LinkedAuthorizationFailed") ||
	       has_code(refusal, "LinkedAccessCheckFailed");
}

/* Entra gave no token. Its words name the application first. */
static const char *
token_hint(const struct refusal *refusal)
{
	static const struct {
		const char *number;
		const char *before;
		const char *after;
	} rows[] = {
		{"AADSTS700016", "as an administrator of that tenant: `az ad sp create --id ", "`"},
		{"AADSTS7000229", "as an administrator of that tenant: `az ad sp create --id ",
			"`"},
		{"AADSTS65001", "as an administrator of that tenant: `az ad sp create --id ", "`"},
		{"AADSTS7000222", "make a new secret: `az ad app credential reset --id ", "`"},
		{"AADSTS7000215", "make a new secret: `az ad app credential reset --id ", "`"},
		{"AADSTS70021",
			"let the application trust the daemon's service account: `az ad app "
			"federated-credential create --id ",
			"`"},
	};
	const char *message = refusal->error->message;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *at = strstr(message, rows[i].number);

		if (at)
			return arena_printf(refusal->arena, "%s%s%s", rows[i].before,
				find_guid(refusal->arena, at, "<application>"), rows[i].after);
	}
	return strstr(message, "AADSTS90002")
		       ? "there is no such tenant: look at spec.remoteTenant"
		       : "give the daemon an identity of Azure (AZURE_TENANT_ID, AZURE_CLIENT_ID "
			 "and a secret or a federated token), and look at its clock";
}

static const char *
tenant_hint(const struct refusal *refusal)
{
	if (!*refusal->error->tenant)
		return "look at the tenant of the daemon's identity, and at its clock";
	return arena_printf(refusal->arena,
		"the subscription is of the tenant %s: name it in spec.remoteTenant, or in the "
		"daemon's settings where it is the cluster's own",
		refusal->error->tenant);
}

static const char *
quota_hint(const struct refusal *refusal)
{
	return arena_printf(refusal->arena,
		"remove what is not needed there, or ask Azure to raise the limit (`az support "
		"in-subscription tickets create`, subscription %s)",
		refusal->id.type == ARM_TYPES ? "<subscription>" : refusal->id.subscription);
}

static bool
is_quota(const struct azure_error *error)
{
	return !error->throttled && (text_ends_with(error->code, "LimitExceeded") ||
					    text_ends_with(error->code, "LimitReached") ||
					    text_ends_with(error->code, "QuotaExceeded"));
}

/* What lists the peerings of the network that was to be changed. */
static const char *
list_peerings(const struct refusal *refusal)
{
	return arena_printf(refusal->arena, "`az network vnet peering list --vnet-name %s %s`",
		refusal->id.type == ARM_VNET ? word(refusal->arena, refusal->id.name) : "<name>",
		group_of(refusal));
}

static const char *
peering_hint(const struct refusal *refusal)
{
	struct arena *arena = refusal->arena;

	if (has_code(refusal, "VnetAddressSpacesOverlap"))
		return "two networks with common addresses cannot be peered: take these prefixes "
		       "from one of them (az network vnet update --address-prefixes)";
	if (has_code(refusal, "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet"))
		return arena_printf(arena,
			"a network that is peered already has these addresses: see %s",
			list_peerings(refusal));
	if (has_code(refusal, "RemotePeeringIsDisconnected"))
		return "the half on the other side has lost its partner: put or delete that one "
		       "first (`az network vnet peering delete`, in the other network)";
	if (has_code(refusal, "AnotherPeeringAlreadyReferencesRemoteVnet"))
		return arena_printf(arena,
			"Azure allows one peering for each pair of networks: use or delete the one "
			"that is there, see %s",
			list_peerings(refusal));
	return NULL;
}

static const char *
order_hint(const struct refusal *refusal)
{
	struct arena *arena = refusal->arena;
	const char *scope = word(arena, whole_of(arena, &refusal->id));

	if (has_code(refusal, "ScopeLocked"))
		return arena_printf(arena,
			"take the lock away: `az lock list %s`, then `az lock delete --ids <id>`",
			group_of(refusal));
	if (has_code(refusal, "RequestDisallowedByPolicy"))
		return arena_printf(arena,
			"have the policy that the message names allow it, or make an exemption: "
			"`az policy assignment list --scope %s`, then `az policy exemption create`",
			scope);
	if (has_code(refusal, "MissingSubscriptionRegistration"))
		return arena_printf(arena,
			"`az provider register --namespace Microsoft.Network --subscription %s`",
			refusal->id.type == ARM_TYPES ? "<subscription>"
						      : refusal->id.subscription);
	if (has_code(refusal, "SubscriptionNotFound"))
		return "look at the subscription in the id, and at the tenant that it is of: `az "
		       "account list --all`";
	if (has_code(refusal, "ReadOnlyDisabledSubscription"))
		return "have the subscription enabled again";
	return "";
}

/* No token was to be had, as cloud/azure_grant.h words it. */
static bool
is_about_tokens(const struct azure_error *error)
{
	return error->status == 0 && error->failure == CLOUD_WAIT_FOR_USER &&
	       (strstr(error->message, "Microsoft Entra") || strstr(error->message, "AZURE_") ||
		       strstr(error->message, "managed identity"));
}

static const char *
hint_of(const struct refusal *refusal)
{
	const struct azure_error *error = refusal->error;
	const char *hint;

	if (is_about_tokens(error))
		return token_hint(refusal);
	if (error->status == 401)
		return tenant_hint(refusal);
	if (is_linked(refusal))
		return linked_hint(refusal);
	if (azure_access_is_denied(error))
		return assign(refusal, &refusal->id, refusal->action);
	if (is_quota(error))
		return quota_hint(refusal);
	hint = peering_hint(refusal);
	return hint ? hint : order_hint(refusal);
}

/* --- the message --- */

static const char *
cut_to(struct arena *arena, const char *message, size_t length)
{
	return arena_text_part(arena, message, text_valid_utf8(message, length));
}

/* Of what Entra says, up to the end of the first sentence: the rest are instructions. */
static size_t
telling_length(const char *message)
{
	const char *at = strstr(message, "AADSTS");

	for (; at && *at; at++)
		if (*at == '.' && (at[1] == ' ' || at[1] == ':'))
			return (size_t)(at - message);
	return strlen(message);
}

/* Its beginning, and the prefixes that overlap. */
static const char *
cut(struct arena *arena, const char *message)
{
	const char *tail = strstr(message, OVERLAPPING);
	size_t length = strlen(message);
	size_t kept;

	if (telling_length(message) < length)
		return cut_to(arena, message, telling_length(message));
	if (length <= LONGEST_MESSAGE)
		return arena_text(arena, message);
	if (!tail)
		return cut_to(arena, message, LONGEST_MESSAGE);
	tail = cut_to(arena, tail, strnlen(tail, LONGEST_MESSAGE));
	kept = LONGEST_MESSAGE - strlen(tail);
	if ((size_t)(strstr(message, OVERLAPPING) - message) <= kept)
		return cut_to(arena, message, LONGEST_MESSAGE);
	return arena_printf(arena, "%s... %s", cut_to(arena, message, kept), tail);
}

static const char *
message_of(const struct refusal *refusal)
{
	const struct arm_id *id = &refusal->id;
	const char *message = cut(refusal->arena, refusal->error->message);

	if (id->type == ARM_TYPES)
		return message;
	return arena_printf(refusal->arena, "%s %s%s%s: %s", arm_id_segment(id->type), id->name,
		*id->child ? "/" : "", id->child, message);
}

struct cloud_fault
azure_access_fault(
	struct arena *arena, const char *id, const char *action, const struct azure_error *error)
{
	struct refusal refusal = {arena, {.type = ARM_TYPES}, action, error};

	if (!arm_id_parse(arena, id, &refusal.id))
		refusal.id.type = ARM_TYPES;
	return (struct cloud_fault){
		.failure = error->failure,
		.action = is_linked(&refusal) ? linked_action(&refusal) : action,
		.code = arena_text(arena, error->code),
		.message = message_of(&refusal),
		.hint = hint_of(&refusal),
	};
}
