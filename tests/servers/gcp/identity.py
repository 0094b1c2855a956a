"""Who calls: access tokens, and the four ways to get one.

The OAuth endpoint exchanges an assertion signed with a service account's key; the STS endpoint exchanges a token of a
workload identity pool, and IAM Credentials that for a token of a service account; the metadata server gives one away.
Tokens and assertions live by the real time, not by the clock of the peerings, since the client refreshes them by its
own. Follows "Using OAuth 2.0 for Server to Server Applications", RFC 8693, and the references of IAM Credentials and
of the metadata server.
"""

import json
import secrets

from .answers import Answer, Refusal, unauthenticated, zulu
from .state import Token
from .tokens import WebToken

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_SCOPES = {SCOPE, "https://www.googleapis.com/auth/compute", "https://www.googleapis.com/auth/compute.readonly",
           "https://www.googleapis.com/auth/cloud-platform.read-only", "https://www.googleapis.com/auth/iam"}
_ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS = "urn:ietf:params:oauth:token-type:access_token"
_SUBJECTS = {"urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token"}
_SERVICES = {"compute": "compute.googleapis.com", "resourcemanager": "cloudresourcemanager.googleapis.com",
             "iamcredentials": "iamcredentials.googleapis.com"}
_OLD = ("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat "
        "and exp values in the JWT claim.")


def _oauth(code, text, status=400):
    return Refusal(status, code, text, oauth=code)


def new_token(state, principal, now, seconds):
    """Make an access token of someone; returns its text."""
    text = f"ya29.c.{secrets.token_urlsafe(96)}"
    state.tokens[text] = Token(principal, now + seconds)
    return text


def _granted(scopes):
    return scopes and set(scopes.split()) <= _SCOPES


def _account_of(call, token):
    account = call.state.accounts.get(token.claims.get("iss"))
    if account is None:
        raise _oauth("invalid_grant", "Invalid grant: account not found")
    return account


