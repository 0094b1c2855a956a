"""What goes back to the client: JSON of Compute Engine, Resource Manager and the token endpoints, and refusals.

Three shapes of errors stand side by side, as at Google: Compute's with a list of `errors`, the newer one with a
`status` (Resource Manager, IAM), and that of OAuth with `error` and `error_description`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

_PACIFIC = timezone(timedelta(hours=-7))
_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
           409: "ALREADY_EXISTS", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}
_INFO = "type.googleapis.com/google.rpc.ErrorInfo"


class Refusal(Exception):
    """An error of the API: HTTP status, Compute's `reason`, message, and what else its body says.

    `info` is the reason and the metadata of an ErrorInfo, `oauth` the code of an OAuth error.
    """

    def __init__(self, status, reason, message, *, domain="global", info=None, oauth=None, headers=(), more=None):
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message
        self.domain = domain
        self.info = info
        self.oauth = oauth
        self.headers = list(headers)
        self.more = more or {}


@dataclass
class Answer:
    """An answer: a dict for JSON, or a text."""

    body: object
    status: int = 200
    kind: str = "application/json; charset=UTF-8"
    headers: list = field(default_factory=list)


def timestamp(seconds):
    """Return a time as Compute Engine writes it: milliseconds and the offset of California."""
    moment = datetime.fromtimestamp(seconds, _PACIFIC)
    return moment.isoformat(timespec="milliseconds")


def zulu(seconds):
    """Return a time as IAM writes it."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _compute_error(refusal):
    item = {"message": refusal.more.get("short", refusal.message), "domain": refusal.domain, "reason": refusal.reason}
    return {"code": refusal.status, "message": refusal.message, "errors": [{**item, **refusal.more.get("item", {})}]}


def failure(service, refusal):
    """Return the body of an answer that says why not."""
    if refusal.oauth:
        return {"error": refusal.oauth, "error_description": refusal.message}
    error = {"code": refusal.status, "message": refusal.message}
    if service == "compute":
        error = _compute_error(refusal)
    if service != "compute" or refusal.info or "field" in refusal.more:
        error["status"] = _STATUS.get(refusal.status, "UNKNOWN")
    if refusal.info:
        reason, metadata = refusal.info
        error["details"] = [{"@type": _INFO, "reason": reason, "domain": "googleapis.com", "metadata": metadata}]
    if "field" in refusal.more:
        violation = {"field": refusal.more["field"], "description": refusal.message}
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    return {"error": error}


def misread(text, field=""):
    """Return the refusal for a request that does not fit the method's messages."""
    return Refusal(400, "badRequest", text, more={"field": field})


def lost(path):
    """Return the page that stands where no method is."""
    return Answer("<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 404 (Not Found)!!1</title>\n"
                  f"  <p>The requested URL <code>{path.replace('<', '&lt;')}</code> was not found on this server.\n",
                  404, "text/html; charset=UTF-8")


def not_found(resource):
    """Return the refusal for a resource, by its path from `projects/`, that is not there."""
    return Refusal(404, "notFound", f"The resource '{resource}' was not found")


def invalid(name, value, text):
    """Return the refusal for a field's value."""
    return Refusal(400, "invalid", f"Invalid value for field '{name}': '{value}'. {text}".rstrip())


def required(name):
    """Return the refusal for a field that is not there."""
    return Refusal(400, "required", f"Required field '{name}' not specified")


def unauthenticated(service, reason):
    """Return the refusal for a request with no token, or one that is no good: `reason` is that of the ErrorInfo."""
    missing = reason == "CREDENTIALS_MISSING"
    how = ("is missing required authentication credential" if missing else "had invalid authentication credentials")
    text = (f"Request {how}. Expected OAuth 2 access token, login cookie or other valid authentication credential. "
            "See https://developers.google.com/identity/sign-in/web/devconsole-project.")
    challenge = 'Bearer realm="https://accounts.google.com/"' + ("" if missing else ', error="invalid_token"')
    item = {"location": "Authorization", "locationType": "header"}
    short = "Login Required." if missing else "Invalid Credentials"
    return Refusal(401, "required" if missing else "authError", text, info=(reason, {"service": service}),
                   headers=[("WWW-Authenticate", challenge)], more={"short": short, "item": item})


def forbidden(permission, resource, service="compute"):
    """Return the refusal for a permission that the caller has not."""
    if service == "compute":
        return Refusal(403, "forbidden", f"Required '{permission}' permission for '{resource}'")
    return Refusal(403, "forbidden", "The caller does not have permission",
                   info=("IAM_PERMISSION_DENIED", {"permission": permission, "resource": resource}))
