"""Who calls Resource Manager, and whether they may: tokens, tenants, auxiliary tokens, permissions, linked scopes."""

import fnmatch

from .answers import Refusal, timestamp
from .identifiers import is_guid, key, split
from .tokens import AUDIENCES

_MOST_AUXILIARY = 3


def _challenge(tenant, description):
    text = f'Bearer authorization_uri="https://login.windows.net/{tenant}", error="invalid_token"'
    return {"WWW-Authenticate": f'{text}, error_description="{description}"'}


def _find(state, text, tenant, now):
    token = state.tokens.get(text)
    if token is None or token.audience not in AUDIENCES:
        said = "The access token is invalid." if token is None else (
            f"The access token has been obtained for wrong audience or resource '{token.audience}'.")
        raise Refusal("InvalidAuthenticationToken", said, 401, _challenge(tenant, "The access token is invalid."))
    if token.expires <= now:
        said = (f"The access token expiry UTC time '{timestamp(token.expires)}' is earlier than current UTC time "
                f"'{timestamp(now)}'.")
        raise Refusal("ExpiredAuthenticationToken", said, 401, _challenge(tenant, said))
    return token


def _bearer(value):
    scheme, _, text = value.strip().partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise Refusal("AuthenticationFailed", "Authentication failed. The 'Authorization' header is provided in an "
                      "invalid format.", 401)
    return text.strip()


def _auxiliary(state, request, token, now):
    """Return the tenants of the auxiliary tokens; commas part them, and semicolons, as one of the clients does."""
    value = request.header("x-ms-authorization-auxiliary")
    if not value:
        return []
    found = [_find(state, _bearer(each), token.tenant, now) for each in value.replace(";", ",").split(",")]
    if len(found) > _MOST_AUXILIARY:
        raise Refusal("InvalidAuthenticationToken", "The auxiliary tokens are more than three.", 401)
    if any(each.application != token.application for each in found):
        raise Refusal("InvalidAuthenticationToken", "The auxiliary tokens are not of the same application as the "
                      "access token.", 401)
    return [each.tenant for each in found]


def authenticate(state, request, entry, subscription, now):
    """Return the application that calls for a subscription, and note in the entry who it is."""
    if not is_guid(subscription):
        raise Refusal("InvalidSubscriptionId", f"The provided subscription identifier '{subscription}' is malformed "
                      "or invalid.")
    tenant = state.subscriptions.get(subscription.lower())
    value = request.header("authorization")
    if value is None:
        raise Refusal("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", 401,
                      _challenge(tenant or "common", "The authentication failed because of missing 'Authorization' "
                                 "header."))
    token = _find(state, _bearer(value), tenant or "common", now)
    entry.principal, entry.tenant = token.application, token.tenant
    entry.auxiliary = _auxiliary(state, request, token, now)
    if tenant is None:
        raise Refusal("SubscriptionNotFound", f"The subscription '{subscription}' could not be found.", 404)
    if token.tenant != tenant:
        said = (f"The access token is from the wrong issuer 'https://sts.windows.net/{token.tenant}/'. It must match "
                f"the tenant 'https://sts.windows.net/{tenant}/' associated with this subscription. Please use the "
                f"authority (URL) 'https://login.windows.net/{tenant}' to get the token. Note, if the subscription is "
                "transferred to another tenant there is no impact to the services, but information about new tenant "
                "could take time to propagate (up to an hour). If you just transferred your subscription and see this "
                "error message, please try back later.")
        raise Refusal("InvalidAuthenticationTokenTenant", said, 401, _challenge(tenant, "The access token is from the "
                      "wrong issuer."))
    return state.applications[token.application]


def _covers(scope, resource):
    scope, resource = key(scope), key(resource)
    return scope in ("", resource) or resource.startswith(scope + "/")


def _named(patterns, action):
    return any(fnmatch.fnmatchcase(action.lower(), each.lower()) for each in patterns)


def may(application, action, resource):
    """Say whether an application may do something: the nearest scope that grants decides, and any that denies."""
    if any(_covers(scope, resource) and _named(each, action) for scope, each in application.denials.items()):
        return False
    scopes = [scope for scope in application.grants if _covers(scope, resource)]
    return bool(scopes) and _named(application.grants[max(scopes, key=lambda each: len(key(each)))], action)


def permissions(application, resource):
    """Return what an application may do to a resource, as a list of entries of role definitions says it."""
    scopes = [scope for scope in application.grants if _covers(scope, resource)]
    if not scopes:
        return []
    denied = [each for scope, found in application.denials.items() if _covers(scope, resource) for each in found]
    return [{"actions": list(application.grants[max(scopes, key=lambda each: len(key(each)))]), "notActions": denied,
             "dataActions": [], "notDataActions": []}]


def _who(application, tenant):
    return f"The client '{application.id}' with object id '{application.principals.get(tenant, application.id)}'"


def authorize(application, entry, resource):
    """Refuse the call of an entry on a resource if its permission is missing."""
    if not may(application, entry.action, resource):
        raise Refusal("AuthorizationFailed", f"{_who(application, entry.tenant)} does not have authorization to "
                      f"perform action '{entry.action}' over scope '{resource}' or the scope is invalid. If access "
                      "was recently granted, please refresh your credentials.", 403)


def authorize_linked(state, application, entry, resource, linked, action):
    """Refuse a call on a resource that names another (`linked`), for which it lacks `action`, as peer/action."""
    subscription = split(linked).subscription.lower()
    tenant = state.subscriptions.get(subscription)
    full = f"Microsoft.Network/virtualNetworks/{action}"
    if tenant is not None and tenant not in (entry.tenant, *entry.auxiliary):
        raise Refusal("LinkedAuthorizationFailed", f"The client has permission to perform action '{full}' on scope "
                      f"'{resource}', however the current tenant '{entry.tenant}' is not authorized to access linked "
                      f"subscription '{subscription}'.", 403)
    if tenant is None or not may(application, full, linked):
        raise Refusal("LinkedAuthorizationFailed", f"{_who(application, entry.tenant)} has permission to perform "
                      f"action '{entry.action}' on scope '{resource}'; however, it does not have permission to "
                      f"perform action '{action}' on the linked scope(s) '{linked}' or the linked scope(s) are "
                      "invalid.", 403)
