"""Entra's token endpoint and the metadata service of a virtual machine: who asks, and what token they get.

Client secrets, client assertions of workload identities (RFC 7523) and managed identities. Tokens look like those of
Entra, but their signature is random; the server knows them by heart. Their time is the real one.
"""

import base64
import json
import secrets
import uuid
from urllib.parse import parse_qs, parse_qsl

from .answers import Answer, LoginRefusal, timestamp
from .identifiers import is_guid
from .state import Token

AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net",
             "https://management.usgovcloudapi.net", "https://management.chinacloudapi.cn")
_EXCHANGE = "api://AzureADTokenExchange"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_METADATA = "/metadata/identity/oauth2/token"


def _base64url(value):
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def issue(state, application, tenant, audience, now):
    """Make a token of an application in a tenant, and return it."""
    expires = now + state.settings.token_seconds
    claims = {"aud": audience, "iss": f"https://sts.windows.net/{tenant}/", "iat": int(now), "nbf": int(now),
              "exp": int(expires), "appid": application.id, "idtyp": "app", "tid": tenant, "ver": "1.0",
              "oid": application.principals[tenant], "uti": secrets.token_urlsafe(16)}
    text = ".".join((_base64url({"typ": "JWT", "alg": "RS256", "kid": "test"}), _base64url(claims),
                     _base64url(secrets.token_bytes(256))))
    token = Token(text, application.id, tenant, audience, expires)
    state.tokens[text] = token
    return token


def login_failure(refusal, now):
    """Return the answer that Entra gives for a refusal."""
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    number = getattr(refusal, "number", 0)
    description = f"{refusal.message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp(now)}"
    return Answer(refusal.status, {
        "error": refusal.code, "error_description": description, "error_codes": [number] if number else [],
        "timestamp": timestamp(now), "trace_id": trace, "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}"}, dict(refusal.headers))


def _tenant(state, name):
    if name not in state.tenants:
        raise LoginRefusal("invalid_request" if is_guid(name) else "invalid_tenant", 90002,
                           f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are "
                           "signing into the correct cloud. Check with your subscription administrator, this may "
                           "happen if there are no active subscriptions for the tenant.")
    return name