def exchange_assertion(call):
    """Give an access token for an assertion that a service account's key has signed."""
    if call.body.get("grant_type") != _ASSERTION:
        raise _oauth("unsupported_grant_type", f"Invalid grant_type: {call.body.get('grant_type', '')}")
    try:
        token = WebToken(call.body.get("assertion", ""))
    except ValueError:
        raise _oauth("invalid_grant", "Invalid JWT: Failed to parse the assertion.") from None
    account = _account_of(call, token)
    if not token.holds(account.keys):
        raise _oauth("invalid_grant", "Invalid JWT Signature.")
    if token.claims.get("aud") not in (f"{call.base}/token", "https://oauth2.googleapis.com/token"):
        raise _oauth("invalid_grant", "Invalid JWT: Failed audience check. The right audience is "
                     "https://oauth2.googleapis.com/token")
    if not token.is_timely(call.now):
        raise _oauth("invalid_grant", _OLD)
    if not _granted(token.claims.get("scope")):
        raise _oauth("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    life = call.state.settings.token_life
    return {"access_token": new_token(call.state, account.email, call.now, life), "expires_in": life - 1,
            "token_type": "Bearer"}


def exchange_subject(call):
    """Give an access token for a token that a workload identity pool's provider trusts."""
    asked = call.body
    if asked.get("grant_type", asked.get("grantType")) != _EXCHANGE:
        raise _oauth("unsupported_grant_type", "Invalid grant_type")
    pool = call.state.pools.get(asked.get("audience", ""))
    if pool is None:
        raise _oauth("invalid_target", "The target service indicated by the \"audience\" parameters is invalid. This "
                     "might either be because the pool or provider is disabled or deleted or because it doesn't "
                     "exist.")
    kind = asked.get("subject_token_type", asked.get("subjectTokenType"))
    if kind not in _SUBJECTS or asked.get("requested_token_type", asked.get("requestedTokenType")) != _ACCESS:
        raise _oauth("invalid_request", "Invalid value for \"subject_token_type\" or \"requested_token_type\".")
    if not _granted(asked.get("scope")):
        raise _oauth("invalid_scope", "The scope is missing or unknown.")
    subject = pool.get(asked.get("subject_token", asked.get("subjectToken")))
    if subject is None:
        raise _oauth("invalid_grant", "Error connecting to the given credential's issuer.")
    principal = f"principal:{asked['audience'].rsplit('/providers/', 1)[0]}/subject/{subject}"
    life = call.state.settings.token_life
    return {"access_token": new_token(call.state, principal, call.now, life), "issued_token_type": _ACCESS,
            "token_type": "Bearer", "expires_in": life}


def impersonate(call):
    """Give an access token of a service account to one who may act as it."""
    account = call.state.accounts.get(call.parts["account"])
    if account is None or call.principal not in account.impersonators:
        raise Refusal(403, "forbidden", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may "
                      "not exist).", info=("IAM_PERMISSION_DENIED",
                                           {"permission": "iam.serviceAccounts.getAccessToken"}))
    scopes = call.body.get("scope")
    if not isinstance(scopes, list) or not _granted(" ".join(scopes)):
        raise Refusal(400, "badRequest", "Request contains an invalid argument.")
    text = call.body.get("lifetime", "3600s")
    if not text.endswith("s") or not text[:-1].isdigit() or not 0 < int(text[:-1]) <= 3600:
        raise Refusal(400, "badRequest", f"Invalid value at 'lifetime': {json.dumps(text)}")
    seconds = min(int(text[:-1]), call.state.settings.token_life)
    return {"accessToken": new_token(call.state, account.email, call.now, seconds),
            "expireTime": zulu(call.now + seconds)}


def metadata(call):
    """Answer as the metadata server of a machine, or pod, that acts as a service account."""
    kind, headers = "application/text", [("Metadata-Flavor", "Google"), ("Server", "Metadata Server for VM")]
    if call.headers.get("metadata-flavor") != "Google":
        return Answer("Missing required header \"Metadata-Flavor\": \"Google\"", 403, "text/html; charset=UTF-8")
    account, what = call.state.accounts.get(call.state.metadata), call.parts.get("what", "")
    if account is None:
        return Answer("", 404, "text/html; charset=UTF-8", headers)
    life = call.state.settings.token_life
    known = {
        "": "computeMetadata/\n",
        "project/project-id": account.project,
        "project/numeric-project-id": call.state.projects[account.project].number,
        "universe/universe-domain": "googleapis.com",
        "instance/service-accounts/default/": {"aliases": ["default"], "email": account.email, "scopes": [SCOPE]},
        "instance/service-accounts/default/email": account.email,
    }
    if what.endswith("/token") and what.split("/")[-2] in ("default", account.email):
        return Answer({"access_token": new_token(call.state, account.email, call.now, life), "expires_in": life,
                       "token_type": "Bearer"}, 200, "application/json", headers)
    if what not in known:
        return Answer("", 404, "text/html; charset=UTF-8", headers)
    kind = "application/json" if isinstance(known[what], dict) else kind
    return Answer(known[what], 200, kind, headers)


def _self_signed(state, text, service, now):
    """Return whose token it is that the caller has signed itself, or None."""
    try:
        token = WebToken(text)
    except ValueError:
        return None
    account = state.accounts.get(token.claims.get("iss"))
    if account is None or token.claims.get("sub") != account.email or not token.holds(account.keys):
        return None
    meant = token.claims.get("aud") == f"https://{_SERVICES[service]}/" or _granted(token.claims.get("scope"))
    return account.email if meant and token.is_timely(now) else None


def principal(state, header, service, now):
    """Return who calls, by the header Authorization, or refuse."""
    named = _SERVICES[service]
    if not header:
        raise unauthenticated(named, "CREDENTIALS_MISSING")
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer":
        raise unauthenticated(named, "ACCESS_TOKEN_TYPE_UNSUPPORTED")
    token = state.tokens.get(text)
    if token is None:
        found = _self_signed(state, text, service, now)
        if found is None:
            raise unauthenticated(named, "ACCESS_TOKEN_TYPE_UNSUPPORTED")
        return found
    if token.expires <= now:
        raise unauthenticated(named, "ACCESS_TOKEN_EXPIRED")
    return token.principal


def service_name(service):
    """Return the full name of a service."""
    return _SERVICES[service]