def discovery(state, host, tenant):
    """Return the OpenID configuration of a tenant."""
    base = f"https://{host}/{_tenant(state, tenant)}"
    return Answer(200, {
        "token_endpoint": f"{base}/oauth2/v2.0/token", "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "issuer": f"{base}/v2.0", "jwks_uri": f"{base}/discovery/v2.0/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"]})


def _form(body):
    values = parse_qs(body, keep_blank_values=True)
    for name in ("grant_type", "client_id", "scope"):
        if not values.get(name, [""])[0]:
            raise LoginRefusal("invalid_request", 900144, "The request body must contain the following parameter: "
                               f"'{name}'.")
    return {name: texts[0] for name, texts in values.items()}


def _application(state, tenant, client):
    application = state.applications.get(client)
    if application is None or (tenant not in application.principals and not application.principals):
        raise LoginRefusal("unauthorized_client", 700016, f"Application with identifier '{client}' was not found in "
                           f"the directory '{tenant}'. This can happen if the application has not been installed by "
                           "the administrator of the tenant or consented to by any user in the tenant. You may have "
                           "sent your authentication request to the wrong tenant.")
    return application


def _check_secret(application, secret):
    if secret not in application.secrets:
        raise LoginRefusal("invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in "
                           "the request is the client secret value, not the client secret ID, for a secret added to "
                           f"app '{application.id}'.", 401)
    if not application.secrets[secret]:
        raise LoginRefusal("invalid_client", 7000222, "The provided client secret keys for app "
                           f"'{application.id}' are expired. Visit the Azure portal to create new keys for your app.",
                           401)


def _claims(assertion):
    """Return the claims of a JWT, or an empty dict."""
    try:
        middle = assertion.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _check_assertion(application, values, now):
    assertion = values["client_assertion"]
    if values.get("client_assertion_type") != _ASSERTION:
        raise LoginRefusal("invalid_request", 900144, "The request body must contain the following parameter: "
                           "'client_assertion_type'.")
    if assertion in application.assertions:
        return
    claims = _claims(assertion)
    if claims.get("exp", now) < now:
        raise LoginRefusal("invalid_client", 700024, "Client assertion is not within its valid time range.", 401)
    audience = claims.get("aud")
    if _EXCHANGE not in (audience if isinstance(audience, list) else [audience]):
        raise LoginRefusal("invalid_request", 700212, "No matching federated identity record found for presented "
                           f"assertion audience '{audience}'.", 400)
    if (claims.get("iss"), claims.get("sub")) not in application.federations:
        raise LoginRefusal("invalid_client", 700213, "No matching federated identity record found for presented "
                           f"assertion subject '{claims.get('sub')}'. Please check your federated identity credential "
                           "Subject, Audience and Issuer against the presented assertion.", 401)


def _audience(scope):
    resource, dot, default = scope.partition("/.default")
    if not dot or default:
        raise LoginRefusal("invalid_scope", 1002012, f"The provided value for scope {scope} is not valid. Client "
                           "credential flows must have a scope value with /.default suffixed to the resource "
                           "identifier (application ID URI).")
    return resource.rstrip("/")


def grant(state, entry, tenant, body, now):
    """Work a request for a token by a form, and return the answer."""
    entry.action, entry.tenant = "token", tenant
    _tenant(state, tenant)
    values = _form(body)
    entry.principal = values["client_id"]
    hidden = ("client_secret", "client_assertion")
    entry.parameters = {name: text for name, text in values.items() if name not in hidden}
    if values["grant_type"] != "client_credentials":
        raise LoginRefusal("unsupported_grant_type", 70003, "The app requested an unsupported grant type "
                           f"'{values['grant_type']}'.")
    application = _application(state, tenant, values["client_id"])
    if "client_assertion" in values:
        _check_assertion(application, values, now)
    elif "client_secret" in values:
        _check_secret(application, values["client_secret"])
    else:
        raise LoginRefusal("invalid_client", 7000218, "The request body must contain the following parameter: "
                           "'client_assertion' or 'client_secret'.", 401)
    if tenant not in application.principals:
        raise LoginRefusal("invalid_client", 7000229, f"The client application {application.id} is missing service "
                           f"principal in the tenant {tenant}. See instructions here: "
                           "https://go.microsoft.com/fwlink/?linkid=2225119", 401)
    token = issue(state, application, tenant, _audience(values["scope"]), now)
    seconds = state.settings.token_seconds
    return Answer(200, {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds,
                        "access_token": token.text}, {"Cache-Control": "no-store, no-cache"})


def _metadata_refusal(message, status=400):
    return LoginRefusal("invalid_request", 0, message, status)


def metadata(state, entry, request, now):
    """Work a request to the metadata service, and return the answer."""
    values = dict(parse_qsl(request.query))
    entry.action, entry.query, entry.principal = "token", values, values.get("client_id", "")
    if request.path != _METADATA:
        raise LoginRefusal("not_found", 0, "Not found", 404)
    if request.header("metadata") != "true":
        raise _metadata_refusal("Required metadata header not specified")
    for name in ("api-version", "resource"):
        if not values.get(name):
            raise _metadata_refusal(f"Required query variable '{name}' is missing")
    asked = values.get("client_id")
    client = state.identities.get("default") if asked is None else (asked if asked in state.identities else None)
    if client is None:
        raise _metadata_refusal("Identity not found")
    application = state.applications[client]
    token = issue(state, application, application.home, values["resource"].rstrip("/"), now)
    seconds = str(state.settings.token_seconds)
    return Answer(200, {
        "access_token": token.text, "client_id": client, "expires_in": seconds, "ext_expires_in": seconds,
        "expires_on": str(int(token.expires)), "not_before": str(int(now)), "resource": values["resource"],
        "token_type": "Bearer"})
